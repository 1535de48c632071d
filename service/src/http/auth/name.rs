//! What people call themselves when they sign in, and whom that means.

use crate::http::request::AccountName;

/// The longest name of an account, in bytes.
const LONGEST: usize = 254;

/// A login name in its parts, lower case: `user`, `\user`, `DOMAIN\user`, `user@domain`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct LoginName {
    /// The user.
    pub local: String,
    /// The domain, when one was given.
    pub domain: Option<String>,
}

impl LoginName {
    /// Takes a name apart.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let (before, rest) = match text.split_once('\\') {
            Some((domain, rest)) => (Some(domain.to_owned()), rest.to_owned()),
            None => (None, text),
        };
        let before = before.filter(|domain| !domain.is_empty());
        match rest.rsplit_once('@') {
            // `DOMAIN\user@domain` is sent by clients that ask for both: the address says it all.
            Some((local, domain)) => Self {
                local: local.to_owned(),
                domain: Some(domain.to_owned()),
            },
            None => Self {
                local: rest,
                domain: before,
            },
        }
    }

    /// The canonical name of the account that is meant, in `domains` (lower case, the default one first); with none,
    /// names are taken as they are. `None` when there can be no such account.
    #[must_use]
    pub fn account(&self, domains: &[String]) -> Option<AccountName> {
        let domain = match (&self.domain, domains.first()) {
            (Some(domain), Some(_)) => {
                let full = full_domain(domain, domains);
                Some(domains.iter().find(|own| *own == full)?.as_str())
            }
            (Some(domain), None) => Some(domain.as_str()),
            (None, default) => default.map(String::as_str),
        };
        let name = match domain {
            Some(domain) => format!("{}@{domain}", self.local),
            None => self.local.clone(),
        };
        let fits = name.len() <= LONGEST && name_mistake(&name).is_none();
        fits.then(|| AccountName::new(&name))
    }
}

/// The domain of ours that is meant: itself, or by its first label, as in `DOMAIN\user`.
pub(crate) fn full_domain<'d>(domain: &'d str, domains: &'d [String]) -> &'d str {
    let labelled = |full: &&String| {
        **full == domain || full.split('.').next().is_some_and(|label| label == domain)
    };
    domains.iter().find(labelled).map_or(domain, String::as_str)
}

/// Why this can be nobody's name. Names become parts of paths, so what means something in a path stays out.
pub(crate) fn name_mistake(name: &str) -> Option<&'static str> {
    let wrong = |c: char| c.is_control() || c.is_whitespace() || "/\\%:".contains(c);
    if name.is_empty() || name.contains(wrong) {
        return Some("has a name with characters that names cannot have");
    }
    let (local, domain) = match name.rsplit_once('@') {
        Some((local, domain)) => (local, Some(domain)),
        None => (name, None),
    };
    let hidden = |part: &str| part.is_empty() || part.starts_with('.');
    (hidden(local) || domain.is_some_and(hidden))
        .then_some("has a name with an empty part, or one that begins with a dot")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_names_come_in_four_forms() {
        for (text, local, domain) in [
            ("Anna", "anna", None),
            ("\\anna", "anna", None),
            ("CORP\\Anna", "anna", Some("corp")),
            ("anna@Example.org", "anna", Some("example.org")),
            ("corp\\anna@example.org", "anna", Some("example.org")),
            (" anna ", "anna", None),
            ("a@b@example.org", "a@b", Some("example.org")),
        ] {
            let login = LoginName::parse(text);
            assert_eq!(
                (login.local.as_str(), login.domain.as_deref()),
                (local, domain),
                "{text}"
            );
        }
    }

    #[test]
    fn an_account_of_a_server_has_one_name_however_it_is_called() {
        let domains = ["example.org".to_owned(), "branch.example".to_owned()];
        let name = |login: &str, domains: &[String]| {
            let account = LoginName::parse(login).account(domains);
            account.map(|account| account.as_str().to_owned())
        };
        for login in ["Anna", "\\anna", "EXAMPLE\\anna", "anna@Example.org"] {
            assert_eq!(name(login, &domains).as_deref(), Some("anna@example.org"));
        }
        let branch = Some("anna@branch.example".to_owned());
        assert_eq!(name("branch\\anna", &domains), branch);
        assert_eq!(name("anna@elsewhere.example", &domains), None);
        assert_eq!(name("Anna", &[]).as_deref(), Some("anna"));
        assert_eq!(
            name("anna@b.example", &[]).as_deref(),
            Some("anna@b.example")
        );
        for nobody in [
            "",
            "../x",
            "a b",
            ".a",
            "a/b@example.org",
            "a:b",
            "@example.org",
        ] {
            assert_eq!(name(nobody, &domains), None, "{nobody}");
        }
        assert_eq!(name(&"a".repeat(300), &domains), None);
    }
}
