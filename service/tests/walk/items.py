"""What has to be right about a message as a device gets it."""

import datetime
import re

import wbxml
from eas import equal, expect
from phone import HTML, MIME, PLAIN

ALWAYS = ("Email:To", "Email:From", "Email:Subject", "Email:DateReceived", "Email:DisplayTo", "Email:ThreadTopic", "Email:Importance",
          "Email:Read", "Email:MessageClass", "Email:InternetCPID", "Email:Flag", "Email:ContentClass", "AirSyncBase:Body",
          "AirSyncBase:NativeBodyType")
FROM_14 = ("Email2:ConversationId", "Email2:ConversationIndex", "Email:Categories")
UTF_8 = "65001"


def seconds(stamp):
    """A dateTime such as 2000-12-25T08:35:00.000Z as epoch seconds."""
    expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", stamp), "not a dateTime", stamp)
    return int(datetime.datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc).timestamp())


def sender_number(data):
    """Which message this is: its sender's address says so."""
    return int(re.search(r"\bs(\d+)@example\.org", wbxml.text(data, "Email:From"))[1])


def lines(text):
    """Text with plain line ends and without those at its foot."""
    return text.replace("\r\n", "\n").rstrip("\n")


def check_item(data, mail, letters, version, preferences):
    """All elements of an Add. `preferences` maps body types to truncation sizes."""
    tags = [child[0] for child in data[1:]]
    equal(len(tags), len(set(tags)), "elements that are sent once in %s" % tags)
    missing = set(ALWAYS + (FROM_14 if version != "12.1" else ())) - set(tags)
    expect(not missing, "elements are missing", sorted(missing), mail.kind)

    def said(tag):
        return wbxml.text(data, "Email:" + tag)

    equal(said("Subject"), mail.subject, "Subject of " + mail.kind)
    equal(said("ThreadTopic"), mail.subject, "ThreadTopic")
    equal(seconds(said("DateReceived")), mail.date, "DateReceived of " + mail.kind)
    equal(said("Read"), "1" if "S" in letters else "0", "Read")
    equal(said("Importance"), str(mail.importance), "Importance of " + mail.kind)
    equal((said("MessageClass"), said("ContentClass"), said("InternetCPID")),
          ("IPM.Note", "urn:content-classes:message", UTF_8), "classes")
    if mail.native:  # what damage makes of a message is nobody's to say
        equal(wbxml.text(data, "AirSyncBase:NativeBodyType"), str(mail.native), "NativeBodyType of " + mail.kind)
    expect("Jürgen" in said("From") if mail.number % 3 == 0 else "Sender, %d" % mail.number in said("From"), "From", said("From"))
    expect("walker@example.org" in said("To") and "other@example.org" in said("To"), "To", said("To"))
    check_flag(data, "F" in letters)
    if version != "12.1":
        equal(len(wbxml.raw(wbxml.first(data, "Email2:ConversationId"))), 16, "bytes of ConversationId")
        equal(len(wbxml.raw(wbxml.first(data, "Email2:ConversationIndex"))) % 5, 0, "bytes of ConversationIndex beyond its header")
    check_attachments(data, mail)
    check_body(data, mail, preferences)


def check_flag(data, flagged):
    """The Flag element: active or empty."""
    flag = wbxml.first(data, "Email:Flag")
    equal(wbxml.text(flag, "Status"), "2" if flagged else None, "Status of Flag")


def check_attachments(data, mail):
    """The list of attachments: names, sizes, methods, and the marks of an inline image."""
    entries = wbxml.every(data, "AirSyncBase:Attachments/Attachment")
    equal(sorted(wbxml.text(entry, "DisplayName") for entry in entries), sorted(file.name for file in mail.attachments), "names in " + mail.kind)
    expect(entries or wbxml.first(data, "AirSyncBase:Attachments") is None, "an empty Attachments")
    for file in mail.attachments:
        entry = next(entry for entry in entries if wbxml.text(entry, "DisplayName") == file.name)
        reference = wbxml.text(entry, "FileReference")
        expect(re.fullmatch(r"[\w.:~+/=%-]{1,127}", reference), "FileReference", reference)
        equal(wbxml.text(entry, "Method"), str(file.method), "Method")
        size, told = len(file.data), int(wbxml.text(entry, "EstimatedDataSize"))
        expect(size * 0.9 <= told <= size * 1.5 + 64, "EstimatedDataSize", told, size)
        equal(wbxml.text(entry, "ContentId"), file.content_id, "ContentId")
        # A picture is inline where the body that was sent shows it: of plain text it is a file like any other.
        body = wbxml.text(data, "AirSyncBase:Body/Type")
        if body != MIME:
            equal(wbxml.text(entry, "IsInline") == "1", file.content_id is not None and body == HTML, "IsInline")


def check_body(data, mail, preferences):
    """The body: the native type if the device takes it, cut where it has to be, with the size of the whole."""
    body = wbxml.first(data, "AirSyncBase:Body")
    order = ["Type", "EstimatedDataSize", "Truncated", "Data", "Preview"]
    equal(wbxml.tags(body), [tag for tag in order if tag in wbxml.tags(body)], "order in Body")
    kind = wbxml.text(body, "Type")
    native = PLAIN if mail.native == 1 else HTML
    if mail.native:
        equal(kind, next((wanted for wanted in (MIME, native, *preferences) if wanted in preferences)), "Type of the body of " + mail.kind)
    content, size = wbxml.text(body, "Data") or "", int(wbxml.text(body, "EstimatedDataSize"))
    length, limit = len(content.encode()), preferences[kind]
    if wbxml.text(body, "Truncated") is None:
        expect(limit is None or length <= limit, "not cut, but longer than asked", length, limit)
        check_text(kind, content, mail)
    else:
        equal(wbxml.text(body, "Truncated"), "1", "Truncated")
        expect(limit is not None and length <= limit < size, "cut to another size than asked", length, limit, size)
        expect(kind == HTML or length > limit - 8, "cut more than needed", length, limit)
        if kind == PLAIN and mail.plain is not None:
            expect(lines(mail.plain).startswith(lines(content)), "not the start of the text", content[:80])


def check_text(kind, content, mail):
    """The whole text of a body."""
    expect(kind == MIME or mail.word in content, "the body lacks its word", mail.kind, mail.word, content[:200])
    expect(re.search("(?<!\r)\n", content) is None, "a line that does not end with CRLF", mail.kind)
    if kind == PLAIN:
        expect("<p>" not in content and "color: red" not in content, "markup in plain text", content[:200])
        if mail.plain is not None:
            equal(lines(content), lines(mail.plain), "text of " + mail.kind)
    elif kind == HTML:
        expect("<" in content, "HTML without markup", content[:200])
    elif mail.raw.isascii() and b"\x1b" not in mail.raw:
        equal(lines(content), lines(mail.raw.decode()), "MIME of " + mail.kind)
    else:  # what text that XML cannot hold becomes on its way is the server's choice; that it is a message is not
        expect(content.startswith("Message-ID:"), "no message", content[:200])
