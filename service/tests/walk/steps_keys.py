"""The walk, part 6: what SyncKeys mean, requests without a full body, waiting Syncs, filters, gzip."""

import time

import wbxml
from eas import equal, expect
from items import seconds, sender_number
from phone import options, read
from steps_change import other_hears
from steps_fill import CUTS
from steps_push import QUIET

CHOICE = tuple(CUTS.items())
DAY = 86400


def lost_answer(walk):
    """The same key again, as after a lost answer, brings the same changes again; either answer's key goes on"""
    phone, inbox = walk.phone, walk.inbox
    for first_answer_arrives in (True, False):
        old = phone.keys[inbox]
        numbers = set(walk.arrive(phone, count=3))
        lost, again = phone.ask(inbox).holds(added=3), phone.ask(inbox).holds(added=3)
        equal(set(again.added), set(lost.added), "ids in both answers")
        taken = lost if first_answer_arrives else again
        phone.apply(inbox, taken)
        equal({number for number, _ in walk.received(taken, inbox)}, numbers, "messages that came")
        expect(old not in (lost.key, again.key), "a key that did not move on")
        expect(phone.sync(inbox).quiet, "told again")


def lost_answer_of_change(walk):
    """A change that is repeated under its old key is not done twice; the present state comes instead"""
    phone, inbox = walk.phone, walk.inbox
    walk.catch_up(walk.other)
    _, item, unique = walk.untouched()
    old = phone.keys[inbox]
    phone.ask(inbox, key=old, commands=[read(item)]).holds()
    equal(walk.box.letters(unique), "S", "letters")
    other_hears(walk, inbox, changed=1)
    walk.box.mark(unique, "")
    other_hears(walk, inbox, changed=1)
    page = phone.ask(inbox, key=old, commands=[read(item)])
    equal(walk.box.letters(unique), "", "letters after the repeat")
    phone.apply(inbox, page)
    told = page if item in page.changed else phone.sync(inbox)
    equal(wbxml.text(told.changed[item], "Email:Read"), "0", "the state that is told")
    expect(phone.sync(inbox).quiet, "told again")


def stale_keys(walk):
    """A key of long ago and an invented one are Status 3; the present one stays good"""
    phone, inbox = walk.phone, walk.inbox
    stale = phone.keys[inbox]
    for _ in range(2):
        walk.arrive(phone)
        walk.received(phone.sync(inbox).holds(added=1), inbox)
    for key in (stale, "invented", "0123456789abcdef.7"):
        page = phone.ask(inbox, key=key)
        equal((page.status, page.quiet), ("3", True), "answer to a wrong key")
    expect(phone.sync(inbox).quiet, "news under the present key")


def empty_bodies(walk):
    """An empty Sync repeats the last full request; once its answer had content, it is Status 13"""
    phone, inbox = walk.phone, walk.inbox
    expect(phone.sync(inbox).quiet, "news")
    equal(phone.post("Sync").body, b"", "answer to an empty Sync when nothing changed")
    numbers = walk.arrive(phone)
    pages = phone.pages(phone.post("Sync"))
    page = phone.apply(inbox, pages[inbox].holds(added=1))
    equal([number for number, _ in walk.received(page, inbox)], numbers, "messages that came")
    equal(phone.post("Sync").text("Status"), "13", "Status of an empty Sync after content")
    expect(phone.sync(inbox).quiet, "news")


def partial_requests(walk):
    """A Partial Sync takes what it does not say from the last request; alone it is Status 4, without a cache 13"""
    phone, inbox, archive = walk.phone, walk.inbox, walk.archive
    walk.catch_up(phone)
    expect(phone.post("Sync", phone.sync_request([phone.collection(inbox), phone.collection(archive)])).body == b"", "news")
    numbers = walk.arrive(phone, ".Archive")
    answer = phone.post("Sync", ("AirSync:Sync", ("Collections", phone.collection(inbox)), ("WindowSize", "50"), ("Partial",)))
    pages = phone.pages(answer)
    equal(set(pages), {archive}, "collections with news")
    page = phone.apply(archive, pages[archive].holds(added=1))
    equal([number for number, _ in walk.received(page, archive)], numbers, "messages that came")
    equal(phone.post("Sync", ("AirSync:Sync", ("Partial",))).text("Status"), "4", "Status of Partial alone")
    fresh = walk.new_device("WALKER0003")
    fresh.folder_sync()
    equal(fresh.post("Sync").text("Status"), "13", "Status of an empty Sync without a cache")
    answer = fresh.post("Sync", ("AirSync:Sync", ("WindowSize", "50"), ("Partial",)))
    equal(answer.text("Status"), "13", "Status of a Partial Sync without a cache")


def waiting_sync(walk):
    """A Sync that waits is woken by a delivery and brings the message"""
    phone, inbox = walk.phone, walk.inbox
    walk.catch_up(phone)
    wait = ("HeartbeatInterval", "600") if phone.device.at_least("14.0") else ("Wait", "10")
    request = phone.sync_request([phone.collection(inbox), phone.collection(walk.archive)], wait)
    parked = phone.device.park("Sync", request)
    parked.silent(QUIET)
    mail, delivery = walk.deliver()
    answer = parked.result(10)
    print("      %s  %.1f ms from the rename to the last byte of the Sync's answer, message and all" % (walk.version, (answer.at - delivery.at) / 1e6))
    pages = phone.pages(answer)
    equal(set(pages), {inbox}, "collections with news")
    page = phone.apply(inbox, pages[inbox].holds(added=1))
    equal([number for number, _ in walk.received(page, inbox)], [mail.number], "messages that came")
    older = phone.device.park("Sync", phone.sync_request([phone.collection(inbox)], wait))
    older.silent(QUIET)
    newer = phone.device.park("Sync", phone.sync_request([phone.collection(inbox)], wait))
    expect(older.result(5).document is None or older.answer.text("Status") == "1", "answer of the superseded Sync")
    newer.silent(QUIET)
    newer.leave()


def several_collections(walk):
    """One Sync serves several collections within one window for all of them"""
    phone = walk.phone
    walk.catch_up(phone)
    for folder in ("", ".Archive"):
        walk.arrive(phone, folder, 2)
    asked = [phone.collection(ident) for ident in (walk.inbox, walk.archive, walk.sent)]
    pages = phone.pages(phone.post("Sync", phone.sync_request(asked, ("WindowSize", "3"))))
    expect(sum(len(page.added) for page in pages.values()) <= 3, "more than the window", {key: len(page.added) for key, page in pages.items()})
    for ident, page in pages.items():
        walk.received(phone.apply(ident, page), ident)
    before = {ident: len(pages[ident].added) if ident in pages else 0 for ident in (walk.inbox, walk.archive)}
    for ident in (walk.inbox, walk.archive):
        rest = phone.sync_all(ident)
        equal(before[ident] + sum(len(page.added) for page in rest), 2, "messages of a collection")
        for page in rest:
            walk.received(page, ident)


def narrower_filter(walk):
    """A narrower FilterType takes the older messages away by SoftDelete, a wider one brings them back"""
    phone, inbox = walk.phone, walk.inbox
    walk.catch_up(phone)
    everything = dict(phone.items[inbox])
    dates = {item: seconds(wbxml.text(data, "Email:DateReceived")) for item, data in everything.items()}
    pages = phone.sync_all(inbox, choice=options(filter_type="2", bodies=CHOICE), window=512)
    now = time.time()
    expect(not any(page.added or page.deleted for page in pages), "adds or deletes")
    kept = set(phone.items[inbox])
    expect({item for item, date in dates.items() if date >= now - 3 * DAY} <= kept, "messages within the filter are gone")
    expect(not any(item in kept for item, date in dates.items() if date < now - 4 * DAY - 60), "messages beyond the filter are still there")
    equal(phone.estimate(inbox, "2"), 0, "Estimate under the narrow filter")
    pages = phone.sync_all(inbox, choice=options(bodies=CHOICE), window=512)
    expect(not any(page.deleted or page.dropped for page in pages), "deletes")
    equal(set(phone.items[inbox]), set(everything), "messages after widening")
    equal({sender_number(phone.items[inbox][item]) for item in kept}, {sender_number(everything[item]) for item in kept}, "messages kept")


def gzip_both_ways(walk):
    """Answers come in gzip when that is accepted, and a request in gzip is read"""
    device = walk.phone.device
    if device.gzip:
        expect(device.zipped > 10, "answers in gzip", device.zipped)
        walk.phone.post("Sync", walk.phone.sync_request([walk.phone.collection(walk.inbox)]), zipped=True)
    else:
        equal(device.zipped, 0, "answers in gzip")


STEPS = (lost_answer, lost_answer_of_change, stale_keys, empty_bodies, partial_requests, waiting_sync, several_collections,
         narrower_filter, gzip_both_ways)
