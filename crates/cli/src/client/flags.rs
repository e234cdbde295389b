//! Flags that many commands have.

/// Guards a change against somebody who was faster.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Guard {
    /// Only if this is still the current etag, as `get` shows it, or a list with --json.
    #[arg(long, value_name = "ETAG", default_value = "", hide_default_value = true)]
    pub(crate) etag: String,
}

/// What whoever creates a resource may choose.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Chosen {
    /// A UUID that makes a repeat of this command tell of the first one's resource.
    #[arg(long, value_name = "UUID", default_value = "", hide_default_value = true)]
    pub(crate) request_id: String,
}

/// Asks what would happen.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Dry {
    /// Only check it and show the answer; change nothing.
    #[arg(long)]
    pub(crate) validate_only: bool,
}
