//! Hosts that people sign in on: whose they are, and who depends on them.

use latchkey_domain::{
    connection::CredentialRole,
    host::Host,
    id::{CredentialId, EnvironmentId},
    name::{ConnectionName, CredentialName, OrganizationName},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, SelectExt, Statement,
    sea_query::{BinOper, Expr, Query, SelectStatement},
};

use crate::{
    Backend, Error, Result, Store, Tx,
    credentials::{PLACE, role_name, within},
    entity::{credential, environment, organization},
};

/// More than anybody would read: a host has a consumer for each connection.
const MOST_CREDENTIALS: u64 = 100;
/// Sign-ins that are looked at for the people who depend on a host: some tens of milliseconds, so that
/// whoever takes a busy one away is not refused for the count.
const MOST_SIGN_INS: u64 = 100_000;
/// Counts the people of some sign-ins, and the sign-ins.
const COUNT: &str = "SELECT COUNT(DISTINCT user_id), COUNT(*) FROM (SELECT user_id FROM sign_ins \
    WHERE custom_domain IS NOT NULL AND custom_domain = $1 AND environment = $2 \
    AND organization = $3 AND user_id IS NOT NULL LIMIT $4) AS looked_at";

/// Any number, as long as it is always this one, and nobody else's.
const LOCK: i64 = 52_824_542;
/// What an environment and an organization have is in two tables, where no index sees both.
const LOCK_HOSTS: &str = "SELECT pg_advisory_xact_lock($1)";

const CONCATENATED: BinOper = BinOper::Custom("||");

/// Who and what depends on a custom domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainDependents {
    /// How many people signed in on it.
    pub users: u64,
    /// Whether all sign-ins on it were looked at.
    pub all_users: bool,
    /// The credentials that are for it alone, at most a hundred.
    pub credentials: Vec<CredentialName>,
}

impl Tx {
    /// Whether a host is somebody else's than this organization's: the verified custom domain of
    /// another, or the default domain of an environment. Until this transaction ends, it becomes
    /// nobody else's.
    pub async fn is_anothers_domain(&self, host: &Host, own: &OrganizationName) -> Result<bool> {
        self.lock_hosts().await?;
        let verified = verified_elsewhere(&self.tx, host).await?;
        Ok(verified.is_some_and(|(environment, id)| {
            environment != own.environment.as_str() || id != own.organization.as_str()
        }) || is_default(&self.tx, host, None).await?)
    }

    /// Whether a host is somebody else's than this environment's: the verified custom domain of an
    /// organization, or the default domain of another environment. Until this transaction ends, it
    /// becomes nobody else's. This machine itself may be many environments' default domain.
    pub async fn is_taken_domain(&self, host: &Host, own: &EnvironmentId) -> Result<bool> {
        if host.is_loopback() {
            return Ok(false);
        }
        self.lock_hosts().await?;
        Ok(verified_elsewhere(&self.tx, host).await?.is_some()
            || is_default(&self.tx, host, Some(own)).await?)
    }

    /// Lets whoever gets a host come one after the other. SQLite has one writer anyway.
    async fn lock_hosts(&self) -> Result<()> {
        if self.store.backend == Backend::Postgres {
            let (backend, key) = (DbBackend::Postgres, [LOCK.into()]);
            let lock = Statement::from_sql_and_values(backend, LOCK_HOSTS, key);
            self.tx.query_one_raw(lock).await?;
        }
        Ok(())
    }

    /// Whether a host is the custom domain of an organization of this environment, verified or not.
    pub async fn is_custom_domain(&self, id: &EnvironmentId, host: &Host) -> Result<bool> {
        let found = organization::Entity::find()
            .filter(organization::Column::Environment.eq(id.as_str()))
            .filter(organization::Column::CustomDomain.eq(host.as_str()));
        Ok(found.exists(&self.tx).await?)
    }

    /// Who and what depends on an organization's custom domain.
    pub async fn domain_dependents(
        &self,
        name: &OrganizationName,
        host: &Host,
    ) -> Result<DomainDependents> {
        use credential::Column::{DeletedAt, Environment, Host as OfHost, Id};
        let id = &name.environment;
        let (users, all_users) = self.people_on(name, host).await?;
        let credentials = credential::Entity::find()
            .filter(Environment.eq(id.as_str()))
            .filter(OfHost.is_not_null())
            .filter(OfHost.eq(host.as_str()))
            .filter(DeletedAt.is_null())
            .order_by_asc(Id)
            .limit(MOST_CREDENTIALS);
        let credentials = credentials.all(&self.tx).await?.into_iter();
        let credentials = credentials.map(|row| name_of(id, row)).collect::<Result<_>>()?;
        Ok(DomainDependents { users, all_users, credentials })
    }

    /// How many people signed in on a host for an organization, and whether those are all.
    async fn people_on(&self, name: &OrganizationName, host: &Host) -> Result<(u64, bool)> {
        let backend = match self.store.backend {
            Backend::Postgres => DbBackend::Postgres,
            Backend::Sqlite => DbBackend::Sqlite,
        };
        let most = i64::try_from(MOST_SIGN_INS).unwrap_or(i64::MAX);
        let values = [
            host.as_str().into(),
            name.environment.as_str().into(),
            name.organization.as_str().into(),
            most.into(),
        ];
        let count = Statement::from_sql_and_values(backend, COUNT, values);
        let row = self.tx.query_one_raw(count).await?;
        let row = row.ok_or(Error::corrupt("sign_ins", "no answer"))?;
        let (people, looked_at): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok((people.try_into().unwrap_or(0), looked_at < most))
    }
}

fn name_of(environment: &EnvironmentId, row: credential::Model) -> Result<CredentialName> {
    let connection = row.connection.parse();
    let connection = connection.map_err(|_| Error::corrupt("credentials", "connection"))?;
    let parent = ConnectionName { environment: environment.clone(), connection };
    Ok(CredentialName {
        environment: parent.environment,
        connection: parent.connection,
        credential: CredentialId(row.id),
    })
}

/// The organization whose verified custom domain a host is: its environment and its id.
async fn verified_elsewhere(
    db: &impl ConnectionTrait,
    host: &Host,
) -> Result<Option<(String, String)>> {
    use organization::Column::VerifiedDomain;
    let found = organization::Entity::find().filter(VerifiedDomain.eq(host.as_str()));
    Ok(found.one(db).await?.map(|row| (row.environment, row.id)))
}

/// Whether a host is the default domain of an environment other than this one.
async fn is_default(
    db: &impl ConnectionTrait,
    host: &Host,
    but: Option<&EnvironmentId>,
) -> Result<bool> {
    let mut found = environment::Entity::find()
        .filter(environment::Column::DefaultDomain.eq(host.as_str()))
        .filter(environment::Column::DeletedAt.is_null());
    if let Some(but) = but {
        found = found.filter(environment::Column::Id.ne(but.as_str()));
    }
    Ok(found.exists(db).await?)
}

impl Store {
    /// Two hosts at most that people of organizations sign in on, without a credential of their own
    /// in a connection.
    pub async fn served_hosts_without(&self, connection: &ConnectionName) -> Result<Vec<Host>> {
        // A value, for which the index is asked each time: NOT EXISTS may become a join with all there are.
        let none_of_its_own = Expr::from(its_own_in(connection)).is_null();
        let found = organization::Entity::find()
            .filter(organization::Column::Environment.eq(connection.environment.as_str()))
            .filter(organization::Column::VerifiedDomain.is_not_null())
            .filter(none_of_its_own)
            .limit(2);
        let rows = found.all(&self.reader).await?.into_iter();
        let corrupt = || Error::corrupt("organizations", "verified_domain");
        rows.map(|row| {
            Host::parse(&row.verified_domain.ok_or_else(corrupt)?).map_err(|_| corrupt())
        })
        .collect()
    }
}

/// The active credential of a connection for the domain of the organization at hand.
fn its_own_in(connection: &ConnectionName) -> SelectStatement {
    use credential::{Column, Entity};
    let of = |column| Expr::col((Entity, column));
    let domain = Expr::col((organization::Entity, organization::Column::VerifiedDomain));
    let within = within(&connection.environment, &connection.connection);
    let place = Expr::val(within).binary(CONCATENATED, domain);
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::cust(PLACE).eq(place))
        .and_where(of(Column::Role).eq(role_name(CredentialRole::Active)))
        .and_where(of(Column::DeletedAt).is_null())
        .limit(1)
        .to_owned()
}
