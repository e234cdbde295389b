//! People.

use latchkey_domain::{
    email::EmailAddress,
    id::{EnvironmentId, UserId},
    name::UserName,
    page::{Listed, Page},
    time::Timestamp,
    user::User,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, prelude::Uuid,
};

use crate::{
    Cursor, Error, Result, Store, Tx,
    entity::user::{ActiveModel, Column, Entity, Model},
    listing::list,
    tx::set,
};

pub(crate) fn read(row: Model) -> Result<User> {
    let corrupt = |what| Error::corrupt("users", what);
    let email = row.email.as_deref().map(EmailAddress::parse).transpose();
    Ok(User {
        environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
        id: UserId(row.id),
        display_name: row.display_name,
        email: email.map_err(|_| corrupt("email"))?,
        email_verified: row.email_verified,
        picture_url: row.picture_url,
        suspended_at: row.suspended_at.map(Timestamp),
        version: row.version,
        sequence: row.sequence,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        last_signed_in_at: Timestamp(row.last_signed_in_at),
    })
}

fn write(user: &User) -> ActiveModel {
    ActiveModel {
        id: set(user.id.0),
        environment: set(user.environment.as_str()),
        display_name: set(user.display_name.clone()),
        email: set(user.email.as_ref().map(ToString::to_string)),
        email_verified: set(user.email_verified),
        picture_url: set(user.picture_url.clone()),
        suspended_at: set(user.suspended_at.map(|at| at.0)),
        version: set(user.version),
        sequence: set(user.sequence),
        created_at: set(user.created_at.0),
        updated_at: set(user.updated_at.0),
        last_signed_in_at: set(user.last_signed_in_at.0),
    }
}

impl Store {
    /// A user by their name.
    pub async fn user(&self, name: &UserName) -> Result<Option<User>> {
        let select = Entity::find_by_id(name.user.0)
            .filter(Column::Environment.eq(name.environment.as_str()));
        select.one(&self.reader).await?.map(read).transpose()
    }

    /// The users of an environment, oldest first.
    pub async fn list_users(
        &self,
        environment: &EnvironmentId,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<User, Cursor<Uuid>>> {
        let select = Entity::find().filter(Column::Environment.eq(environment.as_str()));
        list(&self.reader, select, (Column::CreatedAt, Column::Id), page, |row| {
            Ok((Cursor { created_at: row.created_at, id: row.id }, read(row)?))
        })
        .await
    }
}

impl Tx {
    /// Adds a user.
    pub async fn add_user(&self, user: &User) -> Result<()> {
        write(user).insert(&self.tx).await?;
        Ok(())
    }

    /// A user by their id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        Entity::find_by_id(id.0).one(&self.tx).await?.map(read).transpose()
    }

    /// A user whom nobody changes until this transaction ends.
    pub async fn lock_user(&self, name: &UserName) -> Result<Option<User>> {
        let select = Entity::find_by_id(name.user.0)
            .filter(Column::Environment.eq(name.environment.as_str()))
            .lock_exclusive();
        select.one(&self.tx).await?.map(read).transpose()
    }

    /// Removes a user that [`Self::lock_user`] holds, and the ways that they are known.
    pub async fn remove_user(&self, user: UserId) -> Result<()> {
        self.remove_identities(user).await?;
        Entity::delete_by_id(user.0).exec(&self.tx).await?;
        Ok(())
    }

    /// Writes a user over the version before this one; `false` if somebody was faster.
    pub async fn update_user(&self, user: &User) -> Result<bool> {
        let updated = Entity::update_many()
            .set(write(user))
            .filter(Column::Id.eq(user.id.0))
            .filter(Column::Version.eq(user.version - 1))
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }
}
