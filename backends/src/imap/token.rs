//! Tokens: where the last answer about a mailbox ended.

use std::fmt;
use std::num::NonZeroU64;

use crate::item::Horizon;
use crate::name::Token;

/// How a mailbox stood when it was last opened. Opening it is one moment: all fields are of that moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Point {
    /// Validity of its unique identifiers.
    pub(super) validity: u32,
    /// The unique identifier that the next message gets at least; 0: not told.
    pub(super) next: u32,
    /// Highest modification sequence; `None`: it keeps none.
    pub(super) mod_seq: Option<NonZeroU64>,
    /// How many messages there were.
    pub(super) exists: u32,
    /// How far back was looked.
    pub(super) horizon: Horizon,
}

/// What every token of ours begins with; the number changes with the meaning.
const KIND: &str = "imap1";

impl Point {
    /// Reads a token; `None`: it is none of ours.
    pub(super) fn parse(token: &Token) -> Option<Self> {
        let mut fields = token.as_str().split(';');
        if fields.next()? != KIND {
            return None;
        }
        let mut field = |name: &str| fields.next()?.strip_prefix(name)?.strip_prefix('=');
        let point = Self {
            validity: field("v")?.parse().ok()?,
            next: field("n")?.parse().ok()?,
            mod_seq: match field("m")? {
                "-" => None,
                number => Some(number.parse().ok()?),
            },
            exists: field("e")?.parse().ok()?,
            horizon: match field("h")? {
                "-" => Horizon::Everything,
                limit => Horizon::NotBefore(limit.parse().ok()?),
            },
        };
        fields.next().is_none().then_some(point)
    }

    /// As a token.
    pub(super) fn token(self) -> Token {
        Token::new(self.to_string())
    }
}

impl fmt::Display for Point {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{KIND};v={};n={}", self.validity, self.next)?;
        match self.mod_seq {
            Some(number) => write!(out, ";m={number}")?,
            None => write!(out, ";m=-")?,
        }
        write!(out, ";e={}", self.exists)?;
        match self.horizon {
            Horizon::NotBefore(limit) => write!(out, ";h={limit}"),
            Horizon::Everything => write!(out, ";h=-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::Point;
    use crate::item::Horizon;
    use crate::name::Token;

    #[test]
    fn tokens_lead_back() {
        for (mod_seq, horizon) in [
            (None, Horizon::Everything),
            (NonZeroU64::new(u64::MAX), Horizon::NotBefore(-5)),
        ] {
            let point = Point {
                validity: 17,
                next: u32::MAX,
                mod_seq,
                exists: 3,
                horizon,
            };
            assert_eq!(Point::parse(&point.token()), Some(point));
        }
    }

    #[test]
    fn what_is_not_ours_is_no_token() {
        let good = "imap1;v=1;n=2;m=3;e=4;h=5";
        assert!(Point::parse(&Token::new(good)).is_some());
        for text in [
            "",
            "imap1",
            "imap2;v=1;n=2;m=3;e=4;h=5",
            "imap1;v=1;n=2;m=0;e=4;h=5",
            "imap1;v=1;n=2;m=3;e=4;h=5;",
            "imap1;v=1;n=2;m=3;e=4",
            "imap1;n=2;v=1;m=3;e=4;h=5",
            "local1;j=1.1",
        ] {
            assert_eq!(Point::parse(&Token::new(text)), None, "{text}");
        }
    }
}
