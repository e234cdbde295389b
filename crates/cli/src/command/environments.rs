//! `latchkey environments`.

use anyhow::{Result, ensure};
use clap::Subcommand;
use latchkey_domain::{host::Host, id::EnvironmentId, text::DisplayName};
use latchkey_proto::v1;
use tonic::Code;

use super::{
    access::{Access, Administration},
    policies::{Lifetime, SignUp},
};
use crate::{
    client::{Guard, Mask, Output, PageSize, answer, ask, environment_name, held, pages, tables},
    terminal::say,
};

/// What to do with environments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an environment, unless it is there already.
    Create(Create),
    /// Show an environment.
    Get {
        /// Its id, or its whole name.
        name: String,
    },
    /// List the environments, oldest first.
    List {
        #[command(flatten)]
        size: PageSize,
    },
    /// Change what the flags name, and nothing else.
    Update {
        /// Its id, or its whole name.
        name: String,
        /// What administrators read.
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
        /// The host that people sign in on.
        #[arg(long, value_name = "HOST")]
        default_domain: Option<String>,
        #[command(flatten)]
        policies: Policies,
        #[command(flatten)]
        guard: Guard,
    },
    /// Tell what an environment lacks to go live. Ends with 1 if something is missing.
    Readiness {
        /// Its id, or its whole name.
        name: String,
    },
    /// Delete an environment that holds no connection, application, organization or user.
    Delete {
        /// Its id, or its whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
    },
}

/// The environment to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Its id, such as dev or live.
    id: EnvironmentId,
    /// The host that people sign in on, such as login.example.com or localhost:8080.
    #[arg(long, value_name = "HOST", value_parser = Host::parse)]
    default_domain: Host,
    /// What administrators read; without it, the id.
    #[arg(long, value_name = "TEXT", value_parser = DisplayName::parse)]
    display_name: Option<DisplayName>,
    /// It is for people's real accounts.
    #[arg(long)]
    production: bool,
    #[command(flatten)]
    policies: Policies,
}

/// What it asks of whoever signs in.
#[derive(Debug, clap::Args)]
pub(crate) struct Policies {
    /// Who may sign up: open, closed, or whoever proves an address of one of these domains.
    #[arg(long, value_name = "open|closed|DOMAINS")]
    sign_up_policy: Option<SignUp>,
    /// Nobody new comes in without an e-mail address that is proven.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    email_required: Option<bool>,
    /// How long a one-time code works: 1m to 120m.
    #[arg(long, value_name = "MINUTES")]
    email_code_lifetime: Option<Lifetime>,
}

impl Policies {
    fn environment(self, mask: &mut Mask) -> v1::Environment {
        let (sign_up, lifetime) = (self.sign_up_policy, self.email_code_lifetime);
        v1::Environment {
            sign_up_policy: mask.field("sign_up_policy", sign_up.map(|it| Some(it.0))),
            email_required: mask.field("email_required", self.email_required),
            email_code_lifetime: mask.field("email_code_lifetime", lifetime.map(|it| Some(it.0))),
            ..v1::Environment::default()
        }
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
        Command::Get { name } => {
            let name = environment_name(&name);
            let request = ask(v1::GetEnvironmentRequest { name });
            output.answer(&answer(tenants.get_environment(request)).await?)
        }
        Command::List { size: PageSize { page_size } } => {
            let first = v1::ListEnvironmentsRequest { page_size, page_token: String::new() };
            let page = pages!(tenants.list_environments(first).environments);
            output.pages(tables::ENVIRONMENTS, page).await
        }
        Command::Update { name, display_name, default_domain, policies, guard } => {
            let mut mask = Mask::default();
            let environment = v1::Environment {
                name: environment_name(&name),
                display_name: mask.field("display_name", display_name),
                default_domain: mask.field("default_domain", default_domain),
                etag: guard.etag,
                ..policies.environment(&mut mask)
            };
            let (environment, update_mask) = (Some(environment), Some(mask.finish()?));
            let request = ask(v1::UpdateEnvironmentRequest { environment, update_mask });
            output.answer(&answer(tenants.update_environment(request)).await?)
        }
        Command::Readiness { name } => readiness(administration, output, &name).await,
        Command::Delete { name, guard: Guard { etag } } => {
            let name = environment_name(&name);
            let request = ask(v1::DeleteEnvironmentRequest { name, etag });
            output.done(&answer(tenants.delete_environment(request)).await?, "it is deleted")
        }
    }
}

async fn create(administration: &Administration, output: Output, new: Create) -> Result<()> {
    let mut tenants = administration.client.tenants();
    let kind = if new.production {
        v1::EnvironmentKind::Production
    } else {
        v1::EnvironmentKind::NonProduction
    };
    let environment = v1::Environment {
        display_name: new.display_name.map_or_else(|| new.id.to_string(), |it| it.to_string()),
        kind: kind.into(),
        default_domain: new.default_domain.to_string(),
        ..new.policies.environment(&mut Mask::default())
    };
    let request = ask(v1::CreateEnvironmentRequest {
        environment_id: new.id.to_string(),
        environment: Some(environment),
        request_id: String::new(),
    });
    match answer(tenants.create_environment(request)).await {
        Ok(made) if output.json => output.answer(&made),
        Ok(made) => {
            let name = held(made.environment, "the environment")?.name;
            say(&format!("{name} was made"))
        }
        Err(refusal) if refusal.code() == Code::AlreadyExists => {
            let name = environment_name(new.id.as_str());
            let there = answer(tenants.get_environment(ask(v1::GetEnvironmentRequest { name })));
            // One that was deleted keeps its id, and cannot be had.
            let there = there.await.map_err(|_| refusal)?;
            output.done(&there, "it is there already, and was left as it is")
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn readiness(administration: &Administration, output: Output, name: &str) -> Result<()> {
    let mut tenants = administration.client.tenants();
    let request = ask(v1::GetReadinessRequest { name: environment_name(name) });
    let readiness = answer(tenants.get_readiness(request)).await?;
    output.list(&readiness.items, tables::READINESS)?;
    let missing = v1::ReadinessState::Missing;
    let missing = readiness.items.iter().filter(|item| item.state() == missing).count();
    ensure!(missing == 0, "{missing} of {} requirements are not met", readiness.items.len());
    Ok(())
}
