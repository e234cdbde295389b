//! When each key last sealed, whichever process did: a key may go once nothing needs it any more.

use latchkey_domain::time::Timestamp;
use sea_orm::{
    EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{
    Result, Store, Tx,
    entity::sealing_key::{ActiveModel, Column, Entity},
    tx::set,
};

impl Store {
    /// Notes that a key seals. Of several processes the latest counts, in whatever order they come.
    pub async fn note_sealing(&self, key: &str, now: Timestamp) -> Result<()> {
        let row = ActiveModel { id: set(key), last_sealed_at: set(now.0) };
        let later = OnConflict::column(Column::Id)
            .update_column(Column::LastSealedAt)
            .action_and_where(Expr::col((Entity, Column::LastSealedAt)).lt(now.0))
            .to_owned();
        Entity::insert(row).on_conflict(later).exec_without_returning(&self.background).await?;
        Ok(())
    }

    /// When a key last sealed, as far as it was noted.
    pub async fn last_sealed(&self, key: &str) -> Result<Option<Timestamp>> {
        let row = Entity::find_by_id(key).one(self.aside()).await?;
        Ok(row.map(|row| Timestamp(row.last_sealed_at)))
    }
}

impl Tx {
    /// Forgets when a key last sealed.
    pub async fn forget_sealing(&self, key: &str) -> Result<()> {
        Entity::delete_by_id(key).exec(&self.tx).await?;
        Ok(())
    }
}
