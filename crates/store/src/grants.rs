//! Which applications may use which connections.

use latchkey_domain::{
    name::{ApplicationName, ConnectionName},
    time::Timestamp,
};
use sea_orm::{ActiveModelTrait, EntityTrait};

use crate::{
    Result, Store, Tx,
    entity::application_grant::{ActiveModel, Entity},
    tx::set,
};

fn key(connection: &ConnectionName, application: &ApplicationName) -> (String, String, String) {
    (
        connection.environment.to_string(),
        connection.connection.to_string(),
        application.application.to_string(),
    )
}

impl Store {
    /// Whether an application may use a connection.
    pub async fn is_granted(
        &self,
        connection: &ConnectionName,
        application: &ApplicationName,
    ) -> Result<bool> {
        Ok(Entity::find_by_id(key(connection, application)).one(&self.reader).await?.is_some())
    }
}

impl Tx {
    /// Lets an application use a connection; `false` if it might already, `Conflict` if one of the
    /// two is not there.
    pub async fn add_grant(
        &self,
        connection: &ConnectionName,
        application: &ApplicationName,
        now: Timestamp,
    ) -> Result<bool> {
        let key = key(connection, application);
        if Entity::find_by_id(key.clone()).one(&self.tx).await?.is_some() {
            return Ok(false);
        }
        self.config_changed();
        let row = ActiveModel {
            environment: set(key.0),
            connection: set(key.1),
            application: set(key.2),
            created_at: set(now.0),
        };
        row.insert(&self.tx).await?;
        Ok(true)
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
