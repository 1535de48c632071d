//! A running demo as the server of a fleet.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::fleet::Account;

/// How long the demo may take to begin or to end.
const LIMIT: Duration = Duration::from_secs(60);
/// The demo's own mail would only be in the way.
const INTERVAL_MS: &str = "1000000000";

/// A demo that runs.
pub(crate) struct Demo {
    child: Child,
    /// Reads what it prints, so that it never waits for us.
    reader: JoinSet<()>,
    /// Where it serves.
    pub(crate) url: String,
    /// Whom it serves.
    pub(crate) account: Account,
}

/// The first line that it prints.
#[derive(Deserialize)]
struct Listening {
    event: String,
    url: String,
    user: String,
    password: String,
    maildir: String,
}

impl Demo {
    /// Starts the demo of a `directpush` program and waits until it serves.
    ///
    /// # Errors
    /// When it does not begin, or says something else first.
    pub(crate) async fn start(program: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .args(["demo", "--json", "--interval-ms", INTERVAL_MS])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let out = child.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(out).lines();
        let first = timeout(LIMIT, lines.next_line())
            .await
            .context("the demo does not begin")??
            .context("the demo ended at once")?;
        let listening: Listening =
            serde_json::from_str(&first).context("the demo says something else")?;
        ensure!(listening.event == "listening", "the demo does not listen");
        let mut reader = JoinSet::new();
        reader.spawn(async move { while let Ok(Some(_line)) = lines.next_line().await {} });
        Ok(Self {
            child,
            reader,
            url: listening.url,
            account: Account {
                user: listening.user,
                password: listening.password,
                maildir: listening.maildir.into(),
            },
        })
    }

    /// Ends it as a user would, and waits for that.
    ///
    /// # Errors
    /// When it does not end, or something was wrong with its own phone.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        let id = self.child.id().context("the demo is gone")?;
        let asked = Command::new("kill")
            .args(["-TERM", &id.to_string()])
            .status()
            .await
            .context("cannot run kill")?;
        ensure!(asked.success(), "cannot end the demo");
        let status = timeout(LIMIT, self.child.wait())
            .await
            .context("the demo does not end")??;
        self.reader.shutdown().await;
        ensure!(status.success(), "the demo failed: {status}");
        Ok(())
    }
}
