//! Which applications may use which connections, and for what.

use latchkey_domain::{
    grant::{ApplicationGrant, GrantRights},
    name::{ApplicationName, ConnectionName},
    page::{Listed, Page},
    time::Timestamp,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    Cursor, Error, Result, Store, TimeCursor, Tx,
    entity::application_grant::{ActiveModel, Column, Entity, Model},
    listing::list,
    tx::set,
};

fn key(connection: &ConnectionName, application: &ApplicationName) -> (String, String, String) {
    (
        connection.environment.to_string(),
        connection.connection.to_string(),
        application.application.to_string(),
    )
}

const fn rights(row: &Model) -> GrantRights {
    GrantRights {
        may_sign_up: row.may_sign_up,
        may_sign_in: row.may_sign_in,
        may_link: row.may_link,
    }
}

fn read(connection: &ConnectionName, row: &Model) -> Result<ApplicationGrant> {
    let corrupt = |_| Error::corrupt("application_grants", "application");
    Ok(ApplicationGrant {
        connection: connection.clone(),
        application: ApplicationName {
            environment: connection.environment.clone(),
            application: row.application.parse().map_err(corrupt)?,
        },
        rights: rights(row),
        created_at: Timestamp(row.created_at),
    })
}

async fn find(
    db: &impl ConnectionTrait,
    connection: &ConnectionName,
    application: &ApplicationName,
) -> Result<Option<ApplicationGrant>> {
    let row = Entity::find_by_id(key(connection, application)).one(db).await?;
    row.map(|row| read(connection, &row)).transpose()
}

impl Store {
    /// What an application's people may do through a connection; `None` if it is not granted.
    pub async fn grant(
        &self,
        connection: &ConnectionName,
        application: &ApplicationName,
    ) -> Result<Option<GrantRights>> {
        let found = find(&self.reader, connection, application).await?;
        Ok(found.map(|grant| grant.rights))
    }

    /// The applications that may use a connection, in the order in which they were granted it.
    pub async fn list_grants(
        &self,
        connection: &ConnectionName,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<ApplicationGrant, TimeCursor>> {
        let select = Entity::find()
            .filter(Column::Environment.eq(connection.environment.as_str()))
            .filter(Column::Connection.eq(connection.connection.as_str()));
        list(&self.reader, select, (Column::CreatedAt, Column::Application), page, |row| {
            let cursor = Cursor { created_at: row.created_at, id: row.application.clone() };
            Ok((cursor, read(connection, &row)?))
        })
        .await
    }
}

impl Tx {
    /// The grant of a connection to an application, as this transaction sees it.
    pub async fn grant(
        &self,
        connection: &ConnectionName,
        application: &ApplicationName,
    ) -> Result<Option<ApplicationGrant>> {
        find(&self.tx, connection, application).await
    }

    /// Lets an application use a connection for this, and says for what it might before; `Conflict`
    /// if one of the two is not there.
    pub async fn set_grant(
        &self,
        connection: &ConnectionName,
        application: &ApplicationName,
        rights: GrantRights,
        now: Timestamp,
    ) -> Result<Option<GrantRights>> {
        let before = self.grant(connection, application).await?.map(|grant| grant.rights);
        if before == Some(rights) {
            return Ok(before);
        }
        self.config_changed();
        let key = key(connection, application);
        let mut row = ActiveModel {
            environment: set(key.0),
            connection: set(key.1),
            application: set(key.2),
            may_sign_up: set(rights.may_sign_up),
            may_sign_in: set(rights.may_sign_in),
            may_link: set(rights.may_link),
            ..Default::default()
        };
        if before.is_some() {
            row.update(&self.tx).await?;
        } else {
            let ages = self.ages(connection, application).await?;
            let (connection, application) = ages.ok_or_else(Error::changed_meanwhile)?;
            row.created_at = set(now.0);
            row.connection_created_at = set(connection.0);
            row.application_created_at = set(application.0);
            row.insert(&self.tx).await?;
        }
        Ok(before)
    }

    /// When the two were created, if they are there.
    async fn ages(
        &self,
        connection: &ConnectionName,
        application: &ApplicationName,
    ) -> Result<Option<(Timestamp, Timestamp)>> {
        let connection = self.connection_ever(connection).await?;
        let application = self.application(application).await?;
        Ok(connection.zip(application).map(|(one, other)| (one.created_at, other.created_at)))
    }

    /// Takes a connection from an application; `false` if it was not granted.
    pub async fn remove_grant(
        &self,
        connection: &ConnectionName,
        application: &ApplicationName,
    ) -> Result<bool> {
        self.config_changed();
        let deleted = Entity::delete_by_id(key(connection, application)).exec(&self.tx).await?;
        Ok(deleted.rows_affected == 1)
    }
}
