//! `/login/continue/{cookie}.{continuation}`: a sign-in that waits for its person.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use latchkey_proto::v1::{
    CancelLoginRequest, ConfirmLinkRequest, ErrorReason, GetLoginStepRequest,
    ResendEmailCodeRequest, SubmitEmailRequest, VerifyEmailRequest,
};
use tonic::{Code, Status};

use super::{attempt::Attempt, start, waiting_page as page};
use crate::{
    cookies::{self, Jar},
    fault::Fault,
    names,
    page::Language,
    place::Place,
    query::Params,
    reason::Reason,
    site::Site,
    texts::Texts,
};

/// Nothing but sign-ins that wait is served here.
pub(crate) const FOLDER: &str = "/login/continue/";
/// `GetLoginStepRequest.continuation`, in characters.
const LONGEST_CONTINUATION: usize = 2048;
/// What can be done on the pages.
const DEEDS: [&str; 5] = ["email", "code", "resend", "link", "cancel"];

/// A sign-in that waits, and the browser that it waits for.
pub(super) struct Waiting<'a> {
    pub(super) site: &'a Site,
    pub(super) texts: &'static Texts,
    /// Its page, as the browser knows it.
    pub(super) path: String,
    host: String,
    continuation: String,
    attempt: Attempt,
    jar: Jar,
}

impl<'a> Waiting<'a> {
    fn read(
        (site, texts): (&'a Site, &'static Texts),
        place: &Place,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Self, Fault> {
        let (suffix, continuation) = parts(uri.path()).ok_or(Reason::PageNotFound)?;
        let attempt = Attempt::read(place.jar.named(suffix), headers)
            .ok_or(Reason::Rpc(ErrorReason::BrowserMismatch))?;
        Ok(Self {
            site,
            texts,
            path: path(suffix, continuation),
            host: place.host.clone(),
            continuation: continuation.to_owned(),
            attempt,
            jar: place.jar,
        })
    }

    /// Where it is over, the browser lets the cookie go, be the end a page that says what went wrong.
    pub(super) fn over(&self, end: Result<Response, Fault>) -> Response {
        let mut answer = end.into_response();
        let cookie = self.attempt.let_go(self.jar).map(|cookie| (header::SET_COOKIE, cookie));
        answer.headers_mut().extend(cookie);
        answer
    }
}

/// The beginning of every request: where the browser is, and what it goes on with.
macro_rules! request {
    ($waiting:expr, $name:ident { $($field:ident: $value:expr),* }) => {
        $name {
            environment: $waiting.site.environment.clone(),
            host: $waiting.host.clone(),
            continuation: $waiting.continuation.clone(),
            browser_secret: $waiting.attempt.browser_secret.clone(),
            $($field: $value),*
        }
    };
}

/// Where the browser goes with a sign-in that waits: the address says which cookie it needs there, the
/// one that the sign-in began with, which is kept for longer now.
pub(super) fn go_on(
    place: &Place,
    continuation: &str,
    attempt: &Attempt,
) -> Result<Response, Fault> {
    let cookie = attempt.keep(place.jar, page::KEPT_FOR).ok_or(Reason::INTERNAL)?;
    let location = path(attempt.suffix(place.jar), continuation);
    let location = HeaderValue::try_from(location).map_err(|_| Fault::new(Reason::INTERNAL))?;
    let headers = [(header::LOCATION, location), (header::SET_COOKIE, cookie)];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// Shows what is waited for.
pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Extension(Language(texts)): Extension<Language>,
    place: Place,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let waiting = Waiting::read((&site, texts), &place, &uri, &headers)?;
    let call = request!(waiting, GetLoginStepRequest {});
    let step = site.service.login_step(call).await?;
    let said = Params::parse(uri.query().unwrap_or_default().as_bytes());
    page::show(&waiting, step, said.has("sent"))
}

/// Somebody asks for the address that a form was sent to: it has stayed in the address bar, because
/// something was wrong with what was sent.
pub(crate) async fn back(uri: Uri) -> Result<Response, Fault> {
    let (suffix, continuation) = parts(uri.path()).ok_or(Reason::PageNotFound)?;
    let deed = uri.path().rsplit('/').next().unwrap_or_default();
    if !DEEDS.contains(&deed) {
        return Err(Reason::PageNotFound.into());
    }
    page::back_to(&path(suffix, continuation))
}

/// Somebody did something on the page.
pub(crate) async fn act(
    State(site): State<Arc<Site>>,
    Extension(Language(texts)): Extension<Language>,
    place: Place,
    (uri, headers): (Uri, HeaderMap),
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Fault> {
    if !start::is_from_here(&place, &headers) {
        return Err(Reason::CrossSite.into());
    }
    let waiting = Waiting::read((&site, texts), &place, &uri, &headers)?;
    let form = start::form(&headers, body)?;
    let form = Params::parse(&form);
    let value = |name| form.once(name).unwrap_or_default().to_owned();
    match uri.path().rsplit('/').next() {
        Some("email") => email(&waiting, value("email")).await,
        Some("code") => code(&waiting, value("code")).await,
        Some("resend") => resend(&waiting).await,
        Some("link") => {
            let step = site.service.confirm_link(request!(waiting, ConfirmLinkRequest {})).await?;
            page::go_on(&waiting, step)
        }
        Some("cancel") => {
            let step = site.service.cancel(request!(waiting, CancelLoginRequest {})).await?;
            page::go_on(&waiting, step)
        }
        _ => Err(Reason::PageNotFound.into()),
    }
}

async fn email(waiting: &Waiting<'_>, email: String) -> Result<Response, Fault> {
    let language_code = waiting.texts.lang.to_owned();
    let call = request!(
        waiting,
        SubmitEmailRequest { language_code: language_code, email: email.clone() }
    );
    match waiting.site.service.submit_email(call).await {
        Ok(step) => page::go_on(waiting, step),
        Err(status) if refuses(&status, "email") => {
            let call = request!(waiting, GetLoginStepRequest {});
            page::not_an_address(waiting, waiting.site.service.login_step(call).await?, &email)
        }
        Err(status) => Err(status.into()),
    }
}

async fn code(waiting: &Waiting<'_>, code: String) -> Result<Response, Fault> {
    let language_code = waiting.texts.lang.to_owned();
    let call = request!(waiting, VerifyEmailRequest { language_code: language_code, code: code });
    match waiting.site.service.verify_email(call).await {
        Ok(step) => page::go_on(waiting, step),
        Err(status) if refuses(&status, "code") => {
            let call = request!(waiting, GetLoginStepRequest {});
            page::not_a_code(waiting, waiting.site.service.login_step(call).await?)
        }
        Err(status) => Err(status.into()),
    }
}

async fn resend(waiting: &Waiting<'_>) -> Result<Response, Fault> {
    let language_code = waiting.texts.lang.to_owned();
    let call = request!(waiting, ResendEmailCodeRequest { language_code: language_code });
    page::sent_again(waiting, waiting.site.service.resend_code(call).await?)
}

/// Whether the service says that what the person typed is not what it has to be.
fn refuses(status: &Status, field: &str) -> bool {
    use tonic_types::StatusExt;
    let request = status.get_details_bad_request();
    status.code() == Code::InvalidArgument
        && request.is_some_and(|it| it.field_violations.iter().any(|found| found.field == field))
}

/// The name of the cookie that the page at this path needs, if it is one.
pub(super) fn cookie_name(jar: Jar, path: &str) -> Option<String> {
    parts(path).map(|(suffix, _)| jar.named(suffix))
}

/// The cookie and the continuation that a path names.
fn parts(path: &str) -> Option<(&str, &str)> {
    let name = path.strip_prefix(FOLDER)?.split('/').next()?;
    let (suffix, continuation) = name.split_once('.')?;
    let fits = !continuation.is_empty() && continuation.len() <= LONGEST_CONTINUATION;
    (cookies::is_suffix(suffix) && fits && names::is_plain(continuation))
        .then_some((suffix, continuation))
}

fn path(suffix: &str, continuation: &str) -> String {
    format!("{FOLDER}{suffix}.{continuation}")
}
