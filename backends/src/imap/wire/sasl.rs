//! Signing in: mechanisms and what they send first (RFC 4616, RFC 7628).

use std::fmt;

use zeroize::Zeroizing;

use super::ArgumentError;

/// How to sign in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mechanism {
    /// User and password in one (RFC 4616).
    Plain,
    /// User, then password.
    Login,
    /// A token (RFC 7628).
    OauthBearer,
    /// A token, as it was done before RFC 7628.
    Xoauth2,
}

impl Mechanism {
    /// Its registered name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::OauthBearer => "OAUTHBEARER",
            Self::Xoauth2 => "XOAUTH2",
        }
    }
}

/// Who signs in, and with what. `Debug` shows nothing of it.
#[derive(Clone, Eq, PartialEq)]
pub enum Credentials {
    /// With a password.
    Password {
        /// Whose password it is.
        user: String,
        /// The password.
        password: Zeroizing<String>,
        /// Whose mailboxes are to be opened, if not those of `user`; needs [`Mechanism::Plain`].
        act_as: Option<String>,
    },
    /// With a token.
    Bearer {
        /// Whose mailboxes are to be opened.
        user: String,
        /// The token.
        token: Zeroizing<String>,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password { .. } => "Password(..)",
            Self::Bearer { .. } => "Bearer(..)",
        })
    }
}

impl Credentials {
    /// What is sent first, for a server of that address.
    ///
    /// # Errors
    /// When the mechanism is for other credentials, or cannot carry these.
    pub fn initial(
        &self,
        mechanism: Mechanism,
        host: &str,
        port: u16,
    ) -> Result<Zeroizing<String>, ArgumentError> {
        Ok(Zeroizing::new(match (mechanism, self) {
            (
                Mechanism::Plain,
                Self::Password {
                    user,
                    password,
                    act_as,
                },
            ) => {
                let act_as = act_as.as_deref().unwrap_or_default();
                clean(&[act_as, user, password])?;
                [act_as, "\0", user, "\0", password].concat()
            }
            (
                Mechanism::Login,
                Self::Password {
                    user, act_as: None, ..
                },
            ) => {
                clean(&[user])?;
                user.clone()
            }
            (Mechanism::OauthBearer, Self::Bearer { user, token }) => {
                clean(&[user, token, host])?;
                let user = user.replace('=', "=3D").replace(',', "=2C");
                let head = format!("n,a={user},\u{1}host={host}\u{1}port={port}");
                [&head, "\u{1}auth=Bearer ", token, "\u{1}\u{1}"].concat()
            }
            (Mechanism::Xoauth2, Self::Bearer { user, token }) => {
                clean(&[user, token])?;
                ["user=", user, "\u{1}auth=Bearer ", token, "\u{1}\u{1}"].concat()
            }
            _ => return Err(ArgumentError::Credentials),
        }))
    }
}

/// None of the separators may be in what they separate.
fn clean(fields: &[&str]) -> Result<(), ArgumentError> {
    if fields.iter().any(|field| field.contains(['\0', '\u{1}'])) {
        return Err(ArgumentError::Credentials);
    }
    Ok(())
}
