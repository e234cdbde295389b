//! Looking people up.

use latchkey_domain::{
    caller::Caller,
    email::EmailAddress,
    id::{EnvironmentId, UserId},
    name::UserName,
    page::{Listed, Page},
    user::{Identity, User},
};
use latchkey_store::{Cursor, SignIn};
use uuid::Uuid;

use crate::{Error, Latchkey, Result};

/// A user, with the ways that they are known.
#[derive(Debug, Clone)]
pub struct UserView {
    /// The user.
    pub user: User,
    /// How they are known.
    pub identities: Vec<Identity>,
}

impl Latchkey {
    /// Gets a user.
    pub async fn user(&self, caller: &Caller, name: &UserName) -> Result<UserView> {
        Self::see(caller, &name.environment)?;
        let user = self.store.user(name).await?.ok_or(Error::NotFound)?;
        let identities = self.store.identities(user.id).await?;
        Ok(UserView { user, identities })
    }

    /// Lists the users of an environment.
    pub async fn list_users(
        &self,
        caller: &Caller,
        environment: &EnvironmentId,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<User, Cursor<Uuid>>> {
        Self::see(caller, environment)?;
        self.environment_of(environment).await?;
        Ok(self.store.list_users(environment, page).await?)
    }

    /// Finds the user who holds a proven address.
    pub async fn user_by_email(
        &self,
        caller: &Caller,
        environment: &EnvironmentId,
        email: &EmailAddress,
    ) -> Result<Option<User>> {
        Self::see(caller, environment)?;
        self.environment_of(environment).await?;
        Ok(self.store.holder_of(environment, email).await?)
    }

    /// Lists the ways that a user is known.
    pub async fn list_identities(
        &self,
        caller: &Caller,
        name: &UserName,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<Identity, Cursor<Uuid>>> {
        Self::see(caller, &name.environment)?;
        let user = self.store.user(name).await?.ok_or(Error::NotFound)?;
        Ok(self.store.list_identities(user.id, page).await?)
    }

    /// Lists the sign-ins of an environment, or of one user of it, whether or not they are still
    /// there.
    pub async fn list_sign_ins(
        &self,
        caller: &Caller,
        environment: &EnvironmentId,
        user: Option<UserId>,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<SignIn, Cursor<Uuid>>> {
        Self::see(caller, environment)?;
        self.environment_of(environment).await?;
        Ok(self.store.list_sign_ins(environment, user, page).await?)
    }
}
