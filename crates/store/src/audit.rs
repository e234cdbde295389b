//! The audit: who changed what. A change and its line commit together.

use latchkey_domain::{
    audit::{Actor, ActorId, AuditEntry, AuditFilter, Change},
    caller::Caller,
    id::{ApiKeyId, AuditEntryId, EnvironmentId},
    page::{Listed, Page},
    time::Timestamp,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter, prelude::Uuid};

use crate::{
    Cursor, Error, Result, Store, Tx,
    api_keys::{kind_name, kind_named},
    entity::audit_entry::{ActiveModel, Column, Entity, Model},
    listing::list_newest_first,
    tx::set,
};

/// What stands for the environment of what belongs to the installation.
const INSTALLATION: &str = "";

fn read(row: Model) -> Result<AuditEntry> {
    let corrupt = |what| Error::corrupt("audit_entries", what);
    let environment = match row.environment.as_str() {
        INSTALLATION => None,
        id => Some(id.parse().map_err(|_| corrupt("environment"))?),
    };
    let actor = match (row.actor_kind, row.actor_key) {
        (Some(kind), Some(key)) => {
            Actor::Key(kind_named(&kind).ok_or(corrupt("actor_kind"))?, ApiKeyId(key))
        }
        _ => Actor::Database,
    };
    let address = row.address.map(|address| address.parse()).transpose();
    Ok(AuditEntry {
        id: AuditEntryId(row.id),
        environment,
        time: Timestamp(row.time),
        actor,
        action: row.action,
        resource: row.resource,
        fields: serde_json::from_str(&row.fields).map_err(|_| corrupt("fields"))?,
        request_id: row.request_id,
        address: address.map_err(|_| corrupt("address"))?,
        trace_id: row.trace_id,
    })
}

fn which(environment: Option<&EnvironmentId>, filter: &AuditFilter) -> Condition {
    let environment = environment.map_or(INSTALLATION, EnvironmentId::as_str);
    Condition::all()
        .add(Column::Environment.eq(environment))
        .add_option(filter.resource.as_deref().map(|name| Column::Resource.eq(name)))
        .add_option(filter.action.as_deref().map(|action| Column::Action.eq(action)))
        .add_option(filter.actor.map(|actor| match actor {
            ActorId::Key(key) => Column::ActorKey.eq(key.0),
            ActorId::Database => Column::ActorKey.is_null(),
        }))
        .add_option(filter.from.map(|from| Column::Time.gte(from.0)))
        .add_option(filter.until.map(|until| Column::Time.lt(until.0)))
}

impl Store {
    /// What was done in an environment, or to the installation, newest first.
    pub async fn list_audit_entries(
        &self,
        environment: Option<&EnvironmentId>,
        filter: &AuditFilter,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<AuditEntry, Cursor<Uuid>>> {
        let select = Entity::find().filter(which(environment, filter));
        list_newest_first(&self.reader, select, (Column::Time, Column::Id), page, |row| {
            Ok((Cursor { created_at: row.time, id: row.id }, read(row)?))
        })
        .await
    }
}

impl Tx {
    /// Notes who makes a change, if it commits.
    pub async fn audit(&self, caller: &Caller, change: &Change, now: Timestamp) -> Result<()> {
        let fields = serde_json::to_string(&change.fields).expect("a list of texts is JSON");
        let environment = change.environment.as_ref().map_or(INSTALLATION, EnvironmentId::as_str);
        let row = ActiveModel {
            id: set(AuditEntryId::new(now).0),
            environment: set(environment),
            time: set(now.0),
            actor_kind: set(caller.key.map(|_| kind_name(caller.principal.kind()).to_owned())),
            actor_key: set(caller.key.map(|key| key.0)),
            action: set(change.action),
            resource: set(change.resource.as_str()),
            fields: set(fields),
            request_id: set(caller.origin.request_id.clone()),
            address: set(caller.origin.address.map(|address| address.to_string())),
            trace_id: set(trace_id()),
        };
        row.insert(&self.tx).await?;
        Ok(())
    }
}

/// The trace's part of `{version}-{trace}-{span}-{flags}` (W3C Trace Context, 3.2).
fn trace_id() -> Option<String> {
    let traceparent = latchkey_telemetry::current_traceparent()?;
    traceparent.split('-').nth(1).map(str::to_owned)
}
