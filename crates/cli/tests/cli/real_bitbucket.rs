//! The real Bitbucket beside the stand-in of `latchkey dev`; nothing is sent to it.

use std::{collections::BTreeMap, path::Path};

use reqwest::Url;

use crate::{
    browser::Browser,
    developing::{Dev, start_with},
};

const KEY: &str = "a-consumers-key";

/// Starts `dev` with a consumer that has this secret.
fn with_consumer(folder: &Path, secret: &str) -> Dev {
    let variables = [("LATCHKEY_BITBUCKET_SECRET", secret)];
    start_with(folder, &format!("--bitbucket-key {KEY}"), &variables)
}

#[tokio::test]
async fn both_buttons_are_bitbuckets_and_the_real_one_leads_to_bitbucket() {
    let folder = tempfile::tempdir().unwrap();
    let dev = with_consumer(folder.path(), "first-secret");
    let browser = Browser::new();
    let page = browser.sign_in_page(&dev.base_url).await;
    for (button, label) in [
        ("/login/bitbucket\"", "Continue with Bitbucket (stand-in)<"),
        ("/login/bitbucket-cloud\"", "Continue with Bitbucket<"),
    ] {
        let form = page.form(button);
        assert!(form.contains(label) && form.contains("/bucket.svg\""), "{form}");
    }

    let answer = browser.press(&page, "/login/bitbucket-cloud\"").await;

    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.starts_with("https://bitbucket.org/site/oauth2/authorize?"), "{location}");
    let asked: BTreeMap<_, _> = Url::parse(location).unwrap().query_pairs().into_owned().collect();
    let callback = format!("{}login/callback/bitbucket-cloud", dev.base_url);
    assert_eq!(asked["client_id"], KEY);
    assert_eq!(asked["redirect_uri"], callback);
    assert_eq!(dev.callback_url(), callback);
}
