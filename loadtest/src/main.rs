//! The `directpush-loadtest` program: phones against a running service, mail that changes, and a ledger.

mod beside;
mod chart;
mod dice;
mod fleet;
mod gauge;
mod hand;
mod html;
mod inject;
mod kills;
mod latency;
mod ledger;
mod park;
mod phone;
mod report;
mod run;
mod scenario;
mod scrape;
mod serving;
mod smoke;
mod soak;
mod squad;
mod summary;
mod wire;
mod world;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};

use fleet::{Account, Outcome, Plan};
use scenario::Scenario;
use smoke::Demo;

/// Phones that set up accounts and wait, mail that changes under their eyes, and a ledger that must balance: every
/// change is told to every phone of its account, once.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What a scenario file says: servers that are started for it, or a service that runs.
    Run {
        #[command(flatten)]
        options: RunOptions,
    },
    /// Holds the phones of another process of the load test, which has too many for itself.
    #[command(hide = true)]
    Worker,
    /// Holds parked phones for `park`.
    #[command(hide = true)]
    Handsets,
    /// Against a service that runs, whose Maildirs are on this machine.
    Fleet {
        /// Where it serves, such as http://127.0.0.1:8080.
        #[arg(long)]
        url: String,
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        plan: Plan,
        /// Print one JSON object instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Against the demo of a `directpush` program, which is started for it.
    Smoke {
        /// The program.
        #[arg(long, value_name = "PATH", default_value = "directpush")]
        directpush: PathBuf,
        #[command(flatten)]
        plan: Plan,
        /// Print one JSON object instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Against a service that is started for it, and killed again and again.
    Kills {
        #[command(flatten)]
        options: kills::Options,
    },
    /// How much memory a parked Ping takes, and how long it takes to end all and have them wait again.
    Park {
        #[command(flatten)]
        options: park::Options,
    },
    /// For a long time against a service that is started for it: whether memory, open files and log stay flat.
    Soak {
        #[command(flatten)]
        options: soak::Options,
        /// Print one JSON object instead of a table.
        #[arg(long)]
        json: bool,
    },
}

/// What is run, and what becomes of its figures.
#[derive(Args, Debug)]
struct RunOptions {
    /// The scenario, TOML.
    #[arg(value_name = "FILE")]
    scenario: PathBuf,
    /// The `directpush` program, if the scenario has one started.
    #[arg(long, value_name = "PATH", default_value = "directpush")]
    directpush: PathBuf,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Write a report with charts there.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Whose phones they are.
#[derive(Args, Debug)]
struct Accounts {
    /// File with an account a line: user, password and Maildir, with blanks between them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["user", "password", "maildir"], required_unless_present = "user")]
    users: Option<PathBuf>,
    /// The only account.
    #[arg(long, requires = "password", requires = "maildir")]
    user: Option<String>,
    /// Its password.
    #[arg(long)]
    password: Option<String>,
    /// Its Maildir.
    #[arg(long, value_name = "DIR")]
    maildir: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _nobody_to_tell = writeln!(io::stderr(), "directpush-loadtest: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether the ledger balances.
fn run(command: Command) -> anyhow::Result<bool> {
    let runtime = match command {
        // Several of them share the machine with the service.
        Command::Handsets => Builder::new_current_thread().enable_all().build(),
        _ => Runtime::new(),
    };
    let runtime = runtime.context("cannot start")?;
    let (outcome, json) = match command {
        Command::Run { options } => return run_scenario(&runtime, &options),
        Command::Worker => {
            let served = runtime.block_on(squad::worker::serve());
            // Our input may still be read, and nobody waits for that.
            runtime.shutdown_background();
            return served.map(|()| true);
        }
        Command::Handsets => return runtime.block_on(park::worker::serve()).map(|()| true),
        Command::Fleet {
            url,
            accounts,
            plan,
            json,
        } => {
            let accounts = accounts.read()?;
            let outcome = runtime.block_on(fleet::run(&url, &accounts, &plan))?;
            (outcome, json)
        }
        Command::Smoke {
            directpush,
            plan,
            json,
        } => (runtime.block_on(smoke(&directpush, &plan))?, json),
        Command::Kills { options } => {
            let outcome = runtime.block_on(kills::run(&options))?;
            say(&format!("{}\n", outcome.json()?))?;
            return Ok(outcome.is_good());
        }
        Command::Park { options } => {
            let parked = runtime.block_on(park::run(&options))?;
            let text = if options.json {
                format!("{}\n", parked.json()?)
            } else {
                parked.table()
            };
            say(&text)?;
            return Ok(true);
        }
        Command::Soak { options, json } => {
            let soaked = runtime.block_on(soak::run(&options))?;
            let text = if json {
                format!("{}\n", soaked.json()?)
            } else {
                soaked.table()
            };
            say(&text)?;
            return Ok(soaked.is_good());
        }
    };
    let text = if json {
        format!("{}\n", report::json(&outcome)?)
    } else {
        report::table(&outcome)
    };
    say(&text)?;
    Ok(outcome.balances())
}

fn run_scenario(runtime: &Runtime, options: &RunOptions) -> anyhow::Result<bool> {
    let scenario = Scenario::read(&options.scenario)?;
    let outcome = runtime.block_on(run::run(&scenario, &options.directpush))?;
    if let Some(path) = &options.html {
        let name = options.scenario.display().to_string();
        std::fs::write(path, html::page(&name, &outcome))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let text = if options.json {
        format!("{}\n", summary::json(&outcome)?)
    } else {
        summary::table(&outcome)
    };
    say(&text)?;
    Ok(outcome.fleet.balances())
}

fn say(text: &str) -> anyhow::Result<()> {
    io::stdout()
        .write_all(text.as_bytes())
        .context("cannot write")
}

async fn smoke(program: &Path, plan: &Plan) -> anyhow::Result<Outcome> {
    let demo = Demo::start(program).await?;
    let accounts = [demo.account.clone()];
    let outcome = fleet::run(&demo.url, &accounts, plan).await;
    let ended = demo.end().await;
    let outcome = outcome?;
    ended?;
    Ok(outcome)
}

impl Accounts {
    fn read(&self) -> anyhow::Result<Vec<Account>> {
        if let Some(path) = &self.users {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            return accounts(&text);
        }
        let (Some(user), Some(password), Some(maildir)) =
            (&self.user, &self.password, &self.maildir)
        else {
            bail!("--user, --password and --maildir belong together");
        };
        Ok(vec![Account {
            user: user.clone(),
            password: password.clone(),
            maildir: maildir.clone(),
        }])
    }
}

/// The accounts of a file.
fn accounts(text: &str) -> anyhow::Result<Vec<Account>> {
    let lines = text.lines().enumerate();
    lines
        .map(|(number, line)| (number + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let mut words = line.splitn(3, char::is_whitespace).map(str::trim);
            match (words.next(), words.next(), words.next()) {
                (Some(user), Some(password), Some(maildir)) => Ok(Account {
                    user: user.to_owned(),
                    password: password.to_owned(),
                    maildir: maildir.into(),
                }),
                _ => bail!("line {number} is not `user password maildir`"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_hold_together() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
        let parse = |text: &str| Arguments::try_parse_from(text.split(' '));
        assert!(parse("x fleet --url http://h --users f").is_ok());
        assert!(parse("x fleet --url http://h --user u --password p --maildir d").is_ok());
        assert!(parse("x fleet --url http://h --user u --maildir d").is_err());
        assert!(parse("x fleet --url http://h").is_err());
        assert!(parse("x run scenario.toml --json").is_ok());
        assert!(parse("x run").is_err());
        assert!(parse("x smoke --devices 0").is_err());
    }

    #[test]
    fn accounts_are_read_by_line() {
        let read = accounts("# one\n\nann secret /mail/my ann\nben x /mail/ben\n").unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].maildir, Path::new("/mail/my ann"));
        let error = accounts("ann secret\n").unwrap_err();
        assert_eq!(error.to_string(), "line 1 is not `user password maildir`");
    }
}
