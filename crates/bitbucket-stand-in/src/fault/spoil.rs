//! Faulty answers: those made at once, and those made from the right answer.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, Stream};
use http::{StatusCode, header};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Fault, page};
use crate::fixture;
use crate::listener::Wire;
use crate::opaque::opaque;
use crate::state::Known;

/// More than any answer of the stand-in holds.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// Longer than the tokens that Atlassian announced for 2026 (more than 2,500 characters).
const LONG_TOKEN: usize = 2_600;
/// A piece of an endless answer: white space, which a JSON parser would skip for ever.
const ENDLESS_PIECE: &[u8] = &[b' '; 1024];
/// Pause between these pieces, so that a client without a limit does not take the machine down.
const ENDLESS_PAUSE: Duration = Duration::from_millis(1);

/// Answers without looking at the request, if the fault is of that kind.
pub(crate) async fn at_once(state: &Known, fault: Fault, wire: Option<&Wire>) -> Option<Response> {
    Some(match fault {
        Fault::ServerError { status } => page::server_error(status),
        Fault::HtmlOk => page::unexpected(),
        Fault::EndlessBody => json_body(Body::from_stream(until_stop(state, endless()))),
        Fault::ConnectionReset => reset(wire),
        Fault::Hang => {
            state.stop.cancelled().await;
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Fault::RateLimited { retry_after } => fixture::rate_limited(retry_after, &state.clock),
        Fault::Forbidden => (StatusCode::FORBIDDEN, fixture::FORBIDDEN.json()).into_response(),
        _ => return None,
    })
}

/// Spoils the right answer.
pub(crate) async fn spoil(state: &Known, fault: Fault, right: Response) -> Response {
    let (mut parts, body) = right.into_parts();
    let bytes = to_bytes(body, ANSWER_LIMIT).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = match fault {
        Fault::TruncatedJson => Body::from(bytes.slice(..bytes.len() / 2)),
        Fault::SlowBytes { interval_ms } => {
            let interval = Duration::from_millis(interval_ms);
            Body::from_stream(until_stop(state, drip(bytes, interval)))
        }
        _ => Body::from(alter_token(state, fault, bytes)),
    };
    Response::from_parts(parts, body)
}

fn alter_token(state: &Known, fault: Fault, bytes: Bytes) -> Bytes {
    let Ok(Value::Object(mut reply)) = serde_json::from_slice(&bytes) else { return bytes };
    let Some(token) = reply.get("access_token").and_then(Value::as_str).map(str::to_owned) else {
        return bytes;
    };
    match fault {
        Fault::ExpiresInString => {
            let text = reply.get("expires_in").map(Value::to_string);
            reply.insert("expires_in".to_owned(), json!(text));
        }
        Fault::ExpiresInAbsent => drop(reply.remove("expires_in")),
        Fault::TokenTypeBearer => drop(reply.insert("token_type".to_owned(), json!("Bearer"))),
        Fault::LongToken => {
            let long = opaque().repeat(LONG_TOKEN.div_ceil(opaque().len()));
            state.grants.rename_token(&token, long.clone());
            reply.insert("access_token".to_owned(), Value::String(long));
        }
        _ => {}
    }
    Value::Object(reply).to_string().into()
}

/// Cuts the connection; a foreign listener gives no hold of it, and there the broken body closes it.
fn reset(wire: Option<&Wire>) -> Response {
    if let Some(wire) = wire {
        wire.cut();
    }
    let broken = stream::once(async { Err::<Bytes, _>(std::io::Error::other("connection reset")) });
    json_body(Body::from_stream(broken))
}

fn json_body(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn drip(bytes: Bytes, interval: Duration) -> impl Stream<Item = Bytes> {
    stream::iter(0..bytes.len()).then(move |at| {
        let byte = bytes.slice(at..=at);
        async move {
            sleep(interval).await;
            byte
        }
    })
}

fn endless() -> impl Stream<Item = Bytes> {
    stream::repeat(Bytes::from_static(ENDLESS_PIECE)).then(|piece| async move {
        sleep(ENDLESS_PAUSE).await;
        piece
    })
}

fn until_stop(
    state: &Known,
    pieces: impl Stream<Item = Bytes> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    pieces.map(Ok).take_until(state.stop.clone().cancelled_owned())
}
