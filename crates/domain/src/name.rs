//! Resource names (AIP-122): `environments/{environment}/connections/{connection}` and the like.

use std::{fmt, str::FromStr};

use crate::{
    Invalid,
    id::{
        ApiKeyId, ApplicationId, ConnectionId, CredentialId, EnvironmentId, IdentityId,
        OrganizationId, TestLoginId, UserId,
    },
};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident {
        $($collection:literal / $field:ident: $id:ty),+
    } $pattern:literal)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name {
            $(#[doc = concat!("The id below `", $collection, "/`.")] pub $field: $id,)+
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let parts = [$(concat!($collection, "/").to_owned() + &self.$field.to_string()),+];
                f.write_str(&parts.join("/"))
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let mut parts = text.split('/');
                let name = (|| Some(Self {
                    $($field: {
                        parts.next().filter(|part| *part == $collection)?;
                        parts.next()?.parse().ok()?
                    },)+
                }))();
                name.filter(|_| parts.next().is_none())
                    .ok_or(Invalid::new(concat!("must be a name such as ", $pattern)))
            }
        }
    )*};
}

names! {
    /// An environment's name.
    EnvironmentName { "environments"/environment: EnvironmentId } "environments/{environment}"
    /// An organization's name.
    OrganizationName {
        "environments"/environment: EnvironmentId,
        "organizations"/organization: OrganizationId
    } "environments/{environment}/organizations/{organization}"
    /// An application's name.
    ApplicationName {
        "environments"/environment: EnvironmentId,
        "applications"/application: ApplicationId
    } "environments/{environment}/applications/{application}"
    /// A connection's name.
    ConnectionName {
        "environments"/environment: EnvironmentId,
        "connections"/connection: ConnectionId
    } "environments/{environment}/connections/{connection}"
    /// A credential's name.
    CredentialName {
        "environments"/environment: EnvironmentId,
        "connections"/connection: ConnectionId,
        "credentials"/credential: CredentialId
    } "environments/{environment}/connections/{connection}/credentials/{credential}"
    /// A test login's name.
    TestLoginName {
        "environments"/environment: EnvironmentId,
        "connections"/connection: ConnectionId,
        "testLogins"/test_login: TestLoginId
    } "environments/{environment}/connections/{connection}/testLogins/{test_login}"
    /// A user's name.
    UserName {
        "environments"/environment: EnvironmentId,
        "users"/user: UserId
    } "environments/{environment}/users/{user}"
    /// An identity's name.
    IdentityName {
        "environments"/environment: EnvironmentId,
        "users"/user: UserId,
        "identities"/identity: IdentityId
    } "environments/{environment}/users/{user}/identities/{identity}"
    /// The name of a key of one environment.
    EnvironmentKeyName {
        "environments"/environment: EnvironmentId,
        "apiKeys"/api_key: ApiKeyId
    } "environments/{environment}/apiKeys/{api_key}"
    /// The name of an operator key.
    OperatorKeyName { "apiKeys"/api_key: ApiKeyId } "apiKeys/{api_key}"
}

impl ConnectionName {
    /// The name of the environment that it is in.
    pub fn parent(&self) -> EnvironmentName {
        EnvironmentName { environment: self.environment.clone() }
    }
}

impl ApplicationName {
    /// The name of the environment that it is in.
    pub fn parent(&self) -> EnvironmentName {
        EnvironmentName { environment: self.environment.clone() }
    }
}

impl OrganizationName {
    /// The name of the environment that it is in.
    pub fn parent(&self) -> EnvironmentName {
        EnvironmentName { environment: self.environment.clone() }
    }
}

impl CredentialName {
    /// The name of the connection that it belongs to.
    pub fn parent(&self) -> ConnectionName {
        ConnectionName {
            environment: self.environment.clone(),
            connection: self.connection.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_it_was_written() {
        let text = "environments/dev/connections/bitbucket";
        assert_eq!(text.parse::<ConnectionName>().unwrap().to_string(), text);
    }

    #[test]
    fn a_name_of_another_shape_is_refused() {
        for bad in [
            "",
            "environments/dev",
            "environments/dev/connections/",
            "environments/dev/connections/bitbucket/",
            "environments/dev/connections/bitbucket/credentials/x",
            "/environments/dev/connections/bitbucket",
            "environments/dev/applications/bitbucket",
            "environments/-/connections/bitbucket",
        ] {
            assert!(bad.parse::<ConnectionName>().is_err(), "{bad}");
        }
    }
}
