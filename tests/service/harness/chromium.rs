//! A headless Chromium of a test's own, with a fresh profile.

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::{chromium_process::Driver, gateway::Gateway, variable::variable};

/// What it is started with: as root it needs `--no-sandbox`; nothing may call home.
const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--window-size=1280,900",
];

/// Chromium's number for "block" in the settings of a site.
const BLOCK: u8 = 2;

/// How a person has set their browser.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wishes {
    /// `Accept-Language`; English if empty.
    pub(crate) languages: &'static str,
    pub(crate) no_scripts: bool,
    pub(crate) no_cookies: bool,
}

/// A running browser, which ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Chromium {
    pub(super) client: Client,
    /// Where the gateway is, and the demo application.
    pub(super) home: Url,
    _driver: Driver,
    // After the driver: the browser writes into it until it ends.
    _profile: TempDir,
}

impl Chromium {
    /// A browser as it comes, in English.
    pub(crate) async fn start(gateway: &Gateway) -> Self {
        Self::as_wished(gateway, Wishes::default()).await
    }

    /// A browser as this person has set it.
    pub(crate) async fn as_wished(gateway: &Gateway, wishes: Wishes) -> Self {
        let profile = TempDir::with_prefix("latchkey-chromium-").unwrap();
        let driver = tokio::task::spawn_blocking(Driver::start).await.unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(&profile, wishes));
        let client = builder.connect(&driver.url()).await.unwrap();
        Self { client, home: gateway.base_url.clone(), _driver: driver, _profile: profile }
    }
}

fn capabilities(profile: &TempDir, wishes: Wishes) -> Capabilities {
    let folder = format!("--user-data-dir={}", profile.path().display());
    let mut arguments: Vec<&str> = ARGUMENTS.into();
    arguments.push(&folder);
    let options = json!({
        "binary": variable("LATCHKEY_TEST_CHROMIUM"),
        "args": arguments,
        "prefs": preferences(wishes),
    });
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        "timeouts": { "pageLoad": 20_000, "script": 10_000 },
    });
    capabilities.as_object().unwrap().clone()
}

fn preferences(wishes: Wishes) -> Value {
    let languages = if wishes.languages.is_empty() { "en-US,en" } else { wishes.languages };
    let mut preferences = json!({ "intl.accept_languages": languages });
    if wishes.no_scripts {
        preferences["profile.default_content_setting_values.javascript"] = BLOCK.into();
    }
    if wishes.no_cookies {
        preferences["profile.default_content_setting_values.cookies"] = BLOCK.into();
    }
    preferences
}
