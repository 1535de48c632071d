//! A request that waits for a change, without anything of HTTP around it.
//!
//! What hyper and a handler hold while a request waits is forty times what the wait needs. So a command may give back
//! what it waits for ([`Served::Parked`]); the gateway leaves it with the connection, whose driver then lets go of hyper
//! and of the handler, waits, and writes the answer itself. What is owed for a request stays with it: its log line, its
//! place among those of its device, and the rules of the connection.

use std::fmt;
use std::task::{Context, Poll};

use axum::response::Response;
use http::header::CONNECTION;
use http::request;

use crate::http::answer::Answer;
use crate::http::encode::{self, Compress};
use crate::http::limits::DevicePlace;
use crate::http::line::{Line, RestingLine};
use crate::telemetry::Facts;

/// What a command makes of a request.
#[derive(Debug)]
pub enum Served {
    /// Its answer.
    Answered(Answer),
    /// Something that waits for it.
    Parked(Box<dyn Waiting>),
}

/// A parked request. Dropped when its client goes away, which frees its place at once.
pub trait Waiting: fmt::Debug + Send + Sync {
    /// Ready with what makes the answer. Not called again then.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Finish>;
}

/// Makes the answer, and notes what the log line will tell.
pub type Finish = Box<dyn FnOnce(&mut Facts) -> Answer + Send>;

impl Served {
    /// Waits for the answer.
    pub async fn answer(self, facts: &mut Facts) -> Answer {
        match self {
            Self::Answered(answer) => answer,
            Self::Parked(mut waiting) => {
                let finish = std::future::poll_fn(|cx| waiting.poll_end(cx)).await;
                finish(facts)
            }
        }
    }
}

/// A request that its handler leaves to its connection.
#[derive(Debug)]
pub(crate) struct Left {
    waiting: Box<dyn Waiting>,
    manners: Manners,
    place: DevicePlace,
}

impl Left {
    /// What waits, how its client speaks, and its place among the requests of its device.
    pub(crate) fn new(waiting: Box<dyn Waiting>, manners: Manners, place: DevicePlace) -> Self {
        Self {
            waiting,
            manners,
            place,
        }
    }
}

/// A parked request, and what is owed for it.
pub(crate) struct Parked {
    left: Left,
    line: RestingLine,
}

impl fmt::Debug for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Parked").field(&self.left).finish()
    }
}

/// How a client speaks HTTP/1, as far as an answer depends on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Manners {
    /// HTTP/1.0, which is answered in kind.
    pub(crate) old: bool,
    /// The next request may come on the same connection (RFC 9112 9.3).
    pub(crate) keep_alive: bool,
}

impl Manners {
    /// What the head of a request says.
    pub(crate) fn of(head: &request::Parts) -> Self {
        let old = head.version == http::Version::HTTP_10;
        let says = |option: &str| {
            let lines = head.headers.get_all(CONNECTION).into_iter();
            let lines = lines.filter_map(|value| value.to_str().ok());
            let mut options = lines.flat_map(|line| line.split(',')).map(str::trim);
            options.any(|said| said.eq_ignore_ascii_case(option))
        };
        Self {
            old,
            keep_alive: !says("close") && (!old || says("keep-alive")),
        }
    }
}

impl Parked {
    /// A request that waits, and its log line.
    pub(crate) fn new(left: Left, line: Line) -> Box<Self> {
        Box::new(Self {
            left,
            line: line.rest(),
        })
    }

    /// How its client speaks.
    pub(crate) fn manners(&self) -> Manners {
        self.left.manners
    }

    /// Ready with what makes the answer.
    pub(crate) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Finish> {
        self.left.waiting.poll_end(cx)
    }

    /// The answer as it goes out; the request is over. `None` only if it was over before.
    pub(crate) async fn respond(self, finish: Finish) -> Option<Response> {
        let Self {
            left,
            line: mut resting,
        } = self;
        drop(left.place);
        let mut line = resting.wake()?;
        let answer = finish(&mut line.facts);
        line.trace_answer(&answer);
        // Too short to be worth compressing, and in no doubt: a parked request tells nothing that may be lost (R12).
        let mut response = encode::response(answer, Compress::Never, None).await;
        line.finish(&mut response);
        line.answered(&response);
        Some(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_send_on() {
        let says = |version, connection: &[&str]| {
            let mut request = http::Request::new(());
            *request.version_mut() = version;
            for value in connection {
                let value = value.parse().unwrap();
                request.headers_mut().append(CONNECTION, value);
            }
            Manners::of(&request.into_parts().0).keep_alive
        };
        let (old, new) = (http::Version::HTTP_10, http::Version::HTTP_11);
        assert!(says(new, &[]) && says(new, &["keep-alive"]) && says(new, &["te", "upgrade"]));
        assert!(
            !says(new, &["close"]) && !says(new, &["te, Close"]) && !says(new, &["te", "close"])
        );
        assert!(
            !says(old, &[]) && says(old, &["Keep-Alive"]) && !says(old, &["keep-alive, close"])
        );
    }
}
