//! The real Bitbucket beside the stand-in of `latchkey dev`; nothing is sent to it.

use std::{collections::BTreeMap, path::Path};

use latchkey_proto::v1::{
    Credential, GetConnectionRequest, ListCredentialsRequest,
    connection_admin_client::ConnectionAdminClient,
};
use reqwest::Url;
use tonic::{Request, transport::Channel};

use crate::{
    browser::Browser,
    developing::{Dev, start, start_with},
};

const KEY: &str = "a-consumers-key";
const CLOUD: &str = "environments/dev/connections/bitbucket-cloud";
const STAND_IN: &str = "environments/dev/connections/bitbucket";

/// Starts `dev` with a consumer that has this secret.
fn with_consumer(folder: &Path, secret: &str) -> Dev {
    let variables = [("LATCHKEY_BITBUCKET_SECRET", secret)];
    start_with(folder, &format!("--bitbucket-key {KEY}"), &variables)
}

async fn admin(dev: &Dev) -> ConnectionAdminClient<Channel> {
    ConnectionAdminClient::connect(dev.endpoint.clone()).await.unwrap()
}

/// A request with the key of the banner.
fn keyed<T>(dev: &Dev, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let key = format!("Bearer {}", dev.key).parse().unwrap();
    request.metadata_mut().insert("authorization", key);
    request
}

async fn credentials(dev: &Dev) -> Vec<Credential> {
    let request = ListCredentialsRequest { parent: CLOUD.to_owned(), ..Default::default() };
    let listed = admin(dev).await.list_credentials(keyed(dev, request)).await.unwrap();
    listed.into_inner().credentials
}

async fn is_trusted(dev: &Dev, name: &str) -> bool {
    let request = GetConnectionRequest { name: name.to_owned() };
    let found = admin(dev).await.get_connection(keyed(dev, request)).await.unwrap();
    found.into_inner().connection.unwrap().trusted_provider
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
        assert!(form.contains(label) && form.contains("/bitbucket.svg\""), "{form}");
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

#[tokio::test]
async fn the_banner_tells_what_to_register_before_there_is_a_consumer() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let callback = format!("{}login/callback/bitbucket-cloud", dev.base_url);
    assert_eq!(dev.callback_url(), callback);
    let banner = dev.banner.join("\n");
    for told in ["OAuth consumer", "Account: Email, Read", "--bitbucket-key", "--bitbucket-secret"]
    {
        assert!(banner.contains(told), "{banner}");
    }
}

#[tokio::test]
async fn the_stand_ins_word_is_taken_and_that_of_the_real_bitbucket_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let dev = with_consumer(folder.path(), "first-secret");
    assert!(is_trusted(&dev, STAND_IN).await);
    assert!(!is_trusted(&dev, CLOUD).await);
}

// Several threads: a connection is closed while the test waits for a process to end.
#[tokio::test(flavor = "multi_thread")]
async fn another_secret_takes_the_place_of_the_one_of_the_last_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = with_consumer(folder.path(), "first-secret");
    let before = credentials(&first).await;
    assert_eq!(first.process.terminate().code(), Some(0));
    let mut same = with_consumer(folder.path(), "first-secret");
    assert_eq!(credentials(&same).await, before);
    assert_eq!(same.process.terminate().code(), Some(0));

    let second = with_consumer(folder.path(), "second-secret");

    let after = credentials(&second).await;
    assert_eq!((before.len(), after.len()), (1, 1), "{after:?}");
    assert_eq!(after[0].client_id, KEY);
    assert_eq!(after[0].role(), before[0].role());
    assert_ne!(after[0].secret_fingerprint, before[0].secret_fingerprint);
}
