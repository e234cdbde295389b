//! Every page that people can come to, one after another.

mod faults;
mod looks;
mod steps;

use crate::harness::{
    Chromium,
    stage::{STATE, Says, Stage},
};

/// A page, and how to come to it.
#[derive(Debug, Clone)]
struct Page {
    name: String,
    says: Says,
    path: String,
    /// The form to send there, by the end of its address.
    deed: &'static str,
}

impl Page {
    fn new(name: &str, says: Says, path: impl Into<String>) -> Self {
        Self { name: name.to_owned(), says, path: path.into(), deed: "" }
    }

    /// What comes after this form was sent.
    fn after(self, deed: &'static str) -> Self {
        Self { deed, ..self }
    }

    /// Whether it is a page of the way, and none of a fault.
    fn is_step(&self) -> bool {
        let faults = ["error-", "refused-", "failed-", "gateway-"];
        !faults.iter().any(|kind| self.name.starts_with(kind))
    }

    /// Opens it.
    async fn show(&self, stage: &Stage, browser: &Chromium) {
        stage.say(self.says.clone());
        browser.visit(&self.path).await;
        if !self.deed.is_empty() {
            browser.send_form(self.deed).await;
        }
    }
}

/// The end of the callback of every sign-in.
fn callback() -> String {
    format!("/login/callback/bitbucket?state={STATE}&code=c")
}

/// All of them.
fn every_page() -> Vec<Page> {
    [steps::pages(), faults::pages()].concat()
}
