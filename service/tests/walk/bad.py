"""Sends bad input of every kind and holds that each gets the answer that `bad_table.py` names, and that nothing is lost by it.

    bad.py --url http://127.0.0.1:8080 --user U --password P [--version 14.1 --version 12.1] [--record DIR]

The account's inbox has to hold at least one message. Prints one line for each input; exits with 0 when every answer is right.
"""

import argparse
import http.client
import re
import socket
import sys
import time
import urllib.parse

import wbxml
from bad_table import TABLE
from eas import PATH, WBXML_TYPE, Device, Link, Recorder, equal, expect
from phone import PLAIN, Phone, options

EARLY = 5  # seconds within which a refusal has to come that does not need the body
CHUNK = b"10000\r\n" + bytes(0x10000) + b"\r\n"


class Ended(Exception):
    """The server closed the connection without an answer."""


class Run:
    """All input in one version: a device that is set up, and what the table's rows need to know of it."""

    nowhere, zero, fresh_count = "99999:9", "0", 0

    def __init__(self, arguments, version):
        self.arguments, self.version = arguments, version
        self.recorder = Recorder(arguments.record and "%s/%s" % (arguments.record, version), requests=False)
        self.email_class = (("Class", "Email"),) if version == "12.1" else ()
        self.phone = Phone(self.device("BADINPUT0001"))
        self.phone.folder_sync()
        self.inbox, self.never, self.trash = (self.phone.folder(kind=kind) for kind in "234")
        self.phone.start(self.inbox, options(bodies=((PLAIN, 100),)))
        self.stale_key = self.phone.keys[self.inbox]
        self.phone.sync(self.inbox, window=1)
        self.phone.sync_all(self.inbox, window=512)
        self.phone.sync(self.inbox)
        self.item = next(iter(self.phone.items[self.inbox]))

    @property
    def key(self):
        return self.phone.keys[self.inbox]

    def device(self, name):
        given = self.arguments
        return Device(given.url, given.user, given.password, name, self.version, recorder=self.recorder)

    @property
    def hierarchy_key(self):
        return self.phone.hierarchy_key

    # -- ways to send

    def post(self, command, body, device=None):
        """A command with a document or bytes: the answer, whatever its status."""
        device = device or self.device("BADINPUT0001")
        data = wbxml.encode(body) if isinstance(body, tuple) else body or b""
        headers = {**device.headers({}), "Content-Type": WBXML_TYPE}
        return self.exchange(device, command, "POST", device.target(command, {}), data, headers)

    def exchange(self, device, command, method, target, body, headers):
        """One request on a connection of its own."""
        link = Link(device)
        try:
            answer = link.request(method, target, body, headers, patience=EARLY * 4)
        except (ConnectionError, http.client.BadStatusLine) as error:
            raise Ended(str(error)) from error
        finally:
            link.close()
        if answer.status == 200 and answer.body and method == "POST":
            equal(answer.headers["Content-Type"], WBXML_TYPE, "Content-Type")
            answer.document = wbxml.decode(answer.body, device.version)
            self.recorder.keep(self.recorder.number(), command, self.version, "response", answer.body)
        return answer

    def http(self, method, path=None, query=(), headers=(), body=None, user=None, password=None):
        """A Sync whose parts are changed."""
        device = self.device("BADINPUT0001")
        device.user, device.password = user or device.user, password or device.password
        values = {"Cmd": "Sync", "User": "u", "DeviceId": device.device_id, "DeviceType": "Walker", **dict(query)}
        shown = urllib.parse.urlencode({name: value for name, value in values.items() if value is not None})
        own = {**device.headers({}), "Content-Type": WBXML_TYPE, **dict(headers)}
        sent = {name: value for name, value in own.items() if value is not None}
        document = wbxml.encode(self.phone.sync_request([self.phone.collection(self.inbox)])) if body is None else body
        return self.exchange(device, "Sync", method, path or PATH + "?" + shown, document, sent)

    def fresh(self, command, body, folder_sync):
        """From a device that the server never saw."""
        Run.fresh_count += 1
        phone = Phone(self.device("BADFRESH%s%04d" % (self.version.replace(".", ""), Run.fresh_count)))
        if folder_sync:
            phone.folder_sync()
        return self.post(command, body, phone.device)

    def open(self, *headers):
        """A connection with the head of a Sync on it."""
        device = self.device("BADINPUT0001")
        address = urllib.parse.urlsplit(device.url)
        lines = ["POST %s HTTP/1.1" % device.target("Sync", {}), "Host: " + address.netloc, "Content-Type: " + WBXML_TYPE, *headers]
        lines += ["%s: %s" % pair for pair in device.headers({}).items()]
        stream = socket.create_connection((address.hostname, address.port), timeout=EARLY)
        stream.sendall("\r\n".join([*lines, "", ""]).encode())
        return stream

    def answer_on(self, stream):
        """Reads the status of an answer that comes before the request is complete."""
        reply = http.client.HTTPResponse(stream)
        try:
            reply.begin()
        except (ConnectionError, http.client.BadStatusLine) as error:
            raise Ended(str(error)) from error
        reply.body, reply.document = b"", None
        return reply

    def announce(self, size):
        """A Content-Length, and none of the body: the refusal must not wait for it."""
        with self.open("Content-Length: %d" % size) as stream:
            return self.answer_on(stream)

    def endless(self):
        """Chunks, until the server does not want more of them."""
        with self.open("Transfer-Encoding: chunked") as stream:
            try:
                for _ in range(4000):
                    stream.sendall(CHUNK)
            except (ConnectionError, TimeoutError):
                pass
            return self.answer_on(stream)

    # -- what has to hold besides the table

    def short_body(self):
        """A body that ends before its announced length: the Delete in it is not executed."""
        commands = [("Delete", ("ServerId", self.item))]
        body = wbxml.encode(self.phone.sync_request([self.phone.collection(self.inbox, as_moves="0", commands=commands)]))
        with self.open("Content-Length: %d" % (len(body) + 10)) as stream:
            stream.sendall(body)
            stream.shutdown(socket.SHUT_WR)
            refused = stream.recv(1000)
        expect(not refused or re.match(rb"HTTP/1\.1 4\d\d ", refused), "answer to a body cut short", refused[:200])
        wanted = [("AirSync:CollectionId", self.inbox), ("AirSync:ServerId", self.item)]
        answer = self.phone.post("ItemOperations", ("ItemOperations:ItemOperations", ("Fetch", ("Store", "Mailbox"), *wanted)))
        equal(answer.text("Response/Fetch/Status"), "1", "Status of the message that the cut request would have deleted")

    def still_well(self):
        """After all that, the device goes on as if nothing had been."""
        expect(self.phone.sync(self.inbox).quiet, "news of the inbox")
        equal(self.phone.folder_sync(), [], "news of the folders")
        parked = self.phone.park_ping(600, [self.inbox])
        parked.silent(1)
        parked.leave()


def says(answer, wanted, names):
    """Whether the answer is one of those that a row of the table allows."""
    return any(one_of(answer, choice.strip(), names) for choice in wanted.split(" or "))


def one_of(answer, wanted, names):
    if wanted == "closed":
        return answer is None
    if answer is None:
        return False
    if wanted.startswith("HTTP "):
        return str(answer.status) in wanted[5:].split("|")
    if answer.status != 200 or answer.document is None:
        return False
    return all(holds(answer.document, *check.split("=", 1), names) for check in wanted.split())


def holds(document, path, values, names):
    """Whether the value at a path is one of these. `<inbox>` is the inbox's id."""
    values = re.sub(r"<(\w+)>", lambda name: getattr(names, name[1]), values).split("|")
    paths = ["Status", "Collections/Collection/Status"] if path == "*" else [path]
    return any([wbxml.value(found) for found in wbxml.every(document, path)][:1] == [value] for path in paths for value in values)


def shown(answer):
    """An answer in few words."""
    if answer is None:
        return "closed"
    return "HTTP %d %s" % (answer.status, wbxml.to_xml(answer.document)[:300] if answer.document else "")


def attempt(run, name, send, wanted):
    """One row: True when the answer is right."""
    begun, problem = time.monotonic(), ""
    try:
        answer = send(run)
    except Ended:
        answer = None
    except Exception as error:  # reported as this row's failure; the others follow
        answer, problem = None, "%s: %s" % (type(error).__name__, error)
    right = not problem and says(answer, wanted, run)
    spent = (time.monotonic() - begun) * 1000
    got = wanted if right else "%s; wanted %s" % (problem or shown(answer), wanted)
    print("%s  %s  %s: %s (%.0f ms)" % ("ok  " if right else "FAIL", run.version, name, got, spent), flush=True)
    return right


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--url", "--user", "--password"):
        parser.add_argument(name, required=True)
    parser.add_argument("--version", action="append", choices=("12.1", "14.0", "14.1", "16.0", "16.1"))
    parser.add_argument("--record", help="folder for the bodies of the answers")
    arguments = parser.parse_args()
    wrong = 0
    for version in arguments.version or ("14.1", "12.1"):
        run = Run(arguments, version)
        for name, send, wanted, *before in TABLE:
            wanted = before[0] if before and version == "12.1" else wanted
            wrong += not attempt(run, name, send, wanted)
        for check in (run.short_body, run.still_well):
            try:
                check()
                print("ok    %s  %s" % (version, check.__doc__))
            except Exception as error:  # as above
                wrong += 1
                print("FAIL  %s  %s\n      %s: %s" % (version, check.__doc__, type(error).__name__, error))
    print("%d wrong" % wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
