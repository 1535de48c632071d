//! The user's addresses (MS-ASCMD 2.2.3.197).

/// Accounts and addresses of a user. Up to 14.0 only the addresses of the first account are written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct UserInformation {
    /// Usually one.
    pub accounts: Vec<Account>,
}

/// One account of a user (14.1 on).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Account {
    /// Left out for the main account.
    pub account_id: Option<String>,
    /// What the phone shows.
    pub account_name: Option<String>,
    /// The user's name.
    pub user_display_name: Option<String>,
    /// Whether mail cannot be sent from here.
    pub send_disabled: Option<bool>,
    /// Its addresses.
    pub addresses: EmailAddresses,
}

/// Addresses of an account.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EmailAddresses {
    /// All of them.
    pub smtp: Vec<String>,
    /// The one to send from (14.1 on).
    pub primary: Option<String>,
}
