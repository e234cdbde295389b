//! What a person reads when it does not go on.

use std::collections::HashSet;

use latchkey_proto::v1::ErrorReason;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{
    app::{App, SECRET, STATE, STATE_SUFFIX, query},
    browser,
};

#[tokio::test]
async fn every_reason_of_the_service_has_a_page_and_a_status() {
    let app = App::start().await;
    for (code, reason, status) in [
        (Code::InvalidArgument, "FIELD_INVALID", 400),
        (Code::Unauthenticated, "CREDENTIALS_INVALID", 500),
        (Code::PermissionDenied, "CALLER_NOT_ALLOWED", 500),
        (Code::NotFound, "RESOURCE_NOT_FOUND", 404),
        (Code::InvalidArgument, "REDIRECT_URI_NOT_REGISTERED", 400),
        (Code::FailedPrecondition, "CREDENTIALS_MISSING", 503),
        (Code::FailedPrecondition, "CONNECTION_DISABLED", 403),
        (Code::FailedPrecondition, "APPLICATION_NOT_GRANTED", 403),
        (Code::InvalidArgument, "STATE_INVALID", 400),
        (Code::FailedPrecondition, "STATE_EXPIRED", 410),
        (Code::PermissionDenied, "BROWSER_MISMATCH", 403),
        (Code::Aborted, "ATTEMPT_USED", 409),
        (Code::Aborted, "ATTEMPT_IN_PROGRESS", 409),
        (Code::Unavailable, "STORAGE_UNAVAILABLE", 503),
        (Code::Unavailable, "SERVER_STOPPING", 503),
        (Code::Aborted, "CONTENTION", 503),
        (Code::ResourceExhausted, "OVERLOADED", 429),
        (Code::ResourceExhausted, "RATE_LIMITED", 429),
        (Code::Internal, "INTERNAL", 500),
        (Code::Aborted, "START_AGAIN", 409),
        (Code::InvalidArgument, "TEST_TICKET_INVALID", 410),
        (Code::InvalidArgument, "LINK_TICKET_INVALID", 410),
    ] {
        assert!(ErrorReason::from_str_name(&format!("ERROR_REASON_{reason}")).is_some());
        app.peer.complete.refuses(code, reason);

        let page = app.callback(&format!("state={STATE}&code=c")).await;

        assert_eq!((page.status, page.location()), (status, None), "{reason}");
        assert!(page.body.contains(&format!("<code>{reason}</code>")), "{reason}: {}", page.body);
        assert!(page.body.contains("<code>gw-"), "{reason}");
        assert!(page.body.contains("What you can do"), "{reason}");
    }
}

#[tokio::test]
async fn a_status_without_a_reason_is_told_apart_by_its_code() {
    let app = App::start().await;
    for (code, reason, status) in [
        (Code::Unavailable, "SERVICE_UNAVAILABLE", 503),
        (Code::DeadlineExceeded, "TIMED_OUT", 503),
        (Code::Unauthenticated, "CREDENTIALS_INVALID", 500),
        (Code::Unknown, "INTERNAL", 500),
        (Code::Unimplemented, "INTERNAL", 500),
    ] {
        app.peer.complete.answers(move |_| Err(Status::new(code, "secret text of a driver")));

        let page = app.callback(&format!("state={STATE}&code=c")).await;

        assert_eq!(page.status, status, "{code:?}");
        assert!(page.body.contains(&format!("<code>{reason}</code>")), "{code:?}");
        assert!(!page.body.contains("secret text"));
    }
}

#[tokio::test]
async fn a_page_says_when_to_come_back() {
    let app = App::start().await;
    app.peer.complete.answers(|_| {
        let mut details = ErrorDetails::with_error_info("OVERLOADED", "latchkey", []);
        details.set_retry_info(Some(std::time::Duration::from_secs(7)));
        Err(Status::with_error_details(Code::ResourceExhausted, "busy", details))
    });

    let page = app.callback(&format!("state={STATE}&code=c")).await;

    assert_eq!((page.status, page.header("retry-after")), (429, Some("7")));
}

#[tokio::test]
async fn who_comes_too_often_is_told_so_and_not_to_come_back_too_early() {
    let app = App::start().await;
    app.peer.start.answers(|_| {
        let mut details = ErrorDetails::with_error_info("RATE_LIMITED", "latchkey", []);
        details.set_retry_info(Some(std::time::Duration::from_millis(6_100)));
        Err(Status::with_error_details(Code::ResourceExhausted, "too often", details))
    });
    for (language, title) in [("en", "Too many tries"), ("de", "Zu viele Versuche")] {
        let accepts = [("Accept-Language", language)];

        let page = app.post("/login/bitbucket", &query(), &accepts).await;

        assert_eq!((page.status, page.header("retry-after")), (429, Some("7")));
        assert!(page.body.contains(&format!("<title>{title}</title>")), "{}", page.body);
        assert!(page.body.contains("/login?application=notes"), "a way on: {}", page.body);
    }
}

#[tokio::test]
async fn the_service_is_told_where_the_person_is() {
    let spoofed = [("X-Forwarded-For", "198.51.100.7")];
    let forwarded =
        [("X-Forwarded-For", "198.51.100.7, 203.0.113.9"), ("X-Forwarded-Host", "localhost:8080")];
    let unsaid = [("X-Forwarded-Host", "localhost:8080")];
    for (trusted, headers, told) in [
        ("", &spoofed[..], "127.0.0.1"),
        ("127.0.0.0/8", &forwarded[..], "203.0.113.9"),
        ("127.0.0.0/8", &unsaid[..], ""),
    ] {
        let app = App::at("http://localhost:8080", trusted).await;
        app.post("/login/bitbucket", &query(), headers).await;
        let cookie = format!("latchkey-{STATE_SUFFIX}={SECRET}");
        let mut callback = headers.to_vec();
        callback.push(("Cookie", &cookie));
        app.get_with(&format!("/login/callback/bitbucket?state={STATE}&code=c"), &callback).await;

        let envelopes = [app.peer.start.envelopes(), app.peer.complete.envelopes()].concat();
        let clients: Vec<_> = envelopes.iter().map(|envelope| &envelope.client).collect();
        assert_eq!(clients, [told, told], "{trusted} {headers:?}");
    }
}

#[tokio::test]
async fn every_page_has_a_reference_of_its_own() {
    let app = App::start().await;
    let mut references = HashSet::new();
    for _ in 0..10 {
        let page = app.get("/nowhere").await;
        let (_, rest) = page.body.split_once("<code>gw-").expect("a reference");
        references.insert(rest[..16].to_owned());
    }
    assert_eq!(references.len(), 10);
}

#[tokio::test]
async fn pages_can_be_read_by_everybody() {
    let app = App::start().await;
    for (language, title) in [("en", "There is no such page"), ("de", "Diese Seite gibt es nicht")]
    {
        let page = app.get_with("/nowhere", &[("Accept-Language", language)]).await;

        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.body.contains(&format!(r#"<html lang="{language}">"#)));
        assert!(page.body.contains(&format!("<title>{title}</title>")));
        assert_eq!(page.body.matches("<h1>").count(), 1);
        assert!(page.body.contains("width=device-width, initial-scale=1"));
        assert!(!page.body.contains("<script") && !page.body.contains("style="));
    }
}

#[tokio::test]
async fn a_wrong_method_gets_a_page() {
    let app = App::start().await;
    for line in ["POST /login", "GET /login/bitbucket", "DELETE /healthz", "POST /demo/callback"] {
        let page = browser::send(app.address, line, &[], "").await;

        assert_eq!(page.status, 405, "{line}");
        assert!(page.body.contains("METHOD_NOT_ALLOWED"), "{line}");
        assert!(page.header("allow").is_some(), "{line}");
    }
}
