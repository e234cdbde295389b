//! What the provider's answers alone take: the same requests, sent by a client that does nothing else.

use bitbucket_stand_in::StandIn;

use crate::harness::{TestApp, app::HOST, person::Callback};

/// Trades the code, then reads the account and its addresses at once.
pub(crate) async fn ask(app: &TestApp, callback: &Callback) {
    let base = app.bitbucket_url();
    let redirect_uri = format!("https://{HOST}/login/callback/bitbucket");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", callback.code.as_str()),
        ("redirect_uri", redirect_uri.as_str()),
    ];
    let token = app
        .http
        .post(format!("{base}/site/oauth2/access_token"))
        .basic_auth(StandIn::CONSUMER_KEY, Some(StandIn::CONSUMER_SECRET))
        .form(&form)
        .send()
        .await
        .unwrap();
    let token: serde_json::Value = token.json().await.unwrap();
    let token = token["access_token"].as_str().unwrap();
    let get = async |path: &str| {
        let answer = app.http.get(format!("{base}/2.0/{path}")).bearer_auth(token).send().await;
        let _read_whole: serde_json::Value = answer.unwrap().json().await.unwrap();
    };
    tokio::join!(get("user"), get("user/emails"));
}
