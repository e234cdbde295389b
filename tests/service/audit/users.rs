//! The part of the day that is about people.

use latchkey_proto::v1::{self, IdentityKind};

use super::{day::Day, line::Line};
use crate::harness::users::of_kind;

impl Day {
    pub(super) async fn users(&mut self) {
        let alice = self.app.alice_and_her_twin().await;
        // What is told of people goes with them; the audit stays.
        let accounts = alice.identities.iter().map(|identity| identity.subject.clone());
        let told = accounts.chain([alice.email.clone(), alice.display_name.clone()]);
        self.secrets.extend(told.filter(|told| !told.is_empty()));
        let name = alice.name.clone();
        let about = || Line::about(&name);
        let (active, suspended) = ("\"ACTIVE\"", "\"SUSPENDED\"");

        let request = v1::SuspendUserRequest {
            name: name.clone(),
            reason: "a chargeback".to_owned(),
            ..Default::default()
        };
        let line = |_: &v1::SuspendUserResponse| {
            about().replaces("state", active, suspended).sets("reason", "\"a chargeback\"")
        };
        self.call("UserDirectory/SuspendUser", &request, line).await;
        let request = v1::UnsuspendUserRequest { name: name.clone(), ..Default::default() };
        let line = |_: &v1::UnsuspendUserResponse| about().replaces("state", suspended, active);
        self.call("UserDirectory/UnsuspendUser", &request, line).await;
        let address = of_kind(&alice, IdentityKind::Email).name.clone();
        let request = v1::UnlinkIdentityRequest { name: address.clone(), ..Default::default() };
        let line = |_: &v1::UnlinkIdentityResponse| {
            Line::about(&address).replaces("email_verified", "true", "false")
        };
        self.call("UserDirectory/UnlinkIdentity", &request, line).await;
        let request = v1::DeleteUserRequest { name: name.clone(), ..Default::default() };
        let line = |_: &v1::DeleteUserResponse| about();
        self.call("UserDirectory/DeleteUser", &request, line).await;
    }
}
