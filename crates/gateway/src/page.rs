//! Around every handler: the place, the language, the time limit, and the page that a fault becomes.

use std::{any::Any, sync::Arc, time::Duration};

use askama::Template;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, header};

use crate::{
    assets::Assets,
    client,
    fault::Fault,
    headers, language,
    login::attempt,
    place::Places,
    query::Params,
    reason::Reason,
    texts::{Explanation, Texts},
};

/// A request is over by then: `CompleteLogin`, the longest call, has 15 s.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// What the frame around the handlers must know.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Tells where requests are.
    pub(crate) places: Arc<Places>,
    /// What pages link to.
    pub(crate) assets: Assets,
}

/// The language of the request's page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language(pub(crate) &'static Texts);

/// Runs a handler and finishes its answer.
pub(crate) async fn finish(
    State(frame): State<Frame>,
    mut request: Request,
    next: Next,
) -> Response {
    let params = Params::parse(request.uri().query().unwrap_or_default().as_bytes());
    let place = frame.places.of(&request);
    let began_in = place
        .as_ref()
        .and_then(|place| attempt::language_of(place.jar, request.uri(), request.headers()));
    let asked = params.once("ui_locales").unwrap_or_default();
    let texts = language::pick(asked, began_in, request.headers());
    let client = frame.places.client(&request);
    request.extensions_mut().insert(Language(texts));
    if let Some(place) = place.clone() {
        request.extensions_mut().insert(place);
    }

    let answer = client::at(client, next.run(request));
    let mut response = match tokio::time::timeout(TIME_LIMIT, answer).await {
        Ok(response) => response,
        Err(_) => Fault::new(Reason::TimedOut).into_response(),
    };
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        log(&fault);
        show(&fault, texts, &frame.assets, &mut response);
    }
    headers::harden(place.as_ref().unwrap_or(frame.places.own()), response)
}

/// Renders a page.
pub(crate) fn render(page: &impl Template) -> Result<Response, Fault> {
    match page.render() {
        Ok(html) => Ok(Html(html).into_response()),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page cannot be rendered");
            Err(Reason::INTERNAL.into())
        }
    }
}

/// What a handler that panicked answers.
pub(crate) fn panicked(_payload: Box<dyn Any + Send + 'static>) -> Response {
    Fault::new(Reason::INTERNAL).into_response()
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    texts: &'a Texts,
    assets: &'a Assets,
    explanation: &'a Explanation,
    fault: &'a Fault,
}

/// Puts the page of a fault into its answer.
fn show(fault: &Fault, texts: &Texts, assets: &Assets, response: &mut Response) {
    let explanation = texts.explanations.of(fault.reason);
    let page = FaultPage { texts, assets, explanation, fault };
    if let Ok(html) = page.render() {
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        *response.body_mut() = html.into();
    }
    if let Some(seconds) = fault.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
}

/// Logs a fault by its names; what the browser sent stays out.
fn log(fault: &Fault) {
    let (reference_id, reason) = (fault.reference_id.as_str(), fault.reason.code());
    let grpc = fault.source.as_ref();
    let code = grpc.map(|status| tracing::field::debug(status.code()));
    if fault.reason.status().is_server_error() {
        let message = grpc.map(tonic::Status::message);
        tracing::error!(reference_id, reason, rpc.code = code, rpc.message = message, "error page");
    } else {
        tracing::info!(reference_id, reason, rpc.code = code, "error page");
    }
}
