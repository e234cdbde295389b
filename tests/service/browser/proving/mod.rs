//! People who are asked for an address, a code, or whether they want to be linked.

mod codes;
mod keyboard;
mod language;
mod linking;
mod wandering;

use bitbucket_stand_in::{Account, Email};

use crate::harness::{Chromium, TestApp, gateway::Gateway};

/// A gateway of a service that has addresses proven by a code, and sends them.
async fn asking_for_codes(app: &TestApp) -> Gateway {
    app.verify_by_code().await;
    app.deliver_mail();
    app.gateway().await
}

/// The code that the newest of so many mails brings, typed and sent.
async fn types_the_code(app: &TestApp, browser: &Chromium, mails: usize) {
    browser.fill("code", &app.mailed_code(mails).await).await;
    browser.enter().await;
}

/// A code that is not this one.
fn another(code: &str) -> String {
    let first = if code.starts_with('1') { "2" } else { "1" };
    format!("{first}{}", &code[1..])
}

/// An account that has Alice's address, and nothing else of hers.
fn twin() -> Account {
    Account::new("twin", "77777777-7777-4777-8777-777777777777", "Twin")
        .with_email(Email::primary("alice@mail.example"))
}
