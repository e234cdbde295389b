//! The steps of a plan, shown or made.

use anyhow::Result;
use latchkey_proto::v1;

use super::{carry_out::Hand, plan::Plan, step::Step};
use crate::{client::Output, command::organizations::lost, terminal::say};

/// Steps that are shown, and made.
pub(super) struct Changes<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) hand: &'a Hand<'a>,
    pub(super) output: Output,
}

impl Changes<'_> {
    /// Shows what would be done, and who would lose their way in.
    pub(super) async fn show(&self) -> Result<()> {
        for step in &self.plan.steps {
            self.tell(step, self.hand.foresee(step).await?)?;
        }
        self.end("nothing was changed: this was a dry run")
    }

    /// Makes the changes one after another. One that fails ends it, and what is left is told.
    pub(super) async fn make(&self) -> Result<()> {
        for (at, step) in self.plan.steps.iter().enumerate() {
            match self.hand.carry_out(step).await {
                Ok(removed) => self.tell(step, removed)?,
                Err(error) => return Err(error.context(self.left(at))),
            }
        }
        self.end("done")
    }

    /// Tells which custom domains are still to be proved, and how.
    pub(super) fn tell_unverified(&self) -> Result<()> {
        if self.output.json || self.plan.unverified.is_empty() {
            return Ok(());
        }
        say("nobody signs in yet on the custom domains of these; the record to set is told by:")?;
        self.plan.unverified.iter().try_for_each(|id| {
            let name = format!("{}/organizations/{id}", self.hand.parent);
            say(&format!("    latchkey organizations start-domain-verification {name}"))
        })
    }

    /// What is not made, from one step on.
    fn left(&self, at: usize) -> String {
        let left = self.plan.steps[at..].iter().map(|step| format!("\n{}", step.told()));
        format!(
            "{at} of {} changes are made; run it again to go on. Not made is:{}\nbecause",
            self.plan.steps.len(),
            left.collect::<String>()
        )
    }

    fn tell(&self, step: &Step<'_>, removed: Option<v1::DomainDependents>) -> Result<()> {
        if self.output.json {
            let mut told = step.json();
            if let Some(removed) = removed {
                told["removedDomain"] = serde_json::to_value(removed)?;
            }
            return say(&told.to_string());
        }
        let lost = removed.as_ref().map(lost).unwrap_or_default();
        let lost = lost.lines().map(|line| format!("\n    {line}"));
        say(&(step.told() + &lost.collect::<String>()))
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
