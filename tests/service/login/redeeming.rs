//! Redeeming a login code: once, by its application, with its verifier, in time.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use latchkey_domain::sign_in::LOGIN_CODE_LIFETIME;
use latchkey_proto::v1::{
    ApiKey, ApiKeyKind, Application, CreateApiKeyRequest, CreateApplicationRequest,
    RedeemLoginRequest, social_login_client::SocialLoginClient,
};
use secrecy::SecretString;
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    both,
    harness::{
        TestApp,
        person::{VERIFIER, login_code},
        reason,
    },
};

/// The key of a second application.
pub(super) async fn another_applications_key(app: &TestApp) -> SecretString {
    let parent = "environments/dev".to_owned();
    let request = CreateApplicationRequest {
        parent: parent.clone(),
        application_id: "other".to_owned(),
        application: Some(Application {
            display_name: "Other".to_owned(),
            redirect_uris: vec!["https://other.example/callback".to_owned()],
            ..Application::default()
        }),
        request_id: String::new(),
    };
    let made = app.tenants().create_application(request).await.unwrap().into_inner();
    let key = ApiKey {
        kind: ApiKeyKind::Application.into(),
        display_name: "Other".to_owned(),
        application: made.application.unwrap().name,
        ..ApiKey::default()
    };
    let request = CreateApiKeyRequest { parent, api_key: Some(key), request_id: String::new() };
    app.tenants().create_api_key(request).await.unwrap().into_inner().key.into()
}

/// Why a code is not redeemed with this verifier.
async fn refusal(app: &TestApp, code: &str, verifier: &str) -> tonic::Status {
    let request = RedeemLoginRequest { code: code.to_owned(), code_verifier: verifier.to_owned() };
    app.application().redeem_login(request).await.unwrap_err()
}

/// The fields that a refusal names.
fn fields(status: &tonic::Status) -> Vec<String> {
    let violations = status.get_details_bad_request().unwrap().field_violations;
    violations.into_iter().map(|violation| violation.field).collect()
}

both! {
    async fn a_code_is_redeemed_once(app) {
        let code = login_code(&app.come_back("alice").await);
        app.redeem(&code).await.unwrap();

        let status = app.redeem(&code).await.unwrap_err();

        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(reason(&status), "LOGIN_CODE_INVALID");
    }

    async fn of_32_redemptions_at_once_one_succeeds(app) {
        let code = login_code(&app.come_back("alice").await);

        let redeemed = join_all((0..32).map(|_| app.redeem(&code))).await;

        assert_eq!(redeemed.iter().filter(|redeemed| redeemed.is_ok()).count(), 1);
        let refusals = redeemed.iter().filter_map(|redeemed| redeemed.as_ref().err());
        assert!(refusals.into_iter().all(|status| reason(status) == "LOGIN_CODE_INVALID"));
    }

    async fn a_code_is_for_the_application_that_began_the_sign_in(app) {
        let other = another_applications_key(&app).await;
        let code = login_code(&app.come_back("alice").await);
        let request =
            RedeemLoginRequest { code: code.clone(), code_verifier: VERIFIER.to_owned() };

        let status = SocialLoginClient::new(app.keyed(&other)).redeem_login(request).await;

        assert_eq!(reason(&status.unwrap_err()), "LOGIN_CODE_INVALID");
        // The attempt spent nothing.
        app.redeem(&code).await.unwrap();
    }

    async fn a_code_needs_the_verifier_of_its_challenge(app) {
        let code = login_code(&app.come_back("alice").await);
        let wrong = VERIFIER.to_uppercase();

        assert_eq!(reason(&refusal(&app, &code, &wrong).await), "LOGIN_CODE_INVALID");

        app.redeem(&code).await.unwrap();
    }

    async fn a_verifier_that_cannot_be_one_names_its_field(app) {
        let code = login_code(&app.come_back("alice").await);
        for verifier in ["", "short", &"a".repeat(129), &format!("{VERIFIER} ")] {
            let status = refusal(&app, &code, verifier).await;
            assert_eq!(reason(&status), "FIELD_INVALID", "{verifier}");
            assert_eq!(fields(&status), ["code_verifier"], "{verifier}");
        }
        app.redeem(&code).await.unwrap();
    }

    async fn a_code_lives_for_a_minute(app) {
        let second = Duration::from_secs(1);
        let in_time = login_code(&app.come_back("alice").await);
        app.clock.advance(LOGIN_CODE_LIFETIME.saturating_sub(second));
        app.redeem(&in_time).await.unwrap();
        let too_late = login_code(&app.come_back("alice").await);
        app.clock.advance(LOGIN_CODE_LIFETIME + second);

        let status = app.redeem(&too_late).await.unwrap_err();

        assert_eq!(reason(&status), "LOGIN_CODE_INVALID");
    }

    async fn a_code_of_which_anything_was_changed_is_refused(app) {
        let code = login_code(&app.come_back("alice").await);
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(code.strip_prefix("lk_code_").unwrap()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            let changed = format!("lk_code_{}", BASE64_URL_SAFE_NO_PAD.encode(changed));
            assert_eq!(reason(&refusal(&app, &changed, VERIFIER).await), "LOGIN_CODE_INVALID");
        }
        for changed in [&code[..code.len() - 1], &code[8..], &code.to_uppercase(), " "] {
            assert_eq!(reason(&refusal(&app, changed, VERIFIER).await), "LOGIN_CODE_INVALID");
        }
        app.redeem(&code).await.unwrap();
    }

    async fn a_sign_in_that_failed_has_nothing_to_redeem(app) {
        let code = login_code(&app.come_back("alice").await);
        app.database
            .execute("UPDATE sign_ins SET result = 'FAILED', reason = 'INTERNAL', \
                      login_code_hash = NULL, login_code_expires_at = NULL")
            .await;

        assert_eq!(reason(&app.redeem(&code).await.unwrap_err()), "LOGIN_CODE_INVALID");
    }
}
