//! An answer that has begun: its status, and its body up to a limit.

use http::{HeaderMap, StatusCode, header};
use latchkey_domain::provider::Error;
use reqwest::Response;
use serde::de::DeserializeOwned;

use crate::outage::broken;

/// Far above any answer that is read here (an account has 2 KiB), far below what would hurt.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// An answer whose body is still to be read.
#[derive(Debug)]
pub(crate) struct Answer {
    response: Response,
}

impl Answer {
    pub(crate) fn new(response: Response) -> Self {
        Self { response }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Whether it calls itself JSON.
    pub(crate) fn is_json(&self) -> bool {
        is_json(self.headers())
    }

    /// Reads what a page begins with: its title is there.
    pub(crate) async fn page(mut self) -> Result<String, Error> {
        let mut body = Vec::new();
        while body.len() < MAX_BODY
            && let Some(chunk) = self.response.chunk().await.map_err(broken)?
        {
            body.extend_from_slice(&chunk[..chunk.len().min(MAX_BODY - body.len())]);
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Reads a JSON body, counting as it comes: a length that is announced proves nothing.
    pub(crate) async fn body(mut self) -> Result<Vec<u8>, Error> {
        if !self.is_json() {
            return Err(Error::Malformed("not JSON"));
        }
        let mut body = Vec::new();
        while let Some(chunk) = self.response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Error::Malformed("more than 64 KiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Reads the body as a `T`. What is wrong with it is not told: that would repeat parts of it.
    pub(crate) async fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        let body = self.body().await?;
        serde_json::from_slice(&body)
            .map_err(|_| Error::Malformed("not the JSON that is documented"))
    }
}

/// `application/json`, with or without parameters, in any case.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
