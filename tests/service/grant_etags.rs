//! An etag guards grants and credentials as it guards what has versions: no change is lost.

use latchkey_proto::v1::{
    ApplicationGrant, CredentialRole, DeleteCredentialRequest, GrantApplicationRequest,
    ListApplicationGrantsRequest, PromoteCredentialRequest, RevokeApplicationRequest,
};
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, NOTES, new_credential, refusal, wrong_fields},
    },
    tenants::{application, new_application},
};

/// A race that is lost now and then must not pass.
const ROUNDS: usize = 20;

/// Changes nothing of a grant.
fn same(etag: &str) -> GrantApplicationRequest {
    GrantApplicationRequest {
        connection: BITBUCKET.to_owned(),
        application: NOTES.to_owned(),
        etag: etag.to_owned(),
        ..GrantApplicationRequest::default()
    }
}

async fn grant(
    app: &TestApp,
    request: GrantApplicationRequest,
) -> Result<ApplicationGrant, Status> {
    let answer = app.connections().grant_application(request).await?.into_inner();
    Ok(answer.application_grant.unwrap())
}

async fn revoke(app: &TestApp, etag: &str) -> Result<(), Status> {
    let (connection, application) = (BITBUCKET.to_owned(), NOTES.to_owned());
    let request = RevokeApplicationRequest { connection, application, etag: etag.to_owned() };
    app.connections().revoke_application(request).await.map(|_| ())
}

async fn grants(app: &TestApp) -> Vec<ApplicationGrant> {
    let request =
        ListApplicationGrantsRequest { parent: BITBUCKET.to_owned(), ..Default::default() };
    app.connections()
        .list_application_grants(request)
        .await
        .unwrap()
        .into_inner()
        .application_grants
}

fn rights(grant: &ApplicationGrant) -> (bool, bool, bool) {
    (grant.may_sign_up, grant.may_sign_in, grant.may_link)
}

#[track_caller]
fn is_mismatch(refused: &Status) {
    assert_eq!(refusal(refused), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
}

async fn promote(app: &TestApp, name: &str, etag: &str) -> Result<(), Status> {
    let request = PromoteCredentialRequest { name: name.to_owned(), etag: etag.to_owned() };
    app.connections().promote_credential(request).await.map(|_| ())
}

async fn delete_credential(app: &TestApp, name: &str, etag: &str) -> Result<(), Status> {
    let request = DeleteCredentialRequest { name: name.to_owned(), etag: etag.to_owned() };
    app.connections().delete_credential(request).await.map(|_| ())
}

both! {
    async fn a_right_that_is_not_named_is_kept(app) {
        let first = grant(&app, GrantApplicationRequest { may_link: Some(false), ..same("") }).await;
        assert_eq!(rights(&first.unwrap()), (true, true, false));
        let second =
            grant(&app, GrantApplicationRequest { may_sign_up: Some(false), ..same("") }).await;
        assert_eq!(rights(&second.unwrap()), (false, true, false));
        assert_eq!(rights(&grant(&app, same("")).await.unwrap()), (false, true, false));
        let none =
            grant(&app, GrantApplicationRequest { may_sign_in: Some(false), ..same("") }).await;
        assert_eq!(wrong_fields(&none.unwrap_err()), ["may_sign_up"]);
        assert_eq!(rights(&grants(&app).await[0]), (false, true, false));
    }

    async fn a_new_grant_has_the_rights_that_are_not_named(app) {
        revoke(&app, "").await.unwrap();
        let made = grant(&app, GrantApplicationRequest { may_link: Some(false), ..same("") }).await;
        let made = made.unwrap();
        assert_eq!(rights(&made), (true, true, false));
        assert_eq!(grants(&app).await, [made]);
    }

    async fn a_grant_is_changed_under_its_current_etag_only(app) {
        let before = grants(&app).await.remove(0);
        let closed = GrantApplicationRequest { may_link: Some(false), ..same(&before.etag) };
        let after = grant(&app, closed.clone()).await.unwrap();
        assert_ne!(after.etag, before.etag);
        let rows = app.all_rows().await;
        let opened = GrantApplicationRequest { may_link: Some(true), ..same(&before.etag) };
        is_mismatch(&grant(&app, opened).await.unwrap_err());
        is_mismatch(&grant(&app, closed).await.unwrap_err());
        is_mismatch(&revoke(&app, &before.etag).await.unwrap_err());
        assert_eq!(app.all_rows().await, rows);
        assert_eq!(grants(&app).await, std::slice::from_ref(&after));
        assert_eq!(grant(&app, same(&after.etag)).await.unwrap(), after);
        revoke(&app, &after.etag).await.unwrap();
        assert_eq!(grants(&app).await, []);
    }

    async fn an_etag_is_none_of_what_is_not_granted_or_granted_anew(app) {
        let before = grants(&app).await.remove(0).etag;
        revoke(&app, &before).await.unwrap();
        is_mismatch(&grant(&app, same(&before)).await.unwrap_err());
        is_mismatch(&revoke(&app, &before).await.unwrap_err());
        grant(&app, same("")).await.unwrap();
        is_mismatch(&grant(&app, same(&before)).await.unwrap_err());
        is_mismatch(&revoke(&app, &before).await.unwrap_err());
        let other = application(&app, new_application("other")).await.unwrap().name;
        let theirs = grant(&app, GrantApplicationRequest { application: other, ..same("") }).await;
        is_mismatch(&grant(&app, same(&theirs.unwrap().etag)).await.unwrap_err());
    }

    async fn of_two_changes_of_a_grant_under_one_etag_one_happens(app) {
        for round in 0..ROUNDS {
            let before = grants(&app).await.remove(0);
            let change = |may_link| GrantApplicationRequest {
                may_link: Some(may_link),
                may_sign_up: Some(!may_link),
                ..same(&before.etag)
            };
            let (one, other) =
                tokio::join!(grant(&app, change(true)), grant(&app, change(false)));
            match (&one, &other) {
                // The other found that nothing is left to change.
                (Ok(_), Err(told)) | (Err(told), Ok(_)) => is_mismatch(told),
                both => panic!("{round}: {both:?}"),
            }
            let after = one.or(other).unwrap();
            assert_eq!(grants(&app).await, std::slice::from_ref(&after));
            grant(&app, GrantApplicationRequest {
                may_link: Some(true), may_sign_up: Some(true), ..same(&after.etag)
            }).await.unwrap();
        }
    }

    async fn a_credential_that_got_another_role_is_not_changed_under_the_etag_from_before(app) {
        let old = app.credentials(BITBUCKET).await.remove(0);
        let new = app.try_add_credential(new_credential(BITBUCKET, "s")).await.unwrap();
        assert_ne!(old.etag, new.etag);
        promote(&app, &new.name, &new.etag).await.unwrap();
        let rows = app.all_rows().await;
        is_mismatch(&promote(&app, &new.name, &new.etag).await.unwrap_err());
        is_mismatch(&promote(&app, &old.name, &old.etag).await.unwrap_err());
        is_mismatch(&delete_credential(&app, &old.name, &old.etag).await.unwrap_err());
        is_mismatch(&delete_credential(&app, &new.name, &new.etag).await.unwrap_err());
        assert_eq!(app.all_rows().await, rows);
        let listed = app.credentials(BITBUCKET).await;
        promote(&app, &old.name, &listed[0].etag).await.unwrap();
        assert_eq!(app.credentials(BITBUCKET).await[0].etag, old.etag, "it stands for the role");
        delete_credential(&app, &new.name, &new.etag).await.unwrap();
        assert_eq!(app.roles(BITBUCKET).await, [CredentialRole::Active]);
    }

    async fn a_standby_that_was_promoted_meanwhile_is_not_deleted_as_one(app) {
        for _ in 0..ROUNDS {
            let standby = app.try_add_credential(new_credential(BITBUCKET, "s")).await.unwrap();
            let (promoted, deleted) = tokio::join!(
                app.promote(&standby.name),
                delete_credential(&app, &standby.name, &standby.etag),
            );
            match (&promoted, &deleted) {
                (Ok(_), Err(told)) => is_mismatch(told),
                (Err(told), Ok(())) => assert_eq!(refusal(told).0, Code::NotFound),
                both => panic!("{both:?}"),
            }
            let left = app.credentials(BITBUCKET).await.into_iter();
            for gone in left.filter(|it| it.role() == CredentialRole::Standby) {
                app.delete_credential(&gone.name).await.unwrap();
            }
        }
    }
}
