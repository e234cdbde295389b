//! The page of somebody whom nobody knows, and who may sign up.

use latchkey_proto::v1::{
    CompleteLoginResponse, GetLoginStepResponse, LoginIntent, LoginStep, RefusalReason,
    SignInRefused, StartLoginRequest, complete_login_response::Outcome, login_step::Step,
};

use crate::app::{App, CHALLENGE, PROVIDER, REDIRECT_URI, SECRET, STATE, STATE_SUFFIX};

/// The refusal that comes with the offer.
fn refused() -> SignInRefused {
    SignInRefused {
        reason: RefusalReason::AccountNotFound.into(),
        redirect_url: format!("{REDIRECT_URI}&error=access_denied&state=app-state"),
        reference_id: "ref-of-the-refusal".to_owned(),
        application: None,
        sign_up: Some(StartLoginRequest {
            connection: "environments/dev/connections/bitbucket".to_owned(),
            application: "environments/dev/applications/notes".to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
            state: "app-\"state".to_owned(),
            code_challenge: CHALLENGE.to_owned(),
            host: "localhost:8080".to_owned(),
            intent: LoginIntent::SignUp.into(),
            organization: "environments/dev/organizations/acme".to_owned(),
            ..StartLoginRequest::default()
        }),
    }
}

async fn app(end: SignInRefused) -> App {
    let app = App::start().await;
    app.peer.complete.answers(move |_| {
        Ok(CompleteLoginResponse { outcome: Some(Outcome::Refused(end.clone())) })
    });
    app
}

/// What the form of a page would send.
fn form(page: &str) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for input in page.split("<input type=\"hidden\" ").skip(1) {
        let value = |name: &str| {
            let (_, rest) = input.split_once(&format!("{name}=\"")).unwrap();
            rest.split_once('"').unwrap().0.replace("&#34;", "\"").replace("&#38;", "&")
        };
        form.append_pair(&value("name"), &value("value"));
    }
    form.finish()
}

#[tokio::test]
async fn who_is_not_known_may_sign_up_or_go_back() {
    let app = app(refused()).await;

    let page = app.callback(&format!("state={STATE}&code=c")).await;

    assert_eq!((page.status, page.location()), (200, None));
    assert!(page.body.contains("<h1>Nobody is known by this account</h1>"), "{}", page.body);
    assert!(page.body.contains("Sign up with this account"));
    assert!(page.body.contains("<code>ref-of-the-refusal</code>"));
    let back =
        format!("{REDIRECT_URI}&error=access_denied&state=app-state#_").replace('&', "&#38;");
    assert!(page.body.contains(&format!("href=\"{back}\"")), "{}", page.body);
}

#[tokio::test]
async fn signing_up_begins_the_same_sign_in_again_with_the_other_intent() {
    let app = app(refused()).await;
    let page = app.callback(&format!("state={STATE}&code=c")).await;
    assert!(page.body.contains("action=\"/login/bitbucket?ui_locales=en\""), "{}", page.body);

    let answer = app.post("/login/bitbucket?ui_locales=en", &form(&page.body), &[]).await;

    assert_eq!((answer.status, answer.location()), (303, Some(PROVIDER)));
    let started = app.peer.start.requests().remove(0);
    assert_eq!(Some(started), refused().sign_up);
}

#[tokio::test]
async fn a_refusal_without_the_offer_or_without_a_way_back_is_as_any_other() {
    let without = SignInRefused { sign_up: None, ..refused() };
    let told = format!("{}#_", without.redirect_url);
    let app_told = app(without).await;
    let answer = app_told.callback(&format!("state={STATE}&code=c")).await;
    assert_eq!((answer.status, answer.location()), (303, Some(told.as_str())));

    for redirect_url in ["", "javascript:alert(1)"] {
        let lost = SignInRefused { redirect_url: redirect_url.to_owned(), ..refused() };
        let page = app(lost).await.callback(&format!("state={STATE}&code=c")).await;
        assert!(page.status >= 400, "{redirect_url}");
        assert!(!page.body.contains("javascript:") && !page.body.contains("<form"));
    }
}

#[tokio::test]
async fn who_is_found_unknown_after_a_wait_gets_the_offer_as_well() {
    let app = App::start().await;
    app.peer.step.answers(|_| {
        let step = Some(Step::Refused(refused()));
        Ok(GetLoginStepResponse { step: Some(LoginStep { step }) })
    });
    let cookie = format!("latchkey-{STATE_SUFFIX}={SECRET}");
    let headers = [("Cookie", cookie.as_str()), ("Accept-Language", "de")];

    let page =
        app.get_with(&format!("/login/continue/{STATE_SUFFIX}.Y29udGludWF0aW9u"), &headers).await;

    assert_eq!(page.status, 200);
    assert!(page.body.contains("Mit diesem Konto registrieren"), "{}", page.body);
    assert!(page.body.contains("action=\"/login/bitbucket?ui_locales=de\""));
}
