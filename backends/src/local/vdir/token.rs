//! What a token of a collection remembers: where its journal was, and what a listing said.

use std::fmt::Write;

use crate::item::Horizon;
use crate::local::token::Position;
use crate::name::Token;

/// A token, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Mark {
    /// How far back the answer reached.
    pub(crate) horizon: Horizon,
    /// Where the journal was, if one was kept.
    pub(crate) position: Option<Position>,
    /// Stands for what was listed, if everything was.
    pub(crate) digest: Option<u64>,
}

impl Mark {
    const FORM: &str = "vdir1";

    /// Writes the token.
    pub(crate) fn to_token(self) -> Token {
        let mut text = Self::FORM.to_owned();
        // Writing to a string does not fail.
        if let Horizon::NotBefore(limit) = self.horizon {
            let _ = write!(text, ";h={limit}");
        }
        if let Some(Position { nonce, seq }) = self.position {
            let _ = write!(text, ";j={nonce}.{seq}");
        }
        if let Some(digest) = self.digest {
            let _ = write!(text, ";d={digest}");
        }
        Token::new(text)
    }

    /// Reads a token; `None` if it is none of ours.
    pub(crate) fn parse(token: &Token) -> Option<Self> {
        let mut parts = token.as_str().split(';');
        if parts.next() != Some(Self::FORM) {
            return None;
        }
        let mut mark = Self {
            horizon: Horizon::Everything,
            position: None,
            digest: None,
        };
        for part in parts {
            match part.split_once('=')? {
                ("h", limit) => mark.horizon = Horizon::NotBefore(limit.parse().ok()?),
                ("j", place) => {
                    let (nonce, seq) = place.split_once('.')?;
                    mark.position = Some(Position {
                        nonce: nonce.parse().ok()?,
                        seq: seq.parse().ok()?,
                    });
                }
                ("d", digest) => mark.digest = Some(digest.parse().ok()?),
                _ => return None,
            }
        }
        Some(mark)
    }
}

#[cfg(test)]
mod tests {
    use super::Mark;
    use crate::item::Horizon;
    use crate::local::token::Position;
    use crate::name::Token;

    #[test]
    fn tokens_lead_back_and_others_are_refused() {
        let place = Position {
            nonce: u64::MAX,
            seq: 0,
        };
        for horizon in [Horizon::Everything, Horizon::NotBefore(-5)] {
            for position in [None, Some(place)] {
                for digest in [None, Some(7)] {
                    let mark = Mark {
                        horizon,
                        position,
                        digest,
                    };
                    assert_eq!(Mark::parse(&mark.to_token()), Some(mark));
                }
            }
        }
        for text in ["", "local1;j=1.1", "vdir1;", "vdir1;d=x", "vdir1;x=1"] {
            assert_eq!(Mark::parse(&Token::new(text)), None, "{text}");
        }
    }
}
