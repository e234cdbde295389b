//! What the demo application remembers between leaving for the sign-in and coming back.

use std::time::Duration;

use axum::response::Response;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use super::Demo;
use crate::{
    cookies::{self, MOST_ATTEMPTS},
    random,
};

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

    /// The session with this state that the browser brings along.
    pub(super) fn of(demo: &Demo, state: &str, headers: &HeaderMap) -> Option<Self> {
        let cookie = cookies::only(headers, &name(demo, state))?;
        let (kept, code_verifier) = cookie.split_once('.')?;
        // Nothing must not be equal to nothing.
        let same = !state.is_empty() && kept == state;
        same.then(|| Self { state: state.to_owned(), code_verifier: code_verifier.to_owned() })
    }

    /// Lets the browser keep it, beside those of other tabs; the oldest make room.
    pub(super) fn keep(&self, demo: &Demo, headers: &HeaderMap, response: &mut Response) {
        let prefix = prefix(demo);
        let mut kept: Vec<_> = cookies::all(headers)
            .map(|(name, _)| name)
            .filter(|n| n.starts_with(&prefix))
            .collect();
        kept.truncate((kept.len() + 1).saturating_sub(MOST_ATTEMPTS));
        let forgotten = kept.into_iter().filter_map(|name| demo.jar.forget(name));
        let value = format!("{}.{}", self.state, self.code_verifier);
        let cookie = demo.jar.set(&name(demo, &self.state), &value, AGE);
        for cookie in forgotten.chain(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }

    /// Makes the browser forget it: it is good for one return.
    pub(super) fn end(&self, demo: &Demo, response: &mut Response) {
        let cookie = demo.jar.forget(&name(demo, &self.state));
        response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    }
}

/// A cookie for each departure, so that two tabs do not meet.
fn name(demo: &Demo, state: &str) -> String {
    format!("{}{}", prefix(demo), cookies::suffix(state))
}

fn prefix(demo: &Demo) -> String {
    format!("{}demo-", demo.jar.prefix())
}
