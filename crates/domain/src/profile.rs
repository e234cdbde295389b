//! What a provider tells of a person.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Invalid, email::EmailAddress};

/// Who vouches for an account: `https://bitbucket.org`, or a Data Center's base URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Issuer(pub String);

/// An account's immutable id at its issuer, never empty.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// What every provider's ids fit into.
    const MAX_LENGTH: usize = 128;

    /// Accepts an id. An empty one must never stand for a person: everybody would be the same.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        crate::text::visible_ascii(text, Self::MAX_LENGTH)?;
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account as its provider describes it today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The id that never changes.
    pub subject: Subject,
    /// A second id that never changes, where the provider has one: another value under the same
    /// subject means that something is wrong.
    pub account_id: Option<String>,
    /// What it is called at the provider; may change.
    pub username: Option<String>,
    /// What the person is called.
    pub display_name: Option<String>,
    /// A picture of the person.
    pub picture_url: Option<String>,
}

/// An address of an account, with what its provider says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedEmail {
    /// The address.
    pub address: EmailAddress,
    /// Whether it is the account's primary one.
    pub primary: bool,
    /// Whether the person has proven it to the provider.
    pub confirmed: bool,
}

/// The address that a sign-in takes: the first that is primary and confirmed.
pub fn usable(emails: &[ListedEmail]) -> Option<&EmailAddress> {
    emails.iter().find(|email| email.primary && email.confirmed).map(|email| &email.address)
}

/// All that a provider tells of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Who vouches for the account.
    pub issuer: Issuer,
    /// The account.
    pub account: Account,
    /// Its addresses, as far as they were read.
    pub emails: Vec<ListedEmail>,
}
