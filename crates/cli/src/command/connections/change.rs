//! Making a connection, and changing it.

use anyhow::Result;
use latchkey_proto::v1;

use super::UpstreamParams;
use crate::{
    client::{Chosen, Dry, Guard, Mask, Place},
    command::policies::{Workspaces, profile_sync},
};

/// The connection to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Its id, such as bitbucket; without it, one is made up.
    id: Option<String>,
    /// What people read on the button.
    #[arg(long, value_name = "TEXT")]
    display_name: String,
    /// The identity provider, by its name in the service's configuration.
    #[arg(long, value_name = "NAME", default_value = "bitbucket")]
    provider: String,
    #[command(flatten)]
    flags: Flags,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    dry: Dry,
}

/// The changes to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Update {
    /// Its id, or its whole name.
    name: String,
    /// What people read on the button.
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    #[command(flatten)]
    flags: Flags,
    #[command(flatten)]
    guard: Guard,
    #[command(flatten)]
    dry: Dry,
}

/// What can be said at any time.
#[derive(Debug, clap::Args)]
struct Flags {
    /// The provider's word proves an e-mail address. Not of Bitbucket: its users change theirs at will.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    trusted_provider: Option<bool>,
    /// All extra parameters of the provider's authorization URL, as Kinde has them:
    /// `{"prompt":{"value":"select_account"},"username":{"alias":"login_hint"}}`.
    #[arg(long, value_name = "JSON")]
    upstream_params: Option<UpstreamParams>,
    /// Sign-ins through it are switched off.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    disabled: Option<bool>,
    /// An address that the provider's word does not prove is proven by a one-time code, before somebody
    /// new comes in.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    verify_by_code: Option<bool>,
    /// The workspaces whose members may come in, by their UUIDs in braces or their slugs, with commas
    /// between them; an empty text is everybody.
    #[arg(long, value_name = "WORKSPACES")]
    allowed_workspaces: Option<Workspaces>,
    /// When a person's name and picture follow what the provider tells: always, at-sign-up or never.
    #[arg(long, value_name = "WHEN", value_parser = profile_sync)]
    profile_sync: Option<v1::ProfileSync>,
}

impl Flags {
    fn connection(self, mask: &mut Mask) -> v1::Connection {
        v1::Connection {
            trusted_provider: mask.field("trusted_provider", self.trusted_provider),
            upstream_params: mask.field("upstream_params", self.upstream_params).0,
            disabled: mask.field("disabled", self.disabled),
            verify_by_code: mask.field("verify_by_code", self.verify_by_code),
            allowed_workspaces: mask.field("allowed_workspaces", self.allowed_workspaces).0,
            profile_sync: mask.field("profile_sync", self.profile_sync).into(),
            ..v1::Connection::default()
        }
    }
}

impl Create {
    pub(super) fn request(self, place: &Place) -> Result<v1::CreateConnectionRequest> {
        let connection = v1::Connection {
            display_name: self.display_name,
            provider: self.provider,
            ..self.flags.connection(&mut Mask::default())
        };
        Ok(v1::CreateConnectionRequest {
            parent: place.parent()?,
            connection_id: self.id.unwrap_or_default(),
            connection: Some(connection),
            request_id: self.chosen.request_id,
            validate_only: self.dry.validate_only,
        })
    }
}

impl Update {
    pub(super) fn request(self, place: &Place) -> Result<v1::UpdateConnectionRequest> {
        let mut mask = Mask::default();
        let connection = v1::Connection {
            name: place.connection(&self.name)?,
            etag: self.guard.etag,
            display_name: mask.field("display_name", self.display_name),
            ..self.flags.connection(&mut mask)
        };
        Ok(v1::UpdateConnectionRequest {
            connection: Some(connection),
            update_mask: Some(mask.finish()?),
            validate_only: self.dry.validate_only,
        })
    }
}
