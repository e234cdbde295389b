//! The oauth2 library's requests, sent by a provider's client.

use std::pin::Pin;

use http::StatusCode;
use latchkey_domain::provider::Error;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::{http::Http, outage::broken};

/// Sends a token request once. What is told by the status alone does not reach the library, whose own
/// error would hold the body.
impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(broken)?;
            let answer = self.send(request).await?;
            let status = answer.status();
            if status == StatusCode::UNAUTHORIZED {
                // RFC 6749, 5.2: what a client gets that could not be authenticated.
                return Err(Error::ClientRefused);
            }
            let mut response = HttpResponse::new(answer.body().await?);
            *response.status_mut() = status;
            Ok(response)
        })
    }
}
