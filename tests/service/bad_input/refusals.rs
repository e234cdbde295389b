//! What a refusal says, and what it does not.

use latchkey_proto::v1;
use secrecy::ExposeSecret;
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    both,
    harness::admin::{BITBUCKET, NOTES, refusal},
};

both! {
    async fn a_refusal_does_not_repeat_a_secret(app) {
        const CANARY: &str = "canary";
        let code = v1::RedeemLoginRequest { code: CANARY.repeat(50), code_verifier: CANARY.into() };
        let callback = v1::CompleteLoginRequest {
            connection: CANARY.to_owned(),
            host: "canary host".to_owned(),
            state: CANARY.repeat(400),
            browser_secret: CANARY.repeat(50),
            code: CANARY.repeat(400),
            error: CANARY.repeat(30),
            language_code: CANARY.repeat(30),
        };
        let mut start = app.start_request();
        start.code_challenge = CANARY.to_owned();
        start.state = format!("{CANARY} {CANARY}");
        let refusals = [
            app.application().redeem_login(code).await.unwrap_err(),
            app.login().complete_login(callback).await.unwrap_err(),
            app.login().start_login(start).await.unwrap_err(),
        ];
        for refused in refusals {
            assert_eq!(refused.code(), Code::InvalidArgument);
            assert!(!refused.message().contains(CANARY), "{refused:?}");
            assert!(!String::from_utf8_lossy(refused.details()).contains(CANARY), "{refused:?}");
        }
    }

    async fn bytes_that_are_no_message_are_refused(app) {
        let key = format!("Bearer {}", app.keys.environment.expose_secret());
        let path = "/latchkey.v1.ConnectionAdmin/GetConnection";
        for (body, field) in [
            // A field that is longer than the message.
            (vec![0x0a, 0x7f, b'x'], Some("name")),
            // A text that is not UTF-8.
            (vec![0x0a, 0x02, 0xff, 0xfe], Some("name")),
            // A number where a text belongs.
            (vec![0x08, 0x01], Some("name")),
            // Nothing that has a field.
            (vec![0xff; 20], None),
        ] {
            let refused = app.raw(path, Some(&key), body).await.unwrap_err();
            assert_eq!(refusal(&refused), (Code::InvalidArgument, "FIELD_INVALID".to_owned()));
            let told = refused.get_details_bad_request().map(|told| told.field_violations);
            let told = told.map(|mut told| told.remove(0).field);
            assert_eq!(told.as_deref(), field, "{refused:?}");
        }
        app.connection(BITBUCKET).await.unwrap();
    }

    async fn a_refusal_says_its_domain_and_what_is_wrong(app) {
        let request = v1::GetConnectionRequest { name: NOTES.to_owned() };
        let refused = app.connections().get_connection(request).await.unwrap_err();
        let info = refused.get_details_error_info().unwrap();
        assert_eq!((info.domain.as_str(), info.reason.as_str()), ("latchkey", "FIELD_INVALID"));
        let violation = refused.get_details_bad_request().unwrap().field_violations.remove(0);
        assert_eq!(violation.field, "name");
        assert!(violation.description.contains("environments/{environment}/connections/"));
        assert_eq!(refusal(&refused).0, Code::InvalidArgument);
    }
}
