//! Test logins.

use latchkey_domain::{
    host::Host,
    name::CredentialName,
    profile::Profile,
    sign_in::Unsuccessful,
    test_login::{Ending, Step, StepKind, TestEnd, TestLoginState},
};
use latchkey_identity::{NewTestLogin, RedeemTicket, StartedTest, TestLoginView};
use latchkey_proto::{v1, well_known::Duration};
use secrecy::ExposeSecret;
use tonic::Status;

use super::{
    Fields,
    login::{failure, refusal, result, started},
    time,
};

/// Longer than any ticket that we make.
const MAX_TICKET: usize = 256;

pub(crate) fn start(request: &v1::StartTestLoginRequest) -> Result<NewTestLogin, Status> {
    let mut fields = Fields::new();
    let connection = fields.check("connection", request.connection.parse());
    let host = fields.check_if("host", &request.host, Host::parse);
    let credential = fields.check_if("credential", &request.credential, str::parse);
    fields.finish(connection.map(|connection| NewTestLogin { connection, host, credential }))
}

pub(crate) fn encode_started(started: StartedTest) -> v1::StartTestLoginResponse {
    v1::StartTestLoginResponse {
        url: started.url.expose_secret().to_owned(),
        test_login: Some(encode(started.view)),
    }
}

pub(crate) fn redeem(request: v1::RedeemTestTicketRequest) -> Result<RedeemTicket, Status> {
    let mut fields = Fields::new();
    fields.limit("ticket", &request.ticket, MAX_TICKET);
    let host = fields.check("host", Host::parse(&request.host));
    fields.finish(host.map(|host| RedeemTicket { ticket: request.ticket.into(), host }))
}

pub(crate) fn redeemed(begun: latchkey_identity::Started) -> v1::RedeemTestTicketResponse {
    let v1::StartLoginResponse { authorization_url, browser_secret, cookie_name, cookie_max_age } =
        started(begun);
    v1::RedeemTestTicketResponse { authorization_url, browser_secret, cookie_name, cookie_max_age }
}

/// What a callback is answered with when it was a test login's.
pub(crate) fn tested(end: TestEnd, reference_id: String) -> v1::Tested {
    use v1::tested::Failure as Encoded;
    let failure = end.err().map(|end| match end {
        Unsuccessful::Refused(reason) => Encoded::Refused(refusal(reason).into()),
        Unsuccessful::Failed(reason) => Encoded::Failed(failure(reason).into()),
    });
    v1::Tested { failure, reference_id }
}

pub(crate) fn encode(view: TestLoginView) -> v1::TestLogin {
    let TestLoginView { test_login, state, profile } = view;
    let credential = test_login.credential.map(|credential| CredentialName {
        environment: test_login.connection.environment.clone(),
        connection: test_login.connection.connection.clone(),
        credential,
    });
    let encoded = v1::TestLogin {
        name: test_login.name().to_string(),
        state: encode_state(state).into(),
        host: test_login.host.to_string(),
        credential: credential.map(|name| name.to_string()).unwrap_or_default(),
        profile: profile.map(encode_profile),
        create_time: Some(time::encode(test_login.created_at)),
        expire_time: Some(time::encode(test_login.ticket_expires_at())),
        start_time: test_login.begun_at.map(time::encode),
        purge_time: Some(time::encode(test_login.purge_at())),
        steps: test_login.steps().iter().map(encode_step).collect(),
        ..v1::TestLogin::default()
    };
    match test_login.ending {
        Some(ending) => with_ending(encoded, ending),
        None => encoded,
    }
}

fn with_ending(encoded: v1::TestLogin, ending: Ending) -> v1::TestLogin {
    use v1::test_login::Failure as Encoded;
    v1::TestLogin {
        result: ending.end.map_or_else(|_| v1::SignInResult::Unspecified, result).into(),
        failure: ending.end.err().map(|end| match end {
            Unsuccessful::Refused(reason) => Encoded::Refused(refusal(reason).into()),
            Unsuccessful::Failed(reason) => Encoded::Failed(failure(reason).into()),
        }),
        event: ending.event.map(|event| event.to_string()).unwrap_or_default(),
        end_time: Some(time::encode(ending.at)),
        ..encoded
    }
}

const fn encode_state(state: TestLoginState) -> v1::TestLoginState {
    match state {
        TestLoginState::Waiting => v1::TestLoginState::Waiting,
        TestLoginState::UnderWay => v1::TestLoginState::UnderWay,
        TestLoginState::Passed => v1::TestLoginState::Passed,
        TestLoginState::Failed => v1::TestLoginState::Failed,
        TestLoginState::Expired => v1::TestLoginState::Expired,
    }
}

fn encode_step(step: &Step) -> v1::TestLoginStep {
    use v1::TestLoginStepKind as Kind;
    let kind = match step.kind {
        StepKind::SealOpened => Kind::SealOpened,
        StepKind::BrowserMatched => Kind::BrowserMatched,
        StepKind::Claimed => Kind::Claimed,
        StepKind::ProviderAnswered => Kind::ProviderAnswered,
        StepKind::Token => Kind::Token,
        StepKind::Account => Kind::Account,
        StepKind::Emails => Kind::Emails,
        StepKind::Workspaces => Kind::Workspaces,
        StepKind::Decision => Kind::Decision,
        StepKind::EmailRequired => Kind::EmailRequired,
        StepKind::EmailVerificationRequired => Kind::EmailVerificationRequired,
        StepKind::LinkConfirmationRequired => Kind::LinkConfirmationRequired,
    };
    let outcome = match step.failure {
        None if step.kind.is_assumed() => v1::TestLoginStepOutcome::Assumed,
        None => v1::TestLoginStepOutcome::Passed,
        Some(_) => v1::TestLoginStepOutcome::Failed,
    };
    v1::TestLoginStep {
        kind: kind.into(),
        outcome: outcome.into(),
        reason: step.failure.map(|end| end.as_str().to_owned()).unwrap_or_default(),
        duration: Some(Duration {
            seconds: i64::try_from(step.took.as_secs()).unwrap_or(i64::MAX),
            nanos: i32::try_from(step.took.subsec_nanos()).unwrap_or(0),
        }),
    }
}

fn encode_profile(profile: Profile) -> v1::TestLoginProfile {
    let Profile { issuer, account, emails } = profile;
    v1::TestLoginProfile {
        issuer: issuer.0,
        subject: account.subject.to_string(),
        username: account.username.unwrap_or_default(),
        display_name: account.display_name.unwrap_or_default(),
        picture_uri: account.picture_url.unwrap_or_default(),
        emails: emails
            .into_iter()
            .map(|email| v1::TestLoginEmail {
                address: email.address.to_string(),
                primary: email.primary,
                confirmed: email.confirmed,
            })
            .collect(),
    }
}
