//! What Bitbucket tells of a redirect URI to a browser that is not signed in.

use http::StatusCode;
use latchkey_domain::provider::{AuthorizationRequest, Callback, Error};
use serde::Deserialize;
use url::Url;

use super::{exchange::authorization_url, settings::Settings};
use crate::{answer::Answer, http::Http, outage::broken};

/// Nobody's: the name resolves nowhere (RFC 6761, 6.4).
const NOBODYS: &str = "https://nobody.invalid/login/callback";
/// A place on a callback's host that is no callback.
const BESIDE: &str = "/not-a-callback";
/// No state of ours: a sign-in that came of it would be refused.
const NO_STATE: &str = "not-a-state";

/// What Bitbucket makes of one redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// It would go on: to a page, or to a sign-in.
    Accepted,
    /// It is not below the consumer's callback URL.
    Refused,
    /// The consumer has no callback URL.
    NoneRegistered,
}

/// Asks about the callback, about another place on its host, and about a place that nobody registered. Only who
/// refuses the last one has looked.
pub(super) async fn callback(
    http: &Http,
    settings: &Settings,
    client_id: &str,
    redirect_uri: &Url,
) -> Result<Callback, Error> {
    let ask = async |redirect_uri: &Url| {
        let asked =
            AuthorizationRequest { client_id, redirect_uri, state: NO_STATE, upstream_params: &[] };
        let url = authorization_url(settings, &asked);
        let request = http.client().get(url).build().map_err(broken)?;
        told(http.send(request).await?).await
    };
    let beside = redirect_uri.join(BESIDE).expect("a path on a host");
    let nobodys = Url::parse(NOBODYS).expect("a constant URL");
    let (ours, beside, nobodys) = tokio::join!(ask(redirect_uri), ask(&beside), ask(&nobodys));
    Ok(decide(ours?, beside?, nobodys?))
}

const fn decide(ours: Told, beside: Told, nobodys: Told) -> Callback {
    match (ours, beside, nobodys) {
        (Told::NoneRegistered, ..) => Callback::NoneRegistered,
        (Told::Refused, ..) => Callback::NotRegistered,
        (Told::Accepted, _, Told::Accepted) => Callback::NotTold,
        (Told::Accepted, Told::Accepted, _) => Callback::RegisteredTooWide,
        (Told::Accepted, ..) => Callback::Registered,
    }
}

/// What the token endpoint and the authorize endpoint say in JSON.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

async fn told(answer: Answer) -> Result<Told, Error> {
    let status = answer.status();
    if status.is_redirection() {
        return Ok(Told::Accepted);
    }
    if answer.is_json() {
        let refusal: Refusal = answer.json().await?;
        let none = refusal.error_description.starts_with("No callback uri defined");
        return match refusal.error.as_str() {
            "invalid_request" if none => Ok(Told::NoneRegistered),
            _ => Err(Error::Malformed("a refusal that is not documented")),
        };
    }
    let page = answer.page().await?;
    match (title(&page), status) {
        (Some(title), _) if is_about_the_redirect(title) => Ok(Told::Refused),
        (_, StatusCode::OK) => Ok(Told::Accepted),
        _ => Err(Error::Malformed("a page that is not documented")),
    }
}

/// What Bitbucket calls its page, whatever it adds.
fn is_about_the_redirect(title: &str) -> bool {
    title.to_ascii_lowercase().starts_with("invalid redirect_uri")
}

/// A page's title, without white space around it.
fn title(page: &str) -> Option<&str> {
    let lower = page.to_ascii_lowercase();
    let tag = lower.find("<title")?;
    let start = tag + lower[tag..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    Some(page[start..end].trim())
}

#[cfg(test)]
mod tests {
    use super::{Callback, Told, decide, title};

    #[test]
    fn only_who_refuses_nobodys_callback_tells_of_ours() {
        use Told::{Accepted, NoneRegistered, Refused};
        for (ours, beside, nobodys, callback) in [
            (Accepted, Refused, Refused, Callback::Registered),
            (Accepted, Accepted, Refused, Callback::RegisteredTooWide),
            (Accepted, Accepted, Accepted, Callback::NotTold),
            (Accepted, Refused, Accepted, Callback::NotTold),
            (Refused, Refused, Refused, Callback::NotRegistered),
            (NoneRegistered, NoneRegistered, NoneRegistered, Callback::NoneRegistered),
        ] {
            assert_eq!(decide(ours, beside, nobodys), callback, "{ours:?} {beside:?} {nobodys:?}");
        }
    }

    #[test]
    fn a_title_is_found_in_whatever_comes() {
        for (page, found) in [
            ("<html><head><TITLE lang=en>\n Invalid redirect_uri </Title>", "Invalid redirect_uri"),
            ("İ<title>é</title>", "é"),
            ("<title></title>", ""),
        ] {
            assert_eq!(title(page), Some(found), "{page}");
        }
        for page in ["", "<title", "<title>", "<title>x", "</title><title"] {
            assert_eq!(title(page), None, "{page}");
        }
    }
}
