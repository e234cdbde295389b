//! What is known of an environment before it goes live: a row of each thing, found by an index.

mod credentials;

use latchkey_domain::{
    access::{ApiKey, ApiKeyKind},
    environment::Environment,
    host::Host,
    id::EnvironmentId,
    name::{ApplicationName, ConnectionName, OrganizationName},
    provider::ProviderName,
    readiness::{Facts, Keys},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, SelectExt,
    sea_query::{Expr, Order, Query, SelectStatement},
};

use crate::{
    Error, Result, Store, api_keys,
    entity::{
        api_key, application, application_grant,
        connection::{Column, Entity},
        credential, organization, outbox,
    },
};

/// As the indexes write it: a value that is bound would hide it from them.
const ENABLED: &str = "NOT connections.disabled AND connections.deleted_at IS NULL";
const TRUSTING: &str = "connections.trusted_provider";
const OVER_TLS: &str = "redirect_uris NOT LIKE '%\"http:%'";

/// No index finds a connection without a credential, so that many are looked at.
const OLDEST: u64 = 1_000;
/// More providers than anybody configures.
const MOST_PROVIDERS: usize = 100;
/// A relay that is at work has sent one of so many.
const LAST_EVENTS: u64 = 100;

impl Store {
    /// What is known of an environment.
    pub async fn readiness(&self, environment: &Environment, now: Timestamp) -> Result<Facts> {
        let (id, domain) = (&environment.id, &environment.default_domain);
        let keys = async |kind| self.keys_of_kind(id, kind, now).await;
        Ok(Facts {
            application: self.first_application(id, applications(id)).await?,
            safe_application: {
                let over_tls = applications(id).filter(Expr::cust(OVER_TLS));
                self.first_application(id, over_tls).await?
            },
            unproven_domain: self.unproven_domain(id).await?,
            connection: self.first_connection(id, enabled(id)).await?,
            granted: self.first_connection(id, enabled(id).filter(granted())).await?,
            served: self
                .first_connection(id, enabled(id).filter(Expr::exists(serving(domain))))
                .await?,
            unserved: self.unserved_connection(id, domain).await?,
            providers: self.providers_in_use(id).await?,
            refused: self.refused_credential(id).await?,
            unproven: self.unproven_credential(id, domain).await?,
            trusting: {
                let trusting = enabled(id).filter(Expr::cust(TRUSTING));
                self.first_connection(id, trusting).await?
            },
            application_keys: keys(ApiKeyKind::Application).await?,
            gateway_keys: keys(ApiKeyKind::Gateway).await?,
            consumer_keys: keys(ApiKeyKind::Consumer).await?,
            expiring: self.next_to_expire(id, now).await?,
            relayed: self.relayed_lately(id).await?,
        })
    }

    async fn first_application(
        &self,
        environment: &EnvironmentId,
        among: Select<application::Entity>,
    ) -> Result<Option<ApplicationName>> {
        use application::Column::{CreatedAt, Id};
        let first = among.select_only().column(Id).order_by_asc(CreatedAt).order_by_asc(Id);
        let id: Option<String> = first.into_tuple().one(&self.reader).await?;
        let Some(id) = id else { return Ok(None) };
        let application = id.parse().map_err(|_| Error::corrupt("applications", "id"))?;
        Ok(Some(ApplicationName { environment: environment.clone(), application }))
    }

    async fn unproven_domain(
        &self,
        environment: &EnvironmentId,
    ) -> Result<Option<OrganizationName>> {
        use organization::Column::{CreatedAt, Environment, Id, Problem};
        let first = organization::Entity::find()
            .select_only()
            .column(Id)
            .filter(Environment.eq(environment.as_str()))
            .filter(Problem.is_not_null())
            .order_by_asc(CreatedAt)
            .order_by_asc(Id);
        let id: Option<String> = first.into_tuple().one(&self.reader).await?;
        let Some(id) = id else { return Ok(None) };
        let organization = id.parse().map_err(|_| Error::corrupt("organizations", "id"))?;
        Ok(Some(OrganizationName { environment: environment.clone(), organization }))
    }

    async fn first_connection(
        &self,
        environment: &EnvironmentId,
        among: Select<Entity>,
    ) -> Result<Option<ConnectionName>> {
        let first = among.select_only().column(Column::Id);
        let first = first.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
        let id: Option<String> = first.into_tuple().one(&self.reader).await?;
        id.map(|id| connection_name(environment, &id)).transpose()
    }

    async fn unserved_connection(
        &self,
        environment: &EnvironmentId,
        domain: &Host,
    ) -> Result<Option<ConnectionName>> {
        let row = self.reader.query_one(&unserved(environment, domain)).await?;
        let Some(row) = row else { return Ok(None) };
        connection_name(environment, &row.try_get_by_index::<String>(0)?).map(Some)
    }

    /// Goes from one provider to the next, so that as many rows are read as there are providers.
    async fn providers_in_use(
        &self,
        environment: &EnvironmentId,
    ) -> Result<Vec<(ProviderName, ConnectionName)>> {
        let mut found: Vec<(ProviderName, ConnectionName)> = Vec::new();
        while found.len() < MOST_PROVIDERS {
            let mut next = enabled(environment)
                .select_only()
                .columns([Column::Provider, Column::Id])
                .order_by_asc(Column::Provider)
                .order_by_asc(Column::CreatedAt)
                .order_by_asc(Column::Id);
            if let Some((last, _)) = found.last() {
                next = next.filter(Column::Provider.gt(last.as_str()));
            }
            let row: Option<(String, String)> = next.into_tuple().one(&self.reader).await?;
            let Some((provider, id)) = row else { break };
            let provider = ProviderName::parse(&provider);
            let provider = provider.map_err(|_| Error::corrupt("connections", "provider"))?;
            found.push((provider, connection_name(environment, &id)?));
        }
        Ok(found)
    }

    async fn keys_of_kind(
        &self,
        environment: &EnvironmentId,
        kind: ApiKeyKind,
        now: Timestamp,
    ) -> Result<Keys> {
        use api_key::Column::{Environment, ExpiresAt, Kind, LastUsedAt};
        let lasts = Condition::any().add(ExpiresAt.is_null()).add(ExpiresAt.gt(now.0));
        let working = api_key::Entity::find()
            .filter(Environment.eq(environment.as_str()))
            .filter(Kind.eq(api_keys::kind_name(kind)))
            .filter(lasts);
        if working.clone().filter(LastUsedAt.is_not_null()).exists(&self.reader).await? {
            return Ok(Keys::Used);
        }
        Ok(if working.exists(&self.reader).await? { Keys::Unused } else { Keys::None })
    }

    async fn next_to_expire(
        &self,
        environment: &EnvironmentId,
        now: Timestamp,
    ) -> Result<Option<ApiKey>> {
        use api_key::Column::{Environment, ExpiresAt};
        let next = api_key::Entity::find()
            .filter(Environment.eq(environment.as_str()))
            .filter(ExpiresAt.gt(now.0))
            .filter(ExpiresAt.lte(now.plus(Facts::SOON).0))
            .order_by_asc(ExpiresAt)
            .one(&self.reader)
            .await?;
        next.map(api_keys::read).transpose()
    }

    async fn relayed_lately(&self, environment: &EnvironmentId) -> Result<bool> {
        use outbox::Column::{Environment, Position, SentAt};
        let last: Vec<Option<i64>> = outbox::Entity::find()
            .select_only()
            .column(SentAt)
            .filter(Environment.eq(environment.as_str()))
            .filter(Position.is_not_null())
            .order_by_desc(Position)
            .limit(LAST_EVENTS)
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(last.iter().any(Option::is_some))
    }
}

fn connection_name(environment: &EnvironmentId, id: &str) -> Result<ConnectionName> {
    let connection = id.parse().map_err(|_| Error::corrupt("connections", "id"))?;
    Ok(ConnectionName { environment: environment.clone(), connection })
}

fn applications(environment: &EnvironmentId) -> Select<application::Entity> {
    let its_own = application::Column::Environment.eq(environment.as_str());
    application::Entity::find().filter(its_own)
}

fn enabled(environment: &EnvironmentId) -> Select<Entity> {
    Entity::find().filter(Column::Environment.eq(environment.as_str())).filter(Expr::cust(ENABLED))
}

fn of_connection(column: Column) -> Expr {
    Expr::col((Entity, column))
}

/// That the people of some application may sign in or up through the connection at hand.
fn granted() -> Expr {
    use application_grant::{Column as Grant, Entity};
    let may = |right| Expr::col((Entity, right)).eq(true);
    let grants = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Grant::Environment)).eq(of_connection(Column::Environment)))
        .and_where(Expr::col((Entity, Grant::Connection)).eq(of_connection(Column::Id)))
        .and_where(may(Grant::MaySignUp).or(may(Grant::MaySignIn)))
        .to_owned();
    Expr::exists(grants)
}

/// The credentials of the connection at hand that sign-ins on the host can begin with.
fn serving(host: &Host) -> SelectStatement {
    use credential::{Column as Credential, Entity};
    let host_is = Expr::col((Entity, Credential::Host));
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(
            Expr::col((Entity, Credential::Environment)).eq(of_connection(Column::Environment)),
        )
        .and_where(Expr::col((Entity, Credential::Connection)).eq(of_connection(Column::Id)))
        .and_where(Expr::col((Entity, Credential::DeletedAt)).is_null())
        .and_where(Expr::col((Entity, Credential::Role)).eq("ACTIVE"))
        .and_where(host_is.clone().is_null().or(host_is.eq(host.as_str())))
        .to_owned()
}

/// Of the oldest connections the first that nobody can begin with on the host.
fn unserved(environment: &EnvironmentId, host: &Host) -> SelectStatement {
    let columns = [Column::Environment, Column::Id, Column::CreatedAt];
    let oldest = enabled(environment)
        .select_only()
        .columns(columns)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(OLDEST)
        .into_query();
    Query::select()
        .column(Column::Id)
        // Under the table's name, by which `serving` knows the connection at hand.
        .from_subquery(oldest, Entity)
        // A value, for which an index is asked each time. NOT EXISTS would be a join with every credential.
        .and_where(Expr::from(serving(host).limit(1).to_owned()).is_null())
        .order_by(Column::CreatedAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(1)
        .to_owned()
}
