//! The pages of `/2.0/user/emails`.

use serde_json::{Value, json};

use crate::account::{Account, Email, NextLink};
use crate::fields::Fields;
use crate::fixture;

/// Entries on a page unless `pagelen` says otherwise, as recorded.
const PAGE: usize = 10;
/// The most entries that Bitbucket puts on a page.
const LONGEST_PAGE: usize = 100;

/// A page of an account's addresses in the shape of the recording.
pub(super) fn body(base_url: &str, account: &Account, query: &Fields) -> Value {
    let asked = query.get("pagelen").and_then(|len| len.parse().ok());
    let pagelen = asked.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
    let number = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1_usize).max(1);
    let link = |page: usize| {
        let length = asked.map(|_| format!("&pagelen={pagelen}")).unwrap_or_default();
        format!("{base_url}/2.0/user/emails?page={page}{length}")
    };
    let all = &account.emails;
    let skipped = match account.next_link {
        // The same addresses come again and again.
        NextLink::Endless => 0,
        _ => (number - 1).saturating_mul(pagelen),
    };

    let mut page = fixture::EMAILS.clone();
    page["values"] =
        all.iter().skip(skipped).take(pagelen).map(|one| entry(base_url, one)).collect();
    page["pagelen"] = json!(pagelen);
    page["size"] = json!(all.len());
    page["page"] = json!(number);
    match &account.next_link {
        NextLink::Honest if skipped.saturating_add(pagelen) >= all.len() => {}
        NextLink::Honest | NextLink::Endless => {
            page["next"] = json!(link(number.saturating_add(1)));
        }
        NextLink::Foreign(url) => page["next"] = json!(url),
    }
    if number > 1 {
        page["previous"] = json!(link(number - 1));
    }
    page
}

fn entry(base_url: &str, email: &Email) -> Value {
    let mut entry = fixture::EMAILS["values"][0].clone();
    entry["links"]["self"]["href"] = json!(format!("{base_url}/2.0/user/emails/{}", email.email));
    entry["email"] = json!(email.email);
    entry["is_primary"] = json!(email.is_primary);
    entry["is_confirmed"] = json!(email.is_confirmed);
    entry
}
