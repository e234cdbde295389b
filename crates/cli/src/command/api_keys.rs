//! `latchkey api-keys`.

use std::time::Duration;

use anyhow::{Context, Result};
use clap::Subcommand;
use latchkey_domain::{id::EnvironmentId, name::ApplicationName, text::DisplayName};
use latchkey_proto::{
    v1::{self, ApiKeyKind},
    well_known::Timestamp,
};
use tonic::Code;

use super::access::{Access, Administration};
use crate::{
    client::{Output, PageSize, answer, ask, environment_name, held, pages, tables},
    terminal::say,
};

/// What to do with API keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a key. It is printed once, on standard output, and can never be read again.
    Create(Create),
    /// List the keys of an environment, or the operator keys.
    List {
        /// Whose keys.
        #[arg(long, value_name = "ID")]
        environment: Option<EnvironmentId>,
        #[command(flatten)]
        size: PageSize,
    },
    /// Make the next key in place of one, which works on for a while. The next one is printed once.
    Rotate(Rotate),
    /// Revoke a key at once.
    Delete {
        /// Its whole name, as `list` shows it.
        name: String,
    },
}

/// The key to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    #[command(flatten)]
    holder: Holder,
    /// What administrators will read.
    #[arg(long, value_name = "TEXT", value_parser = DisplayName::parse, default_value = "made on the command line")]
    display_name: DisplayName,
    /// How long it will work, such as 90d, 12h or 30m; without it, until it is deleted.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    expires_in: Option<Duration>,
}

/// The key to replace.
#[derive(Debug, clap::Args)]
pub(crate) struct Rotate {
    /// Its whole name, as `list` shows it.
    name: String,
    /// How long it works on, such as 24h or 0m.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "24h")]
    overlap: Duration,
    /// How long the next one will work; without it, until it is deleted.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    expires_in: Option<Duration>,
}

/// Whose key it will be.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Holder {
    /// For everything.
    #[arg(long)]
    operator: bool,
    /// For the administration of this environment.
    #[arg(long, value_name = "ID")]
    environment: Option<EnvironmentId>,
    /// For a gateway that serves this environment.
    #[arg(long, value_name = "ENVIRONMENT")]
    gateway: Option<EnvironmentId>,
    /// For this application, to redeem its logins.
    #[arg(long, value_name = "ENVIRONMENT/APPLICATION", value_parser = application)]
    application: Option<ApplicationName>,
    /// For a reader of this environment's events.
    #[arg(long, value_name = "ENVIRONMENT")]
    consumer: Option<EnvironmentId>,
}

impl Holder {
    /// The environment that the key is in, its kind, and its application.
    fn parts(self) -> (String, ApiKeyKind, String) {
        let of = |environment: EnvironmentId| environment_name(environment.as_str());
        let environment = self.environment.map(|it| (of(it), ApiKeyKind::Environment));
        let gateway = self.gateway.map(|it| (of(it), ApiKeyKind::Gateway));
        let consumer = self.consumer.map(|it| (of(it), ApiKeyKind::Consumer));
        if let Some(name) = self.application {
            return (of(name.environment.clone()), ApiKeyKind::Application, name.to_string());
        }
        // Exactly one is given, so that what is left is the operator.
        let operator = (String::new(), ApiKeyKind::Operator);
        let (parent, kind) = environment.or(gateway).or(consumer).unwrap_or(operator);
        (parent, kind, String::new())
    }
}

/// Does it.
pub(crate) async fn run(access: &Access, command: Command) -> Result<()> {
    let administration = access.open().await?;
    let done = act(&administration, access.output, command).await;
    administration.close().await?;
    done
}

async fn act(administration: &Administration, output: Output, command: Command) -> Result<()> {
    let mut tenants = administration.client.tenants();
    match command {
        Command::Create(new) => create(administration, output, new).await,
        Command::List { environment, size: PageSize { page_size } } => {
            let parent = environment.map(|id| environment_name(id.as_str())).unwrap_or_default();
            let first = v1::ListApiKeysRequest { parent, page_size, page_token: String::new() };
            let page = pages!(tenants.list_api_keys(first).api_keys);
            output.pages(tables::API_KEYS, page).await
        }
        Command::Rotate(old) => rotate(administration, output, old).await,
        Command::Delete { name } => {
            let told = format!("{name} works no more");
            let request = ask(v1::DeleteApiKeyRequest { name });
            output.done(&answer(tenants.delete_api_key(request)).await?, &told)
        }
    }
}

async fn create(administration: &Administration, output: Output, new: Create) -> Result<()> {
    let (parent, kind, application) = new.holder.parts();
    let api_key = v1::ApiKey {
        kind: kind.into(),
        display_name: new.display_name.to_string(),
        application,
        expire_time: administration.after(new.expires_in),
        ..v1::ApiKey::default()
    };
    let request =
        ask(v1::CreateApiKeyRequest { parent, api_key: Some(api_key), request_id: String::new() });
    let made = match answer(administration.client.tenants().create_api_key(request)).await {
        Err(refusal) if refusal.code() == Code::NotFound => {
            return Err(refusal).context("there is no such environment or application");
        }
        made => made?,
    };
    if output.json {
        return output.answer(&made);
    }
    show_once(made.api_key, &made.key)
}

async fn rotate(administration: &Administration, output: Output, old: Rotate) -> Result<()> {
    let seconds = i64::try_from(old.overlap.as_secs()).unwrap_or(i64::MAX);
    let request = ask(v1::RotateApiKeyRequest {
        name: old.name,
        overlap: Some(latchkey_proto::well_known::Duration { seconds, nanos: 0 }),
        request_id: String::new(),
        expire_time: administration.after(old.expires_in),
    });
    let made = answer(administration.client.tenants().rotate_api_key(request)).await?;
    if output.json {
        return output.answer(&made);
    }
    show_once(made.api_key, &made.key)
}

/// The key alone goes to standard output, for whoever stores it.
fn show_once(resource: Option<v1::ApiKey>, key: &str) -> Result<()> {
    let name = held(resource, "the key's resource")?.name;
    eprintln!("{name} was made. This is the only time that the key is shown:");
    say(key)
}

impl Administration {
    /// The moment after some time.
    fn after(&self, time: Option<Duration>) -> Option<Timestamp> {
        let seconds = i64::try_from(time?.as_secs()).unwrap_or(i64::MAX);
        Some(Timestamp { seconds: self.now().saturating_add(seconds), nanos: 0 })
    }
}

fn application(text: &str) -> Result<ApplicationName, &'static str> {
    let name = text.split_once('/').and_then(|(environment, application)| {
        let (environment, application) = (environment.parse().ok()?, application.parse().ok()?);
        Some(ApplicationName { environment, application })
    });
    name.ok_or("must be an environment's and an application's id, such as dev/demo")
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    const REFUSED: &str = "must be a number and d, h or m, such as 90d";
    let unit = text.chars().last().ok_or(REFUSED)?;
    let seconds = match unit {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        _ => return Err(REFUSED),
    };
    let number = text.strip_suffix(unit).unwrap_or(text);
    let number: u64 = number.parse().map_err(|_| REFUSED)?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or(REFUSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_its_unit() {
        assert_eq!(duration("90d"), Ok(Duration::from_hours(90 * 24)));
        assert_eq!(duration("30m"), Ok(Duration::from_mins(30)));
        for bad in ["", "90", "d", "-1d", "1.5h", "1d1h", "1dd", "99999999999999999999d"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
