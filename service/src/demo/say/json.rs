//! Entries as JSON objects. Durations are milliseconds with three digits after the point.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::ledger::{Balance, Spread};
use super::{Entry, Wire};

/// The object for an entry.
pub(super) fn object(entry: &Entry, at: Duration) -> Value {
    let mut object = match entry {
        Entry::Listening(place) => json!({
            "event": "listening", "url": place.url, "user": place.user, "password": place.password,
            "maildir": place.maildir, "admin": place.admin,
        }),
        Entry::Request {
            name,
            status,
            text,
            wire,
        } => with_wire(
            json!({"event": "request", "command": name, "status": status, "text": text}),
            *wire,
        ),
        Entry::SetUp { requests, wire } => {
            with_wire(json!({"event": "set_up", "requests": requests}), *wire)
        }
        Entry::Parked {
            heartbeat_s,
            folders,
        } => json!({"event": "parked", "heartbeat_s": heartbeat_s, "folders": folders}),
        Entry::Delivered { subject } => json!({"event": "delivered", "subject": subject}),
        Entry::Announced {
            folders,
            push,
            wire,
        } => with_wire(
            json!({"event": "announced", "folders": folders, "push_ms": push.map(ms)}),
            *wire,
        ),
        Entry::Synced {
            subject,
            folder,
            sync,
            wire,
        } => with_wire(
            json!({"event": "synced", "subject": subject, "folder": folder, "sync_ms": ms(*sync)}),
            *wire,
        ),
        Entry::Note { text, .. } => json!({"event": "note", "text": text}),
        Entry::Summary { ended, balance } => summary(ended, balance),
    };
    insert(&mut object, "at_ms", ms(at).into());
    object
}

fn summary(ended: &str, balance: &Balance) -> Value {
    let mut object = json!({
        "event": "summary", "ended": ended, "delivered": balance.delivered, "pushes": balance.pushes, "lost": balance.lost,
        "doubled": balance.doubled, "extra_announcements": balance.extra,
    });
    for (name, spread) in [("push", balance.push), ("sync", balance.sync)] {
        let Spread { p50, p99, max } = spread;
        // The plain name is what a program looks for that made one push.
        for (suffix, value) in [
            ("_ms", p50),
            ("_ms_p50", p50),
            ("_ms_p99", p99),
            ("_ms_max", max),
        ] {
            let value = if balance.pushes == 0 {
                Value::Null
            } else {
                ms(value).into()
            };
            insert(&mut object, &format!("{name}{suffix}"), value);
        }
    }
    object
}

fn with_wire(mut object: Value, wire: Wire) -> Value {
    insert(&mut object, "ms", ms(wire.took).into());
    insert(&mut object, "bytes_sent", wire.sent.into());
    insert(&mut object, "bytes_received", wire.received.into());
    object
}

fn insert(object: &mut Value, key: &str, value: Value) {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary_of(balance: Balance) -> Entry {
        Entry::Summary {
            ended: "complete",
            balance,
        }
    }

    #[test]
    fn a_summary_has_a_plain_number_and_the_spread() {
        let push = Spread {
            p50: Duration::from_micros(3125),
            p99: Duration::from_millis(9),
            max: Duration::from_millis(9),
        };
        let balance = Balance {
            delivered: 2,
            pushes: 2,
            push,
            ..Balance::default()
        };
        let object = object(&summary_of(balance), Duration::from_secs(1));
        assert_eq!(object["event"], "summary");
        assert_eq!(object["push_ms"], 3.125);
        assert_eq!(object["push_ms_p99"], 9.0);
        assert_eq!(object["lost"], 0);
        assert_eq!(object["at_ms"], 1000.0);
    }

    #[test]
    fn without_a_push_there_is_no_figure() {
        let object = object(&summary_of(Balance::default()), Duration::ZERO);
        assert!(object["push_ms"].is_null());
    }
}
