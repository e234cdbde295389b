//! Refusals: what the person says at Bitbucket, and what changed while they were away.

use latchkey_proto::v1::CompleteLoginResponse;

use crate::{
    both,
    harness::{
        TestApp,
        ends::{End, outcome},
        person::{Callback, login_code},
        reason,
    },
};

const DENIED: (&str, &str) = ("DENIED_BY_USER", "access_denied");

/// A sign-in during which `change` happens while the person is at Bitbucket.
async fn comes_back_after<F: Future<Output = ()>>(
    app: &TestApp,
    change: impl FnOnce() -> F,
) -> CompleteLoginResponse {
    let begun = app.begin().await;
    let callback = app.consent(&begun, "alice").await;
    change().await;
    let completed = app.complete(&begun, &callback).await.unwrap();
    assert_eq!(app.token_requests(), 0, "{completed:?}");
    // A refusal stays a refusal, and is told once.
    assert_eq!(app.complete(&begun, &callback).await.unwrap(), completed);
    completed
}

both! {
    async fn who_says_no_at_bitbucket_is_refused(app) {
        let begun = app.begin().await;
        let callback = app.deny(&begun).await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        app.ended_without_anybody(&completed, DENIED).await;
        assert_eq!(app.requests_of_ours(), 0);
        assert_eq!(app.complete(&begun, &callback).await.unwrap(), completed);
        assert_eq!(app.event_names().await, ["sign_in.refused"]);
    }

    async fn who_has_to_do_something_at_bitbucket_first_is_told_so(app) {
        let errors = [
            "interaction_required",
            "login_required",
            "consent_required",
            "account_selection_required",
        ];
        for error in errors {
            let begun = app.begin().await;
            let callback = Callback {
                state: begun.state.clone(),
                error: error.to_owned(),
                ..Callback::default()
            };

            let completed = app.complete(&begun, &callback).await.unwrap();

            let expected = ("INTERACTION_REQUIRED", "interaction_required");
            app.ended_without_anybody(&completed, expected).await;
        }
        assert_eq!(app.requests_of_ours(), 0);
    }

    async fn a_connection_that_was_switched_off_meanwhile_lets_nobody_in(app) {
        let completed = comes_back_after(&app, || app.disable_the_connection()).await;

        app.ended_without_anybody(&completed, ("CONNECTION_DISABLED", "unauthorized_client")).await;
    }

    async fn a_connection_that_was_deleted_meanwhile_lets_nobody_in(app) {
        let completed = comes_back_after(&app, || app.delete_the_connection()).await;

        app.ended_without_anybody(&completed, ("CONNECTION_DISABLED", "unauthorized_client")).await;
    }

    async fn an_application_that_lost_the_connection_meanwhile_gets_nobody(app) {
        let completed = comes_back_after(&app, || app.revoke_the_application()).await;

        app.ended_without_anybody(&completed, ("APPLICATION_NOT_GRANTED", "unauthorized_client"))
            .await;
    }

    async fn a_redirect_uri_that_was_taken_away_meanwhile_is_not_gone_to(app) {
        let elsewhere = ["https://notes.example/other"];
        let completed = comes_back_after(&app, || app.redirect_to(&elsewhere)).await;

        let end = End::of(&completed);
        assert_eq!(end.reason, "REDIRECT_URI_NOT_REGISTERED");
        assert_eq!(end.redirect_url, "");
        app.left_only_the_end(&end).await;
    }

    async fn an_application_that_was_deleted_meanwhile_gets_nobody(app) {
        let completed = comes_back_after(&app, || app.delete_the_application()).await;

        let end = End::of(&completed);
        assert_eq!(end.reason, "REDIRECT_URI_NOT_REGISTERED");
        assert_eq!(end.redirect_url, "");
        app.left_only_the_end(&end).await;
    }

    async fn whatever_else_changed_nobody_goes_to_a_uri_that_was_taken_away(app) {
        let completed = comes_back_after(&app, async || {
            app.disable_the_connection().await;
            app.redirect_to(&["https://notes.example/other"]).await;
        })
        .await;

        let end = End::of(&completed);
        assert_eq!(end.reason, "REDIRECT_URI_NOT_REGISTERED");
        assert_eq!(end.redirect_url, "");
        // What is written down and told is what the browser was answered.
        app.left_only_the_end(&end).await;
    }

    async fn a_redirect_uri_beside_others_is_still_gone_to(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        app.redirect_to(&["https://notes.example/other", "https://notes.example/callback"]).await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        assert_eq!(outcome(&completed), "SIGNED_IN");
        assert!(End::of(&completed).redirect_url.starts_with("https://notes.example/callback?"));
    }

    async fn a_connection_that_was_switched_off_hands_over_nobody_any_more(app) {
        let completed = app.come_back("alice").await;
        app.disable_the_connection().await;

        let refused = app.redeem(&login_code(&completed)).await;

        assert_eq!(reason(&refused.unwrap_err()), "CONNECTION_DISABLED");
    }

    async fn an_application_that_lost_the_connection_redeems_nobody_any_more(app) {
        let completed = app.come_back("alice").await;
        app.revoke_the_application().await;

        let refused = app.redeem(&login_code(&completed)).await;

        assert_eq!(reason(&refused.unwrap_err()), "APPLICATION_NOT_GRANTED");
    }
}
