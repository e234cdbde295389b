//! The pages of a sign-in, and of a test login.

use latchkey_proto::v1::{
    EmailCodeProblem, EmailRequired, EmailVerificationRequired, FailureReason,
    LinkConfirmationRequired, LoginApplication, LoginOption, RefusalReason, SignInRefused,
    StartLoginRequest, Tested, complete_login_response::Outcome, login_step::Step, tested::Failure,
};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{Page, callback};
use crate::harness::stage::{STATE, Says, application, suffix};

/// A sign-in as an application begins it.
const LOGIN: &str = "/login?application=notes&redirect_uri=https%3A%2F%2Fnotes.example%2Fcb\
                     &state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// An address that is long, and still one that people have.
const ADDRESS: &str = "maximiliane.musterfrau-von-hohenlohe@department.university.example";
const REFERENCE: &str = "01939f2e-7c1a-7b6e-9d59-2f6b1c0a4e11";

/// Something that nobody has asked for yet.
pub(super) fn nothing() -> Says {
    let status = || Status::unimplemented("no page needs it");
    let step = Step::EmailRequired(EmailRequired {
        continuation: STATE.to_owned(),
        reference_id: REFERENCE.to_owned(),
        application: Some(application()),
    });
    Says { options: vec![], end: Err(status()), step, then: Err(status()) }
}

fn option(id: &str, display_name: &str) -> LoginOption {
    LoginOption {
        connection: format!("environments/dev/connections/{id}"),
        display_name: display_name.to_owned(),
        provider: "bitbucket".to_owned(),
    }
}

fn offering(options: &[LoginOption]) -> Says {
    Says { options: options.to_vec(), ..nothing() }
}

fn code(problem: EmailCodeProblem) -> Step {
    Step::EmailVerificationRequired(EmailVerificationRequired {
        continuation: STATE.to_owned(),
        reference_id: REFERENCE.to_owned(),
        email: ADDRESS.to_owned(),
        problem: problem.into(),
        application: Some(application()),
        ..Default::default()
    })
}

fn waiting(step: Step) -> Says {
    Says { step, ..nothing() }
}

/// What is asked for a code, and what comes of it.
fn answered(problem: EmailCodeProblem) -> Says {
    Says { then: Ok(code(problem)), ..waiting(code(EmailCodeProblem::Unspecified)) }
}

fn no_field(field: &str, step: Step) -> Says {
    let mut details = ErrorDetails::with_error_info("FIELD_INVALID", "latchkey", []);
    details.add_bad_request_violation(field, "is none");
    let then = Err(Status::with_error_details(Code::InvalidArgument, "no", details));
    Says { then, ..waiting(step) }
}

fn tested(failure: Option<Failure>) -> Says {
    let end = Tested { failure, reference_id: REFERENCE.to_owned() };
    Says { end: Ok(Outcome::Tested(end)), ..nothing() }
}

fn offering_to_sign_up() -> Says {
    let refused = SignInRefused {
        reason: RefusalReason::AccountNotFound.into(),
        redirect_url: "https://notes.example/cb?error=access_denied".to_owned(),
        reference_id: REFERENCE.to_owned(),
        sign_up: Some(StartLoginRequest::default()),
        application: Some(application()),
    };
    Says { end: Ok(Outcome::Refused(refused)), ..nothing() }
}

/// An application with the longest name, in one word, and without a logo.
fn of_a_long_name() -> Step {
    let display_name = "Verwaltungsgemeinschafts".repeat(4)[..80].to_owned();
    Step::EmailRequired(EmailRequired {
        application: Some(LoginApplication { display_name, logo: None, ..application() }),
        continuation: STATE.to_owned(),
        reference_id: REFERENCE.to_owned(),
    })
}

pub(super) fn pages() -> Vec<Page> {
    let wait = format!("/login/continue/{}.{STATE}", suffix());
    let link = Step::LinkConfirmationRequired(LinkConfirmationRequired {
        continuation: STATE.to_owned(),
        reference_id: REFERENCE.to_owned(),
        email: ADDRESS.to_owned(),
        application: Some(application()),
    });
    let (one, two) = (option("bitbucket", "Bitbucket"), option("second", "Bitbucket at work"));
    let code = || code(EmailCodeProblem::Unspecified);
    let refused = Failure::Failed(FailureReason::CredentialsRejected.into());
    vec![
        Page::new("sign-in-one", offering(std::slice::from_ref(&one)), LOGIN),
        Page::new("sign-in-two", offering(&[one, two]), LOGIN),
        Page::new("sign-in-none", offering(&[]), LOGIN),
        Page::new("email", nothing(), &wait),
        Page::new("email-long-name", waiting(of_a_long_name()), &wait),
        Page::new("email-wrong", no_field("email", nothing().step), &wait).after("email"),
        Page::new("code", waiting(code()), &wait),
        Page::new("code-sent", waiting(code()), format!("{wait}?sent")),
        Page::new("code-none", no_field("code", code()), &wait).after("code"),
        Page::new("code-wrong", answered(EmailCodeProblem::Wrong), &wait).after("code"),
        Page::new("code-expired", answered(EmailCodeProblem::Expired), &wait).after("code"),
        Page::new("code-tried", answered(EmailCodeProblem::TooManyTries), &wait).after("code"),
        Page::new("code-too-soon", answered(EmailCodeProblem::TooSoon), &wait).after("resend"),
        Page::new("link", waiting(link), &wait),
        Page::new("offer", offering_to_sign_up(), callback()),
        Page::new("test", nothing(), "/login/test/lk_test_a-ticket"),
        Page::new("test-passed", tested(None), callback()),
        Page::new("test-failed", tested(Some(refused)), callback()),
    ]
}
