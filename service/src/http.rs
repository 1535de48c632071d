//! HTTP in front of the commands: accept loop, TLS, limits, sign-in, request line, answer.
//!
//! [`Dispatch`] is the seam: commands are called through it and know nothing of HTTP but [`answer::Answer`].

pub mod answer;
pub mod auth;
mod autodiscover;
mod body;
pub mod connection;
mod encode;
pub(crate) mod gateway;
mod heartbeats;
mod limits;
mod line;
pub(crate) mod listener;
pub(crate) mod overload;
pub mod parked;
mod proxy;
pub mod receipt;
mod refuse;
pub mod request;
pub mod tls;
mod traced;
pub mod users;

use async_trait::async_trait;
use protocol::query::Command;
use protocol::version::Version;

use crate::http::answer::Answer;
use crate::http::parked::Served;
use crate::http::request::{AccountName, EasRequest};
use crate::telemetry::Facts;

/// What serves the commands.
#[async_trait]
pub trait Dispatch: Send + Sync + 'static {
    /// Serves one request. `facts` is what the request's one log line will tell; fields are filled in as
    /// soon as they are known, since the future is dropped when the client goes away.
    ///
    /// Only called for a command in [`Self::commands`] and a version in [`Self::versions`].
    async fn dispatch(&self, request: EasRequest, facts: &mut Facts) -> Answer;

    /// The same, but a request that waits for a change may be given back as what it waits for.
    async fn begin(&self, request: EasRequest, facts: &mut Facts) -> Served {
        Served::Answered(self.dispatch(request, facts).await)
    }

    /// The commands that exist, in the order in which OPTIONS lists them. Others are answered with
    /// status 137 or HTTP 501 without a call.
    fn commands(&self) -> &[Command];

    /// The versions that are served, oldest first.
    fn versions(&self) -> &[Version];

    /// An account was removed or its password changed: what is parked for it ends, so that its devices learn
    /// of it by their next request. Must return at once.
    fn revoked(&self, account: &AccountName) {
        let _nothing_is_parked = account;
    }
}
