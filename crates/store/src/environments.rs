//! Environments.

use latchkey_domain::{
    environment::{Environment, EnvironmentKind},
    host::Host,
    id::EnvironmentId,
    page::{Listed, Page},
    text::DisplayName,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select,
    SelectExt,
    sea_query::{Expr, LockType},
};

use crate::{
    Cursor, Error, Result, Store, TimeCursor, Tx,
    entity::{application, connection, environment, organization, user},
    listing::list,
    policies,
    tx::set,
};

pub(crate) fn kind_name(kind: EnvironmentKind) -> &'static str {
    match kind {
        EnvironmentKind::Production => "PRODUCTION",
        EnvironmentKind::NonProduction => "NON_PRODUCTION",
    }
}

pub(crate) fn read(row: environment::Model) -> Result<Environment> {
    let corrupt = |what| Error::corrupt("environments", what);
    let kind = match row.kind.as_str() {
        "PRODUCTION" => EnvironmentKind::Production,
        "NON_PRODUCTION" => EnvironmentKind::NonProduction,
        _ => return Err(corrupt("kind")),
    };
    let policies = policies::of_environment(&row)?;
    Ok(Environment {
        id: row.id.parse().map_err(|_| corrupt("id"))?,
        display_name: DisplayName::parse(&row.display_name).map_err(|_| corrupt("display_name"))?,
        kind,
        default_domain: Host::parse(&row.default_domain).map_err(|_| corrupt("default_domain"))?,
        policies,
        version: row.version,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

fn write(environment: &Environment) -> environment::ActiveModel {
    environment::ActiveModel {
        id: set(environment.id.as_str()),
        display_name: set(environment.display_name.as_str()),
        kind: set(kind_name(environment.kind)),
        default_domain: set(environment.default_domain.as_str()),
        sign_up_policy: set(policies::write_sign_up(&environment.policies.sign_up)),
        email_required: set(environment.policies.email_required),
        email_code_minutes: set(i64::from(environment.policies.email_code_lifetime.minutes())),
        version: set(environment.version),
        created_at: set(environment.created_at.0),
        updated_at: set(environment.updated_at.0),
        ..Default::default()
    }
}

fn there() -> Select<environment::Entity> {
    environment::Entity::find().filter(environment::Column::DeletedAt.is_null())
}

fn by_id(id: &EnvironmentId) -> Select<environment::Entity> {
    there().filter(environment::Column::Id.eq(id.as_str()))
}

async fn find(db: &impl ConnectionTrait, id: &EnvironmentId) -> Result<Option<Environment>> {
    by_id(id).one(db).await?.map(read).transpose()
}

impl Store {
    /// An environment by its id.
    pub async fn environment(&self, id: &EnvironmentId) -> Result<Option<Environment>> {
        find(&self.reader, id).await
    }

    /// Whether there ever was an environment of this id.
    pub async fn was_there_ever(&self, id: &EnvironmentId) -> Result<bool> {
        Ok(environment::Entity::find_by_id(id.as_str()).exists(&self.reader).await?)
    }

    /// Environments, oldest first.
    pub async fn list_environments(
        &self,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Environment, TimeCursor>> {
        use environment::Column::{CreatedAt, Id};
        list(&self.reader, there(), (CreatedAt, Id), page, |row| {
            Ok((Cursor { created_at: row.created_at, id: row.id.clone() }, read(row)?))
        })
        .await
    }
}

impl Tx {
    /// An environment by its id, as this transaction sees it.
    pub async fn environment(&self, id: &EnvironmentId) -> Result<Option<Environment>> {
        find(&self.tx, id).await
    }

    /// An environment that is there until this transaction ends, so that something can be added to it.
    pub async fn hold_environment(&self, id: &EnvironmentId) -> Result<Option<Environment>> {
        by_id(id).lock(LockType::KeyShare).one(&self.tx).await?.map(read).transpose()
    }

    /// An environment that nobody changes, or adds anything to, until this transaction ends: what is
    /// decided about it still holds when it is deleted.
    pub async fn lock_environment(&self, id: &EnvironmentId) -> Result<Option<Environment>> {
        by_id(id).lock_exclusive().one(&self.tx).await?.map(read).transpose()
    }

    /// Whether an id is taken, be it by a deleted environment.
    pub async fn environment_id_is_taken(&self, id: &EnvironmentId) -> Result<bool> {
        Ok(environment::Entity::find_by_id(id.as_str()).exists(&self.tx).await?)
    }

    /// Adds an environment; `Conflict` if its id is taken, be it by a deleted one.
    pub async fn add_environment(&self, environment: &Environment) -> Result<()> {
        write(environment).insert(&self.tx).await?;
        self.config_changed();
        Ok(())
    }

    /// Writes an environment over its version before this one; `false` if somebody was faster.
    pub async fn update_environment(&self, environment: &Environment) -> Result<bool> {
        self.config_changed();
        let updated = environment::Entity::update_many()
            .set(write(environment))
            .filter(environment::Column::Id.eq(environment.id.as_str()))
            .filter(environment::Column::Version.eq(environment.version - 1))
            .filter(environment::Column::DeletedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Whether anything is in an environment that would be lost with it. It stays true for as long
    /// as [`Self::lock_environment`] holds.
    pub async fn environment_holds_anything(&self, id: &EnvironmentId) -> Result<bool> {
        let id = id.as_str();
        let applications =
            application::Entity::find().filter(application::Column::Environment.eq(id));
        let connections = connection::Entity::find()
            .filter(connection::Column::Environment.eq(id))
            .filter(connection::Column::DeletedAt.is_null());
        let organizations =
            organization::Entity::find().filter(organization::Column::Environment.eq(id));
        let users = user::Entity::find().filter(user::Column::Environment.eq(id));
        Ok(applications.exists(&self.tx).await?
            || connections.exists(&self.tx).await?
            || organizations.exists(&self.tx).await?
            || users.exists(&self.tx).await?)
    }

    /// Marks an environment as deleted: its id is not given again, as whoever had it would read the
    /// events of this one. Its keys and what was deleted in it are removed, and no sealed secret
    /// stays behind.
    pub async fn remove_environment(&self, id: &EnvironmentId, now: Timestamp) -> Result<()> {
        self.config_changed();
        self.remove_api_keys_of(id, None).await?;
        self.forget_test_logins_of(id, None).await?;
        self.forget_waiting_of(id).await?;
        self.forget_allowances_of(id).await?;
        self.forget_mail_of(id).await?;
        self.forget_link_tickets_of(id, None).await?;
        self.remove_signing_keys_of(id).await?;
        self.remove_connections_of(id).await?;
        self.forget_requests_of(id).await?;
        environment::Entity::update_many()
            .col_expr(environment::Column::DeletedAt, Expr::val(now.0))
            .filter(environment::Column::Id.eq(id.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}
