//! The bytes of applications' logos.

use latchkey_domain::{
    logo::{LogoDigest, LogoType},
    name::ApplicationName,
};
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, sea_query::OnConflict,
};

use crate::{
    Error, Result, Store, Tx,
    entity::{
        application,
        application_logo::{ActiveModel, Column, Entity},
    },
    tx::set,
};

impl Store {
    /// The logo of an application with what it is, if it has this digest.
    pub async fn logo(
        &self,
        of: &ApplicationName,
        digest: LogoDigest,
    ) -> Result<Option<(LogoType, Vec<u8>)>> {
        let application = Entity::belongs_to(application::Entity)
            .from((Column::Environment, Column::Application))
            .to((application::Column::Environment, application::Column::Id))
            .into();
        let found: Option<(String, Vec<u8>)> = Entity::find_by_id(key(of))
            .select_only()
            .column(application::Column::LogoType)
            .column(Column::Bytes)
            .join(JoinType::InnerJoin, application)
            .filter(application::Column::LogoDigest.eq(digest.0.to_vec()))
            .into_tuple()
            .one(&self.reader)
            .await?;
        let Some((name, bytes)) = found else { return Ok(None) };
        let kind = LogoType::parse(&name).ok_or(Error::corrupt("applications", "logo_type"))?;
        Ok(Some((kind, bytes)))
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
