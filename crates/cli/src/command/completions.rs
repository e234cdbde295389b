//! `completions` and `man`: what shells and readers know of the command line.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::{args::Args, terminal};

/// What the binary is called.
const BINARY: &str = "latchkey";

/// Writes a shell's script to standard output.
pub(super) fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), BINARY, &mut script);
    terminal::say(String::from_utf8(script)?.trim_end())
}

/// Writes a page for each command into a folder, which is made if it is not there.
pub(super) fn man(folder: &Path) -> Result<()> {
    let place = || folder.display().to_string();
    std::fs::create_dir_all(folder).with_context(place)?;
    clap_mangen::generate_to(Args::command(), folder).with_context(place)?;
    terminal::say(&format!("read them with: man {}/{BINARY}.1", folder.display()))
}
