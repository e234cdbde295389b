//! Making an organization, changing it, and deleting it.

use anyhow::Result;
use latchkey_proto::v1;

use super::lost;
use crate::{
    client::{Api, Chosen, Dry, Guard, Mask, Place, answer, ask},
    command::policies::SignUp,
    terminal::say,
};

/// The organization to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Its id, such as acme; without it, one is made up.
    id: Option<String>,
    /// What administrators read.
    #[arg(long, value_name = "TEXT")]
    display_name: String,
    /// The host that its people sign in on once it is verified, such as login.acme.example.
    #[arg(long, value_name = "HOST", default_value = "", hide_default_value = true)]
    custom_domain: String,
    /// Who may sign up for it: open, closed, or whoever proves an address of one of these domains; without
    /// it, whoever its environment lets.
    #[arg(long, value_name = "open|closed|DOMAINS")]
    sign_up_policy: Option<SignUp>,
    #[command(flatten)]
    chosen: Chosen,
}

/// The changes to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Update {
    /// Its id, or its whole name.
    name: String,
    /// What administrators read.
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// Another host that its people sign in on once it is verified, in place of the one before at once.
    #[arg(long, value_name = "HOST", conflicts_with = "no_custom_domain")]
    custom_domain: Option<String>,
    /// Its people sign in on the environment's default domain alone.
    #[arg(long)]
    no_custom_domain: bool,
    /// Who may sign up for it: open, closed, or whoever proves an address of one of these domains.
    #[arg(long, value_name = "open|closed|DOMAINS", conflicts_with = "no_sign_up_policy")]
    sign_up_policy: Option<SignUp>,
    /// Whoever its environment lets may sign up for it.
    #[arg(long)]
    no_sign_up_policy: bool,
    #[command(flatten)]
    guard: Guard,
    #[command(flatten)]
    dry: Dry,
}

impl Create {
    pub(super) fn request(self, place: &Place) -> Result<v1::CreateOrganizationRequest> {
        let organization = v1::Organization {
            display_name: self.display_name,
            custom_domain: self.custom_domain,
            sign_up_policy: self.sign_up_policy.map(|it| it.0),
            ..v1::Organization::default()
        };
        Ok(v1::CreateOrganizationRequest {
            parent: place.parent()?,
            organization_id: self.id.unwrap_or_default(),
            organization: Some(organization),
            request_id: self.chosen.request_id,
        })
    }
}

impl Update {
    fn request(self, place: &Place) -> Result<v1::UpdateOrganizationRequest> {
        let mut mask = Mask::default();
        let none = self.no_custom_domain.then(String::new);
        let sign_up = self.sign_up_policy.map(|it| Some(it.0));
        let sign_up = self.no_sign_up_policy.then_some(None).or(sign_up);
        let organization = v1::Organization {
            name: place.organization(&self.name)?,
            display_name: mask.field("display_name", self.display_name),
            custom_domain: mask.field("custom_domain", none.or(self.custom_domain)),
            sign_up_policy: mask.field("sign_up_policy", sign_up),
            etag: self.guard.etag,
            ..v1::Organization::default()
        };
        Ok(v1::UpdateOrganizationRequest {
            organization: Some(organization),
            update_mask: Some(mask.finish()?),
            validate_only: self.dry.validate_only,
        })
    }
}

/// Changes it, and tells who loses their way in.
pub(super) async fn update(api: &Api, update: Update) -> Result<()> {
    let request = update.request(&api.place)?;
    let mut tenants = api.client()?.tenants();
    let changed = answer(tenants.update_organization(ask(request))).await?;
    if api.output.json {
        return api.output.answer(&changed);
    }
    api.output.answer(&changed.organization)?;
    let removed = changed.removed_domain.as_ref();
    removed.map_or(Ok(()), |removed| say(&format!("\n{}", lost(removed))))
}

/// Deletes it, and tells who loses their way in.
pub(super) async fn delete(api: &Api, request: v1::DeleteOrganizationRequest) -> Result<()> {
    let told = if request.validate_only {
        "it can be deleted, and was left as it is"
    } else {
        "it is deleted; its people keep their users"
    };
    let mut tenants = api.client()?.tenants();
    let deleted = answer(tenants.delete_organization(ask(request))).await?;
    api.output.done(&deleted, told)?;
    match &deleted.removed_domain {
        Some(removed) if !api.output.json => say(&lost(removed)),
        _ => Ok(()),
    }
}
