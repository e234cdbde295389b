//! `latchkey applications`.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use latchkey_domain::logo::LogoType;
use latchkey_proto::v1;

use crate::client::{Api, Chosen, Guard, Mask, Paging, ask, pages, tables};

/// `SetApplicationLogoRequest.logo`, in bytes.
const MOST_BYTES: u64 = LogoType::MOST_BYTES as u64;

/// What to do with applications.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an application.
    Create {
        /// Its id, such as demo; without it, one is made up.
        id: Option<String>,
        /// What people read on the sign-in page.
        #[arg(long, value_name = "TEXT")]
        display_name: String,
        /// Where the browser may be sent after a sign-in. Give it once for each.
        #[arg(long = "redirect-uri", value_name = "URI", required = true)]
        redirect_uris: Vec<String>,
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Show an application.
    Get {
        /// Its id, or its whole name.
        name: String,
    },
    /// List the applications of an environment, oldest first.
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Change what the flags name, and nothing else.
    Update {
        /// Its id, or its whole name.
        name: String,
        /// What people read on the sign-in page.
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
        /// All of where the browser may be sent after a sign-in. Give it once for each.
        #[arg(long = "redirect-uri", value_name = "URI")]
        redirect_uris: Option<Vec<String>>,
        #[command(flatten)]
        guard: Guard,
    },
    /// Give an application a logo, which people see where they sign in, or take it away.
    SetLogo {
        /// Its id, or its whole name.
        name: String,
        /// A PNG, JPEG or WebP image of at most 48 KiB.
        #[arg(value_name = "FILE", required_unless_present = "none")]
        file: Option<PathBuf>,
        /// It has none from then on.
        #[arg(long, conflicts_with = "file")]
        none: bool,
        #[command(flatten)]
        guard: Guard,
    },
    /// Delete an application, with its keys and grants.
    Delete {
        /// Its id, or its whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
    },
}

/// Does it.
pub(crate) async fn run(api: &Api, command: Command) -> Result<()> {
    let mut tenants = api.client()?.tenants();
    match command {
        Command::Create { id, display_name, redirect_uris, chosen } => {
            let application =
                v1::Application { display_name, redirect_uris, ..v1::Application::default() };
            let request = v1::CreateApplicationRequest {
                parent: api.place.parent()?,
                application_id: id.unwrap_or_default(),
                application: Some(application),
                request_id: chosen.request_id,
            };
            api.show(tenants.create_application(ask(request))).await
        }
        Command::Get { name } => {
            let name = api.place.application(&name)?;
            api.show(tenants.get_application(ask(v1::GetApplicationRequest { name }))).await
        }
        Command::List { paging } => list(api, paging).await,
        Command::Update { name, display_name, redirect_uris, guard } => {
            update(api, &name, (display_name, redirect_uris), guard).await
        }
        Command::SetLogo { name, file, none: _, guard } => {
            set_logo(api, &name, file.as_deref(), guard).await
        }
        Command::Delete { name, guard: Guard { etag } } => {
            let name = api.place.application(&name)?;
            let request = ask(v1::DeleteApplicationRequest { name, etag });
            let told = "it is deleted, with its keys and grants";
            api.done(tenants.delete_application(request), told).await
        }
    }
}

async fn list(api: &Api, paging: Paging) -> Result<()> {
    let tenants = api.client()?.tenants();
    let first = v1::ListApplicationsRequest {
        parent: api.place.parent()?,
        filter: paging.filter,
        page_size: paging.size.page_size,
        ..v1::ListApplicationsRequest::default()
    };
    let page = pages!(tenants.list_applications(first).applications);
    api.output.pages(tables::APPLICATIONS, page).await
}

async fn update(
    api: &Api,
    name: &str,
    (display_name, redirect_uris): (Option<String>, Option<Vec<String>>),
    guard: Guard,
) -> Result<()> {
    let mut mask = Mask::default();
    let application = v1::Application {
        name: api.place.application(name)?,
        display_name: mask.field("display_name", display_name),
        redirect_uris: mask.field("redirect_uris", redirect_uris),
        etag: guard.etag,
        ..v1::Application::default()
    };
    let (application, update_mask) = (Some(application), Some(mask.finish()?));
    let request = v1::UpdateApplicationRequest { application, update_mask };
    api.show(api.client()?.tenants().update_application(ask(request))).await
}

async fn set_logo(api: &Api, name: &str, file: Option<&Path>, guard: Guard) -> Result<()> {
    let logo = file.map(image).transpose()?.unwrap_or_default();
    let name = api.place.application(name)?;
    let request = v1::SetApplicationLogoRequest { name, logo, etag: guard.etag };
    api.show(api.client()?.tenants().set_application_logo(ask(request))).await
}

/// The bytes of an image: no more than the service takes, so that a wrong file is not read whole.
fn image(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let opened = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let read = opened.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("cannot read {}", file.display()))?;
    if bytes.is_empty() {
        bail!("{} is empty: --none takes the logo away", file.display());
    }
    if bytes.len() as u64 > MOST_BYTES {
        bail!("{} has more than {MOST_BYTES} bytes, the most that a logo may have", file.display());
    }
    Ok(bytes)
}
