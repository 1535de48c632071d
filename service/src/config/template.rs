//! Texts that are made from an account's name: `%u` is all of it, `%n` the part before the `@`, `%d` the domain.

use std::path::PathBuf;

/// Path of something of an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PathTemplate(String);

impl PathTemplate {
    pub(crate) fn new(template: &str) -> Self {
        Self(template.to_owned())
    }

    /// The path of an account. Names with parts of paths in them are nobody's.
    #[must_use]
    pub fn path(&self, account: &str) -> PathBuf {
        PathBuf::from(expand(&self.0, account))
    }
}

/// Name of an account somewhere else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NameTemplate(String);

impl NameTemplate {
    pub(crate) fn new(template: &str) -> Self {
        Self(template.to_owned())
    }

    /// The name of an account.
    #[must_use]
    pub fn name(&self, account: &str) -> String {
        expand(&self.0, account)
    }
}

fn expand(template: &str, account: &str) -> String {
    let (local, domain) = account.rsplit_once('@').unwrap_or((account, ""));
    let mut text = String::with_capacity(template.len() + account.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let mut letters = after.chars();
        match letters.next() {
            Some('u') => text.push_str(account),
            Some('n') => text.push_str(local),
            Some('d') => text.push_str(domain),
            Some(other) => text.push(other),
            None => {}
        }
        rest = letters.as_str();
    }
    text.push_str(rest);
    text
}
