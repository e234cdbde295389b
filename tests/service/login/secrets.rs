//! No secret stays in the database.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use bitbucket_stand_in::StandIn;
use latchkey_proto::v1::CompleteLoginResponse;
use secrecy::ExposeSecret;

use crate::{
    both,
    harness::{
        TestApp,
        canary::{ACCESS_TOKEN, Canary, EMAIL, REFRESH_TOKEN},
        configuring::CONNECTION,
        looking::TABLES,
        person::{Begun, Callback, VERIFIER, login_code},
    },
};

/// Whether bytes are anywhere in the database.
async fn is_kept(app: &TestApp, bytes: &[u8]) -> bool {
    if !app.database.is_postgres() {
        let path = app.database.url.strip_prefix("sqlite:").unwrap();
        // The file, and what is still to be moved into it.
        return [path.to_owned(), format!("{path}-wal")].iter().any(|path| {
            let file = std::fs::read(path).unwrap_or_default();
            file.windows(bytes.len()).any(|window| window == bytes)
        });
    }
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let text = std::str::from_utf8(bytes).unwrap_or(&hex).replace('\'', "''");
    let found = TABLES.map(|table| {
        format!(
            "(SELECT COUNT(*) FROM {table} AS row WHERE position('{hex}' in row::text) > 0 \
             OR position('{text}' in row::text) > 0)"
        )
    });
    app.database.number(&format!("SELECT {}", found.join(" + "))).await > 0
}

/// Signs somebody in through a replica whose provider keeps what it is sent.
async fn sign_in_at_the_canary(app: &TestApp) -> (Canary, Begun, Callback, CompleteLoginResponse) {
    let canary = Canary::start(app.stop.clone()).await;
    let replica = app.replica_at(&app.key_file, &canary.base_url).await;
    let started = replica.login().start_login(app.start_request()).await.unwrap();
    let begun = Begun::new(CONNECTION.to_owned(), started.into_inner());
    let callback = Callback {
        state: begun.state.clone(),
        code: "canary-provider-code".to_owned(),
        ..Callback::default()
    };
    let request = app.complete_request(&begun, &callback);
    let completed = replica.login().complete_login(request).await.unwrap().into_inner();
    (canary, begun, callback, completed)
}

both! {
    async fn a_sign_in_leaves_no_secret_in_the_database(app) {
        let (_canary, begun, callback, completed) = sign_in_at_the_canary(&app).await;
        let code = login_code(&completed);
        let id_token = app.redeem(&code).await.unwrap().id_token;

        // The search finds what is there.
        assert!(is_kept(&app, EMAIL.as_bytes()).await);
        let secret = |text: &str| text.as_bytes().to_vec();
        let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
        let mut secrets = vec![
            secret(StandIn::CONSUMER_SECRET),
            secret(&callback.code),
            secret(ACCESS_TOKEN),
            secret(REFRESH_TOKEN),
            secret(&begun.browser_secret),
            decoded(&begun.browser_secret),
            secret(&begun.state),
            secret(&code),
            // What follows the sign-in's id in a code is its proof.
            decoded(code.strip_prefix("lk_code_").unwrap())[16..].to_vec(),
            secret(VERIFIER),
            secret(&id_token),
            // What makes a token one of ours is its signature.
            secret(id_token.rsplit('.').next().unwrap()),
        ];
        secrets.extend(app.keys.all().map(|key| secret(key.expose_secret())));
        for (n, secret) in secrets.iter().enumerate() {
            assert!(!is_kept(&app, secret).await, "secret {n}");
        }
    }

    async fn a_consumer_proves_itself_in_a_basic_header_and_a_token_is_shown_to_its_own_host(app) {
        let (canary, ..) = sign_in_at_the_canary(&app).await;

        let requests = canary.requests();
        assert_eq!(requests.len(), 3, "{requests:?}");
        let token: Vec<_> = requests.iter().filter(|it| it.starts_with("POST ")).collect();
        let pair = format!("{}:{}", StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET);
        let basic = format!("authorization: Basic {}\r\n", BASE64_STANDARD.encode(pair));
        assert!(token[0].to_ascii_lowercase().contains(&basic.to_ascii_lowercase()));
        assert!(token[0].contains(&basic["authorization: ".len()..]), "{}", token[0]);
        assert!(token[0].contains("code=canary-provider-code"));
        let bearer = format!("Bearer {ACCESS_TOKEN}\r\n");
        assert_eq!(requests.iter().filter(|it| it.contains(&bearer)).count(), 2);
        assert!(requests.iter().all(|it| !it.lines().next().unwrap().contains("canary")));
        assert_eq!(app.requests_of_ours(), 0);
    }
}
