//! Administering environments, applications and keys.

mod api_keys;
mod applications;
mod environments;

pub use api_keys::NewApiKey;
pub use applications::{ApplicationChanges, NewApplication};
pub use environments::{EnvironmentChanges, NewEnvironment};
