//! The style sheet and the logos, at addresses that change with what they hold.

use axum::response::{IntoResponse, Response};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::header;
use sha2::{Digest, Sha256};

use crate::{fault::Fault, reason::Reason};

/// Where assets are.
const FOLDER: &str = "/assets/";
/// The address names the content, so that a browser never need ask again.
pub(crate) const CACHE: &str = "public, max-age=31536000, immutable";
/// Characters of the content's hash in the address: enough to tell versions apart.
const HASH: usize = 12;

const STYLE: (&str, &str) = ("style.css", include_str!("../assets/style.css"));
const BITBUCKET: (&str, &str) = ("bitbucket.svg", include_str!("../assets/bitbucket.svg"));
const MARK: (&str, &str) = ("key.svg", include_str!("../assets/key.svg"));

/// Everything that is served under `/assets/`.
#[derive(Debug, Clone)]
pub(crate) struct Assets {
    /// The style sheet's path.
    pub(crate) style: String,
    /// The site's own mark, and that of a provider without a logo.
    pub(crate) mark: String,
    bitbucket: String,
}

impl Assets {
    pub(crate) fn new() -> Self {
        Self { style: path(STYLE), mark: path(MARK), bitbucket: path(BITBUCKET) }
    }

    /// The path of a provider's logo. What begins with `bitbucket` is one of Bitbucket's, its Data
    /// Center say; a stand-in plays Bitbucket, its logo included.
    pub(crate) fn logo(&self, provider: &str) -> &str {
        let bitbucket = provider.starts_with("bitbucket") || provider == "stand-in";
        if bitbucket { &self.bitbucket } else { &self.mark }
    }

    /// Answers with the asset at `wanted`.
    pub(crate) fn serve(&self, wanted: &str) -> Result<Response, Fault> {
        let (kind, body) = match wanted {
            _ if wanted == self.style => ("text/css; charset=utf-8", STYLE.1),
            _ if wanted == self.bitbucket => ("image/svg+xml", BITBUCKET.1),
            _ if wanted == self.mark => ("image/svg+xml", MARK.1),
            _ => return Err(Reason::PageNotFound.into()),
        };
        let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE)];
        Ok((headers, body).into_response())
    }
}

fn path((name, content): (&str, &str)) -> String {
    let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(content));
    format!("{FOLDER}{}/{name}", &hash[..HASH])
}
