//! Somebody with a browser, who has cookies and clicks what is there.

use reqwest::{Client, Response, Url, header::ORIGIN, redirect::Policy};

/// A browser, which never leaves this machine.
pub(crate) struct Browser(Client);

impl Browser {
    pub(crate) fn new() -> Self {
        let stay_here = Policy::custom(|attempt| match attempt.url().host_str() {
            Some("localhost" | "127.0.0.1") => attempt.follow(),
            _ => attempt.stop(),
        });
        Self(Client::builder().cookie_store(true).redirect(stay_here).build().unwrap())
    }

    /// Signs in at the demo application as one of the stand-in's accounts, and reads what it shows.
    pub(crate) async fn sign_in(&self, base_url: &str, account: &str) -> String {
        let page = self.sign_in_page(base_url).await;
        let consent = self.press(&page, "/login/bitbucket\"").await;
        self.consent_on(consent, account).await
    }

    /// Opens a page.
    pub(crate) async fn open(&self, url: &str) -> Page {
        Page::of(self.0.get(url).send().await.unwrap()).await
    }

    /// Presses the button of a page without an address of its own, consents as one of the stand-in's
    /// accounts, and reads what comes of it.
    pub(crate) async fn consent(&self, page: &Page, account: &str) -> String {
        let origin = page.url.origin().ascii_serialization();
        let pressed = self.0.post(page.url.clone()).header(ORIGIN, origin);
        self.consent_on(pressed.send().await.unwrap(), account).await
    }

    async fn consent_on(&self, consent: Response, account: &str) -> String {
        assert!(consent.url().path().ends_with("/site/oauth2/authorize"), "{}", consent.url());
        let consent = Page::of(consent).await;
        let fields = [("account", account), ("decision", "grant")];
        let back = self.submit(&consent, "", &fields).await;
        assert_eq!(back.status(), 200, "{}", back.url());
        back.text().await.unwrap()
    }

    /// Goes from the demo application to the sign-in page.
    pub(crate) async fn sign_in_page(&self, base_url: &str) -> Page {
        Page::of(self.0.get(format!("{base_url}demo/sign-in")).send().await.unwrap()).await
    }

    /// Presses the button of the form whose address begins like this.
    pub(crate) async fn press(&self, page: &Page, action: &str) -> Response {
        self.submit(page, action, &[]).await
    }

    /// Submits the first form whose address begins like this, with its hidden fields and these.
    async fn submit(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Response {
        let form = page.form(action);
        let (action, _) = between(form, "action=\"", "\"").unwrap();
        let mut all = hidden_fields(form);
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let action: Url = page.url.join(&plain(action)).unwrap();
        let origin = page.url.origin().ascii_serialization();
        self.0.post(action).header(ORIGIN, origin).form(&all).send().await.unwrap()
    }
}

/// A page, and where it is.
pub(crate) struct Page {
    url: Url,
    html: String,
}

impl Page {
    async fn of(response: Response) -> Self {
        Self { url: response.url().clone(), html: response.text().await.unwrap() }
    }

    /// The first form whose address begins like this.
    pub(crate) fn form(&self, action: &str) -> &str {
        let start = format!("<form method=\"post\" action=\"{action}");
        let at = self.html.find(&start).unwrap_or_else(|| panic!("no {action} in {}", self.html));
        self.html[at..].split("</form>").next().unwrap()
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
