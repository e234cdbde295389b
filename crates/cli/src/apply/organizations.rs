//! Steps on organizations, and who loses their way in by them.

use latchkey_proto::v1;

use super::{
    carry_out::{Hand, mask},
    step::{ORGANIZATION, Step, differences},
};
use crate::client::{Refusal, answer, ask};

impl Hand<'_> {
    /// Who would lose their way in by a step.
    pub(super) async fn foresee(
        &self,
        step: &Step<'_>,
    ) -> Result<Option<v1::DomainDependents>, Refusal> {
        self.change_organization(step, true).await
    }

    /// Changes or deletes an organization, or only asks what that would do; nothing for other steps.
    pub(super) async fn change_organization(
        &self,
        step: &Step<'_>,
        validate_only: bool,
    ) -> Result<Option<v1::DomainDependents>, Refusal> {
        let mut tenants = self.client.tenants();
        match step {
            Step::UpdateOrganization { before, after } => {
                let request = ask(v1::UpdateOrganizationRequest {
                    organization: Some(after.clone()),
                    update_mask: Some(mask(differences(before, after, ORGANIZATION))),
                    validate_only,
                });
                Ok(answer(tenants.update_organization(request)).await?.removed_domain)
            }
            Step::DeleteOrganization { there } => {
                let (name, etag) = (there.name.clone(), there.etag.clone());
                let request = ask(v1::DeleteOrganizationRequest { name, etag, validate_only });
                Ok(answer(tenants.delete_organization(request)).await?.removed_domain)
            }
            _ => Ok(None),
        }
    }

    pub(super) async fn create_organization(
        &self,
        id: &str,
        new: &v1::Organization,
    ) -> Result<(), Refusal> {
        let request = ask(v1::CreateOrganizationRequest {
            parent: self.parent.to_owned(),
            organization_id: id.to_owned(),
            organization: Some(new.clone()),
            request_id: String::new(),
        });
        answer(self.client.tenants().create_organization(request)).await.map(drop)
    }
}
