//! Mail that waits.

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use latchkey_domain::{
    id::{MailId, uuid_at},
    time::Timestamp,
};
use latchkey_store::{LeasedMail, MailLease, QueuedMail, Store};

use crate::made;

const MINUTE: Duration = Duration::from_mins(1);

/// A mail that is written `seconds` after the others, and of use for ten minutes.
fn written(seconds: u64) -> QueuedMail {
    let created_at = made::NOW.plus(Duration::from_secs(seconds));
    QueuedMail {
        id: MailId::new(created_at),
        environment: made::dev(),
        sealed_letter: vec![1, 2, 3],
        created_at,
        expires_at: created_at.plus(10 * MINUTE),
    }
}

async fn queue(store: &Store, mails: &[QueuedMail]) {
    made::added(store, async |tx| {
        for mail in mails {
            tx.queue_mail(mail).await?;
        }
        Ok(())
    })
    .await;
}

async fn lease(store: &Store, now: Timestamp) -> Vec<LeasedMail> {
    store.lease_mail(uuid_at(now), (now, now.plus(MINUTE)), 100).await.unwrap()
}

fn mails(leased: &[LeasedMail]) -> Vec<QueuedMail> {
    leased.iter().map(|leased| leased.mail.clone()).collect()
}

crate::both! {
    async fn mail_waits_from_its_commit_on_and_not_before(db) {
        let store = db.store().await;
        let mut queued = store.mail_queued();
        queued.mark_unchanged();
        let tx = store.begin().await.unwrap();
        tx.queue_mail(&written(0)).await.unwrap();
        drop(tx);
        assert_eq!(lease(&store, made::NOW).await, []);
        assert!(!queued.has_changed().unwrap());

        queue(&store, &[written(0), written(1)]).await;
        assert!(queued.has_changed().unwrap());
        assert_eq!(store.mail_depth().await.unwrap(), (2, Some(made::NOW)));
    }

    async fn the_one_that_waits_longest_is_leased_first_and_no_more_than_asked_for(db) {
        let store = db.store().await;
        let all = [written(2), written(0), written(1)];
        queue(&store, &all).await;
        let now = made::NOW.plus(MINUTE);
        let leased = store.lease_mail(uuid_at(now), (now, now.plus(MINUTE)), 2).await.unwrap();
        assert_eq!(mails(&leased), [all[1].clone(), all[2].clone()]);
        assert_eq!(mails(&lease(&store, now).await), [all[0].clone()]);
        assert!(leased.iter().all(|leased| leased.attempt == 1));
    }

    async fn whoever_lost_a_mail_marks_nothing(db) {
        let store = db.store().await;
        queue(&store, &[written(0)]).await;
        let [stale] = lease(&store, made::NOW).await.try_into().unwrap();
        assert_eq!(lease(&store, made::NOW).await, [], "it is held");
        let later = made::NOW.plus(MINUTE);
        let [fresh] = lease(&store, later).await.try_into().unwrap();
        assert_eq!(fresh.attempt, 2, "a try that nobody ended counts");
        assert!(!store.remove_mail(stale.lease).await.unwrap());
        assert!(!store.put_mail_off(stale.lease, made::NOW).await.unwrap());
        let made_up = MailLease { token: uuid_at(later), ..fresh.lease };
        assert!(!store.remove_mail(made_up).await.unwrap());
        assert!(store.remove_mail(fresh.lease).await.unwrap());
        assert!(!store.remove_mail(fresh.lease).await.unwrap(), "once");
        assert_eq!(store.mail_depth().await.unwrap(), (0, None));
    }

    async fn what_is_put_off_comes_back_then(db) {
        let store = db.store().await;
        queue(&store, &[written(0)]).await;
        let [leased] = lease(&store, made::NOW).await.try_into().unwrap();
        let then = made::NOW.plus(Duration::from_secs(5));
        assert!(store.put_mail_off(leased.lease, then).await.unwrap());
        assert!(!store.remove_mail(leased.lease).await.unwrap(), "it is nobody's");
        assert_eq!(lease(&store, Timestamp(then.0 - 1)).await, []);
        assert_eq!(lease(&store, then).await.len(), 1);
    }

    async fn what_nobody_needs_any_more_is_not_leased_and_is_forgotten(db) {
        let store = db.store().await;
        let (early, late) = (written(0), written(9));
        queue(&store, &[early.clone(), late.clone()]).await;
        assert_eq!(mails(&lease(&store, early.expires_at).await), std::slice::from_ref(&late));
        assert_eq!(store.forget_mail(Timestamp(early.expires_at.0 - 1)).await.unwrap(), 0);
        assert_eq!(store.forget_mail(early.expires_at).await.unwrap(), 1);
        assert_eq!(store.mail_depth().await.unwrap(), (1, Some(late.created_at)));
    }

    async fn two_processes_never_hold_a_mail_at_once(db) {
        const MAILS: u64 = 200;
        let all: Vec<_> = (0..MAILS).map(written).collect();
        queue(&db.store().await, &all).await;
        let now = made::NOW.plus(5 * MINUTE);
        let processes = (0..6).map(|_| {
            let database = db.clone();
            tokio::spawn(async move {
                let (store, mut held) = (database.store().await, Vec::new());
                loop {
                    let leased = store.lease_mail(uuid_at(now), (now, now.plus(MINUTE)), 7);
                    let leased = leased.await.unwrap();
                    assert!(leased.len() <= 7, "{} of 7", leased.len());
                    if leased.is_empty() {
                        return held;
                    }
                    held.extend(leased.into_iter().map(|leased| leased.mail.id));
                }
            })
        });
        let held = join_all(processes).await.into_iter().flat_map(Result::unwrap);
        let held: Vec<_> = held.chain(lease(&db.store().await, now).await.into_iter().map(|it| it.mail.id)).collect();
        assert_eq!(held.iter().collect::<HashSet<_>>().len(), held.len(), "held by two");
        assert_eq!(held.len() as u64, MAILS);
    }

    async fn a_row_that_cannot_be_read_holds_up_no_other(db) {
        let store = db.store().await;
        queue(&store, &[written(0)]).await;
        db.execute("UPDATE mail_outbox SET environment = 'Not An Environment'").await;
        let fine = written(1);
        queue(&store, std::slice::from_ref(&fine)).await;
        assert_eq!(mails(&lease(&store, made::NOW.plus(MINUTE)).await), [fine]);
    }
}
