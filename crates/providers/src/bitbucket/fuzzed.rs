//! Reads an answer as every page of Bitbucket's at once.

use latchkey_domain::profile::usable;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{api, token::Token};
use crate::endpoint::Reach;

/// An answer in JSON: whatever is taken for a person has an id, and an address that counts is primary and
/// confirmed.
pub fn provider_json(data: &[u8]) {
    let _: Option<Token> = read(data);
    if let Some(account) = read::<api::User>(data).and_then(|user| user.account(Reach::Public).ok())
    {
        assert!(!account.subject.as_str().is_empty());
        assert!(account.picture_url.is_none_or(|url| url.starts_with("https://")));
    }
    let values = read::<Value>(data).and_then(|page| page.get("values").cloned());
    let emails = values.and_then(|values| serde_json::from_value::<Vec<api::Email>>(values).ok());
    let listed: Vec<_> = emails.iter().flatten().filter_map(api::Email::listed).collect();
    if let Some(address) = usable(&listed) {
        assert!(listed.iter().any(|it| it.address == *address && it.primary && it.confirmed));
    }
    let _ = read::<api::Membership>(data).map(|membership| {
        let (uuid, slug) = membership.names();
        uuid.map(str::len).or(slug.map(str::len))
    });
    let _ = read::<api::Forbidden>(data).map(|told| told.is_about_scopes());
}

fn read<T: DeserializeOwned>(data: &[u8]) -> Option<T> {
    serde_json::from_slice(data).ok()
}
