"""Attachments that are larger than a server should hold: several phones fetch them at once, and a first Sync passes over many of them.

    large.py --url U --user U --password P --maildir DIR --pid N [--megabytes 100] [--phones 4] [--messages 20] [--grow 64]

DIR is the account's empty Maildir, N the server's process. Prints its resident memory, at rest and at its peak; exits with 0 when every
byte was right and the peak is not more than `--grow` MB above what was used at rest.
"""

import argparse
import base64
import hashlib
import http.client
import sys
import threading
import time
import urllib.parse

import mails
import wbxml
from eas import WBXML_TYPE, Device, equal, expect
from maildir import Maildir
from phone import Phone, options

BLOCK = 57 * 1000  # bytes of an attachment that are encoded at a time
VERSION = "14.1"


def megabytes(pid, name):
    """A figure of /proc/N/status."""
    with open("/proc/%s/status" % pid, encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name + ":")) / 1024


class Memory:
    """The server's resident memory: at rest, and its peak since."""

    def __init__(self, pid):
        self.pid = pid
        self.rest = megabytes(pid, "VmRSS")
        with open("/proc/%s/clear_refs" % pid, "w", encoding="ascii") as peak:
            peak.write("5")

    def tell(self, what, most):
        peak = megabytes(self.pid, "VmHWM")
        print("%-60s %5.0f MB at rest, %5.0f MB at the peak" % (what, self.rest, peak), flush=True)
        expect(peak - self.rest <= most, "more memory than allowed", peak - self.rest, most)


def deliver(box, folder, number, size):
    """A message with an attachment, written as it is made; gives the attachment's hash."""
    block = mails.noise(number, BLOCK)
    encoded = mails.wrapped(block)
    head = b"From: Bo <s%d@example.org>\nSubject: Large %d\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nThe text.\n--b\n" \
           b"Content-Type: application/x-big\nContent-Disposition: attachment; filename=big.bin\nContent-Transfer-Encoding: base64\n\n"
    place, name = box.folder(folder), "%d.M%dP1.large" % (time.time(), number)
    digest = hashlib.sha256()
    with open(place / "tmp" / name, "wb") as file:
        file.write(head % (number, number))
        for _ in range(size // BLOCK):
            file.write(encoded)
            digest.update(block)
        file.write(b"--b--\n")
    (place / "tmp" / name).rename(place / "new" / name)
    return digest.digest()


class Fetch(threading.Thread):
    """Fetches an attachment without holding it either."""

    def __init__(self, device, reference, parts):
        super().__init__()
        self.device, self.reference, self.parts, self.digest = device, reference, parts, None

    def run(self):
        address = urllib.parse.urlsplit(self.device.url)
        parameters = {"Options": 2} if self.parts else {}
        link = http.client.HTTPConnection(address.hostname, address.port, timeout=600)
        headers = {**self.device.headers(parameters), "Content-Type": WBXML_TYPE}
        what = ("Fetch", ("Store", "Mailbox"), ("AirSyncBase:FileReference", self.reference))
        link.request("POST", self.device.target("ItemOperations", parameters), wbxml.encode(("ItemOperations:ItemOperations", what)), headers)
        answer = link.getresponse()
        equal(answer.status, 200, "HTTP status")
        expect(answer.headers["Content-Length"], "no Content-Length")
        self.digest = self.in_parts(answer) if self.parts else self.inline(answer)
        link.close()

    @staticmethod
    def in_parts(answer):
        head = answer.read(4 + 2 * 8)
        number = lambda at: int.from_bytes(head[at:at + 4], "little")
        equal(number(0), 2, "parts")
        answer.read(number(8))
        digest = hashlib.sha256()
        left = number(16)
        while left:
            piece = answer.read(min(left, 1 << 16))
            expect(piece, "the answer ends early", left)
            digest.update(piece)
            left -= len(piece)
        equal(answer.read(), b"", "bytes behind the last part")
        return digest.digest()

    @staticmethod
    def inline(answer):
        """The text behind the media type, up to the zero that ends it."""
        digest, begun, rest = hashlib.sha256(), False, b""
        while piece := answer.read(1 << 16):
            rest += piece
            if not begun:
                at = rest.find(b"application/x-big\0")
                if at < 0:
                    continue
                begun, rest = True, rest[rest.index(b"\x03", at + 18) + 1:]
            text, _, end = rest.partition(b"\0")
            whole = len(text) if end or b"\0" in rest else len(text) // 4 * 4
            digest.update(base64.b64decode(text[:whole], validate=True))
            if b"\0" in rest:
                answer.read()
                break
            rest = text[whole:]
        return digest.digest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--url", "--user", "--password", "--maildir", "--pid"):
        parser.add_argument(name, required=True)
    parser.add_argument("--record", help="not used: these bodies are too large to be kept")
    for name, value in (("--megabytes", 100), ("--phones", 4), ("--messages", 20), ("--grow", 64)):
        parser.add_argument(name, type=int, default=value)
    given = parser.parse_args()
    size = given.megabytes * 1_000_000
    box = Maildir(given.maildir)
    box.make(".Many")
    device = lambda number: Device(given.url, given.user, given.password, "LARGE%04d" % number, VERSION)
    phone = Phone(device(0))
    phone.folder_sync()
    inbox, many = phone.folder(kind="2"), phone.folder(name="Many")

    digest = deliver(box, "", 1, size)
    phone.start(inbox, options())
    (item,) = phone.sync(inbox).added
    memory, begun = Memory(given.pid), time.monotonic()
    fetches = [Fetch(device(number), item + ":2", number % 2 == 0) for number in range(given.phones)]
    for fetch in fetches:
        fetch.start()
    for fetch in fetches:
        fetch.join()
        equal(fetch.digest == digest, True, "bytes of the attachment")
    took = time.monotonic() - begun
    memory.tell("%d phones fetched %d MB each in %.1f s" % (given.phones, given.megabytes, took), given.grow)

    for number in range(given.messages):
        deliver(box, ".Many", 10 + number, size)
    phone.start(many, options())
    memory, begun = Memory(given.pid), time.monotonic()
    pages = phone.sync_all(many)
    took = time.monotonic() - begun
    equal(sum(len(page.added) for page in pages), given.messages, "messages")
    for data in phone.items[many].values():
        sizes = [wbxml.text(entry, "EstimatedDataSize") for entry in wbxml.every(data, "AirSyncBase:Attachments/Attachment")]
        equal(sizes, [str(size // BLOCK * BLOCK)], "size of the attachment")
    memory.tell("a first Sync passed %d messages of %d MB in %.1f s" % (given.messages, given.megabytes, took), given.grow)
    return 0


if __name__ == "__main__":
    sys.exit(main())
