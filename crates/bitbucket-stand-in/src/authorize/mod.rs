//! `/site/oauth2/authorize`: who asks for what, and what the person says.

mod answer;
mod page;
mod request;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;

use crate::decision::Decision;
use crate::fields::Fields;
use crate::pages::problem;
use crate::refusal::Refusal;
use crate::state::Known;

use request::Asked;

/// `GET`: answers with the decision taken in advance, or asks a person.
pub(crate) async fn ask(
    State(state): State<Arc<Known>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    if state.quirks().sign_in_before_all {
        return Ok(answer::sign_in(&query));
    }
    let asked = Asked::read(&state, &query)?;
    Ok(match state.decisions.take() {
        Some(decision) => answer::redirect(&state, &asked, &decision),
        None => page::consent(&state, &asked, &query),
    })
}

/// `POST`: the consent page's buttons; the query is the one of the page.
pub(crate) async fn decide(
    State(state): State<Arc<Known>>,
    RawQuery(query): RawQuery,
    form: Bytes,
) -> Result<Response, Refusal> {
    let asked = Asked::read(&state, &query.unwrap_or_default())?;
    let form = Fields::parse(&form);
    let decision = match (form.get("decision"), form.get("account")) {
        (Some("grant"), Some(account)) => Decision::Approve { account: account.to_owned() },
        (Some("deny"), _) => Decision::Deny,
        _ => {
            let detail = "Go back, choose an account, and grant access or deny it.";
            return Ok(problem(StatusCode::BAD_REQUEST, "Nothing was decided", detail));
        }
    };
    Ok(answer::redirect(&state, &asked, &decision))
}
