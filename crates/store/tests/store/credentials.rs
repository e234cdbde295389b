//! Credentials.

use std::time::Duration;

use latchkey_domain::{
    connection::{Credential, CredentialRole},
    id::CredentialId,
    time::{Clock, Timestamp},
};
use latchkey_store::{Error, SealedCredential, Store};
use latchkey_test_database::TestDatabase;

use crate::made;

async fn add(store: &Store, sealed: &SealedCredential) {
    made::added(store, async |tx| tx.add_credential(&made::bitbucket(), sealed).await).await;
}

/// What is kept of a note after 1, 30 and 62 seconds.
const KEPT_TO_THE_MINUTE: [Option<Timestamp>; 3] =
    [Some(after(1)), Some(after(1)), Some(after(62))];

const fn after(seconds: i64) -> Timestamp {
    Timestamp(made::NOW.0 + seconds * 1_000_000)
}

/// A credential as it reads back each time that something was noted of it.
async fn noted_after_1_30_and_62_seconds(
    db: &TestDatabase,
    note: impl AsyncFn(&Store, CredentialId, Timestamp) -> Result<(), Error>,
) -> [Credential; 3] {
    let store = made::with_shop_and_bitbucket(db).await;
    let sealed = made::credential(None, CredentialRole::Active);
    add(&store, &sealed).await;
    let mut kept = Vec::new();
    for seconds in [1, 30, 62] {
        note(&store, sealed.credential.id, after(seconds)).await.unwrap();
        kept.extend(made::credentials(&store, &made::bitbucket()).await);
    }
    kept.try_into().unwrap()
}

crate::both! {
    async fn a_credential_reads_back_with_its_sealed_secret(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let sealed = made::credential(Some("login.example.com"), CredentialRole::Active);
        add(&store, &sealed).await;
        let plain = made::credentials(&store, &made::bitbucket()).await;
        assert_eq!(plain, std::slice::from_ref(&sealed.credential));
        let way_in = store.way_in(&made::bitbucket(), &made::host()).await.unwrap().unwrap();
        assert_eq!(way_in.plain_credentials(), plain);
        assert_eq!(way_in.credentials[0].sealed_secret, sealed.sealed_secret);
    }

    async fn a_host_has_one_active_credential(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        for (host, role) in [
            (None, CredentialRole::Active),
            (Some("a.example.com"), CredentialRole::Active),
            (Some("b.example.com"), CredentialRole::Active),
            (None, CredentialRole::Standby),
            (None, CredentialRole::Standby),
        ] {
            add(&store, &made::credential(host, role)).await;
        }
        for host in [None, Some("a.example.com")] {
            let second = made::credential(host, CredentialRole::Active);
            let name = made::bitbucket();
            let error =
                made::refused(&store, async |tx| tx.add_credential(&name, &second).await).await;
            assert!(error.unwrap().is_conflict(), "{host:?}");
        }
        let elsewhere = made::connection("elsewhere");
        let active = made::credential(None, CredentialRole::Active);
        made::added(&store, async |tx| {
            tx.add_connection(&elsewhere).await?;
            tx.add_credential(&elsewhere.name(), &active).await
        })
        .await;
    }

    async fn a_standby_takes_over_in_two_steps(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let active = made::credential(None, CredentialRole::Active);
        let standby = made::credential(None, CredentialRole::Standby);
        add(&store, &active).await;
        add(&store, &standby).await;
        let (old, new) = (active.credential.id, standby.credential.id);
        let at_once = async |tx: &latchkey_store::Tx| {
            tx.set_credential_role(new, CredentialRole::Active).await
        };
        assert!(made::refused(&store, at_once).await.unwrap().is_conflict());
        made::added(&store, async |tx| {
            tx.set_credential_role(old, CredentialRole::Standby).await?;
            tx.set_credential_role(new, CredentialRole::Active).await
        })
        .await;
        let read = made::credentials(&store, &made::bitbucket()).await;
        let role = |id| read.iter().find(|found| found.id == id).unwrap().role;
        assert_eq!((role(old), role(new)), (CredentialRole::Standby, CredentialRole::Active));
    }

    async fn a_deleted_credential_makes_room_and_finishes_what_it_began(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let now = store.clock().now();
        let (recent, old) = (now, now.minus(Credential::GRACE + Duration::from_secs(1)));
        let delete = async |at: Timestamp| {
            let sealed = made::credential(None, CredentialRole::Active);
            add(&store, &sealed).await;
            let id = sealed.credential.id;
            made::added(&store, async |tx| tx.remove_credential(id, at).await).await;
            id
        };
        delete(old).await;
        let recently = delete(recent).await;
        assert_eq!(made::credentials(&store, &made::bitbucket()).await, []);
        let way_in = store.way_in(&made::bitbucket(), &made::host()).await.unwrap().unwrap();
        let [kept] = way_in.plain_credentials().try_into().unwrap();
        assert_eq!((kept.id, kept.deleted_at), (recently, Some(recent)));
    }

    async fn a_deleted_credential_is_gone_for_good_after_its_grace(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        made::added(&store, async |tx| {
            for n in 0..503 {
                let sealed = made::credential(None, CredentialRole::Standby);
                tx.add_credential(&made::bitbucket(), &sealed).await?;
                let at = Timestamp(made::NOW.0 - n);
                tx.remove_credential(sealed.credential.id, at).await?;
            }
            let kept = made::credential(None, CredentialRole::Active);
            tx.add_credential(&made::bitbucket(), &kept).await
        })
        .await;
        let over = made::NOW.plus(Credential::GRACE);
        assert_eq!(store.forget_credentials(Timestamp(over.0 - 1)).await.unwrap(), 502);
        assert_eq!(store.forget_credentials(over).await.unwrap(), 1);
        assert_eq!(db.number("SELECT COUNT(*) FROM credentials").await, 1);
        assert_eq!(made::credentials(&store, &made::bitbucket()).await.len(), 1);
    }

    async fn every_credential_is_on_one_page_in_order_of_age(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let mut all = Vec::new();
        for _ in 0..5 {
            let sealed = made::credential(None, CredentialRole::Standby);
            add(&store, &sealed).await;
            all.push(sealed.credential);
        }
        all.sort_by_key(|credential| credential.id);
        let name = made::bitbucket();
        let pages = made::pages(2, async |page| store.list_credentials(&name, &page).await).await;
        assert_eq!(pages.concat(), all);
    }

    async fn a_credentials_last_use_is_kept_to_the_minute(db) {
        let used = async |store: &Store, id, at| store.touch_credential(id, at).await;
        let kept = noted_after_1_30_and_62_seconds(&db, used).await;
        assert_eq!(kept.each_ref().map(|credential| credential.last_used_at), KEPT_TO_THE_MINUTE);
        assert_eq!(kept.each_ref().map(|credential| credential.refused_at), [None; 3]);
    }

    async fn a_credentials_last_refusal_is_kept_to_the_minute(db) {
        let refused = async |store: &Store, id, at| store.note_refusal(id, at).await;
        let kept = noted_after_1_30_and_62_seconds(&db, refused).await;
        assert_eq!(kept.each_ref().map(|credential| credential.refused_at), KEPT_TO_THE_MINUTE);
        assert_eq!(kept.each_ref().map(|credential| credential.last_used_at), [None; 3]);
    }

    async fn a_refusal_after_a_use_is_noted_at_once(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let sealed = made::credential(None, CredentialRole::Active);
        add(&store, &sealed).await;
        let (id, at) = (sealed.credential.id, |n| made::NOW.plus(Duration::from_secs(n)));
        store.note_refusal(id, at(1)).await.unwrap();
        store.touch_credential(id, at(2)).await.unwrap();
        store.note_refusal(id, at(3)).await.unwrap();
        store.note_refusal(id, at(4)).await.unwrap();
        let read = made::credentials(&store, &made::bitbucket()).await;
        assert_eq!((read[0].last_used_at, read[0].refused_at), (Some(at(2)), Some(at(3))));
    }

    async fn a_use_after_a_refusal_is_noted_at_once(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let sealed = made::credential(None, CredentialRole::Active);
        add(&store, &sealed).await;
        let (id, at) = (sealed.credential.id, |n| made::NOW.plus(Duration::from_secs(n)));
        store.touch_credential(id, at(1)).await.unwrap();
        store.note_refusal(id, at(2)).await.unwrap();
        store.touch_credential(id, at(3)).await.unwrap();
        store.touch_credential(id, at(4)).await.unwrap();
        let read = made::credentials(&store, &made::bitbucket()).await;
        assert_eq!((read[0].last_used_at, read[0].refused_at), (Some(at(3)), Some(at(2))));
    }
}
