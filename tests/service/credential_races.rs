//! Credentials that are added, promoted and deleted at the same moment: a host that has any has one
//! that is active.

use futures_util::future::join_all;
use latchkey_proto::{
    events::event_data::Data,
    v1::{Credential, CredentialRole},
};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{new_connection, new_credential},
        looking::data,
    },
};

/// A race that is lost now and then must not pass.
const ROUNDS: usize = 20;

/// A connection of the round's own, with this many credentials: the first one is active.
async fn with_credentials(app: &TestApp, round: usize, count: usize) -> (String, Vec<Credential>) {
    let connection = app.create(new_connection(&format!("round-{round}"))).await.unwrap().name;
    let mut made = Vec::new();
    for n in 0..count {
        let request = new_credential(&connection, &format!("s{n}"));
        made.push(app.try_add_credential(request).await.unwrap());
    }
    (connection, made)
}

async fn one_is_active(app: &TestApp, connection: &str) {
    let roles = app.roles(connection).await;
    let active = roles.iter().filter(|role| **role == CredentialRole::Active).count();
    assert_eq!(active, 1, "{connection}: {roles:?}");
}

/// Whether the connection's events have each number once, and this many tell of a deletion.
async fn deletions_told(app: &TestApp, connection: &str) -> usize {
    let events = app.connection_events(connection).await;
    let numbers: Vec<_> = events.iter().map(|(_, number)| *number).collect();
    let gapless: Vec<_> = (1..).take(events.len()).collect();
    assert_eq!(numbers, gapless);
    events.iter().filter(|(name, _)| name == "credential.deleted").count()
}

/// What was promoted, and in whose place, in order.
async fn promotions(app: &TestApp, connection: &str) -> Vec<(String, String)> {
    let events = app.all_events().await.into_iter().filter(|event| event.subject == connection);
    let promoted = |event| match data(event) {
        Data::CredentialPromoted(event) => Some((event.credential, event.replaced_credential)),
        _ => None,
    };
    events.filter_map(promoted).collect()
}

both! {
    async fn a_credential_added_while_the_active_one_is_deleted_follows_it(app) {
        for round in 0..ROUNDS {
            let (connection, made) = with_credentials(&app, round, 1).await;
            let (added, deleted) = tokio::join!(
                app.try_add_credential(new_credential(&connection, "next")),
                app.delete_credential(&made[0].name),
            );
            added.unwrap();
            deleted.unwrap();
            one_is_active(&app, &connection).await;
            assert_eq!(deletions_told(&app, &connection).await, 1);
        }
    }

    async fn of_credentials_that_are_deleted_together_none_is_the_heir(app) {
        for round in 0..ROUNDS {
            let (connection, made) = with_credentials(&app, round, 3).await;
            let (active, heir) = tokio::join!(
                app.delete_credential(&made[0].name),
                app.delete_credential(&made[1].name),
            );
            active.unwrap();
            heir.unwrap();
            one_is_active(&app, &connection).await;
            assert_eq!(deletions_told(&app, &connection).await, 2);
        }
    }

    async fn a_credential_is_deleted_once(app) {
        for round in 0..ROUNDS {
            let (connection, made) = with_credentials(&app, round, 2).await;
            let deleting = (0..4).map(|_| app.delete_credential(&made[0].name));
            let deleted = join_all(deleting).await;
            assert_eq!(deleted.iter().filter(|deleted| deleted.is_ok()).count(), 1, "{deleted:?}");
            one_is_active(&app, &connection).await;
            assert_eq!(deletions_told(&app, &connection).await, 1);
        }
    }

    async fn of_credentials_that_are_promoted_together_the_last_is_active(app) {
        for round in 0..ROUNDS {
            let (connection, made) = with_credentials(&app, round, 4).await;
            let promoting = made[1..].iter().map(|standby| app.promote(&standby.name));
            for promoted in join_all(promoting).await {
                assert_eq!(promoted.unwrap().role(), CredentialRole::Active);
            }
            one_is_active(&app, &connection).await;
            let told = promotions(&app, &connection).await;
            assert_eq!(told.len(), 3);
            // Each follows the one before, and the last is the one that is active.
            let mut active = made[0].name.clone();
            for (promoted, replaced) in told {
                assert_eq!(replaced, active);
                active = promoted;
            }
            assert_eq!(app.active(&connection).await, active);
        }
    }

    async fn a_credential_that_is_promoted_by_many_is_promoted_once(app) {
        for round in 0..ROUNDS {
            let (connection, made) = with_credentials(&app, round, 2).await;
            for promoted in join_all((0..4).map(|_| app.promote(&made[1].name))).await {
                assert_eq!(promoted.unwrap().name, made[1].name);
            }
            one_is_active(&app, &connection).await;
            assert_eq!(promotions(&app, &connection).await.len(), 1);
        }
    }

    async fn a_standby_that_is_deleted_while_it_is_promoted_leaves_an_active_one(app) {
        for round in 0..ROUNDS {
            let (connection, made) = with_credentials(&app, round, 2).await;
            let (promoted, deleted) =
                tokio::join!(app.promote(&made[1].name), app.delete_credential(&made[1].name));
            deleted.unwrap();
            let told = promotions(&app, &connection).await.len();
            // The one that stood by before follows the one that was promoted.
            assert_eq!(told, if promoted.is_ok() { 2 } else { 0 });
            one_is_active(&app, &connection).await;
            assert_eq!(app.active(&connection).await, made[0].name);
            assert_eq!(deletions_told(&app, &connection).await, 1);
        }
    }

    async fn a_standby_that_is_promoted_while_the_active_one_is_deleted_is_active(app) {
        for round in 0..ROUNDS {
            let (connection, made) = with_credentials(&app, round, 3).await;
            let (promoted, deleted) =
                tokio::join!(app.promote(&made[2].name), app.delete_credential(&made[0].name));
            promoted.unwrap();
            deleted.unwrap();
            one_is_active(&app, &connection).await;
            assert_eq!(app.active(&connection).await, made[2].name);
            assert_eq!(deletions_told(&app, &connection).await, 1);
        }
    }
}
