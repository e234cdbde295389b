//! `POST /login/{connection}`: starts a sign-in and sends the browser to the provider.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use latchkey_proto::v1::StartLoginResponse;

use super::{
    attempt::Attempt,
    request::{LoginRequest, Malformed, Target},
};
use crate::{
    cookies::{self, MOST_ATTEMPTS},
    fault::Fault,
    names,
    place::Place,
    query::Params,
    reason::Reason,
    redirect,
    site::Site,
};

/// What a browser sends a form as.
const FORM: &str = "application/x-www-form-urlencoded";
/// How long "Last used" is remembered: half a year.
const LAST_USED_AGE: Duration = Duration::from_hours(180 * 24);

/// Somebody picked a way in on the sign-in page.
pub(crate) async fn chosen(
    State(site): State<Arc<Site>>,
    place: Place,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Fault> {
    if !is_from_here(&place, &headers) {
        return Err(Reason::CrossSite.into());
    }
    let id = uri.path().strip_prefix("/login/").filter(|id| names::is_id(id));
    let connection =
        format!("{}/connections/{}", site.environment, id.ok_or(Reason::PageNotFound)?);
    let form = Params::parse(&form(&headers, body)?);
    let query = Params::parse(uri.query().unwrap_or_default().as_bytes());
    let target = Target::read(&site, &form)?;
    let mut request = LoginRequest::read(target, &site.environment, &form)
        .map_err(|Malformed(_)| Reason::LinkInvalid)?;
    query.once("ui_locales").unwrap_or_default().clone_into(&mut request.ui_locales);
    with(&site, &place, request, connection, &headers).await
}

/// Starts `request` through `connection`.
pub(crate) async fn with(
    site: &Site,
    place: &Place,
    request: LoginRequest,
    connection: String,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let start_again = request.path();
    let id = names::last_part(&connection).to_owned();
    let ui_locales = request.ui_locales.clone();
    let started = site.service.start(request.into_call(connection, &place.host)).await;
    let started = started.map_err(|status| again(status.into(), start_again))?;

    let mut response = to_provider(place, &started, &ui_locales, headers)?;
    let last = place.jar.set(&last_used_cookie(place), &id, LAST_USED_AGE);
    response.headers_mut().extend(last.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Sends the browser to the provider, bound to what was started, in the language that was asked for.
pub(crate) fn to_provider(
    place: &Place,
    started: &StartLoginResponse,
    ui_locales: &str,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let mut response = redirect::to_provider(&started.authorization_url)?;
    let attempt = attempt_cookie(place, started, ui_locales).ok_or(Reason::INTERNAL)?;
    for cookie in surplus(place, headers, &started.cookie_name).chain([attempt]) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Offers to begin again where that may help.
pub(crate) fn again(fault: Fault, path: String) -> Fault {
    let status = fault.reason.status();
    let may_help = status.is_server_error()
        || matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
    if may_help { fault.or_start_again_at(path) } else { fault }
}

/// The name of the cookie that holds the id of the connection used last, and nothing else.
pub(crate) fn last_used_cookie(place: &Place) -> String {
    format!("{}last", place.jar.prefix())
}

/// The cookie that binds the sign-in to this browser; `None` if the service's name for it does not
/// fit this place, so that the callback would not find it.
fn attempt_cookie(
    place: &Place,
    started: &StartLoginResponse,
    ui_locales: &str,
) -> Option<HeaderValue> {
    let age = started.cookie_max_age.as_ref()?.seconds;
    let age = Duration::from_secs(age.try_into().ok()?);
    let name = Some(&started.cookie_name).filter(|name| place.jar.is_attempt(name))?;
    Attempt::begun(name, &started.browser_secret, ui_locales).keep(place.jar, age)
}

/// Forgets the oldest sign-ins of a browser that has too many under way.
fn surplus(
    place: &Place,
    headers: &HeaderMap,
    starting: &str,
) -> impl Iterator<Item = HeaderValue> {
    let mut under_way: Vec<&str> = cookies::all(headers)
        .map(|(name, _)| name)
        .filter(|name| place.jar.is_attempt(name) && *name != starting)
        .collect();
    let kept = under_way.len().min(MOST_ATTEMPTS - 1);
    under_way.truncate(under_way.len() - kept);
    under_way.into_iter().filter_map(|name| place.jar.forget(name))
}

/// Whether the form was on a page of this site: otherwise somebody else could begin a sign-in in
/// this browser. Our own pages send `Origin: null`, because they send no referrer; the browser then
/// vouches for them in `Sec-Fetch-Site`.
pub(crate) fn is_from_here(place: &Place, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let vouched = match text("sec-fetch-site") {
        Some("same-origin" | "none") => true,
        Some(_) => return false,
        None => false,
    };
    match text("origin") {
        None => true,
        Some("null") => vouched,
        Some(origin) => origin == place.origin,
    }
}

/// The body, if it is a form's.
pub(super) fn form(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Bytes, Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case(FORM) {
        return Err(Reason::LinkInvalid.into());
    }
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Reason::RequestTooLarge.into(),
        _ => Reason::LinkInvalid.into(),
    })
}
