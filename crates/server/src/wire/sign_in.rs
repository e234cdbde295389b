//! Sign-ins, as they are looked up afterwards.

use latchkey_domain::{
    Invalid,
    id::{EnvironmentId, UserId},
    name::{EnvironmentName, IdentityName, UserName},
    page::{Listed, Page},
    sign_in::Unsuccessful,
};
use latchkey_identity::{Cursor, SignIn, SignInEnd};
use latchkey_proto::v1;
use tonic::Status;
use uuid::Uuid;

use super::{
    Fields, filter,
    login::{failure, refusal, result},
    page, time,
};

/// Which page of whose sign-ins.
pub(crate) type SignInList = (EnvironmentId, Option<UserId>, Page<Cursor<Uuid>>);

pub(crate) fn list(request: &v1::ListSignInsRequest) -> Result<SignInList, Status> {
    let mut fields = Fields::new();
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let read = |name: &str| user_in(parent.as_ref(), name);
    let user = fields.check("filter", filter::equals(&request.filter, "user", read)).flatten();
    let page = page::page(&mut fields, question(request), (request.page_size, &request.page_token));
    let read = parent.zip(page).map(|(parent, page)| (parent.environment, user, page));
    fields.finish(read)
}

/// A user of the environment that is asked about: another's would only look as if they had never
/// signed in.
fn user_in(parent: Option<&EnvironmentName>, name: &str) -> Result<UserId, Invalid> {
    let name: UserName = name.parse()?;
    match parent {
        Some(parent) if name.environment != parent.environment => {
            Err(Invalid::new("must be a user of the parent"))
        }
        _ => Ok(name.user),
    }
}

fn question(request: &v1::ListSignInsRequest) -> page::Question<'_> {
    ("sign_ins", &request.parent, &request.filter)
}

pub(crate) fn listed(
    request: &v1::ListSignInsRequest,
    listed: Listed<SignIn, Cursor<Uuid>>,
) -> v1::ListSignInsResponse {
    v1::ListSignInsResponse {
        sign_ins: listed.items.into_iter().map(encode).collect(),
        next_page_token: page::token(question(request), listed.next),
    }
}

fn encode(sign_in: SignIn) -> v1::SignIn {
    let environment = sign_in.application.environment.clone();
    let user = sign_in.user.map(|user| UserName { environment, user });
    v1::SignIn {
        reference_id: sign_in.id.to_string(),
        create_time: Some(time::encode(sign_in.claimed_at)),
        end_time: sign_in.finished_at.map(time::encode),
        connection: sign_in.connection.to_string(),
        application: sign_in.application.to_string(),
        organization: sign_in.organization.map(|name| name.to_string()).unwrap_or_default(),
        identity: user.as_ref().and_then(|user| identity(user, sign_in.end)).unwrap_or_default(),
        user: user.map(|user| user.to_string()).unwrap_or_default(),
        outcome: sign_in.end.map(outcome),
        redeem_time: sign_in.redeemed_at.map(time::encode),
    }
}

fn identity(user: &UserName, end: Option<SignInEnd>) -> Option<String> {
    let Some(SignInEnd::Completed { identity, .. }) = end else { return None };
    let (environment, user) = (user.environment.clone(), user.user);
    Some(IdentityName { environment, user, identity }.to_string())
}

fn outcome(end: SignInEnd) -> v1::sign_in::Outcome {
    use v1::sign_in::Outcome;
    match end {
        SignInEnd::Completed { result: did, .. } => Outcome::Result(result(did).into()),
        SignInEnd::Unsuccessful(Unsuccessful::Refused(reason)) => {
            Outcome::Refused(refusal(reason).into())
        }
        SignInEnd::Unsuccessful(Unsuccessful::Failed(reason)) => {
            Outcome::Failed(failure(reason).into())
        }
    }
}
