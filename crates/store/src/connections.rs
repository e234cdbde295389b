//! Connections.

use latchkey_domain::{
    connection::{Connection, Deletion},
    event::{Event, EventBody, EventSubject},
    id::{EnvironmentId, EventId},
    name::{ApplicationName, ConnectionName},
    page::{Listed, Page},
    provider::ProviderName,
    text::DisplayName,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, JoinType,
    QueryFilter, QuerySelect, Select,
    sea_query::{Expr, LockType},
};

use crate::{
    Cursor, Error, Result, Store, TimeCursor, Tx,
    entity::{
        application_grant as grant,
        connection::{ActiveModel, Column, Entity, Model},
        credential,
    },
    listing::list,
    policies,
    tx::set,
};

/// Which connections to list.
#[derive(Debug, Clone, Copy)]
pub enum ConnectionFilter<'a> {
    /// All of an environment.
    All(&'a EnvironmentId),
    /// Those that an application may use.
    OfApplication(&'a ApplicationName),
    /// Those of them through which its people may sign in or sign up, and that are not switched off.
    OfferedBy(&'a ApplicationName),
}

pub(crate) fn read(row: Model) -> Result<Connection> {
    let corrupt = |what| Error::corrupt("connections", what);
    let policies = policies::of_connection(&row)?;
    Ok(Connection {
        environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
        id: row.id.parse().map_err(|_| corrupt("id"))?,
        display_name: DisplayName::parse(&row.display_name).map_err(|_| corrupt("display_name"))?,
        provider: ProviderName::parse(&row.provider).map_err(|_| corrupt("provider"))?,
        trusted_provider: row.trusted_provider,
        upstream_params: serde_json::from_str(&row.upstream_params)
            .map_err(|_| corrupt("upstream_params"))?,
        policies,
        disabled: row.disabled,
        version: row.version,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        deletion: row.deleted_at.map(|at| Deletion {
            deleted_at: Timestamp(at),
            // Once it is purged, nothing can be undone.
            purge_at: Timestamp(row.purge_at.unwrap_or(at)),
        }),
    })
}

/// All but its sequence, which only events change, and its deletion.
pub(crate) fn write(connection: &Connection) -> ActiveModel {
    let upstream_params =
        serde_json::to_string(&connection.upstream_params).expect("a map of texts is JSON");
    let (workspaces, profile_sync) = policies::write_connection(&connection.policies);
    ActiveModel {
        environment: set(connection.environment.as_str()),
        id: set(connection.id.as_str()),
        display_name: set(connection.display_name.as_str()),
        provider: set(connection.provider.as_str()),
        trusted_provider: set(connection.trusted_provider),
        upstream_params: set(upstream_params),
        disabled: set(connection.disabled),
        verify_by_code: set(connection.policies.verify_by_code),
        allowed_workspaces: set(workspaces),
        profile_sync: set(profile_sync),
        version: set(connection.version),
        created_at: set(connection.created_at.0),
        updated_at: set(connection.updated_at.0),
        ..Default::default()
    }
}

fn by_name(name: &ConnectionName) -> Select<Entity> {
    let key = (name.environment.to_string(), name.connection.to_string());
    Entity::find_by_id(key).filter(Column::DeletedAt.is_null())
}

async fn find(db: &impl ConnectionTrait, name: &ConnectionName) -> Result<Option<Connection>> {
    by_name(name).one(db).await?.map(read).transpose()
}

async fn find_ever(db: &impl ConnectionTrait, name: &ConnectionName) -> Result<Option<Connection>> {
    let key = (name.environment.to_string(), name.connection.to_string());
    Entity::find_by_id(key).one(db).await?.map(read).transpose()
}

/// Those that are not deleted and, with a time, those whose deletion can be undone then. Each says
/// what the index is over that it is read by.
fn shown(undoable_at: Option<Timestamp>) -> Condition {
    let there = || Condition::any().add(Column::DeletedAt.is_null());
    match undoable_at {
        Some(now) => Condition::all()
            .add(there().add(Column::PurgeAt.is_not_null()))
            .add(there().add(Column::PurgeAt.gt(now.0))),
        None => there(),
    }
}

impl Store {
    /// A connection by its name.
    pub async fn connection(&self, name: &ConnectionName) -> Result<Option<Connection>> {
        find(&self.reader, name).await
    }

    /// A connection by its name, be it a deleted one.
    pub async fn connection_ever(&self, name: &ConnectionName) -> Result<Option<Connection>> {
        find_ever(&self.reader, name).await
    }

    /// Connections, oldest first; with a time, those too whose deletion can be undone then.
    pub async fn list_connections(
        &self,
        filter: ConnectionFilter<'_>,
        undoable_at: Option<Timestamp>,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Connection, TimeCursor>> {
        let read = |row: Model| {
            Ok((Cursor { created_at: row.created_at, id: row.id.clone() }, read(row)?))
        };
        match filter {
            ConnectionFilter::All(environment) => {
                let select = Entity::find().filter(Column::Environment.eq(environment.as_str()));
                let select = select.filter(shown(undoable_at));
                list(&self.reader, select, (Column::CreatedAt, Column::Id), page, read).await
            }
            ConnectionFilter::OfApplication(application) => {
                let select = granted_to(application).filter(shown(undoable_at));
                list(&self.reader, select, BY_GRANT, page, read).await
            }
            ConnectionFilter::OfferedBy(application) => {
                let may_sign_up = grant::Column::MaySignUp.eq(true);
                let offered = may_sign_up.or(grant::Column::MaySignIn.eq(true));
                let select = granted_to(application).filter(shown(undoable_at)).filter(offered);
                let select = select.filter(Column::Disabled.eq(false));
                list(&self.reader, select, BY_GRANT, page, read).await
            }
        }
    }
}

/// A connection's age and id, as a grant holds them.
const BY_GRANT: (grant::Column, grant::Column) =
    (grant::Column::ConnectionCreatedAt, grant::Column::Connection);

/// The connections of an application. They are read from its grants, which are in order of the
/// connections' age: however many others there are, they are not looked at.
fn granted_to(application: &ApplicationName) -> Select<Entity> {
    let of = Entity::belongs_to(grant::Entity)
        .from((Column::Environment, Column::Id))
        .to((grant::Column::Environment, grant::Column::Connection))
        .into();
    Entity::find()
        .join(JoinType::InnerJoin, of)
        .filter(grant::Column::Environment.eq(application.environment.as_str()))
        .filter(grant::Column::Application.eq(application.application.as_str()))
}

impl Tx {
    /// A connection by its name, as this transaction sees it.
    pub async fn connection(&self, name: &ConnectionName) -> Result<Option<Connection>> {
        find(&self.tx, name).await
    }

    /// A connection that nobody else changes until this transaction ends, nor what belongs to it: all
    /// who add, remove or promote a credential come through here, one after the other.
    pub async fn lock_connection(&self, name: &ConnectionName) -> Result<Option<Connection>> {
        let select = by_name(name).lock(LockType::NoKeyUpdate);
        select.one(&self.tx).await?.map(read).transpose()
    }

    /// A connection by its name, be it a deleted one.
    pub async fn connection_ever(&self, name: &ConnectionName) -> Result<Option<Connection>> {
        find_ever(&self.tx, name).await
    }

    /// Whether an id is taken, be it by a deleted connection.
    pub async fn connection_id_is_taken(&self, name: &ConnectionName) -> Result<bool> {
        Ok(self.connection_ever(name).await?.is_some())
    }

    /// Adds a connection; `Conflict` if its id is taken, be it by a deleted one.
    pub async fn add_connection(&self, connection: &Connection) -> Result<()> {
        self.config_changed();
        let mut row = write(connection);
        row.sequence = set(0);
        row.insert(&self.tx).await?;
        Ok(())
    }

    /// Writes a connection over its version before this one; `false` if somebody was faster.
    pub async fn update_connection(&self, connection: &Connection) -> Result<bool> {
        self.config_changed();
        let updated = Entity::update_many()
            .set(write(connection))
            .filter(Column::Environment.eq(connection.environment.as_str()))
            .filter(Column::Id.eq(connection.id.as_str()))
            .filter(Column::Version.eq(connection.version - 1))
            .filter(Column::DeletedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Marks a connection as deleted. What it has stays until it is purged.
    pub async fn remove_connection(&self, name: &ConnectionName, deletion: Deletion) -> Result<()> {
        self.config_changed();
        Entity::update_many()
            .col_expr(Column::DeletedAt, Expr::val(deletion.deleted_at.0))
            .col_expr(Column::PurgeAt, Expr::val(deletion.purge_at.0))
            .filter(Column::Environment.eq(name.environment.as_str()))
            .filter(Column::Id.eq(name.connection.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Removes the connections of an environment for good, deleted ones too, with their credentials
    /// and grants.
    pub(crate) async fn remove_connections_of(&self, environment: &EnvironmentId) -> Result<()> {
        let id = environment.as_str();
        let grants = grant::Column::Environment.eq(id);
        grant::Entity::delete_many().filter(grants).exec(&self.tx).await?;
        let credentials = credential::Column::Environment.eq(id);
        credential::Entity::delete_many().filter(credentials).exec(&self.tx).await?;
        Entity::delete_many().filter(Column::Environment.eq(id)).exec(&self.tx).await?;
        Ok(())
    }

    /// Emits an event about a connection, with the connection's next number; `Conflict` if it was
    /// deleted meanwhile.
    pub async fn emit_about(
        &self,
        name: &ConnectionName,
        body: EventBody,
        now: Timestamp,
    ) -> Result<()> {
        let rows = Entity::update_many()
            .col_expr(Column::Sequence, Expr::col(Column::Sequence).add(1))
            .filter(Column::Environment.eq(name.environment.as_str()))
            .filter(Column::Id.eq(name.connection.as_str()))
            .filter(Column::DeletedAt.is_null())
            .exec_with_returning(&self.tx)
            .await?;
        let row = rows.first().ok_or_else(Error::changed_meanwhile)?;
        self.tell_of(name, row.sequence, (body, now)).await
    }

    /// Emits an event about a connection whose next number was taken.
    pub(crate) async fn tell_of(
        &self,
        name: &ConnectionName,
        sequence: i64,
        (body, now): (EventBody, Timestamp),
    ) -> Result<()> {
        self.emit(&Event {
            id: EventId::new(now),
            environment: name.environment.clone(),
            time: now,
            subject: Some((EventSubject::Connection(name.clone()), sequence)),
            causation_id: None,
            body,
        })
        .await
    }
}
