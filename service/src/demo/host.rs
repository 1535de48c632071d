//! `demo --listen`: the same stage for a phone of flesh and glass.
//!
//! The service listens where the phone can reach it, the steps on the phone are printed, and a message arrives from time to
//! time, or whenever Enter is pressed. What the phone asks is in the log, one line a request.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc;
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::mail;
use super::place::{Stage, USER};
use super::{DemoError, end_by_signal};
use crate::app::{App, RunningApp};
use crate::config::TlsFiles;
use crate::tasks::Tasks;
use crate::telemetry;

/// How often a message arrives while a phone waits, if nothing else is said.
const PAUSE: Duration = Duration::from_secs(60);

/// Where a real phone finds the demo.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Host {
    /// Serve a real phone on this address and port, such as `0.0.0.0:443`, and print what to do on it.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["once", "json", "pushes"])]
    listen: Option<SocketAddr>,
    /// File with the certificate and its chain, PEM: one that the phone trusts.
    #[arg(long, value_name = "FILE", requires_all = ["listen", "tls_key"])]
    tls_cert: Option<PathBuf>,
    /// File with the private key of the certificate, PEM.
    #[arg(long, value_name = "FILE", requires_all = ["listen", "tls_cert"])]
    tls_key: Option<PathBuf>,
}

impl Host {
    /// The address, if a real phone is to be served.
    pub(super) fn listen(&self) -> Option<SocketAddr> {
        self.listen
    }

    fn tls(&self) -> Option<TlsFiles> {
        let (cert, key) = self.tls_cert.clone().zip(self.tls_key.clone())?;
        Some(TlsFiles { cert, key })
    }
}

/// Serves a phone until the process is asked to end.
///
/// # Errors
/// When it cannot be set up, or a message cannot be delivered.
pub(super) async fn run(
    host: &Host,
    listen: SocketAddr,
    pause: Option<Duration>,
) -> Result<(), DemoError> {
    let mut stage = Stage::set()?;
    stage.config.listen.eas = listen;
    stage.config.listen.tls = host.tls();
    stage.config.log.level = stage.log_level("warn,directpush::request=info");
    telemetry::start(&stage.config.log);
    let tasks = Tasks::new();
    let stop = end_by_signal(&tasks).map_err(DemoError::Io)?;
    let app = App::start(&stage.config).await?;
    let told = say(&steps(&stage, app.eas_address()));
    let served = match told {
        Ok(()) => serve(&stage, &app, pause.unwrap_or(PAUSE), &stop).await,
        Err(error) => Err(error),
    };
    app.shutdown().await;
    tasks.drain(Duration::from_secs(5)).await;
    match served {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(DemoError::Io),
    }
}

/// Delivers a message now and then while a phone waits, and at every line of the standard input.
async fn serve(
    stage: &Stage,
    app: &RunningApp,
    pause: Duration,
    stop: &CancellationToken,
) -> io::Result<()> {
    let mut presses = presses()?;
    let (mut number, mut waiting) = (0, false);
    let mut last = Instant::now();
    while !stop.is_cancelled() {
        let deliver = tokio::select! {
            () = stop.cancelled() => break,
            Some(()) = presses.recv() => true,
            () = time::sleep(Duration::from_secs(1)) => {
                let parked = app.parked();
                if (parked > 0) != waiting {
                    waiting = parked > 0;
                    say(if waiting { "a phone waits for changes\n" } else { "no phone waits\n" })?;
                    last = Instant::now();
                }
                waiting && last.elapsed() >= pause
            }
        };
        if deliver {
            number += 1;
            last = Instant::now();
            let new = mail::arrival(number, SystemTime::now());
            stage.maildir.deliver(&new.raw, number)?;
            say(&format!("“{}” was put into the Inbox\n", new.subject))?;
        }
    }
    say("the service ends; what waits is answered\n")
}

/// Told each time Enter is pressed.
fn presses() -> io::Result<mpsc::Receiver<()>> {
    let (told, presses) = mpsc::channel(1);
    // A thread of its own: nothing can end a read of a terminal, and nobody waits for this one.
    std::thread::Builder::new()
        .name("enter".to_owned())
        .spawn(move || {
            for line in io::stdin().lines() {
                if line.is_err() || told.blocking_send(()).is_err() {
                    break;
                }
            }
        })?;
    Ok(presses)
}

/// What to do on the phone.
fn steps(stage: &Stage, address: SocketAddr) -> String {
    let port = address.port();
    let secure = stage.config.listen.tls.is_some();
    let server = match (secure, port) {
        (true, 443) | (false, 80) => "the name in the certificate".to_owned(),
        (true, _) => format!("the name in the certificate, with :{port} after it"),
        (false, _) => format!("this machine's name or address, with :{port} after it"),
    };
    let (password, maildir) = (&stage.password, stage.maildir.path().display());
    let tls = if secure {
        ""
    } else {
        "\n  There is no TLS: the password travels in the clear, and most phones refuse. An iPhone does it after\n  \
         \"Use SSL\" is switched off in the account's advanced settings. --tls-cert and --tls-key mend it.\n"
    };
    format!(
        "\ndirectpush listens on {address}{tls}\n\n\
         \x20 address   {USER}\n  user      {USER}\n  password  {password}\n  server    {server}\n  domain    (left empty)\n\n\
         On an iPhone or iPad\n\
         \x20 1. Settings → Apps → Mail → Mail Accounts → Add Account → Microsoft Exchange\n\
         \x20 2. Type the address; choose “Configure Manually”, not “Sign In”; type the password\n\
         \x20 3. When it asks, type server and user as above; leave the domain empty\n\
         \x20 4. Keep Mail and Contacts switched on, and save\n\
         \x20 5. Mail → Mail Accounts → Fetch New Data: the account is on “Push”\n\n\
         On Android (Gmail; others ask the same)\n\
         \x20 1. Settings → Passwords & accounts → Add account → Exchange; or in Gmail: Add another account → Exchange\n\
         \x20 2. Type the address, then “Manual setup” and the password\n\
         \x20 3. Server and user as above; security “SSL/TLS”; the port is the one above\n\n\
         Then lay the phone down. Press Enter here, and a message arrives; put your own into {maildir}/new.\n\
         All of it is gone when the demo ends (Ctrl-C). What the phone asks:\n\n"
    )
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
