"""The walk, part 5: MoveItems."""

import wbxml
from eas import equal, expect
from phone import woken
from steps_change import OWN, other_hears, park_both


def move(walk, *moves):
    """MoveItems for (item, source, destination): (SrcMsgId, Status, DstMsgId) of each, in order."""
    asked = (("Move", ("SrcMsgId", item), ("SrcFldId", source), ("DstFldId", target)) for item, source, target in moves)
    answer = walk.phone.post("MoveItems", ("Move:MoveItems", *asked))
    found = [tuple(wbxml.text(entry, tag) for tag in ("SrcMsgId", "Status", "DstMsgId")) for entry in wbxml.every(answer.document, "Response")]
    equal([source for source, _, _ in found], [item for item, _, _ in moves], "order of the responses")
    return found


def move_items(walk):
    """MoveItems: status 3 and a new id, the same for a repeat; the file moves; Sync tells both folders; the other device is woken"""
    number, item, unique = walk.untouched()
    own, sister = park_both(walk)
    ((_, status, target),) = move(walk, (item, walk.inbox, walk.archive))
    equal(status, "3", "Status")
    expect(target and target != item, "DstMsgId", target)
    equal(move(walk, (item, walk.inbox, walk.archive)), [(item, "3", target)], "answer to the repeat")
    equal((walk.box.path(unique), len(walk.box.holding(walk.mails[number].message_id, ".Archive"))), (None, 1), "files")
    woken(sister, [walk.inbox], others=[walk.archive])
    own.silent(OWN)
    own.leave()
    walk.settle(walk.phone, walk.archive, 1)
    equal(list(walk.phone.sync(walk.archive).holds(added=1).added), [target], "what was added")
    equal(walk.phone.sync(walk.inbox).holds(deleted=1).deleted, [item], "what was deleted")
    equal(list(other_hears(walk, walk.archive, added=1).added), [target], "what was added for the other device")
    equal(other_hears(walk, walk.inbox, deleted=1).deleted, [item], "what was deleted for the other device")


def move_several(walk):
    """Several moves in one request are answered in order, failures among them"""
    (_, first, _), (_, second, _) = walk.untouched(), walk.untouched()
    missing = walk.inbox + ":99999999"
    found = move(walk, (first, walk.inbox, walk.archive), (missing, walk.inbox, walk.archive), (second, walk.inbox, "no-such-folder"),
                 (second, walk.inbox, walk.inbox), (second, walk.inbox, walk.archive))
    equal([status for _, status, _ in found], ["3", "1", "2", "4", "3"], "statuses")
    equal([target is not None for _, _, target in found], [True, False, False, False, True], "DstMsgId")
    walk.catch_up()
    for item in (first, second):
        expect(item not in walk.phone.items[walk.inbox], "still in the inbox", item)


STEPS = (move_items, move_several)
