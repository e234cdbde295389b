//! Credentials by the host that they are for, and by their consumer: a connection may have any number.

use std::collections::BTreeMap;

use latchkey_domain::{
    connection::{Credential, CredentialRole},
    host::Host,
    id::{ConnectionId, CredentialId, EnvironmentId},
    name::{ConnectionName, CredentialName},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    prelude::Uuid,
    sea_query::{Alias, Expr, Query, SelectStatement},
};

use super::{SealedCredential, of, read, role_name};
use crate::{
    Error, Result, Store, Tx,
    entity::credential::{Column, Entity, Model},
};

/// Environment, connection and host in one, as the index writes it. None of them has a slash, and the
/// host of a credential for all hosts is empty.
pub(crate) const PLACE: &str = "(credentials.environment || '/' || credentials.connection || '/' \
    || COALESCE(credentials.host, ''))";
/// The same of environment, connection and a consumer's key, which may have slashes.
const CONSUMER: &str = "(credentials.environment || '/' || credentials.connection || '/' \
    || credentials.client_id)";
const SAME_CONSUMER: &str = "(other.environment || '/' || other.connection || '/' \
    || other.client_id) = (credentials.environment || '/' || credentials.connection || '/' \
    || credentials.client_id)";

/// What [`PLACE`] and [`CONSUMER`] are of a connection, up to the host or the consumer's key.
pub(crate) fn within(environment: &EnvironmentId, connection: &ConnectionId) -> String {
    format!("{environment}/{connection}/")
}

/// Nothing was deleted after this.
const NONE_DELETED: Timestamp = Timestamp(i64::MAX);

/// The credentials of connections of an environment for these hosts and for all hosts, those deleted
/// since then among them, in one query; each connection's oldest first.
pub(crate) async fn for_hosts(
    db: &impl ConnectionTrait,
    (environment, connections): (&EnvironmentId, impl Iterator<Item = &ConnectionId>),
    hosts: &[&Host],
    deleted_since: Timestamp,
) -> Result<BTreeMap<ConnectionId, Vec<SealedCredential>>> {
    let places = connections.flat_map(|connection| {
        let within = within(environment, connection);
        let own: Vec<_> = hosts.iter().map(|host| format!("{within}{host}")).collect();
        own.into_iter().chain(std::iter::once(within))
    });
    let places: Vec<_> = places.collect();
    if places.is_empty() {
        // Without a place to look for, the database would look at all.
        return Ok(BTreeMap::new());
    }
    let recently = Column::DeletedAt.gte(deleted_since.0);
    let rows = Entity::find()
        .filter(Expr::cust(PLACE).is_in(places))
        .filter(Condition::any().add(Column::DeletedAt.is_null()).add(recently))
        .all(db)
        .await?;
    let mut found = BTreeMap::<ConnectionId, Vec<Model>>::new();
    for row in rows {
        let id = row.connection.parse();
        let id = id.map_err(|_| Error::corrupt("credentials", "connection"))?;
        found.entry(id).or_default().push(row);
    }
    found.into_iter().map(|(id, rows)| Ok((id, by_age(rows)?))).collect()
}

/// Every credential of a connection that is not deleted, oldest first.
pub(crate) async fn whole(
    db: &impl ConnectionTrait,
    connection: &ConnectionName,
) -> Result<Vec<SealedCredential>> {
    by_age(of(connection).filter(Column::DeletedAt.is_null()).all(db).await?)
}

/// The database would sort those of several connections together.
fn by_age(rows: Vec<Model>) -> Result<Vec<SealedCredential>> {
    let mut sealed = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    sealed.sort_by_key(|sealed| (sealed.credential.created_at.0, sealed.credential.id.0));
    Ok(sealed)
}

fn plain(sealed: Vec<SealedCredential>) -> Vec<Credential> {
    sealed.into_iter().map(|sealed| sealed.credential).collect()
}

async fn of_one(
    db: &impl ConnectionTrait,
    ConnectionName { environment, connection }: &ConnectionName,
    hosts: &[&Host],
) -> Result<Vec<Credential>> {
    let one = (environment, std::iter::once(connection));
    let mut found = for_hosts(db, one, hosts, NONE_DELETED).await?;
    Ok(plain(found.remove(connection).unwrap_or_default()))
}

impl Store {
    /// The credentials of a connection for these hosts and for all hosts, without the deleted ones.
    pub async fn credentials_for(
        &self,
        connection: &ConnectionName,
        hosts: &[&Host],
    ) -> Result<Vec<Credential>> {
        of_one(&self.reader, connection, hosts).await
    }

    /// As [`Self::credentials_for`], of several connections of an environment, by the connection: one
    /// query, however many there are.
    pub async fn credentials_of(
        &self,
        environment: &EnvironmentId,
        connections: impl Iterator<Item = &ConnectionId>,
        host: &Host,
    ) -> Result<BTreeMap<ConnectionId, Vec<Credential>>> {
        let several = (environment, connections);
        let found = for_hosts(&self.reader, several, &[host], NONE_DELETED).await?;
        Ok(found.into_iter().map(|(id, sealed)| (id, plain(sealed))).collect())
    }

    /// Which of these credentials are of a consumer that an active one for a host of its own is of too,
    /// and not for the same host.
    pub async fn shared_credentials(&self, ids: &[CredentialId]) -> Result<Vec<CredentialId>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // A value, for which the index is asked each time: EXISTS may become a join with all there are.
        let another = Expr::from(for_another_host()).is_not_null();
        let shared: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(another)
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(shared.into_iter().map(CredentialId).collect())
    }
}

/// An active credential for another host than that of the one at hand, of the same consumer.
fn for_another_host() -> SelectStatement {
    let other = |column| Expr::col((Alias::new("other"), column));
    let at_hand = |column| Expr::col((Entity, column));
    let is_another = other(Column::Host).ne(at_hand(Column::Host));
    Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, Alias::new("other"))
        .and_where(Expr::cust(SAME_CONSUMER))
        .and_where(other(Column::Host).is_not_null())
        .and_where(at_hand(Column::Host).is_null().or(is_another))
        .and_where(other(Column::Role).eq(role_name(CredentialRole::Active)))
        .and_where(other(Column::DeletedAt).is_null())
        .limit(1)
        .to_owned()
}

impl Tx {
    /// A credential by its name, unless it is deleted.
    pub async fn credential(&self, name: &CredentialName) -> Result<Option<Credential>> {
        let row = Entity::find_by_id(name.credential.0).one(&self.tx).await?;
        let is_its_own = |row: &Model| {
            row.environment == name.environment.as_str()
                && row.connection == name.connection.as_str()
                && row.deleted_at.is_none()
        };
        let sealed = row.filter(is_its_own).map(read).transpose()?;
        Ok(sealed.map(|sealed| sealed.credential))
    }

    /// The credentials of a connection for a host, if there is one, and those for all hosts, without the
    /// deleted ones.
    pub async fn credentials_for(
        &self,
        connection: &ConnectionName,
        host: Option<&Host>,
    ) -> Result<Vec<Credential>> {
        of_one(&self.tx, connection, host.as_slice()).await
    }

    /// The credentials of a connection with this consumer's key, oldest first, with their secrets.
    pub async fn sealed_credentials_of(
        &self,
        connection: &ConnectionName,
        client_id: &str,
    ) -> Result<Vec<SealedCredential>> {
        let within = within(&connection.environment, &connection.connection);
        let rows = Entity::find()
            .filter(Expr::cust(CONSUMER).eq(format!("{within}{client_id}")))
            .filter(Column::DeletedAt.is_null())
            .all(&self.tx)
            .await?;
        by_age(rows)
    }
}
