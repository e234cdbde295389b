//! `latchkey apply`: brings an environment to what a file says. `latchkey export`: writes such a file.

mod carry_out;
mod conflicts;
mod decode;
mod export;
mod node;
mod plan;
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
    client::{Api, Output, Place, environment_name},
    config::Problems,
    terminal::say,
};

use carry_out::Hand;
use plan::{Plan, plan};
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
    for _ in 0..ROUNDS {
        let there = There::read(&client, &parent).await?;
        let conflicts = conflicts::conflicts(&wanted, &there, options.prune);
        if !conflicts.is_empty() {
            return Err(FileProblems(conflicts)).with_context(place);
        }
        wanted.find_secrets(&folder, &client, &there).await.with_context(place)?;
        let plan = plan(&wanted, &there, options.prune);
        let changes = Changes { plan: &plan, output: api.output };
        if options.dry_run {
            return changes.show();
        }
        changes.make(&Hand { client: &client, parent: &parent }).await?;
        let is_undelete = |step: &Step<'_>| matches!(step, Step::UndeleteConnection { .. });
        if !plan.steps.iter().any(is_undelete) {
            break;
        }
    }
    Ok(())
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

/// Steps that are shown, and made.
struct Changes<'a> {
    plan: &'a Plan<'a>,
    output: Output,
}

impl Changes<'_> {
    /// Shows what would be done.
    fn show(&self) -> Result<()> {
        self.plan.steps.iter().try_for_each(|step| self.tell(step))?;
        self.end("nothing was changed: this was a dry run")
    }

    /// Makes the changes one after another. One that fails ends it, and what is left is told.
    async fn make(&self, hand: &Hand<'_>) -> Result<()> {
        for (at, step) in self.plan.steps.iter().enumerate() {
            if let Err(error) = hand.carry_out(step).await {
                let left = self.plan.steps[at..].iter().map(|step| format!("\n{}", step.told()));
                let left = left.collect::<String>();
                return Err(error.context(format!(
                    "{at} of {} changes are made; run it again to go on. Not made is:{left}\nbecause",
                    self.plan.steps.len()
                )));
            }
            self.tell(step)?;
        }
        self.end("done")
    }

    fn tell(&self, step: &Step<'_>) -> Result<()> {
        if self.output.json { say(&step.json().to_string()) } else { say(&step.told()) }
    }

    fn end(&self, told: &str) -> Result<()> {
        if self.output.json {
            return Ok(());
        }
        if !self.plan.kept.is_empty() {
            say("not in the file, and left alone; with --prune it is:")?;
            self.plan.kept.iter().try_for_each(|kept| say(&format!("    {kept}")))?;
        }
        say(if self.plan.steps.is_empty() { "nothing to change" } else { told })
    }
}
