//! The routes of the control socket.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use tracing::info;

use crate::control::survey::{Asked, Survey, SurveyError};
use crate::control::trace;
use crate::control::view::Done;
use crate::http::request::AccountName;
use crate::ids::FolderNo;
use crate::trace::Tracer;

/// What the routes need.
#[derive(Clone)]
pub(crate) struct Parts {
    /// Sees into the service.
    pub(crate) survey: Survey,
    /// Looks at requests.
    pub(crate) tracer: Tracer,
    /// Finds the account of a login name.
    pub(crate) resolve: Resolve,
}

/// Finds the account of a login name, in any form in which it may be written.
pub(crate) type Resolve = Arc<dyn Fn(&str) -> Option<AccountName> + Send + Sync>;

/// The routes.
pub(crate) fn router(parts: Parts) -> Router {
    Router::new()
        .route("/v1/parked", get(parked))
        .route("/v1/devices", get(devices))
        .route("/v1/devices/{id}", get(device).delete(remove))
        .route("/v1/devices/{id}/reset", post(reset))
        .route("/v1/trace", get(trace::trace))
        .fallback(async || refused(StatusCode::NOT_FOUND, "there is no such route"))
        .with_state(Arc::new(parts))
}

async fn parked(State(parts): State<Arc<Parts>>, RawQuery(query): RawQuery) -> Response {
    let query = Query::of(query);
    told(parts.survey.parked(query.text("account")).await)
}

async fn devices(State(parts): State<Arc<Parts>>, RawQuery(query): RawQuery) -> Response {
    let query = Query::of(query);
    let inactive_days = match query.number("inactive") {
        Ok(days) => days,
        Err(wrong) => return refused(StatusCode::BAD_REQUEST, &wrong),
    };
    let asked = Asked {
        account: query.text("account").map(str::to_owned),
        inactive_days,
    };
    told(parts.survey.devices(&asked).await)
}

async fn device(
    State(parts): State<Arc<Parts>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::of(query);
    told(parts.survey.device(&id, query.text("account")).await)
}

async fn reset(
    State(parts): State<Arc<Parts>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::of(query);
    let folder = match query.number("folder") {
        Ok(folder) => folder.map(FolderNo),
        Err(wrong) => return refused(StatusCode::BAD_REQUEST, &wrong),
    };
    let account = query.text("account");
    let done = parts.survey.reset(&id, account, folder).await;
    told(done.map(|folders| {
        info!(device = %id, folders, "an operator has a device start over");
        let done = match folder {
            Some(folder) => format!("device {id} starts over with folder {folder}"),
            None => format!("device {id} starts over with everything ({folders} folders)"),
        };
        Done { done }
    }))
}

async fn remove(
    State(parts): State<Arc<Parts>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::of(query);
    let removed = parts.survey.remove(&id, query.text("account")).await;
    told(removed.map(|who| {
        info!(account = %who.account, device = %who.device, "an operator removed a device");
        let done = format!("device {id} is forgotten; if it comes back, it starts over");
        Done { done }
    }))
}

/// The parameters of a request.
pub(super) struct Query(HashMap<String, String>);

impl Query {
    pub(super) fn of(raw: Option<String>) -> Self {
        let raw = raw.unwrap_or_default();
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Self(pairs.collect())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A number, or what is wrong with it.
    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, String> {
        let parse = |text: &str| text.parse().map_err(|_| format!("{name} is no number"));
        self.text(name).map(parse).transpose()
    }
}

fn told<T: Serialize>(result: Result<T, SurveyError>) -> Response {
    match result {
        Ok(value) => json(StatusCode::OK, &value),
        Err(error) => {
            let status = match error {
                SurveyError::NoAccount(_) | SurveyError::NoDevice(_) | SurveyError::NoFolder(_) => {
                    StatusCode::NOT_FOUND
                }
                SurveyError::Ambiguous { .. } => StatusCode::CONFLICT,
                SurveyError::Index(_) | SurveyError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            };
            refused(status, &error.to_string())
        }
    }
}

pub(super) fn refused(status: StatusCode, why: &str) -> Response {
    json(status, &serde_json::json!({ "error": why }))
}

fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => (
            status,
            [(CONTENT_TYPE, "application/json")],
            Body::from(bytes),
        )
            .into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = Query::of(Some("account=anna%40example.org&inactive=30&reveal".into()));
        assert_eq!(query.text("account"), Some("anna@example.org"));
        assert_eq!(query.number("inactive").unwrap(), Some(30));
        assert_eq!(query.text("reveal"), Some(""));
        assert!(query.number("account").is_err());
        assert_eq!(Query::of(None).number("inactive").unwrap(), None);
    }
}
