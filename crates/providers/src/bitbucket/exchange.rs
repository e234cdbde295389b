//! The way to Bitbucket and back: the authorization URL, and the trade of a code for a token.

use std::time::Duration;

use latchkey_domain::provider::{AuthorizationRequest, Client, Error, Grant};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    RedirectUrl, RequestTokenError, Scope, StandardRevocableToken, TokenResponse as _, TokenUrl,
    basic::{
        BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
        BasicTokenIntrospectionResponse,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{SCOPES, settings::Settings, token::Token};
use crate::{http::Http, outage::within};

/// From connecting to the last byte of the token: one try, and a person waits.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(5);

/// The oauth2 library's client for Bitbucket's two endpoints and its token answer.
type OAuthClient = oauth2::Client<
    BasicErrorResponse,
    Token,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

fn oauth_client(settings: &Settings, client_id: &str) -> OAuthClient {
    oauth2::Client::new(ClientId::new(client_id.to_owned()))
        .set_auth_uri(AuthUrl::from_url(settings.authorize_url.clone()))
        .set_token_uri(TokenUrl::from_url(settings.token_url.clone()))
}

/// With key and secret, which go into a Basic header: the library's default and what Bitbucket documents.
pub(super) fn secret_client(settings: &Settings, client: Client<'_>) -> OAuthClient {
    let secret = ClientSecret::new(client.secret.expose_secret().to_owned());
    oauth_client(settings, client.id).set_client_secret(secret)
}

/// Where to send a browser. Without PKCE, which Bitbucket Cloud does not have (BCLOUD-23469): the state's
/// binding to the browser stands in for it.
pub(super) fn authorization_url(settings: &Settings, request: &AuthorizationRequest<'_>) -> Url {
    let client = oauth_client(settings, request.client_id)
        .set_redirect_uri(RedirectUrl::from_url(request.redirect_uri.clone()));
    let state = request.state.to_owned();
    let (mut url, _) = client
        .authorize_url(|| CsrfToken::new(state))
        .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
        .url();
    let ours: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    // A second value for a parameter of ours could win at the provider.
    let theirs = request
        .upstream_params
        .iter()
        .filter(|(name, _)| !ours.iter().any(|our| our.eq_ignore_ascii_case(name)));
    url.query_pairs_mut().extend_pairs(theirs);
    url
}

/// Sends the code, once: a provider revokes what a code brought when it comes again (RFC 6749, 4.1.2).
pub(super) async fn trade(
    http: &Http,
    settings: &Settings,
    client: Client<'_>,
    code: &SecretString,
    redirect_uri: &Url,
) -> Result<Grant, Error> {
    let code = code.expose_secret();
    let answered = send_code(http, settings, client, (code, redirect_uri));
    let token = within(TOKEN_TIMEOUT, async { answered.await.map_err(refusal) }).await?;
    if token.lacks(&SCOPES) {
        return Err(Error::ScopeMissing);
    }
    Ok(Grant { access_token: token.access_token().secret().clone().into() })
}

/// Why a token request brought no token.
pub(super) type NoToken = RequestTokenError<Error, BasicErrorResponse>;

/// Sends a code with the redirect URI that it came to.
pub(super) async fn send_code(
    http: &Http,
    settings: &Settings,
    client: Client<'_>,
    (code, redirect_uri): (&str, &Url),
) -> Result<Token, NoToken> {
    let oauth = secret_client(settings, client)
        .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()));
    let code = AuthorizationCode::new(code.to_owned());
    oauth.exchange_code(code).request_async(http).await
}

/// What a failed token request means. Bitbucket's words are not RFC 6749's everywhere: it says 400
/// `unauthorized_client` to a wrong secret, as users' logs show.
pub(super) fn refusal(error: NoToken) -> Error {
    use BasicErrorResponseType as Told;
    let told = match error {
        RequestTokenError::Request(error) => return error,
        RequestTokenError::ServerResponse(told) => told,
        // Both hold what the provider sent, so neither is passed on.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            return Error::Malformed("a token answer that is not documented");
        }
    };
    match told.error() {
        Told::InvalidClient | Told::UnauthorizedClient => Error::ClientRefused,
        Told::InvalidScope => Error::ScopeMissing,
        // `invalid_request` is about what came along with the code, such as the redirect URI.
        Told::InvalidGrant | Told::InvalidRequest => Error::CodeRefused,
        Told::Extension(other) if other == "access_denied" => Error::CodeRefused,
        Told::Extension(other) if other == "redirect_uri_mismatch" => Error::CodeRefused,
        Told::UnsupportedGrantType | Told::Extension(_) => {
            Error::Malformed("a token error that is not documented")
        }
    }
}
