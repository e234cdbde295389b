//! The logo of an application: who sets it, what it may be, and where it is told of.

use latchkey_proto::v1::{
    Application, ApplicationLogo, GetApplicationLogoRequest, GetApplicationLogoResponse,
    GetApplicationRequest, ListApplicationsRequest, ListAuditEntriesRequest,
    ListLoginOptionsRequest, complete_login_response::Outcome,
};
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, refusal},
        configuring::APPLICATION,
    },
};

/// The logo that pages show in the tests.
pub(crate) const LOGO: &[u8] = include_bytes!("logo.png");
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0 of three bars";

async fn get(app: &TestApp) -> Application {
    let request = GetApplicationRequest { name: APPLICATION.to_owned() };
    app.own_tenant().get_application(request).await.unwrap().into_inner().application.unwrap()
}

async fn shown(app: &TestApp, sha256: &str) -> Result<GetApplicationLogoResponse, Status> {
    let (application, sha256) = (APPLICATION.to_owned(), sha256.to_owned());
    let request = GetApplicationLogoRequest { application, sha256 };
    Ok(app.login().get_application_logo(request).await?.into_inner())
}

async fn told_on_the_page(app: &TestApp) -> Option<ApplicationLogo> {
    let application = APPLICATION.to_owned();
    let request = ListLoginOptionsRequest { application, ..Default::default() };
    app.login().list_login_options(request).await.unwrap().into_inner().application_logo
}

both! {
    async fn a_logo_is_told_by_its_digest_and_its_bytes_are_a_gateways_to_read(app) {
        assert_eq!((get(&app).await.logo, told_on_the_page(&app).await), (None, None));

        let set = app.set_logo(LOGO, "").await.unwrap();

        let logo = set.logo.clone().unwrap();
        assert_eq!(logo.media_type, "image/png");
        assert_eq!(usize::try_from(logo.size_bytes).unwrap(), LOGO.len());
        let listed = ListApplicationsRequest { parent: DEV.to_owned(), ..Default::default() };
        let listed = app.own_tenant().list_applications(listed).await.unwrap().into_inner();
        assert!(listed.applications.contains(&set), "{listed:?}");
        assert_eq!(told_on_the_page(&app).await, Some(logo.clone()));
        let found = shown(&app, &logo.sha256).await.unwrap();
        assert_eq!((&*found.media_type, &*found.logo), ("image/png", LOGO));
    }

    async fn another_logo_takes_its_place_and_the_one_before_is_gone(app) {
        let first = app.set_logo(LOGO, "").await.unwrap().logo.unwrap();
        let second = app.set_logo(JPEG, "").await.unwrap().logo.unwrap();
        assert_eq!(second.media_type, "image/jpeg");
        let gone = shown(&app, &first.sha256).await.unwrap_err();
        assert_eq!(refusal(&gone), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        assert_eq!(shown(&app, &second.sha256).await.unwrap().logo, JPEG);

        assert_eq!(app.set_logo(b"", "").await.unwrap().logo, None);
        let gone = shown(&app, &second.sha256).await.unwrap_err();
        assert_eq!(gone.code(), Code::NotFound);
        assert_eq!(app.rows("application_logos").await, 0);
    }

    async fn what_is_no_image_is_refused_and_changes_nothing(app) {
        let before = app.set_logo(LOGO, "").await.unwrap();
        let mut long = LOGO.to_vec();
        long.resize(49_153, 0);
        for bad in [&b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..], b"GIF89a", &long] {
            let refused = app.set_logo(bad, "").await.unwrap_err();
            assert_eq!(refusal(&refused), (Code::InvalidArgument, "FIELD_INVALID".to_owned()));
        }
        assert_eq!(get(&app).await, before);
    }

    async fn who_is_late_changes_no_logo_and_the_same_one_again_is_no_change(app) {
        let first = app.set_logo(LOGO, "").await.unwrap();
        let second = app.set_logo(JPEG, &first.etag).await.unwrap();
        let late = app.set_logo(LOGO, &first.etag).await.unwrap_err();
        assert_eq!(refusal(&late), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
        assert_eq!(app.set_logo(JPEG, "").await.unwrap(), second);
        let told = app.all_events().await.into_iter();
        assert_eq!(told.filter(|it| it.r#type == "latchkey.application.updated.v1").count(), 2);
    }

    async fn the_audit_tells_of_a_logo_and_never_its_bytes(app) {
        app.set_logo(JPEG, "").await.unwrap();
        let request = ListAuditEntriesRequest { parent: DEV.to_owned(), ..Default::default() };
        let listed = app.own_tenant().list_audit_entries(request).await.unwrap().into_inner();
        let changed = listed.audit_entries.iter().flat_map(|entry| &entry.fields);
        let logo = changed.into_iter().find(|change| change.field == "logo").unwrap();
        let told = format!("\"image/jpeg, {} bytes, sha256 ", JPEG.len());
        assert!(logo.after.starts_with(&told), "{logo:?}");
        assert!(!format!("{listed:?}").contains("three bars"));
    }

    async fn a_sign_in_that_waits_and_one_that_is_refused_say_what_they_are_for(app) {
        let logo = app.set_logo(LOGO, "").await.unwrap().logo;
        app.require_email().await;
        app.deliver_mail();
        let completed = app.come_back("dave").await;
        let Some(Outcome::EmailRequired(waits)) = completed.outcome else { panic!("{completed:?}") };
        let application = waits.application.unwrap();
        assert_eq!((&*application.name, application.logo), (APPLICATION, logo.clone()));
        assert_eq!(application.display_name, "Notes");

        let begun = app.begin().await;
        app.disable_the_connection().await;
        let callback = app.consent(&begun, "alice").await;
        let refused = app.complete(&begun, &callback).await.unwrap();
        let Some(Outcome::Refused(refused)) = refused.outcome else { panic!("{refused:?}") };
        assert_eq!(refused.application.unwrap().logo, logo);
    }
}
