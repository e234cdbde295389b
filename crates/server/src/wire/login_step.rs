//! Sign-ins that wait for their person.

use latchkey_domain::{
    email::EmailAddress, email_code::EmailCode, host::Host, mail::Language, name::EnvironmentName,
};
use latchkey_identity::{Answer, CodeProblem, Continue, Outcome, WaitsFor};
use latchkey_proto::v1;
use secrecy::ExposeSecret;
use tonic::Status;

use super::{
    Fields, application,
    login::{MAX_BROWSER_SECRET, MAX_LANGUAGE_CODE, failure, refusal, start_again},
    time,
};

/// Longer than any continuation that we seal.
const MAX_CONTINUATION: usize = 2048;
/// Six digits, with as many blanks as somebody may paste.
const MAX_CODE: usize = 32;

/// What every one of these calls brings.
struct Common<'a> {
    environment: &'a str,
    host: &'a str,
    continuation: String,
    browser_secret: String,
    language_code: String,
}

fn common(fields: &mut Fields, from: Common<'_>) -> Option<Continue> {
    let environment = fields.check("environment", from.environment.parse::<EnvironmentName>());
    let host = fields.check("host", Host::parse(from.host));
    fields.limit("continuation", &from.continuation, MAX_CONTINUATION);
    fields.limit("browser_secret", &from.browser_secret, MAX_BROWSER_SECRET);
    fields.limit("language_code", &from.language_code, MAX_LANGUAGE_CODE);
    Some(Continue {
        environment: environment?.environment,
        host: host?,
        continuation: from.continuation.into(),
        browser_secret: from.browser_secret.into(),
        language: Language::of_tag(&from.language_code),
    })
}

macro_rules! common {
    ($fields:ident, $request:ident, $language_code:expr) => {
        common(
            &mut $fields,
            Common {
                environment: &$request.environment,
                host: &$request.host,
                continuation: $request.continuation,
                browser_secret: $request.browser_secret,
                language_code: $language_code,
            },
        )
    };
}

pub(crate) fn submit(request: v1::SubmitEmailRequest) -> Result<(Continue, EmailAddress), Status> {
    let mut fields = Fields::new();
    let at = common!(fields, request, request.language_code);
    fields.limit("email", &request.email, EmailAddress::MAX_LENGTH);
    let email = fields.check("email", EmailAddress::parse(&request.email));
    fields.finish(at.zip(email))
}

pub(crate) fn verify(request: v1::VerifyEmailRequest) -> Result<(Continue, EmailCode), Status> {
    let mut fields = Fields::new();
    let at = common!(fields, request, request.language_code);
    fields.limit("code", &request.code, MAX_CODE);
    let code = fields.check("code", EmailCode::parse(&request.code));
    fields.finish(at.zip(code))
}

pub(crate) fn resend(request: v1::ResendEmailCodeRequest) -> Result<Continue, Status> {
    let mut fields = Fields::new();
    let at = common!(fields, request, request.language_code);
    fields.finish(at)
}

pub(crate) fn confirm(request: v1::ConfirmLinkRequest) -> Result<Continue, Status> {
    let mut fields = Fields::new();
    let at = common!(fields, request, String::new());
    fields.finish(at)
}

pub(crate) fn cancel(request: v1::CancelLoginRequest) -> Result<Continue, Status> {
    let mut fields = Fields::new();
    let at = common!(fields, request, String::new());
    fields.finish(at)
}

pub(crate) fn get(request: v1::GetLoginStepRequest) -> Result<Continue, Status> {
    let mut fields = Fields::new();
    let at = common!(fields, request, String::new());
    fields.finish(at)
}

/// What a sign-in waits for.
pub(super) enum Waits {
    Email(v1::EmailRequired),
    Code(v1::EmailVerificationRequired),
    Link(v1::LinkConfirmationRequired),
}

pub(super) fn waits(
    waits_for: WaitsFor,
    (continuation, reference_id): (String, String),
    application: Option<v1::LoginApplication>,
) -> Waits {
    match waits_for {
        WaitsFor::Email => {
            Waits::Email(v1::EmailRequired { continuation, reference_id, application })
        }
        WaitsFor::Code { address, expires_at, resend_at, problem } => {
            Waits::Code(v1::EmailVerificationRequired {
                continuation,
                reference_id,
                email: address.to_string(),
                expire_time: Some(time::encode(expires_at)),
                resend_time: Some(time::encode(resend_at)),
                problem: problem.map_or(v1::EmailCodeProblem::Unspecified, self::problem).into(),
                application,
            })
        }
        WaitsFor::Link { address } => {
            let email = address.to_string();
            Waits::Link(v1::LinkConfirmationRequired {
                continuation,
                reference_id,
                email,
                application,
            })
        }
    }
}

const fn problem(problem: CodeProblem) -> v1::EmailCodeProblem {
    match problem {
        CodeProblem::Wrong => v1::EmailCodeProblem::Wrong,
        CodeProblem::Expired => v1::EmailCodeProblem::Expired,
        CodeProblem::TooManyTries => v1::EmailCodeProblem::TooManyTries,
        CodeProblem::TooSoon => v1::EmailCodeProblem::TooSoon,
    }
}

/// Encodes how far a sign-in came.
pub(crate) fn encode(answer: Answer) -> Result<v1::LoginStep, Status> {
    use v1::login_step::Step;
    let text = |secret: Option<&secrecy::SecretString>| {
        secret.map(ExposeSecret::expose_secret).unwrap_or_default().to_owned()
    };
    let redirect_url = text(answer.redirect_url.as_ref());
    let reference_id = answer.reference_id.to_string();
    let application = answer.application.as_deref().map(application::shown);
    let step = match answer.outcome {
        Outcome::SignedIn => Step::SignedIn(v1::SignedIn { redirect_url, reference_id }),
        Outcome::Refused(reason) => {
            let reason = refusal(reason).into();
            let sign_up = answer.sign_up.map(start_again);
            Step::Refused(v1::SignInRefused {
                reason,
                redirect_url,
                reference_id,
                sign_up,
                application,
            })
        }
        Outcome::Failed(reason) => {
            let reason = failure(reason).into();
            Step::Failed(v1::SignInFailed { reason, redirect_url, reference_id, application })
        }
        Outcome::Waits(waits_for) => {
            let named = (text(answer.continuation.as_ref()), reference_id);
            match waits(waits_for, named, application) {
                Waits::Email(waits) => Step::EmailRequired(waits),
                Waits::Code(waits) => Step::EmailVerificationRequired(waits),
                Waits::Link(waits) => Step::LinkConfirmationRequired(waits),
            }
        }
        Outcome::Tested(_) => return Err(Status::internal("a test login does not wait")),
    };
    Ok(v1::LoginStep { step: Some(step) })
}
