//! Whose members may come in: asked of Bitbucket at every sign-in, and never of ourselves.

use bitbucket_stand_in::{Email, Endpoint, Fault, RetryAfter, Workspace};
use latchkey_proto::{
    events::event_data::Data,
    v1::{Connection, LoginIntent, SignInResult},
};

use crate::{
    both,
    harness::{
        TestApp,
        ends::{End, outcome},
        looking::data,
    },
};

const PATH: &str = "/2.0/user/workspaces";
/// Alice is a member of it, and nobody else.
const ACME: &str = "{aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa}";
const REFUSED: (&str, &str) = ("WORKSPACE_NOT_ALLOWED", "access_denied");

async fn allow(app: &TestApp, workspaces: &[&str]) {
    let allowed_workspaces = workspaces.iter().map(|&id| id.to_owned()).collect();
    let to = Connection { allowed_workspaces, ..Connection::default() };
    app.change_connection("allowed_workspaces", to).await;
}

/// Alice leaves every workspace.
fn leave(app: &TestApp) {
    app.bitbucket.alter_account("alice", |alice| alice.workspaces.clear());
}

both! {
    async fn a_member_comes_in_by_the_uuid_or_the_slug_of_a_workspace(app) {
        allow(&app, &["elsewhere", ACME]).await;
        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedUp);
        allow(&app, &["acme"]).await;
        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedIn);
        assert_eq!(app.requests_to(PATH), 2);
    }

    async fn nobody_is_asked_for_workspaces_where_everybody_may_come_in(app) {
        app.sign_in("alice").await;
        assert_eq!(app.requests_to(PATH), 0);
    }

    async fn an_outsider_is_refused_before_a_user_is_made(app) {
        allow(&app, &[ACME]).await;
        for outsider in ["bob", "dave"] {
            let completed = app.come_back(outsider).await;
            app.ended_without_anybody(&completed, REFUSED).await;
        }
        assert_eq!(app.rows("users").await, 0);
        assert_eq!(app.event_names().await, ["sign_in.refused"; 2]);
    }

    async fn an_outsider_is_told_so_whatever_they_wanted(app) {
        allow(&app, &[ACME]).await;
        for intent in [LoginIntent::SignIn, LoginIntent::SignUp] {
            let mut request = app.start_request();
            request.set_intent(intent);
            let begun = app.begin_with(request).await.unwrap();
            let callback = app.consent(&begun, "bob").await;
            let completed = app.complete(&begun, &callback).await.unwrap();
            assert_eq!(outcome(&completed), REFUSED.0, "{intent:?}");
        }
    }

    async fn somebody_known_who_left_is_refused_and_that_is_told_of_them(app) {
        allow(&app, &[ACME]).await;
        let known = app.sign_in("alice").await.user.unwrap();
        leave(&app);

        let end = End::of(&app.come_back("alice").await);

        assert_eq!((end.reason.as_str(), end.is_refusal), (REFUSED.0, true));
        assert!(end.redirect_url.contains("error=access_denied"), "{}", end.redirect_url);
        let told = app.events_about(&known.name).await;
        let numbers: Vec<_> = told.iter().map(|event| event.sequence).collect();
        assert_eq!(numbers, [1, 2, 3]);
        let Data::SignInRefused(refused) = data(told[2].clone()) else { panic!("{told:?}") };
        assert_eq!((refused.reason.as_str(), &refused.user), (REFUSED.0, &known.name));
        allow(&app, &[]).await;
        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedIn);
    }

    async fn a_proven_address_lets_no_outsider_in_beside_its_user(app) {
        app.trust_the_provider().await;
        app.sign_in("alice").await;
        app.bitbucket.alter_account("bob", |bob| {
            bob.emails = vec![Email::primary("alice@mail.example")];
        });
        allow(&app, &[ACME]).await;

        let completed = app.come_back("bob").await;

        assert_eq!(outcome(&completed), REFUSED.0);
        assert_eq!(app.rows("identities").await, 2);
    }

    async fn a_slug_that_is_somebody_elses_now_lets_in_who_is_there_and_a_uuid_does_not(app) {
        app.bitbucket.alter_account("bob", |bob| {
            bob.workspaces = vec![Workspace::new("acme", "dddddddd-dddd-4ddd-8ddd-dddddddddddd")];
        });
        allow(&app, &[ACME]).await;
        assert_eq!(outcome(&app.come_back("bob").await), REFUSED.0);
        allow(&app, &["acme"]).await;
        assert_eq!(outcome(&app.come_back("bob").await), "SIGNED_IN");
    }

    async fn a_list_that_cannot_be_read_lets_nobody_in_known_or_not(app) {
        app.sign_in("alice").await;
        allow(&app, &[ACME]).await;
        let limit = Fault::RateLimited { retry_after: RetryAfter::Seconds(1) };
        for (fault, expected) in [
            (Fault::ServerError { status: 503 }, "PROVIDER_UNAVAILABLE"),
            (limit, "PROVIDER_RATE_LIMITED"),
            (Fault::HtmlOk, "PROVIDER_MALFORMED"),
            (Fault::Forbidden, "PROVIDER_MALFORMED"),
        ] {
            app.bitbucket.fail_always(Endpoint::Workspaces, fault);
            for account in ["alice", "person-1"] {
                let end = End::of(&app.come_back(account).await);
                let told = (end.reason.as_str(), end.is_refusal);
                assert_eq!(told, (expected, false), "{account} {fault:?}");
            }
            app.bitbucket.heal();
        }
        assert_eq!(app.rows("users").await, 1);
        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedIn);
    }
}
