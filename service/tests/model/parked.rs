//! The parked Ping of the model is the service's own: `protocol::flow::parked`, asked once for each of its states
//! and each input, at two moments (now, and when a grace is over).

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::flow::parked::{Findings, Hierarchy, Input, Parked, Step};

/// The one folder.
const FOLDER: u8 = 0;

/// A state of the machine, by number: whether it reads, and whether an alarm is set.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct State(pub(crate) u8);

impl State {
    /// Just registered.
    pub(crate) const REGISTERED: Self = Self(2);

    /// Waits for nothing but an input.
    pub(crate) fn is_idle(self) -> bool {
        self.0 < 2
    }

    /// An alarm is set: for the end of a grace.
    pub(crate) fn has_alarm(self) -> bool {
        self.0 % 2 == 1
    }
}

/// What the machine is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Told {
    Hint,
    Lost,
    FoundChange,
    FoundNothing,
    /// An answer in doubt, whose grace is not over, or is.
    FoundGrace,
    FoundDue,
    GraceOver,
}

impl Told {
    const ALL: [Self; 7] = [
        Self::Hint,
        Self::Lost,
        Self::FoundChange,
        Self::FoundNothing,
        Self::FoundGrace,
        Self::FoundDue,
        Self::GraceOver,
    ];
}

/// What it does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    Wait(State),
    /// Read (anew).
    Verify(State),
    Answer,
}

/// What the machine does in every state with every input.
#[derive(Clone, Debug)]
pub(crate) struct Machine([[Next; 7]; 6]);

impl Machine {
    /// Asks it.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let later = now + Duration::from_secs(60);
        let states = states(now, later);
        let number = |parked: Parked<u8>| {
            let at = states.iter().position(|state| *state == parked);
            State(u8::try_from(at.expect("a seventh state of a parked request")).unwrap())
        };
        Self(states.clone().map(|state| {
            Told::ALL.map(|told| match state.clone().handle(input(told, now, later)) {
                Step::Wait(parked) => Next::Wait(number(parked)),
                Step::Verify(parked) => Next::Verify(number(parked)),
                Step::Answer(_) => Next::Answer,
            })
        }))
    }

    /// One step.
    pub(crate) fn handle(&self, state: State, told: Told) -> Next {
        self.0[usize::from(state.0)][told as usize]
    }
}

/// Idle, reading, overtaken while reading; each without and with an alarm.
fn states(now: Instant, later: Instant) -> [Parked<u8>; 6] {
    let folders: Arc<[u8]> = Arc::from([FOLDER]);
    let reading = Parked::register(folders, later + Duration::from_secs(3600));
    let waits = |step| match step {
        Step::Wait(parked) => parked,
        other => panic!("should wait: {other:?}"),
    };
    let idle = waits(
        reading
            .clone()
            .handle(input(Told::FoundNothing, now, later)),
    );
    let alarmed = waits(reading.clone().handle(input(Told::FoundGrace, now, later)));
    let read = |parked: Parked<u8>| match parked.handle(Input::Lost) {
        Step::Verify(parked) => parked,
        other => panic!("should read: {other:?}"),
    };
    let both = [read(idle.clone()), read(alarmed.clone())];
    assert_eq!(both[0], reading);
    let overtaken = both.clone().map(|parked| waits(parked.handle(Input::Lost)));
    let ([one, two], [three, four]) = (both, overtaken);
    [idle, alarmed, one, two, three, four]
}

fn input(told: Told, now: Instant, later: Instant) -> Input<u8> {
    let found = |changed: &[(u8, Instant)], doubtful: &[(u8, Instant)]| Input::Verified {
        findings: Findings {
            hierarchy: Hierarchy::Current,
            changed: changed.to_vec(),
            doubtful: doubtful.to_vec(),
        },
        now,
    };
    match told {
        Told::Hint => Input::Changed(FOLDER),
        Told::Lost => Input::Lost,
        Told::FoundChange => found(&[(FOLDER, now)], &[]),
        Told::FoundNothing => found(&[], &[]),
        Told::FoundGrace => found(&[], &[(FOLDER, later)]),
        Told::FoundDue => found(&[], &[(FOLDER, now)]),
        Told::GraceOver => Input::Tick(later),
    }
}
