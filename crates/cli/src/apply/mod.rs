//! `latchkey apply`: brings an environment to what a file says. `latchkey export`: writes such a file.

mod carry_out;
mod changes;
mod conflicts;
mod decode;
mod export;
mod node;
mod organizations;
mod plan;
mod policies;
mod reader;
mod secrets;
mod step;
mod there;
mod wanted;

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    client::{Api, Place, environment_name},
    config::Problems,
};

use carry_out::Hand;
use changes::Changes;
use plan::plan;
use step::Step;
use there::There;
use wanted::Wanted;

pub(crate) use export::export;
pub(crate) use reader::FileProblems;

/// After a round that undeleted connections one more compares what is in them.
const ROUNDS: usize = 2;

/// What to apply, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The YAML file; - is standard input. Secrets are in other files or in variables, which it names.
    file: PathBuf,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Delete what is in the environment and not in the file. Without it nothing is ever deleted.
    #[arg(long)]
    prune: bool,
}

/// Applies a file.
pub(crate) async fn apply(api: &Api, options: &Options) -> Result<()> {
    let (text, folder) = read(&options.file)?;
    let place = || options.file.display().to_string();
    let mut wanted = Wanted::read(&text).with_context(place)?;
    let (client, parent) = (api.client()?, parent(&api.place, &wanted)?);
    let hand = Hand::of(&client, &parent);
    for _ in 0..ROUNDS {
        let there = There::read(&client, &parent).await?;
        none(conflicts::conflicts(&wanted, &there, options.prune)).with_context(place)?;
        wanted.find_secrets(&folder, &client, &there).await.with_context(place)?;
        none(conflicts::strange_hosts(&wanted, &there, options.prune)).with_context(place)?;
        let plan = plan(&wanted, &there, options.prune);
        let changes = Changes { plan: &plan, hand: &hand, output: api.output };
        if options.dry_run {
            return changes.show().await;
        }
        changes.make().await?;
        let is_undelete = |step: &Step<'_>| matches!(step, Step::UndeleteConnection { .. });
        if !plan.steps.iter().any(is_undelete) {
            return changes.tell_unverified();
        }
    }
    Ok(())
}

fn none(problems: Vec<String>) -> Result<(), FileProblems> {
    if problems.is_empty() { Ok(()) } else { Err(FileProblems(problems)) }
}

/// The file's text, and the folder that the files of its secrets are in.
fn read(path: &Path) -> Result<(String, PathBuf)> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
        return Ok((text, PathBuf::new()));
    }
    let text = crate::files::read(path)?;
    let text = text.with_context(|| format!("there is no {}", path.display()))?;
    Ok((text, path.parent().map(Path::to_owned).unwrap_or_default()))
}

/// The environment, by the file or by the command line, which must not disagree.
fn parent(place: &Place, wanted: &Wanted) -> Result<String> {
    let Some(in_file) = wanted.environment.as_ref().map(|it| environment_name(&it.id)) else {
        return place.parent();
    };
    match place.environment.as_deref().map(environment_name) {
        Some(other) if other != in_file => {
            let problem = format!("the file is for {in_file}, and --environment says {other}");
            Err(Problems::one(problem).into())
        }
        _ => Ok(in_file),
    }
}
