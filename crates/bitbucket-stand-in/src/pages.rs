//! The stand-in's own pages: what it is, that it lives, how it looks, and what went wrong.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderName, StatusCode, header};

use crate::account::Account;
use crate::consumer::Consumer;
use crate::state::Known;

/// How many accounts a page lists: a load test may have added thousands.
pub(crate) const LISTED: usize = 50;

/// No scripts, nothing from elsewhere. No `form-action`: it would block the redirect after the consent form.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// `/`, `/healthz` and the stylesheet.
pub(crate) fn routes() -> Router<Arc<Known>> {
    Router::new()
        .route("/", get(index))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/stand-in.css", get(stylesheet))
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    base_url: &'a str,
    consumers: &'a [Arc<Consumer>],
    accounts: &'a [Arc<Account>],
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Problem<'a> {
    title: &'a str,
    detail: &'a str,
}

async fn index(State(state): State<Arc<Known>>) -> Response {
    let page = Index {
        base_url: &state.base_url,
        consumers: &state.consumers.list(),
        accounts: &state.accounts.list(LISTED),
    };
    html(StatusCode::OK, &page)
}

async fn stylesheet() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, include_str!("../assets/stand-in.css")).into_response()
}

/// A page that tells a person why they are not sent back.
pub(crate) fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    html(status, &Problem { title, detail })
}

/// A page with the headers that keep it harmless.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(page) => (status, HEADERS, Html(page)).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "page not rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
