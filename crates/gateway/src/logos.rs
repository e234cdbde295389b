//! `GET /logos/{application}/{sha256}`: the logo of an application, at an address that changes with it.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{Uri, header};
use latchkey_proto::v1::GetApplicationLogoRequest;

use crate::{fault::Fault, names, reason::Reason, site::Site};

const FOLDER: &str = "/logos/";
/// The address names the content, so that a browser never need ask again.
const CACHE: &str = "public, max-age=31536000, immutable";
/// What is passed on: images without scripts. With `nosniff`, browsers take them for nothing else.
const MEDIA_TYPES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// Where an application's logo is; `None` if that is no id, or no digest.
pub(crate) fn path(application: &str, sha256: &str) -> Option<String> {
    let fits = names::is_id(application) && is_digest(sha256);
    fits.then(|| format!("{FOLDER}{application}/{sha256}"))
}

/// Answers with a logo.
pub(crate) async fn show(State(site): State<Arc<Site>>, uri: Uri) -> Result<Response, Fault> {
    let named = uri.path().strip_prefix(FOLDER).and_then(|rest| rest.split_once('/'));
    let named = named.filter(|(id, digest)| path(id, digest).is_some());
    let (id, sha256) = named.ok_or(Reason::PageNotFound)?;
    let application = format!("{}/applications/{id}", site.environment);
    let call = GetApplicationLogoRequest { application, sha256: sha256.to_owned() };
    let found = site.service.logo(call).await?;
    let kind = MEDIA_TYPES.into_iter().find(|kind| *kind == found.media_type);
    let kind = kind.ok_or(Reason::INTERNAL)?;
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE)];
    Ok((headers, found.logo).into_response())
}

fn is_digest(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(plain)
}
