"""The walk, after contacts: drafts both ways (16.0 and later). The file shows what the device did, the item stays, its sister is told."""

import wbxml
from eas import equal, expect
from phone import PLAIN, change, options

OWN = "anna@example.org"
FILE = ("AirSyncBase:Add", ("ClientId", "f1"), ("Content", b"hello"), ("Method", "1"), ("DisplayName", "one.bin"))


def draft(subject, *more):
    return (("Email:To", OWN), ("Email:Subject", subject), *more)


def text(words):
    return ("AirSyncBase:Body", ("Type", PLAIN), ("Data", words))


def files(walk):
    return walk.box.files(".Drafts")


def only(walk):
    (path,) = files(walk)
    return path.read_bytes().decode()


def begin(walk):
    """Drafts begin with key 0 like any folder"""
    for phone in (walk.phone, walk.other):
        phone.start(walk.drafts, options(bodies=((PLAIN, None),)))
        phone.sync_all(walk.drafts)
    equal(files(walk), [], "drafts at first")


def first_draft(walk):
    """A draft with a file that the device makes is a message marked as draft; the file's reference is answered; the sister gets all of it"""
    page = walk.phone.sync(walk.drafts, commands=[
        ("Add", ("ClientId", "d1"), ("ApplicationData", *draft("Wörter", text("Hällo")), ("AirSyncBase:Attachments", FILE)))]).holds(responses=1)
    ((_, item), answer), = page.responses.items()
    equal((wbxml.text(answer, "ClientId"), wbxml.text(answer, "Status")), ("d1", "1"), "answer to the Add")
    known = wbxml.first(answer, "ApplicationData/AirSyncBase:Attachments/Attachment")
    equal(wbxml.text(known, "ClientId"), "f1", "ClientId of the file")
    expect(wbxml.text(known, "FileReference"), "no FileReference")
    walk.draft = item
    walk.phone.items[walk.drafts][item] = answer
    expect(only(walk).startswith("Date: ") and "Message-ID: " in only(walk), "header", only(walk))
    expect(":2,D" in files(walk)[0].name, "not marked as draft", files(walk))
    walk.settle(walk.other, walk.drafts, 1)
    data = walk.other.sync(walk.drafts).holds(added=1).added[item]
    equal((wbxml.text(data, "Email:Subject"), wbxml.text(data, "Email2:IsDraft")), ("Wörter", "1"), "the draft")
    equal(wbxml.text(data, "AirSyncBase:Attachments/Attachment/DisplayName"), "one.bin", "the file's name")


def changed_draft(walk):
    """What the device changes is changed, the rest stays, and so does the item; the sister gets the whole draft"""
    walk.phone.sync(walk.drafts, commands=[change(walk.draft, text("Other words"))]).holds()
    expect("Other words" in only(walk) and "one.bin" in only(walk), "the file", only(walk))
    walk.settle(walk.other, walk.drafts, 1)
    data = walk.other.sync(walk.drafts).holds(changed=1).changed[walk.draft]
    equal(wbxml.text(data, "AirSyncBase:Body/Data").strip(), "Other words", "text")
    equal(wbxml.text(data, "Email:Subject"), "Wörter", "subject")


def sent_draft(walk):
    """A draft that the device sends goes once, is in Sent, and is no draft any more"""
    send = ("Change", ("ServerId", walk.draft), ("Email2:Send",), ("ApplicationData", ("Email:Subject", "walked away")))
    equal(walk.phone.sync(walk.drafts, commands=[send]).holds(deleted=1).deleted, [walk.draft], "what is deleted")
    equal(files(walk), [], "drafts")
    for folder in ("", ".Sent"):
        equal(len(walk.box.holding(b"Subject: walked away", folder)), 1, "messages in " + (folder or "the inbox"))
    walk.settle(walk.other, walk.drafts, 1)
    walk.other.sync(walk.drafts).holds(deleted=1)


def later(step):
    """Only versions that have drafts."""
    def only_where_there_are_drafts(walk):
        if walk.phone.device.at_least("16.0"):
            step(walk)
    only_where_there_are_drafts.__doc__ = step.__doc__
    return only_where_there_are_drafts


STEPS = tuple(map(later, (begin, first_draft, changed_draft, sent_draft)))
