//! What `ChromeDriver` offers beyond `WebDriver`: the `DevTools` protocol and the browser's logs.

use std::collections::BTreeSet;

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::Chromium;

/// A `POST` below a session.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _url: &Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.body.to_string()))
    }
}

impl Chromium {
    /// A command of the `DevTools` protocol.
    pub(super) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.client.issue_cmd(Extension { path: "goog/cdp/execute", body }).await.unwrap()
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let extension = Extension { path: "se/log", body: json!({ "type": kind }) };
        let log = self.client.issue_cmd(extension).await.unwrap();
        log.as_array().unwrap().clone()
    }

    /// What the console holds since it was last looked at: errors, and what a policy stopped.
    pub(crate) async fn console(&self) -> Vec<String> {
        let text = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        self.log("browser").await.iter().map(text).collect()
    }

    /// The origins of everything that the browser asked for since it was last looked at.
    pub(crate) async fn asked_origins(&self) -> BTreeSet<String> {
        let url = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let sent = message["method"] == "Network.requestWillBeSent";
            let url = message["params"]["request"]["url"].as_str().filter(|_| sent)?;
            // The page that a browser opens with is its own, `data:` or `chrome:`.
            let network = |url: &Url| matches!(url.scheme(), "http" | "https" | "ws" | "wss");
            let url = Url::parse(url).ok().filter(network)?;
            Some(url.origin().ascii_serialization())
        };
        self.log("performance").await.iter().filter_map(url).collect()
    }

    /// Every cookie that the browser holds, as it holds it.
    pub(crate) async fn cookies(&self) -> Vec<Value> {
        let held = self.devtools("Network.getAllCookies", json!({})).await;
        held["cookies"].as_array().unwrap().clone()
    }

    /// The cookies that bind sign-ins under way to this browser.
    pub(crate) async fn attempt_cookies(&self) -> Vec<Value> {
        let mut cookies = self.cookies().await;
        let suffix = |name: &str| name.strip_prefix("latchkey-").map(str::len);
        cookies.retain(|cookie| cookie["name"].as_str().and_then(suffix) == Some(16));
        cookies
    }

    /// Forgets every cookie.
    pub(crate) async fn forget_cookies(&self) {
        self.devtools("Network.clearBrowserCookies", json!({})).await;
    }

    /// Makes the page this large, in CSS pixels, each of `scale` pixels across.
    pub(crate) async fn resize(&self, (width, height): (u32, u32), scale: f64) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Prefers dark pages, or light ones, and has them at once: colours do not fade over.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }
}
