//! `GET /logos/{application}/{sha256}`: the logo of an application, at an address that changes with it.
//!
//! Anybody may ask, as often as they like: what the service said once is kept, as it can never be another.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{Uri, header};
use latchkey_proto::v1::GetApplicationLogoRequest;
use moka::future::Cache;
use tonic::Status;

use crate::{assets::CACHE, fault::Fault, names, reason::Reason, service::Service, site::Site};

const FOLDER: &str = "/logos/";
/// What is passed on: images without scripts. With `nosniff`, browsers take them for nothing else.
const MEDIA_TYPES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];
/// How many logos are kept: 3 MiB of the largest. The others are asked for again.
const MOST: u64 = 64;

/// The logos that the service named, by their paths.
#[derive(Debug)]
pub(crate) struct Logos(Cache<String, Logo>);

/// A logo, ready to be sent.
#[derive(Debug, Clone)]
struct Logo {
    media_type: String,
    bytes: Bytes,
}

impl Default for Logos {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Logos {
    /// The logo at a path. Whoever asks for one that is just asked for waits for that answer.
    async fn at(
        &self,
        path: &str,
        service: &Service,
        request: GetApplicationLogoRequest,
    ) -> Result<Logo, Fault> {
        let asking = async {
            let found = service.logo(request).await?;
            Ok(Logo { media_type: found.media_type, bytes: found.logo.into() })
        };
        let found = self.0.try_get_with_by_ref(path, asking).await;
        found.map_err(|status: Arc<Status>| Fault::from(Arc::unwrap_or_clone(status)))
    }
}

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
    let found = site.logos.at(uri.path(), &site.service, call).await?;
    let kind = MEDIA_TYPES.into_iter().find(|kind| *kind == found.media_type);
    let kind = kind.ok_or(Reason::INTERNAL)?;
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE)];
    Ok((headers, found.bytes).into_response())
}

fn is_digest(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(plain)
}
