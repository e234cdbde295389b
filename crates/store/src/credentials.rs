//! Credentials, with their secrets sealed.

mod reading;

use std::time::Duration;

use latchkey_domain::{
    connection::{Credential, CredentialRole},
    host::Host,
    id::CredentialId,
    name::ConnectionName,
    page::{Listed, Page},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, Select,
    prelude::Uuid, sea_query::Expr,
};

use crate::{
    Cursor, Error, Result, Store, Tx,
    entity::credential::{ActiveModel, Column, Entity, Model},
    listing::list,
    tx::set,
};

pub(crate) use reading::{PLACE, for_hosts, whole, within};

/// A last use or refusal is kept to within this: a write for every sign-in would be a second row to
/// contend for.
const LAST_USE_PRECISION: Duration = Duration::from_mins(1);

/// A credential with its secret, sealed for the place `credentials/{id}`.
#[derive(Debug, Clone)]
pub struct SealedCredential {
    /// The credential.
    pub credential: Credential,
    /// Its secret.
    pub sealed_secret: Vec<u8>,
}

pub(crate) const fn role_name(role: CredentialRole) -> &'static str {
    match role {
        CredentialRole::Active => "ACTIVE",
        CredentialRole::Standby => "STANDBY",
    }
}

fn read(row: Model) -> Result<SealedCredential> {
    let corrupt = |what| Error::corrupt("credentials", what);
    let role = match row.role.as_str() {
        "ACTIVE" => CredentialRole::Active,
        "STANDBY" => CredentialRole::Standby,
        _ => return Err(corrupt("role")),
    };
    let host = row.host.as_deref().map(Host::parse).transpose().map_err(|_| corrupt("host"))?;
    let credential = Credential {
        id: CredentialId(row.id),
        client_id: row.client_id,
        host,
        role,
        fingerprint: row.fingerprint,
        created_at: Timestamp(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp),
        refused_at: row.refused_at.map(Timestamp),
        deleted_at: row.deleted_at.map(Timestamp),
    };
    Ok(SealedCredential { credential, sealed_secret: row.sealed_secret })
}

fn of(connection: &ConnectionName) -> Select<Entity> {
    Entity::find()
        .filter(Column::Environment.eq(connection.environment.as_str()))
        .filter(Column::Connection.eq(connection.connection.as_str()))
}

/// Whether nothing was noted there for a while.
fn due(column: Column, now: Timestamp) -> Condition {
    let long_ago = Expr::col(column).lt(now.minus(LAST_USE_PRECISION).0);
    Condition::any().add(column.is_null()).add(long_ago)
}

impl Store {
    /// Removes the deleted credentials with which no sign-in can finish any more, and says how many.
    pub async fn forget_credentials(&self, now: Timestamp) -> Result<u64> {
        let over = now.minus(Credential::GRACE);
        self.forget::<Entity>(&[Column::Id], (Column::DeletedAt, over)).await
    }

    /// The credentials of a connection, oldest first.
    pub async fn list_credentials(
        &self,
        connection: &ConnectionName,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<Credential, Cursor<Uuid>>> {
        let select = of(connection).filter(Column::DeletedAt.is_null());
        list(&self.reader, select, (Column::CreatedAt, Column::Id), page, |row| {
            let cursor = Cursor { created_at: row.created_at, id: row.id };
            Ok((cursor, read(row)?.credential))
        })
        .await
    }

    /// Notes that the provider accepted a credential: at once if it was refused before.
    pub async fn touch_credential(&self, id: CredentialId, now: Timestamp) -> Result<()> {
        let never = Column::LastUsedAt.is_null().and(Column::RefusedAt.is_not_null());
        let before = Expr::col(Column::LastUsedAt).lt(Expr::col(Column::RefusedAt));
        let refused = Condition::any().add(never).add(before);
        self.note(id, Column::LastUsedAt, refused, now).await
    }

    /// Notes that the provider refused a credential: at once if it was accepted before.
    pub async fn note_refusal(&self, id: CredentialId, now: Timestamp) -> Result<()> {
        let before = Expr::col(Column::RefusedAt).lte(Expr::col(Column::LastUsedAt));
        let not_refused = Condition::any().add(Column::RefusedAt.is_null()).add(before);
        self.note(id, Column::RefusedAt, not_refused, now).await
    }

    /// Notes what is news, and otherwise what was not noted for a while. Every replica reads news, so
    /// that its next sign-in notes if it finds the contrary.
    async fn note(
        &self,
        id: CredentialId,
        column: Column,
        news: Condition,
        now: Timestamp,
    ) -> Result<()> {
        let tx = self.begin().await?;
        if tx.note_if(id, column, news, now).await? {
            tx.config_changed();
        } else if !tx.note_if(id, column, due(column, now), now).await? {
            return Ok(());
        }
        tx.commit().await
    }
}

impl Tx {
    /// Adds a credential; `Conflict` if its host has an active one already and it is active too, or
    /// its connection is not there.
    pub async fn add_credential(
        &self,
        connection: &ConnectionName,
        sealed: &SealedCredential,
    ) -> Result<()> {
        self.config_changed();
        let credential = &sealed.credential;
        let row = ActiveModel {
            id: set(credential.id.0),
            environment: set(connection.environment.as_str()),
            connection: set(connection.connection.as_str()),
            client_id: set(credential.client_id.as_str()),
            sealed_secret: set(sealed.sealed_secret.clone()),
            fingerprint: set(credential.fingerprint.as_str()),
            host: set(credential.host.as_ref().map(ToString::to_string)),
            role: set(role_name(credential.role)),
            created_at: set(credential.created_at.0),
            last_used_at: set(None),
            refused_at: set(None),
            deleted_at: set(None),
        };
        row.insert(&self.tx).await?;
        Ok(())
    }

    async fn note_if(
        &self,
        id: CredentialId,
        column: Column,
        condition: Condition,
        now: Timestamp,
    ) -> Result<bool> {
        let noted = Entity::update_many()
            .col_expr(column, Expr::val(now.0))
            .filter(Column::Id.eq(id.0))
            .filter(condition)
            .exec(&self.tx)
            .await?;
        Ok(noted.rows_affected > 0)
    }

    /// Marks a credential as deleted: sign-ins that began with it may finish, until the sweep removes
    /// it with its secret.
    pub async fn remove_credential(&self, id: CredentialId, now: Timestamp) -> Result<()> {
        self.config_changed();
        Entity::update_many()
            .col_expr(Column::DeletedAt, Expr::val(now.0))
            .filter(Column::Id.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Gives a credential another role.
    pub async fn set_credential_role(&self, id: CredentialId, role: CredentialRole) -> Result<()> {
        self.config_changed();
        Entity::update_many()
            .col_expr(Column::Role, Expr::val(role_name(role)))
            .filter(Column::Id.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}
