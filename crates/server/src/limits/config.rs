//! How much is let through in a minute.

use serde::Deserialize;

/// Limits of one process. Each is a number a minute, all of which may come at once; 0 switches it
/// off. People are counted by their address, which the gateway tells: by itself if it is of IPv4, by
/// its /64 if it is of IPv6; and within their environment, so that no tenant uses up another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Sign-ins that are begun from an address. A thousand people behind one address who all come
    /// within ten minutes of the morning are a hundred a minute.
    pub starts_per_address: u32,
    /// Sign-ins that are begun for an application. A thousand a second is the whole of a small
    /// process; half of it for one application is more than any has but in a flood.
    pub starts_per_application: u32,
    /// Sign-ins that are begun in an environment: what is left of a process is for the others.
    pub starts_per_environment: u32,
    /// Callbacks from an address whose state is not ours, or is another browser's. A person may have
    /// one after a restored window or a lost cookie; nobody has one a second.
    pub bad_callbacks_per_address: u32,
    /// Addresses and codes that are brought, asked for or given up from an address. Somebody who is
    /// asked for both, and mistypes the code once, brings three.
    pub email_calls_per_address: u32,
    /// Login codes that an application brings in vain. They are too long to be guessed: what is kept
    /// small is the work.
    pub wrong_login_codes_per_application: u32,
    /// Calls of a peer without a key that works. Keys that worked before are asked for all the same:
    /// many callers may be behind one address.
    pub wrong_keys_per_peer: u32,
}

impl LimitsConfig {
    /// Everything is let through.
    pub const NONE: Self = Self {
        starts_per_address: 0,
        starts_per_application: 0,
        starts_per_environment: 0,
        bad_callbacks_per_address: 0,
        email_calls_per_address: 0,
        wrong_login_codes_per_application: 0,
        wrong_keys_per_peer: 0,
    };
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            starts_per_address: 300,
            starts_per_application: 30_000,
            starts_per_environment: 45_000,
            bad_callbacks_per_address: 60,
            email_calls_per_address: 120,
            wrong_login_codes_per_application: 1_200,
            wrong_keys_per_peer: 1_200,
        }
    }
}
