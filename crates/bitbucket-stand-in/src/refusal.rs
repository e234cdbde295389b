//! An answer that ends a request early, small enough to be returned as an error.

use axum::response::{IntoResponse, Response};

/// The answer to a request that is not carried out.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Response>);

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}
