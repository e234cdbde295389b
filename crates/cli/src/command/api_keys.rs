//! `latchkey api-keys`: on the database itself, so that the first key can be made.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Subcommand;
use latchkey_domain::{
    access::{ApiKey, Principal},
    caller::Caller,
    id::EnvironmentId,
    name::{ApplicationName, EnvironmentKeyName, OperatorKeyName},
    page::{Page, PageSize},
    text::DisplayName,
    time::Timestamp,
};
use latchkey_identity::{Latchkey, NewApiKey};
use secrecy::ExposeSecret;

use super::environments::{Administration, moment};
use crate::{config::Config, terminal};

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
        /// One JSON object a line, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key at once.
    Delete {
        /// Its name, as `list` shows it.
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
    /// A JSON object, for programs.
    #[arg(long)]
    json: bool,
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
    fn principal(self) -> Principal {
        let environment = self.environment.map(Principal::Environment);
        let gateway = || self.gateway.map(Principal::Gateway);
        let consumer = || self.consumer.map(Principal::Consumer);
        let of_application =
            |name: ApplicationName| Principal::Application(name.environment, name.application);
        let application = || self.application.map(of_application);
        // Exactly one is given, so that what is left is the operator.
        environment
            .or_else(gateway)
            .or_else(consumer)
            .or_else(application)
            .unwrap_or(Principal::Operator)
    }
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Result<()> {
    let administration = Administration::open(config).await?;
    let latchkey = administration.latchkey();
    match command {
        Command::Create(create) => {
            make(latchkey, administration.now(), create).await?;
        }
        Command::List { environment, json } => list(latchkey, environment.as_ref(), json).await?,
        Command::Delete { name } => delete(latchkey, &name).await?,
    }
    administration.close().await
}

async fn make(latchkey: &Latchkey, now: Timestamp, create: Create) -> Result<()> {
    let new = NewApiKey {
        principal: create.holder.principal(),
        display_name: create.display_name,
        expires_at: create.expires_in.map(|expires_in| now.plus(expires_in)),
        request: None,
    };
    let made = latchkey.create_api_key(&Caller::of_the_database(), &new).await;
    let (key, issued) = made.map_err(|error| match error {
        latchkey_identity::Error::NotFound => {
            anyhow!("there is no such environment or application")
        }
        error => error.into(),
    })?;
    let issued = issued.context("a new key can be read")?;
    let secret = issued.secret.expose_secret();
    if create.json {
        let mut shown = json(&key);
        shown["key"] = secret.into();
        return terminal::say(&shown.to_string());
    }
    eprintln!("{} was made. This is the only time that the key is shown:", key.name());
    terminal::say(secret)
}

async fn list(
    latchkey: &Latchkey,
    environment: Option<&EnvironmentId>,
    as_json: bool,
) -> Result<()> {
    let mut keys = Vec::new();
    let mut page = Page { size: PageSize(PageSize::MAX), after: None };
    loop {
        let listed = latchkey.list_api_keys(&Caller::of_the_database(), environment, &page).await?;
        keys.extend(listed.items);
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    if as_json {
        return keys.iter().try_for_each(|key| terminal::say(&json(key).to_string()));
    }
    let rows = keys.iter().map(row).collect::<Vec<_>>();
    let headings = ["NAME", "KIND", "BEGINS", "DISPLAY NAME", "CREATED", "EXPIRES", "LAST USED"];
    terminal::say(&terminal::table(&headings, &rows))
}

async fn delete(latchkey: &Latchkey, name: &str) -> Result<()> {
    let (environment, id) = if let Ok(OperatorKeyName { api_key }) = name.parse() {
        (None, api_key)
    } else if let Ok(EnvironmentKeyName { environment, api_key }) = name.parse() {
        (Some(environment), api_key)
    } else {
        bail!("a key's name is such as apiKeys/key_… or environments/dev/apiKeys/key_…");
    };
    latchkey.delete_api_key(&Caller::of_the_database(), environment.as_ref(), id).await?;
    terminal::say(&format!("{name} works no more"))
}

fn row(key: &ApiKey) -> Vec<String> {
    let maybe = |time: Option<Timestamp>, never: &str| time.map_or(never.to_owned(), moment);
    vec![
        key.name(),
        key.principal.kind().to_string(),
        key.hint.clone(),
        key.display_name.to_string(),
        moment(key.created_at),
        maybe(key.expires_at, "never"),
        maybe(key.last_used_at, "never"),
    ]
}

fn json(key: &ApiKey) -> serde_json::Value {
    serde_json::json!({
        "name": key.name(),
        "kind": key.principal.kind().to_string(),
        "hint": key.hint,
        "displayName": key.display_name.as_str(),
        "createTime": moment(key.created_at),
        "expireTime": key.expires_at.map(moment),
        "lastUseTime": key.last_used_at.map(moment),
    })
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
