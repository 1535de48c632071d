//! When to ask `NOTIFY` whether there is more. Pure.
//!
//! Dovecot 2.3 keeps the last events of a series back until it is asked something. One `NOOP` a second after any event,
//! and one every twenty seconds, was measured to lose nothing; the latter also proves that the connection stands (R10).

use std::time::Duration;

use tokio::time::Instant;

/// See the module.
#[derive(Debug)]
pub(super) struct Kick {
    after: Duration,
    every: Duration,
    /// `None` while the server is being asked.
    due: Option<Instant>,
    /// Events came while it was being asked.
    again: Option<Instant>,
}

impl Kick {
    /// Nothing has come yet.
    pub(super) fn new(after: Duration, every: Duration, now: Instant) -> Self {
        Self {
            after,
            every,
            due: Some(now + after),
            again: None,
        }
    }

    /// An event came.
    pub(super) fn event(&mut self, now: Instant) {
        let at = now + self.after;
        match &mut self.due {
            Some(due) => *due = at.min(*due),
            None => self.again = self.again.or(Some(at)),
        }
    }

    /// When to ask; `None` while the answer is waited for.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The server is being asked.
    pub(super) fn begin(&mut self) {
        self.due = None;
    }

    /// The server has answered.
    pub(super) fn ended(&mut self, now: Instant) {
        self.due = Some(self.again.take().unwrap_or(now + self.every));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Kick;

    #[test]
    fn every_event_is_followed_by_a_question() {
        let (after, every) = (Duration::from_secs(1), Duration::from_secs(20));
        let mut now = Instant::now();
        let mut kick = Kick::new(after, every, now);
        kick.event(now);
        kick.event(now + after / 2);
        assert_eq!(
            kick.due(),
            Some(now + after),
            "a series does not put it off"
        );
        kick.begin();
        assert_eq!(kick.due(), None);
        kick.event(now + after);
        kick.event(now + after * 2);
        kick.ended(now + after * 2);
        assert_eq!(kick.due(), Some(now + after * 2));
        kick.begin();
        now += after * 3;
        kick.ended(now);
        assert_eq!(kick.due(), Some(now + every));
    }
}
