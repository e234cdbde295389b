//! What each answer of the provider is told as, and what a check leaves behind.

use std::time::{Duration, Instant};

use bitbucket_stand_in::{Consumer, Endpoint, Fault, Quirks, RetryAfter, StandIn};
use latchkey_proto::v1::{ConnectionCheckKind as Kind, ConnectionState};

use super::{WELL, faults, lines};
use crate::{both, harness::admin::BITBUCKET};

const NEW_SECRET: &str = "the-new-secret";

both! {
    async fn a_connection_that_works_is_told_so_without_a_person(app) {
        let before = (app.connection(BITBUCKET).await.unwrap(), app.all_rows().await);
        let events = app.all_events().await.len();

        let checks = app.check(BITBUCKET).await;

        assert_eq!(lines(&checks), WELL);
        let active = app.active(BITBUCKET).await;
        for check in &checks {
            let (credential, host) = match check.kind() {
                Kind::Credentials | Kind::Scopes => (active.as_str(), ""),
                Kind::Callback | Kind::CallbackExact => (active.as_str(), "login.example.com"),
                _ => ("", ""),
            };
            assert_eq!((check.credential.as_str(), check.host.as_str()), (credential, host));
        }
        assert!(app.credentials(BITBUCKET).await[0].last_use_time.is_some());
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), before.0);
        assert_eq!(app.all_events().await.len(), events);
        let mut rows = before.1;
        rows.iter_mut().find(|(table, _)| *table == "audit_entries").unwrap().1 += 1;
        assert_eq!(app.all_rows().await, rows);
        assert_eq!(app.audited_checks().await, 1);
    }

    async fn a_refused_secret_degrades_at_once_and_an_accepted_one_ends_that(app) {
        for _round in 0..2 {
            app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, NEW_SECRET, false);
            let checks = app.check(BITBUCKET).await;
            let expected =
                ["CREDENTIALS FAILED CREDENTIALS_REJECTED", "SCOPES UNKNOWN CREDENTIALS_REJECTED"];
            assert_eq!(faults(&checks), expected);
            assert_eq!(app.state_of(BITBUCKET).await, ConnectionState::Degraded);
            let mends = checks.iter().find(|it| !it.description.is_empty() && it.kind() == Kind::Credentials);
            assert!(mends.unwrap().description.contains("OAuth consumers"), "{mends:?}");

            let secret = StandIn::CONSUMER_SECRET;
            app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, secret, false);
            assert_eq!(faults(&app.check(BITBUCKET).await), [""; 0]);
            assert_eq!(app.state_of(BITBUCKET).await, ConnectionState::Ready);
        }
    }

    async fn what_the_consumer_lacks_is_told_with_its_own_reason(app) {
        type Change = fn(&mut Consumer);
        let cases: [(Change, &[&str]); 7] = [
            (|it| it.scopes = vec!["account".to_owned()], &["SCOPES FAILED SCOPE_MISSING"]),
            (|it| it.public = true, &["SCOPES UNKNOWN SCOPES_NOT_TOLD"]),
            (|it| it.callback_url = Some("https://login.example.com/".to_owned()),
                &["CALLBACK_EXACT FAILED CALLBACK_TOO_WIDE"]),
            (|it| it.callback_url = Some("https://login.example.com".to_owned()),
                &["CALLBACK_EXACT FAILED CALLBACK_TOO_WIDE"]),
            (|it| it.callback_url = Some("https://elsewhere.example/".to_owned()),
                &["CALLBACK FAILED CALLBACK_NOT_REGISTERED",
                    "CALLBACK_EXACT UNKNOWN CALLBACK_NOT_REGISTERED"]),
            (|it| it.callback_url = None,
                &["CALLBACK FAILED NO_CALLBACK_REGISTERED",
                    "CALLBACK_EXACT UNKNOWN NO_CALLBACK_REGISTERED"]),
            (|_| (), &[]),
        ];
        for (change, expected) in cases {
            app.register(change);
            assert_eq!(faults(&app.check(BITBUCKET).await), expected);
            assert_eq!(app.state_of(BITBUCKET).await, ConnectionState::Ready);
        }
        app.bitbucket.set_quirks(Quirks { sign_in_before_all: true, ..Quirks::default() });
        let untold =
            ["CALLBACK UNKNOWN CALLBACK_NOT_TOLD", "CALLBACK_EXACT UNKNOWN CALLBACK_NOT_TOLD"];
        assert_eq!(faults(&app.check(BITBUCKET).await), untold);
    }

    async fn a_provider_in_trouble_says_nothing_of_the_credential(app) {
        let limit = Fault::RateLimited { retry_after: RetryAfter::Seconds(60) };
        for (fault, endpoint, rest) in [
            (Fault::ServerError { status: 503 }, "FAILED PROVIDER_UNAVAILABLE",
                "UNKNOWN PROVIDER_UNAVAILABLE"),
            (Fault::ConnectionReset, "FAILED PROVIDER_UNAVAILABLE",
                "UNKNOWN PROVIDER_UNAVAILABLE"),
            (limit, "UNKNOWN PROVIDER_RATE_LIMITED", "UNKNOWN PROVIDER_RATE_LIMITED"),
            (Fault::HtmlOk, "FAILED PROVIDER_MALFORMED", "UNKNOWN PROVIDER_MALFORMED"),
        ] {
            app.bitbucket.fail_always(Endpoint::Token, fault);
            let checks = app.check(BITBUCKET).await;
            assert_eq!(faults(&checks), [
                format!("TOKEN_ENDPOINT {endpoint}"),
                format!("CREDENTIALS {rest}"),
                format!("SCOPES {rest}"),
            ], "{fault:?}");
            let text = format!("{checks:?}");
            assert!(!text.contains("right back") && !text.contains("Rate limit"), "{text}");
            assert_eq!(app.credentials(BITBUCKET).await[0].last_refuse_time, None);
            app.bitbucket.heal();
        }
        assert_eq!(app.state_of(BITBUCKET).await, ConnectionState::Ready);
    }

    async fn a_black_hole_holds_the_call_up_for_ten_seconds_at_most(app) {
        for _ in 0..12 {
            app.add_credential(BITBUCKET, StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET).await;
        }
        for endpoint in [Endpoint::Token, Endpoint::User, Endpoint::Authorize] {
            app.bitbucket.fail_always(endpoint, Fault::Hang);
        }
        let started = Instant::now();

        let checks = app.check(BITBUCKET).await;

        assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
        assert_eq!(checks.len(), 4 + 13 * 4);
        assert_eq!(lines(&checks)[1..3],
            ["TOKEN_ENDPOINT FAILED PROVIDER_UNAVAILABLE", "API FAILED PROVIDER_UNAVAILABLE"]);
        let of_credentials = &lines(&checks)[4..];
        assert!(of_credentials.iter().all(|line| line.contains(" UNKNOWN ")), "{checks:?}");
        assert_eq!(of_credentials.last().unwrap(), "CALLBACK_EXACT UNKNOWN NOT_ASKED");
    }

    async fn one_that_is_switched_off_can_be_checked(app) {
        app.disable_the_connection().await;
        assert_eq!(faults(&app.check(BITBUCKET).await), [""; 0]);
        assert_eq!(app.state_of(BITBUCKET).await, ConnectionState::Disabled);
    }

    async fn no_secret_goes_to_a_stand_in_in_production(app) {
        app.database.execute("UPDATE environments SET kind = 'PRODUCTION'").await;
        let checks = app.check(BITBUCKET).await;
        assert_eq!(lines(&checks), ["PROVIDER FAILED PROVIDER_IS_STAND_IN"]);
        assert_eq!(app.bitbucket.requests().len(), 0);
        assert_eq!(app.audited_checks().await, 0);
    }

    async fn a_provider_that_left_the_configuration_is_told(app) {
        app.database.execute("UPDATE connections SET provider = 'gone'").await;
        let checks = app.check(BITBUCKET).await;
        assert_eq!(lines(&checks), ["PROVIDER FAILED PROVIDER_NOT_CONFIGURED"]);
    }
}
