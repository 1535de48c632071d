"""An ActiveSync client over HTTP/1.1: keep-alive, both forms of the query, gzip, Basic authentication, and a recorder of all bodies.

What every answer must keep to is checked here, for every request of the tests: never a 500, a length, the content type, a body that
decodes to tags that the version has.
"""

import base64
import dataclasses
import gzip
import http.client
import itertools
import pathlib
import struct
import threading
import time
import urllib.parse

import wbxml

PATH = "/Microsoft-Server-ActiveSync"
WBXML_TYPE = "application/vnd.ms-sync.wbxml"
MULTIPART_TYPE = "application/vnd.ms-sync.multipart"
COMMANDS = {
    "Sync": 0, "SendMail": 1, "SmartForward": 2, "SmartReply": 3, "GetAttachment": 4, "FolderSync": 9, "FolderCreate": 10,
    "FolderDelete": 11, "FolderUpdate": 12, "MoveItems": 13, "GetItemEstimate": 14, "MeetingResponse": 15, "Search": 16,
    "Settings": 17, "Ping": 18, "ItemOperations": 19, "Provision": 20, "ResolveRecipients": 21, "ValidateCert": 22, "Find": 23,
}
PARAMETERS = {"AttachmentName": 0, "CollectionId": 1, "ItemId": 3, "LongId": 4, "Occurrence": 6, "Options": 7, "User": 8}
PATIENCE = 60  # seconds for an answer that is not parked


def expect(condition, what, *details):
    """What a test says instead of `assert`: it holds also under `python3 -O`."""
    if not condition:
        raise AssertionError(" ".join([what, *map(repr, details)]))


def equal(got, wanted, what):
    expect(got == wanted, "%s: got %r, wanted %r" % (what, got, wanted))


@dataclasses.dataclass
class Answer:
    """One answer. `at` is the monotonic time in ns when its last byte was here."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    at: int
    document: tuple = None
    parts: list = None

    def text(self, path):
        expect(self.document is not None, "an empty body where a document was expected")
        return wbxml.text(self.document, path)


class Recorder:
    """Writes bodies as `<n>.<command>.<version>.<request|response>.wbxml`; without a folder it does nothing."""

    def __init__(self, folder=None, requests=True):
        self.folder, self.requests = folder and pathlib.Path(folder), requests
        self.numbers, self.lock = itertools.count(1), threading.Lock()
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)

    def number(self):
        with self.lock:
            return next(self.numbers)

    def keep(self, number, command, version, direction, body):
        if self.folder and body and (direction == "response" or self.requests):
            name = "%04d.%s.%s.%s.wbxml" % (number, command, version, direction)
            self.folder.joinpath(name).write_bytes(body)


def packed_query(version, command, device_id, device_type, policy_key, parameters):
    """The base64 form of the query (MS-ASHTTP 2.2.1.1.1.1)."""
    number = int(version.replace(".", ""))
    ident, kind = device_id.encode(), device_type.encode()
    key = b"" if policy_key is None else struct.pack("<I", int(policy_key))
    out = struct.pack("<BBHB", number, COMMANDS[command], 0x0409, len(ident)) + ident
    out += bytes([len(key)]) + key + bytes([len(kind)]) + kind
    for name, value in parameters.items():
        data = bytes([value]) if name == "Options" else value.encode()
        out += bytes([PARAMETERS[name], len(data)]) + data
    return base64.b64encode(out).decode()


@dataclasses.dataclass
class Device:
    """One device of one user: what it says of itself in every request, and its connection."""

    url: str
    user: str
    password: str
    device_id: str
    version: str
    packed: bool = False
    gzip: bool = False
    recorder: Recorder = dataclasses.field(default_factory=Recorder)
    device_type: str = "Walker"
    policy_key: str = None
    zipped: int = 0  # how many answers came in gzip
    link: "Link" = None

    def __post_init__(self):
        self.link = Link(self)

    def at_least(self, version):
        return tuple(map(int, self.version.split("."))) >= tuple(map(int, version.split(".")))

    def target(self, command, parameters):
        if self.packed:
            query = packed_query(self.version, command, self.device_id, self.device_type, self.policy_key, parameters)
        else:
            said = {name: value for name, value in parameters.items() if name != "Options"}
            query = urllib.parse.urlencode(
                {"Cmd": command, "User": self.user, "DeviceId": self.device_id, "DeviceType": self.device_type, **said})
        return PATH + "?" + query

    def headers(self, parameters):
        token = base64.b64encode(("%s:%s" % (self.user, self.password)).encode()).decode()
        found = {"Authorization": "Basic " + token, "User-Agent": "Walker/1.0"}
        if not self.packed:
            found["MS-ASProtocolVersion"] = self.version
            found["X-MS-PolicyKey"] = self.policy_key or "0"
            if parameters.get("Options", 0) & 2:
                found["MS-ASAcceptMultiPart"] = "T"
        if self.gzip:
            found["Accept-Encoding"] = "gzip"
        return found

    def post(self, command, document=None, **more):
        """Sends a command on the device's own connection and gives the answer back."""
        return self.link.post(command, document, **more)

    def park(self, command, document=None, link=None, patience=PATIENCE):
        """Sends a command on a connection of its own; the answer may take its time."""
        return Parked(link or Link(self), command, document, patience)


class Link:
    """One connection of a device, kept alive as long as both sides like."""

    def __init__(self, device):
        self.device = device
        self.address = urllib.parse.urlsplit(device.url)
        self.http = None

    def connect(self, patience):
        if self.http is None:
            kind = http.client.HTTPSConnection if self.address.scheme == "https" else http.client.HTTPConnection
            self.http = kind(self.address.hostname, self.address.port, timeout=patience)
            self.http.connect()
        self.http.sock.settimeout(patience)

    def close(self):
        if self.http is not None:
            self.http.close()
            self.http = None

    def request(self, method, target, body=None, headers=(), patience=PATIENCE):
        """One exchange as it is. Nothing is tried twice: a server that drops a connection in use is to be noticed."""
        self.connect(patience)
        self.http.request(method, target, body=body, headers=dict(headers))
        reply = self.http.getresponse()
        data = reply.read()
        answer = Answer(reply.status, reply.headers, data, time.monotonic_ns())
        if reply.will_close:
            self.close()
        expect(answer.status != 500, "%s %s was answered with HTTP 500" % (method, target))
        return answer

    def post(self, command, document=None, *, parameters=None, status=200, patience=PATIENCE, zipped=False, media=WBXML_TYPE):
        """A command with its document, with bytes of another type, or with an empty body; checks the answer and decodes it."""
        device, parameters = self.device, parameters or {}
        headers = device.headers(parameters)
        body = b"" if document is None else document if isinstance(document, bytes) else wbxml.encode(document)
        number = device.recorder.number()
        if media == WBXML_TYPE:
            device.recorder.keep(number, command, device.version, "request", body)
        if body:
            headers["Content-Type"] = media
        if zipped:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        answer = self.request("POST", device.target(command, parameters), body, headers, patience)
        equal(answer.status, status, "HTTP status of %s" % command)
        if status == 200:
            open_body(answer, device)
            wire = answer.body if answer.parts is None else answer.parts[0]
            device.recorder.keep(number, command, device.version, "response", wire)
        return answer


def open_body(answer, device):
    """Undoes gzip and multipart, checks the headers that every 200 has, and decodes the document."""
    if answer.headers["Content-Encoding"] is not None:
        equal(answer.headers["Content-Encoding"], "gzip", "Content-Encoding")
        expect(device.gzip, "gzip although the request did not accept it")
        answer.body = gzip.decompress(answer.body)
        device.zipped += 1
    else:
        chunked = answer.headers["Transfer-Encoding"] == "chunked"
        expect(chunked or answer.headers["Content-Length"] == str(len(answer.body)), "no right Content-Length", str(answer.headers))
    if not answer.body:
        return
    document = answer.body
    if answer.headers["Content-Type"] == MULTIPART_TYPE:
        answer.parts = split_parts(answer.body)
        document = answer.parts[0]
    else:
        equal(answer.headers["Content-Type"], WBXML_TYPE, "Content-Type")
    answer.document = wbxml.decode(document, device.version)


def split_parts(body):
    """The parts of a multipart answer (MS-ASCMD 2.2.1.10.1)."""
    (count,) = struct.unpack_from("<I", body)
    expect(0 < count <= 101, "number of parts", count)
    parts, covered = [], 4 + 8 * count
    for index in range(count):
        offset, size = struct.unpack_from("<II", body, 4 + 8 * index)
        equal(offset, covered, "offset of part %d" % index)
        parts.append(body[offset:offset + size])
        covered += size
    equal(covered, len(body), "length of all parts")
    return parts


class Parked:
    """A request that waits for its answer in a thread of its own."""

    def __init__(self, link, command, document, patience):
        self.link, self.answer, self.error = link, None, None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(command, document, patience), daemon=True)
        self.thread.start()

    def _run(self, command, document, patience):
        try:
            self.answer = self.link.post(command, document, patience=patience)
        except Exception as error:  # handed to whoever waits
            self.error = error
        self.done.set()

    def silent(self, seconds):
        """Holds that no answer comes within that time."""
        if self.done.wait(seconds):
            shown = self.error or wbxml.to_xml(self.answer.document or ("AirSync:Sync",))
            raise AssertionError("an answer although nothing was to be told: %s" % shown)

    def result(self, seconds):
        """The answer, which has to come within that time."""
        expect(self.done.wait(seconds), "no answer within %s s" % seconds)
        if self.error is not None:
            raise self.error
        return self.answer

    def leave(self):
        """Goes away without waiting for the answer, as a device that lost its network."""
        sock = self.link.http and self.link.http.sock
        if sock is not None:
            sock.shutdown(2)
        self.done.wait(PATIENCE)
        self.link.close()
