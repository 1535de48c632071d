//! Who may log in: a passwd-file that Dovecot reads anew whenever it has changed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::servers::{Failure, Login, Outcome, Owner};

#[derive(Debug)]
pub(crate) struct Users {
    path: PathBuf,
    owner: Owner,
    passwords: BTreeMap<String, String>,
    writes: usize,
}

impl Users {
    pub(crate) fn new(dir: &Path, owner: Owner, users: &[Login]) -> Result<Self, Failure> {
        let mut made = Self {
            path: dir.join("users"),
            owner,
            passwords: BTreeMap::new(),
            writes: 0,
        };
        for login in users {
            made.passwords
                .insert(login.user.clone(), login.password.clone());
        }
        made.write()?;
        Ok(made)
    }

    pub(crate) fn login(&self, user: &str) -> Result<Login, Failure> {
        let password = self.passwords.get(user);
        let password = password.ok_or_else(|| format!("there is no user {user}"))?;
        Ok(Login::new(user, password))
    }

    pub(crate) fn set(&mut self, login: &Login) -> Outcome {
        self.passwords
            .insert(login.user.clone(), login.password.clone());
        self.write()
    }

    pub(crate) fn remove(&mut self, user: &str) -> Outcome {
        self.passwords.remove(user);
        self.write()
    }

    fn write(&mut self) -> Outcome {
        self.writes += 1;
        let mut text = String::new();
        for (user, password) in &self.passwords {
            writeln!(text, "{}", line(user, password))?;
        }
        // Dovecot takes a file of the same second and the same size for the same: no two are.
        let size = (text.len() / 1000 + 1) * 1000 + self.writes * 1000;
        let filling = size - text.len();
        writeln!(text, "{}", "#".repeat(filling.saturating_sub(1)))?;
        let draft = self.path.with_extension("new");
        fs::write(&draft, text)?;
        self.owner.give(&draft)?;
        fs::rename(draft, &self.path)?;
        Ok(())
    }
}

pub(crate) fn line(user: &str, password: &str) -> String {
    format!("{user}:{{PLAIN}}{password}::::::")
}
