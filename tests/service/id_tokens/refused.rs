//! Tokens that are not taken for true by the service that makes them.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::{name::ApplicationName, signing_key::ID_TOKEN_LIFETIME};
use latchkey_identity::IdToken;
use latchkey_keyring::{LEEWAY, PrivateKey, TokenRefused};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{part, signer};
use crate::{
    both,
    harness::{TestApp, admin::NOTES},
};

async fn verified(app: &TestApp, application: &str, token: &str) -> Result<IdToken, TokenRefused> {
    let application: ApplicationName = application.parse().unwrap();
    app.latchkey.verify_id_token(&application, &token.into()).await.unwrap()
}

fn encoded(json: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json.to_string())
}

/// The token with another header and the signature that it had.
fn with_header(token: &str, header: &Value) -> String {
    format!("{}.{}", encoded(header), token.split_once('.').unwrap().1)
}

both! {
    async fn its_own_application_can_bring_a_token_back_while_it_is_good(app) {
        let redeemed = app.sign_in("alice").await;
        let token = redeemed.id_token;

        let told = verified(&app, NOTES, &token).await.unwrap();
        assert_eq!(told.user.to_string(), redeemed.user.unwrap().name);
        assert_eq!(told.issued_at.0 / 1_000_000, part(&token, 1)["iat"].as_i64().unwrap());

        app.clock.advance(ID_TOKEN_LIFETIME);
        assert_eq!(verified(&app, NOTES, &token).await, Ok(told), "clocks may be apart");
        app.clock.advance(LEEWAY + Duration::from_secs(1));
        assert_eq!(verified(&app, NOTES, &token).await, Err(TokenRefused::Expired));
    }

    async fn a_token_is_for_one_application(app) {
        let token = app.sign_in("alice").await.id_token;
        let other = "environments/dev/applications/other";
        assert_eq!(verified(&app, other, &token).await, Err(TokenRefused::Audience));
    }

    async fn another_environment_does_not_know_the_key(app) {
        app.other_tenant().await;
        let token = app.sign_in("alice").await.id_token;
        let theirs = "environments/other/applications/notes";
        assert_eq!(verified(&app, theirs, &token).await, Err(TokenRefused::Key));
    }

    async fn a_token_that_was_made_up_or_changed_is_refused(app) {
        let token = app.sign_in("alice").await.id_token;
        let (kid, claims) = (signer(&token), part(&token, 1));
        let mut bobs = claims.clone();
        bobs["sub"] = json!("user_01h455vb4pex5vsknk084sn02q");
        let made_up = PrivateKey::generate().unwrap();
        let signed = |kid: &str| made_up.sign(kid, &claims).unwrap().expose_secret().to_owned();
        let parts: Vec<_> = token.split('.').collect();
        for (forged, why) in [
            (signed(&kid), TokenRefused::Signature),
            (signed("skey_01h455vb4pex5vsknk084sn02q"), TokenRefused::Key),
            (format!("{}.{}.{}", parts[0], encoded(&bobs), parts[2]), TokenRefused::Signature),
            (
                with_header(&token, &json!({"alg": "none", "typ": "JWT", "kid": kid})),
                TokenRefused::Algorithm,
            ),
            (
                with_header(&token, &json!({"alg": "HS256", "typ": "JWT", "kid": kid})),
                TokenRefused::Algorithm,
            ),
            (with_header(&token, &json!({"alg": "ES256", "typ": "JWT"})), TokenRefused::Malformed),
            (format!("{}.{}.", parts[0], parts[1]), TokenRefused::Signature),
        ] {
            assert_eq!(verified(&app, NOTES, &forged).await, Err(why), "{forged}");
        }
        assert!(verified(&app, NOTES, &token).await.is_ok());
    }

    async fn a_token_of_an_issuer_of_before_is_not_of_this_one(app) {
        let token = app.sign_in("alice").await.id_token;
        app.gateway().await;
        assert_eq!(verified(&app, NOTES, &token).await, Err(TokenRefused::Issuer));
        let issuer = app.signing_keys().await.issuer;
        assert!(issuer.starts_with("http://localhost:"), "{issuer}");
    }
}
