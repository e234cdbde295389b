//! Sign-ins.

use latchkey_domain::{
    Invalid,
    host::Host,
    mail::Language,
    name::ApplicationName,
    pkce::CodeChallenge,
    redirect_uri::RedirectUri,
    sign_in::{COOKIE_LIFETIME, Failure, Intent, Refusal, SignInResult},
};
use latchkey_identity::{
    Answer, Callback, LoginOptions, Outcome, ProviderAnswer, Redeemed, StartLogin, Started,
};
use latchkey_proto::{v1, well_known::Duration};
use secrecy::{ExposeSecret, SecretString};
use tonic::Status;

use super::{
    Fields, application,
    login_step::{self, Waits},
    test_login, user,
};

/// The application's state comes back in a URL, beside ours.
const MAX_APPLICATION_STATE: usize = 512;
const MAX_LOGIN_HINT: usize = 256;
const MAX_PROMPT: usize = 64;
/// Several times the length of ours.
const MAX_LINK_TICKET: usize = 256;
/// Bitbucket's codes have about 20 characters; RFC 6749 sets no limit.
const MAX_CODE: usize = 2048;
const MAX_ERROR: usize = 128;
/// Longer than any state that we seal, and than any secret that we give to a browser.
const MAX_STATE: usize = 2048;
pub(super) const MAX_BROWSER_SECRET: usize = 256;
/// RFC 5646, 4.4.1: 35 characters are enough for every tag that means something.
pub(super) const MAX_LANGUAGE_CODE: usize = 64;
const MAX_LOGIN_CODE: usize = 256;

/// Of which application, where to, and on which host.
pub(crate) type Options = (ApplicationName, Option<String>, Option<Host>);

pub(crate) fn options(request: v1::ListLoginOptionsRequest) -> Result<Options, Status> {
    let mut fields = Fields::new();
    let application = fields.check("application", request.application.parse());
    fields.limit("redirect_uri", &request.redirect_uri, RedirectUri::MAX_LENGTH);
    let redirect_uri = (!request.redirect_uri.is_empty()).then_some(request.redirect_uri);
    let host = fields.check_if("host", &request.host, Host::parse);
    let read = application.map(|application| (application, redirect_uri, host));
    fields.finish(read)
}

pub(crate) fn encode_options(found: LoginOptions) -> v1::ListLoginOptionsResponse {
    let options = found.options.into_iter().map(|option| v1::LoginOption {
        connection: option.connection.to_string(),
        display_name: option.display_name.to_string(),
        provider: option.provider.to_string(),
    });
    v1::ListLoginOptionsResponse {
        application_display_name: found.application.display_name.to_string(),
        application_logo: found.application.logo.map(application::encode_logo),
        options: options.collect(),
    }
}

pub(crate) fn start(request: v1::StartLoginRequest) -> Result<StartLogin, Status> {
    let mut fields = Fields::new();
    let connection = fields.check("connection", request.connection.parse());
    let application = fields.check("application", request.application.parse());
    fields.limit("redirect_uri", &request.redirect_uri, RedirectUri::MAX_LENGTH);
    fields.limit("state", &request.state, MAX_APPLICATION_STATE);
    if !request.state.bytes().all(|byte| byte.is_ascii_graphic()) {
        fields.refuse("state", Invalid::new("must hold visible ASCII characters only"));
    }
    let code_challenge =
        fields.check("code_challenge", CodeChallenge::parse(&request.code_challenge));
    let host = fields.check("host", Host::parse(&request.host));
    let organization = fields.check_if("organization", &request.organization, str::parse);
    let intent = match v1::LoginIntent::try_from(request.intent) {
        Ok(v1::LoginIntent::Unspecified | v1::LoginIntent::SignInOrUp) => Ok(Intent::SignInOrUp),
        Ok(v1::LoginIntent::SignIn) => Ok(Intent::SignIn),
        Ok(v1::LoginIntent::SignUp) => Ok(Intent::SignUp),
        Err(_) => Err(Invalid::new("must be one of the intents")),
    };
    let intent = fields.check("intent", intent);
    fields.limit("login_hint", &request.login_hint, MAX_LOGIN_HINT);
    fields.limit("prompt", &request.prompt, MAX_PROMPT);
    fields.limit("link_ticket", &request.link_ticket, MAX_LINK_TICKET);
    let link_ticket = Some(request.link_ticket).filter(|ticket| !ticket.is_empty());
    let read = (|| {
        Some(StartLogin {
            connection: connection?,
            application: application?,
            redirect_uri: request.redirect_uri,
            application_state: request.state.into(),
            code_challenge: code_challenge?,
            host: host?,
            organization,
            intent: intent?,
            login_hint: request.login_hint.into(),
            prompt: request.prompt,
            link_ticket: link_ticket.map(Into::into),
        })
    })();
    fields.finish(read)
}

/// A sign-in as it is asked for.
pub(super) fn start_again(start: StartLogin) -> v1::StartLoginRequest {
    let intent = match start.intent {
        Intent::SignInOrUp => v1::LoginIntent::SignInOrUp,
        Intent::SignIn => v1::LoginIntent::SignIn,
        Intent::SignUp => v1::LoginIntent::SignUp,
    };
    v1::StartLoginRequest {
        connection: start.connection.to_string(),
        application: start.application.to_string(),
        redirect_uri: start.redirect_uri,
        state: start.application_state.expose_secret().to_owned(),
        code_challenge: start.code_challenge.to_text(),
        host: start.host.to_string(),
        intent: intent.into(),
        login_hint: start.login_hint.expose_secret().to_owned(),
        prompt: start.prompt,
        link_ticket: String::new(),
        organization: start.organization.map(|name| name.to_string()).unwrap_or_default(),
    }
}

pub(crate) fn started(started: Started) -> v1::StartLoginResponse {
    let seconds = i64::try_from(COOKIE_LIFETIME.as_secs()).unwrap_or(i64::MAX);
    v1::StartLoginResponse {
        authorization_url: started.authorization_url.expose_secret().to_owned(),
        browser_secret: started.browser_secret.expose_secret().to_owned(),
        cookie_name: started.cookie_name,
        cookie_max_age: Some(Duration { seconds, nanos: 0 }),
    }
}

pub(crate) fn complete(request: v1::CompleteLoginRequest) -> Result<Callback, Status> {
    let mut fields = Fields::new();
    let connection = fields.check("connection", request.connection.parse());
    let host = fields.check("host", Host::parse(&request.host));
    fields.limit("state", &request.state, MAX_STATE);
    fields.limit("browser_secret", &request.browser_secret, MAX_BROWSER_SECRET);
    fields.limit("code", &request.code, MAX_CODE);
    fields.limit("error", &request.error, MAX_ERROR);
    fields.limit("language_code", &request.language_code, MAX_LANGUAGE_CODE);
    if !request.code.is_empty() && !request.error.is_empty() {
        fields.refuse("error", Invalid::new("must be empty beside a code"));
    }
    let answer = match (request.code.is_empty(), request.error.is_empty()) {
        (false, _) => ProviderAnswer::Code(request.code.into()),
        (true, false) => ProviderAnswer::Error(request.error),
        (true, true) => ProviderAnswer::Nothing,
    };
    let read = connection.zip(host).map(|(connection, host)| Callback {
        connection,
        host,
        state: request.state.into(),
        browser_secret: request.browser_secret.into(),
        answer,
        language: Language::of_tag(&request.language_code),
    });
    fields.finish(read)
}

pub(crate) fn completed(answer: Answer) -> v1::CompleteLoginResponse {
    use v1::complete_login_response::Outcome as Encoded;
    let redirect_url = answer.redirect_url.as_ref().map(ExposeSecret::expose_secret);
    let redirect_url = redirect_url.unwrap_or_default().to_owned();
    let reference_id = answer.reference_id.to_string();
    let application = answer.application.as_deref().map(application::shown);
    let outcome = match answer.outcome {
        Outcome::SignedIn => Encoded::SignedIn(v1::SignedIn { redirect_url, reference_id }),
        Outcome::Refused(reason) => {
            let reason = refusal(reason).into();
            let sign_up = answer.sign_up.map(start_again);
            Encoded::Refused(v1::SignInRefused {
                reason,
                redirect_url,
                reference_id,
                sign_up,
                application,
            })
        }
        Outcome::Failed(reason) => {
            let reason = failure(reason).into();
            Encoded::Failed(v1::SignInFailed { reason, redirect_url, reference_id, application })
        }
        Outcome::Waits(waits_for) => {
            let continuation = answer.continuation.as_ref().map(ExposeSecret::expose_secret);
            let named = (continuation.unwrap_or_default().to_owned(), reference_id);
            match login_step::waits(waits_for, named, application) {
                Waits::Email(waits) => Encoded::EmailRequired(waits),
                Waits::Code(waits) => Encoded::EmailVerificationRequired(waits),
                Waits::Link(waits) => Encoded::LinkConfirmationRequired(waits),
            }
        }
        Outcome::Tested(end) => Encoded::Tested(test_login::tested(end, reference_id)),
    };
    v1::CompleteLoginResponse { outcome: Some(outcome) }
}

pub(super) const fn refusal(reason: Refusal) -> v1::RefusalReason {
    match reason {
        Refusal::DeniedByUser => v1::RefusalReason::DeniedByUser,
        Refusal::InteractionRequired => v1::RefusalReason::InteractionRequired,
        Refusal::AccountNotFound => v1::RefusalReason::AccountNotFound,
        Refusal::ConnectionDisabled => v1::RefusalReason::ConnectionDisabled,
        Refusal::ApplicationNotGranted => v1::RefusalReason::ApplicationNotGranted,
        Refusal::RedirectUriNotRegistered => v1::RefusalReason::RedirectUriNotRegistered,
        Refusal::SignUpNotAllowed => v1::RefusalReason::SignUpNotAllowed,
        Refusal::SignInNotAllowed => v1::RefusalReason::SignInNotAllowed,
        Refusal::LinkNotAllowed => v1::RefusalReason::LinkNotAllowed,
        Refusal::SignUpClosed => v1::RefusalReason::SignUpClosed,
        Refusal::EmailDomainNotAllowed => v1::RefusalReason::EmailDomainNotAllowed,
        Refusal::IdentityOfAnotherUser => v1::RefusalReason::IdentityOfAnotherUser,
        Refusal::CancelledByUser => v1::RefusalReason::CancelledByUser,
        Refusal::UserSuspended => v1::RefusalReason::UserSuspended,
        Refusal::WorkspaceNotAllowed => v1::RefusalReason::WorkspaceNotAllowed,
    }
}

pub(super) const fn failure(reason: Failure) -> v1::FailureReason {
    match reason {
        Failure::CredentialsRejected => v1::FailureReason::CredentialsRejected,
        Failure::CodeRejected => v1::FailureReason::CodeRejected,
        Failure::ProviderUnavailable => v1::FailureReason::ProviderUnavailable,
        Failure::ProviderRateLimited => v1::FailureReason::ProviderRateLimited,
        Failure::ProviderMalformed => v1::FailureReason::ProviderMalformed,
        Failure::ScopeMissing => v1::FailureReason::ScopeMissing,
        Failure::ProviderError => v1::FailureReason::ProviderError,
        Failure::CallbackEmpty => v1::FailureReason::CallbackEmpty,
        Failure::AttemptAbandoned => v1::FailureReason::AttemptAbandoned,
        Failure::ConnectionChanged => v1::FailureReason::ConnectionChanged,
        Failure::IdentityChanged => v1::FailureReason::IdentityChanged,
        Failure::MailNotConfigured => v1::FailureReason::MailNotConfigured,
    }
}

/// A login code and the verifier that proves whose it is.
pub(crate) type Redemption = (SecretString, SecretString);

pub(crate) fn redeem(request: v1::RedeemLoginRequest) -> Result<Redemption, Status> {
    let mut fields = Fields::new();
    fields.limit("code", &request.code, MAX_LOGIN_CODE);
    if request.code.is_empty() {
        fields.refuse("code", Invalid::new("must be set"));
    }
    fields.check("code_verifier", latchkey_domain::pkce::verifier_fits(&request.code_verifier));
    fields.finish(Some((request.code.into(), request.code_verifier.into())))
}

pub(crate) fn redeemed(redeemed: Redeemed) -> v1::RedeemLoginResponse {
    let Redeemed { signed_in, id_token } = redeemed;
    let identity = user::encode_identity(&signed_in.user.environment, &signed_in.identity);
    v1::RedeemLoginResponse {
        user: Some(user::encode(signed_in.user, &[])),
        identity: Some(identity),
        connection: signed_in.connection.to_string(),
        application: signed_in.application.to_string(),
        result: result(signed_in.result).into(),
        reference_id: signed_in.reference_id.to_string(),
        organization: signed_in.organization.map(|name| name.to_string()).unwrap_or_default(),
        id_token: id_token.expose_secret().to_owned(),
    }
}

pub(super) const fn result(result: SignInResult) -> v1::SignInResult {
    match result {
        SignInResult::SignedIn => v1::SignInResult::SignedIn,
        SignInResult::SignedUp => v1::SignInResult::SignedUp,
        SignInResult::Linked => v1::SignInResult::Linked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_the_same_name_in_the_contract() {
        for reason in Refusal::ALL {
            let encoded = refusal(*reason).as_str_name();
            assert_eq!(encoded, format!("REFUSAL_REASON_{reason}"));
        }
        for reason in Failure::ALL {
            let encoded = failure(*reason).as_str_name();
            assert_eq!(encoded, format!("FAILURE_REASON_{reason}"));
        }
    }
}
