//! `directpush demo`: the main job, shown end to end, without any configuration.
//!
//! A service of its own on a free port of the loopback interface, with one account and a few messages in a temporary
//! Maildir; a phone on a real connection; and messages that arrive. All of it is what `serve` runs too; nothing is
//! simulated but the user.

mod host;
mod ledger;
mod mail;
mod maildir;
mod phone;
mod place;
mod say;
mod show;
mod tell;
mod wire;

use std::io;
use std::time::{Duration, Instant};

use protocol::command::StatusCode;
use protocol::device::{Config as PhoneConfig, Profile};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time;
use tokio_util::sync::CancellationToken;

use crate::app::{App, RunningApp, StartError};
use crate::config::ConfigError;
use crate::tasks::Tasks;
use crate::telemetry;

pub use host::Host;

use ledger::Balance;
use phone::Phone;
use place::{Stage, USER};
use say::{Entry, Extent, Place, Printer, Style, Weight};
use show::{Ended, Plan, Show};
use wire::Server;

/// How the demo is shown.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Options {
    /// End after the first push.
    #[arg(long)]
    pub once: bool,
    /// Print one JSON object a line: first `listening`, last `summary`.
    #[arg(long)]
    pub json: bool,
    /// End after so many pushes.
    #[arg(long, value_name = "N", conflicts_with = "once", value_parser = clap::value_parser!(u64).range(1..))]
    pub pushes: Option<u64>,
    /// How long the phone waits until the next message comes, in milliseconds: 3,000 if nothing is said, a minute for a
    /// real phone.
    #[arg(long, value_name = "M")]
    pub interval_ms: Option<u64>,
    /// For a real phone.
    #[command(flatten)]
    pub host: Host,
}

/// Why the demo failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The temporary folder could not be filled.
    #[error("cannot set up a temporary folder")]
    Folder(#[source] io::Error),
    /// The settings that the demo brings along do not hold.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The service did not start.
    #[error("the service does not start")]
    Start(#[from] StartError),
    /// Signals or output do not work, or a message could not be delivered.
    #[error("the demo broke off")]
    Io(#[source] io::Error),
    /// The account did not get onto the phone in time.
    #[error(
        "the account is not on the phone after 30 s; DIRECTPUSH_LOG__LEVEL=info shows what the service did"
    )]
    NotSetUp,
    /// A message did not get onto the phone in time.
    #[error("no push within 15 s; DIRECTPUSH_LOG__LEVEL=info shows what the service did")]
    NotPushed,
    /// The phone got an answer after which it waits no more.
    #[error("the phone waits no more after status {}", .0.code())]
    Stopped(StatusCode),
    /// It was asked to end before all pushes were shown that were asked for.
    #[error("interrupted after {0} pushes")]
    Interrupted(usize),
    /// The phone and the Maildir differ.
    #[error("{lost} messages are lost and {doubled} came twice")]
    Unbalanced {
        /// Messages that are not on the phone.
        lost: usize,
        /// Messages that the phone was sent again.
        doubled: usize,
    },
}

/// How long the phone waits until the next message comes, if nothing else is said.
const PAUSE_MS: u64 = 3000;
/// How long the last answer may take when the demo ends.
const LAST_ANSWER: Duration = Duration::from_secs(5);

/// Shows the demo until it is complete or the process is asked to end; a reader who goes away ends it, too.
///
/// # Errors
/// When it cannot be shown, or when a message was not announced and synced exactly once.
pub async fn run(options: &Options) -> Result<(), DemoError> {
    if let Some(listen) = options.host.listen() {
        let pause = options.interval_ms.map(Duration::from_millis);
        return host::run(&options.host, listen, pause).await;
    }
    let stage = Stage::set()?;
    telemetry::start(&stage.config.log);
    let tasks = Tasks::new();
    let stop = end_by_signal(&tasks).map_err(DemoError::Io)?;
    let app = App::start(&stage.config).await?;
    let shown = show(options, &stage, app, &stop).await;
    tasks.drain(LAST_ANSWER).await;
    match shown {
        // Whoever read the timeline has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(DemoError::Io(error)),
        Ok((ended, balance)) => verdict(options, ended, &balance),
    }
}

/// Shows everything, and ends the service in any case.
async fn show(
    options: &Options,
    stage: &Stage,
    app: RunningApp,
    stop: &CancellationToken,
) -> io::Result<(Ended, Balance)> {
    let server = Server::new(app.eas_address(), USER, &stage.password);
    let printer = Printer::new(options.style());
    let listening = Entry::Listening(Place {
        url: server.url(),
        user: USER.to_owned(),
        password: stage.password.clone(),
        maildir: stage.maildir.path().display().to_string(),
        admin: app.admin_address().to_string(),
    });
    let told = printer.say(&listening, Instant::now());
    let phone = PhoneConfig::new(Profile::aosp(), USER, "DEMO0001");
    let phone = Phone::new(phone, server);
    let mut show = Show::new(phone, stage.maildir.clone(), printer, options.plan());
    let ended = match told {
        Ok(()) => show.run(stop).await,
        Err(error) => Err(error),
    };
    let drained = drain(&mut show, app).await;
    let ended = ended?;
    drained?;
    let balance = show.balance();
    let summary = Entry::Summary {
        ended: ended.as_str(),
        balance: balance.clone(),
    };
    show.printer.say(&summary, Instant::now())?;
    Ok((ended, balance))
}

/// Ends the service, whose last answer is the one to the phone's Ping.
async fn drain(show: &mut Show, app: RunningApp) -> io::Result<()> {
    let note = |text: &str| Entry::Note {
        text: text.to_owned(),
        weight: Weight::Plain,
    };
    let told = show.printer.say(
        &note("the service ends; what waits is answered"),
        Instant::now(),
    );
    let parked = show.phone.is_parked();
    let last_answer = async {
        let turn = match parked {
            true => time::timeout(LAST_ANSWER, show.phone.last_answer())
                .await
                .ok(),
            false => None,
        };
        show.phone.hang_up();
        turn
    };
    let ((), turn) = tokio::join!(app.shutdown(), last_answer);
    told?;
    if let Some(turn) = turn {
        show.take(turn)?;
    }
    Ok(())
}

fn verdict(options: &Options, ended: Ended, balance: &Balance) -> Result<(), DemoError> {
    match ended {
        Ended::NotSetUp => Err(DemoError::NotSetUp),
        Ended::NotPushed => Err(DemoError::NotPushed),
        Ended::Stopped(status) => Err(DemoError::Stopped(status)),
        Ended::Complete | Ended::Asked if balance.lost + balance.doubled > 0 => {
            Err(DemoError::Unbalanced {
                lost: balance.lost,
                doubled: balance.doubled,
            })
        }
        Ended::Asked if options.plan().pushes.is_some() => {
            Err(DemoError::Interrupted(balance.pushes))
        }
        Ended::Complete | Ended::Asked => Ok(()),
    }
}

/// Cancelled when the process is asked to end.
fn end_by_signal(tasks: &Tasks) -> io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (stop, end) = (CancellationToken::new(), tasks.token());
    let asked = stop.clone();
    tasks.spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => asked.cancel(),
            _ = terminate.recv() => asked.cancel(),
            () = end.cancelled() => {}
        }
    });
    Ok(stop)
}

impl Options {
    fn plan(&self) -> Plan {
        Plan {
            pushes: if self.once { Some(1) } else { self.pushes },
            pause: Duration::from_millis(self.interval_ms.unwrap_or(PAUSE_MS)),
        }
    }

    fn style(&self) -> Style {
        if self.json {
            return Style::Json;
        }
        Style::people(match self.plan().pushes {
            Some(_) => Extent::Bounded,
            None => Extent::Endless,
        })
    }
}
