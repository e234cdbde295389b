//! What becomes of a deleted connection: it comes back, or it is purged.

use latchkey_domain::{
    audit::Change, caller::Caller, connection::Connection, event::EventBody, name::ConnectionName,
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, Statement,
    sea_query::Expr,
};

use crate::{
    Error, Result, Store, Tx,
    connections::write,
    entity::{
        application_grant, connection,
        connection::{Column, Entity},
        credential,
    },
};

/// Who came through a connection, of the identities that were looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Through {
    /// How many did.
    pub identities: u64,
    /// Whether those were all identities of the environment.
    pub all: bool,
}

/// An identity's connections are a list of JSON texts.
const THROUGH: &str = "SELECT COUNT(*), \
    COUNT(CASE WHEN connections LIKE $1 ESCAPE '!' THEN 1 END) \
    FROM (SELECT connections FROM identities WHERE environment = $2 LIMIT $3) AS seen";

impl Store {
    /// How many identities ever came through a connection. No sign-in keeps a count, and no index
    /// finds them: so many identities of its environment are looked at, and no more.
    pub async fn identities_through(&self, name: &ConnectionName, most: u32) -> Result<Through> {
        // An underscore stands for itself.
        let quoted = format!("%\"{}\"%", name.connection.as_str().replace('_', "!_"));
        // One more tells whether there are more.
        let limit = i64::from(most) + 1;
        let values = [quoted.into(), name.environment.as_str().into(), limit.into()];
        let statement = Statement::from_sql_and_values(self.database(), THROUGH, values);
        let row = self.reader.query_one_raw(statement).await?;
        let row = row.ok_or(Error::corrupt("identities", "no answer"))?;
        let (seen, through): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(Through { identities: through.unsigned_abs(), all: seen < limit })
    }
}

impl Tx {
    /// Writes a deleted connection over its version before this one, as one that is not deleted;
    /// `false` if somebody was faster, or it is purged.
    pub async fn restore_connection(&self, connection: &Connection) -> Result<bool> {
        self.config_changed();
        let nothing = || Expr::val(None::<i64>);
        let restored = Entity::update_many()
            .set(write(connection))
            .col_expr(Column::DeletedAt, nothing())
            .col_expr(Column::PurgeAt, nothing())
            .filter(unpurged(connection.environment.as_str(), connection.id.as_str()))
            .filter(Column::Version.eq(connection.version - 1))
            .exec(&self.tx)
            .await?;
        Ok(restored.rows_affected == 1)
    }

    /// Removes all that a deleted connection of this version has, and says so; its row stays, for
    /// its id and for the events of sign-ins that went through it. `false` if somebody was faster:
    /// the transaction is to be dropped then. Sign-ins do not see it before, nor after.
    pub async fn purge_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        version: i64,
        now: Timestamp,
    ) -> Result<bool> {
        let (environment, id) = (name.environment.as_str(), name.connection.as_str());
        // In the order in which an environment is removed, so that neither waits for the other.
        self.forget_test_logins_of(&name.environment, Some(&name.connection)).await?;
        application_grant::Entity::delete_many()
            .filter(application_grant::Column::Environment.eq(environment))
            .filter(application_grant::Column::Connection.eq(id))
            .exec(&self.tx)
            .await?;
        credential::Entity::delete_many()
            .filter(credential::Column::Environment.eq(environment))
            .filter(credential::Column::Connection.eq(id))
            .exec(&self.tx)
            .await?;
        let rows = Entity::update_many()
            .col_expr(Column::PurgeAt, Expr::val(None::<i64>))
            .col_expr(Column::DisplayName, Expr::val(id))
            .col_expr(Column::UpstreamParams, Expr::val("{}"))
            .col_expr(Column::Version, Expr::val(version + 1))
            .col_expr(Column::UpdatedAt, Expr::val(now.0))
            .col_expr(Column::Sequence, Expr::col(Column::Sequence).add(1))
            .filter(unpurged(environment, id))
            .filter(Column::Version.eq(version))
            .exec_with_returning(&self.tx)
            .await?;
        let Some(connection::Model { sequence, .. }) = rows.first() else { return Ok(false) };
        let purged = EventBody::ConnectionPurged(name.clone());
        self.tell_of(name, *sequence, (purged, now)).await?;
        let change = Change::of(&name.environment, "connection.purged", name, Vec::new());
        self.audit(caller, &change, now).await?;
        Ok(true)
    }
}

/// A deleted connection that still has all that it had.
fn unpurged(environment: &str, id: &str) -> Condition {
    Condition::all()
        .add(Column::Environment.eq(environment))
        .add(Column::Id.eq(id))
        .add(Column::PurgeAt.is_not_null())
}
