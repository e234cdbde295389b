//! Masks, etags and places in lists that belong to nothing, or to something else.

use latchkey_proto::v1;
use prost::Message;
use serde_json::{Value, json};
use tonic::Code;

use super::{Case, put, send, table};
use crate::{
    both,
    contract::fields_of,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, new_connection, refusal, wrong_fields},
        organizations::{ACME_HOST, new_organization},
    },
    tenants::{application, new_application},
};

/// What a resource had, but never has again.
const STALE: &str = "\"999\"";
/// The credential that requests of the table name.
const ABSENT_CREDENTIAL: &str =
    "environments/dev/connections/bitbucket/credentials/cred_01h455vb4pex5vsknk084sn02q";
/// The user that requests of the table name.
const ABSENT_USER: &str = "environments/dev/users/user_01h455vb4pex5vsknk084sn02q";

/// The request of a case with something in a field, if it has that field.
fn with(case: &Case, path: &str, value: Value) -> Option<Value> {
    let mut body = case.base.clone();
    let has_it = fields_of(case.message).any(|field| field == path);
    has_it.then(|| {
        put(&mut body, path, value);
        body
    })
}

/// Where a request of this case holds an etag, with a body that holds a stale one.
fn with_stale_etag(case: &Case, (credential, user): (&str, &str)) -> Option<Value> {
    let resource = case.base.as_object()?.iter().find(|(_, value)| value.get("name").is_some());
    let path = resource.map_or("etag".to_owned(), |(field, _)| format!("{field}.etag"));
    let body = with(case, &path, STALE.into())?;
    // Of a resource that is there.
    let is_of_deleted = case.method.contains("Undelete") || case.method.contains("Purge");
    let connection = if is_of_deleted { "connections/gone" } else { "connections/bitbucket" };
    let text = body.to_string().replace("connections/absent", connection);
    let text = text.replace(ABSENT_CREDENTIAL, credential);
    let text = text.replace(ABSENT_USER, user);
    let text = text.replace("applications/absent", "applications/notes");
    let text = text.replace("organizations/absent", "organizations/acme");
    Some(serde_json::from_str(&text.replace("environments/absent", "environments/dev")).unwrap())
}

/// A request about somebody who is there.
fn about(user: &str, body: &Value) -> Value {
    serde_json::from_str(&body.to_string().replace(ABSENT_USER, user)).unwrap()
}

/// Two of everything that is listed, so that each list of one has a next page; and who has two ways
/// in.
async fn two_of_everything(app: &TestApp) -> String {
    app.other_tenant().await;
    app.create(new_connection("second")).await.unwrap();
    application(app, new_application("second")).await.unwrap();
    let second = v1::GrantApplicationRequest {
        connection: "environments/dev/connections/bitbucket".to_owned(),
        application: "environments/dev/applications/second".to_owned(),
        ..v1::GrantApplicationRequest::default()
    };
    app.connections().grant_application(second).await.unwrap();
    app.add_credential("environments/dev/connections/bitbucket", "key", "secret").await;
    app.verified("acme", ACME_HOST).await;
    app.add_organization(new_organization("second", "login.acme.example")).await.unwrap();
    app.trust_the_provider().await;
    app.sign_in("bob").await;
    app.sign_in("alice").await.user.unwrap().name
}

/// The place behind the first of a list.
async fn token(app: &TestApp, case: &Case, user: &str) -> String {
    let body = with(case, "page_size", json!(1)).unwrap();
    let answer = send(app, case, about(user, &body)).await.unwrap();
    let answer = answer.as_slice();
    macro_rules! token_of {
        ($($method:literal: $message:ident),*) => {
            match case.method.rsplit('/').next().unwrap() {
                $($method => v1::$message::decode(answer).unwrap().next_page_token,)*
                other => panic!("how does {other} answer?"),
            }
        };
    }
    token_of!(
        "ListConnections": ListConnectionsResponse,
        "ListCallbackUrls": ListCallbackUrlsResponse,
        "ListOrganizations": ListOrganizationsResponse,
        "ListCredentials": ListCredentialsResponse,
        "ListEnvironments": ListEnvironmentsResponse,
        "ListApplications": ListApplicationsResponse,
        "ListApiKeys": ListApiKeysResponse,
        "ListApplicationGrants": ListApplicationGrantsResponse,
        "ListAuditEntries": ListAuditEntriesResponse,
        "ListUsers": ListUsersResponse,
        "ListIdentities": ListIdentitiesResponse,
        "ListSignIns": ListSignInsResponse
    )
}

both! {
    async fn a_mask_that_names_nothing_changes_nothing(app) {
        let rows = app.all_rows().await;
        let mut tried = 0;
        for case in table() {
            for paths in [json!(["nonsense"]), json!(["name"]), json!(["*", "display_name"])] {
                let Some(body) = with(&case, "update_mask", json!({"paths": paths})) else { continue };
                let refused = send(&app, &case, body).await.expect_err(case.method);
                assert_eq!(wrong_fields(&refused), ["update_mask"], "{}", case.method);
                tried += 1;
            }
        }
        assert!(tried >= 9, "{tried}");
        assert_eq!(app.all_rows().await, rows);
    }

    async fn a_stale_etag_changes_nothing(app) {
        app.add_organization(new_organization("acme", "")).await.unwrap();
        let gone = app.create(new_connection("gone")).await.unwrap().name;
        let credential = app.active(BITBUCKET).await;
        let user = app.sign_in("alice").await.user.unwrap().name;
        let mut tried = Vec::new();
        for case in table() {
            let Some(body) = with_stale_etag(&case, (&credential, &user)) else { continue };
            // What only a deleted connection knows is tried with one.
            if case.method.contains("Undelete") {
                app.delete(&gone, "").await.unwrap();
            }
            let rows = app.all_rows().await;
            let refused = send(&app, &case, body).await.expect_err(case.method);
            let told = (Code::Aborted, "ETAG_MISMATCH".to_owned());
            assert_eq!(refusal(&refused), told, "{}", case.method);
            assert_eq!(app.all_rows().await, rows, "{}", case.method);
            tried.push(case.method);
        }
        assert!(tried.len() >= 16, "{tried:?}");
    }

    async fn a_place_in_one_list_is_none_in_another(app) {
        let user = two_of_everything(&app).await;
        let lists = || table().into_iter().filter(|case| with(case, "page_token", "".into()).is_some());
        let mut places = Vec::new();
        for case in lists() {
            let token = token(&app, &case, &user).await;
            assert!(!token.is_empty(), "{} has one page", case.method);
            places.push((case.method, token));
        }
        assert!(places.len() >= 8, "{places:?}");
        for case in lists() {
            for (of, token) in &places {
                let body = with(&case, "page_token", token.as_str().into()).unwrap();
                let answer = send(&app, &case, about(&user, &body)).await;
                if *of == case.method {
                    answer.unwrap();
                } else {
                    let told = wrong_fields(&answer.expect_err(of));
                    assert_eq!(told, ["page_token"], "{of} at {}", case.method);
                }
            }
        }
    }

    async fn a_place_in_a_list_is_none_with_another_filter(app) {
        let user = two_of_everything(&app).await;
        let of_alice = format!("user = \"{user}\"");
        let filters = [
            ("ListConnections", "application = \"environments/dev/applications/notes\""),
            ("ListApplications", "connection = \"environments/dev/connections/bitbucket\""),
            ("ListUsers", "email = \"rowan@mail.example\""),
            ("ListSignIns", &of_alice),
        ];
        for (method, filter) in filters {
            let case = table().into_iter().find(|case| case.method.ends_with(method)).unwrap();
            let mut body = with(&case, "page_token", token(&app, &case, &user).await.into()).unwrap();
            put(&mut body, "filter", filter.into());
            let refused = send(&app, &case, body).await.expect_err(method);
            assert_eq!(wrong_fields(&refused), ["page_token"], "{method} of {DEV}");
        }
    }
}
