"""The walk, part 2: a folder of 500 messages is filled, in pages, and single messages and attachments are fetched."""

import base64

import wbxml
from eas import equal, expect
from items import check_body, check_item, lines, seconds, sender_number
from phone import HTML, MIME, PLAIN, options

CUTS = {HTML: 2048, PLAIN: 600}
WINDOW = 100


def fill(walk):
    """Sync of 500 messages: key 0, then pages of 100, newest first, none twice, each estimate right, each message as it should be"""
    phone, inbox = walk.phone, walk.inbox
    phone.start(inbox, options(bodies=tuple(CUTS.items())))
    pages, last = 0, None
    while last is None or last.more:
        left = len(walk.mails) - len(phone.items[inbox])
        equal(phone.estimate(inbox), left, "Estimate")
        last = phone.sync(inbox, window=WINDOW)
        expect(0 < len(last.added) <= WINDOW and not last.changed and not last.deleted, "size of a page", len(last.added))
        pages += 1
    expect(pages >= len(walk.mails) / WINDOW, "pages", pages)
    equal(phone.estimate(inbox), 0, "Estimate at the end")
    dates = [seconds(wbxml.text(data, "Email:DateReceived")) for data in phone.items[inbox].values()]
    equal(dates, sorted(dates, reverse=True), "newest first")
    for item, data in phone.items[inbox].items():
        number = sender_number(data)
        expect(number not in walk.ids, "one message under two ids", number)
        walk.ids[number] = item
        check_item(data, walk.mails[number], walk.letters_at_start(number), walk.version, CUTS)
    equal(set(walk.ids), set(walk.mails), "messages")


def nothing_new(walk):
    """Sync of an unchanged folder is answered with an empty body"""
    answer = walk.phone.post("Sync", walk.phone.sync_request([walk.phone.collection(walk.inbox)]))
    equal((answer.status, answer.body), (200, b""), "answer")


def second_device(walk):
    """A second device fills in windows of 512, all bodies in plain text"""
    other = walk.other
    other.folder_sync()
    equal(other.folders, walk.phone.folders, "folders of the second device")
    other.start(walk.inbox, options(bodies=((PLAIN, None),)))
    other.sync_all(walk.inbox, window=512)
    equal(len(other.items[walk.inbox]), len(walk.mails), "messages")
    for data in other.items[walk.inbox].values():
        number = sender_number(data)
        check_item(data, walk.mails[number], walk.letters_at_start(number), walk.version, {PLAIN: None})
    for folder in (walk.trash, walk.archive, walk.sent):
        for phone in (walk.phone, other):
            phone.start(folder, options())
            phone.sync_all(folder)


def one_of_each(walk):
    """The newest message of each kind."""
    found = {}
    for number in sorted(walk.mails):
        found.setdefault(walk.mails[number].kind, walk.mails[number])
    return found.values()


def wanted_bodies(mail):
    """What bodies to ask for, as (preferences, MIMESupport)."""
    yield {HTML: None}, "0"
    yield {PLAIN: None}, "0"
    if mail.kind != "raw_bytes":  # whose MIME is no text
        yield {MIME: None}, "2"


def fetch_in_sync(walk):
    """Fetch in Sync brings each kind of message in plain text, HTML and MIME, whole"""
    for mail in one_of_each(walk):
        for preferences, mime in wanted_bodies(mail):
            choice = options(bodies=tuple(preferences.items()), mime_support=mime)
            check_body(walk.phone.fetch(walk.inbox, walk.ids[mail.number], choice), mail, preferences)
    mail = next(mail for mail in one_of_each(walk) if mail.kind == "attachment")
    data = walk.phone.fetch(walk.inbox, walk.ids[mail.number], options(bodies=((MIME, 512),), mime_support="2"))
    check_body(data, mail, {MIME: 512})
    walk.phone.sync(walk.inbox, choice=options(bodies=tuple(CUTS.items())))


def fetch(walk, *what, parameters=None):
    """One Fetch of ItemOperations: the answer and its Fetch element."""
    document = ("ItemOperations:ItemOperations", ("Fetch", ("Store", "Mailbox"), *what))
    answer = walk.phone.post("ItemOperations", document, parameters=parameters)
    equal(answer.text("Status"), "1", "Status of ItemOperations")
    return answer, wbxml.first(answer.document, "Response/Fetch")


def fetch_items(walk):
    """ItemOperations Fetch brings a message with its whole body, in plain text, HTML and MIME"""
    for mail in one_of_each(walk):
        for preferences, mime in wanted_bodies(mail):
            wanted = [("AirSyncBase:BodyPreference", ("Type", kind)) for kind in preferences]
            ident = (("AirSync:CollectionId", walk.inbox), ("AirSync:ServerId", walk.ids[mail.number]))
            _, found = fetch(walk, *ident, ("Options", ("AirSync:MIMESupport", mime), *wanted))
            equal(wbxml.text(found, "Status"), "1", "Status of Fetch")
            equal(wbxml.text(found, "AirSync:ServerId"), walk.ids[mail.number], "ServerId")
            data = wbxml.first(found, "Properties")
            check_body(data, mail, preferences)
            equal(wbxml.text(data, "Email:Subject"), mail.subject, "Subject")
    _, found = fetch(walk, ("AirSync:CollectionId", walk.inbox), ("AirSync:ServerId", walk.inbox + ":99999999"))
    equal(wbxml.text(found, "Status"), "6", "Status of a missing item")


def attachments(walk):
    """The messages' attachments as (file, FileReference)."""
    for mail in one_of_each(walk):
        entries = wbxml.every(walk.phone.items[walk.inbox][walk.ids[mail.number]], "AirSyncBase:Attachments/Attachment")
        for file in mail.attachments:
            yield file, next(wbxml.text(entry, "FileReference") for entry in entries if wbxml.text(entry, "DisplayName") == file.name)


def same_file(got, file):
    """Attachments come byte by byte; a message in a message may change its line ends."""
    wanted = file.data
    if file.method == 5:
        got, wanted = lines(got.decode()), lines(wanted.decode())
    equal(got, wanted, "bytes of " + file.name)


def fetch_attachments(walk):
    """ItemOperations Fetch brings attachments byte by byte, ranges of them, 8 behind their end, and 15 for an unknown FileReference"""
    for file, reference in attachments(walk):
        reference = ("AirSyncBase:FileReference", reference)
        _, found = fetch(walk, reference)
        equal(wbxml.text(found, "Status"), "1", "Status of Fetch")
        properties = wbxml.first(found, "Properties")
        expect("/" in wbxml.text(properties, "AirSyncBase:ContentType"), "ContentType")
        equal(wbxml.first(properties, "Range"), None, "Range that nobody asked for")
        whole = base64.b64decode(wbxml.text(properties, "Data"), validate=True)
        same_file(whole, file)
        for first, last in ((0, 9), (len(whole) // 2, len(whole) - 1), (5, len(whole) + 1000)):
            _, found = fetch(walk, reference, ("Options", ("Range", "%d-%d" % (first, last))))
            properties = wbxml.first(found, "Properties")
            part = whole[first:last + 1]
            equal(base64.b64decode(wbxml.text(properties, "Data")), part, "bytes of a range")
            equal(wbxml.text(properties, "Range"), "%d-%d" % (first, first + len(part) - 1), "Range")
            equal(wbxml.text(properties, "Total"), str(len(whole)), "Total")
        _, found = fetch(walk, reference, ("Options", ("Range", "%d-%d" % (len(whole), len(whole) + 9))))
        equal(wbxml.text(found, "Status"), "8", "Status for a range behind the end")
    for unknown in ("", "no-such-file", walk.inbox + ":99999999:1"):
        _, found = fetch(walk, ("AirSyncBase:FileReference", unknown))
        equal(wbxml.text(found, "Status"), "15", "Status for FileReference %r" % unknown)


def fetch_in_parts(walk):
    """A multipart answer carries the attachment's bytes beside the document"""
    file, reference = next(iter(attachments(walk)))
    answer, found = fetch(walk, ("AirSyncBase:FileReference", reference), parameters={"Options": 2})
    equal(len(answer.parts or ()), 2, "parts")
    equal((wbxml.text(found, "Properties/Part"), wbxml.text(found, "Properties/Data")), ("1", None), "Part and Data")
    same_file(answer.parts[1], file)


def get_attachment(walk, name):
    """GetAttachment, whose answer is no document."""
    device = walk.phone.device
    return device.link.request("POST", device.target("GetAttachment", {"AttachmentName": name}), b"", device.headers({}))


def get_attachments(walk):
    """GetAttachment brings attachments as they are, and 404 for those that are not there"""
    if walk.phone.device.at_least("14.0"):
        return
    for file, reference in attachments(walk):
        answer = get_attachment(walk, reference)
        equal((answer.status, answer.headers["Content-Length"]), (200, str(len(answer.body))), "answer")
        expect("/" in answer.headers["Content-Type"], "Content-Type", answer.headers["Content-Type"])
        same_file(answer.body, file)
    unknown = (walk.inbox + ":99999999:1", "no-such-file")
    equal([get_attachment(walk, name).status for name in unknown], [404] * 2, "those that are not there")


STEPS = (fill, nothing_new, second_device, fetch_in_sync, fetch_items, fetch_attachments, fetch_in_parts, get_attachments)
