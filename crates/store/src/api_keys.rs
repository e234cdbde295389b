//! API keys, by the hash of what proves them.

use std::time::Duration;

use latchkey_domain::{
    access::{ApiKey, ApiKeyKind, Principal},
    id::{ApiKeyId, ApplicationId, EnvironmentId},
    page::{Listed, Page},
    text::DisplayName,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, prelude::Uuid,
    sea_query::Expr,
};

use crate::{
    Cursor, Error, Result, Store, Tx,
    entity::api_key::{ActiveModel, Column, Entity, Model},
    listing::list,
    tx::set,
};

/// A last use is kept to within this: a write for every call would be dearer than the call.
const LAST_USE_PRECISION: Duration = Duration::from_mins(1);

/// A key to be added.
#[derive(Debug)]
pub struct NewApiKey {
    /// The key.
    pub key: ApiKey,
    /// SHA-256 of what proves it.
    pub secret_hash: [u8; 32],
}

pub(crate) const fn kind_name(kind: ApiKeyKind) -> &'static str {
    match kind {
        ApiKeyKind::Operator => "OPERATOR",
        ApiKeyKind::Environment => "ENVIRONMENT",
        ApiKeyKind::Gateway => "GATEWAY",
        ApiKeyKind::Application => "APPLICATION",
        ApiKeyKind::Consumer => "CONSUMER",
    }
}

pub(crate) fn kind_named(name: &str) -> Option<ApiKeyKind> {
    use ApiKeyKind::{Application, Consumer, Environment, Gateway, Operator};
    let kinds = [Operator, Environment, Gateway, Application, Consumer];
    kinds.into_iter().find(|kind| kind_name(*kind) == name)
}

fn principal(row: &Model) -> Option<Principal> {
    let environment = || row.environment.parse().ok();
    Some(match kind_named(&row.kind)? {
        ApiKeyKind::Operator => Principal::Operator,
        ApiKeyKind::Environment => Principal::Environment(environment()?),
        ApiKeyKind::Gateway => Principal::Gateway(environment()?),
        ApiKeyKind::Consumer => Principal::Consumer(environment()?),
        ApiKeyKind::Application => {
            Principal::Application(environment()?, row.application.as_deref()?.parse().ok()?)
        }
    })
}

pub(crate) fn read(row: Model) -> Result<ApiKey> {
    let corrupt = |what| Error::corrupt("api_keys", what);
    Ok(ApiKey {
        principal: principal(&row).ok_or(corrupt("kind"))?,
        id: ApiKeyId(row.id),
        display_name: DisplayName::parse(&row.display_name).map_err(|_| corrupt("display_name"))?,
        hint: row.hint,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        last_used_at: row.last_used_at.map(Timestamp),
    })
}

impl Store {
    /// The key that is proven by what has this hash.
    pub async fn api_key_by_secret(&self, secret_hash: &[u8; 32]) -> Result<Option<ApiKey>> {
        let row = Entity::find()
            .filter(Column::SecretHash.eq(secret_hash.to_vec()))
            .one(&self.reader)
            .await?;
        row.map(read).transpose()
    }

    /// The keys of an environment, or the operator keys; oldest first.
    pub async fn list_api_keys(
        &self,
        environment: Option<&EnvironmentId>,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<ApiKey, Cursor<Uuid>>> {
        let scope = environment.map_or("", EnvironmentId::as_str);
        let select = Entity::find().filter(Column::Environment.eq(scope));
        list(&self.reader, select, (Column::CreatedAt, Column::Id), page, |row| {
            Ok((Cursor { created_at: row.created_at, id: row.id }, read(row)?))
        })
        .await
    }

    /// Notes that a key was used.
    pub async fn touch_api_key(&self, id: ApiKeyId, now: Timestamp) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::val(now.0))
            .filter(Column::Id.eq(id.0))
            .filter(
                Condition::any()
                    .add(Column::LastUsedAt.is_null())
                    .add(Expr::col(Column::LastUsedAt).lt(now.minus(LAST_USE_PRECISION).0)),
            )
            .exec(&self.writer)
            .await?;
        Ok(())
    }
}

impl Tx {
    /// A key by its id.
    pub async fn api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>> {
        Entity::find_by_id(id.0).one(&self.tx).await?.map(read).transpose()
    }

    /// Adds a key; `Conflict` if its secret is taken, or its application is not there.
    pub async fn add_api_key(&self, new: &NewApiKey) -> Result<()> {
        self.config_changed();
        let NewApiKey { key, secret_hash } = new;
        let application = match &key.principal {
            Principal::Application(_, application) => Some(application.to_string()),
            _ => None,
        };
        let row = ActiveModel {
            id: set(key.id.0),
            kind: set(kind_name(key.principal.kind())),
            environment: set(key.principal.environment().map_or("", EnvironmentId::as_str)),
            application: set(application),
            display_name: set(key.display_name.as_str()),
            hint: set(key.hint.as_str()),
            secret_hash: set(secret_hash.to_vec()),
            created_at: set(key.created_at.0),
            expires_at: set(key.expires_at.map(|at| at.0)),
            last_used_at: set(key.last_used_at.map(|at| at.0)),
        };
        row.insert(&self.tx).await?;
        Ok(())
    }

    /// Lets a key stop working at a time; `false` if it is gone, or stops before that.
    pub async fn expire_api_key(&self, id: ApiKeyId, at: Timestamp) -> Result<bool> {
        self.config_changed();
        let later =
            Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gte(at.0));
        let updated = Entity::update_many()
            .col_expr(Column::ExpiresAt, Expr::val(at.0))
            .filter(Column::Id.eq(id.0))
            .filter(later)
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Removes a key.
    pub async fn remove_api_key(&self, id: ApiKeyId) -> Result<()> {
        self.config_changed();
        Entity::delete_by_id(id.0).exec(&self.tx).await?;
        Ok(())
    }

    pub(crate) async fn remove_api_keys_of(
        &self,
        environment: &EnvironmentId,
        application: Option<&ApplicationId>,
    ) -> Result<u64> {
        let mut delete = Entity::delete_many().filter(Column::Environment.eq(environment.as_str()));
        if let Some(application) = application {
            delete = delete.filter(Column::Application.eq(application.as_str()));
        }
        Ok(delete.exec(&self.tx).await?.rows_affected)
    }
}
