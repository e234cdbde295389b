//! Lists in pages, as Bitbucket sends them.

use serde_json::{Value, json};

use crate::account::NextLink;
use crate::fields::Fields;

/// Entries on a page unless `pagelen` says otherwise, as recorded.
const PAGE: usize = 10;
/// The most entries that Bitbucket puts on a page.
const LONGEST_PAGE: usize = 100;

/// Fills a recorded page of the list at `url` with those of its entries that were asked for.
pub(super) fn fill(
    mut page: Value,
    url: &str,
    all: &[Value],
    next_link: &NextLink,
    query: &Fields,
) -> Value {
    let asked = query.get("pagelen").and_then(|len| len.parse().ok());
    let pagelen = asked.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
    let number = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1_usize).max(1);
    let link = |page: usize| {
        let length = asked.map(|_| format!("&pagelen={pagelen}")).unwrap_or_default();
        format!("{url}?page={page}{length}")
    };
    let skipped = match next_link {
        // The same entries come again and again.
        NextLink::Endless => 0,
        _ => (number - 1).saturating_mul(pagelen),
    };

    page["values"] = all.iter().skip(skipped).take(pagelen).cloned().collect();
    page["pagelen"] = json!(pagelen);
    page["size"] = json!(all.len());
    page["page"] = json!(number);
    match next_link {
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
