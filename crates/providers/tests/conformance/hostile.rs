//! A peer that means harm: what it sends costs little memory and little time, and is repeated nowhere.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use latchkey_domain::provider::{Error, Grant, Provider};

use crate::{
    peer::{Pace, Peer, Play, answer, with_headers},
    stage::exchange,
};

/// What a hostile answer may add to the memory of the process.
const MEMORY: u64 = 16 * 1024 * 1024;
/// What it may take, with a little room for a busy machine.
const TIME: Duration = Duration::from_millis(5_500);
/// What must not be told of an answer.
const CANARY: &str = "canary-of-the-providers-answer";
/// The head of an answer that says nothing of its length.
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// A megabyte for each kilobyte, and called JSON.
fn gzip_bomb() -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..60 {
        packed.write_all(&vec![b' '; 1024 * 1024]).unwrap();
    }
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 64 * 1024, "small enough to be read: {}", packed.len());
    let length = packed.len();
    let head = format!("{HEAD}content-encoding: gzip\r\ncontent-length: {length}\r\n\r\n");
    [head.into_bytes(), packed].concat()
}

fn hostile_answers() -> Vec<(&'static str, Play)> {
    let deep = format!(r#"{{"links":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let wide = format!(r#"{{"values":[{}0]}}"#, "0,".repeat(1_000_000));
    let drip = format!("{HEAD}\r\n{}", " ".repeat(100)).into_bytes();
    vec![
        ("without end", Play::Flood(format!("{HEAD}\r\n"))),
        ("a bomb", Play::Bytes(gzip_bomb(), Pace::AtOnce)),
        ("deep", Play::Bytes(answer(&deep).into_bytes(), Pace::AtOnce)),
        ("wide", Play::Bytes(answer(&wide).into_bytes(), Pace::AtOnce)),
        ("dripping", Play::Bytes(drip, Pace::OneASecond)),
    ]
}

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// How each request to a provider ends that is answered so, by its name.
async fn ends(provider: &dyn Provider) -> [(&'static str, Error); 3] {
    let grant = Grant { access_token: "t".into() };
    [
        ("token", exchange(provider, &"code".into()).await.err().unwrap()),
        ("account", provider.account(&grant).await.err().unwrap()),
        ("emails", provider.emails(&grant).await.err().unwrap()),
    ]
}

#[tokio::test]
async fn a_hostile_answer_costs_little_memory_and_little_time() {
    for (what, play) in hostile_answers() {
        // More than are asked for, with their repetitions.
        let (_peer, provider) = Peer::start(vec![play; 8]).await;
        let (code, grant) = ("code".into(), Grant { access_token: "t".into() });
        let (before, began) = (resident(), Instant::now());

        let (token, account, emails) = tokio::join!(
            exchange(&*provider, &code),
            provider.account(&grant),
            provider.emails(&grant),
        );

        let (took, grown) = (began.elapsed(), resident().saturating_sub(before));
        assert!(token.is_err() && account.is_err() && emails.is_err(), "{what}");
        assert!(took < TIME, "{what}: {took:?}");
        assert!(grown < MEMORY, "{what}: {grown} bytes");
    }
}

#[tokio::test]
async fn what_a_provider_says_is_not_in_errors() {
    let json = format!("content-type: application/json\r\nx-told: {CANARY}\r\n");
    let body = format!(
        r#"{{"error":"{CANARY}","error_description":"{CANARY}","type":"error","uuid":"{CANARY}"}}"#
    );
    let known = format!(r#"{{"error":"invalid_grant","error_description":"{CANARY}"}}"#);
    for status in [
        "200 OK",
        "302 Found",
        "400 Bad Request",
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ] {
        for (headers, body) in
            [(json.as_str(), body.as_str()), (&json, &known), (&json, CANARY), ("", CANARY)]
        {
            let play = Play::Say(with_headers(status, headers, body));
            let (_peer, provider) = Peer::start(vec![play; 8]).await;
            for (request, error) in ends(&*provider).await {
                assert!(!whole(&error).contains("canary"), "{request} {status}: {error:?}");
            }
        }
    }
}

/// All that an error tells, to people and to logs.
fn whole(error: &Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |it| it.source());
    causes.map(|cause| format!("{cause:?} {cause}")).collect::<Vec<_>>().join(" ")
}
