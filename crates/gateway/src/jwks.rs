//! `GET /.well-known/jwks.json`: the keys that id tokens are verified with, as a JWK set (RFC 7517, 5).
//!
//! Anybody may ask, as often as they like: the service is asked once a minute at most, and what it
//! said last is good for a while when it does not answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use latchkey_proto::v1::{ListSigningKeysRequest, ListSigningKeysResponse, SigningKey};
use serde::Serialize;
use tokio::sync::Mutex;

use crate::{fault::Fault, site::Site};

/// Where it is served.
pub(crate) const PATH: &str = "/.well-known/jwks.json";

/// How long an answer is given again. A key is published a day before it signs.
const FRESH_FOR: Duration = Duration::from_mins(1);
/// After a refusal: the service is not asked for each request meanwhile.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What the service said last.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    good: Option<(Instant, Document)>,
    bad: Option<(Instant, Fault)>,
}

/// The answer, ready to be sent.
#[derive(Debug, Clone)]
struct Document {
    json: String,
    max_age: Duration,
}

/// The set: each member is one of a JWK.
#[derive(Serialize)]
struct Set<'a> {
    keys: Vec<Key<'a>>,
}

#[derive(Serialize)]
struct Key<'a> {
    kid: &'a str,
    kty: &'a str,
    r#use: &'a str,
    alg: &'a str,
    crv: &'a str,
    x: &'a str,
    y: &'a str,
}

/// Serves the keys.
pub(crate) async fn show(State(site): State<Arc<Site>>) -> Result<Response, Fault> {
    let document = site.keys.get(&site, Instant::now()).await?;
    let kept = format!("public, max-age={}", document.max_age.as_secs());
    let kept =
        HeaderValue::try_from(kept).map_err(|_| Fault::new(crate::reason::Reason::INTERNAL))?;
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], document.json)
        .into_response())
}

impl Keys {
    /// Whoever comes while the service is asked waits for its answer, and does not ask as well.
    async fn get(&self, site: &Site, now: Instant) -> Result<Document, Fault> {
        let mut last = self.0.lock().await;
        if let Some(document) = last.within(FRESH_FOR, now) {
            return Ok(document);
        }
        if let Some((_, fault)) = last.bad.as_ref().filter(|(at, _)| since(*at, now) < RETRY_AFTER)
        {
            return last.or_else(fault.clone(), now);
        }
        let request = ListSigningKeysRequest { parent: site.environment.clone() };
        match site.service.signing_keys(request).await {
            Ok(listed) => {
                let document = Document::of(&listed);
                *last = Last { good: Some((now, document.clone())), bad: None };
                Ok(document)
            }
            Err(status) => {
                let fault = Fault::from(status);
                last.bad = Some((Instant::now(), fault.clone()));
                last.or_else(fault, now)
            }
        }
    }
}

impl Last {
    fn within(&self, age: Duration, now: Instant) -> Option<Document> {
        let (at, document) = self.good.as_ref()?;
        (since(*at, now) < age).then(|| document.clone())
    }

    /// What was said before, as long as others may keep it.
    fn or_else(&self, fault: Fault, now: Instant) -> Result<Document, Fault> {
        let max_age = self.good.as_ref().map_or(Duration::ZERO, |(_, document)| document.max_age);
        self.within(max_age, now).ok_or(fault)
    }
}

/// Whoever waited for another's answer came before it.
fn since(then: Instant, now: Instant) -> Duration {
    now.saturating_duration_since(then)
}

impl Document {
    fn of(listed: &ListSigningKeysResponse) -> Self {
        let set = Set { keys: listed.keys.iter().map(Key::of).collect() };
        let seconds = listed.max_age.as_ref().map_or(0, |age| age.seconds);
        Self {
            json: serde_json::to_string(&set).expect("texts are JSON"),
            max_age: Duration::from_secs(u64::try_from(seconds).unwrap_or(0)),
        }
    }
}

impl<'a> Key<'a> {
    fn of(key: &'a SigningKey) -> Self {
        let SigningKey { kid, kty, r#use, alg, crv, x, y } = key;
        Self { kid, kty, r#use, alg, crv, x, y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Reason;

    const SECOND: Duration = Duration::from_secs(1);

    fn answered(at: Instant) -> Last {
        let max_age = Duration::from_hours(1);
        Last { good: Some((at, Document { json: "{}".to_owned(), max_age })), bad: None }
    }

    #[test]
    fn an_answer_is_given_again_for_a_minute() {
        let at = Instant::now();
        let last = answered(at);
        assert!(last.within(FRESH_FOR, at).is_some());
        assert!(last.within(FRESH_FOR, at + FRESH_FOR.saturating_sub(SECOND)).is_some());
        assert!(last.within(FRESH_FOR, at + FRESH_FOR).is_none());
        assert!(last.within(FRESH_FOR, at.checked_sub(SECOND).unwrap()).is_some(), "who waited");
    }

    #[test]
    fn without_a_new_answer_the_last_one_is_good_for_as_long_as_others_may_keep_it() {
        let at = Instant::now();
        let fault = || Fault::new(Reason::ServiceUnavailable);
        let told = |last: &Last, now| last.or_else(fault(), now).map(|document| document.json);
        assert_eq!(told(&answered(at), at + SECOND * 3_599).unwrap(), "{}");
        let refused = told(&answered(at), at + SECOND * 3_600).unwrap_err();
        assert_eq!(refused.reason, Reason::ServiceUnavailable);
        assert!(told(&Last::default(), at).is_err());
    }
}
