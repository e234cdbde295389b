//! One change that is to be made, and what people read of it.

use latchkey_proto::v1;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    there::{Rights, id},
    wanted::WantedCredential,
};
use crate::client::printable;

/// A change.
#[derive(Debug)]
pub(super) enum Step<'a> {
    CreateEnvironment {
        id: String,
        new: v1::Environment,
    },
    UpdateEnvironment {
        before: &'a v1::Environment,
        after: v1::Environment,
    },
    CreateApplication {
        id: String,
        new: v1::Application,
    },
    UpdateApplication {
        before: &'a v1::Application,
        after: v1::Application,
    },
    CreateOrganization {
        id: String,
        new: v1::Organization,
    },
    UpdateOrganization {
        before: &'a v1::Organization,
        after: v1::Organization,
    },
    UndeleteConnection {
        there: &'a v1::Connection,
    },
    CreateConnection {
        id: String,
        new: v1::Connection,
    },
    UpdateConnection {
        before: &'a v1::Connection,
        after: v1::Connection,
    },
    /// Promotes it as well, if it is to be the active one of its host.
    AddCredential {
        connection: String,
        new: &'a WantedCredential,
        active: bool,
    },
    PromoteCredential {
        there: &'a v1::Credential,
    },
    /// In place of what may have been granted before: with its etag, or an empty one.
    Grant {
        connection: String,
        application: String,
        rights: Rights,
        etag: String,
    },
    Revoke {
        connection: String,
        application: String,
        etag: String,
    },
    DeleteCredential {
        there: &'a v1::Credential,
    },
    DeleteConnection {
        there: &'a v1::Connection,
    },
    DeleteApplication {
        there: &'a v1::Application,
    },
    DeleteOrganization {
        there: &'a v1::Organization,
    },
}

/// The fields that a file tells: what they are called in a mask, and in JSON.
pub(super) const ENVIRONMENT: &[(&str, &str)] = &[
    ("display_name", "displayName"),
    ("default_domain", "defaultDomain"),
    ("sign_up_policy", "signUpPolicy"),
    ("email_required", "emailRequired"),
    ("email_code_lifetime", "emailCodeLifetime"),
];
pub(super) const APPLICATION: &[(&str, &str)] =
    &[("display_name", "displayName"), ("redirect_uris", "redirectUris")];
pub(super) const ORGANIZATION: &[(&str, &str)] = &[
    ("display_name", "displayName"),
    ("custom_domain", "customDomain"),
    ("sign_up_policy", "signUpPolicy"),
];
pub(super) const CONNECTION: &[(&str, &str)] = &[
    ("display_name", "displayName"),
    ("trusted_provider", "trustedProvider"),
    ("upstream_params", "upstreamParams"),
    ("disabled", "disabled"),
    ("verify_by_code", "verifyByCode"),
    ("allowed_workspaces", "allowedWorkspaces"),
    ("profile_sync", "profileSync"),
];

/// A field that is to hold something else.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Difference {
    pub(super) field: &'static str,
    from: Value,
    to: Value,
}

/// Where two resources differ.
pub(super) fn differences(
    before: &impl Serialize,
    after: &impl Serialize,
    fields: &[(&'static str, &'static str)],
) -> Vec<Difference> {
    // Of our own messages, which can always be written.
    let (before, after) = (json!(before), json!(after));
    let differ = |(field, name): &(&'static str, &'static str)| {
        let (from, to) = (before[name].clone(), after[name].clone());
        (from != to).then_some(Difference { field, from, to })
    };
    fields.iter().filter_map(differ).collect()
}

impl Step<'_> {
    /// Whether it takes the domain away from an organization.
    pub(super) fn frees(&self, domain: &str) -> bool {
        match self {
            Self::UpdateOrganization { before, after } => {
                before.custom_domain == domain && after.custom_domain != domain
            }
            Self::DeleteOrganization { there } => there.custom_domain == domain,
            _ => false,
        }
    }

    /// What it does.
    fn action(&self) -> &'static str {
        match self {
            Self::CreateEnvironment { .. }
            | Self::CreateApplication { .. }
            | Self::CreateOrganization { .. }
            | Self::CreateConnection { .. }
            | Self::AddCredential { .. } => "create",
            Self::UpdateEnvironment { .. }
            | Self::UpdateApplication { .. }
            | Self::UpdateOrganization { .. }
            | Self::UpdateConnection { .. } => "update",
            Self::UndeleteConnection { .. } => "undelete",
            Self::PromoteCredential { .. } => "promote",
            Self::Grant { .. } => "grant",
            Self::Revoke { .. } => "revoke",
            Self::DeleteCredential { .. }
            | Self::DeleteConnection { .. }
            | Self::DeleteApplication { .. }
            | Self::DeleteOrganization { .. } => "delete",
        }
    }

    /// What it is done to.
    fn what(&self) -> String {
        match self {
            Self::CreateEnvironment { id, .. } => format!("environment {id}"),
            Self::UpdateEnvironment { before, .. } => format!("environment {}", id(&before.name)),
            Self::CreateApplication { id, .. } => format!("application {id}"),
            Self::UpdateApplication { before: there, .. } | Self::DeleteApplication { there } => {
                format!("application {}", id(&there.name))
            }
            Self::CreateOrganization { id, .. } => format!("organization {id}"),
            Self::UpdateOrganization { before: there, .. } | Self::DeleteOrganization { there } => {
                format!("organization {}", id(&there.name))
            }
            Self::CreateConnection { id, .. } => format!("connection {id}"),
            Self::UpdateConnection { before: there, .. }
            | Self::UndeleteConnection { there }
            | Self::DeleteConnection { there } => format!("connection {}", id(&there.name)),
            Self::AddCredential { connection, new, active } => {
                let role = if *active { "active" } else { "standby" };
                let host = if new.host.is_empty() { "every host" } else { &new.host };
                format!("{role} credential of {connection}: {} for {host}", new.client_id)
            }
            Self::PromoteCredential { there } | Self::DeleteCredential { there } => {
                let mut parts = there.name.rsplit('/');
                let (id, connection) = (parts.next().unwrap_or_default(), parts.nth(1));
                let connection = connection.unwrap_or_default();
                format!("credential {id} of {connection}: {}", there.client_id)
            }
            Self::Grant { connection, application, rights, .. } => {
                let rights = rights.names().join(", ");
                format!("connection {connection} to application {application}: {rights}")
            }
            Self::Revoke { connection, application, .. } => {
                format!("connection {connection} from application {application}")
            }
        }
    }

    /// The fields that it sets or changes.
    fn fields(&self) -> Vec<Difference> {
        match self {
            Self::CreateEnvironment { new, .. } => {
                differences(&v1::Environment::default(), new, ENVIRONMENT)
            }
            Self::UpdateEnvironment { before, after } => differences(before, after, ENVIRONMENT),
            Self::CreateApplication { new, .. } => {
                differences(&v1::Application::default(), new, APPLICATION)
            }
            Self::UpdateApplication { before, after } => differences(before, after, APPLICATION),
            Self::CreateOrganization { new, .. } => {
                differences(&v1::Organization::default(), new, ORGANIZATION)
            }
            Self::UpdateOrganization { before, after } => differences(before, after, ORGANIZATION),
            Self::CreateConnection { new, .. } => {
                // What every connection has that says nothing else is not worth a line.
                let profile_sync = v1::ProfileSync::Always.into();
                let plain = v1::Connection { profile_sync, ..v1::Connection::default() };
                differences(&plain, new, CONNECTION)
            }
            Self::UpdateConnection { before, after } => differences(before, after, CONNECTION),
            _ => Vec::new(),
        }
    }

    /// A line, and one for each field that changes.
    pub(super) fn told(&self) -> String {
        let sign = match self.action() {
            "create" | "grant" | "undelete" => '+',
            "delete" | "revoke" => '-',
            _ => '~',
        };
        let line = printable(&format!("{sign} {} {}", self.action(), self.what()));
        let fields = self.fields().into_iter().map(|Difference { field, from, to }| {
            let from = if from.is_null() { String::new() } else { format!("{from} -> ") };
            let to = if to.is_null() { "nothing".to_owned() } else { to.to_string() };
            printable(&format!("    {field}: {from}{to}"))
        });
        std::iter::once(line).chain(fields).collect::<Vec<_>>().join("\n")
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Value {
        json!({ "action": self.action(), "what": self.what(), "fields": self.fields() })
    }
}
