//! `/logos/{application}/{sha256}`, and where pages show the logo and the name of an application.

use latchkey_proto::v1::{
    ApplicationLogo, CompleteLoginResponse, EmailRequired, EmailVerificationRequired,
    FailureReason, GetApplicationLogoResponse, GetLoginStepResponse, LinkConfirmationRequired,
    ListLoginOptionsResponse, LoginApplication, LoginStep, RefusalReason, SignInFailed,
    SignInRefused, StartLoginRequest, complete_login_response::Outcome, login_step::Step,
};
use tonic::Code;

use crate::app::{App, REDIRECT_URI, SECRET, STATE, STATE_SUFFIX, option, query};

const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn logo() -> ApplicationLogo {
    let media_type = "image/png".to_owned();
    ApplicationLogo { media_type, sha256: SHA256.to_owned(), size_bytes: 4 }
}

fn application() -> LoginApplication {
    LoginApplication {
        name: "environments/dev/applications/notes".to_owned(),
        display_name: "Acme <b>Notes".to_owned(),
        logo: Some(logo()),
    }
}

fn assert_shown(body: &str, what: &str) {
    let image =
        format!(r#"<img class="mark logo" src="/logos/notes/{SHA256}" alt="" height="40">"#);
    assert!(body.contains(&image), "{what}: {body}");
    assert!(!body.contains("<b>Notes"), "{what}");
}

#[tokio::test]
async fn a_logo_is_served_for_good_and_as_nothing_but_an_image() {
    let app = App::start().await;
    for (id, media_type) in [("png", "image/png"), ("jpeg", "image/jpeg"), ("webp", "image/webp")] {
        app.peer.logo.answers(move |_| {
            let media_type = media_type.to_owned();
            Ok(GetApplicationLogoResponse { media_type, logo: b"logo".to_vec() })
        });

        let answer = app.get(&format!("/logos/{id}/{SHA256}")).await;

        assert_eq!((answer.status, &*answer.body), (200, "logo"));
        assert_eq!(answer.header("content-type"), Some(media_type));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(
            answer.header("content-security-policy").unwrap().starts_with("default-src 'none'")
        );
        let cached = "public, max-age=31536000, immutable";
        assert_eq!(answer.header("cache-control"), Some(cached));
    }
    let asked = app.peer.logo.requests().remove(0);
    assert_eq!(asked.application, "environments/dev/applications/png");
    assert_eq!(asked.sha256, SHA256);
}

#[tokio::test]
async fn the_service_is_asked_once_for_a_logo_and_again_after_a_refusal() {
    let app = App::start().await;
    let path = format!("/logos/notes/{SHA256}");
    app.peer.logo.refuses(Code::Unavailable, "STORAGE_UNAVAILABLE");
    assert_eq!(app.get(&path).await.status, 503);
    app.peer.logo.answers(|_| {
        let media_type = "image/png".to_owned();
        Ok(GetApplicationLogoResponse { media_type, logo: b"logo".to_vec() })
    });
    for _ in 0..3 {
        assert_eq!(app.get(&path).await.body, "logo");
    }
    assert_eq!(app.peer.logo.requests().len(), 2);
    assert_eq!(app.get(&format!("/logos/other/{SHA256}")).await.status, 200);
    assert_eq!(app.peer.logo.requests().len(), 3, "another application's is another");
}

#[tokio::test]
async fn what_is_no_logo_is_not_served_and_not_kept() {
    let app = App::start().await;
    let upper = SHA256.to_uppercase();
    for path in [
        "/logos/notes/",
        "/logos/notes",
        &format!("/logos/no%20tes/{SHA256}"),
        &format!("/logos/notes/{upper}"),
        &format!("/logos/notes/{SHA256}0"),
        &format!("/logos/notes/{SHA256}/x"),
        &format!("/logos/../{SHA256}"),
    ] {
        let page = app.get(path).await;
        assert_eq!((page.status, page.header("cache-control")), (404, Some("no-store")), "{path}");
    }
    assert!(app.peer.logo.requests().is_empty());

    app.peer.logo.refuses(Code::NotFound, "RESOURCE_NOT_FOUND");
    let page = app.get(&format!("/logos/notes/{SHA256}")).await;
    assert_eq!((page.status, page.header("cache-control")), (404, Some("no-store")));

    app.peer.logo.answers(|_| {
        let media_type = "image/svg+xml".to_owned();
        Ok(GetApplicationLogoResponse { media_type, logo: b"<svg/>".to_vec() })
    });
    let page = app.get(&format!("/logos/notes/{SHA256}")).await;
    assert_eq!((page.status, page.header("cache-control")), (500, Some("no-store")));
}

#[tokio::test]
async fn the_sign_in_page_shows_the_logo_or_our_mark() {
    let app = App::start().await;
    let without = app.get(&format!("/login?{}", query())).await;
    assert!(without.body.contains(r#"<img class="mark" src="/assets/"#), "{}", without.body);
    app.peer.options.answers(|_| {
        Ok(ListLoginOptionsResponse {
            application_display_name: "Acme Notes".to_owned(),
            application_logo: Some(logo()),
            options: vec![option("bitbucket", "Bitbucket")],
        })
    });
    assert_shown(&app.get(&format!("/login?{}", query())).await.body, "sign-in");
}

#[tokio::test]
async fn a_logo_that_is_none_is_left_out() {
    let app = App::start().await;
    app.peer.options.answers(|_| {
        let sha256 = "\"><script>".to_owned();
        Ok(ListLoginOptionsResponse {
            application_display_name: "Acme Notes".to_owned(),
            application_logo: Some(ApplicationLogo { sha256, ..logo() }),
            options: vec![option("bitbucket", "Bitbucket")],
        })
    });
    let page = app.get(&format!("/login?{}", query())).await;
    assert!(
        page.body.contains(r#"<img class="mark" src="/assets/"#) && !page.body.contains("/logos/")
    );
}

/// Everything that a sign-in that waits may be at.
fn steps() -> [(&'static str, Step); 4] {
    let application = Some(application());
    let email = EmailRequired { application: application.clone(), ..Default::default() };
    let code = EmailVerificationRequired { application: application.clone(), ..Default::default() };
    let link = LinkConfirmationRequired { application: application.clone(), ..Default::default() };
    let reason = FailureReason::MailNotConfigured.into();
    let failed = SignInFailed { reason, application, ..Default::default() };
    [
        ("email", Step::EmailRequired(email)),
        ("code", Step::EmailVerificationRequired(code)),
        ("link", Step::LinkConfirmationRequired(link)),
        ("failed", Step::Failed(failed)),
    ]
}

#[tokio::test]
async fn every_page_of_a_sign_in_that_waits_shows_what_it_is_for() {
    let app = App::start().await;
    for (what, step) in steps() {
        app.peer.step.answers(move |_| {
            Ok(GetLoginStepResponse { step: Some(LoginStep { step: Some(step.clone()) }) })
        });
        let cookie = format!("latchkey-{STATE_SUFFIX}={SECRET}");
        let path = format!("/login/continue/{STATE_SUFFIX}.Y29udGludWF0aW9u");
        let page = app.get_with(&path, &[("Cookie", &cookie)]).await;
        assert_shown(&page.body, what);
        assert!(
            page.body.contains(r#"<p class="application">Acme &#60;b&#62;Notes</p>"#),
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_refusal_and_an_offer_show_it_too() {
    let app = App::start().await;
    for (sign_up, redirect_url) in [(None, ""), (Some(StartLoginRequest::default()), REDIRECT_URI)]
    {
        app.peer.complete.answers(move |_| {
            let refused = SignInRefused {
                reason: RefusalReason::AccountNotFound.into(),
                redirect_url: redirect_url.to_owned(),
                reference_id: "ref".to_owned(),
                sign_up: sign_up.clone(),
                application: Some(application()),
            };
            Ok(CompleteLoginResponse { outcome: Some(Outcome::Refused(refused)) })
        });
        let page = app.callback(&format!("state={STATE}&code=c")).await;
        assert_shown(&page.body, redirect_url);
    }
}
