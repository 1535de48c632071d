//! The user's addresses (MS-ASCMD 2.2.3.197).

use crate::codepages::settings as tags;
use crate::command::{BodyError, parts};
use crate::element::Element;
use crate::version::Version;

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

impl UserInformation {
    /// Reads the children of `Get` in an answer, in the layout of any version.
    pub(super) fn from_get(get: &Element) -> Result<Self, BodyError> {
        let mut accounts: Vec<_> = get
            .all(tags::ACCOUNTS)
            .flat_map(|list| list.all(tags::ACCOUNT))
            .map(Account::from_element)
            .collect::<Result<_, _>>()?;
        if let Some(addresses) = get.child(tags::EMAIL_ADDRESSES) {
            accounts.push(Account {
                addresses: EmailAddresses::from_element(addresses),
                ..Account::default()
            });
        }
        Ok(Self { accounts })
    }

    /// Writes `Get` of an answer.
    pub(super) fn to_get(&self, version: Version) -> Element {
        let get = Element::new(tags::GET);
        if version < Version::V14_1 {
            let addresses = self.accounts.first().map(|account| &account.addresses);
            return get.with_some(addresses.map(|all| all.to_element(version)));
        }
        let accounts = self
            .accounts
            .iter()
            .map(|account| account.to_element(version));
        get.with(Element::new(tags::ACCOUNTS).with_all(accounts))
    }
}

impl Account {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let addresses = element.child(tags::EMAIL_ADDRESSES);
        Ok(Self {
            account_id: parts::text(element, tags::ACCOUNT_ID),
            account_name: parts::text(element, tags::ACCOUNT_NAME),
            user_display_name: parts::text(element, tags::USER_DISPLAY_NAME),
            send_disabled: parts::flag(element, tags::SEND_DISABLED)?,
            addresses: addresses
                .map(EmailAddresses::from_element)
                .unwrap_or_default(),
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let name = self.user_display_name.as_ref();
        let disabled = self.send_disabled;
        Element::new(tags::ACCOUNT)
            .with_some(parts::write_text(
                tags::ACCOUNT_ID,
                self.account_id.as_ref(),
            ))
            .with_some(parts::write_text(
                tags::ACCOUNT_NAME,
                self.account_name.as_ref(),
            ))
            .with_some(parts::write_text(tags::USER_DISPLAY_NAME, name))
            .with_some(disabled.map(|flag| parts::write_flag(tags::SEND_DISABLED, flag)))
            .with(self.addresses.to_element(version))
    }
}

impl EmailAddresses {
    fn from_element(element: &Element) -> Self {
        let smtp = element.all(tags::SMTP_ADDRESS);
        Self {
            smtp: smtp.map(|address| address.value().into_owned()).collect(),
            primary: parts::text(element, tags::PRIMARY_SMTP_ADDRESS),
        }
    }

    fn to_element(&self, version: Version) -> Element {
        let smtp = self
            .smtp
            .iter()
            .map(|address| Element::text(tags::SMTP_ADDRESS, address.as_str()));
        let primary = self.primary.as_ref().filter(|_| version >= Version::V14_1);
        Element::new(tags::EMAIL_ADDRESSES)
            .with_all(smtp)
            .with_some(parts::write_text(tags::PRIMARY_SMTP_ADDRESS, primary))
    }
}
