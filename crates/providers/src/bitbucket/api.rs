//! What Bitbucket's REST API says of an account and its addresses.

use latchkey_domain::{
    email::EmailAddress,
    profile::{Account, ListedEmail},
    provider::Error,
    text,
};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::subject::subject;
use crate::endpoint::Reach;

/// What is kept of names.
const MAX_NAME: usize = 255;
/// What is kept of an Atlassian account id: 43 characters today.
const MAX_ACCOUNT_ID: usize = 128;
/// What is kept of a picture's URL: what browsers agree on.
const MAX_PICTURE: usize = 2_048;

/// `GET /2.0/user`. Only the uuid is vital; names come and go, and any of the rest may be null.
#[derive(Deserialize)]
pub(super) struct User {
    uuid: String,
    #[serde(rename = "type", default)]
    kind: Option<Value>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    account_id: Option<String>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    username: Option<String>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    nickname: Option<String>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    display_name: Option<String>,
    #[serde(default)]
    links: Value,
}

impl User {
    /// The account, if it is a person's.
    pub(super) fn account(self, reach: Reach) -> Result<Account, Error> {
        if self.kind.is_some_and(|kind| kind != "user") {
            return Err(Error::Malformed("not a person's account"));
        }
        let picture = self.links.pointer("/avatar/href").and_then(Value::as_str);
        Ok(Account {
            subject: subject(&self.uuid)?,
            account_id: self
                .account_id
                .filter(|id| text::visible_ascii(id, MAX_ACCOUNT_ID).is_ok()),
            username: name(self.username).or_else(|| name(self.nickname)),
            display_name: name(self.display_name),
            picture_url: picture.and_then(|url| picture_url(url, reach)),
        })
    }
}

fn name(text: Option<String>) -> Option<String> {
    text.map(|text| text::tidy(&text, MAX_NAME)).filter(|text| !text.is_empty())
}

/// A URL that is put into pages: it must lead to a picture and not run as a script.
fn picture_url(text: &str, reach: Reach) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let scheme = url.scheme() == "https" || (reach == Reach::StandIn && url.scheme() == "http");
    let plain = url.has_host() && url.username().is_empty() && url.password().is_none();
    (scheme && plain && url.as_str().len() <= MAX_PICTURE).then(|| url.into())
}

/// `GET /2.0/user/emails`: an address. A flag that is absent or odd says nothing, and so proves nothing.
#[derive(Deserialize)]
pub(super) struct Email {
    #[serde(rename = "email", default, deserialize_with = "text_or_nothing")]
    address: Option<String>,
    #[serde(default)]
    is_primary: Value,
    #[serde(default)]
    is_confirmed: Value,
}

impl Email {
    /// Whether it is the primary one, and confirmed.
    pub(super) fn is_usable(&self) -> bool {
        self.is_primary == true && self.is_confirmed == true
    }

    /// What is told of it, if it is an address.
    pub(super) fn listed(&self) -> Option<ListedEmail> {
        let address = EmailAddress::parse(self.address.as_deref()?).ok()?;
        let (primary, confirmed) = (self.is_primary == true, self.is_confirmed == true);
        Some(ListedEmail { address, primary, confirmed })
    }
}

/// `GET /2.0/user/workspaces`: a workspace whose member the account is. What says neither which one says nothing.
#[derive(Deserialize)]
pub(super) struct Membership {
    #[serde(default)]
    workspace: Value,
}

impl Membership {
    /// The workspace's uuid, and its slug.
    pub(super) fn names(&self) -> (Option<&str>, Option<&str>) {
        let text = |name: &str| self.workspace.get(name).and_then(Value::as_str);
        (text("uuid"), text("slug"))
    }
}

/// `GET` with 403: an error that names the scopes, if they are the reason.
#[derive(Deserialize)]
pub(super) struct Forbidden {
    #[serde(default)]
    error: Value,
}

impl Forbidden {
    /// Whether it says which scopes are required.
    pub(super) fn is_about_scopes(&self) -> bool {
        self.error.pointer("/detail/required").is_some()
    }
}

fn text_or_nothing<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Email, Reach, User, picture_url};

    const UUID: &str = "{11111111-1111-4111-8111-11111111111a}";

    #[test]
    fn everything_but_the_uuid_may_be_odd() {
        let odd = json!({
            "uuid": UUID, "account_id": 7, "username": null, "nickname": "  rowan\u{202e} ",
            "display_name": [], "links": { "avatar": null }, "location": null,
        });
        let user: User = serde_json::from_value(odd).unwrap();
        let account = user.account(Reach::Public).unwrap();
        assert_eq!(account.username.as_deref(), Some("rowan"));
        assert_eq!(account.account_id.or(account.display_name).or(account.picture_url), None);
    }

    #[test]
    fn an_account_that_is_no_person_is_refused() {
        for kind in ["team", "app_user", ""] {
            let user: User = serde_json::from_value(json!({ "uuid": UUID, "type": kind })).unwrap();
            assert!(user.account(Reach::Public).is_err(), "{kind}");
        }
    }

    #[test]
    fn a_picture_is_an_https_url_of_limited_length() {
        let good = "https://avatars.example/a.png?s=96";
        assert_eq!(picture_url(good, Reach::Public).as_deref(), Some(good));
        let long = format!("https://avatars.example/{}", "a".repeat(2_048));
        for bad in
            ["javascript:alert(1)", "data:image/png,x", "//a.example", "https://u:p@a.example"]
                .into_iter()
                .chain([long.as_str()])
        {
            assert_eq!(picture_url(bad, Reach::StandIn), None, "{bad}");
        }
        let plain = "http://avatars.example/a.png";
        assert!(picture_url(plain, Reach::StandIn).is_some());
        assert!(picture_url(plain, Reach::Public).is_none());
    }

    #[test]
    fn flags_that_are_absent_or_odd_prove_nothing() {
        for flags in [
            json!({}),
            json!({ "is_primary": true }),
            json!({ "is_primary": true, "is_confirmed": null }),
            json!({ "is_primary": true, "is_confirmed": "true" }),
            json!({ "is_primary": 1, "is_confirmed": 1 }),
        ] {
            let mut email = json!({ "email": "rowan@mail.example" });
            email.as_object_mut().unwrap().extend(flags.as_object().unwrap().clone());
            let email: Email = serde_json::from_value(email).unwrap();
            assert!(!email.is_usable(), "{flags}");
        }
    }
}
