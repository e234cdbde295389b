//! The page of somebody whom nobody knows: they may sign up, or go back.

use askama::Template;
use axum::response::Response;
use latchkey_proto::v1::{LoginIntent, SignInRefused, StartLoginRequest};

use super::{
    callback, page,
    request::{LoginRequest, Target},
};
use crate::{
    assets::Assets,
    brand::Brand,
    fault::Fault,
    names,
    page::render,
    reason::Reason,
    redirect,
    site::Site,
    texts::{Explanation, Texts},
};

#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage<'a> {
    texts: &'a Texts,
    assets: &'a Assets,
    brand: Brand,
    explanation: &'a Explanation,
    action: String,
    fields: Vec<(&'static str, &'a str)>,
    /// Where the application hears that they were refused.
    back: &'a str,
    reference_id: &'a str,
}

/// Where a refusal leads: to the application or, where the person may sign up instead, to a page that
/// asks them.
pub(super) fn refused(site: &Site, texts: &Texts, end: SignInRefused) -> Result<Response, Fault> {
    let reason = Reason::Refused(end.reason());
    let back = redirect::checked_application(&end.redirect_url);
    let brand = Brand::of(end.application.as_ref());
    let (Some(sign_up), Some(back)) = (end.sign_up, back) else {
        return callback::to(reason, end.redirect_url, end.reference_id, brand);
    };
    let connection = names::last_part(&sign_up.connection).to_owned();
    let request = again(sign_up);
    render(&OfferPage {
        texts,
        assets: &site.assets,
        brand,
        explanation: texts.explanations.of(reason),
        action: page::action(&connection, texts.lang),
        fields: request.hidden_fields(),
        back: &back,
        reference_id: &end.reference_id,
    })
}

/// What the form of the page holds: what the sign-in page's own would hold.
fn again(sign_up: StartLoginRequest) -> LoginRequest {
    LoginRequest {
        target: Target { application: sign_up.application, redirect_uri: sign_up.redirect_uri },
        state: sign_up.state,
        code_challenge: sign_up.code_challenge,
        organization: sign_up.organization,
        intent: LoginIntent::SignUp,
        login_hint: sign_up.login_hint,
        prompt: sign_up.prompt,
        link_ticket: String::new(),
        ui_locales: String::new(),
    }
}
