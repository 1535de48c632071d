"""The walk, part 9: ItemOperations on whole folders and conversations, and some properties of an item only."""

import base64

import mails
import wbxml
from eas import equal, expect
from steps_change import OWN, other_hears, park_both
from steps_fill import fetch
from steps_push import HEARTBEAT, QUIET


SENDER = b"From: Bo <s%d@example.org>\n"


def operate(walk, *operations):
    """ItemOperations: the children of Response."""
    answer = walk.phone.post("ItemOperations", ("ItemOperations:ItemOperations", *operations))
    equal(answer.text("Status"), "1", "Status of ItemOperations")
    return wbxml.first(answer.document, "Response")[1:]


def empty(walk, folder, sub_folders=False):
    """EmptyFolderContents: its Status."""
    more = (("Options", ("DeleteSubFolders",)),) if sub_folders else ()
    (found,) = operate(walk, ("EmptyFolderContents", ("AirSync:CollectionId", folder), *more))
    equal(wbxml.text(found, "AirSync:CollectionId"), folder, "CollectionId")
    return wbxml.text(found, "Status")


def schema(walk):
    """Schema: only the properties that were asked for"""
    _, item, _ = walk.untouched()
    ident = (("AirSync:CollectionId", walk.inbox), ("AirSync:ServerId", item))
    wanted = ("Email:Subject", "Email:Read")
    _, found = fetch(walk, *ident, ("Options", ("Schema", *((tag,) for tag in wanted))))
    equal(sorted(child[0] for child in wbxml.first(found, "Properties")[1:]), sorted(wanted), "properties")


def empty_folder(walk):
    """EmptyFolderContents: all messages go, told by Sync; the device is not woken, the other one is; its folders stay"""
    walk.box.make(".Trash.Deep")
    for phone in (walk.phone, walk.other):
        phone.learn("Deep")
    walk.arrive(walk.phone, ".Archive")
    walk.box.deliver(SENDER % 9006 + b"Subject: old\n\nold\n", ".Archive", 1)  # before every filter
    walk.catch_up()
    count = len(walk.phone.items[walk.archive])
    expect(count > 2, "too few messages", count)
    own, sister = park_both(walk)
    equal(empty(walk, walk.archive), "1", "Status")
    equal(walk.box.files(".Archive"), [], "files")
    equal(sister.result(10).text("Status"), "2", "Status of the other device's Ping")
    own.silent(OWN)
    own.leave()
    walk.phone.sync(walk.archive, window=512).holds(deleted=count)
    other_hears(walk, walk.archive, deleted=count)
    equal(empty(walk, walk.archive), "1", "Status of the repeat")
    equal(empty(walk, "99999"), "6", "Status for an unknown folder")


def empty_with_folders(walk):
    """EmptyFolderContents with DeleteSubFolders: what is below goes too, and all devices learn which by FolderSync"""
    deep = walk.phone.folder(name="Deep")
    walk.deliver(".Trash.Deep")
    walk.deliver(".Trash")
    parked = walk.other.park_ping(HEARTBEAT, [walk.sent])
    parked.silent(QUIET)
    equal(empty(walk, walk.trash, sub_folders=True), "1", "Status")
    equal(parked.result(10).text("Status"), "7", "Status of the other device's Ping")
    for phone in (walk.phone, walk.other):
        equal(phone.folder_sync(), [("Delete", deep)], "what FolderSync tells")
    equal((walk.box.files(".Trash"), walk.box.folder(".Trash.Deep").exists()), ([], False), "what is left")


def move_conversation(walk):
    """Move: the messages of a conversation, and no others, go to a folder"""
    if not walk.phone.device.at_least("14.0"):
        return
    raw = SENDER + b"Subject: Talk\nMessage-ID: <talk-%d@x>\n%s\nText.\n"
    for number in (1, 2, 3):
        references = b"" if number == 1 else b"References: <talk-1@x>\n"
        walk.box.deliver(raw % (9000 + number, number, references))
    walk.box.deliver(SENDER % 9004 + b"Subject: Talk\nMessage-ID: <other@x>\n\nText.\n")
    walk.catch_up()
    found = [data for data in walk.phone.items[walk.inbox].values() if wbxml.text(data, "Email:Subject") == "Talk"]
    equal(len(found), 4, "messages")
    idents = [wbxml.first(data, "Email2:ConversationId")[1] for data in found]
    talk = next(ident for ident in idents if idents.count(ident) == 3)

    def move(ident, folder, always=False):
        more = (("Options", ("MoveAlways",)),) if always else ()
        (found,) = operate(walk, ("Move", ("ConversationId", ident), ("DstFldId", folder), *more))
        equal(wbxml.first(found, "ConversationId")[1], ident, "ConversationId")
        return wbxml.text(found, "Status")

    equal([move(talk, "99999"), move(talk, "none")], ["156", "156"], "Status for an unknown folder")
    equal(move(talk, walk.archive), "1", "Status")
    equal(len(walk.box.files(".Archive")), 3, "messages that were moved")
    equal(move(bytes(16), walk.archive), "6", "Status for an unknown conversation")
    equal(move(talk, walk.trash, always=True), "17", "Status when later ones shall follow")
    equal((len(walk.box.files(".Archive")), len(walk.box.files(".Trash"))), (0, 3), "messages in both folders")


def open_range(walk):
    """A range without an end brings the rest, and one that is none is Status 8"""
    data = b"0123456789" * 50
    content = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Disposition: attachment\n" \
              b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n%s--b--\n" % base64.encodebytes(data)
    walk.box.deliver(SENDER % 9005 + b"Subject: Range\n" + content)
    walk.catch_up()
    item = next(item for item, found in walk.phone.items[walk.inbox].items() if wbxml.text(found, "Email:Subject") == "Range")
    for asked, status, part in (("490-", "1", data[490:]), ("0-", "1", data), ("499-", "1", data[499:]), ("500-", "8", None), ("7-3", "8", None),
                                ("x", "8", None), ("0-99999999999", "1", data)):
        _, found = fetch(walk, ("AirSyncBase:FileReference", item + ":2"), ("Options", ("Range", asked)))
        equal(wbxml.text(found, "Status"), status, "Status for " + asked)
        if part is not None:
            properties = wbxml.first(found, "Properties")
            equal(base64.b64decode(wbxml.text(properties, "Data")), part, "bytes of " + asked)
            equal(wbxml.text(properties, "Total"), "500", "Total")


def large_attachments(walk):
    """Attachments of a message of 9 MB: listed with their sizes, brought inline, in parts, and in ranges; twice in one request"""
    files = [mails.noise(9100, 3_000_001), mails.noise(9101, 3_400_000)]
    parts = [mails.file_part(mails.Attachment("big%d.bin" % number, data), "application/x-big", "filename=big%d.bin" % number)
             for number, data in enumerate(files)]
    content = mails.multipart("mixed", mails.text_part("The text.\n"), *parts)
    walk.box.deliver(SENDER % 9007 + b"Subject: Large\n" + content)
    walk.catch_up()
    item, data = next((item, data) for item, data in walk.phone.items[walk.inbox].items() if wbxml.text(data, "Email:Subject") == "Large")
    listed = wbxml.every(data, "AirSyncBase:Attachments/Attachment")
    equal([wbxml.text(entry, "EstimatedDataSize") for entry in listed], [str(len(file)) for file in files], "sizes")
    equal(wbxml.text(data, "AirSyncBase:Body/Data").strip(), "The text.", "body")
    references = [("AirSyncBase:FileReference", wbxml.text(entry, "FileReference")) for entry in listed]
    for reference, file in zip(references, files):
        _, found = fetch(walk, reference)
        equal(base64.b64decode(wbxml.text(found, "Properties/Data"), validate=True) == file, True, "bytes inline")
        answer, found = fetch(walk, reference, parameters={"Options": 2})
        equal((wbxml.text(found, "Properties/Part"), answer.parts[1] == file), ("1", True), "bytes in a part")
        for asked, part in (("1000000-1999999", file[1000000:2000000]), ("2999999-", file[2999999:]), ("0-99999999", file)):
            for parameters in (None, {"Options": 2}):
                answer, found = fetch(walk, reference, ("Options", ("Range", asked)), parameters=parameters)
                properties = wbxml.first(found, "Properties")
                got = answer.parts[1] if parameters else base64.b64decode(wbxml.text(properties, "Data"))
                equal((got == part, wbxml.text(properties, "Total")), (True, str(len(file))), "bytes of " + asked)
        _, found = fetch(walk, reference, ("Options", ("Range", "%d-" % len(file))))
        equal(wbxml.text(found, "Status"), "8", "Status behind the end")
    both = [("Fetch", ("Store", "Mailbox"), reference) for reference in references]
    missing = ("Fetch", ("Store", "Mailbox"), ("AirSyncBase:FileReference", item + ":9"))
    document = ("ItemOperations:ItemOperations", both[0], missing, both[1])
    for parameters in (None, {"Options": 2}):
        answer = walk.phone.post("ItemOperations", document, parameters=parameters)
        found = wbxml.every(answer.document, "Response/Fetch")
        equal([wbxml.text(entry, "Status") for entry in found], ["1", "15", "1"], "statuses")
        got = [found[0], found[2]]
        got = answer.parts[1:] if parameters else [base64.b64decode(wbxml.text(entry, "Properties/Data")) for entry in got]
        equal([one == file for one, file in zip(got, files)], [True, True], "both files")


STEPS = (large_attachments, schema, open_range, empty_folder, empty_with_folders, move_conversation)
