//! What fuzzing calls, and the corpus runs through: the requests that callers send.

use latchkey_proto::v1;
use prost::Message;

use crate::wire::{
    api_key, application, audit, callback, check, connection, credential, environment, event,
    grant, link_ticket, login, login_step, organization, sign_in, signing_key, test_login, user,
    user_change,
};

type Read = fn(&[u8]);

/// Reads bytes as a message, and the message as what the use case takes.
macro_rules! requests {
    ($($message:ident => $read:expr,)*) => {
        const REQUESTS: &[(&str, Read)] = &[$((stringify!($message), |bytes| {
            if let Ok(request) = v1::$message::decode(bytes) {
                let read: fn(v1::$message) -> bool = $read;
                read(request);
            }
        })),*];
    };
}

requests! {
    CancelLoginRequest => |request| login_step::cancel(request).is_ok(),
    CheckConnectionRequest => |request| check::what(request).is_ok(),
    CheckDomainVerificationRequest => |_| true,
    CompleteLoginRequest => |request| login::complete(request).is_ok(),
    ConfirmLinkRequest => |request| login_step::confirm(request).is_ok(),
    CreateApiKeyRequest => |request| api_key::create(request).is_ok(),
    CreateApplicationRequest => |request| application::create(request).is_ok(),
    CreateConnectionRequest => |request| connection::create(request).is_ok(),
    CreateCredentialRequest => |request| credential::create(request).is_ok(),
    CreateEnvironmentRequest => |request| environment::create(request).is_ok(),
    CreateOrganizationRequest => |request| organization::create(request).is_ok(),
    DeleteApiKeyRequest => |_| true,
    DeleteApplicationRequest => |_| true,
    DeleteConnectionRequest => |_| true,
    DeleteCredentialRequest => |_| true,
    DeleteEnvironmentRequest => |_| true,
    DeleteOrganizationRequest => |_| true,
    DeleteUserRequest => |_| true,
    GetApplicationLogoRequest => |request| application::which_logo(&request).is_ok(),
    GetApplicationRequest => |_| true,
    GetConnectionRequest => |_| true,
    GetEnvironmentRequest => |_| true,
    GetLoginStepRequest => |request| login_step::get(request).is_ok(),
    GetOrganizationRequest => |_| true,
    GetReadinessRequest => |_| true,
    GetTestLoginRequest => |_| true,
    GetUserRequest => |_| true,
    GrantApplicationRequest => |request| grant::grant(request).is_ok(),
    ListApiKeysRequest => |request| api_key::list(&request).is_ok(),
    ListApplicationGrantsRequest => |request| grant::list(&request).is_ok(),
    ListApplicationsRequest => |request| application::list(&request).is_ok(),
    ListAuditEntriesRequest => |request| audit::list(&request).is_ok(),
    ListCallbackUrlsRequest => |request| callback::list(&request).is_ok(),
    ListConnectionsRequest => |request| connection::list(&request).is_ok(),
    ListCredentialsRequest => |request| credential::list(&request).is_ok(),
    ListEnvironmentsRequest => |request| environment::list(&request).is_ok(),
    ListEventsRequest => |request| event::list(&request).is_ok(),
    ListIdentitiesRequest => |request| user::list_identities(&request).is_ok(),
    ListLoginOptionsRequest => |request| login::options(request).is_ok(),
    ListOrganizationsRequest => |request| organization::list(&request).is_ok(),
    ListSignInsRequest => |request| sign_in::list(&request).is_ok(),
    ListSigningKeysRequest => |request| signing_key::list(request).is_ok(),
    ListUsersRequest => |request| user::list(&request).is_ok(),
    PromoteCredentialRequest => |_| true,
    PurgeConnectionRequest => |_| true,
    RedeemLoginRequest => |request| login::redeem(request).is_ok(),
    RedeemTestTicketRequest => |request| test_login::redeem(request).is_ok(),
    ResendEmailCodeRequest => |request| login_step::resend(request).is_ok(),
    RevokeApplicationRequest => |request| grant::revoke(&request).is_ok(),
    RotateApiKeyRequest => |request| api_key::rotate(request).is_ok(),
    SetApplicationLogoRequest => |_| true,
    StartDomainVerificationRequest => |_| true,
    StartLoginRequest => |request| login::start(request).is_ok(),
    StartTestLoginRequest => |request| test_login::start(&request).is_ok(),
    SubmitEmailRequest => |request| login_step::submit(request).is_ok(),
    SuspendUserRequest => |request| user_change::suspend(request).is_ok(),
    UndeleteConnectionRequest => |_| true,
    UnlinkIdentityRequest => |_| true,
    UnsuspendUserRequest => |_| true,
    UpdateApplicationRequest => |request| application::update(request).is_ok(),
    UpdateConnectionRequest => |request| connection::update(request).is_ok(),
    UpdateEnvironmentRequest => |request| environment::update(request).is_ok(),
    UpdateOrganizationRequest => |request| organization::update(request).is_ok(),
    VerifyEmailRequest => |request| login_step::verify(request).is_ok(),
    WatchEventsRequest => |request| event::watch(&request).is_ok(),
    // New ones go last: the corpus has them by their place.
    CreateLinkTicketRequest => |request| link_ticket::create(request).is_ok(),
}

/// A request, by its first byte: none brings the service down, whatever it holds.
pub fn request(data: &[u8]) {
    let Some((which, bytes)) = data.split_first() else { return };
    let (_, read) = REQUESTS[usize::from(*which) % REQUESTS.len()];
    read(bytes);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_corpus_goes_through() {
        latchkey_test_corpus::run("request", request);
    }

    #[test]
    fn every_request_of_the_contract_is_among_them() {
        let set =
            prost_types::FileDescriptorSet::decode(latchkey_proto::FILE_DESCRIPTOR_SET).unwrap();
        let messages = set.file.iter().filter(|file| file.package() == "latchkey.v1");
        let names =
            messages.flat_map(|file| &file.message_type).map(prost_types::DescriptorProto::name);
        let requests: BTreeSet<_> = names.filter(|name| name.ends_with("Request")).collect();
        let here: BTreeSet<_> = REQUESTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(here, requests);
    }
}
