//! The keys of the ring: which are in use, which are missing, and how one follows another.

mod audited;
mod in_use;
mod re_encrypt;
mod readiness;
mod retire;
mod sealing;

use latchkey_domain::id::{AttemptId, CredentialId, MailId, SigningKeyId, TestLoginId};
use latchkey_keyring::Purpose;
use latchkey_store::{Request, SealedKind, SealedPlace};

pub use in_use::KeyUse;
pub use re_encrypt::Resealed;
pub use readiness::Readiness;
pub use retire::KeptBecause;

use crate::{
    login::{profile_place, sealed_place, waiting_place},
    mail, request,
    tokens::signing_key_place,
};

/// For what a value is sealed that is kept there.
fn sealed_for(kind: SealedKind, place: &SealedPlace) -> (Purpose, Vec<u8>) {
    match kind {
        SealedKind::CredentialSecret => {
            (Purpose::CredentialSecret, sealed_place(CredentialId(place.id)))
        }
        SealedKind::RequestFingerprint => {
            let request = Request { scope: place.scope.clone(), id: place.id };
            (Purpose::RequestFingerprint, request::place(&request))
        }
        SealedKind::TestProfile => (Purpose::TestProfile, profile_place(TestLoginId(place.id))),
        SealedKind::Mail => (Purpose::Mail, mail::place(&place.scope, MailId(place.id))),
        SealedKind::WaitingProfile => (Purpose::WaitingProfile, waiting_place(AttemptId(place.id))),
        SealedKind::SigningKey => {
            (Purpose::SigningKey, signing_key_place(&place.scope, SigningKeyId(place.id)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A purpose that is added has to say here where it is kept.
    const fn kept(purpose: Purpose) -> Option<SealedKind> {
        match purpose {
            Purpose::CredentialSecret => Some(SealedKind::CredentialSecret),
            Purpose::RequestFingerprint => Some(SealedKind::RequestFingerprint),
            Purpose::TestProfile => Some(SealedKind::TestProfile),
            Purpose::Mail => Some(SealedKind::Mail),
            Purpose::WaitingProfile => Some(SealedKind::WaitingProfile),
            Purpose::SigningKey => Some(SealedKind::SigningKey),
            // Under way for minutes; or hashes, which nothing opens.
            Purpose::State
            | Purpose::Continuation
            | Purpose::LoginCode
            | Purpose::EmailCode
            | Purpose::SecretFingerprint => None,
        }
    }

    #[test]
    fn whatever_is_kept_sealed_is_found_by_its_key() {
        for kind in SealedKind::ALL {
            let (purpose, _) = sealed_for(kind, &SealedPlace::FIRST);
            assert_eq!(kept(purpose), Some(kind));
        }
    }
}
