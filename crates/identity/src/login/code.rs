//! Login codes: derived from the attempt, so that a repeat gets the same one, and kept as a hash.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::id::AttemptId;
use latchkey_keyring::{KeyRing, Purpose, sha256};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::attempt::Opened;
use crate::Result;

/// What login codes begin with, so that one in the wrong place is recognised.
const PREFIX: &str = "lk_code_";
const ID_LENGTH: usize = 16;
const PROOF_LENGTH: usize = 32;

/// A login code: which sign-in it is of, and what only we can compute from that.
#[derive(Debug)]
pub(super) struct LoginCode {
    pub(super) attempt: AttemptId,
    proof: [u8; PROOF_LENGTH],
}

impl LoginCode {
    /// The code of an attempt, under the key that the attempt was sealed with.
    pub(super) fn of(opened: &Opened, keyring: &KeyRing) -> Result<Self> {
        let attempt = opened.attempt.flow.id;
        let proof = keyring.derive(opened.key, Purpose::LoginCode, attempt.0.as_bytes())?;
        Ok(Self { attempt, proof })
    }

    /// Reads a code as an application sends it.
    pub(super) fn parse(text: &SecretString) -> Option<Self> {
        let bytes =
            BASE64_URL_SAFE_NO_PAD.decode(text.expose_secret().strip_prefix(PREFIX)?).ok()?;
        let (id, proof) = bytes.split_at_checked(ID_LENGTH)?;
        Some(Self { attempt: AttemptId(Uuid::from_slice(id).ok()?), proof: proof.try_into().ok()? })
    }

    /// The code as an application gets it.
    pub(super) fn to_text(&self) -> SecretString {
        let bytes = [&self.attempt.0.as_bytes()[..], &self.proof].concat();
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)).into()
    }

    /// How it is kept.
    pub(super) fn hash(&self) -> [u8; 32] {
        sha256(&self.proof)
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{mail::Language, time::Timestamp};
    use latchkey_keyring::KeyFile;

    use super::*;
    use crate::login::attempt::{Attempt, tests::attempt};

    #[test]
    fn a_code_reads_back_and_nothing_else_does() {
        let attempt = AttemptId::new(Timestamp(0));
        let code = LoginCode { attempt, proof: [5; 32] };
        let read = LoginCode::parse(&code.to_text()).unwrap();
        assert_eq!((read.attempt, read.proof), (attempt, [5; 32]));
        let text = code.to_text().expose_secret().to_owned();
        for bad in ["", "lk_code_", &text[8..], &text[..text.len() - 4], &format!("{text}AAAA")] {
            assert!(LoginCode::parse(&bad.into()).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_code_follows_from_its_sign_in_and_the_key_of_its_state_and_is_kept_as_a_digest() {
        let mut file = KeyFile::generate().unwrap();
        let added = file.add().unwrap();
        let keyring = KeyRing::load(&file).unwrap();
        let code = |attempt: &Attempt, key| {
            let opened = Opened { attempt: attempt.clone(), key, language: Language::English };
            LoginCode::of(&opened, &keyring).unwrap()
        };
        let one = attempt();
        let mut other = one.clone();
        other.flow.id = AttemptId::new(Timestamp(5));
        let first = code(&one, file.primary);
        assert_eq!(first.attempt, one.flow.id);
        assert_eq!(first.proof, code(&one, file.primary).proof);
        assert_eq!(first.hash(), sha256(&first.proof));
        for another in [code(&other, file.primary), code(&one, added)] {
            assert_ne!(another.proof, first.proof);
        }
    }
}
