//! Which message belongs to which type of event, in both directions.

use latchkey_proto::events::{EventData, event_data::Data};

use crate::{Error, tolerant};

macro_rules! messages {
    ($($event_type:literal => $message:ident,)*) => {
        /// The CloudEvents `type` that this data belongs to.
        pub(crate) const fn event_type(data: &Data) -> &'static str {
            match data {
                $(Data::$message(_) => $event_type,)*
            }
        }

        /// The data as `ProtoJSON`: the one message, without an envelope.
        pub(crate) fn write(data: &Data) -> Result<Vec<u8>, Error> {
            match data {
                $(Data::$message(message) => serde_json::to_vec(message),)*
            }
            .map_err(Error::Json)
        }

        /// Reads the message that the type names.
        pub(crate) fn read(event_type: &str, json: &[u8]) -> Result<EventData, Error> {
            let data = match event_type {
                $($event_type => tolerant::read(json).map(Data::$message),)*
                unknown => return Err(Error::UnknownType(unknown.to_owned())),
            };
            Ok(EventData { data: Some(data.map_err(Error::Json)?) })
        }
    };
}

messages! {
    "latchkey.user.signed_up.v1" => UserSignedUp,
    "latchkey.user.signed_in.v1" => UserSignedIn,
    "latchkey.user.linked.v1" => UserLinked,
    "latchkey.user.updated.v1" => UserUpdated,
    "latchkey.user.unlinked.v1" => UserUnlinked,
    "latchkey.user.suspended.v1" => UserSuspended,
    "latchkey.user.unsuspended.v1" => UserUnsuspended,
    "latchkey.user.deleted.v1" => UserDeleted,
    "latchkey.sign_in.refused.v1" => SignInRefused,
    "latchkey.connection.created.v1" => ConnectionCreated,
    "latchkey.connection.updated.v1" => ConnectionUpdated,
    "latchkey.connection.deleted.v1" => ConnectionDeleted,
    "latchkey.connection.undeleted.v1" => ConnectionUndeleted,
    "latchkey.connection.purged.v1" => ConnectionPurged,
    "latchkey.connection.application_granted.v1" => ConnectionApplicationGranted,
    "latchkey.connection.application_revoked.v1" => ConnectionApplicationRevoked,
    "latchkey.credential.created.v1" => CredentialCreated,
    "latchkey.credential.deleted.v1" => CredentialDeleted,
    "latchkey.credential.promoted.v1" => CredentialPromoted,
    "latchkey.application.created.v1" => ApplicationCreated,
    "latchkey.application.updated.v1" => ApplicationUpdated,
    "latchkey.application.deleted.v1" => ApplicationDeleted,
    "latchkey.organization.created.v1" => OrganizationCreated,
    "latchkey.organization.updated.v1" => OrganizationUpdated,
    "latchkey.organization.deleted.v1" => OrganizationDeleted,
    "latchkey.organization.domain_verified.v1" => OrganizationDomainVerified,
    "latchkey.organization.domain_failed.v1" => OrganizationDomainFailed,
}
