//! A key is rotated: the next one is there before the old one goes.

use std::time::Duration;

use latchkey_proto::{
    v1::{
        ApiKey, ApiKeyKind, DeleteApiKeyRequest, RotateApiKeyRequest, RotateApiKeyResponse,
        tenant_admin_client::TenantAdminClient,
    },
    well_known,
};
use secrecy::SecretString;
use tonic::{Code, Status};

use crate::{
    api_keys::in_seconds,
    both,
    harness::{
        TestApp,
        admin::{DEV, new_key, refusal, wrong_fields},
    },
};

const ID: &str = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e";
const DAY: i64 = 24 * 60 * 60;

fn rotation(key: &ApiKey, overlap: Option<i64>) -> RotateApiKeyRequest {
    let overlap = overlap.map(|seconds| well_known::Duration { seconds, nanos: 0 });
    RotateApiKeyRequest { name: key.name.clone(), overlap, ..RotateApiKeyRequest::default() }
}

async fn rotate(
    app: &TestApp,
    request: RotateApiKeyRequest,
) -> Result<RotateApiKeyResponse, Status> {
    Ok(app.tenants().rotate_api_key(request).await?.into_inner())
}

/// Lets time go by.
fn seconds_later(app: &TestApp, seconds: i64) {
    app.clock.advance(Duration::from_secs(seconds.unsigned_abs()));
}

async fn works(app: &TestApp, key: &str) -> bool {
    app.try_key(key).await.is_ok()
}

both! {
    async fn every_kind_of_key_is_followed_by_one_like_it(app) {
        for kind in [
            ApiKeyKind::Operator,
            ApiKeyKind::Environment,
            ApiKeyKind::Gateway,
            ApiKeyKind::Application,
            ApiKeyKind::Consumer,
        ] {
            let (old, old_key) = app.create_key(new_key(kind)).await.unwrap();
            let rotated = rotate(&app, rotation(&old, None)).await.unwrap();
            let next = rotated.api_key.unwrap();
            assert_ne!((&next.name, &rotated.key), (&old.name, &old_key));
            let alike = ApiKey {
                name: next.name.clone(),
                hint: rotated.key[..next.hint.len()].to_owned(),
                create_time: next.create_time,
                ..old.clone()
            };
            assert_eq!(next, alike);
            let ended = rotated.rotated_api_key.unwrap();
            assert!(ended.expire_time.is_some());
            assert_eq!(ApiKey { expire_time: None, ..ended }, old);
        }
    }

    async fn the_old_key_works_for_the_overlap_and_the_next_one_goes_on(app) {
        let (old, old_key) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        let next = rotate(&app, rotation(&old, Some(600))).await.unwrap().key;
        assert!(works(&app, &old_key).await && works(&app, &next).await);
        seconds_later(&app, 598);
        assert!(works(&app, &old_key).await && works(&app, &next).await);
        seconds_later(&app, 3);
        let refused = app.try_key(&old_key).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::Unauthenticated, "CREDENTIALS_INVALID".to_owned()));
        assert!(works(&app, &next).await);
    }

    async fn the_overlap_is_a_day_unless_it_is_said(app) {
        let (old, old_key) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        rotate(&app, rotation(&old, None)).await.unwrap();
        seconds_later(&app, DAY - 5);
        assert!(works(&app, &old_key).await);
        seconds_later(&app, 10);
        assert!(!works(&app, &old_key).await);
    }

    async fn without_an_overlap_the_old_key_stops_at_once(app) {
        let (old, old_key) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        assert!(works(&app, &old_key).await);
        let next = rotate(&app, rotation(&old, Some(0))).await.unwrap().key;
        assert!(!works(&app, &old_key).await && works(&app, &next).await);
    }

    async fn an_overlap_lets_no_key_live_longer(app) {
        let mut request = new_key(ApiKeyKind::Environment);
        let end = in_seconds(&app, 60);
        request.api_key.as_mut().unwrap().expire_time = Some(end);
        let (old, _) = app.create_key(request).await.unwrap();
        for overlap in [30 * DAY, DAY] {
            let rotated = rotate(&app, rotation(&old, Some(overlap))).await.unwrap();
            let ended = rotated.rotated_api_key.unwrap().expire_time.unwrap();
            assert_eq!(ended.seconds, end.seconds);
        }
    }

    async fn an_overlap_is_at_most_thirty_days(app) {
        let (old, _) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        for seconds in [30 * DAY + 1, -1, i64::MAX, i64::MIN] {
            let refused = rotate(&app, rotation(&old, Some(seconds))).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["overlap"], "{seconds}");
        }
        rotate(&app, rotation(&old, Some(30 * DAY))).await.unwrap();
    }

    async fn the_next_key_ends_when_it_is_said_and_not_before_the_old_one(app) {
        let (old, _) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        for (overlap, end) in [(600, 599), (0, -1), (0, 0)] {
            let expire_time = Some(in_seconds(&app, end));
            let request = RotateApiKeyRequest { expire_time, ..rotation(&old, Some(overlap)) };
            let refused = rotate(&app, request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["expire_time"], "{end}");
        }
        let expire_time = Some(in_seconds(&app, 900));
        let request = RotateApiKeyRequest { expire_time, ..rotation(&old, Some(600)) };
        let next = rotate(&app, request).await.unwrap();
        assert_eq!(next.api_key.unwrap().expire_time, expire_time);
    }

    async fn who_rotates_the_key_that_they_call_with_is_not_locked_out(app) {
        for kind in [ApiKeyKind::Operator, ApiKeyKind::Environment] {
            let (own, key) = app.create_key(new_key(kind)).await.unwrap();
            let key = SecretString::from(key);
            let mut caller = TenantAdminClient::new(app.keyed(&key));
            for seconds in [0, 299] {
                let refused = caller.rotate_api_key(rotation(&own, Some(seconds))).await;
                assert_eq!(wrong_fields(&refused.unwrap_err()), ["overlap"], "{seconds}");
            }
            // The answer is lost, say: the old key still rotates.
            caller.rotate_api_key(rotation(&own, Some(300))).await.unwrap();
            seconds_later(&app, 100);
            let next = caller.rotate_api_key(rotation(&own, Some(300))).await.unwrap();
            seconds_later(&app, 300);
            assert!(works(&app, &next.into_inner().key).await);
        }
    }

    async fn a_repeat_returns_the_first_next_key_without_what_proves_it(app) {
        let (old, _) = app.create_key(new_key(ApiKeyKind::Gateway)).await.unwrap();
        let request =
            RotateApiKeyRequest { request_id: ID.to_owned(), ..rotation(&old, Some(600)) };
        let first = rotate(&app, request.clone()).await.unwrap();
        let rows = app.all_rows().await;
        seconds_later(&app, 60);
        let again = rotate(&app, request.clone()).await.unwrap();
        assert_eq!(again, RotateApiKeyResponse { key: String::new(), ..first });
        assert_eq!(app.all_rows().await, rows);
        let other = RotateApiKeyRequest { overlap: None, ..request };
        let refused = rotate(&app, other).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
    }

    async fn a_key_that_works_no_longer_is_not_rotated(app) {
        let (old, _) = app.create_key(new_key(ApiKeyKind::Gateway)).await.unwrap();
        rotate(&app, rotation(&old, Some(0))).await.unwrap();
        let refused = rotate(&app, rotation(&old, None)).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::FailedPrecondition, "API_KEY_EXPIRED".to_owned()));
        let name = old.name.clone();
        app.tenants().delete_api_key(DeleteApiKeyRequest { name }).await.unwrap();
        let refused = rotate(&app, rotation(&old, None)).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
    }

    async fn a_tenant_rotates_its_own_keys_only(app) {
        let mut tenant = app.own_tenant();
        let (operator, key) = app.create_key(new_key(ApiKeyKind::Operator)).await.unwrap();
        let below = ApiKey { name: format!("{DEV}/{}", operator.name), ..operator.clone() };
        for named in [&operator, &below] {
            let refused = tenant.rotate_api_key(rotation(named, None)).await.unwrap_err();
            assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        }
        assert!(works(&app, &key).await);
        let (own, _) = app.create_key(new_key(ApiKeyKind::Consumer)).await.unwrap();
        tenant.rotate_api_key(rotation(&own, None)).await.unwrap();
    }
}
