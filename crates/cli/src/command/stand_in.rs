//! `latchkey bitbucket-stand-in`.

use anyhow::Result;
use bitbucket_stand_in::{Error, Settings, StandIn};

use crate::{
    listen::{Place, cannot_listen},
    run::Run,
    terminal,
};

/// Plays Bitbucket until stopped.
pub(super) async fn run(settings: Settings) -> Result<()> {
    let run = Run::until_told()?;
    let stand_in = start(settings, "--listen").await?;
    terminal::say(&format!("Bitbucket's stand-in is at {}", stand_in.base_url()))?;
    run.wanted().cancelled().await;
    stand_in.stop().await;
    Ok(())
}

/// Starts a stand-in, where `setting` says.
pub(crate) async fn start(settings: Settings, setting: &'static str) -> Result<StandIn> {
    StandIn::start(settings).await.map_err(|Error::Listen { address, source }| {
        cannot_listen(address, Place { what: "the stand-in", setting }, source)
    })
}
