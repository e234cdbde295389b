//! The keys that sign tokens.

use latchkey_domain::{
    id::{EnvironmentId, SigningKeyId},
    signing_key::SigningKey,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::{
    Error, Result, Store, Tx,
    entity::signing_key::{ActiveModel, Column, Entity, Model},
    tx::set,
};

/// A key with its private half, sealed for the place `signing_keys/{environment}/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSigningKey {
    /// The key.
    pub key: SigningKey,
    /// Its private half.
    pub sealed_key: Vec<u8>,
}

fn read(row: Model) -> SealedSigningKey {
    let key = SigningKey {
        id: SigningKeyId(row.id),
        public_key: row.public_key,
        created_at: Timestamp(row.created_at),
        signs_from: Timestamp(row.signs_from),
    };
    SealedSigningKey { key, sealed_key: row.sealed_key }
}

async fn of(db: &impl ConnectionTrait, id: &EnvironmentId) -> Result<Vec<SealedSigningKey>> {
    let of_it = Entity::find().filter(Column::Environment.eq(id.as_str()));
    let rows = of_it.order_by_asc(Column::SignsFrom).order_by_asc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(read).collect())
}

impl Store {
    /// The keys of an environment, in the order in which they sign.
    pub async fn signing_keys(&self, environment: &EnvironmentId) -> Result<Vec<SealedSigningKey>> {
        of(&self.reader, environment).await
    }

    /// Some of the environments with a key that has signed since `since` or longer, after one of them
    /// in the order of their ids.
    pub async fn environments_that_signed_since(
        &self,
        since: Timestamp,
        (after, limit): (Option<&EnvironmentId>, u64),
    ) -> Result<Vec<EnvironmentId>> {
        let found = Entity::find()
            .select_only()
            .column(Column::Environment)
            .distinct()
            .filter(Column::SignsFrom.lte(since.0))
            .filter(Column::Environment.gt(after.map_or("", EnvironmentId::as_str)))
            .order_by_asc(Column::Environment)
            .limit(limit);
        let ids: Vec<String> = found.into_tuple().all(self.aside()).await?;
        let read =
            |id: String| id.parse().map_err(|_| Error::corrupt("signing_keys", "environment"));
        ids.into_iter().map(read).collect()
    }
}

impl Tx {
    /// The keys of an environment, as this transaction sees them.
    pub async fn signing_keys(&self, environment: &EnvironmentId) -> Result<Vec<SealedSigningKey>> {
        of(&self.tx, environment).await
    }

    /// Adds a key to an environment.
    pub async fn add_signing_key(
        &self,
        environment: &EnvironmentId,
        sealed: &SealedSigningKey,
    ) -> Result<()> {
        self.config_changed();
        let row = ActiveModel {
            id: set(sealed.key.id.0),
            environment: set(environment.as_str()),
            sealed_key: set(sealed.sealed_key.clone()),
            public_key: set(sealed.key.public_key.clone()),
            created_at: set(sealed.key.created_at.0),
            signs_from: set(sealed.key.signs_from.0),
        };
        row.insert(&self.tx).await?;
        Ok(())
    }

    /// Removes a key, for ever.
    pub async fn remove_signing_key(&self, id: SigningKeyId) -> Result<()> {
        self.config_changed();
        Entity::delete_by_id(id.0).exec(&self.tx).await?;
        Ok(())
    }

    pub(crate) async fn remove_signing_keys_of(&self, environment: &EnvironmentId) -> Result<()> {
        let of_it = Column::Environment.eq(environment.as_str());
        Entity::delete_many().filter(of_it).exec(&self.tx).await?;
        Ok(())
    }
}
