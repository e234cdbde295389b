//! Somebody makes a ticket in their own session and has somebody else follow the link: who signs in
//! there gives away nothing.

use latchkey_proto::v1::RedeemLoginRequest;

use crate::{
    both,
    harness::{
        TestApp,
        adding::challenge,
        person::{VERIFIER, login_code},
        reason,
    },
};

async fn redeem(app: &TestApp, code: &str, verifier: &str) -> Result<(), String> {
    let request = RedeemLoginRequest { code: code.to_owned(), code_verifier: verifier.to_owned() };
    app.application().redeem_login(request).await.map(|_| ()).map_err(|status| reason(&status))
}

both! {
    async fn who_follows_the_link_of_an_attacker_does_not_give_them_their_account(app) {
        // The attacker is signed in, and the application keeps this verifier in their session.
        let attacker = app.sign_in("alice").await;
        let begun = app.begin_adding(&attacker.id_token).await;

        // The victim follows the link, sees Bitbucket, and says yes.
        let callback = app.consent(&begun, "bob").await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        let code = login_code(&completed);

        // The victim's browser brings the code to a session that has another verifier.
        let theirs = "the-verifier-of-another-session-of-43-characters";
        assert_ne!(challenge(theirs), challenge(VERIFIER));
        assert_eq!(redeem(&app, &code, theirs).await.unwrap_err(), "LOGIN_CODE_INVALID");

        // The attacker's session has the verifier, but the code is in the victim's browser: whatever else
        // the attacker has is none.
        let own = login_code(&app.come_back("alice").await);
        for guess in [&begun.state, &callback.code, &own] {
            let told = redeem(&app, guess, VERIFIER).await;
            assert!(told.is_err() || *guess == own, "{guess}");
        }
        assert_eq!((app.rows("users").await, app.rows("identities").await), (1, 1));
        let bob = app.sign_in("bob").await.user.unwrap();
        assert_ne!(bob.name, attacker.user.unwrap().name);
    }

    async fn the_callback_of_the_link_is_for_the_browser_that_began(app) {
        let attacker = app.sign_in("alice").await;
        let begun = app.begin_adding(&attacker.id_token).await;
        let callback = app.consent(&begun, "bob").await;
        let mut request = app.complete_request(&begun, &callback);
        request.browser_secret = app.begin().await.browser_secret;

        let refused = app.login().complete_login(request).await.unwrap_err();

        assert_eq!(reason(&refused), "BROWSER_MISMATCH");
        assert_eq!(app.rows("identities").await, 1);
    }
}
