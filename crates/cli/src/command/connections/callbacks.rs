//! The callback URLs to register at the provider, and what may go wrong with them.

use anyhow::Result;
use latchkey_proto::v1::{CallbackUrl, CallbackWarning, ListCallbackUrlsRequest};

use crate::{
    client::{Api, PageSize, all_pages, pages, printable, tables},
    terminal::say,
};

pub(super) async fn list(
    api: &Api,
    connection: &str,
    PageSize { page_size }: PageSize,
) -> Result<()> {
    let admin = api.client()?.connections();
    let parent = api.place.connection(connection)?;
    let first = ListCallbackUrlsRequest { parent, page_size, page_token: String::new() };
    let page = pages!(admin.list_callback_urls(first).callback_urls);
    if api.output.json {
        return api.output.pages(tables::CALLBACK_URLS, page).await;
    }
    let urls = all_pages(page).await?;
    api.output.list(&urls, tables::CALLBACK_URLS)?;
    warnings(&urls).iter().try_for_each(|warning| say(&format!("\n{warning}")))
}

/// What to look out for, each once however many hosts it is true of.
fn warnings(urls: &[CallbackUrl]) -> Vec<String> {
    let mut told = Vec::new();
    for warning in urls.iter().flat_map(|url| &url.warnings) {
        let text = text(warning);
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told
}

fn text(warning: &CallbackWarning) -> String {
    let reason = warning.reason().as_str_name();
    let reason = reason.strip_prefix("CALLBACK_WARNING_REASON_").unwrap_or(reason);
    let reason = reason.to_lowercase().replace('_', "-");
    format!("{reason}: {}", printable(&warning.description))
}

#[cfg(test)]
mod tests {
    use latchkey_proto::v1::CallbackWarningReason;

    use super::*;

    #[test]
    fn a_warning_of_many_hosts_is_told_once() {
        let warning = |reason: CallbackWarningReason, description: &str| CallbackWarning {
            reason: reason.into(),
            description: description.to_owned(),
        };
        let bare = warning(CallbackWarningReason::BareOrigin, "Register the whole URL.");
        let shared = warning(CallbackWarningReason::SharedConsumer, "One\u{1b} callback.");
        let url = |warnings: &[&CallbackWarning]| CallbackUrl {
            warnings: warnings.iter().map(|warning| (*warning).clone()).collect(),
            ..CallbackUrl::default()
        };
        assert_eq!(
            warnings(&[url(&[&bare]), url(&[&bare, &shared]), url(&[])]),
            ["bare-origin: Register the whole URL.", "shared-consumer: One callback."]
        );
    }
}
