"""The walk, part 10: Search and Find, messages by LongId, and GetAttachment where it exists."""

import base64
import itertools
import time
from datetime import datetime, timezone

import wbxml
from eas import equal, expect
from phone import HTML, PLAIN
from steps_fill import fetch, get_attachment

NUMBERS = itertools.count(9500)
FOLDER = ".Library"  # which no device of the walk syncs
WORD = "zanzibar"
DAY = 86_400


def head(subject):
    """Who writes to whom, and about what."""
    return b"From: =?utf-8?q?Zo=C3=AB_Quill?= <s%d@example.org>\nTo: anna@example.org\nCc: \"Bo, B\" <bo@example.org>\nSubject: %s\n" % (
        next(NUMBERS), subject)


def store(walk, name, query, *options):
    """Search: the Store of the answer."""
    inside = (("Options", *options),) if options else ()
    answer = walk.phone.post("Search", ("Search:Search", ("Store", ("Name", name), query, *inside)))
    equal(answer.text("Status"), "1", "Status of Search")
    return wbxml.first(answer.document, "Response/Store")


def search(walk, *conditions, options=(), status="1"):
    """Search of the mailbox: its results, each as (subject, LongId, CollectionId, Properties)."""
    found = store(walk, "Mailbox", ("Query", ("And", ("AirSync:Class", "Email"), *conditions)), *options)
    equal(wbxml.text(found, "Status"), status, "Status of the store")
    if status != "1":
        return []
    results = [result for result in wbxml.every(found, "Result") if len(result) > 1]
    span = wbxml.text(found, "Range")
    if not results:
        equal((len(wbxml.every(found, "Result")), span), (1, None), "empty results, Range")
        return []
    first, last = map(int, span.split("-"))
    equal(last - first + 1, len(results), "results of the Range")
    expect(int(wbxml.text(found, "Total")) > last, "Total", wbxml.text(found, "Total"))
    return [shown(result) for result in results]


def shown(result):
    properties, ident = wbxml.first(result, "Properties"), wbxml.text(result, "LongId")
    equal(wbxml.text(result, "AirSync:Class"), "Email", "Class")
    expect(0 < len(ident) <= 256, "LongId", ident)
    return wbxml.text(properties, "Email:Subject"), ident, wbxml.text(result, "AirSync:CollectionId"), properties


def subjects(results):
    return [subject for subject, *_ in results]


def text(words):
    """Words to be found in messages of the last days: a Maildir without an index is read for each search."""
    return ("FreeText", "%s received>=%s" % (words, written(time.time() - 4 * DAY)[:10]))


def written(when):
    """A time as comparisons have it."""
    return datetime.fromtimestamp(when, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def find_everywhere(walk):
    """Search finds words in subjects, names and texts of any encoding, in all folders, newest first"""
    body = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    now = int(time.time()) - 100
    sent = [("", "Letter one", "We sail to %s at dawn." % WORD), (".Archive", "Letter two from Zanzíbar", "Über %s." % WORD.upper()),
            (FOLDER, "Letter three", "Nothing of that, %s." % WORD)]
    walk.box.make(FOLDER)
    for age, (folder, subject, content) in enumerate(sent):
        written_so = b"=?utf-8?b?%s?=" % base64.b64encode(subject.encode())
        walk.box.deliver(head(written_so) + body + base64.encodebytes(content.encode()), folder, when=now - age * DAY)
    walk.searched = now
    walk.phone.learn("Library")
    walk.library = walk.phone.folder(name="Library")
    walk.catch_up()
    everything = ["Letter one", "Letter two from Zanzíbar", "Letter three"]
    equal(subjects(search(walk, ("FreeText", WORD))), everything, "all of the mail")
    for words, wanted in (("Zanzibar letter", everything), ('"to zanzibar at"', everything[:1]), ("subject:zanzíbar", everything[1:2]),
                          ("über zanzibar", everything[1:2]), ("from:zoë letter", everything), ("from:quill one", everything[:1]),
                          ("to:bo@example.org nothing", everything[2:]), ("nowhere-to-be-found", []), ("from:bo letter", [])):
        equal(subjects(search(walk, text(words))), wanted, words)


def narrow(walk):
    """Search keeps to folders, times and ranges that are asked for"""
    def folders(*idents):
        return [("AirSync:CollectionId", ident) for ident in idents]

    word = text("letter zanzibar")
    equal(subjects(search(walk, *folders(walk.inbox), word)), ["Letter one"], "the inbox")
    equal(subjects(search(walk, *folders(walk.archive, walk.library), word)), ["Letter two from Zanzíbar", "Letter three"], "two folders")
    equal(len(search(walk, *folders("0"), word)), 3, "folder 0")
    equal(search(walk, *folders("99999"), word, status="11"), [], "an unknown folder")
    for tag, when, wanted in (("GreaterThan", walk.searched - DAY, 1), ("GreaterThan", walk.searched - DAY - 1, 2), ("LessThan", walk.searched, 2),
                              ("LessThan", walk.searched - 2 * DAY, 0)):
        found = search(walk, word, (tag, ("Email:DateReceived",), ("Value", written(when))))
        equal(len(found), wanted, "%s %s" % (tag, when))
    pages = [search(walk, word, options=(("Range", "%d-%d" % span),)) for span in ((0, 0), (1, 1), (1, 9), (7, 9))]
    equal([subjects(page) for page in pages], [["Letter one"], ["Letter two from Zanzíbar"], ["Letter two from Zanzíbar", "Letter three"], []], "pages")


def show(walk):
    """Search shows results as Sync does, with bodies only if they are asked for"""
    (_, _, folder, data), *_ = search(walk, text("letter one zanzibar"))
    equal((folder, wbxml.first(data, "AirSyncBase:Body"), wbxml.text(data, "Email:Read")), (walk.inbox, None, "0"), "a bare result")
    wanted = ("AirSyncBase:BodyPreference", ("Type", PLAIN), ("TruncationSize", "10"))
    (*_, data), *_ = search(walk, text("letter one zanzibar"), options=(wanted, ("RebuildResults",)))
    body = wbxml.first(data, "AirSyncBase:Body")
    equal((wbxml.text(body, "Type"), wbxml.text(body, "Data"), wbxml.text(body, "Truncated")), (PLAIN, "We sail to", "1"), "a result with a body")


def converse(walk):
    """Search for a conversation finds its messages and no others"""
    if not walk.phone.device.at_least("14.0"):
        return
    raw = b"Message-ID: <voyage-%d@x>\n%s\nText.\n"
    for number, folder in ((1, ""), (2, FOLDER)):
        walk.box.deliver(head(b"Voyage") + raw % (number, b"" if number == 1 else b"References: <voyage-1@x>\n"), folder)
    walk.box.deliver(head(b"Voyage") + raw % (3, b""), FOLDER)
    (*_, data), *_ = search(walk, ("AirSync:CollectionId", walk.inbox), text("subject:voyage"))
    ident = wbxml.first(data, "Email2:ConversationId")[1]
    found = search(walk, ("ConversationId", ident))
    equal((subjects(found), {folder for _, _, folder, _ in found}), (["Voyage"] * 2, {walk.inbox, walk.library}), "a conversation")


def reach(walk):
    """ItemOperations brings a message and its attachments by LongId, also one that no device was ever told of"""
    raw = head(b"Chart") + b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n" \
        b"<p>A <b>chart</b></p>\n--b\nContent-Disposition: attachment; filename=chart.bin\nContent-Transfer-Encoding: base64\n\n"
    data = bytes(range(256)) * 8
    raw += base64.encodebytes(data) + b"--b--\n"
    long_name = walk.box.root / FOLDER / "new" / ("1700000000.%s.host" % ("x" * 210))
    long_name.write_bytes(raw)
    walk.box.deliver(raw, FOLDER)
    found = search(walk, ("AirSync:CollectionId", walk.library), text("subject:chart"))
    equal(len(found), 2, "messages")
    kinds = sorted(ident.partition(":")[2][0] for _, ident, _, _ in found)
    equal(kinds, ["-", "~"], "kinds of LongId")
    for _, ident, _, listed in found:
        _, got = fetch(walk, ("Search:LongId", ident), ("Options", ("AirSyncBase:BodyPreference", ("Type", HTML))))
        equal((wbxml.text(got, "Status"), wbxml.text(got, "Search:LongId")), ("1", ident), "Status and LongId")
        properties = wbxml.first(got, "Properties")
        equal(wbxml.text(properties, "Email:Subject"), "Chart", "Subject")
        expect("<b>chart</b>" in wbxml.text(properties, "AirSyncBase:Body/Data"), "body", wbxml.text(properties, "AirSyncBase:Body/Data"))
        reference = wbxml.text(listed, "AirSyncBase:Attachments/Attachment/FileReference")
        _, got = fetch(walk, ("AirSyncBase:FileReference", reference))
        equal(base64.b64decode(wbxml.text(got, "Properties/Data")), data, "bytes of the attachment")
    walk.chart = found[0][1]
    (_, ident, *_), = search(walk, ("AirSync:CollectionId", walk.inbox), text("letter one zanzibar"))
    _, got = fetch(walk, ("Search:LongId", ident))
    equal(wbxml.text(got, "Properties/Email:Subject"), "Letter one", "a message that is synced")


def other_stores(walk):
    """Search of the address list finds nobody, and there is no document library"""
    found = store(walk, "GAL", ("Query", "anna"), ("Range", "0-9"))
    equal((wbxml.text(found, "Status"), wbxml.text(found, "Total"), wbxml.every(found, "Result")), ("1", "0", []), "the address list")
    library = ("Query", ("EqualTo", ("DocumentLibrary:LinkId",), ("Value", "\\\\server\\share")))
    equal(wbxml.text(store(walk, "DocumentLibrary", library), "Status"), "4", "Status of a document library")


def find(walk):
    """Find shows what the device could sync, by the ids that Sync has, page by page of one search"""
    if not walk.phone.device.at_least("16.1"):
        return

    def ask(name, words, span="0-9", folder=None, status="1"):
        inside = [("AirSync:Class", "Email")] + ([("AirSync:CollectionId", folder)] if folder else []) + [("FreeText", words)]
        criterion = ("MailBoxSearchCriterion", ("Query", *inside), ("Options", ("Range", span), ("DeepTraversal",)))
        answer = walk.phone.post("Find", ("Find:Find", ("SearchId", name), ("ExecuteSearch", criterion)))
        if answer.text("Status") != "1":
            return answer.text("Status")
        response = wbxml.first(answer.document, "Response")
        equal(wbxml.text(response, "Status"), status, "Status of the response")
        return [(wbxml.text(result, "Properties/Email:Subject"), wbxml.text(result, "AirSync:ServerId"), wbxml.first(result, "Properties"))
                for result in wbxml.every(response, "Result")]

    found = ask("one", "letter zanzibar")
    equal([subject for subject, *_ in found], ["Letter one", "Letter two from Zanzíbar"], "subjects")
    known = {**walk.phone.items[walk.inbox], **walk.phone.items[walk.archive]}
    for subject, ident, properties in found:
        equal(wbxml.text(known[ident], "Email:Subject"), subject, "the item of that id")
        told = [wbxml.text(properties, tag) for tag in ("Email:Read", "HasAttachments", "DisplayCc", "Email2:IsDraft")]
        equal(told, ["0", "0", "Bo, B", "0"], "Read, HasAttachments, DisplayCc, IsDraft")
    expect(wbxml.text(found[0][2], "Preview").startswith("We sail to zanzibar"), "Preview", wbxml.text(found[0][2], "Preview"))
    equal([subject for subject, *_ in ask("one", "letter zanzibar", "1-1")], ["Letter two from Zanzíbar"], "the second page")
    equal(ask("two", "letter zanzibar", "1-1", status="4"), [], "a search that begins in the middle")
    equal([subject for subject, *_ in ask("three", "letter zanzibar", folder=walk.inbox)], ["Letter one"], "one folder")
    equal(ask("four", "letter zanzibar", folder="99999"), "3", "Status for an unknown folder")
    equal(ask("five", "nowhere-to-be-found"), [], "nothing")
    gal = walk.phone.post("Find", ("Find:Find", ("SearchId", "six"), ("ExecuteSearch", ("GalSearchCriterion", ("Query", "anna")))))
    equal((gal.text("Status"), gal.text("Response/Status"), gal.text("Response/Total")), ("1", "1", "0"), "the address list")


def get_large_attachment(walk):
    """GetAttachment brings a large file of a message that only a search knows"""
    if walk.phone.device.at_least("14.0"):
        return
    large = b"0123456789abcdef" * 200_000
    content = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: application/x-big\n" \
              b"Content-Transfer-Encoding: base64\n\n%s--b--\n" % base64.encodebytes(large)
    walk.box.deliver(head(b"Sizable") + content, FOLDER)
    (_, ident, *_), = search(walk, text("subject:sizable"))
    answer = get_attachment(walk, ident + ":2")
    equal((answer.status, answer.headers["Content-Type"], answer.body == large), (200, "application/x-big", True), "answer")
    equal(get_attachment(walk, ident + ":9").status, 404, "a part that is not there")


STEPS = (find_everywhere, narrow, show, converse, reach, other_stores, find, get_large_attachment)
