//! What a person does in a browser, and what they see.

use std::{path::Path, time::Duration};

use fantoccini::{
    Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::Element,
    error::CmdError,
    key::Key,
    wd::WindowHandle,
};
use serde_json::Value;

use super::{Chromium, TestApp, person::parameter, variable::optional};

/// How long a page may take to come, on a machine that builds beside.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often is looked whether it came.
const LOOK: Duration = Duration::from_millis(20);

impl TestApp {
    /// Decides at Bitbucket for a browser that waits on the consent page, and keeps the callback
    /// from it: the answer is where the browser would go.
    pub(crate) async fn decide_beside(&self, browser: &Chromium, account: &str) -> String {
        let page = browser.client.current_url().await.unwrap();
        let form = [("account", account), ("decision", "grant")];
        let answer = self.http.post(page).form(&form).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    }
}

impl Chromium {
    /// Opens a page of the gateway or of anybody.
    pub(crate) async fn visit(&self, url: &str) {
        let url = self.home.join(url).unwrap();
        self.client.goto(url.as_str()).await.unwrap();
    }

    /// Clicks the link or the button that says this.
    pub(crate) async fn click(&self, text: &str) {
        let path = format!("//*[self::a or self::button][contains(normalize-space(.), '{text}')]");
        self.found(&path).await.click().await.unwrap();
    }

    /// Chooses an account on the consent page.
    pub(crate) async fn choose(&self, account: &str) {
        self.found(&format!("//input[@name='account'][@value='{account}']"))
            .await
            .click()
            .await
            .unwrap();
    }

    /// From the sign-in page to the consent page and back, as this account.
    pub(crate) async fn consent_as(&self, account: &str) {
        self.click("Continue with Bitbucket").await;
        self.grant_as(account).await;
    }

    /// Says yes on the consent page.
    pub(crate) async fn grant_as(&self, account: &str) {
        self.choose(account).await;
        self.click("Grant access").await;
    }

    /// From the demo application's front page to the consent page.
    pub(crate) async fn leave_for_consent(&self) {
        self.visit("/").await;
        self.click("Sign in").await;
        self.click("Continue with Bitbucket").await;
        self.sees("asks for access").await;
    }

    /// A whole sign-in, from the demo application's front page.
    pub(crate) async fn sign_in(&self, account: &str) {
        self.leave_for_consent().await;
        self.grant_as(account).await;
    }

    pub(super) async fn found(&self, path: &str) -> Element {
        let waiting = self.client.wait().at_most(PATIENCE).every(LOOK);
        match waiting.for_element(Locator::XPath(path)).await {
            Ok(element) => element,
            Err(error) => panic!("no {path} ({error}) on: {}", self.page().await),
        }
    }

    /// Waits until the page says this, and panics with the page if it never does.
    pub(crate) async fn sees(&self, text: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !self.text().await.is_ok_and(|page| page.contains(text)) {
            let late = tokio::time::Instant::now() > deadline;
            assert!(!late, "no \"{text}\" on: {}", self.page().await);
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn text(&self) -> Result<String, CmdError> {
        self.client.find(Locator::Css("body")).await?.text().await
    }

    /// What the page says.
    pub(crate) async fn page(&self) -> String {
        let url = self.client.current_url().await;
        let text = self.text().await.unwrap_or_default();
        format!("{}\n{text}", url.map(String::from).unwrap_or_default())
    }

    /// A parameter of the page's address; empty if it is not there.
    pub(crate) async fn parameter(&self, name: &str) -> String {
        parameter(&self.client.current_url().await.unwrap(), name)
    }

    /// Where the browser is.
    pub(crate) async fn url(&self) -> String {
        self.client.current_url().await.unwrap().into()
    }

    /// Where the browser is, without the query.
    pub(crate) async fn address(&self) -> String {
        let mut url = self.client.current_url().await.unwrap();
        url.set_query(None);
        url.set_fragment(None);
        url.into()
    }

    /// The reference on an error page.
    pub(crate) async fn reference(&self) -> String {
        self.found("//dd[1]/code").await.text().await.unwrap()
    }

    /// The page's title.
    pub(crate) async fn title(&self) -> String {
        self.client.title().await.unwrap()
    }

    /// Goes back, as many pages as this.
    pub(crate) async fn back(&self, pages: u8) {
        for _ in 0..pages {
            self.client.back().await.unwrap();
        }
    }

    /// Goes forward again.
    pub(crate) async fn forward(&self) {
        self.client.forward().await.unwrap();
    }

    /// Loads the page again.
    pub(crate) async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    /// Opens a tab and stays in it.
    pub(crate) async fn second_tab(&self) {
        let tab = self.client.new_window(true).await.unwrap().handle;
        self.client.switch_to_window(tab).await.unwrap();
    }

    /// The tab that the person is in.
    pub(crate) async fn tab(&self) -> WindowHandle {
        self.client.window().await.unwrap()
    }

    /// Goes to another tab.
    pub(crate) async fn go_to(&self, tab: WindowHandle) {
        self.client.switch_to_window(tab).await.unwrap();
    }

    /// Presses a key.
    pub(crate) async fn press(&self, key: Key) {
        let value = key.into();
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// The value of an expression on the page.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        self.client.execute(&format!("return {expression};"), Vec::new()).await.unwrap()
    }

    /// Keeps a picture of the page, if `LATCHKEY_SCREENSHOTS` names a folder for it.
    pub(crate) async fn picture(&self, name: &str) {
        if let Some(folder) = optional("LATCHKEY_SCREENSHOTS") {
            let picture = self.client.screenshot().await.unwrap();
            let path = Path::new(&folder).join(name).with_extension("png");
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, picture).unwrap();
        }
    }

    /// Keeps a picture of all of the page, however long it is, in the width that it has.
    pub(crate) async fn whole_picture(&self, name: &str) {
        if optional("LATCHKEY_SCREENSHOTS").is_some() {
            let size = "[innerWidth, Math.max(innerHeight, document.documentElement.scrollHeight)]";
            let size = self.value(size).await;
            let pixels = |at: usize| u32::try_from(size[at].as_u64().unwrap()).unwrap();
            self.resize((pixels(0), pixels(1)), 1.0).await;
            self.picture(name).await;
        }
    }
}
