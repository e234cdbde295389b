//! The HTML that a web server in trouble sends instead of JSON.

use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;

/// An HTML page of a web server in trouble.
pub(crate) fn server_error(status: u16) -> Response {
    let status = StatusCode::from_u16(status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, page(&status.to_string())).into_response()
}

/// An HTML page where nobody expects one.
pub(super) fn unexpected() -> Response {
    page("We'll be right back").into_response()
}

fn page(title: &str) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>{title}</title></head>\n\
         <body><h1>{title}</h1></body>\n</html>\n"
    ))
}
