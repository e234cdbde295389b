//! The ways that people are known.

use std::sync::Arc;

use futures_util::future::join_all;
use latchkey_domain::{
    id::{EventId, UserId},
    user::{Identity, User},
};
use latchkey_store::{Error, Store};
use tokio::sync::Barrier;

use crate::made;

/// Adds a user with their identities, or tells why not.
async fn add(store: &Store, user: &User, identities: &[Identity]) -> Result<(), Error> {
    let tx = store.begin().await?;
    tx.add_user(user).await?;
    for identity in identities {
        tx.add_identity(&user.environment, identity).await?;
    }
    tx.commit().await
}

/// A first sign-in as a use case does it: find, else add, and again if somebody was faster.
async fn sign_in_first(store: &Store) -> UserId {
    for _ in 0..20 {
        let tx = match store.begin().await {
            Err(Error::Unavailable(_)) => continue,
            tx => tx.unwrap(),
        };
        let known = tx.known(&made::dev(), &made::issuer(), &made::subject("{1}")).await.unwrap();
        if let Some(known) = known {
            return known.user.id;
        }
        let user = made::user();
        let identity = made::social(&user, "{1}");
        tx.add_user(&user).await.unwrap();
        match tx.add_identity(&user.environment, &identity).await {
            Err(error) if error.is_conflict() => continue,
            added => added.unwrap(),
        }
        tx.emit(&made::signed_in(&user, &identity, 1)).await.unwrap();
        tx.commit().await.unwrap();
        return user.id;
    }
    panic!("a first sign-in never came to its end");
}

crate::both! {
    async fn identities_read_back_as_they_were_written(db) {
        let store = db.store().await;
        let user = made::user();
        let social = made::social(&user, "{1}");
        let mut proven = made::proven(&user, "ada@example.com");
        proven.created_at.0 += 1;
        add(&store, &user, &[social.clone(), proven.clone()]).await.unwrap();
        assert_eq!(store.identities(user.id).await.unwrap(), [social.clone(), proven]);
        let known = store.known(&made::dev(), &made::issuer(), &made::subject("{1}")).await.unwrap();
        let known = known.unwrap();
        assert_eq!((known.user, known.identity), (user, social));
    }

    async fn an_account_is_known_by_issuer_subject_and_environment(db) {
        let store = db.store().await;
        let user = made::user();
        add(&store, &user, &[made::social(&user, "{1}")]).await.unwrap();
        let (dev, other) = (made::dev(), made::environment_id("other"));
        let elsewhere = latchkey_domain::profile::Issuer("https://bitbucket.example".to_owned());
        for (environment, issuer, subject) in [
            (&other, &made::issuer(), "{1}"),
            (&dev, &elsewhere, "{1}"),
            (&dev, &made::issuer(), "{2}"),
        ] {
            let subject = made::subject(subject);
            assert!(store.known(environment, issuer, &subject).await.unwrap().is_none());
        }
    }

    async fn an_account_is_one_user_in_each_environment(db) {
        let store = db.store().await;
        let other = made::environment_id("other");
        let (here, there, again) = (made::user(), made::user_in(&other), made::user());
        add(&store, &here, &[made::social(&here, "{1}")]).await.unwrap();
        add(&store, &there, &[made::social(&there, "{1}")]).await.unwrap();
        let error = add(&store, &again, &[made::social(&again, "{1}")]).await.unwrap_err();
        assert!(error.is_conflict());
        assert_eq!(store.user(&again.name()).await.unwrap(), None, "nothing of it was written");
        let known = store.known(&other, &made::issuer(), &made::subject("{1}")).await.unwrap();
        assert_eq!(known.unwrap().user.id, there.id);
    }

    async fn a_proven_address_is_held_by_one_user_in_each_environment(db) {
        let store = db.store().await;
        let other = made::environment_id("other");
        let (here, there, again) = (made::user(), made::user_in(&other), made::user());
        add(&store, &here, &[made::proven(&here, "ada@example.com")]).await.unwrap();
        add(&store, &there, &[made::proven(&there, "ada@example.com")]).await.unwrap();
        let error = add(&store, &again, &[made::proven(&again, "ADA@example.com")]).await;
        assert!(error.unwrap_err().is_conflict());
        let address = made::email("ada@example.com");
        assert_eq!(store.holder_of(&made::dev(), &address).await.unwrap().as_ref(), Some(&here));
        assert_eq!(store.holder_of(&other, &address).await.unwrap().as_ref(), Some(&there));
        let nobody = store.holder_of(&made::dev(), &made::email("bob@example.com")).await.unwrap();
        assert_eq!(nobody, None);
        made::added(&store, async |tx| {
            assert_eq!(tx.holder_of(&made::dev(), &address).await?.as_ref(), Some(&here));
            Ok(())
        })
        .await;
    }

    async fn an_identity_that_is_removed_frees_its_account_or_its_address(db) {
        let store = db.store().await;
        let (before, after) = (made::user(), made::user());
        let ways = |user| [made::social(user, "{1}"), made::proven(user, "ada@example.com")];
        let [social, proven] = ways(&before);
        let stays = made::social(&before, "{2}");
        add(&store, &before, &[social.clone(), proven.clone(), stays.clone()]).await.unwrap();
        assert!(add(&store, &after, &ways(&after)).await.unwrap_err().is_conflict());

        made::added(&store, async |tx| {
            tx.remove_identity(social.id).await?;
            tx.remove_identity(proven.id).await?;
            assert_eq!(tx.identities(before.id).await?, std::slice::from_ref(&stays));
            Ok(())
        })
        .await;

        add(&store, &after, &ways(&after)).await.unwrap();
        assert_eq!(store.identities(before.id).await.unwrap(), [stays]);
    }

    async fn every_identity_of_a_user_is_on_one_page_in_order_of_age(db) {
        let store = db.store().await;
        let user = made::user();
        let mut all: Vec<_> = (0..5).map(|n| made::social(&user, &format!("{{{n}}}"))).collect();
        for (n, identity) in all.iter_mut().enumerate() {
            identity.created_at.0 += i64::try_from(n % 2).unwrap();
        }
        add(&store, &user, &all).await.unwrap();
        let other = made::user();
        add(&store, &other, &[made::social(&other, "{other}")]).await.unwrap();
        all.sort_by_key(|identity| (identity.created_at, identity.id));
        for size in [1, 2, 5, 100] {
            let list = async |page| store.list_identities(user.id, &page).await;
            assert_eq!(made::pages(size, list).await.concat(), all, "pages of {size}");
        }
    }

    async fn identities_of_one_kind_lack_what_the_other_has_without_colliding(db) {
        let store = db.store().await;
        let user = made::user();
        let identities = [
            made::social(&user, "{1}"),
            made::social(&user, "{2}"),
            made::proven(&user, "one@example.com"),
            made::proven(&user, "two@example.com"),
        ];
        add(&store, &user, &identities).await.unwrap();
        assert_eq!(store.identities(user.id).await.unwrap().len(), 4);
    }

    async fn an_unproven_address_may_be_everybodys(db) {
        let store = db.store().await;
        for subject in ["{1}", "{2}"] {
            let user = made::user();
            add(&store, &user, &[made::social(&user, subject)]).await.unwrap();
        }
        let address = made::email("ada@example.com");
        assert_eq!(store.holder_of(&made::dev(), &address).await.unwrap(), None);
    }

    async fn of_many_first_sign_ins_by_one_account_one_makes_the_user(db) {
        const CALLERS: usize = 64;
        let store = db.store().await;
        let start = Arc::new(Barrier::new(CALLERS));
        let callers = (0..CALLERS).map(|_| {
            let (store, start) = (store.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                sign_in_first(&store).await
            })
        });
        let users: Vec<_> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
        assert!(users.iter().all(|user| *user == users[0]));
        assert_eq!(db.number("SELECT COUNT(*) FROM users").await, 1);
        assert_eq!(db.number("SELECT COUNT(*) FROM identities").await, 1);
        let events = store.lease_events(EventId::new(made::NOW).0, std::time::Duration::ZERO, 9);
        assert_eq!(events.await.unwrap().len(), 1);
    }
}
