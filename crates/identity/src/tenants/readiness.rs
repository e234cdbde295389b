//! The checklist before going live.

use latchkey_domain::{
    caller::Caller,
    environment::ProviderProblem,
    id::EnvironmentId,
    provider::ProviderName,
    readiness::{ReadinessItem, judge},
};

use crate::{Latchkey, Result};

impl Latchkey {
    /// Says what an environment lacks to go live. Read from the database; no provider is asked.
    #[tracing::instrument(skip_all, fields(environment = %id), err(level = "debug"))]
    pub async fn environment_readiness(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
    ) -> Result<Vec<ReadinessItem>> {
        let environment = self.environment(caller, id).await?;
        let facts = self.store.readiness(&environment, self.clock.now()).await?;
        Ok(judge(&environment, &facts, |provider| self.problem_of(provider)))
    }

    /// What there is against going live with a provider.
    fn problem_of(&self, name: &ProviderName) -> Option<ProviderProblem> {
        match self.providers.get(name) {
            None => Some(ProviderProblem::NotConfigured),
            Some(provider) if provider.is_stand_in() => Some(ProviderProblem::StandIn),
            Some(_) => None,
        }
    }
}
