//! The command line.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Parser, Subcommand};
use directpush::app::App;
use directpush::config::{Config, reference_example};
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
    /// Serves devices until SIGTERM or SIGINT.
    Serve(File),
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
        Command::Serve(file) => serve(&file),
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

fn serve(file: &File) -> anyhow::Result<()> {
    let config = Config::load(file.path())?;
    telemetry::start(&config.log);
    Runtime::new().context("cannot start")?.block_on(async {
        let (mut terminate, mut interrupt) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        );
        let app = App::start(&config).await?;
        tokio::select! {
            _ = terminate.recv() => info!("SIGTERM: shutting down"),
            _ = interrupt.recv() => info!("SIGINT: shutting down"),
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
