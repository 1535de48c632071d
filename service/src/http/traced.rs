//! What a request tells those who look at its account: itself, then its answer.

use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use protocol::query::{self, RequestLine};

use crate::clock::Clock;
use crate::http::answer::{Answer, Content};
use crate::http::line::Line;
use crate::http::request::AccountName;
use crate::metrics::family::Label;
use crate::trace::{Answered, Asked, BodyView, Header, Kind, TraceEvent};

/// Headers of requests that are shown. Never `Authorization` nor `Cookie`.
const OF_REQUESTS: [&str; 14] = [
    "host",
    "user-agent",
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "accept-encoding",
    "accept-language",
    "expect",
    "connection",
    "ms-asprotocolversion",
    "ms-asacceptmultipart",
    "x-ms-policykey",
    "x-ms-wl",
];

/// Headers of answers that are shown.
const OF_ANSWERS: [&str; 13] = [
    "content-type",
    "content-encoding",
    "retry-after",
    "www-authenticate",
    "connection",
    "allow",
    "location",
    "ms-asprotocolversions",
    "ms-asprotocolcommands",
    "ms-server-activesync",
    "x-ms-asthrottle",
    "x-ms-location",
    "x-ms-rp",
];

/// What a request keeps for those who may look. Nothing that costs, unless somebody looks.
#[derive(Default)]
pub(crate) struct Traced {
    /// Whose request it is, once that is known.
    pub(super) account: Option<AccountName>,
    /// The request, until it was told.
    asked: Option<Box<Asked>>,
    answer: Option<Box<(Bytes, Kind)>>,
}

impl Traced {
    /// Nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.account.is_none() && self.asked.is_none() && self.answer.is_none()
    }
}

impl Line {
    /// Notes what a request looks like, if anybody looks at anything. `claimed` says whose it says that it is.
    pub(super) fn trace_head(
        &mut self,
        head: &Parts,
        claimed: impl FnOnce(&HeaderMap) -> Option<AccountName>,
    ) {
        if !self.tracer().is_on() {
            return;
        }
        self.traced.account = claimed(&head.headers);
        let mut asked = Asked {
            at_ms: Clock::system().micros() / 1_000,
            request_id: self.request_id().to_string(),
            command: head.method.to_string(),
            headers: chosen(&head.headers, &OF_REQUESTS),
            ..Asked::default()
        };
        let query = head.uri.query().unwrap_or_default();
        match query::parse(query) {
            Ok(line) => describe(&mut asked, &line, query),
            Err(_) if query.is_empty() => {}
            Err(error) => asked.line.push(said("line", &error.to_string())),
        }
        if let Some(client) = self.client {
            asked.line.push(said("client", &client.to_string()));
        }
        self.traced.asked = Some(Box::new(asked));
    }

    /// The body was read: the request is told.
    pub(super) fn trace_body(&mut self, body: &[u8], kind: Kind) {
        let Some(mut asked) = self.traced.asked.take() else {
            return;
        };
        if !self.version.is_empty() {
            self.version.clone_into(&mut asked.version);
        }
        self.trace(body, kind, |body| {
            TraceEvent::Asked(Asked {
                body,
                ..(*asked).clone()
            })
        });
    }

    /// Keeps the body of the answer, if anybody looks at it.
    pub(super) fn trace_answer(&mut self, answer: &Answer) {
        if !self.tracer().is_on() {
            return;
        }
        let kept = match &answer.content {
            Content::Wbxml(bytes) => (bytes.clone(), Kind::Wbxml),
            Content::Multipart(bytes) => (bytes.clone(), Kind::Multipart),
            Content::Raw { bytes, .. } => (bytes.clone(), Kind::Other),
            Content::Streamed(streamed) => (streamed.document.clone(), Kind::Wbxml),
            Content::Empty | Content::Http(_) => return,
        };
        self.traced.answer = Some(Box::new(kept));
    }

    /// The request was answered, or (`None`) its client went away.
    pub(super) fn trace_end(&mut self, response: Option<&Response>) {
        if !self.tracer().is_on() {
            return;
        }
        // Refused before its body was read.
        self.trace_body(&[], Kind::Other);
        let facts = &self.facts;
        let answered = Answered {
            at_ms: Clock::system().micros() / 1_000,
            request_id: self.request_id().to_string(),
            command: self.command.to_owned(),
            device: self.device.as_deref().unwrap_or_default().to_owned(),
            http_status: response.map_or(0, |response| response.status().as_u16()),
            eas_status: facts.eas_status,
            elapsed_ms: milliseconds(self.arrived().elapsed()),
            parked_ms: facts.parked.map(milliseconds),
            ended: facts.wake.map(|end| end.as_str().to_owned()),
            note: facts.note.map(str::to_owned),
            headers: response
                .map_or_else(Vec::new, |response| chosen(response.headers(), &OF_ANSWERS)),
            body: BodyView::default(),
        };
        let event = |body| {
            let answered = Answered {
                body,
                ..answered.clone()
            };
            match response {
                Some(_) => TraceEvent::Answered(answered),
                None => TraceEvent::Gone(answered),
            }
        };
        let kept = self.traced.answer.as_deref();
        let (body, kind) = kept.map_or((&[][..], Kind::Other), |(body, kind)| (&body[..], *kind));
        self.trace(body, kind, event);
    }

    fn trace(&self, body: &[u8], kind: Kind, event: impl Fn(BodyView) -> TraceEvent) {
        if let Some(account) = &self.traced.account {
            let device = self.device.as_deref();
            self.tracer()
                .tell(account.as_str(), device, (body, kind), event);
        }
    }
}

fn describe(asked: &mut Asked, line: &RequestLine, query: &str) {
    line.command.as_str().clone_into(&mut asked.command);
    asked.device.clone_from(&line.device_id);
    asked.device_type.clone_from(&line.device_type);
    if let Some(version) = line.version {
        version.as_str().clone_into(&mut asked.version);
    }
    let form = if query.contains("Cmd=") || query.contains('&') {
        "plain"
    } else {
        "base64"
    };
    asked.line.push(said("form", form));
    let texts = [
        ("policy key", line.policy_key.map(|key| key.to_string())),
        (
            "attachment",
            line.attachment_name
                .as_ref()
                .map(|name| format!("[text {}]", name.chars().count())),
        ),
        ("collection", line.collection_id.clone()),
        ("item", line.item_id.clone()),
        (
            "long id",
            line.long_id
                .as_ref()
                .map(|id| format!("[text {}]", id.chars().count())),
        ),
        ("save in sent", line.save_in_sent.then(|| "yes".to_owned())),
        ("parts", line.accept_multipart.then(|| "yes".to_owned())),
    ];
    let given = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)));
    asked
        .line
        .extend(given.map(|(name, text)| said(name, &text)));
}

/// Those of the headers that may be shown, as far as they are text.
fn chosen(headers: &HeaderMap, names: &[&str]) -> Vec<Header> {
    let found = names.iter().flat_map(|name| {
        let values = headers.get_all(*name).into_iter();
        values.filter_map(|value| Some(said(name, value.to_str().ok()?)))
    });
    found.collect()
}

fn said(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_on_no_list() {
        for name in OF_REQUESTS.iter().chain(&OF_ANSWERS) {
            assert!(
                ![
                    "authorization",
                    "cookie",
                    "set-cookie",
                    "proxy-authorization"
                ]
                .contains(name)
            );
        }
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Basic c2VjcmV0".parse().unwrap());
        headers.insert("cookie", "a=b".parse().unwrap());
        headers.insert("x-ms-policykey", "7".parse().unwrap());
        assert_eq!(
            chosen(&headers, &OF_REQUESTS),
            [said("x-ms-policykey", "7")]
        );
    }
}
