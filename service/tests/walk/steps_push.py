"""The walk, part 3: Pings are parked, and woken by what other programs do to the Maildir."""

import threading

import wbxml
from eas import Link, equal, expect
from items import check_item
from phone import woken
from steps_fill import CUTS

HEARTBEAT = 600
QUIET = 0.5  # seconds in which a parked request has to stay without an answer
PUSH_MS = 1000  # far above what is promised elsewhere: a test machine may be busy


def push_new_mail(walk):
    """A parked Ping is answered within milliseconds of a delivery, names the inbox only, and Sync brings just that message"""
    phone = walk.phone
    walk.ping_link = Link(phone.device)
    parked = phone.park_ping(HEARTBEAT, [walk.inbox, walk.archive, walk.sent], walk.ping_link)
    parked.silent(QUIET)
    delivered = []
    thread = threading.Thread(target=lambda: delivered.append(walk.deliver()))
    thread.start()
    answer = woken(parked, [walk.inbox])
    thread.join()
    ((mail, delivery),) = delivered
    milliseconds = (answer.at - delivery.at) / 1e6
    expect(milliseconds < PUSH_MS, "push took ms", milliseconds)
    print("      %s  %.1f ms from the rename to the last byte of the Ping's answer" % (walk.version, milliseconds))
    page = phone.sync(walk.inbox).holds(added=1)
    ((number, item),) = walk.received(page, walk.inbox)
    equal(number, mail.number, "the message that came")
    check_item(page.added[item], mail, "", walk.version, CUTS)
    expect(phone.sync(walk.inbox).quiet, "told twice")


def again(walk, folders):
    """Parks the cached Ping; gives a function that holds that it is woken for these folders."""
    parked = walk.phone.park_ping(link=walk.ping_link)
    parked.silent(QUIET)
    return lambda: woken(parked, folders)


def push_flag(walk):
    """An empty Ping waits again and is woken when another program marks a message as read; Sync tells only that"""
    _, item, unique = walk.untouched()
    wait = again(walk, [walk.inbox])
    walk.box.mark(unique, "S")
    wait()
    data = walk.phone.sync(walk.inbox).holds(changed=1).changed[item]
    equal(wbxml.text(data, "Email:Read"), "1", "Read")
    equal([wbxml.first(data, tag) for tag in ("Email:Subject", "AirSyncBase:Body")], [None, None], "what did not change")


def push_delete(walk):
    """It is woken when another program deletes a message"""
    _, item, unique = walk.untouched()
    wait = again(walk, [walk.inbox])
    walk.box.remove(unique)
    wait()
    equal(walk.phone.sync(walk.inbox).holds(deleted=1).deleted, [item], "what was deleted")


def push_other_folder(walk):
    """It is woken for another folder and names that folder"""
    wait = again(walk, [walk.archive])
    mail, _ = walk.deliver(".Archive")
    wait()
    ((number, _),) = walk.received(walk.phone.sync(walk.archive).holds(added=1), walk.archive)
    equal(number, mail.number, "the message that came")


def push_two_folders(walk):
    """A change that waits already is told at once, with all folders that changed"""
    walk.deliver()
    parked = walk.phone.park_ping(link=walk.ping_link)
    woken(parked, [walk.inbox])
    walk.deliver(".Archive")
    parked = walk.phone.park_ping(link=walk.ping_link)
    answer = parked.result(10)
    equal(answer.text("Status"), "2", "Status")
    walk.catch_up(walk.phone)


def partial_bodies(walk):
    """A Ping with only an interval keeps the cached folders; one with only folders keeps the interval"""
    phone = walk.phone
    parked = phone.park_ping(heartbeat=700, link=walk.ping_link)
    parked.silent(QUIET)
    walk.deliver(".Archive")
    woken(parked, [walk.archive])
    walk.catch_up(phone)
    parked = phone.park_ping(folders=[walk.archive], link=walk.ping_link)
    parked.silent(QUIET)
    walk.deliver()
    parked.silent(2)
    walk.deliver(".Archive")
    woken(parked, [walk.archive])
    walk.catch_up(phone)


def supersede(walk):
    """A new Ping of the device ends the one that waits with status 1"""
    phone = walk.phone
    older = phone.park_ping(HEARTBEAT, [walk.inbox, walk.archive, walk.trash], walk.ping_link)
    older.silent(QUIET)
    newer = phone.park_ping()
    equal(older.result(5).text("Status"), "1", "Status of the older Ping")
    newer.silent(QUIET)
    mail, _ = walk.deliver()
    woken(newer, [walk.inbox])
    ((number, _),) = walk.received(phone.sync(walk.inbox).holds(added=1), walk.inbox)
    equal(number, mail.number, "the message that came")


def vanished_client(walk):
    """A Ping whose client is gone leaves nothing behind: the next one is told"""
    parked = walk.phone.park_ping()
    parked.silent(QUIET)
    parked.leave()
    walk.deliver()
    woken(walk.phone.park_ping(link=walk.ping_link), [walk.inbox])
    walk.catch_up()


STEPS = (push_new_mail, push_flag, push_delete, push_other_folder, push_two_folders, partial_bodies, supersede, vanished_client)
