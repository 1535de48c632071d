//! The lines of a users file.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;

use crate::http::auth::{LoginName, full_domain, name_mistake};
use crate::http::request::AccountName;

/// A line that cannot be used. Says nothing of its content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mistake {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// One account.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: AccountName,
    /// The first of its addresses.
    pub(super) address: Option<Arc<str>>,
    /// Its other addresses, lower case.
    aliases: Vec<String>,
    /// Changes with the hash.
    pub(super) generation: u64,
    hash: Box<str>,
}

/// All accounts.
#[derive(Debug, Default)]
pub(super) struct Table {
    entries: HashMap<AccountName, Entry>,
    /// From what people sign in with, lower case, to the account.
    logins: HashMap<Box<str>, AccountName>,
}

impl Entry {
    /// The hash of the password.
    pub(super) fn hash(&self) -> &str {
        &self.hash
    }
}

impl Table {
    /// Reads all lines, or says what is wrong with any of them.
    pub(super) fn parse(text: &str, domains: &[String]) -> Result<Self, Vec<Mistake>> {
        let mut table = Self::default();
        let mut mistakes = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let added = entry(line, domains).and_then(|entry| table.add(entry, domains));
            if let Err(what) = added {
                mistakes.push(Mistake {
                    line: number + 1,
                    what,
                });
            }
        }
        if mistakes.is_empty() {
            Ok(table)
        } else {
            Err(mistakes)
        }
    }

    /// The account that a login name leads to. The name as written in the file wins over an address.
    pub(super) fn find(&self, login: &LoginName, domains: &[String]) -> Option<&Entry> {
        let name = match &login.domain {
            None => login.local.clone(),
            Some(domain) => format!("{}@{}", login.local, full_domain(domain, domains)),
        };
        self.entries.get(self.logins.get(name.as_str())?)
    }

    /// One account by its name.
    pub(super) fn entry(&self, name: &AccountName) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// All accounts, by name.
    pub(super) fn entries(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.entries.values().collect();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        entries
    }

    /// How many accounts there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Accounts of this table that the other one has not, or with another password.
    pub(super) fn changed_in(&self, other: &Self) -> Vec<AccountName> {
        let same = |entry: &&Entry| {
            let there = other.entries.get(&entry.name);
            there.is_some_and(|there| there.generation == entry.generation)
        };
        let changed = self.entries.values().filter(|entry| !same(entry));
        changed.map(|entry| entry.name.clone()).collect()
    }

    fn add(&mut self, entry: Entry, domains: &[String]) -> Result<(), &'static str> {
        let name = entry.name.clone();
        let mut logins = vec![name.as_str().to_owned()];
        match (name.domain(), domains.first()) {
            (None, Some(default)) => logins.push(format!("{}@{default}", name.as_str())),
            (Some(domain), Some(default)) if domain == default => {
                logins.push(name.local_part().to_owned());
            }
            (None, None) | (Some(_), _) => {}
        }
        if logins
            .iter()
            .any(|login| self.logins.contains_key(login.as_str()))
        {
            return Err("leads to the same account as a line above");
        }
        logins.extend(entry.address.as_deref().map(str::to_lowercase));
        logins.extend(entry.aliases.iter().cloned());
        for login in logins {
            self.logins
                .entry(login.into())
                .or_insert_with(|| name.clone());
        }
        self.entries.insert(name, entry);
        Ok(())
    }
}

fn entry(line: &str, domains: &[String]) -> Result<Entry, &'static str> {
    let mut fields = line.splitn(3, ':').map(str::trim);
    let name = fields.next().unwrap_or_default();
    let hash = fields
        .next()
        .ok_or("has no hash: name:hash or name:hash:address is wanted")?;
    let addresses = fields.next().unwrap_or_default().split(',');
    let addresses: Vec<&str> = addresses
        .map(str::trim)
        .filter(|address| !address.is_empty())
        .collect();
    check_name(name, domains)?;
    match PasswordHash::new(hash) {
        Ok(parsed) if parsed.algorithm.as_str() == "argon2id" && parsed.hash.is_some() => {}
        Ok(_) => return Err("has a hash of another kind than argon2id"),
        Err(_) => return Err("has no readable hash; directpush users line NAME makes one"),
    }
    if !addresses.iter().all(|address| is_address(address)) {
        return Err("has an address that is none");
    }
    let mut hasher = DefaultHasher::new();
    hash.hash(&mut hasher);
    Ok(Entry {
        name: AccountName::new(&name.to_lowercase()),
        address: addresses.first().copied().map(Arc::from),
        aliases: addresses
            .iter()
            .skip(1)
            .map(|address| address.to_lowercase())
            .collect(),
        generation: hasher.finish(),
        hash: hash.into(),
    })
}

fn check_name(name: &str, domains: &[String]) -> Result<(), &'static str> {
    if let Some(mistake) = name_mistake(name) {
        return Err(mistake);
    }
    let domain = name.rsplit_once('@').map(|(_, domain)| domain);
    let ours = |domain: &str| domains.iter().any(|own| own.eq_ignore_ascii_case(domain));
    match domain {
        Some(domain) if !domains.is_empty() && !ours(domain) => {
            Err("has a domain that is not in auth.domains")
        }
        Some(_) | None => Ok(()),
    }
}

fn is_address(text: &str) -> bool {
    let wrong = |c: char| c.is_control() || c.is_whitespace() || c == ':';
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !text.contains(wrong)
    })
}

/// One mistake a line.
pub(super) fn listing(mistakes: &[Mistake]) -> String {
    mistakes
        .iter()
        .map(|mistake| format!("\n  {mistake}"))
        .collect()
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} {}", self.line, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str =
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$8sS1nr7VfbPKnOZmcJkxVlJv9yvsUy2DqVLzWXUZ/bs";

    fn table(lines: &[&str], domains: &[&str]) -> Result<Table, Vec<Mistake>> {
        let lines: Vec<String> = lines
            .iter()
            .map(|line| line.replace("HASH", HASH))
            .collect();
        let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
        Table::parse(&lines.join("\n"), &domains)
    }

    #[track_caller]
    fn leads(table: &Table, domains: &[&str], login: &str) -> Option<String> {
        let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
        let entry = table.find(&LoginName::parse(login), &domains);
        entry.map(|entry| entry.name.as_str().to_owned())
    }

    #[test]
    fn all_forms_of_a_login_lead_to_one_account() {
        let domains = ["example.org", "example.net"];
        let table = table(
            &["anna:HASH:a.arendt@mail.example", "bert@example.net:HASH"],
            &domains,
        )
        .unwrap();
        for (login, account) in [
            ("anna", Some("anna")),
            ("Anna", Some("anna")),
            ("\\anna", Some("anna")),
            ("EXAMPLE\\anna", Some("anna")),
            ("example.org\\anna", Some("anna")),
            ("anna@example.org", Some("anna")),
            ("ANNA@EXAMPLE.ORG", Some("anna")),
            ("a.arendt@mail.example", Some("anna")),
            ("anna@example.net", None),
            ("anna@elsewhere.example", None),
            ("OTHER\\anna", None),
            ("bert@example.net", Some("bert@example.net")),
            ("bert", None),
            ("", None),
        ] {
            assert_eq!(
                leads(&table, &domains, login).as_deref(),
                account,
                "{login}"
            );
        }
    }

    #[test]
    fn without_domains_names_are_taken_as_they_are() {
        let table = table(&["anna:HASH", "bert@example.net:HASH"], &[]).unwrap();
        assert_eq!(leads(&table, &[], "anna").as_deref(), Some("anna"));
        assert_eq!(leads(&table, &[], "\\anna").as_deref(), Some("anna"));
        assert_eq!(leads(&table, &[], "anna@example.org"), None);
        assert_eq!(
            leads(&table, &[], "bert@example.net").as_deref(),
            Some("bert@example.net")
        );
    }

    #[test]
    fn the_file_is_checked_as_a_whole() {
        let lines = [
            "# comment",
            "anna:HASH",
            "anna",
            "../etc:HASH",
            "bert:secret",
            "carl:HASH:nowhere",
            "dora@other.example:HASH",
            "Anna@example.org:HASH",
        ];
        let mistakes = table(&lines, &["example.org"]).unwrap_err();
        let lines: Vec<usize> = mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 8]);
        assert!(!listing(&mistakes).contains("secret"));
    }
}
