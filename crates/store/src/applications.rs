//! Applications.

use latchkey_domain::{
    application::Application,
    id::EnvironmentId,
    logo::{Logo, LogoDigest, LogoType},
    name::{ApplicationName, ConnectionName},
    page::{Listed, Page},
    text::DisplayName,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, Select, sea_query::LockType,
};

use crate::{
    Cursor, Error, Result, Store, TimeCursor, Tx,
    entity::{application, application_grant as grant},
    listing::list,
    tx::set,
};

/// What went with an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedWith {
    /// How many keys.
    pub api_keys: u64,
    /// How many grants.
    pub grants: u64,
    /// The connections of some of those grants.
    pub connections: Vec<ConnectionName>,
}

fn read(row: application::Model) -> Result<Application> {
    let corrupt = |what| Error::corrupt("applications", what);
    Ok(Application {
        logo: logo(&row)?,
        environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
        id: row.id.parse().map_err(|_| corrupt("id"))?,
        display_name: DisplayName::parse(&row.display_name).map_err(|_| corrupt("display_name"))?,
        redirect_uris: serde_json::from_str(&row.redirect_uris)
            .map_err(|_| corrupt("redirect_uris"))?,
        version: row.version,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

fn logo(row: &application::Model) -> Result<Option<Logo>> {
    let corrupt = |what| Error::corrupt("applications", what);
    let Some(name) = &row.logo_type else { return Ok(None) };
    let digest = row.logo_digest.as_deref().and_then(|digest| digest.try_into().ok());
    let size = row.logo_size.and_then(|size| u32::try_from(size).ok());
    Ok(Some(Logo {
        media_type: LogoType::parse(name).ok_or(corrupt("logo_type"))?,
        digest: LogoDigest(digest.ok_or(corrupt("logo_digest"))?),
        size: size.ok_or(corrupt("logo_size"))?,
    }))
}

fn write(application: &Application) -> application::ActiveModel {
    let redirect_uris =
        serde_json::to_string(&application.redirect_uris).expect("a list of texts is JSON");
    application::ActiveModel {
        environment: set(application.environment.as_str()),
        id: set(application.id.as_str()),
        display_name: set(application.display_name.as_str()),
        redirect_uris: set(redirect_uris),
        logo_type: set(application.logo.map(|logo| logo.media_type.as_str().to_owned())),
        logo_digest: set(application.logo.map(|logo| logo.digest.0.to_vec())),
        logo_size: set(application.logo.map(|logo| i64::from(logo.size))),
        version: set(application.version),
        created_at: set(application.created_at.0),
        updated_at: set(application.updated_at.0),
    }
}

async fn find(db: &impl ConnectionTrait, name: &ApplicationName) -> Result<Option<Application>> {
    let key = (name.environment.to_string(), name.application.to_string());
    application::Entity::find_by_id(key).one(db).await?.map(read).transpose()
}

impl Store {
    /// An application by its name.
    pub async fn application(&self, name: &ApplicationName) -> Result<Option<Application>> {
        find(&self.reader, name).await
    }

    /// The applications of an environment, oldest first; with a connection, those that may use it.
    pub async fn list_applications(
        &self,
        environment: &EnvironmentId,
        connection: Option<&ConnectionName>,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Application, TimeCursor>> {
        use application::Column::{CreatedAt, Environment, Id};
        let read = |row: application::Model| {
            Ok((Cursor { created_at: row.created_at, id: row.id.clone() }, read(row)?))
        };
        match connection {
            None => {
                let select =
                    application::Entity::find().filter(Environment.eq(environment.as_str()));
                list(&self.reader, select, (CreatedAt, Id), page, read).await
            }
            Some(connection) => {
                let columns = (grant::Column::ApplicationCreatedAt, grant::Column::Application);
                list(&self.reader, granted(connection), columns, page, read).await
            }
        }
    }
}

/// The applications of a connection, read from its grants, which are in order of the applications'
/// age.
fn granted(connection: &ConnectionName) -> Select<application::Entity> {
    use application::Column::{Environment, Id};
    let of = application::Entity::belongs_to(grant::Entity)
        .from((Environment, Id))
        .to((grant::Column::Environment, grant::Column::Application))
        .into();
    application::Entity::find()
        .join(JoinType::InnerJoin, of)
        .filter(grant::Column::Environment.eq(connection.environment.as_str()))
        .filter(grant::Column::Connection.eq(connection.connection.as_str()))
}

/// The oldest connections of an application.
async fn granted_to(
    db: &impl ConnectionTrait,
    application: &ApplicationName,
    most: u64,
) -> Result<Vec<ConnectionName>> {
    let ids: Vec<String> = grant::Entity::find()
        .select_only()
        .column(grant::Column::Connection)
        .filter(grant::Column::Environment.eq(application.environment.as_str()))
        .filter(grant::Column::Application.eq(application.application.as_str()))
        .order_by_asc(grant::Column::ConnectionCreatedAt)
        .order_by_asc(grant::Column::Connection)
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    let named = ids.iter().map(|id| {
        let connection = id.parse().map_err(|_| Error::corrupt("application_grants", "connection"));
        Ok(ConnectionName { environment: application.environment.clone(), connection: connection? })
    });
    named.collect()
}

impl Tx {
    /// An application by its name, as this transaction sees it.
    pub async fn application(&self, name: &ApplicationName) -> Result<Option<Application>> {
        find(&self.tx, name).await
    }

    /// An application that is there until this transaction ends, so that something can be given to it.
    pub async fn hold_application(&self, name: &ApplicationName) -> Result<Option<Application>> {
        let key = (name.environment.to_string(), name.application.to_string());
        let select = application::Entity::find_by_id(key).lock(LockType::KeyShare);
        select.one(&self.tx).await?.map(read).transpose()
    }

    /// An application that nobody changes, or gives anything to, until this transaction ends: what is
    /// decided about it still holds when it is deleted. It waits for whoever adds a key or a grant
    /// just now; who comes later waits for us.
    pub async fn lock_application(&self, name: &ApplicationName) -> Result<Option<Application>> {
        let key = (name.environment.to_string(), name.application.to_string());
        let select = application::Entity::find_by_id(key).lock_exclusive();
        select.one(&self.tx).await?.map(read).transpose()
    }

    /// Adds an application; `Conflict` if its id is taken.
    pub async fn add_application(&self, application: &Application) -> Result<()> {
        self.config_changed();
        write(application).insert(&self.tx).await?;
        Ok(())
    }

    /// Writes an application over its version before this one; `false` if somebody was faster.
    pub async fn update_application(&self, application: &Application) -> Result<bool> {
        self.config_changed();
        let updated = application::Entity::update_many()
            .set(write(application))
            .filter(application::Column::Environment.eq(application.environment.as_str()))
            .filter(application::Column::Id.eq(application.id.as_str()))
            .filter(application::Column::Version.eq(application.version - 1))
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Removes an application that [`Self::lock_application`] holds, with its keys and grants, and says
    /// which those were: the connections of no more grants than `most`, the oldest first.
    pub async fn remove_application(
        &self,
        name: &ApplicationName,
        most: u64,
    ) -> Result<RemovedWith> {
        self.config_changed();
        let api_keys = self.remove_api_keys_of(&name.environment, Some(&name.application)).await?;
        self.forget_link_tickets_of(&name.environment, Some(&name.application)).await?;
        let connections = granted_to(&self.tx, name, most).await?;
        let grants = grant::Entity::delete_many()
            .filter(grant::Column::Environment.eq(name.environment.as_str()))
            .filter(grant::Column::Application.eq(name.application.as_str()))
            .exec(&self.tx)
            .await?
            .rows_affected;
        self.remove_logo(name).await?;
        let key = (name.environment.to_string(), name.application.to_string());
        application::Entity::delete_by_id(key).exec(&self.tx).await?;
        Ok(RemovedWith { api_keys, grants, connections })
    }
}
