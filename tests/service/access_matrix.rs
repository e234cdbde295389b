//! Every method of the contract, with every key that it must not take.

use std::time::Duration;

use latchkey_domain::time::Clock;
use latchkey_proto::v1::{self, ApiKeyKind};
use secrecy::{ExposeSecret, SecretString};
use tonic::{Code, Status};

use crate::{
    bad_input::{request_about, request_replacing},
    both,
    harness::{
        TestApp,
        admin::{DEV, new_key, refusal},
        raw::methods,
        seed::Keys,
    },
};

/// Who may call what, written down once more: a wrong line in the service does not pass here.
fn may_call(path: &str, kind: ApiKeyKind) -> bool {
    use ApiKeyKind::{Application, Consumer, Environment, Gateway, Operator};
    let (service, method) = path.trim_start_matches("/latchkey.v1.").split_once('/').unwrap();
    let allowed: &[ApiKeyKind] = match (service, method) {
        ("TenantAdmin", "CreateEnvironment" | "ListEnvironments" | "DeleteEnvironment") => {
            &[Operator]
        }
        ("ConnectionAdmin" | "TenantAdmin" | "UserDirectory", _) => &[Operator, Environment],
        ("EventFeed", _) => &[Operator, Environment, Consumer],
        ("SocialLogin", "ListLoginOptions") => &[Gateway, Application],
        (
            "SocialLogin",
            "GetApplicationLogo" | "StartLogin" | "CompleteLogin" | "RedeemTestTicket"
            | "ListSigningKeys" | "SubmitEmail" | "VerifyEmail" | "ResendEmailCode" | "ConfirmLink"
            | "CancelLogin" | "GetLoginStep",
        ) => &[Gateway],
        ("SocialLogin", "RedeemLogin" | "CreateLinkTicket") => &[Application],
        (service, method) => panic!("who may call {service}/{method}?"),
    };
    allowed.contains(&kind)
}

fn of_each_kind(keys: &Keys) -> [(ApiKeyKind, &SecretString); 5] {
    [
        (ApiKeyKind::Operator, &keys.operator),
        (ApiKeyKind::Environment, &keys.environment),
        (ApiKeyKind::Gateway, &keys.gateway),
        (ApiKeyKind::Application, &keys.application),
        (ApiKeyKind::Consumer, &keys.consumer),
    ]
}

fn bearer(key: &SecretString) -> String {
    format!("Bearer {}", key.expose_secret())
}

const KINDS: [ApiKeyKind; 5] = [
    ApiKeyKind::Operator,
    ApiKeyKind::Environment,
    ApiKeyKind::Gateway,
    ApiKeyKind::Application,
    ApiKeyKind::Consumer,
];

/// A key that works for a minute.
async fn expiring_key(app: &TestApp, kind: ApiKeyKind) -> String {
    let (seconds, nanos) = app.clock.now().seconds_and_nanos();
    let mut request = new_key(kind);
    let at = latchkey_proto::well_known::Timestamp { seconds: seconds + 60, nanos };
    request.api_key.as_mut().unwrap().expire_time = Some(at);
    app.create_key(request).await.unwrap().1
}

/// A key that was used, and is revoked.
async fn revoked_key(app: &TestApp, kind: ApiKeyKind) -> String {
    let (named, key) = app.create_key(new_key(kind)).await.unwrap();
    let code = app.try_key(&key).await.err().map(|status| status.code());
    assert_ne!(code, Some(Code::Unauthenticated), "{kind:?}");
    let request = v1::DeleteApiKeyRequest { name: named.name };
    app.tenants().delete_api_key(request).await.unwrap();
    key
}

async fn refused(app: &TestApp, path: &str, authorization: Option<&str>) -> (Code, String) {
    let answer = app.raw(path, authorization, Vec::new()).await;
    refusal(&answer.expect_err(path))
}

both! {
    async fn no_method_answers_without_a_key_that_works(app) {
        let mut gone = Vec::new();
        for kind in KINDS {
            gone.push(Some(format!("Bearer {}", expiring_key(&app, kind).await)));
            gone.push(Some(format!("Bearer {}", revoked_key(&app, kind).await)));
        }
        app.clock.advance(Duration::from_secs(61));
        let good = app.keys.operator.expose_secret();
        let long = format!("Bearer {good}{}", "A".repeat(5_000));
        let bad = [
            None,
            Some(String::new()),
            Some("Bearer".to_owned()),
            Some("Bearer ".to_owned()),
            Some("Bearer garbage".to_owned()),
            Some("Bearer lk_operator_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
            Some(good.to_owned()),
            Some(format!("Basic {good}")),
            Some(format!("Bearer {good} ")),
            Some(format!("Bearer  {good}")),
            Some(format!("Bearer {}", good.to_uppercase())),
            Some(long),
        ];
        let rows = app.all_rows().await;
        // With each of them everything is called: more than a stranger may.
        let mut app = app;
        app.without_limits().await;
        let expected = (Code::Unauthenticated, "CREDENTIALS_INVALID".to_owned());
        for method in methods() {
            for authorization in bad.iter().chain(&gone) {
                let found = refused(&app, &method.path, authorization.as_deref()).await;
                assert_eq!(found, expected, "{} with {authorization:?}", method.path);
            }
        }
        assert_eq!(app.all_rows().await, rows);
    }

    async fn every_method_takes_the_kinds_of_keys_that_it_is_for(app) {
        let rows = app.all_rows().await;
        for method in methods() {
            for (kind, key) in of_each_kind(&app.keys) {
                let answer = app.raw(&method.path, Some(&bearer(key)), Vec::new()).await;
                let denied = matches!(&answer, Err(status) if {
                    refusal(status) == (Code::PermissionDenied, "CALLER_NOT_ALLOWED".to_owned())
                });
                let told = format!("{} by {kind:?}: {answer:?}", method.path);
                assert_eq!(!denied, may_call(&method.path, kind), "{told}");
                // Who may call is told what is wrong with an empty request, if anything is. No
                // parent means what is the operators', and nobody else's.
                let wrong = |status: &Status| match status.code() {
                    Code::NotFound => {
                        ["/ListApiKeys", "/ListAuditEntries"].iter().any(|end| method.path.ends_with(end))
                    }
                    code => code == Code::InvalidArgument,
                };
                assert!(denied || answer.as_ref().err().is_none_or(wrong), "{told}");
            }
        }
        assert_eq!(app.all_rows().await, rows);
    }

    async fn another_tenants_resource_is_not_there(app) {
        let other = app.other_tenant().await;
        let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
        let rows = app.all_rows().await;
        let mut tried = 0;
        for method in methods() {
            let Some(theirs) = request_about(&method.path, "dev") else { continue };
            // The same of a tenant that was never there.
            let absent = request_about(&method.path, "never").unwrap();
            for (kind, key) in of_each_kind(&other) {
                if kind == ApiKeyKind::Operator || !may_call(&method.path, kind) {
                    continue;
                }
                let ask = async |body: &Vec<u8>| {
                    app.raw(&method.path, Some(&bearer(key)), body.clone()).await
                        .expect_err(&method.path)
                };
                let (found, missing) = (ask(&theirs).await, ask(&absent).await);
                assert_eq!(refusal(&found), not_found, "{} by {kind:?}", method.path);
                assert_eq!(found.message(), missing.message(), "{}", method.path);
                assert_eq!(found.details(), missing.details(), "{}", method.path);
                tried += 1;
            }
        }
        assert_eq!(app.all_rows().await, rows);
        assert!(tried > methods().len() / 2, "only {tried}");
    }

    async fn what_is_not_there_reads_like_what_is_not_yours(app) {
        let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
        let rows = app.all_rows().await;
        for method in methods() {
            let Some(body) = request_about(&method.path, "never") else { continue };
            if !may_call(&method.path, ApiKeyKind::Operator) {
                continue;
            }
            let key = bearer(&app.keys.operator);
            let found = app.raw(&method.path, Some(&key), body).await.expect_err(&method.path);
            assert_eq!(refusal(&found), not_found, "{}", method.path);
            assert_eq!(found.message(), "there is no such resource");
        }
        assert_eq!(app.all_rows().await, rows);
    }

    async fn a_key_of_one_environment_does_nothing_to_the_installation(app) {
        let rows = app.all_rows().await;
        let mut tried = 0;
        for method in methods() {
            let above = [("environments/dev/", ""), ("environments/dev", "")];
            let Some(body) = request_replacing(&method.path, &above) else { continue };
            for (kind, key) in of_each_kind(&app.keys) {
                if kind == ApiKeyKind::Operator || !may_call(&method.path, kind) {
                    continue;
                }
                let answer = app.raw(&method.path, Some(&bearer(key)), body.clone()).await;
                let code = answer.expect_err(&method.path).code();
                let refused = matches!(code, Code::NotFound | Code::InvalidArgument);
                assert!(refused, "{} by {kind:?}: {code:?}", method.path);
                tried += 1;
            }
        }
        assert_eq!(app.all_rows().await, rows);
        assert!(tried > methods().len() / 2, "only {tried}");
    }

    async fn an_applications_key_is_for_that_application(app) {
        let other = v1::CreateApplicationRequest {
            parent: DEV.to_owned(),
            application_id: "other".to_owned(),
            application: Some(v1::Application {
                display_name: "Other".to_owned(),
                redirect_uris: vec!["https://other.example/".to_owned()],
                ..v1::Application::default()
            }),
            request_id: String::new(),
        };
        app.tenants().create_application(other).await.unwrap();
        let rows = app.all_rows().await;
        let key = bearer(&app.keys.application);
        let mut tried = 0;
        for method in methods() {
            let beside = [("/applications/notes", "/applications/other")];
            let Some(body) = request_replacing(&method.path, &beside) else { continue };
            if may_call(&method.path, ApiKeyKind::Application) {
                let found = app.raw(&method.path, Some(&key), body).await.expect_err(&method.path);
                let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
                assert_eq!(refusal(&found), not_found, "{}", method.path);
                tried += 1;
            }
        }
        assert_eq!(app.all_rows().await, rows);
        assert!(tried > 0, "nothing names an application");
    }

    async fn an_unknown_method_is_denied(app) {
        for path in [
            "/latchkey.v1.ConnectionAdmin/DropEverything",
            "/latchkey.v1.Nothing/Get",
            "/latchkey.v1.ConnectionAdmin/getconnection",
            "/latchkey.v1.ConnectionAdmin/GetConnection/",
            "//latchkey.v1.ConnectionAdmin/GetConnection",
        ] {
            let key = bearer(&app.keys.operator);
            assert_eq!(
                refused(&app, path, Some(&key)).await,
                (Code::PermissionDenied, "CALLER_NOT_ALLOWED".to_owned()),
                "{path}"
            );
            let nobody = refused(&app, path, None).await;
            assert_eq!(nobody.0, Code::Unauthenticated, "{path}");
        }
    }
}

#[test]
fn every_kind_of_key_is_tried() {
    let named = (1..).map_while(|number| ApiKeyKind::try_from(number).ok());
    assert_eq!(named.collect::<Vec<_>>(), KINDS);
}
