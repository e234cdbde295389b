//! A Bitbucket account, and the ways in which its data can be odd.

use serde::{Deserialize, Serialize};

/// An account as `GET /2.0/user` and the lists below it will show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What the control surface and the consent page call it; never on the wire.
    pub key: String,
    /// The one identifier that never changes, in braces as on the wire.
    pub uuid: String,
    /// How `uuid` is shown, if at all.
    #[serde(default)]
    pub uuid_shape: UuidShape,
    /// The Atlassian account id; left out of the reply if absent.
    #[serde(default)]
    pub account_id: Option<String>,
    /// Changeable.
    pub username: String,
    /// Changeable and not unique.
    pub nickname: String,
    /// Changeable, free text.
    pub display_name: String,
    /// The `type` field, `user` for people.
    #[serde(rename = "type", default = "default_kind")]
    pub kind: String,
    /// The avatar link; left out of the reply if absent.
    #[serde(default)]
    pub avatar: Option<String>,
    /// Every address, in the order in which the pages show them.
    #[serde(default)]
    pub emails: Vec<Email>,
    /// Where the `next` link of the e-mails leads.
    #[serde(default)]
    pub next_link: NextLink,
    /// Every workspace whose member it is, in the order in which the pages show them.
    #[serde(default)]
    pub workspaces: Vec<Workspace>,
    /// Where the `next` link of the workspaces leads.
    #[serde(default)]
    pub workspaces_next_link: NextLink,
}

/// An address of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// The address.
    pub email: String,
    /// Whether Bitbucket writes to it.
    pub is_primary: bool,
    /// Whether the owner has proved that it is theirs.
    pub is_confirmed: bool,
}

/// A workspace whose member an account is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// The identifier that never changes, in braces as on the wire.
    pub uuid: String,
    /// Its name in URLs; changeable.
    pub slug: String,
    /// Whether the account administers it.
    #[serde(default)]
    pub administrator: bool,
}

/// How an account's `uuid` field looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UuidShape {
    /// The account's uuid as text, as Bitbucket does it.
    #[default]
    Text,
    /// No such field.
    Missing,
    /// `null`.
    Null,
    /// An empty string.
    Empty,
    /// A number.
    Number,
}

/// Where the `next` link of a list's pages leads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextLink {
    /// To the next page while there is one, as Bitbucket does it.
    #[default]
    Honest,
    /// To this URL, always: a client must not take its token there.
    Foreign(String),
    /// To one more page for ever.
    Endless,
}

fn default_kind() -> String {
    "user".to_owned()
}

impl Account {
    /// An account without any address; the avatar and the account id are invented from the key.
    pub fn new(key: &str, uuid: &str, display_name: &str) -> Self {
        let bare = uuid.trim_matches(['{', '}']);
        Self {
            key: key.to_owned(),
            uuid: format!("{{{bare}}}"),
            uuid_shape: UuidShape::default(),
            account_id: Some(format!("712020:{bare}")),
            username: key.to_owned(),
            nickname: key.to_owned(),
            display_name: display_name.to_owned(),
            kind: default_kind(),
            avatar: Some(format!("https://avatars.example/{key}.png")),
            emails: Vec::new(),
            next_link: NextLink::default(),
            workspaces: Vec::new(),
            workspaces_next_link: NextLink::default(),
        }
    }

    /// The same account with one more address.
    #[must_use]
    pub fn with_email(mut self, email: Email) -> Self {
        self.emails.push(email);
        self
    }

    /// The same account as a member of one more workspace.
    #[must_use]
    pub fn in_workspace(mut self, workspace: Workspace) -> Self {
        self.workspaces.push(workspace);
        self
    }

    /// Says in words what a client will find among the addresses.
    pub(crate) fn email_situation(&self) -> String {
        let primary = self.emails.iter().find(|email| email.is_primary);
        let what = match primary {
            _ if self.emails.is_empty() => "no e-mail address".to_owned(),
            None => "no primary address".to_owned(),
            Some(email) if email.is_confirmed => format!("{}, confirmed", email.email),
            Some(email) => format!("{}, not confirmed", email.email),
        };
        match self.emails.len() {
            0 | 1 => what,
            count => format!("{what}; {count} addresses"),
        }
    }
}

impl Workspace {
    /// A workspace that others administer.
    pub fn new(slug: &str, uuid: &str) -> Self {
        let bare = uuid.trim_matches(['{', '}']);
        Self { uuid: format!("{{{bare}}}"), slug: slug.to_owned(), administrator: false }
    }
}

impl Email {
    /// An address that Bitbucket writes to and that is confirmed.
    pub fn primary(email: &str) -> Self {
        Self { email: email.to_owned(), is_primary: true, is_confirmed: true }
    }

    /// A confirmed address beside the primary one.
    pub fn secondary(email: &str) -> Self {
        Self { is_primary: false, ..Self::primary(email) }
    }

    /// The same address, not yet proved to be the owner's.
    #[must_use]
    pub fn unconfirmed(self) -> Self {
        Self { is_confirmed: false, ..self }
    }
}
