"""The walk, part 4: the device changes messages. Files show it, its own Ping sleeps on, its sister is woken; conflicts are judged."""

import wbxml
from eas import equal, expect
from phone import change, options, read, woken
from steps_fill import CUTS
from steps_push import HEARTBEAT, QUIET

OWN = 2  # seconds in which a device's own change must not wake it
CHOICE = tuple(CUTS.items())


def park_both(walk):
    """Both devices wait, each for the same folders."""
    folders = [walk.inbox, walk.archive, walk.trash, walk.sent]
    parked = [phone.park_ping(HEARTBEAT, folders) for phone in (walk.phone, walk.other)]
    for ping in parked:
        ping.silent(QUIET)
    return parked


def upload(walk, *commands, responses=0, **more):
    """The device sends changes of the inbox; successes are not answered one by one."""
    return walk.phone.sync(walk.inbox, commands=commands, **more).holds(responses=responses)


def sister_hears(walk, ping, item):
    """The other device is woken and gets exactly one change: its data."""
    woken(ping, [walk.inbox])
    return walk.other.sync(walk.inbox).holds(changed=1).changed[item]


def other_hears(walk, folder, **counts):
    """The other device syncs once the server has seen everything, and gets exactly so many of each."""
    walk.settle(walk.other, folder, sum(counts.values()))
    return walk.other.sync(folder).holds(**counts)


def mark_read(walk):
    """Read and unread from the device show in the file's name; its own Ping sleeps on; the other device is woken and told"""
    _, item, unique = walk.untouched()
    own, sister = park_both(walk)
    upload(walk, read(item))
    equal(walk.box.letters(unique), "S", "letters after reading")
    equal(wbxml.text(sister_hears(walk, sister, item), "Email:Read"), "1", "Read")
    own.silent(OWN)
    upload(walk, read(item, "0"))
    equal(walk.box.letters(unique), "", "letters after marking as unread")
    own.silent(OWN)
    own.leave()
    equal(wbxml.text(other_hears(walk, walk.inbox, changed=1).changed[item], "Email:Read"), "0", "Read")


def set_flag(walk):
    """A flag that the device sets and clears shows in the file's name and on the other device"""
    _, item, unique = walk.untouched()
    own, sister = park_both(walk)
    upload(walk, change(item, ("Email:Flag", ("Status", "2"), ("FlagType", "for Follow Up"))))
    equal(walk.box.letters(unique), "F", "letters after flagging")
    data = sister_hears(walk, sister, item)
    equal(wbxml.text(data, "Email:Flag/Status"), "2", "Status of Flag")
    upload(walk, change(item, ("Email:Flag",)))
    equal(walk.box.letters(unique), "", "letters after clearing the flag")
    upload(walk, change(item, ("Email:Flag", ("Status", "2"), ("FlagType", "Flag"))), change(item, ("Email:Flag", ("Status", "0"))))
    equal(walk.box.letters(unique), "", "letters after setting and clearing in one request")
    data = other_hears(walk, walk.inbox, changed=1).changed[item]
    equal((wbxml.first(data, "Email:Flag") is not None, wbxml.text(data, "Email:Flag/Status") in (None, "0")), (True, True), "cleared Flag")
    own.silent(QUIET)
    own.leave()
    walk.catch_up()


def set_categories(walk):
    """Categories from the device reach the other device (14.0 and later)"""
    if not walk.phone.device.at_least("14.0"):
        return
    _, item, _ = walk.untouched()
    own, sister = park_both(walk)
    upload(walk, change(item, ("Email:Categories", ("Category", "Work"), ("Category", "Family"))))
    data = sister_hears(walk, sister, item)
    equal(sorted(map(wbxml.value, wbxml.every(data, "Email:Categories/Category"))), ["Family", "Work"], "Categories")
    upload(walk, change(item, ("Email:Categories",)))
    data = other_hears(walk, walk.inbox, changed=1).changed[item]
    equal(wbxml.every(data, "Email:Categories/Category"), [], "Categories")
    own.silent(QUIET)
    own.leave()


def many_at_once(walk):
    """Fifty changes in one request are all done; what fails is answered one by one"""
    chosen = [walk.untouched() for _ in range(50)]
    page = upload(walk, *(read(item) for _, item, _ in chosen), read(walk.inbox + ":99999999"), responses=1)
    equal(wbxml.text(page.responses["Change", walk.inbox + ":99999999"], "Status"), "8", "Status for a message that is not there")
    for _, _, unique in chosen:
        equal(walk.box.letters(unique), "S", "letters")
    other_hears(walk, walk.inbox, changed=50)
    page = upload(walk, change(chosen[0][1], ("Email2:ConversationId", b"0123456789abcdef")) if walk.version != "12.1"
                  else change(chosen[0][1], ("Email:From", "someone@example.org")), responses=1)
    equal(wbxml.text(page.responses["Change", chosen[0][1]], "Status"), "6", "Status for a change of what only the server may change")


def delete_as_move(walk):
    """A deleted message moves to Deleted Items; there it is deleted for good"""
    number, item, unique = walk.untouched()
    message_id = walk.mails[number].message_id
    own, sister = park_both(walk)
    upload(walk, ("Delete", ("ServerId", item)))
    forget(walk, item)
    equal(walk.box.path(unique), None, "file in the inbox")
    equal(len(walk.box.holding(message_id, ".Trash")), 1, "files in the trash")
    woken(sister, [walk.inbox], others=[walk.trash])
    own.silent(OWN)
    own.leave()
    equal(other_hears(walk, walk.inbox, deleted=1).deleted, [item], "what is deleted for the other device")
    other_hears(walk, walk.trash, added=1)
    walk.settle(walk.phone, walk.trash, 1)
    ((copy, _),) = walk.phone.sync(walk.trash).holds(added=1).added.items()
    walk.phone.sync(walk.trash, as_moves="1", commands=[("Delete", ("ServerId", copy))]).holds()
    walk.phone.items[walk.trash].pop(copy)
    equal(walk.box.holding(message_id, ".Trash"), [], "files in the trash")
    other_hears(walk, walk.trash, deleted=1)


def forget(walk, item, folder=None):
    """The device has deleted it itself, so that no Delete will come."""
    expect(walk.phone.items[folder or walk.inbox].pop(item, None) is not None, "was not there", item)


def delete_for_good(walk):
    """With DeletesAsMoves 0 the file is gone, and the trash stays as it is"""
    number, item, unique = walk.untouched()
    upload(walk, ("Delete", ("ServerId", item)), as_moves="0")
    forget(walk, item)
    equal(walk.box.path(unique), None, "file in the inbox")
    equal(walk.box.holding(walk.mails[number].message_id, ".Trash"), [], "files in the trash")
    equal(other_hears(walk, walk.inbox, deleted=1).deleted, [item], "what is deleted for the other device")
    expect(walk.phone.sync(walk.trash).quiet, "news of the trash")


def conflict_server_wins(walk):
    """Changed on both sides: Status 7, the server's version comes, the device's change is dropped"""
    _, item, unique = walk.untouched()
    walk.box.mark(unique, "F")
    walk.settle(walk.phone, walk.inbox, 1)
    page = walk.phone.sync(walk.inbox, choice=options(bodies=CHOICE, conflict="1"), commands=[read(item)]).holds(changed=1, responses=1)
    equal(wbxml.text(page.responses["Change", item], "Status"), "7", "Status")
    equal(wbxml.text(page.changed[item], "Email:Flag/Status"), "2", "the server's Flag")
    expect(wbxml.text(page.changed[item], "Email:Read") in (None, "0"), "the server's Read")
    equal(walk.box.letters(unique), "F", "letters")


def conflict_client_wins(walk):
    """With Conflict 0 the device's change is done"""
    _, item, unique = walk.untouched()
    walk.box.mark(unique, "F")
    walk.settle(walk.phone, walk.inbox, 1)
    page = walk.phone.sync(walk.inbox, choice=options(bodies=CHOICE, conflict="0"), commands=[read(item)])
    equal((page.responses, page.added, page.deleted), ({}, {}, []), "responses, adds, deletes")
    expect("S" in walk.box.letters(unique), "letters", walk.box.letters(unique))
    walk.phone.sync(walk.inbox, choice=options(bodies=CHOICE))


def conflict_deleted(walk):
    """A change of a message that another program has deleted is Status 8, and the Delete comes"""
    _, item, unique = walk.untouched()
    walk.box.remove(unique)
    walk.settle(walk.phone, walk.inbox, 1)
    page = walk.phone.sync(walk.inbox, commands=[read(item)]).holds(deleted=1, responses=1)
    equal(wbxml.text(page.responses["Change", item], "Status"), "8", "Status")
    equal(page.deleted, [item], "what was deleted")
    walk.catch_up()


STEPS = (mark_read, set_flag, set_categories, many_at_once, delete_as_move, delete_for_good,
         conflict_server_wins, conflict_client_wins, conflict_deleted)
