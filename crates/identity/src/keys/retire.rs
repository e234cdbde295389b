//! Retiring a key: nothing that is kept, and nobody who is under way, needs it any more.

use std::time::Duration;

use latchkey_domain::{caller::Caller, time::Timestamp};
use latchkey_keyring::KeyId;

use super::{audited::of_key, in_use::KeyUse, sealing::NOTED_EVERY};
use crate::{Latchkey, Result};

/// How long a key must not have sealed: sign-ins that it sealed, and their login codes, are long over.
const QUIET_FOR: Duration = Duration::from_hours(1);

/// Why a key is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptBecause {
    /// It seals.
    Primary,
    /// What is kept needs it.
    InUse(KeyUse),
    /// It sealed lately, so that somebody may be under way with what it sealed.
    SealedLately {
        /// When it last sealed.
        last_sealed_at: Timestamp,
        /// When it may go, if it seals no more.
        may_go_at: Timestamp,
    },
}

impl Latchkey {
    /// Lets a key go, or says why not. Taking it out of the ring's file comes after.
    pub async fn retire_key(
        &self,
        caller: &Caller,
        key: KeyId,
    ) -> Result<std::result::Result<(), KeptBecause>> {
        if key == self.keyring.primary() {
            return Ok(Err(KeptBecause::Primary));
        }
        let now = self.clock.now();
        if let Some(why) = kept_because(self.key_use(key).await?, now) {
            return Ok(Err(why));
        }
        let tx = self.store.begin().await?;
        tx.forget_sealing(&key.to_string()).await?;
        tx.audit(caller, &of_key("keyring.key_retired", key, Vec::new()), now).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }
}

fn kept_because(found: KeyUse, now: Timestamp) -> Option<KeptBecause> {
    if !found.is_unused() {
        return Some(KeptBecause::InUse(found));
    }
    let last_sealed_at = found.last_sealed_at?;
    // It may have sealed for a moment less than a minute after that was noted.
    let may_go_at = last_sealed_at.plus(QUIET_FOR).plus(NOTED_EVERY);
    (now < may_go_at).then_some(KeptBecause::SealedLately { last_sealed_at, may_go_at })
}

#[cfg(test)]
mod tests {
    use latchkey_store::SealedKind;

    use super::*;

    const NOTED: Timestamp = Timestamp(1_790_000_000_000_000);

    fn key_use(count: u64, last_sealed_at: Option<Timestamp>) -> KeyUse {
        let sealed = vec![(SealedKind::CredentialSecret, count)];
        KeyUse { key: KeyId([1; 4]), sealed, last_sealed_at }
    }

    #[test]
    fn a_key_goes_an_hour_after_it_last_sealed_and_not_before() {
        let due = NOTED.plus(Duration::from_mins(61));
        assert_eq!(kept_because(key_use(0, Some(NOTED)), due), None);
        let early = Timestamp(due.0 - 1);
        assert_eq!(
            kept_because(key_use(0, Some(NOTED)), early),
            Some(KeptBecause::SealedLately { last_sealed_at: NOTED, may_go_at: due })
        );
    }

    #[test]
    fn a_key_that_never_sealed_goes_at_once_and_one_that_is_needed_never_does() {
        assert_eq!(kept_because(key_use(0, None), NOTED), None);
        let needed = key_use(1, None);
        let years_later = NOTED.plus(Duration::from_hours(20_000));
        assert_eq!(kept_because(needed.clone(), years_later), Some(KeptBecause::InUse(needed)));
    }
}
