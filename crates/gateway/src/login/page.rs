//! `GET /login`: the ways in, or straight to the one that the application named.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{RawQuery, State},
    response::Response,
};
use http::HeaderMap;
use latchkey_proto::v1::{ListLoginOptionsRequest, ListLoginOptionsResponse, LoginOption};
use url::form_urlencoded;

use super::{
    request::{LoginRequest, Malformed, Target},
    start,
};
use crate::{
    assets::Assets,
    brand::Brand,
    cookies,
    fault::Fault,
    names,
    page::{self, Language},
    place::Place,
    query::Params,
    reason::Reason,
    redirect,
    site::Site,
    texts::Texts,
};

/// Longest query: a redirect URI and a state of 512 characters, each of them percent-encoded, and
/// the hints.
const LONGEST_QUERY: usize = 6 * 1024;

/// Shows the sign-in page.
pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    place: Place,
    Extension(Language(texts)): Extension<Language>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query = query.unwrap_or_default();
    if query.len() > LONGEST_QUERY {
        return Err(Reason::LinkInvalid.into());
    }
    let params = Params::parse(query.as_bytes());
    let target = Target::read(&site, &params)?;
    let request = match LoginRequest::read(target, &site.environment, &params) {
        Ok(request) => request,
        Err(Malformed(target)) => return refuse(&site, &place, &target, &params).await,
    };
    match params.once("connection") {
        Ok("") => choose(&site, &place, texts, &request, &headers).await,
        Ok(named) => match site.name("connections", named) {
            Some(connection) => start::with(&site, &place, request, connection, &headers).await,
            None => refuse(&site, &place, &request.target, &params).await,
        },
        Err(_) => refuse(&site, &place, &request.target, &params).await,
    }
}

/// Tells the application that its request is not right, if the address is really its own.
async fn refuse(
    site: &Site,
    place: &Place,
    target: &Target,
    params: &Params,
) -> Result<Response, Fault> {
    options(site, place, target).await?;
    redirect::invalid_request(&target.redirect_uri, params.once("state").unwrap_or_default())
}

async fn options(
    site: &Site,
    place: &Place,
    target: &Target,
) -> Result<ListLoginOptionsResponse, Fault> {
    let call = ListLoginOptionsRequest {
        application: target.application.clone(),
        redirect_uri: target.redirect_uri.clone(),
        host: place.host.clone(),
    };
    Ok(site.service.options(call).await?)
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    texts: &'a Texts,
    assets: &'a Assets,
    /// The title says the name.
    brand: Brand,
    title: String,
    choose: &'static str,
    fields: Vec<(&'static str, &'a str)>,
    options: Vec<Choice<'a>>,
}

/// A button.
struct Choice<'a> {
    action: String,
    label: String,
    logo: &'a str,
    last_used: bool,
}

async fn choose(
    site: &Site,
    place: &Place,
    texts: &Texts,
    request: &LoginRequest,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let listed = options(site, place, &request.target)
        .await
        .map_err(|fault| start::again(fault, request.path()))?;
    let last = cookies::only(headers, &start::last_used_cookie(place)).unwrap_or_default();
    let choice = |option: &LoginOption| {
        let id = names::last_part(&option.connection);
        Choice {
            action: action(id, &request.ui_locales),
            label: texts.continue_with.replace("{}", &option.display_name),
            logo: site.assets.logo(&option.provider),
            last_used: id == last,
        }
    };
    let (title, choose) = if request.link_ticket.is_empty() {
        (texts.sign_in_to, texts.choose)
    } else {
        (texts.add_account_at, texts.choose_to_add)
    };
    page::render(&SignInPage {
        texts,
        assets: &site.assets,
        brand: Brand::logo_alone(&request.target.application, listed.application_logo.as_ref()),
        title: title.replace("{}", &listed.application_display_name),
        choose,
        fields: request.hidden_fields(),
        options: listed.options.iter().map(choice).collect(),
    })
}

/// Where a button's form goes. The language is in the address, where error pages look for it.
pub(super) fn action(connection: &str, ui_locales: &str) -> String {
    if ui_locales.is_empty() {
        return format!("/login/{connection}");
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("ui_locales", ui_locales);
    format!("/login/{connection}?{}", query.finish())
}
