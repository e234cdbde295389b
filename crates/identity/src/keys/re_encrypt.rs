//! Sealing anew, with the key that seals now, what another key sealed.
//!
//! Nothing is remembered between two batches but what is in the rows themselves, so that it can be cut
//! off at any moment and begun again.

use backon::Retryable;
use latchkey_domain::{audit::FieldChange, caller::Caller};
use latchkey_keyring::KeyId;
use latchkey_store::{SealedKind, SealedPlace, SealedValue};

use super::audited::of_key;
use crate::{Error, Latchkey, Result, request::after_conflict};

/// How many values a transaction writes: few enough that SQLite's other writers wait for
/// milliseconds.
const BATCH: u32 = 100;

/// How often everything is gone through: what others add meanwhile gets less with each round, unless
/// they go on for ever.
const ROUNDS: u32 = 10;

/// What came of it, so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many values were sealed anew.
    pub resealed: u64,
    /// How many do not open, though their key is there: they were not sealed here.
    pub unreadable: u64,
    /// Whether another process went on sealing with another key all the while.
    pub others_seal: bool,
}

impl Latchkey {
    /// Seals anew whatever another key of the ring sealed, and tells how far it is after each batch.
    ///
    /// A value is written over the one that was read alone: a change meanwhile wins. What a missing key
    /// sealed is left as it is. It comes to an end, also if another process seals with another key.
    pub async fn re_encrypt(
        &self,
        caller: &Caller,
        mut tell: impl FnMut(&Resealed),
    ) -> Result<Resealed> {
        self.note_primary().await?;
        let primary = self.keyring.primary();
        if !self.to_reseal().await?.is_empty() {
            let started = of_key("keyring.re_encryption_started", primary, Vec::new());
            self.audit_alone(caller, &started).await?;
        }
        let mut done = Resealed { others_seal: true, ..Resealed::default() };
        for _ in 0..ROUNDS {
            let before = done.resealed;
            done.unreadable = 0;
            for (kind, key) in self.to_reseal().await? {
                self.reseal_all(kind, key, &mut done, &mut tell).await?;
            }
            // A process that still seals with another key may have added something meanwhile.
            done.others_seal = done.resealed > before;
            if !done.others_seal {
                break;
            }
        }
        if done.resealed > 0 {
            let fields = FieldChange::set("resealed", &done.resealed).into_iter().collect();
            let finished = of_key("keyring.re_encrypted", primary, fields);
            self.audit_alone(caller, &finished).await?;
        }
        Ok(done)
    }

    /// The keys of the ring whose values are to be sealed anew.
    async fn to_reseal(&self) -> Result<Vec<(SealedKind, KeyId)>> {
        let mut found = Vec::new();
        for kind in SealedKind::ALL {
            let mut keys = self.keys_of(kind).await?;
            keys.retain(|key| *key != self.keyring.primary() && self.keyring.holds(*key));
            found.extend(keys.into_iter().map(|key| (kind, key)));
        }
        Ok(found)
    }

    async fn reseal_all(
        &self,
        kind: SealedKind,
        key: KeyId,
        done: &mut Resealed,
        tell: &mut impl FnMut(&Resealed),
    ) -> Result<()> {
        let mut after = SealedPlace::FIRST;
        // No more than there are now: what is added meanwhile is for the next round.
        let batches = self.store.count_sealed(kind, key.mark()).await?.div_ceil(BATCH.into());
        for _ in 0..batches {
            let values = self.store.sealed_with(kind, key.mark(), (&after, BATCH)).await?;
            let Some(last) = values.last() else { break };
            after = last.place.clone();
            let anew: Vec<_> =
                values.iter().filter_map(|value| self.seal_anew(kind, value)).collect();
            done.unreadable += (values.len() - anew.len()) as u64;
            let write = || self.write_batch(kind, &anew);
            done.resealed += write.retry(after_conflict()).when(Error::is_conflict).await?;
            tell(done);
        }
        Ok(())
    }

    fn seal_anew<'a>(
        &self,
        kind: SealedKind,
        value: &'a SealedValue,
    ) -> Option<(&'a SealedValue, Vec<u8>)> {
        let (purpose, place) = super::sealed_for(kind, &value.place);
        let opened = self.keyring.open(purpose, &place, &value.sealed);
        let sealed = opened.and_then(|opened| self.keyring.seal(purpose, &place, &opened.text));
        let sealed = sealed.inspect_err(|error| {
            let place = String::from_utf8_lossy(&place);
            let error = error as &dyn std::error::Error;
            tracing::error!(error, %place, "a sealed value does not open");
        });
        Some((value, sealed.ok()?))
    }

    async fn write_batch(&self, kind: SealedKind, anew: &[(&SealedValue, Vec<u8>)]) -> Result<u64> {
        let tx = self.store.begin().await?;
        let mut written = 0;
        for (before, sealed) in anew {
            written += u64::from(tx.reseal(kind, before, sealed.clone()).await?);
        }
        tx.commit().await?;
        Ok(written)
    }
}
