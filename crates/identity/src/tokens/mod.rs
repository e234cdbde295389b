//! Id tokens for applications, and the keys that sign them.

mod id_token;
mod keys;
mod list;
mod rotate;
mod verify;

pub use list::{KeySet, PublishedKey};
pub use verify::IdToken;

pub(crate) use keys::{Signers, signing_key_place};
