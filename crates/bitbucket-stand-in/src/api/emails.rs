//! The pages of `/2.0/user/emails`.

use serde_json::{Value, json};

use super::paged;
use crate::account::{Account, Email};
use crate::fields::Fields;
use crate::fixture;

/// A page of an account's addresses in the shape of the recording.
pub(super) fn body(base_url: &str, account: &Account, query: &Fields) -> Value {
    let all: Vec<_> = account.emails.iter().map(|one| entry(base_url, one)).collect();
    let url = format!("{base_url}/2.0/user/emails");
    paged::fill(fixture::EMAILS.clone(), &url, &all, &account.next_link, query)
}

fn entry(base_url: &str, email: &Email) -> Value {
    let mut entry = fixture::EMAILS["values"][0].clone();
    entry["links"]["self"]["href"] = json!(format!("{base_url}/2.0/user/emails/{}", email.email));
    entry["email"] = json!(email.email);
    entry["is_primary"] = json!(email.is_primary);
    entry["is_confirmed"] = json!(email.is_confirmed);
    entry
}
