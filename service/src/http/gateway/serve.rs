//! A POST: from its head to the command, and back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::response::Response;
use http::header::{CONNECTION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, StatusCode};
use protocol::header;
use protocol::query::{self, RequestLine};
use protocol::status::CommonStatus;
use protocol::version::Version;

use crate::http::answer::{After, Answer, Content, Refusal};
use crate::http::connection::{self, Connection, EndToEnd, Ledger, Owner, Sent};
use crate::http::encode::Compress;
use crate::http::gateway::{Gateway, Incoming};
use crate::http::line::Line;
use crate::http::parked::{Left, Manners, Served};
use crate::http::receipt::ReceiptId;
use crate::http::request::{BodyType, ConnectionInfo, EasRequest, Identity};
use crate::http::{body, encode, refuse};
use crate::trace::Kind;

/// Longest part of a `User-Agent` that is kept, in characters.
const USER_AGENT_MAX: usize = 256;

/// The head of a POST, understood.
struct Head {
    line: RequestLine,
    version: Version,
    identity: Identity,
    owner: Owner,
    client: SocketAddr,
}

/// A request that is not served: an answer in the command's own way, or in HTTP's.
struct Refused(Answer);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

impl Gateway {
    /// Serves a POST.
    pub(super) async fn post(&self, request: Incoming, line: &mut Line) -> Response {
        line.user_agent = user_agent(&request.head.headers);
        let head = match self.head(&request.head, self.client(&request), line).await {
            Ok(head) => head,
            Err(Refused(answer)) => return self.turn_away(answer, request, line).await,
        };
        if self
            .overload
            .refuses(head.line.command, &request.head.headers)
        {
            return self.refuse(refuse::overloaded(), request, line).await;
        }
        let Some(place) = self.devices.enter(&head.owner) else {
            self.counted.requests.refused_per_device.inc();
            return self.refuse(refuse::too_many(), request, line).await;
        };
        let Incoming {
            head: parts,
            body,
            connection,
        } = request;
        let complete = match body::read(&parts.headers, body, &self.limits, &self.memory).await {
            Ok(complete) => complete,
            Err(refusal) => {
                line.facts.note = Some(refusal.reason);
                if refusal.after == After::Close {
                    connection.linger();
                }
                return encode::refused(refusal);
            }
        };
        line.bytes_in = complete.wire;
        line.trace_body(&complete.bytes, kind(&parts.headers));
        line.facts.work = self.overload.begin(head.line.command, &parts.headers);
        let compress = Compress::accepted(&parts.headers);
        let (owner, client) = (head.owner.clone(), head.client);
        let manners = Manners::of(&parts);
        let eas = self.eas_request(head, &parts.headers, &connection, line);
        drop(parts); // what a parked request does not need
        let eas = EasRequest {
            body: complete.bytes,
            ..eas
        };
        let answer = match self.dispatch.begin(eas, &mut line.facts).await {
            Served::Parked(waiting) if connection.sheds() => {
                let left = Left::new(waiting, manners, place);
                line.left = Some(Box::new(left));
                return Response::default();
            }
            served => served.answer(&mut line.facts).await,
        };
        drop(place);
        line.trace_answer(&answer);
        if let Content::Http(refusal) = &answer.content {
            line.facts.note = line.facts.note.or(Some(refusal.reason));
            if refusal.status == StatusCode::UNAUTHORIZED {
                self.gate.backend_refused();
            }
        }
        let sent = self.follow(&answer, owner, &connection, client);
        encode::response(answer, compress, sent).await
    }

    /// Understands the head, or says why it cannot be served.
    async fn head(
        &self,
        request: &http::request::Parts,
        client: SocketAddr,
        line: &mut Line,
    ) -> Result<Head, Refused> {
        line.client = Some(client.ip());
        let query = request.uri.query().unwrap_or_default();
        let parsed = query::parse(query);
        if let Ok(parsed) = &parsed {
            line.command = parsed.command.as_str();
            line.device = Some(parsed.device_id.as_str().into());
            line.device_type = Some(parsed.device_type.as_str().into());
        }
        let identity = self.gate.sign_in(&request.headers, client.ip()).await;
        let identity = identity.map_err(|error| refuse::sign_in(error, &self.realm))?;
        // One who begins to look while this is parked is to see its answer.
        line.traced.account = Some(identity.account.clone());
        let version_text = text(&request.headers, header::PROTOCOL_VERSION);
        let header_version = version_text.and_then(Version::parse);
        let parsed =
            parsed.map_err(|error| Refused(refuse::request_line(&error, query, header_version)))?;
        let version = parsed.version.or(header_version);
        let Some(version) = version.filter(|version| self.dispatch.versions().contains(version))
        else {
            let text = if parsed.version.is_some() {
                None
            } else {
                version_text
            };
            return Err(Refused(refuse::version(parsed.command, version, text)));
        };
        line.version = version.as_str();
        self.serves(&parsed, version)?;
        let owner = Owner {
            account: identity.account.clone(),
            device: parsed.device_key().into(),
        };
        Ok(Head {
            line: parsed,
            version,
            identity,
            owner,
            client,
        })
    }

    /// Whether the command is there, and in this version.
    fn serves(&self, line: &RequestLine, version: Version) -> Result<(), Refused> {
        if !line.command.exists_in(version) {
            // No root of a newer version to an older device: it stops at tokens that it does not know.
            return Err(Refused(refuse::command()));
        }
        if self.dispatch.commands().contains(&line.command) {
            return Ok(());
        }
        let wrong = CommonStatus::CommandNotSupported;
        Err(Refused(refuse::status(line.command, version, wrong)))
    }

    fn eas_request(
        &self,
        head: Head,
        headers: &HeaderMap,
        connection: &Connection,
        log: &Line,
    ) -> EasRequest {
        let Head {
            line,
            version,
            identity,
            owner,
            client,
        } = head;
        let policy_key = text(headers, header::POLICY_KEY).and_then(header::parse_policy_key);
        let multipart =
            text(headers, header::ACCEPT_MULTIPART).is_some_and(header::parse_accept_multipart);
        EasRequest {
            policy_key: line.policy_key.or(policy_key),
            accept_multipart: line.accept_multipart || multipart,
            proven: self.proven(connection, client, &owner),
            connection: ConnectionInfo {
                id: connection.id,
                peer: client,
                route: connection.route,
                transport: connection.transport,
            },
            body: bytes::Bytes::new(),
            body_type: body_type(headers),
            user_agent: user_agent(headers).unwrap_or_default(),
            request_id: log.request_id(),
            arrived: log.arrived(),
            line,
            version,
            identity,
        }
    }

    /// Refuses in the command's own way; such an answer is a 200, whose body was not asked for.
    async fn turn_away(&self, answer: Answer, request: Incoming, line: &mut Line) -> Response {
        match answer.content {
            Content::Http(refusal) => self.refuse(refusal, request, line).await,
            content => {
                let answer = Answer::from(content);
                line.trace_answer(&answer);
                let ok = Refusal::new(StatusCode::OK, "status");
                let drained = self.refuse(ok, request, line).await;
                let mut response = encode::response(answer, Compress::Never, None).await;
                if let Some(close) = drained.headers().get(CONNECTION) {
                    response.headers_mut().insert(CONNECTION, close.clone());
                }
                response
            }
        }
    }

    /// What the request proves received, by coming on the same connection end to end.
    fn proven(&self, connection: &Connection, client: SocketAddr, owner: &Owner) -> Vec<ReceiptId> {
        match connection.end_to_end {
            EndToEnd::Yes => connection::proven(connection.ledger(), owner),
            EndToEnd::No if client.port() == 0 => Vec::new(),
            EndToEnd::No => {
                let ledger = self.ledgers.find(client, Instant::now());
                if let Some(ledger) = &ledger {
                    ledger.acknowledge();
                }
                connection::proven(ledger.as_deref(), owner)
            }
        }
    }

    /// Has an answer with a receipt followed onto the wire, and kept until it is proved.
    fn follow(
        &self,
        answer: &Answer,
        owner: Owner,
        connection: &Connection,
        client: SocketAddr,
    ) -> Option<Arc<Sent>> {
        let sent = Arc::new(Sent::new(answer.receipt.clone()?, owner));
        match connection.end_to_end {
            EndToEnd::Yes => {
                if let Some(ledger) = connection.ledger() {
                    ledger.add(Arc::clone(&sent));
                }
            }
            EndToEnd::No if client.port() == 0 => {}
            EndToEnd::No => {
                let ledger: Arc<Ledger> = self.ledgers.open(client, Instant::now());
                ledger.add(Arc::clone(&sent));
            }
        }
        Some(sent)
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The beginning of the `User-Agent`.
pub(super) fn user_agent(headers: &HeaderMap) -> Option<Arc<str>> {
    let value = headers.get(USER_AGENT)?;
    let value = String::from_utf8_lossy(value.as_bytes());
    let kept: String = value
        .chars()
        .filter(|c| !c.is_control())
        .take(USER_AGENT_MAX)
        .collect();
    Some(kept.into())
}

/// What a body is to those who look.
fn kind(headers: &HeaderMap) -> Kind {
    match body_type(headers) {
        BodyType::Wbxml => Kind::Wbxml,
        BodyType::Message | BodyType::Other => Kind::Other,
    }
}

fn body_type(headers: &HeaderMap) -> BodyType {
    match text(headers, CONTENT_TYPE.as_str()) {
        None | Some("") => BodyType::Wbxml,
        Some(value) if header::is_wbxml(value) => BodyType::Wbxml,
        Some(value) if header::is_message(value) => BodyType::Message,
        Some(_) => BodyType::Other,
    }
}
