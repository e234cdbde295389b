//! Who changed what.

use latchkey_domain::{
    Invalid,
    access::ApiKeyKind,
    audit::{Actor, ActorId, AuditEntry, AuditFilter, FieldChange},
    id::EnvironmentId,
    page::{Listed, Page},
};
use latchkey_identity::Cursor;
use latchkey_proto::v1;
use tonic::Status;
use uuid::Uuid;

use super::{
    Fields,
    api_key::{KeyParent, encode_kind, key_name, key_parent},
    filter, page, time,
};

/// How whoever holds the database is named.
const DATABASE: &str = "database";

/// Which page of which entries of whose.
pub(crate) type AuditList = (Option<EnvironmentId>, AuditFilter, Page<Cursor<Uuid>>);

/// All that a page's token is bound to besides the parent.
fn filters(request: &v1::ListAuditEntriesRequest) -> String {
    format!("{:?}", (&request.filter, &request.start_time, &request.end_time))
}

pub(crate) fn list(request: &v1::ListAuditEntriesRequest) -> Result<AuditList, Status> {
    let mut fields = Fields::new();
    let environment = key_parent(&mut fields, &request.parent).map(KeyParent::environment);
    let which = fields.check("filter", read_filter(request, environment.as_ref()));
    let from = request.start_time.as_ref().map(time::decode).transpose();
    let from = fields.check("start_time", from);
    let until = request.end_time.as_ref().map(time::decode).transpose();
    let until = fields.check("end_time", until);
    let filters = filters(request);
    let question = ("audit_entries", request.parent.as_str(), filters.as_str());
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    let read = (|| {
        let which = AuditFilter { from: from?, until: until?, ..which? };
        Some((environment?, which, page?))
    })();
    fields.finish(read)
}

fn read_filter(
    request: &v1::ListAuditEntriesRequest,
    parent: Option<&Option<EnvironmentId>>,
) -> Result<AuditFilter, Invalid> {
    let mut read = AuditFilter::default();
    for (field, value) in filter::comparisons(&request.filter, &["resource", "action", "actor"])? {
        match field {
            "resource" => read.resource = Some(value.to_owned()),
            "action" => read.action = Some(value.to_owned()),
            _ => read.actor = Some(actor(value, parent)?),
        }
    }
    Ok(read)
}

/// An environment's own keys act in it, and the operators' do everywhere.
fn actor(name: &str, parent: Option<&Option<EnvironmentId>>) -> Result<ActorId, Invalid> {
    if name == DATABASE {
        return Ok(ActorId::Database);
    }
    let refuse = || Invalid::new("actor must be a key of the parent, an operator key or database");
    let (environment, key) = key_name(name).map_err(|_| refuse())?;
    if environment.is_some() && parent.is_some_and(|parent| *parent != environment) {
        return Err(refuse());
    }
    Ok(ActorId::Key(key))
}

pub(crate) fn listed(
    request: &v1::ListAuditEntriesRequest,
    listed: Listed<AuditEntry, Cursor<Uuid>>,
) -> v1::ListAuditEntriesResponse {
    let filters = filters(request);
    let question = ("audit_entries", request.parent.as_str(), filters.as_str());
    v1::ListAuditEntriesResponse {
        audit_entries: listed.items.into_iter().map(encode).collect(),
        next_page_token: page::token(question, listed.next),
    }
}

fn encode(entry: AuditEntry) -> v1::AuditEntry {
    v1::AuditEntry {
        name: entry.name(),
        time: Some(time::encode(entry.time)),
        actor: Some(encode_actor(&entry)),
        action: entry.action,
        resource: entry.resource,
        fields: entry.fields.into_iter().map(encode_field).collect(),
        request_id: entry.request_id.unwrap_or_default(),
        address: entry.address.map(|address| address.to_string()).unwrap_or_default(),
        trace_id: entry.trace_id.unwrap_or_default(),
    }
}

fn encode_actor(entry: &AuditEntry) -> v1::AuditActor {
    let (name, kind) = match (entry.actor, &entry.environment) {
        (Actor::Database, _) => (DATABASE.to_owned(), v1::ApiKeyKind::Unspecified),
        (Actor::Key(kind, id), Some(environment)) if kind != ApiKeyKind::Operator => {
            (format!("environments/{environment}/apiKeys/{id}"), encode_kind(kind))
        }
        (Actor::Key(kind, id), _) => (format!("apiKeys/{id}"), encode_kind(kind)),
    };
    v1::AuditActor { name, key_kind: kind.into() }
}

fn encode_field(change: FieldChange) -> v1::FieldChange {
    v1::FieldChange {
        field: change.field,
        before: change.before.unwrap_or_default(),
        after: change.after.unwrap_or_default(),
    }
}
