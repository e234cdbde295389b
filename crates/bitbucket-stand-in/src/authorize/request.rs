//! Reading an authorize request; what is wrong with client or redirect is never redirected.

use std::sync::Arc;

use http::StatusCode;
use url::Url;

use super::answer;
use crate::consumer::Consumer;
use crate::fields::Fields;
use crate::fixture;
use crate::grants::Challenge;
use crate::pages::problem;
use crate::refusal::Refusal;
use crate::state::Known;

/// A valid authorize request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) consumer: Arc<Consumer>,
    /// Where the answer goes.
    pub(super) callback: Url,
    /// The `redirect_uri` as it was sent, which the token request must repeat.
    pub(super) redirect_uri: Option<String>,
    /// Whether a token comes back in the fragment instead of a code (RFC 6749, 4.2).
    pub(super) implicit: bool,
    pub(super) scopes: Vec<String>,
    pub(super) state: Option<String>,
    pub(super) challenge: Option<Challenge>,
}

impl Asked {
    /// Reads a query; unknown parameters are ignored, the log has them.
    pub(super) fn read(state: &Known, query: &str) -> Result<Self, Refusal> {
        let fields = Fields::parse(query.as_bytes());
        let consumer = consumer(state, &fields)?;
        let redirect_uri = fields.get("redirect_uri").map(str::to_owned);
        let callback = callback(&consumer, redirect_uri.as_deref())?;
        let challenge = fields.get("code_challenge").map(|value| Challenge {
            value: value.to_owned(),
            method: fields.get("code_challenge_method").map(str::to_owned),
        });
        let asked = Self {
            scopes: granted(&consumer, fields.get("scope")),
            consumer,
            callback,
            redirect_uri,
            implicit: fields.get("response_type") == Some("token"),
            state: fields.get("state").map(str::to_owned),
            challenge,
        };
        if !matches!(fields.get("response_type"), Some("code" | "token")) {
            return Err(answer::error(state, &asked, "unsupported_response_type").into());
        }
        if state.quirks().strict_pkce && !asked.challenge.as_ref().is_none_or(Challenge::is_s256) {
            return Err(answer::error(state, &asked, "invalid_request").into());
        }
        Ok(asked)
    }
}

impl Challenge {
    /// Whether it is of the only method that the strict mode takes.
    pub(crate) fn is_s256(&self) -> bool {
        self.method.as_deref() == Some("S256")
    }
}

fn consumer(state: &Known, fields: &Fields) -> Result<Arc<Consumer>, Refusal> {
    fields.get("client_id").and_then(|key| state.consumers.find(key)).ok_or_else(|| {
        let detail = "There is no OAuth consumer with this client_id.";
        problem(StatusCode::BAD_REQUEST, "Invalid client_id", detail).into()
    })
}

/// The callback on the consumer is a prefix of what may be asked for, as text, path and all.
fn callback(consumer: &Consumer, redirect_uri: Option<&str>) -> Result<Url, Refusal> {
    let Some(registered) = consumer.callback_url.as_deref() else {
        return Err(fixture::NO_CALLBACK.bad_request().into());
    };
    let wanted = redirect_uri.unwrap_or(registered);
    wanted.starts_with(registered).then(|| Url::parse(wanted).ok()).flatten().ok_or_else(|| {
        let detail = "The redirect_uri does not match the consumer's callback URL.";
        problem(StatusCode::BAD_REQUEST, "Invalid redirect_uri", detail).into()
    })
}

/// All scopes of the consumer, or those of them that were asked for.
fn granted(consumer: &Consumer, asked: Option<&str>) -> Vec<String> {
    let wanted: Vec<&str> = asked.unwrap_or_default().split_whitespace().collect();
    let all = wanted.is_empty();
    consumer
        .scopes
        .iter()
        .filter(|scope| all || wanted.contains(&scope.as_str()))
        .cloned()
        .collect()
}
