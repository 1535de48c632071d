//! `directpush users`: who may sign in.

use std::io::{self, BufRead, IsTerminal};

use anyhow::Context;
use clap::Subcommand;
use directpush::config::Config;
use directpush::http::users::{self, Cost, UsersFile};
use zeroize::Zeroizing;

use super::{File, say};

/// What to do with the users.
#[derive(Debug, Subcommand)]
pub(super) enum Users {
    /// Adds a user. The password is asked for, or read from standard input.
    Add {
        #[command(flatten)]
        user: User,
        /// The user's address, if it is another than the name.
        #[arg(long)]
        address: Option<String>,
    },
    /// Lists the users and their addresses.
    List {
        #[command(flatten)]
        file: File,
    },
    /// Gives a user another password. What the user's devices have parked ends within seconds.
    Passwd {
        #[command(flatten)]
        user: User,
    },
    /// Removes a user. Mail and contacts stay where they are.
    Remove {
        #[command(flatten)]
        file: File,
        /// The user's name.
        name: String,
    },
    /// Reads a password from standard input and prints the line that a user has in the file.
    Line {
        /// The user's name: `user` or `user@domain`.
        name: String,
        /// The user's address, if it is another than the name.
        #[arg(long)]
        address: Option<String>,
    },
}

/// A user and where the password comes from.
#[derive(Debug, clap::Args)]
pub(super) struct User {
    #[command(flatten)]
    file: File,
    /// The user's name: `user` or `user@domain`.
    name: String,
    /// Makes up a password and prints it.
    #[arg(long)]
    generate: bool,
}

impl Users {
    /// Does it.
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add { user, address } => {
                let file = open(&user.file)?;
                file.check_new(&user.name)?;
                let password = user.password()?;
                file.add(&user.name, password.as_bytes(), address.as_deref())?;
                user.tell("was added", &password)
            }
            Self::List { file } => list(&open(&file)?),
            Self::Passwd { user } => {
                let file = open(&user.file)?;
                file.check_known(&user.name)?;
                let password = user.password()?;
                file.set_password(&user.name, password.as_bytes())?;
                user.tell("has another password", &password)
            }
            Self::Remove { file, name } => {
                open(&file)?.remove(&name)?;
                say(&format!("{name} was removed"))
            }
            Self::Line { name, address } => {
                let line = users::line(&name, typed_once()?.as_bytes(), Cost::Full)?;
                match address {
                    Some(address) => say(&format!("{line}:{address}")),
                    None => say(&line),
                }
            }
        }
    }
}

impl User {
    fn password(&self) -> anyhow::Result<Zeroizing<String>> {
        if self.generate {
            let password = users::random_password().context("no password can be made up")?;
            return Ok(Zeroizing::new(password));
        }
        if !io::stdin().is_terminal() {
            return typed_once();
        }
        let ask = |prompt: String| {
            let typed = rpassword::prompt_password(prompt).context("cannot read the password")?;
            anyhow::Ok(Zeroizing::new(typed))
        };
        let password = ask(format!("Password for {}: ", self.name))?;
        anyhow::ensure!(!password.is_empty(), "an empty password is none");
        let again = ask("Once more: ".to_owned())?;
        anyhow::ensure!(
            password == again,
            "the passwords differ; nothing was changed"
        );
        Ok(password)
    }

    fn tell(&self, what: &str, password: &str) -> anyhow::Result<()> {
        say(&format!(
            "{} {what}; a running service knows within two seconds",
            self.name
        ))?;
        if self.generate {
            say(&format!("password: {password}"))?;
        }
        Ok(())
    }
}

fn open(file: &File) -> anyhow::Result<UsersFile> {
    let auth = Config::load(file.path())?.auth;
    Ok(UsersFile::new(&auth.users_file, &auth.domains))
}

fn list(file: &UsersFile) -> anyhow::Result<()> {
    let users = file.list()?;
    let width = users.iter().map(|user| user.name.chars().count()).max();
    let width = width.unwrap_or_default();
    for user in users {
        match user.address {
            Some(address) => say(&format!("{:width$}  {address}", user.name))?,
            None => say(&user.name)?,
        }
    }
    Ok(())
}

/// The first line of standard input.
fn typed_once() -> anyhow::Result<Zeroizing<String>> {
    let mut password = Zeroizing::new(String::new());
    let read = io::stdin().lock().read_line(&mut password);
    read.context("cannot read the password")?;
    let password = Zeroizing::new(password.trim_end_matches(['\r', '\n']).to_owned());
    anyhow::ensure!(
        !password.is_empty(),
        "the password is read from standard input, and there was none"
    );
    Ok(password)
}
