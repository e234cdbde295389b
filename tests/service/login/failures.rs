//! Failures: what Bitbucket does wrong, each told apart, and nothing left half-written.

use std::time::{Duration, Instant};

use bitbucket_stand_in::{
    Consumer, Decision,
    Endpoint::{self, Emails, Token, User},
    Fault, Quirks, RedirectFault, RetryAfter, StandIn, UuidShape,
};

use crate::{
    both,
    harness::{TestApp, app::HOST, configuring::CONNECTION, ends::outcome},
};

const REJECTED: (&str, &str) = ("CREDENTIALS_REJECTED", "server_error");
const CODE: (&str, &str) = ("CODE_REJECTED", "server_error");
const UNAVAILABLE: (&str, &str) = ("PROVIDER_UNAVAILABLE", "temporarily_unavailable");
const LIMITED: (&str, &str) = ("PROVIDER_RATE_LIMITED", "temporarily_unavailable");
const MALFORMED: (&str, &str) = ("PROVIDER_MALFORMED", "server_error");
const SCOPE: (&str, &str) = ("SCOPE_MISSING", "server_error");

const LIMIT: Fault = Fault::RateLimited { retry_after: RetryAfter::None };
const DOWN: Fault = Fault::ServerError { status: 503 };

/// A sign-in of somebody new that fails so, after one code was sent.
async fn fails(app: &TestApp, expected: (&str, &str)) {
    app.bitbucket.clear_requests();
    let completed = app.come_back("alice").await;
    app.ended_without_anybody(&completed, expected).await;
    assert_eq!(app.token_requests(), 1, "{expected:?}");
}

async fn fails_at(app: &TestApp, endpoint: Endpoint, cases: &[(Fault, (&str, &str))]) {
    for (fault, expected) in cases {
        app.bitbucket.fail_always(endpoint, *fault);
        fails(app, *expected).await;
        app.bitbucket.heal();
    }
    // It was for the faults alone.
    assert_eq!(outcome(&app.come_back("alice").await), "SIGNED_IN");
}

both! {
    async fn a_refused_secret_is_told_in_both_dialects(app) {
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, "another-secret", false);
        fails(&app, REJECTED).await;
        app.bitbucket.set_quirks(Quirks { invalid_client_is_401: true, ..Quirks::default() });
        fails(&app, REJECTED).await;
    }

    async fn a_refused_code_is_told(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        app.bitbucket.revoke_tokens(None);

        let completed = app.complete(&begun, &callback).await.unwrap();

        app.ended_without_anybody(&completed, CODE).await;
        assert_eq!(app.requests_of_ours(), 1);
    }

    async fn a_failing_token_request_is_sent_once(app) {
        let cases = [
            (DOWN, UNAVAILABLE),
            (Fault::ServerError { status: 500 }, UNAVAILABLE),
            (Fault::ConnectionReset, UNAVAILABLE),
            (LIMIT, LIMITED),
            (Fault::HtmlOk, MALFORMED),
            (Fault::TruncatedJson, MALFORMED),
        ];
        fails_at(&app, Token, &cases).await;
    }

    async fn a_failing_read_of_the_account_is_told(app) {
        let cases = [
            (DOWN, UNAVAILABLE),
            (Fault::ConnectionReset, UNAVAILABLE),
            (LIMIT, LIMITED),
            (Fault::HtmlOk, MALFORMED),
            (Fault::TruncatedJson, MALFORMED),
            (Fault::Forbidden, MALFORMED),
        ];
        fails_at(&app, User, &cases).await;
    }

    async fn a_failing_read_of_the_addresses_fails_somebody_new(app) {
        let cases = [(DOWN, UNAVAILABLE), (LIMIT, LIMITED), (Fault::HtmlOk, MALFORMED)];
        fails_at(&app, Emails, &cases).await;
    }

    async fn a_failing_read_of_the_addresses_does_not_keep_the_known_out(app) {
        let before = app.sign_in("alice").await.user.unwrap();
        for fault in [DOWN, LIMIT, Fault::HtmlOk, Fault::ConnectionReset] {
            app.bitbucket.fail_always(Emails, fault);

            let after = app.sign_in("alice").await.user.unwrap();

            assert_eq!(after.name, before.name, "{fault:?}");
            assert_eq!(after.email, "alice@mail.example", "{fault:?}");
            app.bitbucket.heal();
        }
        assert!(!app.event_names().await.contains(&"user.updated".to_owned()));
    }

    async fn an_account_without_a_uuid_is_nobody(app) {
        for shape in [UuidShape::Missing, UuidShape::Null, UuidShape::Empty, UuidShape::Number] {
            app.bitbucket.alter_account("alice", |account| account.uuid_shape = shape);
            fails(&app, MALFORMED).await;
        }
    }

    async fn a_consumer_without_a_scope_is_told(app) {
        let callback_url = format!("https://{HOST}/login/callback");
        for scope in ["account", "email"] {
            let mut consumer =
                Consumer::new(StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET, &callback_url);
            consumer.scopes = vec![scope.to_owned()];
            app.bitbucket.add_consumer(consumer);
            fails(&app, SCOPE).await;
        }
    }

    async fn what_bitbucket_sends_back_instead_of_a_code_is_told(app) {
        let cases = [
            (RedirectFault::ServerError, UNAVAILABLE),
            (RedirectFault::TemporarilyUnavailable, UNAVAILABLE),
            (RedirectFault::UnknownError, ("PROVIDER_ERROR", "server_error")),
            (RedirectFault::NeitherCodeNorError, ("CALLBACK_EMPTY", "server_error")),
        ];
        for (fault, expected) in cases {
            app.bitbucket.decide_next(Decision::Fault(fault));
            let begun = app.begin().await;
            let callback = app.visit(&begun).await;

            let completed = app.complete(&begun, &callback).await.unwrap();

            app.ended_without_anybody(&completed, expected).await;
        }
        assert_eq!(app.requests_of_ours(), 0);
    }

    async fn a_bitbucket_that_never_answers_is_given_up_in_time(app) {
        // It has all the reason to send the code again, and does not.
        app.add_credential(CONNECTION, StandIn::CONSUMER_KEY, "a-standby").await;
        app.bitbucket.fail_always(User, Fault::Hang);
        let began = Instant::now();

        let (without_account, without_token) = tokio::join!(app.come_back("alice"), async {
            while app.requests_to("/2.0/user") == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            app.bitbucket.fail_always(Token, Fault::Hang);
            app.come_back("bob").await
        });

        assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
        app.ended_without_anybody(&without_account, UNAVAILABLE).await;
        app.ended_without_anybody(&without_token, UNAVAILABLE).await;
        assert_eq!(app.token_requests(), 2);
    }

    async fn tokens_of_both_sides_of_may_2026_are_understood(app) {
        let faults =
            [Fault::ExpiresInString, Fault::ExpiresInAbsent, Fault::LongToken, Fault::TokenTypeBearer];
        for fault in faults {
            app.bitbucket.fail_next(Token, fault);
            assert_eq!(outcome(&app.come_back("alice").await), "SIGNED_IN", "{fault:?}");
        }
    }
}
