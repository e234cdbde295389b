//! The happy paths of a sign-in.

use latchkey_proto::v1::SignInResult;

use crate::{
    both,
    harness::person::{login_code, parameter, redirect},
};

both! {
    async fn a_new_person_signs_up_and_in(app) {
        let redeemed = app.sign_in("alice").await;

        assert_eq!(redeemed.result(), SignInResult::SignedUp);
        assert_eq!(redeemed.connection, "environments/dev/connections/bitbucket");
        assert_eq!(redeemed.application, "environments/dev/applications/notes");
        assert_eq!(redeemed.identity.unwrap().subject, "{11111111-1111-4111-8111-111111111111}");
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }

    async fn a_returning_person_keeps_their_user(app) {
        let first = app.sign_in("alice").await;
        let second = app.sign_in("alice").await;

        assert_eq!(second.result(), SignInResult::SignedIn);
        assert_eq!(first.user.unwrap().name, second.user.unwrap().name);
        assert_eq!(
            app.event_names().await,
            ["user.signed_up", "user.signed_in", "user.signed_in"]
        );
    }

    async fn the_browser_goes_back_to_the_application_with_its_state(app) {
        let completed = app.come_back("alice").await;

        let url = redirect(&completed);
        assert!(url.as_str().starts_with("https://notes.example/callback?code="), "{url}");
        assert_eq!(parameter(&url, "state"), "the-applications-own");
        assert!(login_code(&completed).starts_with("lk_code_"));
    }
}
