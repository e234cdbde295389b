//! Sign-ins as they are looked up afterwards.

use latchkey_domain::{
    id::{EnvironmentId, UserId},
    page::{Listed, Page},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, prelude::Uuid};

use crate::{
    Cursor, Result, SignIn, Store,
    entity::sign_in::{Column, Entity},
    listing::list_newest_first,
    sign_ins::read,
};

impl Store {
    /// The sign-ins of an environment, or those of one user of it, newest first.
    pub async fn list_sign_ins(
        &self,
        environment: &EnvironmentId,
        user: Option<UserId>,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<SignIn, Cursor<Uuid>>> {
        let mut select = Entity::find().filter(Column::Environment.eq(environment.as_str()));
        if let Some(user) = user {
            select = select.filter(Column::UserId.eq(user.0));
        }
        list_newest_first(&self.reader, select, (Column::ClaimedAt, Column::Id), page, |row| {
            Ok((Cursor { created_at: row.claimed_at, id: row.id }, read(row)?))
        })
        .await
    }
}
