//! A test login that passes, and all that it leaves alone.

use std::{collections::BTreeMap, time::Duration};

use bitbucket_stand_in::{Account, Email, StandIn};
use latchkey_proto::v1::{
    SignInResult, TestLogin, TestLoginState, complete_login_response::Outcome,
};
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp, admin::refusal, configuring::CONNECTION, leaks::Canaries, looking::TABLES,
        trying::steps,
    },
};

/// How many rows each table has.
async fn rows(app: &TestApp) -> BTreeMap<&'static str, i64> {
    let mut rows = BTreeMap::new();
    for table in TABLES {
        rows.insert(table, app.rows(table).await);
    }
    rows
}

/// The rows of these tables with one more, and no others.
fn one_more(
    mut rows: BTreeMap<&'static str, i64>,
    tables: &[&'static str],
) -> BTreeMap<&'static str, i64> {
    for table in tables {
        *rows.get_mut(table).unwrap() += 1;
    }
    rows
}

fn passed_every_step(test_login: &TestLogin) {
    let kinds = [
        "SEAL_OPENED",
        "BROWSER_MATCHED",
        "CLAIMED",
        "PROVIDER_ANSWERED",
        "TOKEN",
        "ACCOUNT",
        "EMAILS",
        "DECISION",
    ];
    let expected = kinds.map(|kind| (kind.to_owned(), String::new()));
    assert_eq!(steps(test_login), expected);
}

both! {
    async fn a_test_login_tells_its_steps_and_the_person_and_signs_nobody_in(app) {
        let before = rows(&app).await;
        let asked = app.ask_for_test().await;
        assert!(asked.url.starts_with("https://login.example.com/login/test/lk_test_"));
        let waiting = app.test_login(&asked.name).await;
        assert_eq!(waiting.state(), TestLoginState::Waiting);
        assert_eq!((waiting.steps.len(), &waiting.profile), (0, &None));
        let begun = app.redeem_ticket(&asked.ticket).await.unwrap();
        assert_eq!(app.test_login(&asked.name).await.state(), TestLoginState::UnderWay);
        let callback = app.consent(&begun, "alice").await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        let Some(Outcome::Tested(tested)) = completed.outcome else { panic!("{completed:?}") };
        assert_eq!(tested.failure, None);
        let over = app.test_login(&asked.name).await;
        assert_eq!(over.state(), TestLoginState::Passed, "{over:?}");
        assert_eq!((over.result(), &over.failure), (SignInResult::SignedUp, &None));
        passed_every_step(&over);
        let profile = over.profile.unwrap();
        assert_eq!(profile.subject, "{11111111-1111-4111-8111-111111111111}");
        assert_eq!(profile.issuer, app.bitbucket_url());
        assert_eq!((&*profile.username, &*profile.display_name), ("alice", "Alice Example"));
        let emails: Vec<_> =
            profile.emails.iter().map(|it| (&*it.address, it.primary, it.confirmed)).collect();
        assert_eq!(emails, [("alice@mail.example", true, true)]);
        let times = [over.create_time, over.start_time, over.end_time, over.expire_time];
        let times = times.map(|at| at.map(|at| (at.seconds, at.nanos)).unwrap());
        assert!(times.is_sorted(), "{times:?}");
        assert_eq!(rows(&app).await, one_more(before, &["audit_entries", "outbox", "test_logins"]));
        let line = "audit_entries WHERE action = 'connection.test_login_started' \
                    AND resource = 'environments/dev/connections/bitbucket'";
        assert_eq!(app.rows(line).await, 1);
    }

    async fn somebody_known_stays_as_they_were(app) {
        app.sign_in("alice").await;
        let row = "SELECT version * 1000000 + sequence FROM users";
        let (user, before) = (app.database.number(row).await, rows(&app).await);

        let (over, _) = app.try_out("alice").await;

        assert_eq!(over.result(), SignInResult::SignedIn);
        assert_eq!(app.database.number(row).await, user, "their version and sequence");
        assert_eq!(rows(&app).await, one_more(before, &["audit_entries", "outbox", "test_logins"]));
        app.sign_in("alice").await;
        let user = app.events().await.pop().unwrap();
        assert_eq!(user.sequence, 3, "no number was taken");
    }

    async fn an_account_with_the_proven_address_of_somebody_would_be_linked(app) {
        app.trust_the_provider().await;
        app.sign_in("alice").await;
        let twin = Account::new("twin", "77777777-7777-4777-8777-777777777777", "Twin");
        app.bitbucket.add_account(twin.with_email(Email::primary("alice@mail.example")));

        let (over, _) = app.try_out("twin").await;

        assert_eq!(over.result(), SignInResult::Linked);
        assert_eq!((app.rows("identities").await, app.rows("users").await), (2, 1));
    }

    async fn a_connection_is_tried_out_before_anybody_may_use_it(app) {
        app.disable_the_connection().await;
        app.revoke_the_application().await;

        let (over, _) = app.try_out("alice").await;

        assert_eq!(over.state(), TestLoginState::Passed);
        assert_eq!(app.begin_with(app.start_request()).await.unwrap_err().code(),
            Code::FailedPrecondition);
    }

    async fn a_standby_is_tried_alone_before_it_is_promoted(app) {
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, "the-new-secret", false);
        app.add_credential(CONNECTION, StandIn::CONSUMER_KEY, "the-new-secret").await;
        let credentials = app.credentials(CONNECTION).await;
        let [active, standby] = &credentials[..] else { panic!("{credentials:?}") };

        let asked = app.ask_for_test_with(standby.name.clone()).await.unwrap();
        let (over, _) = app.try_out_as_asked(&asked, "alice").await;
        assert_eq!((over.state(), &over.credential), (TestLoginState::Passed, &standby.name));
        assert_eq!(app.token_requests(), 1);

        let asked = app.ask_for_test_with(active.name.clone()).await.unwrap();
        let (over, _) = app.try_out_as_asked(&asked, "alice").await;
        assert_eq!(over.state(), TestLoginState::Failed, "no other secret stands in");
        assert_eq!(steps(&over).pop().unwrap(), ("TOKEN".into(), "CREDENTIALS_REJECTED".into()));
        assert_eq!(app.token_requests(), 2);

        let (over, _) = app.try_out("alice").await;
        assert_eq!(over.state(), TestLoginState::Passed, "as in a sign-in, the standby follows");
    }

    async fn a_credential_of_elsewhere_is_not_tried(app) {
        let other = app.add_connection("another").await;
        let foreign = app.credentials(&other).await.remove(0).name;
        let refused = app.ask_for_test_with(foreign.clone()).await.unwrap_err();
        assert_eq!(refusal(&refused).1, "FIELD_INVALID");
        let absent = foreign.replace("/another/", "/bitbucket/");
        let refused = app.ask_for_test_with(absent).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
        assert_eq!(app.rows("test_logins").await, 0);
    }

    async fn a_test_login_leaves_no_secret_and_its_person_sealed(app) {
        let asked = app.ask_for_test().await;
        let begun = app.redeem_ticket(&asked.ticket).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        app.complete(&begun, &callback).await.unwrap();

        let mut secrets = Canaries::default();
        secrets.add("a ticket", &asked.ticket);
        secrets.add("a state", &begun.state);
        secrets.add("a browser's secret", &begun.browser_secret);
        secrets.add("a code", &callback.code);
        for token in app.bitbucket.access_tokens() {
            secrets.add("a token", token);
        }
        assert_eq!(secrets.count_in_database(&app.database).await, 0);
        let text = if app.database.is_postgres() { "encode(sealed_profile, 'escape')" }
            else { "CAST(sealed_profile AS TEXT)" };
        assert_eq!(app.rows("test_logins WHERE sealed_profile IS NOT NULL").await, 1);
        assert_eq!(app.rows(&format!("test_logins WHERE {text} LIKE '%lice%'")).await, 0);
        assert_eq!(app.rows("test_logins WHERE steps LIKE '%lice%'").await, 0);
    }

    async fn a_test_login_is_kept_for_a_day(app) {
        let (over, _) = app.try_out("alice").await;
        app.clock.advance(Duration::from_mins(24 * 60 - 1));
        assert!(app.test_login(&over.name).await.profile.is_some());
        app.clock.advance(Duration::from_mins(1));
        assert_eq!(app.try_test_login(&over.name).await.unwrap_err().code(), Code::NotFound);
    }
}
