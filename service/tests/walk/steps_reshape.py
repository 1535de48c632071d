"""The walk, part 8: the phone makes, renames and removes folders. It is not told of that again; the other device is, and other programs see it."""

import wbxml
from eas import equal, expect
from phone import options
from steps_change import OWN
from steps_push import HEARTBEAT, QUIET


def reshape(phone, command, *inside, key=None):
    """One of the three commands: (Status, SyncKey, ServerId). The key is not taken."""
    key = phone.hierarchy_key if key is None else key
    answer = phone.post(command, ("FolderHierarchy:" + command, ("SyncKey", key), *inside))
    status, new = answer.text("Status"), answer.text("SyncKey")
    wanted = ["Status"] if status != "1" else ["Status", "SyncKey", "ServerId"][:3 if command == "FolderCreate" else 2]
    equal(wbxml.tags(answer.document), wanted, "content of " + command)
    expect(new is None or new != key, "the key stays", key)
    return status, new, answer.text("ServerId")


def create(phone, name, parent="0", kind="12", key=None):
    return reshape(phone, "FolderCreate", ("ParentId", parent), ("DisplayName", name), ("Type", kind), key=key)


def update(phone, ident, name, parent="0", key=None):
    return reshape(phone, "FolderUpdate", ("ServerId", ident), ("ParentId", parent), ("DisplayName", name), key=key)


def delete(phone, ident, key=None):
    return reshape(phone, "FolderDelete", ("ServerId", ident), key=key)


def quietly(walk, act):
    """Does something with the phone while it and the other device wait: only the other one is woken. Gives what that one is told."""
    walk.other.folder_sync()
    walk.catch_up()
    own, sister = (phone.park_ping(HEARTBEAT, [walk.inbox]) for phone in (walk.phone, walk.other))
    own.silent(QUIET)
    sister.silent(QUIET)
    act()
    equal(sister.result(10).text("Status"), "7", "Status of the other device's Ping")
    own.silent(OWN)
    own.leave()
    equal(walk.phone.folder_sync(), [], "its own change told to the device")
    found = walk.other.folder_sync()
    equal(walk.other.folder_sync(), [], "changes told again")
    return found


def create_folder(walk):
    """FolderCreate: a folder with its directories, once for a repeat; it can be synced at once"""
    phone, made = walk.phone, []

    def act():
        before = phone.hierarchy_key
        status, lost, first = create(phone, "Entwürfe & v1.2")
        equal(status, "1", "Status of FolderCreate")
        status, key, again = create(phone, "Entwürfe & v1.2", key=before)
        equal((status, again), ("1", first), "answer to the repeat")
        expect(key != lost, "one key for two answers")
        phone.hierarchy_key = key
        phone.folders[first] = ("0", "Entwürfe & v1.2", "12")
        made.append(first)

    told = quietly(walk, act)
    equal(told, [("Add", made[0])], "what the other device is told")
    equal(walk.other.folders[made[0]], ("0", "Entwürfe & v1.2", "12"), "the folder")
    walk.made, walk.made_name = made[0], ".Entw&APw-rfe &- v1&ICQ-2"
    expect(walk.box.folder(walk.made_name).joinpath("cur").is_dir(), "no directory of that name", walk.made_name)
    phone.start(walk.made, options())
    walk.deliver(walk.made_name)
    walk.settle(phone, walk.made, 1)
    phone.sync(walk.made).holds(added=1)
    equal(create(phone, "Entwürfe & v1.2")[0], "2", "a name that the device knows")


def create_below(walk):
    """FolderCreate below another folder and below the inbox; what cannot be made is refused"""
    phone, names = walk.phone, {}
    for name, parent in (("Below", walk.made), ("Kept", walk.inbox)):
        status, phone.hierarchy_key, names[name] = create(phone, name, parent)
        equal(status, "1", "Status")
        phone.folders[names[name]] = (parent, name, "12")
    equal(phone.folder_sync(), [], "its own folders told to the device")
    expect(walk.box.folder(walk.made_name + ".Below").is_dir() and walk.box.folder(".INBOX.Kept").is_dir(), "no such directories")
    walk.below, walk.kept = names["Below"], names["Kept"]
    for status, name, parent, kind in (
            ("2", "Below", walk.made, "12"), ("2", "inbox", "0", "12"), ("2", "sent", "0", "12"), ("5", "x", "99999", "12"), ("5", "x", "none", "12"),
            ("10", "", "0", "12"), ("10", "  ", "0", "12"), ("10", "a\x7fb", "0", "12"), ("10", "n" * 257, "0", "12"), ("10", "n" * 256, "0", "12"),
            ("10", "x", "0", "2"), ("10", "x", "0", "9"), ("10", "x", "0", "19"), ("10", "x", "0", "13")):
        equal(create(phone, name, parent, kind)[0], status, "Status for %r of type %s in %s" % (name[:20], kind, parent))
    equal([create(phone, "x", key=key)[0] for key in ("0", "1.invented")], ["9", "9"], "Status for a key that is none")
    equal(phone.folder_sync(), [], "changes after refusals")


def update_folder(walk):
    """FolderUpdate: renamed and moved, with what is below it and with its messages; ids stay"""
    phone = walk.phone

    def act():
        before = phone.hierarchy_key
        equal(update(phone, walk.made, "Moved", walk.kept)[0], "1", "Status of FolderUpdate")
        status, phone.hierarchy_key, _ = update(phone, walk.made, "Moved", walk.kept, key=before)
        equal(status, "1", "Status of the repeat")

    told = quietly(walk, act)
    equal(told, [("Update", walk.made)], "what the other device is told")
    equal(walk.other.folders[walk.made], (walk.kept, "Moved", "12"), "the folder")
    expect(walk.box.folder(".INBOX.Kept.Moved.Below").is_dir(), "what was below it did not move")
    equal(len(walk.box.files(".INBOX.Kept.Moved")), 1, "messages")
    phone.sync(walk.made).holds()
    walk.made_name = ".INBOX.Kept.Moved"
    walk.deliver(walk.made_name)
    walk.settle(phone, walk.made, 1)
    phone.sync(walk.made).holds(added=1)
    for status, ident, name, parent in (
            ("2", walk.inbox, "x", "0"), ("2", walk.trash, "x", "0"), ("2", walk.made, "Archive", "0"), ("4", "99999", "x", "0"),
            ("5", walk.made, "x", "99999"), ("5", walk.kept, "x", walk.below), ("5", walk.made, "x", walk.made), ("10", walk.made, " ", "0")):
        equal(update(phone, ident, name, parent)[0], status, "Status for %s as %r in %s" % (ident, name, parent))
    equal(update(phone, walk.made, "x", key="0")[0], "9", "Status for key 0")
    equal(phone.folder_sync(), [], "changes after refusals")


def delete_folder(walk):
    """FolderDelete: the folder, what is in it and below it are gone, once for a repeat; its name makes another folder"""
    phone = walk.phone
    gone = [walk.kept, walk.made, walk.below]

    def act():
        before = phone.hierarchy_key
        equal(delete(phone, walk.kept)[0], "1", "Status of FolderDelete")
        status, phone.hierarchy_key, _ = delete(phone, walk.kept, key=before)
        equal(status, "1", "Status of the repeat")
        for ident in gone:
            del phone.folders[ident]

    told = quietly(walk, act)
    equal(sorted(told), sorted(("Delete", ident) for ident in gone), "what the other device is told")
    left = [path.name for path in walk.box.root.iterdir() if path.name.startswith((".INBOX", ".."))]
    equal(left, [], "directories left")
    equal(phone.ask(walk.made).status, "12", "Status of a Sync of it")
    for status, ident in (("4", walk.kept), ("4", "99999"), ("4", "none"), ("3", walk.inbox), ("3", walk.sent)):
        equal(delete(phone, ident)[0], status, "Status for " + ident)
    equal(delete(phone, walk.archive, key="1.invented")[0], "9", "Status for an invented key")
    status, phone.hierarchy_key, again = create(phone, "Kept", walk.inbox)
    expect(status == "1" and again not in gone, "an id is used again", again)
    phone.folders[again] = (walk.inbox, "Kept", "12")
    equal(phone.folder_sync(), [], "its own folder told to the device")


STEPS = (create_folder, create_below, update_folder, delete_folder)
