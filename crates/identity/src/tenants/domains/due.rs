//! The looks that nobody asks for: at records that are waited for, and at those that were there.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use latchkey_domain::{
    caller::Caller,
    name::OrganizationName,
    organization::{CustomDomain, NEXT_TRY},
    time::Timestamp,
};
use tokio_util::sync::CancellationToken;

use crate::{Error, Latchkey, Result};

/// How often it is looked which records are due: a fraction of the time between two looks.
const POLL: Duration = Duration::from_secs(30);
/// How many are looked for in a round: the rest waits for the next.
const MOST_AT_ONCE: usize = 200;
/// How many are looked for side by side: name servers that do not answer hold up few others.
const SIDE_BY_SIDE: usize = 16;

impl Latchkey {
    /// Looks for every record that is due until told to stop.
    pub async fn look_for_domains(self, stop: CancellationToken) {
        let rounds = async {
            loop {
                let looked = self.look_for_due_domains().await.unwrap_or_else(|error| {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "the records of custom domains wait to be looked for");
                    0
                });
                // After a full round there are more to look for.
                if looked < MOST_AT_ONCE {
                    tokio::time::sleep(POLL).await;
                }
            }
        };
        // A look may take as long as name servers let it: whoever stops does not wait for it.
        let _never: Option<()> = stop.run_until_cancelled(rounds).await;
    }

    /// Looks for the records that are due now, and says how many it looked for.
    pub async fn look_for_due_domains(&self) -> Result<usize> {
        let due = self.store.due_domains(self.clock.now(), MOST_AT_ONCE as u64).await?;
        let looks = due.into_iter().map(|name| async move {
            let looked = self.look_if_due(&name).await;
            match &looked {
                Ok(_) => {}
                // Somebody deleted it while the name servers were asked.
                Err(Error::NotFound) => tracing::debug!(organization = %name, "it is gone"),
                Err(error) => {
                    let error = error as &dyn std::error::Error;
                    tracing::warn!(error, organization = %name, "a record was not looked for");
                }
            }
            usize::from(matches!(looked, Ok(true)))
        });
        let looks = stream::iter(looks).buffer_unordered(SIDE_BY_SIDE);
        Ok(looks.fold(0, |sum, looked| async move { sum + looked }).await)
    }

    /// Looks for one record; `false` if another process does.
    async fn look_if_due(&self, name: &OrganizationName) -> Result<bool> {
        let Some(domain) = self.take_due(name).await? else { return Ok(false) };
        self.look_and_note(&Caller::of_the_database(), name, &domain).await?;
        Ok(true)
    }

    /// Puts the next look off, so that no other process looks as well; one that ends meanwhile is
    /// followed by another then.
    async fn take_due(&self, name: &OrganizationName) -> Result<Option<CustomDomain>> {
        let tx = self.store.begin().await?;
        let Some(mut organization) = tx.lock_organization(name).await? else { return Ok(None) };
        let now = self.clock.now();
        let verification =
            organization.domain.as_mut().and_then(|domain| domain.verification.as_mut());
        let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let Some(verification) = verification.filter(|found| is_due(found.next_check_at)) else {
            return Ok(None);
        };
        verification.next_check_at = Some(now.plus(NEXT_TRY));
        tx.note_look(&organization).await?;
        tx.commit().await?;
        Ok(organization.domain)
    }
}
