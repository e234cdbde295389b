//! Back from the sign-in: the demo application redeems its code and shows what it learnt.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use latchkey_proto::v1::{Identity, RedeemLoginRequest, RedeemLoginResponse, SignInResult, User};

use super::{Demo, session::Session};
use crate::{assets::Assets, fault::Fault, page, query::Params, reason::Reason};

#[derive(Template)]
#[template(path = "demo_signed_in.html")]
struct SignedInPage<'a> {
    assets: &'a Assets,
    user: User,
    identity: Identity,
    result: &'static str,
    reference_id: String,
    json: String,
}

#[derive(Template)]
#[template(path = "demo_error.html")]
struct ErrorPage<'a> {
    assets: &'a Assets,
    error: &'a str,
}

/// The browser came back.
pub(super) async fn arrived(
    State(demo): State<Arc<Demo>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let mut response = answer(&demo, &params, &headers).await?;
    Session::end(&demo, &mut response);
    Ok(response)
}

async fn answer(demo: &Demo, params: &Params, headers: &HeaderMap) -> Result<Response, Fault> {
    let one = |name| params.once(name).unwrap_or_default();
    let state = one("state");
    let Some(session) = Session::of(demo, headers).filter(|session| session.state == state) else {
        return refused(demo, "the state is not one that this browser left with");
    };
    if !one("error").is_empty() {
        return refused(demo, one("error"));
    }
    let call =
        RedeemLoginRequest { code: one("code").to_owned(), code_verifier: session.code_verifier };
    match demo.service.redeem(call).await {
        Ok(redeemed) => welcome(demo, redeemed),
        Err(status) => refused(demo, Fault::from(status).reason.code()),
    }
}

fn welcome(demo: &Demo, redeemed: RedeemLoginResponse) -> Result<Response, Fault> {
    let json = serde_json::to_string_pretty(&redeemed);
    page::render(&SignedInPage {
        assets: &demo.assets,
        json: json.map_err(|_| Fault::new(Reason::INTERNAL))?,
        result: match redeemed.result() {
            SignInResult::SignedUp => "signed up",
            SignInResult::Linked => "signed in, with an account that is now linked",
            SignInResult::SignedIn | SignInResult::Unspecified => "signed in",
        },
        user: redeemed.user.unwrap_or_default(),
        identity: redeemed.identity.unwrap_or_default(),
        reference_id: redeemed.reference_id,
    })
}

fn refused(demo: &Demo, error: &str) -> Result<Response, Fault> {
    let mut response = page::render(&ErrorPage { assets: &demo.assets, error })?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}
