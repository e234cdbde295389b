//! What the calls leave in traces: names and outcomes, and no secret.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use bitbucket_stand_in::{Endpoint, Fault, Mode, StandIn};
use latchkey_domain::provider::Client;
use secrecy::ExposeSecret as _;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_core::span::Current;

use crate::stage::{Stage, redirect_uri};

/// Writes down every span and event of our own crates.
#[derive(Debug, Clone, Default)]
struct Scribe {
    text: Arc<Mutex<String>>,
    spans: Arc<Mutex<Vec<&'static Metadata<'static>>>>,
    entered: Arc<Mutex<Vec<Id>>>,
}

struct Pen<'a>(&'a mut String);

impl Visit for Pen<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Scribe {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !metadata.target().starts_with("bitbucket_stand_in")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = self.text.lock().unwrap();
        write!(text, "\n{}", span.metadata().name()).unwrap();
        span.record(&mut Pen(&mut text));
        let mut spans = self.spans.lock().unwrap();
        spans.push(span.metadata());
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Pen(&mut self.text.lock().unwrap()));
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Pen(&mut self.text.lock().unwrap()));
    }

    fn enter(&self, span: &Id) {
        self.entered.lock().unwrap().push(span.clone());
    }

    fn exit(&self, _: &Id) {
        self.entered.lock().unwrap().pop();
    }

    fn current_span(&self) -> Current {
        let Some(id) = self.entered.lock().unwrap().last().cloned() else { return Current::none() };
        let at = usize::try_from(id.into_u64()).unwrap() - 1;
        Current::new(id, self.spans.lock().unwrap()[at])
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
}

#[tokio::test]
async fn a_call_is_a_span_without_secrets() {
    let stage = Stage::bitbucket(Mode::Since2026).await;
    // A span that another test's thread meets for the first time at the same moment could be missed.
    stage.provider.account(&stage.grant("bob").await).await.unwrap();
    stage.email("bob").await.unwrap();
    let code = stage.code("alice").await;
    let scribe = Scribe::default();
    let written = scribe.text.clone();
    let guard = tracing::subscriber::set_default(scribe);

    let grant = stage.trade(&code).await.unwrap();
    stage.provider.account(&grant).await.unwrap();
    stage.control.fail_always(Endpoint::Emails, Fault::ServerError { status: 503 });
    let error = stage.provider.emails(&grant).await.unwrap_err();
    let secret = StandIn::CONSUMER_SECRET.into();
    let client = Client { id: StandIn::CONSUMER_KEY, secret: &secret };
    stage.provider.prove(client, &redirect_uri()).await.unwrap();
    stage.callback().await.unwrap();
    drop(guard);

    let text = written.lock().unwrap().clone();
    for part in [
        "provider.exchange",
        "provider.account",
        "provider.email",
        "provider.prove",
        "provider.callback",
        "otel.kind=\"client\"",
        "provider=bitbucket",
        "http.response.status_code=200",
        "http.response.status_code=503",
        "error.type=\"unavailable\"",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    for secret in [code.expose_secret(), grant.access_token.expose_secret(), "alice", "secret"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
        assert!(!format!("{error:?}").contains(secret));
    }
}
