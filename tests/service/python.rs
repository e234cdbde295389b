//! A consumer of another ecosystem: Python, pika and the SDK of CloudEvents.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStderr, Command, Stdio},
    time::Duration,
};

use lapin::{
    BasicProperties,
    options::{BasicGetOptions, BasicPublishOptions},
};
use latchkey_proto::v1::RedeemLoginResponse;
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    both,
    harness::{TestApp, admin::NOTES, broker::Corner, gateway::Gateway, person::parameter},
};

/// Starting Python and reading a few messages takes a second or two.
const PATIENCE: Duration = Duration::from_mins(1);

const CONSUMER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/consumer.py");
const ID_TOKEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/id_token.py");
const FEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/feed.py");

/// A header that names a key of nobody's: `{"alg":"ES256","typ":"JWT","kid":"skey_x"}`.
const OTHER_KEY: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InNrZXlfeCJ9";

/// A consumer at work, and what it says about itself.
struct Consumer(Child, BufReader<ChildStderr>);

impl Drop for Consumer {
    fn drop(&mut self) {
        // It has ended already, unless its test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Consumer {
    /// Starts one that ends after `count` events, and waits until its queue is bound.
    async fn start(corner: &Corner, count: usize) -> Self {
        let (connection, channel) = corner.connect().await;
        corner.declare(&channel).await;
        connection.close(200, "bye".into()).await.unwrap();
        let mut child = command(corner, count).spawn().unwrap();
        let says = BufReader::new(child.stderr.take().unwrap());
        let mut consumer = Self(child, says);
        blocking(move || {
            let mut line = String::new();
            consumer.1.read_line(&mut line).unwrap();
            assert!(line.starts_with("reading latchkey.test."), "{line}");
            consumer
        })
        .await
    }

    /// What it printed until it ended, and what it said of what it refused.
    async fn end(mut self) -> (Vec<Value>, String) {
        blocking(move || {
            let (mut lines, mut says) = (String::new(), String::new());
            self.0.stdout.take().unwrap().read_to_string(&mut lines).unwrap();
            self.1.read_to_string(&mut says).unwrap();
            assert!(self.0.wait().unwrap().success(), "{says}");
            (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), says)
        })
        .await
    }
}

fn command(corner: &Corner, count: usize) -> Command {
    let mut command = python(CONSUMER);
    command
        .args(["--url", &corner.url, "--exchange", &corner.exchange, "--queue", &corner.queue])
        .args(["--environment", "dev", "--count", &count.to_string(), "--idle-seconds", "30"])
        .stdin(Stdio::null());
    command
}

/// A script in the Python that has the packages.
fn python(script: &str) -> Command {
    #[expect(clippy::disallowed_methods, reason = "says which Python has the packages")]
    let python = std::env::var("LATCHKEY_TEST_PYTHON");
    let mut command =
        Command::new(python.expect("LATCHKEY_TEST_PYTHON is not set: scripts/test sets it"));
    command.arg(script).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    timeout(PATIENCE, spawn_blocking(work)).await.expect("the consumer answers").unwrap()
}

/// A whole sign-in in a browser, and what the application got for it.
async fn redeemed_at(app: &TestApp, gateway: &Gateway) -> RedeemLoginResponse {
    let end = app.sign_in_at(gateway, "alice").await;
    app.redeem(&parameter(&end, "code")).await.unwrap()
}

/// What an application in Python makes of these tokens, with the keys that the gateway publishes.
async fn verified(gateway: &Gateway, audience: &str, tokens: &[&str]) -> Vec<String> {
    let jwks = gateway.base_url.join(".well-known/jwks.json").unwrap();
    let issuer = gateway.base_url.origin().ascii_serialization();
    let mut command = python(ID_TOKEN);
    command.args(["--jwks", jwks.as_str(), "--issuer", &issuer, "--audience", audience]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(tokens.join("\n").as_bytes()).unwrap();
    let output = blocking(move || child.wait_with_output().unwrap()).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The token with another first letter in one of its parts.
fn tampered(token: &str, part: usize) -> String {
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    let first = if parts[part].starts_with('A') { "B" } else { "A" };
    parts[part].replace_range(..1, first);
    parts.join(".")
}

/// Publishes what is no event, under the key of one.
async fn publish_junk(corner: &Corner, body: &[u8], content_type: &str) {
    let (connection, channel) = corner.connect().await;
    let properties = BasicProperties::default().with_content_type(content_type.into());
    let (exchange, key) = (corner.exchange.as_str().into(), "dev.user.signed_up.v1".into());
    let options = BasicPublishOptions::default();
    channel.basic_publish(exchange, key, options, body, properties).await.unwrap();
    connection.close(200, "bye".into()).await.unwrap();
}

/// The messages that the consumer refused, once there are `count`.
async fn dead_letters(corner: &Corner, count: usize) -> Vec<Vec<u8>> {
    let (connection, channel) = corner.connect().await;
    let reading = async {
        let mut dead = Vec::new();
        while dead.len() < count {
            let options = BasicGetOptions { no_ack: true };
            match channel.basic_get(corner.dead().into(), options).await.unwrap() {
                Some(message) => dead.push(message.delivery.data),
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        dead
    };
    let dead = timeout(PATIENCE, reading).await.expect("refused messages are kept");
    connection.close(200, "bye".into()).await.unwrap();
    dead
}

both! {
    async fn a_python_consumer_reads_what_the_feed_tells_once_each(app) {
        let corner = app.corner();
        let consumer = Consumer::start(&corner, 3).await;
        let relay = app.relay_to(&corner);
        app.sign_in("alice").await;
        app.until_all_sent().await;
        let unsent = "UPDATE outbox SET sent_at = NULL, leased_until = NULL WHERE type LIKE '%.user.%'";
        app.database.execute(unsent).await;
        app.until_all_sent().await;
        app.sign_in("alice").await;

        let (printed, refused) = consumer.end().await;

        assert_eq!(refused, "");
        let feed = app.events().await;
        let told: Vec<_> = feed
            .iter()
            .map(|event| (event.id.clone(), event.r#type.clone(), event.subject.clone(), event.sequence))
            .collect();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let read = |line: &Value| {
            let sequence = line["sequence"].as_i64().unwrap();
            (text(&line["id"]), text(&line["type"]), text(&line["subject"]), sequence)
        };
        assert_eq!(printed.iter().map(read).collect::<Vec<_>>(), told);
        assert_eq!(printed[0]["data"]["subject"]["email"], "alice@mail.example");
        assert!(text(&printed[0]["time"]).ends_with("+00:00"), "{}", printed[0]["time"]);
        relay.stop().await;
    }

    async fn a_python_client_reads_the_feed_by_reflection(app) {
        app.sign_in("alice").await;
        let feed = app.all_events().await;
        let mut command = python(FEED);
        let address = app.address.strip_prefix("http://").unwrap();
        command.args(["--address", address, "--environment", "dev"]).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let key = format!("{}\n", app.keys.consumer.expose_secret());
        child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();

        let output = blocking(move || child.wait_with_output().unwrap()).await;

        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        let read: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ids: Vec<_> = feed.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(read.iter().map(|event| event["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
        let signed_up = &read[read.len() - 2]["data"]["userSignedUp"];
        assert_eq!(signed_up["subject"]["email"], "alice@mail.example");
    }

    async fn a_python_application_verifies_an_id_token_with_the_published_keys(app) {
        let gateway = app.gateway().await;
        // What was signed ten minutes ago.
        app.clock.put_back(Duration::from_mins(10));
        let expired = redeemed_at(&app, &gateway).await.id_token;
        app.clock.advance(Duration::from_mins(10));
        let redeemed = redeemed_at(&app, &gateway).await;
        let good = redeemed.id_token.as_str();
        let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", good.split('.').nth(1).unwrap());
        let (header, signature) = (tampered(good, 0), tampered(good, 2));
        let other_key = good.replacen(good.split('.').next().unwrap(), OTHER_KEY, 1);

        let tokens = [good, &expired, &header, &signature, &none, &other_key];
        let told = verified(&gateway, NOTES, &tokens).await;

        let claims: Value = serde_json::from_str(&told[0]).unwrap();
        assert_eq!(claims["sub"], redeemed.user.unwrap().name.rsplit('/').next().unwrap());
        assert_eq!(claims["aud"], NOTES);
        assert_eq!(told[1..], [
            "refused: ExpiredSignatureError",
            "refused: DecodeError",
            "refused: InvalidSignatureError",
            "refused: PyJWKClientError",
            "refused: PyJWKClientError",
        ]);
        let other = "environments/dev/applications/other";
        assert_eq!(verified(&gateway, other, &[good]).await, ["refused: InvalidAudienceError"]);
    }

    async fn what_is_no_event_becomes_a_dead_letter(app) {
        let corner = app.corner();
        let consumer = Consumer::start(&corner, 2).await;
        publish_junk(&corner, b"hello", "text/plain").await;
        publish_junk(&corner, b"{}", "application/cloudevents+json").await;
        let relay = app.relay_to(&corner);
        app.sign_in("alice").await;

        let (printed, refused) = consumer.end().await;

        assert_eq!(printed.len(), 2, "the events behind them are read");
        assert_eq!(refused.lines().filter(|line| line.starts_with("refused: ")).count(), 2);
        assert_eq!(dead_letters(&corner, 2).await, [&b"hello"[..], b"{}"]);
        relay.stop().await;
    }
}
