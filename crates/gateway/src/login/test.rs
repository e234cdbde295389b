//! `/login/test/{ticket}`: somebody tries a connection out, and reads what came of it.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use http::{HeaderMap, Uri};
use latchkey_proto::v1::{
    RedeemTestTicketRequest, RedeemTestTicketResponse, StartLoginResponse, Tested, tested::Failure,
};

use super::start;
use crate::{
    assets::Assets,
    fault::Fault,
    names,
    page::{self, Language},
    place::Place,
    query::Params,
    reason::Reason,
    site::Site,
    texts::{TestResult, Texts},
};

/// `RedeemTestTicketRequest.ticket`, in characters.
const LONGEST_TICKET: usize = 256;

#[derive(Template)]
#[template(path = "test.html")]
struct TestPage<'a> {
    texts: &'a Texts,
    assets: &'a Assets,
}

/// Says what will happen. Whatever looks ahead at the link uses no ticket up.
pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    _: Place,
    Extension(Language(texts)): Extension<Language>,
    Path(ticket): Path<String>,
) -> Result<Response, Fault> {
    if !is_ticket(&ticket) {
        return Err(Reason::PageNotFound.into());
    }
    page::render(&TestPage { texts, assets: &site.assets })
}

/// Uses the ticket up and sends the browser to the provider.
pub(crate) async fn begin(
    State(site): State<Arc<Site>>,
    place: Place,
    Path(ticket): Path<String>,
    (uri, headers): (Uri, HeaderMap),
) -> Result<Response, Fault> {
    if !start::is_from_here(&place, &headers) {
        return Err(Reason::CrossSite.into());
    }
    if !is_ticket(&ticket) {
        return Err(Reason::PageNotFound.into());
    }
    let call = RedeemTestTicketRequest { ticket, host: place.host.clone() };
    let RedeemTestTicketResponse { authorization_url, browser_secret, cookie_name, cookie_max_age } =
        site.service.redeem_ticket(call).await?;
    let started =
        StartLoginResponse { authorization_url, browser_secret, cookie_name, cookie_max_age };
    let query = Params::parse(uri.query().unwrap_or_default().as_bytes());
    let ui_locales = query.once("ui_locales").unwrap_or_default();
    start::to_provider(&place, &started, ui_locales, &headers)
}

#[derive(Template)]
#[template(path = "tested.html")]
struct TestedPage<'a> {
    texts: &'a Texts,
    assets: &'a Assets,
    result: &'a TestResult,
    passed: bool,
    reason: &'a str,
    reference_id: &'a str,
}

/// Says what came of it: there is no application to go back to.
pub(super) fn over(site: &Site, texts: &Texts, tested: &Tested) -> Result<Response, Fault> {
    let reason = tested.failure.map(|failure| match failure {
        Failure::Refused(reason) => Reason::Refused(reason.try_into().unwrap_or_default()),
        Failure::Failed(reason) => Reason::Failed(reason.try_into().unwrap_or_default()),
    });
    page::render(&TestedPage {
        texts,
        assets: &site.assets,
        result: texts.test.results.of(reason),
        passed: reason.is_none(),
        reason: reason.map_or("", Reason::code),
        reference_id: &tested.reference_id,
    })
}

fn is_ticket(ticket: &str) -> bool {
    ticket.len() <= LONGEST_TICKET && names::is_plain(ticket)
}
