//! Autodiscover: what a device asks for before it knows its server.
//!
//! Two forms: XML ("POX", MS-OXDSCLI, in the mobilesync schema of MS-ASCMD 2.2.2.1), which wants credentials, and JSON
//! ("v2"), which wants none and therefore says the same of every address. Nothing here knows HTTP's connections;
//! `gateway::discover` does.

mod json;
mod place;
mod pox;

pub(crate) use json::answer as json;
pub(crate) use place::Place;
pub(crate) use pox::{Asked, answer as pox, read as read_pox};

/// What is asked for, by the path. Devices write it in any letter case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Door {
    /// `/autodiscover/autodiscover.xml`
    Pox,
    /// `/autodiscover/autodiscover.json`, also followed by a version and an address.
    Json,
}

impl Door {
    /// The door that a path leads to.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        let below = path.strip_prefix("/autodiscover/")?;
        match below.strip_suffix('/').unwrap_or(below) {
            "autodiscover.xml" => Some(Self::Pox),
            "autodiscover.json" => Some(Self::Json),
            other if other.starts_with("autodiscover.json/") => Some(Self::Json),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_compare_without_case() {
        for (path, door) in [
            ("/autodiscover/autodiscover.xml", Some(Door::Pox)),
            ("/Autodiscover/Autodiscover.xml", Some(Door::Pox)),
            ("/AutoDiscover/AutoDiscover.XML/", Some(Door::Pox)),
            ("/AUTODISCOVER/AUTODISCOVER.JSON", Some(Door::Json)),
            (
                "/autodiscover/autodiscover.json/v1.0/anna@example.org",
                Some(Door::Json),
            ),
            ("/autodiscover/autodiscover.jsonp", None),
            ("/autodiscover/", None),
            ("/autodiscover.xml", None),
            ("/mail/autodiscover/autodiscover.xml", None),
        ] {
            assert_eq!(Door::of(path), door, "{path}");
        }
    }
}
