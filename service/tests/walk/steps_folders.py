"""The walk, part 7: folders come, are renamed and go; FolderSync tells each once, and Ping says that there is something to tell."""

from eas import equal
from phone import options, woken
from steps_push import HEARTBEAT, QUIET


def hierarchy_changes(walk, act):
    """Does something to the folders while a Ping waits; gives what FolderSync then tells."""
    parked = walk.phone.park_ping(HEARTBEAT, [walk.inbox, walk.archive])
    parked.silent(QUIET)
    act()
    equal(parked.result(10).text("Status"), "7", "Status of Ping")
    found = walk.phone.folder_sync()
    equal(walk.phone.folder_sync(), [], "changes told again")
    return found


def add_folder(walk):
    """A new folder: Ping answers 7, FolderSync adds it under its parent; its mail is synced and pushed"""
    phone = walk.phone
    ((tag, top),) = hierarchy_changes(walk, lambda: walk.box.make(".New"))
    equal((tag, phone.folders[top]), ("Add", ("0", "New", "12")), "new folder")
    ((tag, sub),) = hierarchy_changes(walk, lambda: walk.box.make(".New.Sub"))
    equal((tag, phone.folders[sub]), ("Add", (top, "Sub", "12")), "new folder below")
    walk.sub = sub
    phone.start(sub, options())
    parked = phone.park_ping(HEARTBEAT, [walk.inbox, sub])
    parked.silent(QUIET)
    walk.deliver(".New.Sub")
    woken(parked, [sub])
    phone.sync(sub).holds(added=1)


def rename_folder(walk):
    """A renamed folder keeps its id and its messages"""
    changes = hierarchy_changes(walk, lambda: walk.box.rename(".New.Sub", ".New.Other"))
    equal(changes, [("Update", walk.sub)], "changes")
    equal(walk.phone.folders[walk.sub][1], "Other", "DisplayName")
    walk.phone.sync(walk.sub).holds()
    walk.deliver(".New.Other")
    walk.settle(walk.phone, walk.sub, 1)
    walk.phone.sync(walk.sub).holds(added=1)


def remove_folder(walk):
    """A removed folder is told once; a Sync of it is Status 12"""
    changes = hierarchy_changes(walk, lambda: walk.box.drop(".New.Other"))
    equal(changes, [("Delete", walk.sub)], "changes")
    page = walk.phone.ask(walk.sub)
    equal((page.status, page.quiet), ("12", True), "answer for a folder that is gone")


STEPS = (add_folder, rename_folder, remove_folder)
