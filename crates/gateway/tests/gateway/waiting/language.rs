//! A sign-in goes on in the language that its application asked for: the provider does not bring it back.

use super::*;
use crate::app::query;

/// What the browser keeps of a sign-in whose application asked for German.
async fn begun_in_german(app: &App) -> String {
    let answer = app.post("/login/bitbucket?ui_locales=de", &query(), &[]).await;
    let kept = answer.cookie(&format!("latchkey-{STATE_SUFFIX}")).expect("the attempt's cookie");
    kept.split_once(';').unwrap().0.to_owned()
}

#[tokio::test]
async fn the_language_stays_with_the_sign_in_and_its_secret_is_what_it_was() {
    let app = app(code_wanted(EmailCodeProblem::Unspecified)).await;
    let cookie = begun_in_german(&app).await;
    assert_eq!(cookie, format!("latchkey-{STATE_SUFFIX}={SECRET}~de"));
    let english = [("Cookie", cookie.as_str()), ("Accept-Language", "en")];
    let complete = format!("/login/callback/bitbucket?state={STATE}&code=c");
    app.peer.complete.answers(|_| Ok(ends_in(code_wanted(EmailCodeProblem::Unspecified))));

    let answer = app.get_with(&complete, &english).await;

    assert_eq!((answer.status, answer.location()), (303, Some(PAGE)));
    let kept = format!("{cookie}; Path=/; Max-Age=2700; HttpOnly; SameSite=Lax");
    assert_eq!(answer.all("set-cookie"), [kept.as_str()]);
    let completed = app.peer.complete.requests().remove(0);
    assert_eq!((&*completed.language_code, &*completed.browser_secret), ("de", SECRET));
    let page = app.get_with(PAGE, &english).await;
    assert!(page.body.contains(r#"<html lang="de">"#), "{}", page.body);
    assert_eq!(app.peer.step.requests().remove(0).browser_secret, SECRET);
    app.post(&format!("{PAGE}/email"), "email=x%40mail.example", &english).await;
    app.post(&format!("{PAGE}/code"), "code=123456", &english).await;
    app.post(&format!("{PAGE}/resend"), "", &english).await;
    assert_eq!(app.peer.submit.requests().remove(0).language_code, "de");
    assert_eq!(app.peer.verify.requests().remove(0).language_code, "de");
    assert_eq!(app.peer.resend.requests().remove(0).language_code, "de");
}

#[tokio::test]
async fn what_goes_wrong_is_told_in_it_too() {
    let app = app(address_wanted()).await;
    let cookie = begun_in_german(&app).await;
    let english = [("Cookie", cookie.as_str()), ("Accept-Language", "en")];
    app.peer.complete.refuses(Code::Unavailable, "TRY_AGAIN");
    app.peer.step.refuses(Code::FailedPrecondition, "CONTINUATION_INVALID");

    for path in [&format!("/login/callback/bitbucket?state={STATE}&code=c"), PAGE] {
        let page = app.get_with(path, &english).await;
        assert!(page.status >= 400, "{path}");
        assert!(page.body.contains(r#"<html lang="de">"#), "{path}: {}", page.body);
    }
    let asked = app.get_with(&format!("{PAGE}?ui_locales=en"), &english).await;
    assert!(asked.body.contains(r#"<html lang="en">"#), "what is asked for now comes first");
}

#[tokio::test]
async fn a_language_that_nobody_speaks_here_is_not_kept() {
    let app = App::start().await;
    for ui_locales in ["tlh", "", "%22%3E%3Cscript%3E", "x%7Ede"] {
        let path = format!("/login/bitbucket?ui_locales={ui_locales}");
        let answer = app.post(&path, &query(), &[]).await;
        let kept = answer.cookie(&format!("latchkey-{STATE_SUFFIX}")).unwrap();
        assert!(kept.starts_with(&format!("latchkey-{STATE_SUFFIX}={SECRET};")), "{kept}");
    }
}
