//! The command line.

mod devices;
mod parked;
mod store;
mod table;
mod times;
mod trace;
mod users;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use directpush::app::App;
use directpush::config::{Config, Flag, reference_example};
use directpush::control::ClientError;
use directpush::demo;
use directpush::store::StoreError;
use directpush::telemetry;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

/// Push for the native Exchange accounts of phones, from the mail servers that people already run.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves devices until SIGTERM or SIGINT. SIGHUP has it read the certificate again.
    Serve(Serve),
    /// Shows a phone that gets its mail pushed, without any configuration.
    Demo(demo::Options),
    /// Looks at settings.
    #[command(subcommand)]
    Config(Settings),
    /// Shows and changes who may sign in.
    #[command(subcommand)]
    Users(users::Users),
    /// Shows the requests that wait for a change: whose, for which folders, how they are watched.
    Parked(parked::Options),
    /// Shows what the devices of an account ask and are answered, for a while; content is masked.
    Trace(trace::Options),
    /// Shows devices, has them start over, forgets them.
    #[command(subcommand)]
    Devices(devices::Command),
    /// Copies and checks what the service keeps.
    #[command(subcommand)]
    Store(store::Command),
}

#[derive(Debug, Subcommand)]
enum Settings {
    /// Says everything that is wrong with the settings.
    Check(File),
    /// Prints the settings that hold, and where each was said.
    Show(File),
    /// Prints an example of the file, with everything that can be set.
    Example,
}

/// How to serve.
#[derive(Debug, clap::Args)]
struct Serve {
    #[command(flatten)]
    file: File,
    /// Address and port for the devices, in place of `listen.eas`.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// File with the certificate and its chain, in place of `listen.tls_cert`.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<String>,
    /// File with the private key, in place of `listen.tls_key`.
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
}

impl Serve {
    fn flags(&self) -> Vec<Flag> {
        let flags = [
            ("--listen", "listen.eas", &self.listen),
            ("--tls-cert", "listen.tls_cert", &self.tls_cert),
            ("--tls-key", "listen.tls_key", &self.tls_key),
        ];
        let said = |(name, key, value): (_, _, &Option<String>)| {
            value.clone().map(|value| Flag { name, key, value })
        };
        flags.into_iter().filter_map(said).collect()
    }
}

/// Where the settings are.
#[derive(Debug, clap::Args)]
struct File {
    /// The file with the settings; without one, the defaults and the environment hold.
    #[arg(long = "config", value_name = "FILE")]
    path: Option<PathBuf>,
}

impl File {
    fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

/// Does what was asked for.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Command::Serve(options) => serve(&options),
        Command::Demo(options) => Runtime::new()
            .context("cannot start")?
            .block_on(demo::run(&options))
            .map_err(Into::into),
        Command::Config(Settings::Check(file)) => {
            Config::load(file.path())?;
            say("the settings are good")
        }
        Command::Config(Settings::Show(file)) => say(Config::show(file.path())?.trim_end()),
        Command::Config(Settings::Example) => say(reference_example().trim_end()),
        Command::Users(users) => users.run(),
        Command::Parked(options) => ask(parked::run(options)),
        Command::Trace(options) => ask(trace::run(options)),
        Command::Devices(command) => ask(devices::run(command)),
        Command::Store(command) => ask(store::run(command)),
    }
}

/// What the program's end says: 3 for a store of a newer version, 4 for a service that does not run, 1 for all else.
pub(crate) fn code(error: &anyhow::Error) -> ExitCode {
    let newer = |cause: &(dyn std::error::Error + 'static)| {
        matches!(cause.downcast_ref(), Some(StoreError::Newer { .. }))
    };
    let absent = |cause: &(dyn std::error::Error + 'static)| {
        matches!(cause.downcast_ref(), Some(ClientError::NotRunning(_)))
    };
    if error.chain().any(newer) {
        ExitCode::from(3)
    } else if error.chain().any(absent) {
        ExitCode::from(4)
    } else {
        ExitCode::FAILURE
    }
}

/// Tells what went wrong, with its causes. Who reads no more need not be told.
pub(crate) fn complain(error: &anyhow::Error) {
    let _nobody_to_tell = writeln!(io::stderr(), "directpush: {error:#}");
}

fn serve(options: &Serve) -> anyhow::Result<()> {
    let config = Config::load_with(options.file.path(), &options.flags())?;
    telemetry::start(&config.log);
    Runtime::new().context("cannot start")?.block_on(async {
        let (mut terminate, mut interrupt, mut hangup) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::hangup())?,
        );
        let app = App::start(&config).await?;
        loop {
            tokio::select! {
                _ = terminate.recv() => break info!("SIGTERM: shutting down"),
                _ = interrupt.recv() => break info!("SIGINT: shutting down"),
                _ = hangup.recv() => app.reload().await,
            }
        }
        app.shutdown().await;
        Ok(())
    })
}

/// Runs what asks a service or a store.
fn ask(asking: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    Runtime::new().context("cannot start")?.block_on(asking)
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{text}").context("cannot write")
}
