//! People.

use crate::made;

crate::both! {
    async fn a_user_reads_back_as_they_were_written(db) {
        let store = db.store().await;
        let mut nobody = made::user();
        (nobody.display_name, nobody.email) = (None, None);
        nobody.suspended_at = Some(made::NOW);
        for user in [made::user(), nobody] {
            made::added(&store, async |tx| {
                tx.add_user(&user).await?;
                assert_eq!(tx.user(user.id).await?.as_ref(), Some(&user));
                Ok(())
            })
            .await;
            assert_eq!(store.user(&user.name()).await.unwrap(), Some(user));
        }
    }

    async fn a_user_is_not_found_from_another_environment(db) {
        let store = db.store().await;
        let user = made::user();
        made::added(&store, async |tx| tx.add_user(&user).await).await;
        let mut name = user.name();
        name.environment = made::environment_id("other");
        assert_eq!(store.user(&name).await.unwrap(), None);
    }

    async fn a_user_is_written_over_the_version_before_only(db) {
        let store = db.store().await;
        let mut user = made::user();
        made::added(&store, async |tx| tx.add_user(&user).await).await;
        user.version = 2;
        user.display_name = Some("Ada Lovelace".to_owned());
        user.picture_url = Some("https://pictures.example/ada".to_owned());
        assert!(made::added(&store, async |tx| tx.update_user(&user).await).await);
        assert!(!made::added(&store, async |tx| tx.update_user(&user).await).await);
        assert_eq!(store.user(&user.name()).await.unwrap(), Some(user));
    }

    async fn a_user_who_is_removed_takes_their_identities_along(db) {
        let store = db.store().await;
        let (gone, stays) = (made::user(), made::user());
        made::added(&store, async |tx| {
            for (user, subject) in [(&gone, "{1}"), (&stays, "{2}")] {
                tx.add_user(user).await?;
                tx.add_identity(&user.environment, &made::social(user, subject)).await?;
            }
            Ok(())
        })
        .await;

        made::added(&store, async |tx| {
            let mut elsewhere = gone.name();
            elsewhere.environment = made::environment_id("other");
            assert_eq!(tx.lock_user(&elsewhere).await?, None);
            assert_eq!(tx.lock_user(&gone.name()).await?.as_ref(), Some(&gone));
            tx.remove_user(gone.id).await
        })
        .await;

        assert_eq!(store.user(&gone.name()).await.unwrap(), None);
        assert_eq!(store.identities(gone.id).await.unwrap(), []);
        assert_eq!(store.identities(stays.id).await.unwrap().len(), 1);
        assert_eq!(store.user(&stays.name()).await.unwrap(), Some(stays));
    }

    async fn every_user_is_on_one_page_in_order_of_age(db) {
        let store = db.store().await;
        let mut all: Vec<_> = (0..9).map(|_| made::user()).collect();
        for (n, user) in all.iter_mut().enumerate() {
            // Three moments of three users each, whose ids are in an order of their own.
            user.created_at.0 += i64::try_from(n % 3).unwrap();
        }
        made::added(&store, async |tx| {
            for user in &all {
                tx.add_user(user).await?;
            }
            tx.add_user(&made::user_in(&made::environment_id("other"))).await
        })
        .await;
        all.sort_by_key(|user| (user.created_at, user.id));
        let dev = made::dev();
        for size in [1, 2, 4, 9, 100] {
            let list = async |page| store.list_users(&dev, &page).await;
            assert_eq!(made::pages(size, list).await.concat(), all, "pages of {size}");
        }
    }
}
