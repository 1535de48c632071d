//! Which faults come together: a search of all at once would not end.

use crate::rules::{Budget, Rule};

/// How many devices there are, and what may go wrong.
pub(crate) type Scene = (usize, Budget);

/// Nothing happens.
const CALM: Budget = Budget {
    change: 0,
    revert: 0,
    upload: 0,
    crash: 0,
    cut: 0,
    refuse: 0,
    deaf: 0,
    lose: 0,
    expire: 0,
};

const CHANGE: Budget = Budget { change: 1, ..CALM };
const UPLOAD: Budget = Budget { upload: 1, ..CALM };

/// Searched with every build: all that goes wrong, with two devices.
pub(crate) const TOGETHER: [Scene; 6] = [
    (2, Budget { cut: 1, ..CHANGE }),
    (2, Budget { lose: 1, ..CHANGE }),
    (2, Budget { deaf: 1, ..CHANGE }),
    (
        2,
        Budget {
            refuse: 1,
            ..CHANGE
        },
    ),
    (2, Budget { crash: 1, ..CHANGE }),
    (2, UPLOAD),
];

/// With one device more may go wrong together.
pub(crate) const ALONE: [Scene; 8] = [
    (
        1,
        Budget {
            change: 2,
            crash: 1,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 2,
            expire: 1,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 2,
            revert: 1,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 1,
            revert: 1,
            upload: 1,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 1,
            cut: 2,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 1,
            lose: 1,
            cut: 1,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 1,
            deaf: 2,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 1,
            refuse: 1,
            crash: 1,
            ..CALM
        },
    ),
];

/// Searched by who asks for it (`MODEL=large`).
pub(crate) const LARGE: [Scene; 14] = [
    (2, Budget { change: 2, ..CALM }),
    (
        2,
        Budget {
            change: 1,
            cut: 2,
            ..CALM
        },
    ),
    (
        2,
        Budget {
            expire: 1,
            ..CHANGE
        },
    ),
    (
        2,
        Budget {
            revert: 1,
            ..CHANGE
        },
    ),
    (
        2,
        Budget {
            revert: 1,
            ..UPLOAD
        },
    ),
    (
        2,
        Budget {
            change: 1,
            ..UPLOAD
        },
    ),
    (2, Budget { crash: 1, ..UPLOAD }),
    (2, Budget { cut: 1, ..UPLOAD }),
    (2, Budget { lose: 1, ..UPLOAD }),
    (2, Budget { deaf: 2, ..CHANGE }),
    (
        2,
        Budget {
            lose: 1,
            cut: 1,
            ..CHANGE
        },
    ),
    (
        1,
        Budget {
            change: 2,
            crash: 1,
            expire: 1,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 1,
            upload: 1,
            crash: 1,
            ..CALM
        },
    ),
    (
        1,
        Budget {
            change: 3,
            expire: 1,
            ..CALM
        },
    ),
];

/// A scene in which something is dropped without the rule, and in how few steps.
pub(crate) const MUTANTS: [(Rule, Scene, usize); 15] = [
    (Rule::R1, (2, CHANGE), 8),
    (Rule::R2, (1, Budget { cut: 1, ..CHANGE }), 9),
    (Rule::R3, (1, Budget { cut: 1, ..CHANGE }), 9),
    (Rule::R4, (2, CHANGE), 8),
    (Rule::R5, (2, CHANGE), 3),
    (
        Rule::R6,
        (
            1,
            Budget {
                change: 2,
                crash: 1,
                ..CALM
            },
        ),
        17,
    ),
    (Rule::R7, (2, Budget { crash: 1, ..UPLOAD }), 8),
    (Rule::R8, (1, Budget { crash: 1, ..CHANGE }), 4),
    (
        Rule::R9,
        (
            1,
            Budget {
                refuse: 1,
                ..CHANGE
            },
        ),
        7,
    ),
    (Rule::R10, (1, Budget { deaf: 1, ..CHANGE }), 5),
    (
        Rule::R11,
        (
            1,
            Budget {
                change: 1,
                ..UPLOAD
            },
        ),
        8,
    ),
    (Rule::R12, (1, Budget { lose: 1, ..CHANGE }), 10),
    (Rule::R12Proof, (1, Budget { lose: 1, ..CHANGE }), 10),
    (
        Rule::Learn,
        (
            1,
            Budget {
                change: 2,
                revert: 1,
                ..CALM
            },
        ),
        10,
    ),
    (
        Rule::List,
        (
            1,
            Budget {
                revert: 1,
                ..UPLOAD
            },
        ),
        9,
    ),
];
