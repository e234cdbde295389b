//! Somebody with a browser, who has cookies and clicks what is there.

use reqwest::{Client, Response, Url, header::ORIGIN};

/// A browser.
pub(crate) struct Browser(Client);

impl Browser {
    pub(crate) fn new() -> Self {
        Self(Client::builder().cookie_store(true).build().unwrap())
    }

    /// Signs in at the demo application as one of the stand-in's accounts, and reads what it shows.
    pub(crate) async fn sign_in(&self, base_url: &str, account: &str) -> String {
        let page = self.0.get(format!("{base_url}demo/sign-in")).send().await.unwrap();
        let consent = self.submit(page, &[]).await;
        assert!(consent.url().path().ends_with("/site/oauth2/authorize"), "{}", consent.url());
        let back = self.submit(consent, &[("account", account), ("decision", "grant")]).await;
        assert_eq!(back.status(), 200, "{}", back.url());
        back.text().await.unwrap()
    }

    /// Submits the page's first form, with its hidden fields and these.
    async fn submit(&self, page: Response, fields: &[(&str, &str)]) -> Response {
        let url = page.url().clone();
        let html = page.text().await.unwrap();
        let form = between(&html, "<form method=\"post\" action=\"", "\"").expect("a form").0;
        let mut all = hidden_fields(&html);
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let action: Url = url.join(&plain(form)).unwrap();
        let origin = url.origin().ascii_serialization();
        self.0.post(action).header(ORIGIN, origin).form(&all).send().await.unwrap()
    }
}

fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut rest = html;
    while let Some((name, after)) = between(rest, "<input type=\"hidden\" name=\"", "\"") {
        let (value, after) = between(after, " value=\"", "\"").expect("a value");
        fields.push((plain(name), plain(value)));
        rest = after;
    }
    fields
}

/// What stands between two texts, and what follows.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<(&'a str, &'a str)> {
    text.split_once(before)?.1.split_once(after)
}

/// The text that HTML's escapes stand for.
fn plain(html: &str) -> String {
    html.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"")
}
