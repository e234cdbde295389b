//! What the pages show, and where they lead when it is over.

use super::*;

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
async fn the_code_is_one_field_that_takes_a_paste() {
    let page = page(&app(code_wanted(EmailCodeProblem::Unspecified)).await, "en").await;

    assert_eq!(page.body.matches("<input").count(), 1);
    assert!(page.body.contains(r#"inputmode="numeric""#));
    assert!(page.body.contains(r#"autocomplete="one-time-code""#));
    assert!(page.body.contains(r#"<label for="code">Code</label>"#));
}

#[tokio::test]
async fn a_wait_that_is_over_is_a_page() {
    let app = app(address_wanted()).await;
    app.peer.step.refuses(Code::FailedPrecondition, "CONTINUATION_INVALID");

    let page = page(&app, "en").await;

    assert_eq!((page.status, page.location()), (410, None));
    assert!(page.body.contains("This page is not waiting any more"), "{}", page.body);
}
