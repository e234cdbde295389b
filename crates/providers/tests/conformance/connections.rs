//! What happens on the wire: nothing is sent twice, nothing is followed, nothing is swallowed.

use std::time::{Duration, Instant};

use latchkey_domain::provider::{Error, Grant};
use tokio::net::TcpListener;

use crate::{
    peer::{Peer, Play, answer, with_headers},
    stage::exchange,
};

const TOKEN: &str = r#"{"access_token":"t","token_type":"bearer","scope":"account email"}"#;

fn grant() -> Grant {
    Grant { access_token: "t".into() }
}

#[tokio::test]
async fn a_code_is_not_sent_again_when_a_kept_connection_closes_on_it() {
    let script = [Play::Say(answer(TOKEN)), Play::Close, Play::Say(answer(TOKEN))];
    let (peer, provider) = Peer::start(script).await;

    exchange(&*provider, &"first".into()).await.unwrap();
    let second = exchange(&*provider, &"second".into()).await;

    assert_matches!(second, Err(Error::Unavailable(_)));
    let requests = peer.requests();
    let connections: Vec<_> = requests.iter().map(|(connection, _)| *connection).collect();
    assert_eq!(connections, [0, 0], "the second code took the kept connection, and no other");
    assert!(requests[1].1.contains("code=second"));
}

#[tokio::test]
async fn a_code_is_not_sent_again_when_a_new_connection_closes_on_it() {
    let (peer, provider) = Peer::start([Play::Close, Play::Say(answer(TOKEN))]).await;
    let answered = exchange(&*provider, &"code".into()).await;
    assert_matches!(answered, Err(Error::Unavailable(_)));
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_closed_while_idle_costs_nobody_their_sign_in() {
    let script = [Play::SayAndClose(answer(TOKEN)), Play::Say(answer(TOKEN))];
    let (peer, provider) = Peer::start(script).await;

    exchange(&*provider, &"first".into()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    exchange(&*provider, &"second".into()).await.unwrap();

    let seconds = peer.requests().iter().filter(|(_, text)| text.contains("code=second")).count();
    assert_eq!(seconds, 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("location: http://{}/\r\n", elsewhere.local_addr().unwrap());
    for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let redirect = Play::Say(with_headers(status, &location, ""));
        let (_peer, provider) = Peer::start([redirect.clone(), redirect]).await;
        assert_matches!(exchange(&*provider, &"code".into()).await, Err(Error::Malformed(_)));
        assert_matches!(provider.account(&grant()).await, Err(Error::Malformed(_)));
    }
    assert!(futures_util::FutureExt::now_or_never(elsewhere.accept()).is_none());
}

#[tokio::test]
async fn a_flood_is_not_swallowed() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_owned();
    // Not announced, and announced.
    for head in [head.clone(), head.replace("\r\n\r\n", "\r\ncontent-length: 9999999999\r\n\r\n")] {
        let (peer, provider) = Peer::start([Play::Flood(head.clone()), Play::Flood(head)]).await;
        let started = Instant::now();
        let token = exchange(&*provider, &"code".into()).await;
        assert_matches!(token, Err(Error::Malformed("more than 64 KiB")));
        let account = provider.account(&grant()).await;
        assert_matches!(account, Err(Error::Malformed("more than 64 KiB")));
        assert!(started.elapsed() < Duration::from_secs(3));
        // What was sent and not read is in the system's buffers, a few megabytes a connection.
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(peer.sent() < 16 * 1024 * 1024, "{} bytes were taken", peer.sent());
    }
}

#[tokio::test]
async fn json_as_deep_as_a_well_is_refused() {
    let deep = format!(r#"{{"links":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let (_peer, provider) = Peer::start([Play::Say(answer(&deep)), Play::Say(answer(&deep))]).await;
    assert_matches!(exchange(&*provider, &"code".into()).await, Err(Error::Malformed(_)));
    assert_matches!(provider.account(&grant()).await, Err(Error::Malformed(_)));
}

#[tokio::test]
async fn a_body_that_is_not_called_json_is_not_read_as_json() {
    for headers in ["", "content-type: text/html\r\n", "content-type: application/jsonp\r\n"] {
        let (_peer, provider) =
            Peer::start([Play::Say(with_headers("200 OK", headers, TOKEN))]).await;
        assert_matches!(exchange(&*provider, &"code".into()).await, Err(Error::Malformed(_)));
    }
    let headers = "content-type: Application/JSON; charset=utf-8\r\n";
    let (_peer, provider) = Peer::start([Play::Say(with_headers("200 OK", headers, TOKEN))]).await;
    assert_matches!(exchange(&*provider, &"code".into()).await, Ok(_));
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let headers = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
    let play = Play::Say(with_headers("200 OK", headers, "\u{1f}"));
    let (peer, provider) = Peer::start([play]).await;
    assert_matches!(exchange(&*provider, &"code".into()).await, Err(Error::Malformed(_)));
    assert!(!peer.requests()[0].1.to_ascii_lowercase().contains("accept-encoding"));
}

#[tokio::test]
async fn token_answers_that_contradict_themselves_are_refused() {
    for (status, body) in [
        ("200 OK", r#"{"error":"invalid_grant"}"#),
        ("200 OK", r#"{"access_token":"t","error":"invalid_grant"}"#),
        ("200 OK", r#"{"access_token":""}"#),
        ("200 OK", ""),
        ("400 Bad Request", ""),
        ("400 Bad Request", TOKEN),
        ("400 Bad Request", r#"{"error":"something_new"}"#),
    ] {
        let json = "content-type: application/json\r\n";
        let (_peer, provider) = Peer::start([Play::Say(with_headers(status, json, body))]).await;
        let answered = exchange(&*provider, &"code".into()).await;
        assert!(matches!(answered, Err(Error::Malformed(_))), "{status} {body}: {answered:?}");
    }
}
