//! Back from the sign-in: the demo application redeems its code and shows what it learnt.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use latchkey_proto::v1::{Identity, RedeemLoginRequest, RedeemLoginResponse, SignInResult, User};

use super::{Demo, add_account, session::Session};
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
    claims: String,
}

#[derive(Template)]
#[template(path = "demo_error.html")]
struct ErrorPage<'a> {
    assets: &'a Assets,
    what: &'static str,
    error: &'a str,
}

/// The state is not one that this browser left with, or it is back already.
const ELSEWHERE: &str = "A sign-in can be shown once, and only in the browser that began it. \
                         This one was shown already, or began somewhere else.";
const DENIED: &str = "You said no, so Acme Notes was not told who you are.";
const FAILED: &str = "The sign-in did not work out.";

/// The browser came back.
pub(super) async fn arrived(
    State(demo): State<Arc<Demo>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let one = |name| params.once(name).unwrap_or_default();
    let Some(session) = Session::of(&demo, one("state"), &headers) else {
        return refused(&demo, ELSEWHERE, "");
    };
    let mut response = match one("error") {
        "" => redeem(&demo, &session, one("code")).await?,
        "access_denied" => refused(&demo, DENIED, "access_denied")?,
        error => refused(&demo, FAILED, error)?,
    };
    session.end(&demo, &mut response);
    Ok(response)
}

async fn redeem(demo: &Demo, session: &Session, code: &str) -> Result<Response, Fault> {
    let code_verifier = session.code_verifier.clone();
    match demo.service.redeem(RedeemLoginRequest { code: code.to_owned(), code_verifier }).await {
        Ok(redeemed) => {
            let who = add_account::remember(demo, &redeemed.id_token);
            let mut response = welcome(demo, redeemed)?;
            response.headers_mut().extend(who.map(|cookie| (header::SET_COOKIE, cookie)));
            Ok(response)
        }
        Err(status) => refused(demo, FAILED, Fault::from(status).reason.code()),
    }
}

fn welcome(demo: &Demo, redeemed: RedeemLoginResponse) -> Result<Response, Fault> {
    let json = serde_json::to_string_pretty(&redeemed);
    page::render(&SignedInPage {
        assets: &demo.assets,
        json: json.map_err(|_| Fault::new(Reason::INTERNAL))?,
        claims: claims(&redeemed.id_token).unwrap_or_default(),
        result: match redeemed.result() {
            SignInResult::SignedUp => "signed up",
            SignInResult::Linked => "signed in, with an account that is now linked to this user",
            SignInResult::SignedIn | SignInResult::Unspecified => "signed in",
        },
        user: redeemed.user.unwrap_or_default(),
        identity: redeemed.identity.unwrap_or_default(),
        reference_id: redeemed.reference_id,
    })
}

/// What an id token says. Here it came from the service itself; whoever gets one from anybody else
/// verifies it first, with the keys of `/.well-known/jwks.json` (OpenID Connect Core 1.0, 3.1.3.7).
fn claims(id_token: &str) -> Option<String> {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    serde_json::to_string_pretty(&claims).ok()
}

pub(super) fn refused(demo: &Demo, what: &'static str, error: &str) -> Result<Response, Fault> {
    let mut response = page::render(&ErrorPage { assets: &demo.assets, what, error })?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}
