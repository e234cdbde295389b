//! A code is brought where its sign-in is, by whoever serves that host: nowhere else, and by nobody else.

use latchkey_proto::v1::social_login_client::SocialLoginClient;
use secrecy::SecretString;

use crate::{
    both,
    harness::{
        TestApp,
        app::HOST,
        organizations::ACME_HOST,
        proving::{Waiting, word},
        reason,
    },
};

/// Holds that a code is refused of this caller, in this environment and on this host.
async fn is_refused(
    app: &TestApp,
    (waiting, code): &(Waiting, String),
    key: &SecretString,
    (environment, host): (&str, &str),
    expected: &str,
) {
    let mut request = waiting.verify_request(code);
    (request.environment, request.host) = (environment.to_owned(), host.to_owned());
    let mut login = SocialLoginClient::new(app.keyed(key));
    let refused = login.verify_email(request).await.unwrap_err();
    assert_eq!(reason(&refused), expected, "{environment} {host}");
}

both! {
    async fn a_code_is_refused_of_every_other_caller_and_on_every_other_host(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        app.acme().await;
        let other = app.other_tenant().await;
        let (waiting, _) = app.come_to_wait("alice").await;
        let at = (waiting, app.mailed_code(1).await);

        let (dev, others) = ("environments/dev", "environments/other");
        is_refused(&app, &at, &other.gateway, (dev, HOST), "RESOURCE_NOT_FOUND").await;
        is_refused(&app, &at, &other.gateway, (others, HOST), "CONTINUATION_INVALID").await;
        is_refused(&app, &at, &other.gateway, (others, "login.other.example"), "CONTINUATION_INVALID").await;
        is_refused(&app, &at, &app.keys.gateway, (dev, ACME_HOST), "CONTINUATION_INVALID").await;
        is_refused(&app, &at, &app.keys.gateway, (others, HOST), "RESOURCE_NOT_FOUND").await;
        for key in [&app.keys.application, &other.application] {
            is_refused(&app, &at, key, (dev, HOST), "CALLER_NOT_ALLOWED").await;
        }

        assert_eq!(app.rows("waiting_sign_ins WHERE code_tries = 0").await, 1);
        assert_eq!(word(&app.verify(&at.0, &at.1).await.unwrap()), "SIGNED_IN");
    }
}
