//! The consent page.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::request::Asked;
use crate::account::Account;
use crate::pages::{LISTED, html};
use crate::state::Known;

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    application: &'a str,
    scopes: &'a [String],
    returns_to: &'a str,
    accounts: &'a [Arc<Account>],
    query: &'a str,
}

/// Asks a person who they are and whether they agree.
pub(super) fn consent(state: &Known, asked: &Asked, query: &str) -> Response {
    let page = Consent {
        application: &asked.consumer.name,
        scopes: &asked.scopes,
        returns_to: &asked.callback.origin().ascii_serialization(),
        accounts: &state.accounts.list(LISTED),
        query,
    };
    html(StatusCode::OK, &page)
}
