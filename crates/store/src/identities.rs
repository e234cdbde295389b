//! The ways that people are known.

use latchkey_domain::{
    email::EmailAddress,
    id::{ConnectionId, EnvironmentId, IdentityId, UserId},
    page::{Listed, Page},
    profile::{Issuer, Subject},
    time::Timestamp,
    user::{Identity, IdentityKind, SocialIdentity, User},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef, prelude::Uuid,
};

use crate::{
    Cursor, Error, Known, Result, Store, Tx,
    entity::{
        identity::{ActiveModel, Column, Entity, Model},
        user,
    },
    listing::list,
    tx::set,
    users,
};

pub(crate) fn read(row: Model) -> Result<Identity> {
    let corrupt = |what| Error::corrupt("identities", what);
    let email = |text: &str| EmailAddress::parse(text).map_err(|_| corrupt("email"));
    let kind = match (row.issuer, row.subject, row.proven_email) {
        (Some(issuer), Some(subject), None) => IdentityKind::Social(SocialIdentity {
            issuer: Issuer(issuer),
            subject: Subject::parse(&subject).map_err(|_| corrupt("subject"))?,
            account_id: row.account_id,
            username: row.username,
            email: row.email.as_deref().map(email).transpose()?,
            connections: serde_json::from_str(&row.connections)
                .map_err(|_| corrupt("connections"))?,
        }),
        (None, None, Some(proven)) => IdentityKind::Email(email(&proven)?),
        _ => return Err(corrupt("kind")),
    };
    Ok(Identity {
        id: IdentityId(row.id),
        user: UserId(row.user_id),
        kind,
        created_at: Timestamp(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp),
    })
}

pub(crate) fn connections_json(connections: &[ConnectionId]) -> String {
    serde_json::to_string(connections).expect("a list of texts is JSON")
}

fn write(environment: &EnvironmentId, identity: &Identity) -> ActiveModel {
    let social = match &identity.kind {
        IdentityKind::Social(social) => Some(social),
        IdentityKind::Email(_) => None,
    };
    let proven = match &identity.kind {
        IdentityKind::Social(_) => None,
        IdentityKind::Email(address) => Some(address.to_string()),
    };
    ActiveModel {
        id: set(identity.id.0),
        environment: set(environment.as_str()),
        user_id: set(identity.user.0),
        issuer: set(social.map(|social| social.issuer.0.clone())),
        subject: set(social.map(|social| social.subject.to_string())),
        account_id: set(social.and_then(|social| social.account_id.clone())),
        username: set(social.and_then(|social| social.username.clone())),
        email: set(social.and_then(|social| Some(social.email.as_ref()?.to_string()))),
        connections: set(connections_json(social.map_or(&[], |social| &social.connections))),
        proven_email: set(proven),
        created_at: set(identity.created_at.0),
        last_used_at: set(identity.last_used_at.map(|at| at.0)),
    }
}

/// From an identity to the user who is known by it.
fn its_user() -> RelationDef {
    Entity::belongs_to(user::Entity).from(Column::UserId).to(user::Column::Id).into()
}

async fn known(
    db: &impl ConnectionTrait,
    environment: &EnvironmentId,
    issuer: &Issuer,
    subject: &Subject,
) -> Result<Option<Known>> {
    let found = Entity::find()
        .join(JoinType::InnerJoin, its_user())
        .select_also(user::Entity)
        .filter(Column::Environment.eq(environment.as_str()))
        .filter(Column::Issuer.eq(issuer.0.as_str()))
        .filter(Column::Subject.eq(subject.as_str()))
        .one(db)
        .await?;
    let Some((identity, user)) = found else { return Ok(None) };
    let user = user.ok_or(Error::corrupt("identities", "its user is gone"))?;
    Ok(Some(Known { user: users::read(user)?, identity: read(identity)? }))
}

impl Store {
    /// Who is known by an account: the one read of a repeat sign-in.
    pub async fn known(
        &self,
        environment: &EnvironmentId,
        issuer: &Issuer,
        subject: &Subject,
    ) -> Result<Option<Known>> {
        known(&self.reader, environment, issuer, subject).await
    }

    /// The ways that a user is known, oldest first.
    pub async fn list_identities(
        &self,
        user: UserId,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<Identity, Cursor<Uuid>>> {
        let select = Entity::find().filter(Column::UserId.eq(user.0));
        list(&self.reader, select, (Column::CreatedAt, Column::Id), page, |row| {
            Ok((Cursor { created_at: row.created_at, id: row.id }, read(row)?))
        })
        .await
    }

    /// All ways that a user is known, oldest first.
    pub async fn identities(&self, user: UserId) -> Result<Vec<Identity>> {
        identities(&self.reader, user).await
    }

    /// Who holds a proven address.
    pub async fn holder_of(
        &self,
        environment: &EnvironmentId,
        email: &EmailAddress,
    ) -> Result<Option<User>> {
        holder(&self.reader, environment, email).await
    }
}

async fn identities(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Identity>> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user.0))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

async fn holder(
    db: &impl ConnectionTrait,
    environment: &EnvironmentId,
    email: &EmailAddress,
) -> Result<Option<User>> {
    let found = Entity::find()
        .join(JoinType::InnerJoin, its_user())
        .select_also(user::Entity)
        .filter(Column::Environment.eq(environment.as_str()))
        .filter(Column::ProvenEmail.eq(email.as_str()))
        .one(db)
        .await?;
    found.and_then(|(_, user)| user).map(users::read).transpose()
}

impl Tx {
    /// Who is known by an account, as this transaction sees it.
    pub async fn known(
        &self,
        environment: &EnvironmentId,
        issuer: &Issuer,
        subject: &Subject,
    ) -> Result<Option<Known>> {
        known(&self.tx, environment, issuer, subject).await
    }

    /// Who holds a proven address, as this transaction sees it.
    pub async fn holder_of(
        &self,
        environment: &EnvironmentId,
        email: &EmailAddress,
    ) -> Result<Option<User>> {
        holder(&self.tx, environment, email).await
    }

    /// All ways that a user is known, as this transaction sees them, oldest first.
    pub async fn identities(&self, user: UserId) -> Result<Vec<Identity>> {
        identities(&self.tx, user).await
    }

    /// Removes an identity: its account, or its address, is nobody's then.
    pub async fn remove_identity(&self, identity: IdentityId) -> Result<()> {
        Entity::delete_by_id(identity.0).exec(&self.tx).await?;
        Ok(())
    }

    pub(crate) async fn remove_identities(&self, user: UserId) -> Result<()> {
        Entity::delete_many().filter(Column::UserId.eq(user.0)).exec(&self.tx).await?;
        Ok(())
    }

    /// Adds an identity; `Conflict` if its account or its proven address is taken, or its user is
    /// not there.
    pub async fn add_identity(
        &self,
        environment: &EnvironmentId,
        identity: &Identity,
    ) -> Result<()> {
        write(environment, identity).insert(&self.tx).await?;
        Ok(())
    }
}
