//! `/login/continue/{continuation}`: a sign-in that waits for its person.

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

use super::{start, waiting_page as page};
use crate::{
    cookies, fault::Fault, page::Language, place::Place, query::Params, reason::Reason, site::Site,
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
    browser_secret: String,
}

impl<'a> Waiting<'a> {
    fn read(
        (site, texts): (&'a Site, &'static Texts),
        place: &Place,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Self, Fault> {
        let rest = uri.path().strip_prefix(FOLDER).unwrap_or_default();
        let continuation = rest.split('/').next().unwrap_or_default();
        if !is_continuation(continuation) {
            return Err(Reason::PageNotFound.into());
        }
        let cookie = place.jar.attempt_name(continuation);
        let browser_secret = cookies::only(headers, &cookie)
            .ok_or(Reason::Rpc(ErrorReason::BrowserMismatch))?
            .to_owned();
        Ok(Self {
            site,
            texts,
            path: format!("{FOLDER}{continuation}"),
            host: place.host.clone(),
            continuation: continuation.to_owned(),
            browser_secret,
        })
    }
}

/// The beginning of every request: where the browser is, and what it goes on with.
macro_rules! request {
    ($waiting:expr, $name:ident { $($field:ident: $value:expr),* }) => {
        $name {
            environment: $waiting.site.environment.clone(),
            host: $waiting.host.clone(),
            continuation: $waiting.continuation.clone(),
            browser_secret: $waiting.browser_secret.clone(),
            $($field: $value),*
        }
    };
}

/// Where the browser goes with a sign-in that waits, and the cookie that it needs there: the secret that
/// the sign-in began with, under the name that belongs to the continuation.
pub(super) fn go_on(
    place: &Place,
    continuation: &str,
    browser_secret: &str,
) -> Result<Response, Fault> {
    let name = place.jar.attempt_name(continuation);
    let cookie = place.jar.set(&name, browser_secret, page::KEPT_FOR).ok_or(Reason::INTERNAL)?;
    let location = format!("{FOLDER}{continuation}");
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
    let rest = uri.path().strip_prefix(FOLDER).unwrap_or_default();
    match rest.split_once('/') {
        Some((continuation, deed)) if is_continuation(continuation) && DEEDS.contains(&deed) => {
            page::back_to(&format!("{FOLDER}{continuation}"))
        }
        _ => Err(Reason::PageNotFound.into()),
    }
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

fn is_continuation(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.len() <= LONGEST_CONTINUATION && text.bytes().all(plain)
}
