//! What Bitbucket gets to see: exactly what it needs.

use std::collections::BTreeMap;

use bitbucket_stand_in::{LoggedRequest, StandIn};
use latchkey_proto::v1::{Connection, UpstreamAlias, UpstreamParam, upstream_param::Source};

use crate::{
    both,
    harness::{TestApp, person::login_code},
};

fn asked(app: &TestApp, path: &str) -> LoggedRequest {
    let mut found: Vec<_> =
        app.bitbucket.requests().into_iter().filter(|request| request.path == path).collect();
    assert_eq!(found.len(), 1, "{path}");
    found.remove(0)
}

async fn pass_on(app: &TestApp, params: Vec<(&str, Source)>) {
    let upstream_params = params
        .into_iter()
        .map(|(name, source)| (name.to_owned(), UpstreamParam { source: Some(source) }));
    let connection =
        Connection { upstream_params: upstream_params.collect(), ..Connection::default() };
    app.change_connection("upstream_params", connection).await;
}

/// The query that the browser brings to Bitbucket, but for the state.
fn query(app: &TestApp) -> BTreeMap<String, String> {
    let request = asked(app, "/site/oauth2/authorize");
    let count = request.query.len();
    let mut query: BTreeMap<_, _> = request.query.into_iter().collect();
    assert_eq!(query.len(), count, "a parameter came twice");
    query.remove("state").unwrap();
    query
}

fn expected(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let ours = [
        ("client_id", StandIn::CONSUMER_KEY),
        ("response_type", "code"),
        ("redirect_uri", "https://login.example.com/login/callback/bitbucket"),
        ("scope", "account email"),
    ];
    let all = ours.iter().chain(more);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn goes_to_bitbucket_with_hint_and_prompt(app: &TestApp) {
    let mut request = app.start_request();
    "rowan+1@mail.example".clone_into(&mut request.login_hint);
    "select_account".clone_into(&mut request.prompt);
    let begun = app.begin_with(request).await.unwrap();
    app.consent(&begun, "alice").await;
}

both! {
    async fn without_params_bitbucket_gets_the_names_of_oauth_alone(app) {
        goes_to_bitbucket_with_hint_and_prompt(&app).await;

        assert_eq!(query(&app), expected(&[]));
    }

    async fn params_reach_bitbucket_exactly_as_they_are_mapped(app) {
        let alias = |alias: UpstreamAlias| Source::Alias(alias.into());
        pass_on(&app, vec![
            ("username", alias(UpstreamAlias::LoginHint)),
            ("prompt", alias(UpstreamAlias::Prompt)),
            ("team", Source::Value("a b&c=d#é".to_owned())),
        ])
        .await;

        goes_to_bitbucket_with_hint_and_prompt(&app).await;

        let more = [
            ("username", "rowan+1@mail.example"),
            ("prompt", "select_account"),
            ("team", "a b&c=d#é"),
        ];
        assert_eq!(query(&app), expected(&more));
    }

    async fn a_param_without_a_value_is_left_out(app) {
        pass_on(&app, vec![("username", Source::Alias(UpstreamAlias::LoginHint.into()))]).await;
        let begun = app.begin().await;
        app.consent(&begun, "alice").await;

        assert_eq!(query(&app), expected(&[]));
    }

    async fn the_token_request_carries_the_code_and_the_same_redirect_uri_alone(app) {
        app.sign_in("alice").await;

        let request = asked(&app, "/site/oauth2/access_token");

        assert_eq!(request.method, "POST");
        assert_eq!(request.header("authorization"), Some("Basic"));
        assert_eq!(request.query, []);
        let form: BTreeMap<_, _> =
            request.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("code", "[redacted]"),
            ("redirect_uri", "https://login.example.com/login/callback/bitbucket"),
        ]);
        assert_eq!(form, expected);
    }

    async fn the_token_is_shown_in_a_header_alone(app) {
        app.sign_in("alice").await;
        for path in ["/2.0/user", "/2.0/user/emails"] {
            let request = asked(&app, path);
            assert_eq!(request.method, "GET");
            assert_eq!(request.header("authorization"), Some("Bearer"));
            assert_eq!(request.query, [], "{path}");
        }
    }

    async fn no_secret_is_in_a_url_or_header_that_bitbucket_sees(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        let secrets = [
            StandIn::CONSUMER_SECRET.to_owned(),
            begun.browser_secret.clone(),
            callback.code.clone(),
            login_code(&completed),
        ];

        for request in app.bitbucket.requests() {
            let seen = format!("{} {:?} {:?} {:?}", request.path, request.query, request.headers, request.form);
            for secret in &secrets {
                assert!(!seen.contains(secret.as_str()), "{} shows a secret", request.path);
            }
        }
        assert!(!begun.authorization_url.as_str().contains(StandIn::CONSUMER_SECRET));
    }
}
