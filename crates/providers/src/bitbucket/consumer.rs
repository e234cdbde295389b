//! What Bitbucket makes of a consumer's key and secret, without a person.

use latchkey_domain::provider::{Client, Error, Scopes};
use oauth2::{RequestTokenError, basic::BasicErrorResponseType as Told};
use url::Url;

use super::{
    SCOPES,
    exchange::{refusal, secret_client, send_code},
    settings::Settings,
};
use crate::http::Http;

/// A code that nobody was ever given: Bitbucket's are random, and this is a sentence.
const MADE_UP_CODE: &str = "nobody-was-given-this-code-it-only-tries-the-secret";

/// Sends a code that cannot be good. Bitbucket looks at key and secret first, so only who has the right ones is
/// told that the code is bad.
pub(super) async fn prove(
    http: &Http,
    settings: &Settings,
    client: Client<'_>,
    redirect_uri: &Url,
) -> Result<(), Error> {
    match send_code(http, settings, client, (MADE_UP_CODE, redirect_uri)).await {
        Ok(_) => Err(Error::Malformed("a token for a code that nobody has")),
        Err(RequestTokenError::ServerResponse(told)) if *told.error() == Told::InvalidGrant => {
            Ok(())
        }
        Err(other) => match refusal(other) {
            // About the request as such, which may be told before key and secret are looked at.
            Error::CodeRefused => Err(Error::Malformed("a refusal of something else")),
            error => Err(error),
        },
    }
}

/// Asks for a token for the consumer itself, which tells what all its tokens reach.
pub(super) async fn scopes(
    http: &Http,
    settings: &Settings,
    client: Client<'_>,
) -> Result<Scopes, Error> {
    let oauth = secret_client(settings, client);
    match oauth.exchange_client_credentials().request_async(http).await {
        Ok(token) if token.lacks(&SCOPES) => Ok(Scopes::Missing),
        Ok(token) if token.tells_scopes() => Ok(Scopes::Enough),
        Ok(_) => Ok(Scopes::NotTold),
        Err(RequestTokenError::ServerResponse(told)) if is_about_the_grant(told.error()) => {
            Ok(Scopes::NotTold)
        }
        Err(other) => Err(refusal(other)),
    }
}

/// A public consumer may not ask for itself; under which of these names Bitbucket says so is not known.
fn is_about_the_grant(told: &Told) -> bool {
    matches!(told, Told::InvalidGrant | Told::InvalidRequest | Told::UnsupportedGrantType)
}
