//! The pages of a sign-in that waits: an address, a code, a link; and where it goes from there.

use std::time::Duration;

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use latchkey_proto::v1::{
    EmailCodeProblem, EmailRequired, EmailVerificationRequired, LinkConfirmationRequired,
    LoginStep, login_step::Step,
};

use super::{callback, offer, waiting::Waiting};
use crate::{
    assets::Assets,
    brand::Brand,
    fault::Fault,
    page::render,
    reason::Reason,
    texts::{ProofTexts, Texts},
};

/// How long the browser keeps what it goes on with: as long as it is waited for, and a little, so that
/// who comes late is told so.
pub(super) const KEPT_FOR: Duration = Duration::from_mins(45);

#[derive(Template)]
#[template(path = "email.html")]
struct EmailPage<'a> {
    texts: &'a Texts,
    proof: &'a ProofTexts,
    assets: &'a Assets,
    brand: Brand,
    title: String,
    path: &'a str,
    email: &'a str,
    is_wrong: bool,
    reference_id: &'a str,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage<'a> {
    texts: &'a Texts,
    proof: &'a ProofTexts,
    assets: &'a Assets,
    brand: Brand,
    title: String,
    path: &'a str,
    sent_to: String,
    /// What is wrong with the code; empty if nothing is.
    problem: &'a str,
    /// What came of asking for another; empty if nobody did.
    said: &'a str,
    reference_id: &'a str,
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    texts: &'a Texts,
    proof: &'a ProofTexts,
    assets: &'a Assets,
    brand: Brand,
    path: &'a str,
    what: String,
    reference_id: &'a str,
}

/// Shows what is waited for, or goes where there is something.
pub(super) fn show(waiting: &Waiting<'_>, step: LoginStep, sent: bool) -> Result<Response, Fault> {
    let said = if sent { waiting.texts.proof.sent } else { "" };
    let end = match step.step.ok_or(Reason::INTERNAL)? {
        Step::EmailRequired(step) => return email(waiting, &step, ("", false)),
        Step::EmailVerificationRequired(step) => return code(waiting, &step, ("", said)),
        Step::LinkConfirmationRequired(step) => return link(waiting, &step),
        Step::SignedIn(end) => {
            callback::to(Reason::INTERNAL, end.redirect_url, end.reference_id, Brand::default())
        }
        Step::Refused(end) => offer::refused(waiting.site, waiting.texts, end),
        Step::Failed(end) => {
            let brand = Brand::of(end.application.as_ref());
            callback::to(Reason::Failed(end.reason()), end.redirect_url, end.reference_id, brand)
        }
    };
    Ok(waiting.over(end))
}

/// Goes on: back to the page, which shows what is waited for now, so that a reload sends nothing twice;
/// unless something was wrong, or there is nothing to wait for.
pub(super) fn go_on(waiting: &Waiting<'_>, step: LoginStep) -> Result<Response, Fault> {
    match step.step.as_ref().ok_or(Reason::INTERNAL)? {
        Step::EmailVerificationRequired(step)
            if step.problem() != EmailCodeProblem::Unspecified =>
        {
            let problem = problem(&waiting.texts.proof, step.problem());
            Ok(wrong(code(waiting, step, (problem, ""))?))
        }
        Step::EmailRequired(_)
        | Step::EmailVerificationRequired(_)
        | Step::LinkConfirmationRequired(_) => back(waiting, ""),
        Step::SignedIn(_) | Step::Refused(_) | Step::Failed(_) => show(waiting, step, false),
    }
}

/// What was typed is no address.
pub(super) fn not_an_address(
    waiting: &Waiting<'_>,
    step: LoginStep,
    typed: &str,
) -> Result<Response, Fault> {
    match step.step {
        Some(Step::EmailRequired(step)) => Ok(wrong(email(waiting, &step, (typed, true))?)),
        _ => go_on(waiting, step),
    }
}

/// What was typed is no code.
pub(super) fn not_a_code(waiting: &Waiting<'_>, step: LoginStep) -> Result<Response, Fault> {
    match step.step {
        Some(Step::EmailVerificationRequired(step)) => {
            Ok(wrong(code(waiting, &step, (waiting.texts.proof.six_digits, ""))?))
        }
        _ => go_on(waiting, step),
    }
}

/// Another code was asked for.
pub(super) fn sent_again(waiting: &Waiting<'_>, step: LoginStep) -> Result<Response, Fault> {
    match &step.step {
        Some(Step::EmailVerificationRequired(step)) => match step.problem() {
            EmailCodeProblem::Unspecified => back(waiting, "?sent"),
            early => Ok(wrong(code(waiting, step, ("", problem(&waiting.texts.proof, early)))?)),
        },
        _ => go_on(waiting, step),
    }
}

fn email(
    waiting: &Waiting<'_>,
    step: &EmailRequired,
    (email, is_wrong): (&str, bool),
) -> Result<Response, Fault> {
    let proof = &waiting.texts.proof;
    render(&EmailPage {
        texts: waiting.texts,
        proof,
        assets: &waiting.site.assets,
        brand: Brand::of(step.application.as_ref()),
        title: title(proof, proof.email_title, is_wrong),
        path: &waiting.path,
        email,
        is_wrong,
        reference_id: &step.reference_id,
    })
}

fn code(
    waiting: &Waiting<'_>,
    step: &EmailVerificationRequired,
    (problem, said): (&str, &str),
) -> Result<Response, Fault> {
    let proof = &waiting.texts.proof;
    render(&CodePage {
        texts: waiting.texts,
        proof,
        assets: &waiting.site.assets,
        brand: Brand::of(step.application.as_ref()),
        title: title(proof, proof.code_title, !problem.is_empty()),
        path: &waiting.path,
        sent_to: proof.sent_to.replace("{}", &step.email),
        problem,
        said,
        reference_id: &step.reference_id,
    })
}

fn link(waiting: &Waiting<'_>, step: &LinkConfirmationRequired) -> Result<Response, Fault> {
    let proof = &waiting.texts.proof;
    render(&LinkPage {
        texts: waiting.texts,
        proof,
        assets: &waiting.site.assets,
        brand: Brand::of(step.application.as_ref()),
        path: &waiting.path,
        what: proof.link_what.replace("{}", &step.email),
        reference_id: &step.reference_id,
    })
}

/// A title that says first that something is wrong, for whoever does not see the page.
fn title(proof: &ProofTexts, title: &str, is_wrong: bool) -> String {
    if is_wrong { proof.error_title.replace("{}", title) } else { title.to_owned() }
}

const fn problem(proof: &ProofTexts, problem: EmailCodeProblem) -> &'static str {
    match problem {
        EmailCodeProblem::Unspecified => "",
        EmailCodeProblem::Wrong => proof.wrong,
        EmailCodeProblem::Expired => proof.expired,
        EmailCodeProblem::TooManyTries => proof.too_many,
        EmailCodeProblem::TooSoon => proof.too_soon,
    }
}

fn back(waiting: &Waiting<'_>, said: &str) -> Result<Response, Fault> {
    back_to(&format!("{}{said}", waiting.path))
}

/// Sends the browser to a page of a sign-in that waits.
pub(super) fn back_to(path: &str) -> Result<Response, Fault> {
    let location = HeaderValue::try_from(path).map_err(|_| Fault::new(Reason::INTERNAL))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

/// What was sent was understood, and is not right (RFC 9110, section 15.5.21).
fn wrong(mut page: Response) -> Response {
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}
