//! Many at once: one user an account, one event a sign-in, and nobody gets another's answer.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, future::join_all, stream};
use latchkey_proto::v1::{CompleteLoginResponse, SignInResult};

use crate::{
    both,
    harness::{
        TestApp,
        configuring::CONNECTION,
        ends::outcome,
        person::{login_code, parameter, redirect},
    },
};

/// Sign-ins of one account, all of whose callbacks come at once.
async fn all_at_once(app: &TestApp, account: &str, count: usize) -> Vec<CompleteLoginResponse> {
    let begun = join_all((0..count).map(async |_| {
        let begun = app.begin().await;
        let callback = app.consent(&begun, account).await;
        (begun, callback)
    }))
    .await;
    let completed = begun.iter().map(|(begun, callback)| app.complete(begun, callback));
    join_all(completed).await.into_iter().map(Result::unwrap).collect()
}

/// Holds that a user was told of without gaps, so many times, and once of having signed up.
async fn told_without_gaps(app: &TestApp, sign_ins: usize) {
    let events = app.events().await;
    let users: BTreeSet<_> = events.iter().map(|event| event.subject.clone()).collect();
    assert_eq!(users.len(), 1, "{users:?}");
    let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
    let expected: Vec<_> = (1..=i64::try_from(sign_ins).unwrap() + 1).collect();
    assert_eq!(sequences, expected);
    let names = app.event_names().await;
    assert_eq!(names.iter().filter(|name| *name == "user.signed_up").count(), 1);
    assert_eq!(names.iter().filter(|name| *name == "user.signed_in").count(), sign_ins);
    assert_eq!(names[0], "user.signed_up");
    let causes: BTreeSet<_> = events.iter().map(|event| &event.causation_id).collect();
    assert_eq!(causes.len(), sign_ins);
    assert_eq!(app.rows("users").await, 1);
}

both! {
    async fn of_64_first_sign_ins_at_once_one_makes_the_user(app) {
        let completed = all_at_once(&app, "alice", 64).await;

        assert!(completed.iter().all(|completed| outcome(completed) == "SIGNED_IN"));
        told_without_gaps(&app, 64).await;
        assert_eq!(app.rows("identities").await, 1);
        assert_eq!(app.rows("sign_ins WHERE result = 'SIGNED_UP'").await, 1);
        assert_eq!(app.rows("sign_ins WHERE result = 'SIGNED_IN'").await, 63);
    }

    async fn of_64_first_sign_ins_by_a_trusted_provider_one_makes_the_user(app) {
        app.trust_the_provider().await;

        let completed = all_at_once(&app, "alice", 64).await;

        assert!(completed.iter().all(|completed| outcome(completed) == "SIGNED_IN"));
        told_without_gaps(&app, 64).await;
        assert_eq!(app.rows("identities").await, 2);
    }

    async fn accounts_with_one_proven_address_become_one_user_however_they_race(app) {
        app.trust_the_provider().await;
        for n in 1..=8 {
            let mut account = (*app.bitbucket.account(&format!("person-{n}")).unwrap()).clone();
            account.emails = vec![bitbucket_stand_in::Email::primary("shared@mail.example")];
            app.bitbucket.add_account(account);
        }
        let accounts: Vec<_> = (1..=8).map(|n| format!("person-{n}")).collect();

        let redeemed = join_all(accounts.iter().map(|account| app.sign_in(account))).await;

        let signed_up = |result| redeemed.iter().filter(|found| found.result() == result).count();
        assert_eq!(signed_up(SignInResult::SignedUp), 1);
        assert_eq!(signed_up(SignInResult::Linked), 7);
        assert_eq!(app.rows("users").await, 1);
        assert_eq!(app.rows("identities").await, 9);
        let events = app.events().await;
        let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (1..=16).collect::<Vec<_>>());
    }

    async fn of_32_sign_ins_of_a_known_person_at_once_every_one_counts(app) {
        app.sign_in("alice").await;

        let completed = all_at_once(&app, "alice", 32).await;

        assert!(completed.iter().all(|completed| outcome(completed) == "SIGNED_IN"));
        let codes: BTreeSet<_> = completed.iter().map(login_code).collect();
        assert_eq!(codes.len(), 32);
        told_without_gaps(&app, 33).await;
    }

    async fn of_200_interleaved_sign_ins_everybody_gets_their_own(app) {
        let connections = [CONNECTION.to_owned(), app.add_connection("another").await];
        let accounts = ["alice", "bob", "dave", "erin"];
        let uuids = accounts.map(|account| app.bitbucket.account(account).unwrap().uuid.clone());

        let users = stream::iter(0..200_usize)
            .map(async |n| {
                let (connection, account) = (&connections[n % 2], n / 2 % 4);
                let mut request = app.start_request();
                request.connection.clone_from(connection);
                request.state = format!("state-{n}");
                let begun = app.begin_with(request).await.unwrap();
                let callback = app.consent(&begun, accounts[account]).await;
                let completed = app.complete(&begun, &callback).await.unwrap();
                assert_eq!(parameter(&redirect(&completed), "state"), format!("state-{n}"));
                let redeemed = app.redeem(&login_code(&completed)).await.unwrap();
                assert_eq!(redeemed.connection, *connection);
                assert_eq!(redeemed.identity.unwrap().subject, uuids[account]);
                (account, redeemed.user.unwrap().name)
            })
            .buffer_unordered(40)
            .collect::<Vec<_>>()
            .await;

        let by_account: BTreeMap<_, _> = users.iter().cloned().collect();
        assert_eq!(by_account.len(), 4);
        assert!(users.iter().all(|(account, user)| by_account[account] == *user));
        assert_eq!(app.rows("users").await, 4);
        assert_eq!(app.token_requests(), 200);
        for user in by_account.values() {
            let sequences: Vec<_> =
                app.events_about(user).await.iter().map(|event| event.sequence).collect();
            assert_eq!(sequences, (1..=51).collect::<Vec<_>>());
        }
    }
}
