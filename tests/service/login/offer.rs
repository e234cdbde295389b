//! Somebody whom nobody knows is offered to sign up, where people may.

use latchkey_proto::v1::{
    LoginIntent, SignInRefused, SignUpMode, SignUpPolicy, StartLoginRequest,
    complete_login_response::Outcome,
};

use crate::{
    both,
    harness::{TestApp, ends::outcome},
};

/// Begins as this says, and is refused.
async fn refused(app: &TestApp, request: StartLoginRequest, account: &str) -> SignInRefused {
    let begun = app.begin_with(request).await.unwrap();
    let callback = app.consent(&begun, account).await;
    match app.complete(&begun, &callback).await.unwrap().outcome {
        Some(Outcome::Refused(end)) => end,
        other => panic!("{other:?}"),
    }
}

fn for_known_people(app: &TestApp) -> StartLoginRequest {
    let mut request = app.start_request();
    request.set_intent(LoginIntent::SignIn);
    request
}

async fn let_sign_up(app: &TestApp, mode: SignUpMode) {
    app.let_sign_up(SignUpPolicy { mode: mode.into(), ..SignUpPolicy::default() }).await;
}

both! {
    async fn who_takes_the_offer_signs_up_as_they_began(app) {
        let asked = for_known_people(&app);

        let end = refused(&app, asked.clone(), "alice").await;

        let offer = end.sign_up.unwrap();
        assert_eq!(offer, StartLoginRequest { intent: LoginIntent::SignUp.into(), ..asked });
        assert_eq!(app.rows("users").await, 0);
        let begun = app.begin_with(offer).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        assert_eq!(outcome(&app.complete(&begun, &callback).await.unwrap()), "SIGNED_IN");
        assert_eq!(
            app.event_names().await,
            ["sign_in.refused", "user.signed_up", "user.signed_in"]
        );
    }

    async fn nobody_is_offered_what_they_may_not_do(app) {
        let_sign_up(&app, SignUpMode::Closed).await;
        let closed = refused(&app, for_known_people(&app), "alice").await;
        assert_eq!(closed.sign_up, None);

        let request = app.start_request();
        let closed = refused(&app, request, "alice").await;
        assert_eq!(closed.sign_up, None, "it is another refusal");

        let_sign_up(&app, SignUpMode::Open).await;
        assert!(refused(&app, for_known_people(&app), "alice").await.sign_up.is_some());
    }
}
