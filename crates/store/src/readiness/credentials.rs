//! Credentials that are refused, and those that nobody has used yet.

use latchkey_domain::{
    host::Host,
    id::{CredentialId, EnvironmentId},
    name::{ConnectionName, CredentialName},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    prelude::Uuid,
    sea_query::{Alias, Expr, Order, Query, SelectStatement},
};

use super::{ENABLED, OLDEST, connection_name, of_connection};
use crate::{
    Result, Store,
    entity::{
        connection::{Column, Entity},
        credential,
    },
};

/// As the indexes write it: a value that is bound would hide it from them.
const REFUSED: &str = "credentials.deleted_at IS NULL \
    AND credentials.refused_at > COALESCE(credentials.last_used_at, 0)";
const UNPROVEN: &str = "credentials.role = 'ACTIVE' AND credentials.deleted_at IS NULL \
    AND credentials.last_used_at IS NULL";

impl Store {
    pub(super) async fn refused_credential(
        &self,
        environment: &EnvironmentId,
    ) -> Result<Option<CredentialName>> {
        use credential::Column::{Connection, Id, Role};
        let found: Option<(String, Uuid)> = credential::Entity::find()
            .select_only()
            .columns([Connection, Id])
            .filter(credential::Column::Environment.eq(environment.as_str()))
            .filter(Expr::cust(REFUSED))
            .filter(Role.eq("ACTIVE"))
            .filter(Expr::exists(its_connection_enabled()))
            .order_by_asc(Id)
            .into_tuple()
            .one(&self.reader)
            .await?;
        found.map(|found| credential_name(environment, found)).transpose()
    }

    pub(super) async fn unproven_credential(
        &self,
        environment: &EnvironmentId,
        domain: &Host,
    ) -> Result<Option<CredentialName>> {
        let row = self.reader.query_one(&unproven(environment, domain)).await?;
        let Some(row) = row else { return Ok(None) };
        let found = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        credential_name(environment, found).map(Some)
    }
}

fn credential_name(
    environment: &EnvironmentId,
    (connection, id): (String, Uuid),
) -> Result<CredentialName> {
    let ConnectionName { environment, connection } = connection_name(environment, &connection)?;
    Ok(CredentialName { environment, connection, credential: CredentialId(id) })
}

fn its_connection_enabled() -> SelectStatement {
    use credential::{Column as Credential, Entity as Credentials};
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(
            of_connection(Column::Environment)
                .eq(Expr::col((Credentials, Credential::Environment))),
        )
        .and_where(of_connection(Column::Id).eq(Expr::col((Credentials, Credential::Connection))))
        .and_where(Expr::cust(ENABLED))
        .to_owned()
}

/// Of the oldest credentials that no provider accepted the first that sign-ins on the host begin with.
fn unproven(environment: &EnvironmentId, host: &Host) -> SelectStatement {
    use credential::{Column as Credential, Entity as Credentials};
    let columns =
        [Credential::Environment, Credential::Connection, Credential::Id, Credential::Host];
    let oldest = credential::Entity::find()
        .select_only()
        .columns(columns)
        .filter(Credential::Environment.eq(environment.as_str()))
        .filter(Expr::cust(UNPROVEN))
        .order_by_asc(Credential::Id)
        .limit(OLDEST)
        .into_query();
    let its_host = Expr::col((Credentials, Credential::Host));
    let none_of_its_own = Expr::from(its_own(host).limit(1).to_owned()).is_null();
    Query::select()
        .columns([Credential::Connection, Credential::Id])
        // Under the table's name, by which the others know the credential at hand.
        .from_subquery(oldest, Credentials)
        .and_where(its_host.clone().eq(host.as_str()).or(its_host.is_null().and(none_of_its_own)))
        .and_where(Expr::from(its_connection_enabled().limit(1).to_owned()).is_not_null())
        .order_by(Credential::Id, Order::Asc)
        .limit(1)
        .to_owned()
}

/// The host's own credential, of the connection of the one at hand: sign-ins begin with that.
fn its_own(host: &Host) -> SelectStatement {
    use credential::{Column as Credential, Entity as Credentials};
    let own = |column| Expr::col((Alias::new("own"), column));
    let at_hand = |column| Expr::col((Credentials, column));
    Query::select()
        .expr(Expr::val(1))
        .from_as(Credentials, Alias::new("own"))
        .and_where(own(Credential::Environment).eq(at_hand(Credential::Environment)))
        .and_where(own(Credential::Connection).eq(at_hand(Credential::Connection)))
        .and_where(own(Credential::Host).eq(host.as_str()))
        .and_where(own(Credential::DeletedAt).is_null())
        .and_where(own(Credential::Role).eq("ACTIVE"))
        .to_owned()
}
