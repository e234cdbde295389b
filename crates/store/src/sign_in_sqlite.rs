//! A repeat sign-in in one short transaction: SQLite has no statement that changes several tables.

use latchkey_domain::user::IdentityKind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    Error, RepeatSignIn, Result, Store, Tx,
    entity::identity::{Column, Entity},
    identities::connections_json,
};

impl Store {
    pub(crate) async fn finish_repeat_sqlite(&self, repeat: &RepeatSignIn<'_>) -> Result<bool> {
        let tx = self.begin().await?;
        let written = tx.finish_repeat(repeat).await?;
        if written {
            tx.commit().await?;
        }
        Ok(written)
    }
}

impl Tx {
    /// [`Store::finish_repeat`] as a part of a transaction, on either database; `false` if nothing may
    /// be committed.
    pub async fn finish_repeat(&self, repeat: &RepeatSignIn<'_>) -> Result<bool> {
        if !self.finish_sign_in(repeat.finish).await? || !self.update_user(repeat.user).await? {
            return Ok(false);
        }
        self.use_identity(repeat).await?;
        for event in repeat.events {
            self.emit(event).await?;
        }
        Ok(true)
    }

    async fn use_identity(&self, repeat: &RepeatSignIn<'_>) -> Result<()> {
        let IdentityKind::Social(social) = &repeat.identity.kind else {
            return Err(Error::corrupt("identities", "a sign-in by an address"));
        };
        let email = social.email.as_ref().map(ToString::to_string);
        Entity::update_many()
            .col_expr(Column::AccountId, Expr::val(social.account_id.clone()))
            .col_expr(Column::Username, Expr::val(social.username.clone()))
            .col_expr(Column::Email, Expr::val(email))
            .col_expr(Column::Connections, Expr::val(connections_json(&social.connections)))
            .col_expr(Column::LastUsedAt, Expr::val(repeat.finish.now.0))
            .filter(Column::Id.eq(repeat.identity.id.0))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}
