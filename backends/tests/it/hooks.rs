//! The scripts in `deploy/hooks`, run by the servers that they are for.

mod cyrus;
mod dovecot;

use backends::servers::{HookOptions, Posted};
use serde_json::Value;

/// Settings of a hook that posts to `url`.
fn hook(url: String) -> HookOptions {
    HookOptions {
        url,
        token: "t0ken".to_owned(),
    }
}

fn json(posted: &Posted) -> Value {
    serde_json::from_str(&posted.body).unwrap_or_else(|error| panic!("{error}: {posted:?}"))
}
