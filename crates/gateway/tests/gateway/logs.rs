//! What the log tells, and what it never does.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use tonic::Code;
use tracing_subscriber::fmt;

use crate::app::{App, CHALLENGE, SECRET, STATE, query};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_names_the_fault_and_keeps_every_secret() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = App::start().await;

    app.get(&format!("/login?{}&link_ticket=lk_link_secret", query())).await;
    app.post("/login/bitbucket", &format!("{}&link_ticket=lk_link_secret", query()), &[]).await;
    app.callback(&format!("state={STATE}&code=provider-code")).await;
    app.callback(&format!("state={STATE}&code=provider-code&access_token=leaked-token")).await;
    app.peer.complete.refuses(Code::Internal, "INTERNAL");
    let page = app.callback(&format!("state={STATE}&code=provider-code")).await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let (_, reference) = page.body.split_once("<code>gw-").expect("a reference");
    assert!(log.contains(&format!("gw-{}", &reference[..16])), "{log}");
    assert!(log.contains("TOKEN_IN_QUERY") && log.contains("INTERNAL"), "{log}");
    let ours = [STATE, SECRET, CHALLENGE, "app-state", "gateway-key", "lk_link_secret"];
    for secret in ours.into_iter().chain(["provider-code", "leaked-token"]) {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
