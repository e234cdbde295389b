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

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Whoever holds this key.
    Key(ApiKeyKind, ApiKeyId),
    /// Whoever holds the database: the command line, or the service itself.
    Database,
}
