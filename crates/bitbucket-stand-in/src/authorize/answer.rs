//! The redirect back to the application.

use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use url::{Url, form_urlencoded};

use super::request::Asked;
use crate::decision::{Decision, RedirectFault};
use crate::grants::{Code, Grant, Holder};
use crate::opaque::opaque;
use crate::pages::problem;
use crate::state::Known;
use crate::token;

/// Sends the browser back with what was decided.
pub(super) fn redirect(state: &Known, asked: &Asked, decision: &Decision) -> Response {
    match decision {
        Decision::Approve { account } => {
            let account = state.accounts.find(account);
            account.map_or_else(no_such_account, |account| approve(state, asked, &account.key))
        }
        Decision::Deny => error(state, asked, "access_denied"),
        Decision::Fault(fault) => go_wrong(state, asked, *fault),
    }
}

/// Sends the browser back with an error code of RFC 6749, 4.1.2.1.
pub(super) fn error(state: &Known, asked: &Asked, code: &str) -> Response {
    let description = match code {
        "access_denied" => "The resource owner denied the request.",
        "unsupported_response_type" => "The response type is not supported.",
        "invalid_request" => "The code challenge must use S256.",
        _ => "Something went wrong.",
    };
    let fields = [("error", code), ("error_description", description)];
    found(state, back(asked, asked.state.as_deref(), &fields))
}

/// Sends the browser to sign in, and then back to what was asked.
pub(super) fn sign_in(query: &str) -> Response {
    let mut next = form_urlencoded::Serializer::new(String::new());
    next.append_pair("next", &format!("/site/oauth2/authorize?{query}"));
    let location = format!("/account/signin/?{}", next.finish());
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

fn no_such_account() -> Response {
    let detail = "The decision names an account that this stand-in does not have.";
    problem(StatusCode::BAD_REQUEST, "No such account", detail)
}

fn approve(state: &Known, asked: &Asked, account: &str) -> Response {
    let location = if asked.implicit {
        implicit(state, asked, account)
    } else {
        let code = issue(state, asked, account);
        back(asked, asked.state.as_deref(), &[("code", &code)])
    };
    found(state, location)
}

fn go_wrong(state: &Known, asked: &Asked, fault: RedirectFault) -> Response {
    let sent = asked.state.as_deref();
    let location = match fault {
        RedirectFault::ServerError => return error(state, asked, "server_error"),
        RedirectFault::TemporarilyUnavailable => {
            return error(state, asked, "temporarily_unavailable");
        }
        RedirectFault::UnknownError => return error(state, asked, "moon_in_the_wrong_phase"),
        RedirectFault::NeitherCodeNorError => back(asked, sent, &[]),
        RedirectFault::WrongState => {
            back(asked, Some(&opaque()), &[("code", &issue_to_first(state, asked))])
        }
        RedirectFault::MissingState => {
            back(asked, None, &[("code", &issue_to_first(state, asked))])
        }
        RedirectFault::Replay => match state.decisions.last_redirect() {
            Some(location) => location,
            None => return error(state, asked, "server_error"),
        },
    };
    found(state, location)
}

fn issue_to_first(state: &Known, asked: &Asked) -> String {
    let first = state.accounts.list(1);
    issue(state, asked, first.first().map_or("", |account| &account.key))
}

fn issue(state: &Known, asked: &Asked, account: &str) -> String {
    let grant = grant(asked, account);
    let mut code = Code::new(grant, asked.redirect_uri.clone(), state.clock.now());
    code.challenge.clone_from(&asked.challenge);
    state.grants.issue_code(code)
}

fn grant(asked: &Asked, account: &str) -> Grant {
    Grant {
        consumer: asked.consumer.key.clone(),
        holder: Holder::Account(account.to_owned()),
        scopes: asked.scopes.clone(),
    }
}

/// A token at once, in the fragment (RFC 6749, 4.2.2).
fn implicit(state: &Known, asked: &Asked, account: &str) -> String {
    let reply = token::implicit_reply(state, grant(asked, account));
    let mut fragment = form_urlencoded::Serializer::new(String::new());
    for (name, value) in reply {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        fragment.append_pair(&name, &text);
    }
    fragment.extend_pairs(asked.state.iter().map(|sent| ("state", sent)));
    let mut url = asked.callback.clone();
    url.set_fragment(Some(&fragment.finish()));
    url.to_string()
}

/// The callback with more fields behind those that its query has.
fn back(asked: &Asked, state: Option<&str>, fields: &[(&str, &str)]) -> String {
    let mut url: Url = asked.callback.clone();
    let pairs = state.map(|state| ("state", state)).into_iter().chain(fields.iter().copied());
    url.query_pairs_mut().extend_pairs(pairs);
    url.to_string()
}

fn found(state: &Known, location: String) -> Response {
    state.decisions.remember(&location);
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}
