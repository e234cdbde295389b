//! Sending what waits, side by side: lease, hand over, and go on while some are under way.

use std::{sync::Arc, time::Duration};

use latchkey_domain::{
    id::uuid_at,
    mail::{Mailer, SEND_LIMIT},
};
use latchkey_store::LeasedMail;
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{Latchkey, Result};

/// How long a mail waits at most whose commit did not wake us: one of another replica, or one that
/// was put off.
const POLL: Duration = Duration::from_secs(1);
/// The pause when the database does not answer.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How many mails are handed over side by side, each on a connection of its own: so many do not hold
/// each other up, and more than most servers let one client have would be refused.
const MOST: usize = 8;
/// How long a mail is held: longer than it may take to hand it over and to note that.
pub(super) const LEASE: Duration = SEND_LIMIT.saturating_mul(2);
/// How long mails in flight may still take when the process stops. One that is cut off is tried again,
/// by whoever is there then, and may come twice.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

impl Latchkey {
    /// Sends mail until told to stop; then it finishes what is in flight, within 5 s. Where nobody
    /// carries mail, it ends at once.
    pub async fn deliver_mail(self, stop: CancellationToken) {
        let Some(mailer) = self.mailer.clone() else { return };
        tokio::join!(self.measure_mail(&stop), self.send_mail(&mailer, &stop));
    }

    async fn send_mail(&self, mailer: &Arc<dyn Mailer>, stop: &CancellationToken) {
        let mut queued = self.store.mail_queued();
        // Each in a task of its own: what is under way must go on while more is leased, as it may be
        // whom a connection to the database was just given to.
        let mut under_way = JoinSet::new();
        while !stop.is_cancelled() {
            // What is queued from here on wakes us, if this round did not see it.
            queued.borrow_and_update();
            let pause = match self.lease_due_mail(MOST - under_way.len()).await {
                Ok(leased) => {
                    for leased in leased {
                        under_way.spawn(self.clone().deliver(mailer.clone(), leased));
                    }
                    POLL
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "mail waits");
                    AFTER_FAILURE
                }
            };
            let has_room = under_way.len() < MOST;
            tokio::select! {
                Some(_) = under_way.join_next() => {}
                () = wake(&mut queued, pause), if has_room => {}
                () = stop.cancelled() => {}
            }
        }
        let rest = async { while under_way.join_next().await.is_some() {} };
        if timeout(FINISH_WITHIN, rest).await.is_err() {
            tracing::warn!("mail that is being sent is cut off");
        }
    }

    /// Some of the mail that is due, as much as there is room for.
    async fn lease_due_mail(&self, room: usize) -> Result<Vec<LeasedMail>> {
        if room == 0 {
            return Ok(Vec::new());
        }
        let now = self.clock.now();
        Ok(self.store.lease_mail(uuid_at(now), (now, now.plus(LEASE)), room).await?)
    }
}

/// Waits for a commit, and no longer than that.
async fn wake(queued: &mut watch::Receiver<u64>, pause: Duration) {
    let committed = async {
        if queued.changed().await.is_err() {
            // Nobody is left to wake us.
            std::future::pending::<()>().await;
        }
    };
    // Either will do.
    let _ = timeout(pause, committed).await;
}
