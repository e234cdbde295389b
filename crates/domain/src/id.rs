//! Ids: `TypeIDs` (a prefix and a `UUIDv7`), and readable ones where people choose them (AIP-133).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use type_safe_id::{StaticType, TypeSafeId};
use uuid::{NoContext, Uuid};

use crate::{Invalid, time::Timestamp};

/// A `UUIDv7` that carries `now` and 74 random bits.
pub fn uuid_at(now: Timestamp) -> Uuid {
    let (seconds, nanos) = now.seconds_and_nanos();
    let at = uuid::Timestamp::from_unix(
        NoContext,
        u64::try_from(seconds).unwrap_or(0),
        u32::try_from(nanos).unwrap_or(0),
    );
    Uuid::new_v7(at)
}

macro_rules! type_ids {
    ($($(#[$doc:meta])* $name:ident, $marker:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        #[derive(Default)]
        struct $marker;

        impl StaticType for $marker {
            const TYPE: &'static str = $prefix;
        }

        impl $name {
            /// A new id, made at `now`.
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_at(now))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                TypeSafeId::<$marker>::from_uuid(self.0).fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let id: TypeSafeId<$marker> = text.parse().map_err(|_| Invalid::new(
                    concat!("must be an id such as ", $prefix, "_01h455vb4pex5vsknk084sn02q"),
                ))?;
                Ok(Self(id.uuid()))
            }
        }
    )*};
}

type_ids! {
    /// A user: `user_…`.
    UserId, UserType = "user";
    /// An identity: `idn_…`.
    IdentityId, IdentityType = "idn";
    /// A credential: `cred_…`.
    CredentialId, CredentialType = "cred";
    /// An API key: `key_…`.
    ApiKeyId, ApiKeyType = "key";
    /// An event: `evt_…`.
    EventId, EventType = "evt";
    /// A line of the audit: `aud_…`.
    AuditEntryId, AuditEntryType = "aud";
    /// A test login: `test_…`.
    TestLoginId, TestLoginType = "test";
    /// A mail that is yet to be sent: `mail_…`.
    MailId, MailType = "mail";
    /// A key that signs tokens, by the name that they have for it: `skey_…`.
    SigningKeyId, SigningKeyType = "skey";
    /// A sign-in, and the reference that people quote to support: `ref_…`.
    AttemptId, AttemptType = "ref";
}

/// How long a chosen id may be: a DNS label.
const CHOSEN_ID_LENGTH: std::ops::RangeInclusive<usize> = 3..=63;

/// Accepts an id that a caller chose: a letter, then letters, digits and hyphens.
fn chosen(text: &str) -> Result<(), Invalid> {
    let shape = text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if shape && CHOSEN_ID_LENGTH.contains(&text.len()) {
        return Ok(());
    }
    Err(Invalid::new("must be 3 to 63 characters of a-z, 0-9 and -, beginning with a letter"))
}

macro_rules! readable_ids {
    ($($(#[$doc:meta])* $name:ident, $marker:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        #[derive(Default)]
        struct $marker;

        impl StaticType for $marker {
            const TYPE: &'static str = $prefix;
        }

        impl $name {
            /// A new id, made at `now`.
            pub fn new(now: Timestamp) -> Self {
                Self(TypeSafeId::<$marker>::from_uuid(uuid_at(now)).to_string())
            }

            /// An id that a caller chose.
            pub fn chosen(text: &str) -> Result<Self, Invalid> {
                chosen(text).map(|()| Self(text.to_owned()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                if text.parse::<TypeSafeId<$marker>>().is_ok() {
                    return Ok(Self(text.to_owned()));
                }
                Self::chosen(text)
            }
        }
    )*};
}

readable_ids! {
    /// An environment: `env_…`, or chosen.
    EnvironmentId, EnvironmentType = "env";
    /// An organization: `org_…`, or chosen.
    OrganizationId, OrganizationType = "org";
    /// An application: `app_…`, or chosen.
    ApplicationId, ApplicationType = "app";
    /// A connection: `conn_…`, or chosen.
    ConnectionId, ConnectionType = "conn";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_prefix_and_reads_back() {
        let id = UserId::new(Timestamp(1_700_000_000_000_000));
        assert!(id.to_string().starts_with("user_"));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let user = UserId::new(Timestamp(0)).to_string();
        assert!(user.parse::<IdentityId>().is_err());
        assert!(user.parse::<ConnectionId>().is_err());
    }

    #[test]
    fn ids_made_later_sort_later() {
        let (early, late) = (Timestamp(1_000_000_000), Timestamp(1_000_001_000));
        assert!(EventId::new(early) < EventId::new(late));
    }

    #[test]
    fn a_chosen_id_is_a_dns_label_that_begins_with_a_letter() {
        for good in ["dev", "bitbucket", "my-app-2"] {
            assert_eq!(good.parse::<ApplicationId>().map(|id| id.to_string()), Ok(good.to_owned()));
        }
        let long = "a".repeat(64);
        for bad in ["", "ab", "2nd", "Dev", "a_b", "dev-", "a/b", "..", "dév", long.as_str()] {
            assert!(bad.parse::<ApplicationId>().is_err(), "{bad}");
        }
    }
}
