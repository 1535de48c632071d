"""Holds the client itself against what is known: vectors of documents and queries, libwbxml, and Python's own reader of messages.

    selftest.py --vectors protocol/tests/golden/wbxml

A client that is wrong in the same way as the service would prove nothing.
"""

import argparse
import email
import email.policy
import pathlib
import sys

import mails
import wbxml
from check_bodies import INSTALL, ask_libwbxml
from eas import equal, expect, packed_query
from make_golden import layout

QUERIES = (  # the first of MS-ASHTTP 2.2.1.1.1.1, three made for the service; all with locale 0x0409
    ("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l", ("14.0", "Sync", "v140Device", "SmartPhone", None, {})),
    ("oRIJBBAwMTIzNDU2Nzg5QUJDREVGBGBI6k0GaVBob25l", ("16.1", "Ping", "0123456789ABCDEF", "iPhone", "1307199584", {})),
    ("jRMJBBAwMTIzNDU2Nzg5QUJDREVGBGBI6k0HQW5kcm9pZAcBAg==",
     ("14.1", "ItemOperations", "0123456789ABCDEF", "Android", "1307199584", {"Options": 2})),
    ("jQIJBBAwMTIzNDU2Nzg5QUJDREVGAAdBbmRyb2lkAQJ1MQMGdTE6MTAxBwEB",
     ("14.1", "SmartForward", "0123456789ABCDEF", "Android", None, {"CollectionId": "u1", "ItemId": "u1:101", "Options": 1})),
)
REFUSED = ("03016a00", "03016a0045", "03016a00c501", "03016a00450101", "03016a004503ff0001", "03016a00450301", "03016a0045c37f01",
           "03016a007f01", "03016a00001a05", "02016a0005", "03016a0045030100010100")


def vectors(folder):
    """Documents are read, written and shown as the vectors say, and libwbxml reads the same"""
    paths = sorted(pathlib.Path(folder).glob("*.hex"))
    expect(len(paths) >= 32, "vectors", len(paths))
    for path in paths:
        data = bytes.fromhex(path.read_text(encoding="ascii").replace("\n", ""))
        document = wbxml.decode(data)
        equal(wbxml.encode(document), data, "encoding of " + path.name)
        equal(layout(document) + "\n", path.with_suffix(".xml").read_bytes().decode(), "XML of " + path.name)
        equal(ask_libwbxml(data, document), None, "libwbxml on " + path.name)


def refusals(_folder):
    """What a server must not send is refused"""
    for text in REFUSED:
        try:
            document = wbxml.decode(bytes.fromhex(text))
        except wbxml.Wrong:
            continue
        raise AssertionError("%s was read as %r" % (text, document))


def queries(_folder):
    """Packed queries are written as the vectors say"""
    for packed, parts in QUERIES:
        equal(packed_query(*parts), packed, "query")


def messages(_folder):
    """The messages of the walk say what is expected of them to another reader too"""
    for number in range(len(mails.KINDS) * len(mails.SUBJECTS)):
        mail = mails.make(number, 1_700_000_000)
        found = email.message_from_bytes(mail.raw, policy=email.policy.default)
        equal(found["subject"], mail.subject, "Subject of " + mail.kind)
        if mail.plain is not None:
            equal(found.get_body(("plain",)).get_content().rstrip(), mail.plain.rstrip(), "text of " + mail.kind)
        files = [part for part in found.walk() if part.get_content_disposition() in ("attachment", "inline")]
        equal([part.get_filename() for part in files], [file.name for file in mail.attachments], "files in " + mail.kind)
        for part, file in zip(files, mail.attachments):
            if file.method == 1:
                equal(part.get_payload(decode=True), file.data, "bytes of " + file.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", required=True)
    arguments = parser.parse_args()
    for check in (vectors, refusals, queries, messages):
        try:
            check(arguments.vectors)
        except FileNotFoundError as missing:
            sys.exit("%s is missing: %s" % (missing.filename, INSTALL))
        print("ok    " + check.__doc__)


if __name__ == "__main__":
    main()
