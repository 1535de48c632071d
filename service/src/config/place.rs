//! Where a store is: a file, or a database of a server.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

/// Where a store is. Written out, it says no password.
#[derive(Clone)]
pub enum Place {
    /// In a SQLite file.
    File(PathBuf),
    /// In a PostgreSQL database.
    Server(Box<PgConnectOptions>),
}

/// What is no place of a store. Says nothing of what it was, which may hold a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("is a URL as sqlite:///var/lib/directpush/state.db or postgres://user@host/name")]
pub struct PlaceError;

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(url: &str) -> Result<Self, PlaceError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return match path.is_empty() {
                true => Err(PlaceError),
                false => Ok(Self::File(path.into())),
            };
        }
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(PlaceError);
        }
        match url.parse::<PgConnectOptions>() {
            Ok(options) if options.get_database().is_some() => Ok(Self::Server(Box::new(options))),
            _ => Err(PlaceError),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(options) => {
                let (host, port) = (options.get_host(), options.get_port());
                let name = options.get_database().unwrap_or_default();
                write!(f, "postgres://{host}:{port}/{name}")
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_no_password() {
        let place: Place = "postgres://anna:s3cret@db.example:5433/push"
            .parse()
            .unwrap();
        assert_eq!(format!("{place:?}"), "postgres://db.example:5433/push");
        for wrong in ["", "sqlite://", "mysql://a/b", "postgres://a", "/var/x.db"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
        let file: Place = "sqlite:///var/x.db".parse().unwrap();
        assert_eq!(file.to_string(), "/var/x.db");
    }
}
