//! What administrators do with people, and look up of their sign-ins.

use bitbucket_stand_in::{Account, Email};
use latchkey_proto::v1::{
    DeleteUserRequest, Identity, IdentityKind, ListSignInsRequest, SignIn, SuspendUserRequest,
    UnlinkIdentityRequest, UnsuspendUserRequest, User,
};
use tonic::Status;

use super::{TestApp, admin::DEV};

/// A second account that has Alice's address, and nothing else of hers.
pub(crate) fn twin() -> Account {
    Account::new("twin", "77777777-7777-4777-8777-777777777777", "Twin")
        .with_email(Email::primary("alice@mail.example"))
}

/// The first identity of a kind.
pub(crate) fn of_kind(user: &User, kind: IdentityKind) -> &Identity {
    user.identities.iter().find(|identity| identity.kind() == kind).unwrap()
}

impl TestApp {
    /// Suspends somebody.
    pub(crate) async fn suspend(&self, user: &str) -> User {
        let request = SuspendUserRequest { name: user.to_owned(), ..Default::default() };
        self.users().suspend_user(request).await.unwrap().into_inner().user.unwrap()
    }

    /// Lets somebody in again.
    pub(crate) async fn unsuspend(&self, user: &str) -> User {
        let request = UnsuspendUserRequest { name: user.to_owned(), ..Default::default() };
        self.users().unsuspend_user(request).await.unwrap().into_inner().user.unwrap()
    }

    /// Deletes somebody.
    pub(crate) async fn delete_user(&self, user: &str) -> Result<(), Status> {
        let request = DeleteUserRequest { name: user.to_owned(), ..Default::default() };
        self.users().delete_user(request).await.map(|_| ())
    }

    /// Takes a way in from its user.
    pub(crate) async fn unlink(&self, identity: &str) -> Result<User, Status> {
        let request = UnlinkIdentityRequest { name: identity.to_owned(), ..Default::default() };
        Ok(self.users().unlink_identity(request).await?.into_inner().user.unwrap())
    }

    /// The sign-ins of somebody, or all, newest first.
    pub(crate) async fn sign_ins(&self, user: Option<&str>) -> Vec<SignIn> {
        let request = ListSignInsRequest {
            parent: DEV.to_owned(),
            filter: user.map(|user| format!("user = \"{user}\"")).unwrap_or_default(),
            page_size: 100,
            ..ListSignInsRequest::default()
        };
        self.users().list_sign_ins(request).await.unwrap().into_inner().sign_ins
    }

    /// Alice, whose address is proven, with the account of her twin linked to her.
    pub(crate) async fn alice_and_her_twin(&self) -> User {
        self.trust_the_provider().await;
        self.bitbucket.add_account(twin());
        let alice = self.sign_in("alice").await.user.unwrap().name;
        assert_eq!(self.sign_in("twin").await.user.unwrap().name, alice);
        self.user(&alice).await
    }

    /// The numbers of what was told of somebody, which have no gap, and the names.
    pub(crate) async fn told_of(&self, user: &str) -> Vec<String> {
        let events = self.events_about(user).await;
        let numbers: Vec<_> = events.iter().map(|event| event.sequence).collect();
        let expected: Vec<_> = (1..).take(events.len()).collect();
        assert_eq!(numbers, expected, "{user}");
        let short =
            |name: &str| name.trim_start_matches("latchkey.").trim_end_matches(".v1").to_owned();
        events.iter().map(|event| short(&event.r#type)).collect()
    }
}
