//! The other end of the control socket: the command line.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;

use crate::tasks::Tasks;

/// Why the service gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// `listen.control` is empty.
    #[error("the control socket is switched off (listen.control is empty)")]
    Off,
    /// Nobody answers.
    #[error(
        "directpush is not running: nothing answers on {} (listen.control; is --config the service's own file?)",
        .0.display()
    )]
    NotRunning(PathBuf),
    /// The socket belongs to somebody else.
    #[error("no permission to use {}: run this as root or as the service's own user", .0.display())]
    NotAllowed(PathBuf),
    /// The connection failed.
    #[error("cannot talk to {}", path.display())]
    Broken {
        /// The socket.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The service said no.
    #[error("{0}")]
    Refused(String),
    /// The service speaks otherwise: it is of another version.
    #[error(
        "the service answers in a way that this program does not know; are both of one version?"
    )]
    Unknown(#[source] serde_json::Error),
}

/// Talks to a service that runs on this machine. One request a connection.
#[derive(Clone, Debug)]
pub struct Client {
    path: PathBuf,
    tasks: Tasks,
}

impl Client {
    /// A client of the socket at `path`.
    ///
    /// # Errors
    /// `Off`.
    pub fn new(path: Option<&Path>) -> Result<Self, ClientError> {
        Ok(Self {
            path: path.ok_or(ClientError::Off)?.to_owned(),
            tasks: Tasks::new(),
        })
    }

    /// Asks for `path` (`/v1/parked`) with parameters, and reads the answer.
    ///
    /// # Errors
    /// When there is no answer, or it is a refusal.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        parameters: &[(&str, Option<String>)],
    ) -> Result<T, ClientError> {
        let body = self.open(method, path, parameters).await?;
        let bytes = self.all(body).await?;
        serde_json::from_slice(&bytes).map_err(ClientError::Unknown)
    }

    /// The same, for an answer that goes on and on.
    ///
    /// # Errors
    /// When there is no answer, or it is a refusal.
    pub async fn open(
        &self,
        method: Method,
        path: &str,
        parameters: &[(&str, Option<String>)],
    ) -> Result<Incoming, ClientError> {
        let stream = UnixStream::connect(&self.path)
            .await
            .map_err(|error| self.unreachable(error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.broken(error))?;
        self.tasks.spawn(async move {
            // What goes wrong here, whoever reads the answer learns.
            let _ended = connection.await;
        });
        let request = Request::builder()
            .method(method)
            .uri(target(path, parameters))
            .header(http::header::HOST, "directpush")
            .body(Empty::<Bytes>::new())
            .map_err(|error| self.broken(error))?;
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| self.broken(error))?;
        let status = response.status();
        let body = response.into_body();
        if status == StatusCode::OK {
            return Ok(body);
        }
        let bytes = self.all(body).await?;
        let told: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let why = told.get("error").and_then(serde_json::Value::as_str);
        Err(ClientError::Refused(match why {
            Some(why) => why.to_owned(),
            None => format!("the service answers {status}"),
        }))
    }

    /// The next piece of an answer that goes on; `None` at its end.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&self, body: &mut Incoming) -> Result<Option<Bytes>, ClientError> {
        loop {
            let Some(frame) = body.frame().await else {
                return Ok(None);
            };
            let frame = frame.map_err(|error| self.broken(error))?;
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
    }

    async fn all(&self, body: Incoming) -> Result<Bytes, ClientError> {
        let collected = body.collect().await;
        Ok(collected.map_err(|error| self.broken(error))?.to_bytes())
    }

    fn unreachable(&self, error: io::Error) -> ClientError {
        let path = self.path.clone();
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                ClientError::NotRunning(path)
            }
            io::ErrorKind::PermissionDenied => ClientError::NotAllowed(path),
            _ => ClientError::Broken {
                path,
                source: error,
            },
        }
    }

    fn broken(&self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ClientError {
        ClientError::Broken {
            path: self.path.clone(),
            source: io::Error::other(error),
        }
    }
}

/// Path and query of a request; parameters without a value are left out.
fn target(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let mut target = path.to_owned();
    let given = parameters
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)));
    for (number, (name, value)) in given.enumerate() {
        target.push(if number == 0 { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    target
}

/// Text as one segment of a path.
#[must_use]
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded() {
        let parameters = [
            ("account", Some("a&b@c".to_owned())),
            ("minutes", None),
            ("n", Some("1".into())),
        ];
        assert_eq!(target("/v1/x", &parameters), "/v1/x?account=a%26b%40c&n=1");
        assert_eq!(target("/v1/x", &[]), "/v1/x");
        assert_eq!(segment("a/b"), "a%2Fb");
    }

    #[tokio::test]
    async fn a_service_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control.sock");
        let client = Client::new(Some(&path)).unwrap();
        let told = client
            .open(Method::GET, "/v1/parked", &[])
            .await
            .unwrap_err();
        assert!(
            told.to_string().starts_with("directpush is not running: "),
            "{told}"
        );
        assert!(matches!(Client::new(None), Err(ClientError::Off)));
    }
}
