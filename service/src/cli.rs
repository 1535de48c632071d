//! The command line.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Parser, Subcommand};
use directpush::app::App;
use directpush::config::{Config, Flag, reference_example};
use directpush::demo;
use directpush::http::users::{self, Cost};
use directpush::telemetry;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;
use zeroize::Zeroizing;

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
    /// Prepares the users file.
    #[command(subcommand)]
    Users(Users),
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

#[derive(Debug, Subcommand)]
enum Users {
    /// Reads a password from standard input and prints the user's line.
    Line {
        /// The user's name: `user` or `user@domain`.
        name: String,
        /// The user's address, if it is another than the name.
        #[arg(long)]
        address: Option<String>,
    },
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
        Command::Users(Users::Line { name, address }) => users_line(&name, address.as_deref()),
    }
}

/// Tells what went wrong, with its causes.
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

fn users_line(name: &str, address: Option<&str>) -> anyhow::Result<()> {
    let mut password = Zeroizing::new(String::new());
    io::stdin()
        .lock()
        .read_line(&mut password)
        .context("cannot read the password")?;
    let password = password.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(
        !password.is_empty(),
        "the password is read from standard input, and there was none"
    );
    let line = users::line(name, password.as_bytes(), Cost::Full)?;
    match address {
        Some(address) => say(&format!("{line}:{address}")),
        None => say(&line),
    }
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{text}").context("cannot write")
}
