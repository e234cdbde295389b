//! What can be done on the pages, and what comes of it.

use super::*;

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
async fn only_what_the_pages_offer_can_be_done() {
    let app = app(link_wanted()).await;
    for path in [
        format!("{PAGE}/delete"),
        format!("{PAGE}/link%20"),
        format!("{PAGE}/link/"),
        format!("/login/continue/{CONTINUATION}/link"),
        format!("/login/continue/{STATE_SUFFIX}./link"),
        format!("/login/continue/{STATE_SUFFIX}x.{CONTINUATION}/link"),
        format!("/login/continue/nI3gx5CBAYYYFEU%79.{CONTINUATION}/link"),
        format!("/login/continue/{STATE_SUFFIX}.no%20thing/link"),
        format!("/login/continue/{STATE_SUFFIX}.{}/link", "x".repeat(2049)),
    ] {
        let page = app.post(&path, "", &[("Cookie", &cookie())]).await;
        assert_eq!((page.status, page.location()), (404, None), "{path}");
    }
    assert_eq!(app.get_with(&format!("{PAGE};b"), &[("Cookie", &cookie())]).await.status, 404);
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
