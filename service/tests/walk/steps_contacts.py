"""The walk, part 10: contacts both ways. Cards show what the device did and keep what it cannot show; its sister is woken."""

import wbxml
from eas import equal, expect
from phone import PLAIN, change, woken
from steps_change import OWN
from steps_push import HEARTBEAT, QUIET

BODY = ("AirSyncBase:BodyPreference", ("Type", PLAIN))
NOTE = "Zeile eins\r\nline two: ü, 日本"
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
JPEG = "/9j/"
DORA = (("Contacts:FileAs", "Süß, Dora"), ("Contacts:FirstName", "Dora"), ("Contacts:LastName", "Süß"),
        ("Contacts:MobilePhoneNumber", "+49 170 1"), ("Contacts:HomePhoneNumber", "+49 30 2"), ("Contacts:Email1Address", "dora@example.org"),
        ("Contacts:HomeAddressCity", "München"), ("Contacts:Birthday", "1969-12-31T00:00:00.000Z"),
        ("Contacts:Categories", ("Category", "Family")), ("Contacts2:NickName", "Dorle"))


def choice(conflict=None):
    return ("Options", BODY, *([("Conflict", conflict)] if conflict else []))


def park_both(walk):
    """Both devices wait for contacts."""
    parked = [phone.park_ping(HEARTBEAT, [walk.contacts]) for phone in (walk.phone, walk.other)]
    for ping in parked:
        ping.silent(QUIET)
    return parked


def sister_hears(walk, ping, **counts):
    """The other device is woken and gets exactly so many of each."""
    woken(ping, [walk.contacts])
    return walk.other.sync(walk.contacts).holds(**counts)


def upload(walk, *commands, responses=0, **more):
    return walk.phone.sync(walk.contacts, commands=commands, **more).holds(responses=responses)


def card(walk):
    """The only card that is there."""
    ((_, card),) = walk.book.files().items()
    return card


def said(data, tag):
    return wbxml.text(data, tag)


def begin(walk):
    """Contacts begin with key 0 like any folder, and there are none"""
    for phone in (walk.phone, walk.other):
        phone.folder_sync()
        walk.contacts = phone.folder(kind="9")
        phone.classes[walk.contacts] = "Contacts"
        phone.start(walk.contacts, choice())
        phone.sync(walk.contacts).holds()


def first_contact(walk):
    """The first contact of a device makes the address book; its id is answered; the other device gets all of it"""
    own, sister = park_both(walk)
    page = upload(walk, ("Add", ("ClientId", "c1"), ("ApplicationData", *DORA, ("Contacts:Picture", PICTURE))), responses=1)
    ((_, item), answer), = page.responses.items()
    equal((wbxml.text(answer, "ClientId"), wbxml.text(answer, "Status")), ("c1", "1"), "answer to the Add")
    walk.dora = item
    walk.phone.items[walk.contacts][item] = None
    for line in ("FN:Dora Süß", "N:Süß;Dora;;;", "NICKNAME:Dorle", "München", "dora@example.org", "PHOTO", "Family"):
        expect(line in card(walk), "not on the card", line, card(walk))
    data = sister_hears(walk, sister, added=1).added[item]
    for tag, value in (entry for entry in DORA if isinstance(entry[1], str)):
        equal(said(data, tag), value, tag)
    equal(said(data, "Contacts:Categories/Category"), "Family", "Category")
    expect(said(data, "Contacts:Picture").startswith(JPEG), "no JPEG", said(data, "Contacts:Picture")[:40])
    own.silent(OWN)
    own.leave()


def lost_answer(walk):
    """An Add whose answer got lost is answered again, with the same id, and makes no second card"""
    again = ("Add", ("ClientId", "c2"), ("ApplicationData", ("Contacts:FileAs", "Emil"), ("Contacts:FirstName", "Emil")))
    lost = walk.phone.ask(walk.contacts, commands=[again]).holds(responses=1)
    page = upload(walk, again, responses=1)
    equal(list(page.responses), list(lost.responses), "ids of the repeat")
    equal(len(walk.book.files()), 2, "cards")
    ((_, item),) = page.responses
    upload(walk, ("Delete", ("ServerId", item)))
    equal(len(walk.book.files()), 1, "cards after the Delete")
    walk.settle(walk.other, walk.contacts, 0)


def device_changes(walk):
    """A number that the device deletes goes; what it cannot show stays; its own Ping sleeps on, the other device gets the whole contact"""
    ((name, before),) = walk.book.files().items()
    walk.book.write(name, *[line for line in before.splitlines() if line.split(":")[0] not in ("BEGIN", "VERSION", "UID", "END")],
                    "X-CHESS-RATING:1500")
    for phone in (walk.phone, walk.other):
        walk.settle(phone, walk.contacts, 1)
        phone.sync(walk.contacts).holds(changed=1)
    own, sister = park_both(walk)
    less = [entry for entry in DORA if entry[0] != "Contacts:HomePhoneNumber"]
    body = ("AirSyncBase:Body", ("Type", PLAIN), ("Data", NOTE))
    upload(walk, change(walk.dora, *less, body))
    now = card(walk)
    expect("+49 30 2" not in now and "X-CHESS-RATING:1500" in now and "+49 170 1" in now and "PHOTO" in now, "card", now)
    data = sister_hears(walk, sister, changed=1).changed[walk.dora]
    equal(said(data, "Contacts:HomePhoneNumber"), None, "the deleted number")
    equal(said(data, "Contacts:MobilePhoneNumber"), "+49 170 1", "the other number")
    equal(said(data, "AirSyncBase:Body/Data").replace("\r\n", "\n"), NOTE.replace("\r\n", "\n"), "notes")
    own.silent(OWN)
    own.leave()


def outside_changes(walk):
    """Another program adds, changes and removes a card: both devices are woken, each time, and told just that"""
    for lines, counts in ((["FN:Ömer", "N:;Ömer;;;", "TEL;TYPE=CELL:3"], {"added": 1}), (["FN:Ömer", "N:;Ömer;;;", "TEL;TYPE=CELL:4"], {"changed": 1}),
                          (None, {"deleted": 1})):
        parked = park_both(walk)
        walk.book.write("oemer.vcf", *lines) if lines else walk.book.remove("oemer.vcf")
        for phone, ping in zip((walk.phone, walk.other), parked):
            woken(ping, [walk.contacts])
            page = phone.sync(walk.contacts).holds(**counts)
            for data in (page.added or page.changed).values():
                equal(said(data, "Contacts:MobilePhoneNumber"), lines[2].partition(":")[2], "number")
                expect(said(data, "Contacts:FileAs"), "no FileAs")


def conflicts(walk):
    """Changed on both sides: who wins is as the device asks; without a word the server does, with Status 7"""
    ((name, text),) = walk.book.files().items()
    for asked, status, winner in (("1", "7", "Dora outside"), ("0", None, "Dora device"), (None, "7", "Dora outside")):
        kept = [line for line in text.splitlines() if line.split(":")[0] not in ("BEGIN", "VERSION", "UID", "END", "FN", "N")]
        walk.book.write(name, "FN:Dora outside", "N:outside;Dora;;;", *kept)
        walk.settle(walk.phone, walk.contacts, 1)
        mine = change(walk.dora, ("Contacts:FirstName", "Dora"), ("Contacts:LastName", "device"))
        page = walk.phone.sync(walk.contacts, choice=choice(asked), commands=[mine]).holds(changed=1, responses=1 if status else 0)
        if status:
            equal(wbxml.text(page.responses["Change", walk.dora], "Status"), status, "Status")
        equal(said(page.changed[walk.dora], "Contacts:LastName"), winner.split()[1], "what stands")
        expect("FN:" + winner in card(walk), "card", card(walk))
        walk.settle(walk.other, walk.contacts, 1)
        walk.other.sync(walk.contacts).holds(changed=1)
        # So that the next round finds something to change, whoever won this one.
        upload(walk, change(walk.dora, ("Contacts:FirstName", "Dora"), ("Contacts:LastName", "again")))
        walk.settle(walk.other, walk.contacts, 1)
        walk.other.sync(walk.contacts).holds(changed=1)
        text = card(walk)


def fetch_and_delete(walk):
    """Fetch brings the whole contact; a deleted one is gone for good, and one that is gone is Status 8"""
    data = walk.phone.fetch(walk.contacts, walk.dora, choice())
    equal(said(data, "Contacts:FirstName"), "Dora", "FirstName")
    own, sister = park_both(walk)
    upload(walk, ("Delete", ("ServerId", walk.dora)))
    walk.phone.items[walk.contacts].pop(walk.dora)
    equal((walk.book.files(), walk.box.holding(b"Dora", ".Trash")), ({}, []), "cards, and files in the trash")
    equal(sister_hears(walk, sister, deleted=1).deleted, [walk.dora], "what is deleted")
    own.silent(OWN)
    own.leave()
    page = upload(walk, change(walk.dora, ("Contacts:FirstName", "Nobody")), responses=1)
    equal(wbxml.text(page.responses["Change", walk.dora], "Status"), "8", "Status")


STEPS = (begin, first_contact, lost_answer, device_changes, outside_changes, conflicts, fetch_and_delete)
