//! What the demo application remembers between leaving for the sign-in and coming back.

use std::time::Duration;

use axum::response::Response;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use super::Demo;
use crate::{cookies, random};

/// A little longer than a sign-in may take.
const AGE: Duration = Duration::from_mins(15);

/// The secrets of one sign-in.
pub(super) struct Session {
    /// Comes back in the redirect: proves that this browser left for it.
    pub(super) state: String,
    /// Proves to the service that the code is ours (RFC 7636).
    pub(super) code_verifier: String,
}

impl Session {
    pub(super) fn begin() -> Self {
        Self { state: random::token(), code_verifier: random::token() }
    }

    /// The S256 challenge of the verifier.
    pub(super) fn code_challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&self.code_verifier))
    }

    /// The session that this browser brings along.
    pub(super) fn of(demo: &Demo, headers: &HeaderMap) -> Option<Self> {
        let cookie = cookies::only(headers, &name(demo))?;
        // Nothing must not be equal to nothing.
        let (state, code_verifier) =
            cookie.split_once('.').filter(|(state, _)| !state.is_empty())?;
        Some(Self { state: state.to_owned(), code_verifier: code_verifier.to_owned() })
    }

    /// Lets the browser keep it.
    pub(super) fn keep(&self, demo: &Demo, response: &mut Response) {
        let value = format!("{}.{}", self.state, self.code_verifier);
        let cookie = demo.jar.set(&name(demo), &value, AGE);
        response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    }

    /// Makes the browser forget it: it is good for one return.
    pub(super) fn end(demo: &Demo, response: &mut Response) {
        let cookie = demo.jar.forget(&name(demo));
        response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    }
}

fn name(demo: &Demo) -> String {
    format!("{}demo", demo.jar.prefix())
}
