//! Whether Bitbucket itself answers at an endpoint, asked without a secret.

use http::{StatusCode, header};
use latchkey_domain::provider::{Endpoint, Error};
use serde_json::{Map, Value};

use super::settings::Settings;
use crate::{http::Http, outage::broken};

/// Whoever is not Bitbucket does not refuse in its words: 400 without a consumer at the token endpoint, 401
/// without a token at the API, and JSON both times.
pub(super) async fn reach(
    http: &Http,
    settings: &Settings,
    endpoint: Endpoint,
) -> Result<(), Error> {
    let (request, refusals) = match endpoint {
        Endpoint::Token => {
            let form = [("grant_type", "authorization_code")];
            let request = http.client().post(settings.token_url.clone()).form(&form);
            (request, &[StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED][..])
        }
        Endpoint::Api => {
            let request = http.client().get(settings.api(&["user"]));
            (request, &[StatusCode::UNAUTHORIZED][..])
        }
    };
    let request = request.header(header::ACCEPT, "application/json").build().map_err(broken)?;
    let answer = http.send(request).await?;
    if !refusals.contains(&answer.status()) {
        return Err(Error::Malformed("a status that is not documented"));
    }
    let refusal: Map<String, Value> = answer.json().await?;
    if refusal.contains_key("error") { Ok(()) } else { Err(Error::Malformed("no error told")) }
}
