//! What administrators did, and who they were: written once, never changed.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{
    access::ApiKeyKind,
    id::{ApiKeyId, AuditEntryId, EnvironmentId},
    time::Timestamp,
};

/// A change of the configuration, for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose configuration; `None` of what belongs to the installation.
    pub environment: Option<EnvironmentId>,
    /// What was done, such as `connection.updated`: `{resource}.{past participle}`.
    pub action: &'static str,
    /// The name of what it was done to.
    pub resource: String,
    /// Which fields are others now. Never a secret's value.
    pub fields: Vec<FieldChange>,
}

/// A field that holds something else than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name in the API.
    pub field: String,
    /// What it held, as JSON; `None` where that was nothing, or is not told.
    pub before: Option<String>,
    /// What it holds now, as JSON; `None` where that is nothing, or is not told.
    pub after: Option<String>,
}

impl Change {
    /// A change of something that belongs to an environment.
    pub fn of(
        environment: &EnvironmentId,
        action: &'static str,
        resource: &impl ToString,
        fields: Vec<FieldChange>,
    ) -> Self {
        let environment = Some(environment.clone());
        Self { environment, action, resource: resource.to_string(), fields }
    }
}

impl FieldChange {
    /// A field of something new; `None` of one that holds nothing.
    pub fn set(field: &str, after: &impl Serialize) -> Option<Self> {
        let after = json(after)?;
        Some(Self { field: field.to_owned(), before: None, after: Some(after) })
    }

    /// A field that held something else.
    pub fn replaced<T: Serialize>(field: &str, before: &T, after: &T) -> Self {
        Self { field: field.to_owned(), before: json(before), after: json(after) }
    }

    /// A field whose value is nobody's to read.
    pub fn secret(field: &str) -> Self {
        Self { field: field.to_owned(), before: None, after: None }
    }
}

/// Nothing is told as nothing, not as `null`.
fn json(value: &impl Serialize) -> Option<String> {
    serde_json::to_string(value).ok().filter(|text| text != "null")
}

/// A line of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// Whose configuration; `None` of what belongs to the installation.
    pub environment: Option<EnvironmentId>,
    /// When it was committed, or a moment before.
    pub time: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done, such as `connection.updated`.
    pub action: String,
    /// The name of what it was done to.
    pub resource: String,
    /// Which fields are others now.
    pub fields: Vec<FieldChange>,
    /// What the caller calls the call, in its own logs.
    pub request_id: Option<String>,
    /// Where the call came from.
    pub address: Option<IpAddr>,
    /// The trace that it was part of: 32 hexadecimal digits.
    pub trace_id: Option<String>,
}

impl AuditEntry {
    /// Its resource name.
    pub fn name(&self) -> String {
        match &self.environment {
            None => format!("auditEntries/{}", self.id),
            Some(environment) => format!("environments/{environment}/auditEntries/{}", self.id),
        }
    }
}

/// Which lines of the audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// What was changed, by its name.
    pub resource: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

/// By what an actor is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorId {
    /// The key that the call came with.
    Key(ApiKeyId),
    /// Whoever holds the database.
    Database,
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Whoever holds this key.
    Key(ApiKeyKind, ApiKeyId),
    /// Whoever holds the database: the command line, or the service itself.
    Database,
}
