//! `/login/continue/{cookie}.{continuation}`: the pages of a sign-in that waits for its person.

mod binding;
mod deeds;
mod language;
mod pages;

use latchkey_proto::v1::{
    CancelLoginResponse, CompleteLoginResponse, ConfirmLinkResponse, EmailCodeProblem,
    EmailRequired, EmailVerificationRequired, GetLoginStepResponse, LinkConfirmationRequired,
    LoginStep, RefusalReason, ResendEmailCodeResponse, SignInRefused, SignedIn,
    SubmitEmailResponse, VerifyEmailResponse, complete_login_response::Outcome, login_step::Step,
};
use tonic::Code;

use crate::{
    app::{App, REDIRECT_URI, SECRET, STATE, STATE_SUFFIX},
    browser::Answer,
    peer::field_refusal,
};

/// What the service says to go on with.
const CONTINUATION: &str = "Y29udGludWF0aW9u";
/// The page: it names the cookie that the sign-in began with.
const PAGE: &str = "/login/continue/nI3gx5CBAYYYFEUy.Y29udGludWF0aW9u";

/// What a browser brings that the sign-in waits for.
fn cookie() -> String {
    format!("latchkey-{STATE_SUFFIX}={SECRET}")
}

fn address_wanted() -> Step {
    Step::EmailRequired(EmailRequired {
        continuation: CONTINUATION.to_owned(),
        reference_id: "ref-of-the-wait".to_owned(),
        application: None,
    })
}

fn code_wanted(problem: EmailCodeProblem) -> Step {
    Step::EmailVerificationRequired(EmailVerificationRequired {
        continuation: CONTINUATION.to_owned(),
        reference_id: "ref-of-the-wait".to_owned(),
        email: "o'neill+<b>@mail.example".to_owned(),
        problem: problem.into(),
        ..Default::default()
    })
}

fn link_wanted() -> Step {
    Step::LinkConfirmationRequired(LinkConfirmationRequired {
        continuation: CONTINUATION.to_owned(),
        reference_id: "ref-of-the-wait".to_owned(),
        email: "o'neill+<b>@mail.example".to_owned(),
        application: None,
    })
}

fn over() -> Step {
    let redirect_url = format!("{REDIRECT_URI}&code=login-code&state=app-state");
    Step::SignedIn(SignedIn { redirect_url, reference_id: "ref-of-the-wait".to_owned() })
}

fn refused(redirect_url: &str) -> Step {
    Step::Refused(SignInRefused {
        reason: RefusalReason::CancelledByUser.into(),
        redirect_url: redirect_url.to_owned(),
        reference_id: "ref-of-the-wait".to_owned(),
        sign_up: None,
        application: None,
    })
}

/// A service at which everything is at this step, and stays there.
async fn app(step: Step) -> App {
    let app = App::start().await;
    let (peer, now) = (&app.peer, move || Some(LoginStep { step: Some(step.clone()) }));
    let then = now.clone();
    peer.step.answers(move |_| Ok(GetLoginStepResponse { step: then() }));
    let then = now.clone();
    peer.submit.answers(move |_| Ok(SubmitEmailResponse { step: then() }));
    let then = now.clone();
    peer.verify.answers(move |_| Ok(VerifyEmailResponse { step: then() }));
    let then = now.clone();
    peer.resend.answers(move |_| Ok(ResendEmailCodeResponse { step: then() }));
    let then = now.clone();
    peer.confirm.answers(move |_| Ok(ConfirmLinkResponse { step: then() }));
    peer.cancel.answers(move |_| Ok(CancelLoginResponse { step: now() }));
    app
}

/// The callback's outcome that this step is.
fn ends_in(step: Step) -> CompleteLoginResponse {
    let outcome = match step {
        Step::EmailRequired(step) => Outcome::EmailRequired(step),
        Step::EmailVerificationRequired(step) => Outcome::EmailVerificationRequired(step),
        Step::LinkConfirmationRequired(step) => Outcome::LinkConfirmationRequired(step),
        Step::SignedIn(end) => Outcome::SignedIn(end),
        Step::Refused(end) => Outcome::Refused(end),
        Step::Failed(end) => Outcome::Failed(end),
    };
    CompleteLoginResponse { outcome: Some(outcome) }
}

async fn page(app: &App, language: &str) -> Answer {
    app.get_with(PAGE, &[("Cookie", &cookie()), ("Accept-Language", language)]).await
}

async fn post(app: &App, deed: &str, form: &str) -> Answer {
    app.post(&format!("{PAGE}/{deed}"), form, &[("Cookie", &cookie())]).await
}
