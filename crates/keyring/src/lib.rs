//! Purpose-bound seal, open, derive and sign; the only home of the cryptography library.

mod digest;
mod file;
mod key;
mod ring;
mod sign;
mod verify;

pub use digest::{is_same_secret, random_bytes, random_token, sha256};
pub use file::{KeyEntry, KeyFile};
pub use key::KeyId;
pub use ring::{KeyRing, Opened};
pub use sign::{PrivateKey, PublicKey};
pub use verify::{Expected, LEEWAY, TokenRefused, verify, verify_made_within};

/// What a sealed or derived value is for. A value of one purpose is noise for every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The `state` of a sign-in under way.
    State,
    /// The code that an application redeems.
    LoginCode,
    /// A consumer's secret at rest.
    CredentialSecret,
    /// Tells two secrets apart without showing either.
    SecretFingerprint,
    /// Tells two requests apart without keeping either.
    RequestFingerprint,
    /// The person who tried a test login.
    TestProfile,
    /// A mail that is yet to be sent.
    Mail,
    /// What a browser goes on with, while its sign-in waits for a proven address.
    Continuation,
    /// The person whose sign-in waits.
    WaitingProfile,
    /// The one-time code that proves an address.
    EmailCode,
    /// A private key that signs tokens, at rest.
    SigningKey,
}

impl Purpose {
    const ALL: [Self; 11] = [
        Self::State,
        Self::LoginCode,
        Self::CredentialSecret,
        Self::SecretFingerprint,
        Self::RequestFingerprint,
        Self::TestProfile,
        Self::Mail,
        Self::Continuation,
        Self::WaitingProfile,
        Self::EmailCode,
        Self::SigningKey,
    ];

    /// The label in the key derivation. Never changed: what is sealed would not open.
    const fn label(self) -> &'static str {
        match self {
            Self::State => "latchkey v1 state",
            Self::LoginCode => "latchkey v1 login code",
            Self::CredentialSecret => "latchkey v1 credential secret",
            Self::SecretFingerprint => "latchkey v1 secret fingerprint",
            Self::RequestFingerprint => "latchkey v1 request fingerprint",
            Self::TestProfile => "latchkey v1 test profile",
            Self::Mail => "latchkey v1 mail",
            Self::Continuation => "latchkey v1 continuation",
            Self::WaitingProfile => "latchkey v1 waiting profile",
            Self::EmailCode => "latchkey v1 e-mail code",
            Self::SigningKey => "latchkey v1 signing key",
        }
    }
}

/// Why a value cannot be sealed or opened. It says nothing of the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The ring has no key.
    #[error("the key ring is empty")]
    Empty,
    /// The primary key is not in the ring.
    #[error("the primary key {0} is not in the ring")]
    PrimaryMissing(KeyId),
    /// A key is not 32 bytes in base64.
    #[error("key {0} is not 32 bytes in base64")]
    KeyMalformed(usize),
    /// A key's id is not the one that follows from the key.
    #[error("key {0} is not the one that its id stands for")]
    IdMismatch(KeyId),
    /// A key is there twice.
    #[error("key {0} is there twice")]
    Duplicate(KeyId),
    /// A value was sealed with a key, or a key is named, that is not here.
    #[error("key {0} is not in the ring")]
    KeyMissing(KeyId),
    /// The key seals.
    #[error("key {0} seals: promote another one first")]
    Primary(KeyId),
    /// The value was not sealed here, for this purpose and place, or was changed since.
    #[error("the value does not open")]
    NotOurs,
    /// The operating system gave no random bytes, or the library refused its input.
    #[error("the cryptography library failed")]
    Library,
}
