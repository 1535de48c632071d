//! `/v1/trace`: events of one account as they happen, one JSON object a line.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use tracing::info;

use crate::clock::Clock;
use crate::control::routes::{Parts, Query, refused};
use crate::ids::AccountId;
use crate::trace::{Look, Style, Tap, TraceEvent};

/// How long a trace runs when nobody says.
const MINUTES: u32 = 10;
/// The longest that one runs: what is forgotten ends by itself.
const MINUTES_MAX: u32 = 24 * 60;

/// Begins to look at an account.
pub(super) async fn trace(State(parts): State<Arc<Parts>>, RawQuery(query): RawQuery) -> Response {
    let query = Query::of(query);
    let minutes = match query.number("minutes") {
        Ok(minutes) => minutes.unwrap_or(MINUTES),
        Err(wrong) => return refused(StatusCode::BAD_REQUEST, &wrong),
    };
    if !(1..=MINUTES_MAX).contains(&minutes) {
        let why = format!("a trace runs for 1 to {MINUTES_MAX} minutes");
        return refused(StatusCode::BAD_REQUEST, &why);
    }
    let asked = query.text("account").unwrap_or_default();
    let Some(account) = (parts.resolve)(asked) else {
        let why = format!("there is no user {asked:?}");
        return refused(StatusCode::NOT_FOUND, &why);
    };
    let style = match query.text("reveal") {
        None => Style::Masked,
        Some(_) => Style::Revealed,
    };
    let look = Look {
        account: account.as_str().to_owned(),
        device: query.text("device").map(str::to_owned),
        style,
        duration: Duration::from_secs(u64::from(minutes) * 60),
    };
    let begun = TraceEvent::Begun {
        account: look.account.clone(),
        until_ms: Clock::system().micros() / 1_000 + i64::from(minutes) * 60_000,
    };
    let tap = match parts.tracer.look(look) {
        Ok(tap) => tap,
        Err(full) => return refused(StatusCode::SERVICE_UNAVAILABLE, &full.to_string()),
    };
    let number = parts.survey.number(account.as_str()).await;
    info!(
        account = number.map(|id| id.0),
        minutes,
        ?style,
        "a trace begins"
    );
    let session = Session {
        tap,
        begun: Some(begun),
        account: number,
    };
    let lines = stream::unfold(session, |mut session| async move {
        let line = session.next().await?;
        Some((Ok::<_, std::convert::Infallible>(line), session))
    });
    (
        [(CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(lines),
    )
        .into_response()
}

/// A trace that runs. Dropped, it ends.
struct Session {
    tap: Tap,
    begun: Option<TraceEvent>,
    account: Option<AccountId>,
}

impl Session {
    async fn next(&mut self) -> Option<Bytes> {
        let event = match self.begun.take() {
            Some(begun) => begun,
            None => self.tap.next().await?,
        };
        let mut line = serde_json::to_vec(&event).ok()?;
        line.push(b'\n');
        Some(line.into())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        info!(account = self.account.map(|id| id.0), "a trace ends");
    }
}
