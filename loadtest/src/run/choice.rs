//! What is changed next.

use crate::dice::Dice;
use crate::hand::{Marks, Place};
use crate::inject::Deed;
use crate::ledger::{Change, Ledger, Message};
use crate::scenario::Changes;

/// A change that is to be made.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// Of a message that is there; `None` for a delivery.
    pub(super) number: Option<u64>,
    /// Where the message is before.
    pub(super) from: Place,
    /// Where it is afterwards.
    pub(super) to: Place,
    pub(super) change: Change,
}

impl Choice {
    /// What a sender is told.
    pub(super) fn deed(&self, subject: impl FnOnce() -> String) -> Deed {
        match self.change {
            Change::Delivered => Deed::Deliver(subject()),
            Change::Marked(marks) => Deed::Mark(marks),
            Change::Moved => Deed::Move,
            Change::Removed => Deed::Remove,
        }
    }
}

/// Chooses something to do in an account.
pub(super) fn choose(
    ledger: &Ledger,
    account: usize,
    changes: &Changes,
    dice: &mut Dice,
) -> Choice {
    let kinds = [
        changes.deliver,
        changes.read,
        changes.flag,
        changes.moves,
        changes.delete,
    ];
    let kind = weighted(&kinds, dice);
    let settled = ledger.settled(account);
    let full = settled.len() >= usize::try_from(changes.messages_max).unwrap_or(usize::MAX);
    let Some((number, message)) = settled.get(dice.below(settled.len())).copied() else {
        return delivery(changes, dice);
    };
    let Message { place, marks } = message;
    let (to, change) = match kind {
        0 if full && changes.delete > 0 => (place, Change::Removed),
        0 => return delivery(changes, dice),
        1 => {
            let read = !marks.read;
            (place, Change::Marked(Marks { read, ..marks }))
        }
        2 => {
            let flagged = !marks.flagged;
            (place, Change::Marked(Marks { flagged, ..marks }))
        }
        3 => (place.other(), Change::Moved),
        _ => (place, Change::Removed),
    };
    Choice {
        number: Some(number),
        from: place,
        to,
        change,
    }
}

fn delivery(changes: &Changes, dice: &mut Dice) -> Choice {
    let place = if dice.share() < changes.folder {
        Place::Folder
    } else {
        Place::Inbox
    };
    Choice {
        number: None,
        from: place,
        to: place,
        change: Change::Delivered,
    }
}

/// The number of a weight, as often as it weighs.
fn weighted(weights: &[u32], dice: &mut Dice) -> usize {
    let wide = |weight: &u32| usize::try_from(*weight).unwrap_or(0);
    let mut drawn = dice.below(weights.iter().map(wide).sum());
    for (number, weight) in weights.iter().map(wide).enumerate() {
        if drawn < weight {
            return number;
        }
        drawn -= weight;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weighs_more_is_drawn_more_often() {
        let mut dice = Dice::new(1);
        let drawn: Vec<_> = (0..1000).map(|_| weighted(&[6, 0, 2], &mut dice)).collect();
        let count = |number| drawn.iter().filter(|one| **one == number).count();
        assert!((700..800).contains(&count(0)));
        assert_eq!((count(1), count(0) + count(2)), (0, 1000));
    }

    #[test]
    fn an_empty_account_gets_mail_first() {
        let ledger = Ledger::new(&[0], 1, "x ");
        let changes = Changes {
            read: 1000,
            ..Changes::default()
        };
        let choice = choose(&ledger, 0, &changes, &mut Dice::new(1));
        assert_eq!((choice.change, choice.number), (Change::Delivered, None));
    }
}
