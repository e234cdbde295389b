//! The demo application's front page, and the way to the sign-in page.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::HeaderMap;
use url::form_urlencoded;

use super::{Demo, session::Session};
use crate::{assets::Assets, fault::Fault, page};

#[derive(Template)]
#[template(path = "demo_home.html")]
struct HomePage<'a> {
    assets: &'a Assets,
}

/// The front page.
pub(super) async fn home(State(demo): State<Arc<Demo>>) -> Result<Response, Fault> {
    page::render(&HomePage { assets: &demo.assets })
}

/// Sends the browser to the sign-in page, and remembers what only this browser may know.
pub(super) async fn begin(State(demo): State<Arc<Demo>>, headers: HeaderMap) -> Response {
    leave(&demo, &Session::begin(), &headers, "")
}

/// Sends the browser to the sign-in page: with a link ticket, to add an account.
pub(super) fn leave(
    demo: &Demo,
    session: &Session,
    headers: &HeaderMap,
    link_ticket: &str,
) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("application", &demo.application)
        .append_pair("redirect_uri", &demo.redirect_uri)
        .append_pair("state", &session.state)
        .append_pair("code_challenge", &session.code_challenge())
        .append_pair("code_challenge_method", "S256");
    if !link_ticket.is_empty() {
        query.append_pair("link_ticket", link_ticket);
    }
    let mut response = Redirect::to(&format!("/login?{}", query.finish())).into_response();
    session.keep(demo, headers, &mut response);
    response
}
