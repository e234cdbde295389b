//! What a person does who is asked to prove an address, and what tests look at then.

use latchkey_proto::v1::{
    self, CompleteLoginResponse, Connection, EmailVerificationRequired, Environment, SignUpPolicy,
    VerifyEmailRequest, VerifyEmailResponse, complete_login_response::Outcome, login_step::Step,
};
use tonic::{Response, Status};

use super::{
    TestApp,
    admin::{DEV, masked},
    app::HOST,
    person::{Begun, Callback, parameter},
};

/// A sign-in that waits, and the browser that it waits for.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) begun: Begun,
    pub(crate) callback: Callback,
    pub(crate) continuation: String,
    pub(crate) host: String,
    pub(crate) browser_secret: String,
}

/// How far a sign-in is, in a word: what it waits for, or its end.
pub(crate) fn word(step: &Step) -> String {
    match step {
        Step::SignedIn(_) => "SIGNED_IN".to_owned(),
        Step::Refused(end) => end.reason().as_str_name().replace("REFUSAL_REASON_", ""),
        Step::Failed(end) => end.reason().as_str_name().replace("FAILURE_REASON_", ""),
        Step::EmailRequired(_) => "EMAIL".to_owned(),
        Step::EmailVerificationRequired(step) => {
            let problem = step.problem().as_str_name().replace("EMAIL_CODE_PROBLEM_", "");
            if problem == "UNSPECIFIED" { "CODE".to_owned() } else { format!("CODE {problem}") }
        }
        Step::LinkConfirmationRequired(_) => "LINK".to_owned(),
    }
}

/// Where the browser goes after a sign-in that went well, and what it takes along.
pub(crate) fn code_in(step: &Step) -> String {
    let Step::SignedIn(end) = step else { panic!("not signed in: {step:?}") };
    parameter(&url::Url::parse(&end.redirect_url).unwrap(), "code")
}

/// What is asked of a code.
pub(crate) fn asked(step: Step) -> EmailVerificationRequired {
    let Step::EmailVerificationRequired(step) = step else { panic!("no code: {step:?}") };
    step
}

/// How far a sign-in is once its callback was answered.
pub(crate) fn step(completed: CompleteLoginResponse) -> Step {
    match completed.outcome.unwrap() {
        Outcome::SignedIn(end) => Step::SignedIn(end),
        Outcome::Refused(end) => Step::Refused(end),
        Outcome::Failed(end) => Step::Failed(end),
        Outcome::EmailRequired(step) => Step::EmailRequired(step),
        Outcome::EmailVerificationRequired(step) => Step::EmailVerificationRequired(step),
        Outcome::LinkConfirmationRequired(step) => Step::LinkConfirmationRequired(step),
        Outcome::Tested(_) => panic!("nobody signs in by a test login"),
    }
}

fn continuation(step: &Step) -> String {
    match step {
        Step::EmailRequired(step) => step.continuation.clone(),
        Step::EmailVerificationRequired(step) => step.continuation.clone(),
        Step::LinkConfirmationRequired(step) => step.continuation.clone(),
        ended => panic!("it does not wait: {ended:?}"),
    }
}

macro_rules! call {
    ($app:expr, $at:expr, $rpc:ident($request:ident { $($field:ident: $value:expr),* })) => {{
        let request = v1::$request {
            environment: DEV.to_owned(),
            host: $at.host.clone(),
            continuation: $at.continuation.clone(),
            browser_secret: $at.browser_secret.clone(),
            $($field: $value,)*
        };
        let answer = $app.login().$rpc(request).await.map(Response::into_inner)?;
        Ok(answer.step.unwrap().step.unwrap())
    }};
}

impl Waiting {
    /// What a callback was answered that is waited for.
    pub(crate) fn of(
        (begun, callback): &(Begun, Callback),
        completed: CompleteLoginResponse,
    ) -> Self {
        Self {
            continuation: continuation(&step(completed)),
            host: HOST.to_owned(),
            browser_secret: begun.browser_secret.clone(),
            begun: begun.clone(),
            callback: callback.clone(),
        }
    }

    /// A code as the gateway passes it on; a test changes what it wants.
    pub(crate) fn verify_request(&self, code: &str) -> VerifyEmailRequest {
        VerifyEmailRequest {
            environment: DEV.to_owned(),
            host: self.host.clone(),
            continuation: self.continuation.clone(),
            browser_secret: self.browser_secret.clone(),
            code: code.to_owned(),
            ..VerifyEmailRequest::default()
        }
    }
}

/// How far a sign-in is once somebody brought a code.
pub(crate) fn verified(answer: VerifyEmailResponse) -> Step {
    answer.step.unwrap().step.unwrap()
}

impl TestApp {
    /// Sends the mail that is queued, from now on.
    pub(crate) fn deliver_mail(&self) {
        self.tasks.spawn(self.latchkey.clone().deliver_mail(self.stop.clone()));
    }

    /// The code of the newest of so many mails.
    pub(crate) async fn mailed_code(&self, mails: usize) -> String {
        self.smtp.wait_for(mails).await.last().unwrap().code()
    }

    /// Has addresses proven by a code.
    pub(crate) async fn verify_by_code(&self) {
        let asking = Connection { verify_by_code: true, ..Connection::default() };
        self.change_connection("verify_by_code", asking).await;
    }

    /// Changes what the environment asks of whoever signs in.
    pub(crate) async fn change_policies(&self, to: Environment, paths: &[&str]) {
        let request = v1::UpdateEnvironmentRequest {
            environment: Some(Environment { name: DEV.to_owned(), ..to }),
            update_mask: Some(masked(paths)),
        };
        self.own_tenant().update_environment(request).await.unwrap();
    }

    /// Asks everybody who is new for a proven address.
    pub(crate) async fn require_email(&self) {
        let to = Environment { email_required: true, ..Environment::default() };
        self.change_policies(to, &["email_required"]).await;
    }

    /// Changes who may sign up.
    pub(crate) async fn let_sign_up(&self, policy: SignUpPolicy) {
        let to = Environment { sign_up_policy: Some(policy), ..Environment::default() };
        self.change_policies(to, &["sign_up_policy"]).await;
    }

    /// Comes back from Bitbucket, and is waited for.
    pub(crate) async fn come_to_wait(&self, account: &str) -> (Waiting, Step) {
        let begun = self.begin().await;
        let callback = self.consent(&begun, account).await;
        let completed = self.complete(&begun, &callback).await.unwrap();
        let waiting = Waiting::of(&(begun, callback), completed.clone());
        (waiting, step(completed))
    }

    /// Brings the callback in once more.
    pub(crate) async fn reload(&self, waiting: &Waiting) -> Result<Step, Status> {
        self.complete(&waiting.begun, &waiting.callback).await.map(step)
    }

    /// Gives an address.
    pub(crate) async fn submit(&self, at: &Waiting, email: &str) -> Result<Step, Status> {
        call!(
            self,
            at,
            submit_email(SubmitEmailRequest {
                email: email.to_owned(),
                language_code: String::new()
            })
        )
    }

    /// Gives a code.
    pub(crate) async fn verify(&self, at: &Waiting, code: &str) -> Result<Step, Status> {
        let answer = self.login().verify_email(at.verify_request(code)).await?;
        Ok(verified(answer.into_inner()))
    }

    /// Asks for another code.
    pub(crate) async fn resend(&self, at: &Waiting) -> Result<Step, Status> {
        call!(self, at, resend_email_code(ResendEmailCodeRequest { language_code: String::new() }))
    }

    /// Wants to be linked.
    pub(crate) async fn confirm(&self, at: &Waiting) -> Result<Step, Status> {
        call!(self, at, confirm_link(ConfirmLinkRequest {}))
    }

    /// Gives up.
    pub(crate) async fn cancel(&self, at: &Waiting) -> Result<Step, Status> {
        call!(self, at, cancel_login(CancelLoginRequest {}))
    }

    /// Looks at the page again.
    pub(crate) async fn look(&self, at: &Waiting) -> Result<Step, Status> {
        call!(self, at, get_login_step(GetLoginStepRequest {}))
    }

    /// Signs in with an account whose address is proven by the code that comes as the `mails`th mail.
    pub(crate) async fn sign_in_by_code(&self, account: &str, mails: usize) -> Step {
        let (waiting, _) = self.come_to_wait(account).await;
        let code = self.mailed_code(mails).await;
        self.verify(&waiting, &code).await.unwrap()
    }
}
