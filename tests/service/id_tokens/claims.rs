//! What an id token says.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::{signing_key::ID_TOKEN_LIFETIME, time::Clock};
use latchkey_keyring::{Expected, PublicKey, verify};
use serde_json::{Value, json};

use super::{part, signer};
use crate::{
    both,
    harness::{
        admin::{BITBUCKET, NOTES},
        organizations::{ACME, ACME_HOST},
    },
};

both! {
    async fn a_redemption_brings_a_token_that_tells_the_same(app) {
        let before = app.clock.now().seconds_and_nanos().0;
        let redeemed = app.sign_in("alice").await;
        let after = app.clock.now().seconds_and_nanos().0;

        let mut claims = part(&redeemed.id_token, 1);
        let mut take = |name: &str| claims.as_object_mut().unwrap().remove(name).expect(name);
        let (iat, exp, auth_time) = (take("iat"), take("exp"), take("auth_time"));
        assert!((before..=after).contains(&iat.as_i64().unwrap()), "{iat}");
        assert!((before..=after).contains(&auth_time.as_i64().unwrap()), "{auth_time}");
        let lifetime = exp.as_i64().unwrap() - iat.as_i64().unwrap();
        assert_eq!(u64::try_from(lifetime).unwrap(), ID_TOKEN_LIFETIME.as_secs());
        let user = redeemed.user.unwrap();
        assert_eq!(claims, json!({
            "iss": "https://login.example.com",
            "sub": user.name.rsplit('/').next().unwrap(),
            "aud": NOTES,
            "jti": redeemed.reference_id,
            "email": "alice@mail.example",
            "email_verified": false,
            "name": "Alice Example",
            "picture": user.picture_uri,
            "connection": BITBUCKET,
            "identity": redeemed.identity.unwrap().name,
        }));
    }

    async fn what_is_not_known_is_left_out(app) {
        let claims = part(&app.sign_in("dave").await.id_token, 1);
        for absent in ["email", "email_verified", "org"] {
            assert_eq!(claims.get(absent), None, "{absent}");
        }
        assert_eq!(claims["name"], "Dave Example");
    }

    async fn a_sign_in_for_an_organization_says_so_and_the_issuer_stays_the_environments(app) {
        app.acme().await;
        let redeemed = app.sign_in_on(ACME_HOST, "alice").await;
        let claims = part(&redeemed.id_token, 1);
        assert_eq!(claims["org"], ACME);
        assert_eq!(claims["iss"], "https://login.example.com");
    }

    async fn each_token_has_a_name_of_its_own(app) {
        let (one, two) = (app.sign_in("alice").await, app.sign_in("alice").await);
        assert_ne!(part(&one.id_token, 1)["jti"], part(&two.id_token, 1)["jti"]);
        assert_eq!(part(&one.id_token, 1)["sub"], part(&two.id_token, 1)["sub"]);
    }

    async fn the_listed_keys_verify_it(app) {
        let redeemed = app.sign_in("alice").await;
        let listed = app.signing_keys().await;
        assert_eq!(listed.keys.len(), 1);
        let key = &listed.keys[0];
        assert_eq!(key.kid, signer(&redeemed.id_token));
        assert_eq!(part(&redeemed.id_token, 0), json!({"alg": "ES256", "typ": "JWT", "kid": key.kid}));
        let kind = [&key.kty, &key.r#use, &key.alg, &key.crv].map(String::as_str);
        assert_eq!(kind, ["EC", "sig", "ES256", "P-256"]);
        assert_eq!(listed.max_age.unwrap().seconds, 3600);
        let coordinate = |text: &String| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
        let point = [vec![4], coordinate(&key.x), coordinate(&key.y)].concat();
        let public = PublicKey::from_bytes(&point).unwrap();
        let now = app.clock.now().seconds_and_nanos().0;
        let expected = Expected { issuer: &listed.issuer, audience: NOTES, now };
        let token = redeemed.id_token.into();
        let claims = verify::<Value>(&token, &[(&key.kid, public)], expected).unwrap();
        assert_eq!(claims["name"], "Alice Example");
    }

    async fn a_code_that_is_refused_brings_no_token(app) {
        let redeemed = app.redeem("lk_code_x").await;
        assert!(redeemed.is_err());
        assert_eq!(app.rows("signing_keys").await, 0, "nor a key");
    }
}
