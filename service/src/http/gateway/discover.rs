//! Autodiscover on the wire: who may ask what, and by which method.

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, StatusCode};

use crate::config::Limits;
use crate::http::answer::{After, Refusal};
use crate::http::autodiscover::{self, Door, Place};
use crate::http::gateway::{Gateway, Incoming, serve};
use crate::http::line::Line;
use crate::http::request::Transport;
use crate::http::{body, encode, refuse};

/// Requests are a few hundred bytes.
const BODY_BYTES_MAX: usize = 65_536;

impl Gateway {
    /// Answers what devices ask before they know their server.
    pub(super) async fn discover(
        &self,
        door: Door,
        request: Incoming,
        line: &mut Line,
    ) -> Response {
        line.command = "Autodiscover";
        line.user_agent = serve::user_agent(&request.head.headers);
        line.client = Some(self.client(&request).ip());
        let (uri, headers) = (&request.head.uri, &request.head.headers);
        let route = request.connection.route;
        let Some(place) = Place::of(self.url.as_deref(), uri, headers, route) else {
            let refusal = Refusal::new(StatusCode::BAD_REQUEST, "no name of a host");
            return self.refuse(refusal, request, line).await;
        };
        match (door, &request.head.method) {
            (Door::Json, &Method::GET | &Method::HEAD) => {
                let query = request.head.uri.query().unwrap_or_default();
                let answer = autodiscover::json(query, &place);
                document(
                    answer.status,
                    "application/json; charset=utf-8",
                    answer.body,
                )
            }
            (Door::Pox, &Method::POST) => self.pox(request, line, &place).await,
            (Door::Pox, &Method::GET | &Method::HEAD) => {
                self.pox_by_get(request, line, &place).await
            }
            (Door::Json | Door::Pox, _) => {
                let allow = match door {
                    Door::Json => HeaderValue::from_static("GET,HEAD"),
                    Door::Pox => HeaderValue::from_static("GET,HEAD,POST"),
                };
                let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method");
                let refusal = refusal.with_header(ALLOW, allow);
                self.refuse(refusal, request, line).await
            }
        }
    }

    /// Some clients look for a redirection first, without credentials and without TLS; some ask with GET.
    async fn pox_by_get(&self, request: Incoming, line: &mut Line, place: &Place) -> Response {
        let credentials = request
            .head
            .headers
            .contains_key(http::header::AUTHORIZATION);
        if credentials || secured(&request) {
            return self.pox(request, line, place).await;
        }
        line.facts.note = Some("sent to https");
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::FOUND;
        if let Ok(location) = HeaderValue::from_str(&place.pox_url()) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }

    async fn pox(&self, request: Incoming, line: &mut Line, place: &Place) -> Response {
        let client = self.client(&request);
        let signed_in = self.gate.sign_in(&request.head.headers, client.ip()).await;
        let identity = match signed_in {
            Ok(identity) => identity,
            Err(error) => {
                let refusal = refuse::sign_in(error, &self.realm);
                return self.refuse(refusal, request, line).await;
            }
        };
        let asked = if request.head.method == Method::POST {
            let limits = Limits {
                body_bytes_max: BODY_BYTES_MAX,
                ..self.limits.clone()
            };
            let headers = &request.head.headers;
            match body::read(headers, request.body, &limits, &self.memory).await {
                Ok(complete) => {
                    line.bytes_in = complete.wire;
                    autodiscover::read_pox(&complete.bytes)
                }
                Err(refusal) => {
                    line.facts.note = Some(refusal.reason);
                    if refusal.after == After::Close {
                        request.connection.linger();
                    }
                    return encode::refused(refusal);
                }
            }
        } else {
            autodiscover::Asked::Mobile(None)
        };
        let text = autodiscover::pox(&asked, identity.address.as_deref(), place);
        document(StatusCode::OK, "text/xml; charset=utf-8", text)
    }
}

/// Whether the device's own connection is protected, as far as that is known.
fn secured(request: &Incoming) -> bool {
    let headers = &request.head.headers;
    let forwarded = headers.get("x-forwarded-proto");
    let forwarded = forwarded.is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"));
    request.connection.transport != Transport::Plain || forwarded
}

fn document(status: StatusCode, content_type: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
