//! `/login/continue/{continuation}`: the pages of a sign-in that waits for its person.

use latchkey_proto::v1::{
    CancelLoginResponse, CompleteLoginResponse, ConfirmLinkResponse, EmailCodeProblem,
    EmailRequired, EmailVerificationRequired, GetLoginStepResponse, LinkConfirmationRequired,
    LoginStep, RefusalReason, ResendEmailCodeResponse, SignInRefused, SignedIn,
    SubmitEmailResponse, VerifyEmailResponse, complete_login_response::Outcome, login_step::Step,
};
use tonic::Code;

use crate::{
    app::{App, REDIRECT_URI, SECRET, STATE},
    browser::Answer,
    peer::field_refusal,
};

/// What the service says to go on with, and the end of its cookie's name, computed elsewhere.
const CONTINUATION: &str = "Y29udGludWF0aW9u";
const SUFFIX: &str = "mI9jxc0lsKgS2Cvb";
/// The page.
const PAGE: &str = "/login/continue/Y29udGludWF0aW9u";

/// What a browser brings that the sign-in waits for.
fn cookie() -> String {
    format!("latchkey-{SUFFIX}={SECRET}")
}

fn address_wanted() -> Step {
    Step::EmailRequired(EmailRequired {
        continuation: CONTINUATION.to_owned(),
        reference_id: "ref-of-the-wait".to_owned(),
    })
}

fn code_wanted(problem: EmailCodeProblem) -> Step {
    Step::EmailVerificationRequired(EmailVerificationRequired {
        continuation: CONTINUATION.to_owned(),
        reference_id: "ref-of-the-wait".to_owned(),
        email: "o'neill+<b>@mail.example".to_owned(),
        problem: problem.into(),
        ..Default::default()
    })
}

fn link_wanted() -> Step {
    Step::LinkConfirmationRequired(LinkConfirmationRequired {
        continuation: CONTINUATION.to_owned(),
        reference_id: "ref-of-the-wait".to_owned(),
        email: "o'neill+<b>@mail.example".to_owned(),
    })
}

fn over() -> Step {
    let redirect_url = format!("{REDIRECT_URI}&code=login-code&state=app-state");
    Step::SignedIn(SignedIn { redirect_url, reference_id: "ref-of-the-wait".to_owned() })
}

fn refused(redirect_url: &str) -> Step {
    Step::Refused(SignInRefused {
        reason: RefusalReason::CancelledByUser.into(),
        redirect_url: redirect_url.to_owned(),
        reference_id: "ref-of-the-wait".to_owned(),
        sign_up: None,
    })
}

/// A service at which everything is at this step, and stays there.
async fn app(step: Step) -> App {
    let app = App::start().await;
    let (peer, now) = (&app.peer, move || Some(LoginStep { step: Some(step.clone()) }));
    let then = now.clone();
    peer.step.answers(move |_| Ok(GetLoginStepResponse { step: then() }));
    let then = now.clone();
    peer.submit.answers(move |_| Ok(SubmitEmailResponse { step: then() }));
    let then = now.clone();
    peer.verify.answers(move |_| Ok(VerifyEmailResponse { step: then() }));
    let then = now.clone();
    peer.resend.answers(move |_| Ok(ResendEmailCodeResponse { step: then() }));
    let then = now.clone();
    peer.confirm.answers(move |_| Ok(ConfirmLinkResponse { step: then() }));
    peer.cancel.answers(move |_| Ok(CancelLoginResponse { step: now() }));
    app
}

async fn page(app: &App, language: &str) -> Answer {
    app.get_with(PAGE, &[("Cookie", &cookie()), ("Accept-Language", language)]).await
}

async fn post(app: &App, deed: &str, form: &str) -> Answer {
    app.post(&format!("{PAGE}/{deed}"), form, &[("Cookie", &cookie())]).await
}

#[tokio::test]
async fn a_callback_that_waits_leads_to_a_page_of_its_own_and_binds_the_browser_to_it() {
    let app = App::start().await;
    let ends = [
        match address_wanted() {
            Step::EmailRequired(step) => Outcome::EmailRequired(step),
            other => panic!("{other:?}"),
        },
        match code_wanted(EmailCodeProblem::Unspecified) {
            Step::EmailVerificationRequired(step) => Outcome::EmailVerificationRequired(step),
            other => panic!("{other:?}"),
        },
        match link_wanted() {
            Step::LinkConfirmationRequired(step) => Outcome::LinkConfirmationRequired(step),
            other => panic!("{other:?}"),
        },
    ];
    for outcome in ends {
        app.peer
            .complete
            .answers(move |_| Ok(CompleteLoginResponse { outcome: Some(outcome.clone()) }));

        let answer = app.callback(&format!("state={STATE}&code=c")).await;

        assert_eq!((answer.status, answer.location()), (303, Some(PAGE)));
        let kept =
            format!("latchkey-{SUFFIX}={SECRET}; Path=/; Max-Age=2700; HttpOnly; SameSite=Lax");
        assert_eq!(answer.all("set-cookie"), [kept.as_str()]);
    }
}

#[tokio::test]
async fn each_step_has_a_page_with_its_reference_in_both_languages() {
    for (step, english, german) in [
        (address_wanted(), "What is your mail address?", "Wie lautet Ihre E-Mail-Adresse?"),
        (code_wanted(EmailCodeProblem::Unspecified), "Look into your mail", "Sehen Sie in Ihre"),
        (link_wanted(), "You have an account here already", "Sie haben hier schon ein Konto"),
    ] {
        let app = app(step).await;
        for (language, title) in [("en", english), ("de", german)] {
            let page = page(&app, language).await;

            assert_eq!((page.status, page.location()), (200, None), "{title}");
            assert!(page.body.contains(&format!("<title>{title}")), "{}", page.body);
            assert!(page.body.contains(&format!(r#"<html lang="{language}">"#)));
            assert!(page.body.contains("<code>ref-of-the-wait</code>"), "{title}");
            assert!(!page.body.contains("<b>"), "{}", page.body);
            assert!(!page.body.contains(SECRET), "{title}");
            assert!(page.body.contains(&format!(r#"action="{PAGE}/cancel""#)), "{title}");
        }
        let asked = app.peer.step.requests().remove(0);
        assert_eq!(asked.environment, "environments/dev");
        assert_eq!((&*asked.continuation, &*asked.browser_secret), (CONTINUATION, SECRET));
        assert_eq!(asked.host, "localhost:8080");
    }
}

#[tokio::test]
async fn the_pages_of_a_sign_in_that_is_over_lead_where_it_ended() {
    let there = format!("{REDIRECT_URI}&code=login-code&state=app-state#_");
    let app_over = app(over()).await;
    assert_eq!(page(&app_over, "en").await.location(), Some(&*there));
    for deed in ["email", "code", "resend", "link", "cancel"] {
        let answer = post(&app_over, deed, "").await;
        assert_eq!((answer.status, answer.location()), (303, Some(&*there)), "{deed}");
    }

    let told = format!("{REDIRECT_URI}&error=access_denied");
    let cancelled = app(refused(&told)).await;
    assert_eq!(post(&cancelled, "cancel", "").await.location(), Some(&*format!("{told}#_")));

    let nowhere = app(refused("")).await;
    let page = post(&nowhere, "cancel", "").await;
    assert_eq!((page.status, page.location()), (403, None));
    assert!(page.body.contains("You did not go on") && page.body.contains("ref-of-the-wait"));
}

#[tokio::test]
async fn what_was_done_leads_back_to_the_page_so_that_a_reload_does_nothing_twice() {
    for (step, deed, form) in [
        (code_wanted(EmailCodeProblem::Unspecified), "email", "email=dave%40mail.example"),
        (link_wanted(), "code", "code=123456"),
        (address_wanted(), "link", ""),
    ] {
        let app = app(step).await;
        let answer = post(&app, deed, form).await;
        assert_eq!((answer.status, answer.location()), (303, Some(PAGE)), "{deed}");
    }
    let app = app(code_wanted(EmailCodeProblem::Unspecified)).await;
    let sent = post(&app, "resend", "").await;
    assert_eq!((sent.status, sent.location()), (303, Some(&*format!("{PAGE}?sent"))));
    let page = app.get_with(&format!("{PAGE}?sent"), &[("Cookie", &cookie())]).await;
    assert!(page.body.contains(r#"role="status">If mail can be sent to your address"#));
}

#[tokio::test]
async fn what_was_typed_goes_to_the_service_as_it_is_and_in_the_language_of_the_page() {
    let app = app(code_wanted(EmailCodeProblem::Unspecified)).await;
    let german = [("Cookie", cookie()), ("Accept-Language", "de".to_owned())];
    let german = german.each_ref().map(|(name, value)| (*name, value.as_str()));

    app.post(&format!("{PAGE}/email"), "email=+Dave%40Mail.example", &german).await;
    app.post(&format!("{PAGE}/code"), "code=12+34-56", &german).await;
    app.post(&format!("{PAGE}/resend"), "", &german).await;

    let email = app.peer.submit.requests().remove(0);
    assert_eq!((&*email.email, &*email.language_code), (" Dave@Mail.example", "de"));
    let code = app.peer.verify.requests().remove(0);
    assert_eq!((&*code.code, &*code.language_code), ("12 34-56", "de"));
    assert_eq!(app.peer.resend.requests().remove(0).language_code, "de");
}

#[tokio::test]
async fn a_bad_address_comes_back_as_it_was_typed_with_what_is_wrong_beside_it() {
    let app = app(address_wanted()).await;
    app.peer.submit.answers(|_| Err(field_refusal("email")));

    let page = post(&app, "email", "email=%22%3E%3Cscript%3E%40x").await;

    assert_eq!((page.status, page.location()), (422, None));
    assert!(page.body.contains(r#"value="&#34;&#62;&#60;script&#62;@x""#), "{}", page.body);
    assert!(page.body.contains(r#"aria-invalid="true" aria-describedby="wrong""#));
    assert!(page.body.contains(r#"<p id="wrong" class="wrong" role="alert">This does not look"#));
    assert!(page.body.contains("<code>ref-of-the-wait</code>"), "{}", page.body);
    assert!(page.body.contains("<title>Error: What is your mail address?</title>"));
}

#[tokio::test]
async fn a_code_that_does_not_work_says_why_beside_it() {
    for (problem, why) in [
        (EmailCodeProblem::Wrong, "This is not the code that we sent last."),
        (EmailCodeProblem::Expired, "This code is too old."),
        (EmailCodeProblem::TooManyTries, "too many tries for one code."),
    ] {
        let app = app(code_wanted(problem)).await;
        let page = post(&app, "code", "code=123456").await;

        assert_eq!((page.status, page.location()), (422, None), "{why}");
        let (_, wrong) =
            page.body.split_once(r#"<p id="wrong" class="wrong" role="alert">"#).unwrap();
        assert!(wrong.split_once("</p>").unwrap().0.contains(why), "{wrong}");
        assert!(page.body.contains(r#"aria-describedby="wrong hint" aria-invalid="true""#));
        assert!(page.body.contains("<title>Error: Look into your mail</title>"));
        assert!(!page.body.contains("123456"), "a code is typed anew");
    }
}

#[tokio::test]
async fn what_is_no_code_is_told_so() {
    let app = app(code_wanted(EmailCodeProblem::Unspecified)).await;
    app.peer.verify.answers(|_| Err(field_refusal("code")));

    let page = post(&app, "code", "code=abc").await;

    assert_eq!(page.status, 422);
    assert!(page.body.contains(r#"role="alert">The code has six digits."#), "{}", page.body);
}

#[tokio::test]
async fn who_asks_for_another_code_too_soon_is_told_to_wait() {
    let app = app(code_wanted(EmailCodeProblem::TooSoon)).await;

    let page = post(&app, "resend", "").await;

    assert_eq!((page.status, page.location()), (422, None));
    assert!(page.body.contains("less than half a minute ago"), "{}", page.body);
    assert!(!page.body.contains("aria-invalid"), "nothing is wrong with a code");
}

#[tokio::test]
async fn the_code_is_one_field_that_takes_a_paste() {
    let page = page(&app(code_wanted(EmailCodeProblem::Unspecified)).await, "en").await;

    assert_eq!(page.body.matches("<input").count(), 1);
    assert!(page.body.contains(r#"inputmode="numeric""#));
    assert!(page.body.contains(r#"autocomplete="one-time-code""#));
    assert!(page.body.contains(r#"<label for="code">Code</label>"#));
}

#[tokio::test]
async fn a_browser_without_the_cookie_is_another_browser() {
    let app = app(address_wanted()).await;
    let twice = format!("{}; {}", cookie(), cookie());
    for cookies in ["a=b", &format!("latchkey-{SUFFIX}="), &twice] {
        for (deed, answer) in [
            ("", app.get_with(PAGE, &[("Cookie", cookies)]).await),
            ("/email", app.post(&format!("{PAGE}/email"), "email=x", &[("Cookie", cookies)]).await),
        ] {
            assert_eq!((answer.status, answer.location()), (403, None), "{cookies}{deed}");
            assert!(answer.body.contains("BROWSER_MISMATCH"), "{cookies}{deed}");
        }
    }
    assert!(app.peer.step.requests().is_empty() && app.peer.submit.requests().is_empty());
}

#[tokio::test]
async fn another_site_can_do_nothing_on_the_page() {
    let app = app(link_wanted()).await;
    for header in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
        for deed in ["email", "code", "resend", "link", "cancel"] {
            let path = format!("{PAGE}/{deed}");
            let page = app.post(&path, "", &[("Cookie", &cookie()), header]).await;

            assert_eq!((page.status, page.location()), (403, None), "{header:?}");
            assert!(page.body.contains("CROSS_SITE"), "{header:?}");
        }
    }
    assert!(app.peer.confirm.requests().is_empty() && app.peer.cancel.requests().is_empty());
}

#[tokio::test]
async fn only_what_the_pages_offer_can_be_done() {
    let app = app(link_wanted()).await;
    for path in [
        format!("{PAGE}/delete"),
        format!("{PAGE}/link%20"),
        format!("{PAGE}/link/"),
        "/login/continue/no%20thing/link".to_owned(),
        format!("/login/continue/{}/link", "x".repeat(2049)),
    ] {
        let page = app.post(&path, "", &[("Cookie", &cookie())]).await;
        assert_eq!((page.status, page.location()), (404, None), "{path}");
    }
    assert_eq!(app.get_with("/login/continue/a;b", &[("Cookie", &cookie())]).await.status, 404);
    assert!(app.peer.confirm.requests().is_empty());
}

#[tokio::test]
async fn the_address_of_a_deed_leads_to_the_page_as_well() {
    let app = app(address_wanted()).await;
    for deed in ["email", "code", "resend", "link", "cancel"] {
        let answer = app.get_with(&format!("{PAGE}/{deed}"), &[("Cookie", &cookie())]).await;
        assert_eq!((answer.status, answer.location()), (303, Some(PAGE)), "{deed}");
    }
    assert_eq!(app.get_with(&format!("{PAGE}/delete"), &[]).await.status, 404);
    assert!(app.peer.cancel.requests().is_empty());
}

#[tokio::test]
async fn a_wait_that_is_over_is_a_page() {
    let app = app(address_wanted()).await;
    app.peer.step.refuses(Code::FailedPrecondition, "CONTINUATION_INVALID");

    let page = page(&app, "en").await;

    assert_eq!((page.status, page.location()), (410, None));
    assert!(page.body.contains("This page is not waiting any more"), "{}", page.body);
}
