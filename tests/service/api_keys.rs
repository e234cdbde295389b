//! Keys: made, shown once, used, expired, revoked.

use std::time::Duration;

use latchkey_proto::v1::{
    ApiKey, ApiKeyKind, DeleteApiKeyRequest, ListApiKeysRequest, ListApiKeysResponse,
};
use latchkey_proto::well_known::Timestamp;
use prost::Message;
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, new_key, refusal, wrong_fields},
    },
};

const ID: &str = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e";

fn unauthenticated() -> (Code, String) {
    (Code::Unauthenticated, "CREDENTIALS_INVALID".to_owned())
}

async fn list(app: &TestApp, parent: &str) -> ListApiKeysResponse {
    let request =
        ListApiKeysRequest { parent: parent.to_owned(), page_size: 100, ..Default::default() };
    app.tenants().list_api_keys(request).await.unwrap().into_inner()
}

async fn delete(app: &TestApp, name: &str) -> Result<(), Status> {
    let request = DeleteApiKeyRequest { name: name.to_owned() };
    app.tenants().delete_api_key(request).await.map(|_| ())
}

pub(crate) fn in_seconds(app: &TestApp, seconds: i64) -> Timestamp {
    use latchkey_domain::time::Clock;
    let (now, nanos) = app.clock.now().seconds_and_nanos();
    Timestamp { seconds: now + seconds, nanos }
}

both! {
    async fn a_key_of_each_kind_says_its_kind_and_is_shown_once(app) {
        for (kind, prefix) in [
            (ApiKeyKind::Operator, "lk_operator_"),
            (ApiKeyKind::Environment, "lk_environment_"),
            (ApiKeyKind::Gateway, "lk_gateway_"),
            (ApiKeyKind::Application, "lk_application_"),
            (ApiKeyKind::Consumer, "lk_consumer_"),
        ] {
            let mut request = new_key(kind);
            request.request_id = format!("{}{}", &ID[..35], kind as i32);
            let (made, key) = app.create_key(request.clone()).await.unwrap();
            let (again, nothing) = app.create_key(request).await.unwrap();

            assert_eq!(made.kind(), kind);
            assert_eq!(key.len(), prefix.len() + 43, "{key}");
            assert!(key.starts_with(prefix), "{key}");
            assert_eq!(made.hint, key[..prefix.len() + 4]);
            assert_eq!((again, nothing.as_str()), (made.clone(), ""));
            let parent = if kind == ApiKeyKind::Operator { "" } else { DEV };
            let listed = list(&app, parent).await;
            assert_eq!(listed.api_keys.last().unwrap(), &made);
            let bytes = listed.encode_to_vec();
            assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()));
        }
    }

    async fn a_key_stops_working_when_it_expires(app) {
        let mut request = new_key(ApiKeyKind::Environment);
        request.api_key.as_mut().unwrap().expire_time = Some(in_seconds(&app, 60));
        let (made, key) = app.create_key(request).await.unwrap();
        assert!(made.expire_time.is_some());
        app.clock.advance(Duration::from_secs(58));
        app.try_key(&key).await.unwrap();
        app.clock.advance(Duration::from_secs(3));
        assert_eq!(refusal(&app.try_key(&key).await.unwrap_err()), unauthenticated());
    }

    async fn a_key_cannot_be_born_expired(app) {
        for at in [in_seconds(&app, -1), Timestamp { seconds: i64::MAX, nanos: 0 }] {
            let mut request = new_key(ApiKeyKind::Environment);
            request.api_key.as_mut().unwrap().expire_time = Some(at);
            let refused = app.create_key(request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["api_key.expire_time"]);
        }
    }

    async fn a_revoked_key_stops_at_once_though_it_was_just_used(app) {
        let (made, key) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        for _call in 0..3 {
            app.try_key(&key).await.unwrap();
        }
        delete(&app, &made.name).await.unwrap();

        assert_eq!(refusal(&app.try_key(&key).await.unwrap_err()), unauthenticated());
        let gone = delete(&app, &made.name).await.unwrap_err();
        assert_eq!(refusal(&gone), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
    }

    async fn a_key_created_is_a_key_that_works_though_it_was_tried_before(app) {
        let (_, key) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        // One character off.
        let mut other = key.clone();
        let last = if other.ends_with('A') { "B" } else { "A" };
        other.replace_range(other.len() - 1.., last);
        assert_eq!(refusal(&app.try_key(&other).await.unwrap_err()), unauthenticated());
        app.try_key(&key).await.unwrap();
    }

    async fn a_key_does_not_pass_for_another_kind(app) {
        let (_, key) = app.create_key(new_key(ApiKeyKind::Gateway)).await.unwrap();
        let renamed = key.replace("lk_gateway_", "lk_operator_");
        assert_eq!(refusal(&app.try_key(&renamed).await.unwrap_err()), unauthenticated());
    }

    async fn the_last_use_appears(app) {
        let (made, key) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        assert_eq!(made.last_use_time, None);
        app.try_key(&key).await.unwrap();
        let used = |key: &&ApiKey| key.name == made.name && key.last_use_time.is_some();
        for _moment in 0..200 {
            if list(&app, DEV).await.api_keys.iter().any(|key| used(&key)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no use was noted");
    }

    async fn operator_keys_are_for_operators(app) {
        let mut tenant = app.own_tenant();
        let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
        let create = tenant.create_api_key(new_key(ApiKeyKind::Operator)).await.unwrap_err();
        assert_eq!(refusal(&create), not_found);
        let request = ListApiKeysRequest::default();
        assert_eq!(refusal(&tenant.list_api_keys(request).await.unwrap_err()), not_found);
        let (operator, key) = app.create_key(new_key(ApiKeyKind::Operator)).await.unwrap();
        let request = DeleteApiKeyRequest { name: operator.name.clone() };
        assert_eq!(refusal(&tenant.delete_api_key(request).await.unwrap_err()), not_found);
        // Nor by naming it as if it were the tenant's.
        let name = format!("{DEV}/{}", operator.name);
        let request = DeleteApiKeyRequest { name };
        assert_eq!(refusal(&tenant.delete_api_key(request).await.unwrap_err()), not_found);
        app.try_key(&key).await.unwrap();
    }

    async fn a_kind_must_fit_its_parent(app) {
        let mut below = new_key(ApiKeyKind::Operator);
        below.parent = DEV.to_owned();
        let mut above = new_key(ApiKeyKind::Gateway);
        above.parent = String::new();
        let mut unknown = new_key(ApiKeyKind::Gateway);
        unknown.api_key.as_mut().unwrap().kind = 99;
        for request in [below, above, unknown, new_key(ApiKeyKind::Unspecified)] {
            let refused = app.create_key(request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["api_key.kind"]);
        }
        let with_application = |kind, application: &str| {
            let mut request = new_key(kind);
            request.api_key.as_mut().unwrap().application = application.to_owned();
            request
        };
        for request in [
            with_application(ApiKeyKind::Gateway, "environments/dev/applications/notes"),
            with_application(ApiKeyKind::Application, ""),
            with_application(ApiKeyKind::Application, "environments/other/applications/notes"),
        ] {
            let refused = app.create_key(request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["api_key.application"]);
        }
        let absent = with_application(ApiKeyKind::Application, "environments/dev/applications/gone");
        assert_eq!(app.create_key(absent).await.unwrap_err().code(), Code::NotFound);
    }
}
