//! The bytes of applications' logos.

use latchkey_domain::{logo::LogoDigest, name::ApplicationName};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict};

use crate::{
    Result, Store, Tx,
    entity::{
        application,
        application_logo::{ActiveModel, Column, Entity},
    },
    tx::set,
};

impl Store {
    /// The bytes of an application's logo, if it is this one.
    pub async fn logo(&self, of: &ApplicationName, digest: LogoDigest) -> Result<Option<Vec<u8>>> {
        let is_this_one = application::Entity::find_by_id(key(of))
            .select_only()
            .column(application::Column::Id)
            .filter(application::Column::LogoDigest.eq(digest.0.to_vec()));
        let found: Option<String> = is_this_one.into_tuple().one(&self.reader).await?;
        if found.is_none() {
            return Ok(None);
        }
        Ok(Entity::find_by_id(key(of)).one(&self.reader).await?.map(|row| row.bytes))
    }
}

impl Tx {
    /// Keeps the bytes of an application's logo, in the place of those before. What is known of them is
    /// [`Self::update_application`]'s.
    pub async fn put_logo(&self, of: &ApplicationName, bytes: &[u8]) -> Result<()> {
        let row = ActiveModel {
            environment: set(of.environment.as_str()),
            application: set(of.application.as_str()),
            bytes: set(bytes.to_vec()),
        };
        let replace = OnConflict::columns([Column::Environment, Column::Application])
            .update_column(Column::Bytes)
            .to_owned();
        Entity::insert(row).on_conflict(replace).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Removes them, if there are any.
    pub async fn remove_logo(&self, of: &ApplicationName) -> Result<()> {
        Entity::delete_by_id(key(of)).exec(&self.tx).await?;
        Ok(())
    }
}

fn key(of: &ApplicationName) -> (String, String) {
    (of.environment.to_string(), of.application.to_string())
}
