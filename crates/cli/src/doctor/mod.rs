//! `latchkey doctor`: looks at everything that the service stands on, and says what to mend.

mod checks;

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::Serialize;
use tokio::time::timeout;

use crate::{
    args::Source,
    client::{Output, printable},
    config::{Config, Section},
    terminal::{Look, Palette, say},
};

use checks::Checks;

/// Beyond what the parts themselves allow for a connection and an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// As wide as the longest name of a check.
const WIDTH: usize = 13;

/// Where the settings come from, and how it is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    output: Output,
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    outcome: Outcome,
    /// What was found.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "str::is_empty")]
    hint: &'static str,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// As it should be.
    Ok,
    /// It could not be looked at, because of something that is told elsewhere; or there is nothing to look at.
    Skipped,
    /// It must be mended.
    Failed,
}

impl Finding {
    fn ok(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Ok, detail: detail.into(), hint: "" }
    }

    fn skipped(check: &'static str, detail: &str) -> Self {
        Self { check, outcome: Outcome::Skipped, detail: detail.to_owned(), hint: "" }
    }

    fn failed(check: &'static str, detail: impl Into<String>, hint: &'static str) -> Self {
        Self { check, outcome: Outcome::Failed, detail: detail.into(), hint }
    }

    fn told(&self, palette: Palette) -> String {
        let (look, word) = match self.outcome {
            Outcome::Ok => (Look::Good, "OK  "),
            Outcome::Skipped => (Look::Faint, "-   "),
            Outcome::Failed => (Look::Bad, "FAIL"),
        };
        let word = palette.paint(look, word);
        let detail = self.detail.lines().map(printable).collect::<Vec<_>>().join("\n      ");
        let line = format!("{word}  {:WIDTH$}  {detail}", self.check);
        if self.hint.is_empty() { line } else { format!("{line}\n      {}", self.hint) }
    }
}

/// Looks at everything, and ends with a failure if anything must be mended.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let findings = match Config::read(options.source.config.as_deref()) {
        // Large: every check is in it.
        Ok(config) => Box::pin(look(&config)).await,
        Err(error) => vec![configuration(Err(error))],
    };
    let palette = Palette::of_stdout();
    for finding in &findings {
        if options.output.json {
            say(&serde_json::to_string(finding)?)?;
        } else {
            say(&finding.told(palette))?;
        }
    }
    let failed = findings.iter().filter(|finding| finding.outcome == Outcome::Failed).count();
    ensure!(failed == 0, "{failed} of {} checks failed", findings.len());
    Ok(())
}

async fn look(config: &Config) -> Vec<Finding> {
    let checks = Checks { config };
    let (database, broker, mail, providers) = tokio::join!(
        checks.database(),
        within("broker", checks.broker()),
        within("mail", checks.mail()),
        checks.providers(),
    );
    let mut findings = vec![configuration(config.check(&Section::ALL).map_err(Into::into))];
    findings.extend(database);
    findings.extend([broker, mail]);
    findings.extend(providers);
    findings
}

fn configuration(checked: Result<()>) -> Finding {
    match checked {
        Ok(()) => Finding::ok("configuration", "every setting is good"),
        Err(error) => Finding::failed(
            "configuration",
            format!("{error:#}"),
            "mend the settings: `latchkey check-config` tells them as well",
        ),
    }
}

/// Gives a check its time.
async fn within(check: &'static str, looking: impl Future<Output = Finding>) -> Finding {
    let slow = |_| Finding::failed(check, "no answer in time", "see whether it is overloaded");
    timeout(PATIENCE, looking).await.unwrap_or_else(slow)
}
