//! A sign-in from end to end, as gateways and applications see it.

mod adding;
mod again;
mod attempts;
mod called_again;
mod called_off;
mod crash;
pub(crate) mod crash_points;
mod crowd;
mod failures;
mod offer;
mod people;
mod pre_hijacking;
mod profile_sync;
mod proof;
mod redeeming;
mod replicas;
mod rights;
mod secret_kinds;
mod secrets;
mod sign_up;
mod stand_in;
mod standby;
mod starting;
mod trouble;
mod trust;
mod upstream;
mod workspaces;
