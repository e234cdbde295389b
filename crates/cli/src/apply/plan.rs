//! What to do, so that an environment holds what a file says: nothing is asked and nothing is done here.

use std::collections::BTreeSet;

use latchkey_proto::v1;

use super::{
    step::{APPLICATION, CONNECTION, ENVIRONMENT, ORGANIZATION, Step, differences},
    there::{ConnectionThere, There, id},
    wanted::{Wanted, WantedConnection, WantedCredential, WantedEnvironment},
};

/// What to do, in an order that works: what others need first, what needs others last.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    pub(super) steps: Vec<Step<'a>>,
    /// What is not in the file, and stays because nobody said to prune.
    pub(super) kept: Vec<String>,
    /// The organizations whose custom domains will not be verified, by their ids.
    pub(super) unverified: Vec<String>,
}

/// Compares a file with what is there. With `prune`, what is not in the file goes.
pub(super) fn plan<'a>(wanted: &'a Wanted, there: &'a There, prune: bool) -> Plan<'a> {
    let mut plan = Plan::default();
    if let Some(environment) = &wanted.environment {
        plan.environment(environment, there.environment.as_ref());
    }
    plan.applications(wanted, there);
    // Before the credentials that may be for their domains.
    plan.organizations(wanted, there);
    for (id, connection) in &wanted.connections {
        plan.connection(id, connection, there.connections.get(id));
    }
    let mut rest = Plan::default();
    rest.surplus(wanted, there);
    if prune {
        plan.steps.extend(rest.steps);
    } else {
        plan.kept = rest.steps.iter().map(|step| step.told()[2..].to_owned()).collect();
    }
    plan.free_the_default_domain();
    plan
}

impl<'a> Plan<'a> {
    fn environment(&mut self, wanted: &WantedEnvironment, there: Option<&'a v1::Environment>) {
        let mut after = there.cloned().unwrap_or_default();
        after.display_name = wanted.display_name.clone().unwrap_or(after.display_name);
        after.default_domain = wanted.default_domain.clone().unwrap_or(after.default_domain);
        after.sign_up_policy = wanted.sign_up_policy.clone().or(after.sign_up_policy);
        after.email_required = wanted.email_required.unwrap_or(after.email_required);
        after.email_code_lifetime = wanted.email_code_lifetime.or(after.email_code_lifetime);
        if let Some(before) = there {
            if !differences(before, &after, ENVIRONMENT).is_empty() {
                self.steps.push(Step::UpdateEnvironment { before, after });
            }
            return;
        }
        after.kind = wanted.kind.unwrap_or(v1::EnvironmentKind::NonProduction).into();
        self.steps.push(Step::CreateEnvironment { id: wanted.id.clone(), new: after });
    }

    /// What people sign in on for an organization is the environment's once it is no longer theirs.
    fn free_the_default_domain(&mut self) {
        let Some(Step::UpdateEnvironment { after, .. }) = self.steps.first() else { return };
        let domain = after.default_domain.clone();
        let steps = std::mem::take(&mut self.steps);
        let (first, rest): (Vec<_>, Vec<_>) =
            steps.into_iter().partition(|step| step.frees(&domain));
        self.steps.extend(first.into_iter().chain(rest));
    }

    fn applications(&mut self, wanted: &'a Wanted, there: &'a There) {
        for (id, application) in &wanted.applications {
            let before = there.applications.get(id);
            let after = v1::Application {
                display_name: application.display_name.clone(),
                redirect_uris: application.redirect_uris.clone(),
                ..before.cloned().unwrap_or_default()
            };
            match before {
                None => self.steps.push(Step::CreateApplication { id: id.clone(), new: after }),
                Some(before) if differences(before, &after, APPLICATION).is_empty() => {}
                Some(before) => self.steps.push(Step::UpdateApplication { before, after }),
            }
        }
    }

    fn organizations(&mut self, wanted: &'a Wanted, there: &'a There) {
        for (id, organization) in &wanted.organizations {
            let before = there.organizations.get(id);
            let after = v1::Organization {
                display_name: organization.display_name.clone(),
                custom_domain: organization.custom_domain.clone(),
                sign_up_policy: organization.sign_up_policy.clone(),
                ..before.cloned().unwrap_or_default()
            };
            // Another domain is verified anew.
            let stays = before.filter(|before| before.custom_domain == after.custom_domain);
            let stays_verified =
                stays.is_some_and(|before| before.domain_state() == v1::DomainState::Verified);
            if !after.custom_domain.is_empty() && !stays_verified {
                self.unverified.push(id.clone());
            }
            match before {
                None => self.steps.push(Step::CreateOrganization { id: id.clone(), new: after }),
                Some(before) if differences(before, &after, ORGANIZATION).is_empty() => {}
                Some(before) => self.steps.push(Step::UpdateOrganization { before, after }),
            }
        }
    }

    fn connection(
        &mut self,
        id: &str,
        wanted: &'a WantedConnection,
        there: Option<&'a ConnectionThere>,
    ) {
        if let Some(deleted) = there.filter(|there| there.is_deleted()) {
            // What is in it is seen once it is back, and compared then.
            return self.steps.push(Step::UndeleteConnection { there: &deleted.connection });
        }
        let before = there.map(|there| &there.connection);
        let after = v1::Connection {
            display_name: wanted.display_name.clone(),
            provider: wanted.provider.clone(),
            trusted_provider: wanted.trusted_provider,
            upstream_params: wanted.upstream_params.clone(),
            disabled: wanted.disabled,
            verify_by_code: wanted.verify_by_code,
            allowed_workspaces: wanted.allowed_workspaces.clone(),
            profile_sync: wanted.profile_sync.into(),
            ..before.cloned().unwrap_or_default()
        };
        match before {
            None => self.steps.push(Step::CreateConnection { id: id.to_owned(), new: after }),
            Some(before) if differences(before, &after, CONNECTION).is_empty() => {}
            Some(before) => self.steps.push(Step::UpdateConnection { before, after }),
        }
        self.credentials(id, &wanted.credentials, there.map_or(&[], |there| &there.credentials));
        for (application, &rights) in &wanted.grants {
            let granted = there.and_then(|there| there.grants.get(application));
            if granted.map(|granted| granted.rights) != Some(rights) {
                let (connection, application) = (id.to_owned(), application.clone());
                let etag = granted.map(|granted| granted.etag.clone()).unwrap_or_default();
                self.steps.push(Step::Grant { connection, application, rights, etag });
            }
        }
    }

    /// The first of each host is to be active. One that is there is found by its fingerprint.
    fn credentials(
        &mut self,
        connection: &str,
        wanted: &'a [WantedCredential],
        there: &'a [v1::Credential],
    ) {
        let mut hosts = BTreeSet::new();
        for new in wanted {
            let active = hosts.insert(new.host.as_str());
            match there.iter().find(|found| new.is(found)) {
                None => {
                    let connection = connection.to_owned();
                    self.steps.push(Step::AddCredential { connection, new, active });
                }
                Some(there) if active && there.role() != v1::CredentialRole::Active => {
                    self.steps.push(Step::PromoteCredential { there });
                }
                Some(_) => {}
            }
        }
    }

    /// What is there and not in the file, what is inside others first.
    fn surplus(&mut self, wanted: &Wanted, there: &'a There) {
        let live = there.connections.iter().filter(|(_, there)| !there.is_deleted());
        let (known, unknown): (Vec<_>, Vec<_>) =
            live.partition(|(id, _)| wanted.connections.contains_key(*id));
        for (id, there) in known {
            let wanted = &wanted.connections[id];
            let surplus = there.grants.iter().filter(|(id, _)| !wanted.grants.contains_key(*id));
            for (application, granted) in surplus {
                let (connection, application) = (id.clone(), application.clone());
                let etag = granted.etag.clone();
                self.steps.push(Step::Revoke { connection, application, etag });
            }
            let is_wanted =
                |there: &&v1::Credential| wanted.credentials.iter().any(|new| new.is(there));
            let surplus = there.credentials.iter().filter(|there| !is_wanted(there));
            let mut surplus = surplus.collect::<Vec<_>>();
            // The heir of one that goes would not be what was compared.
            surplus.sort_by_key(|there| there.role() == v1::CredentialRole::Active);
            self.steps.extend(surplus.into_iter().map(|there| Step::DeleteCredential { there }));
        }
        let unknown = unknown.into_iter().map(|(_, there)| &there.connection);
        self.steps.extend(unknown.map(|there| Step::DeleteConnection { there }));
        let unknown = there.applications.values();
        let unknown = unknown.filter(|there| !wanted.applications.contains_key(&id(&there.name)));
        self.steps.extend(unknown.map(|there| Step::DeleteApplication { there }));
        let unknown = there.organizations.values();
        let unknown = unknown.filter(|there| !wanted.organizations.contains_key(&id(&there.name)));
        self.steps.extend(unknown.map(|there| Step::DeleteOrganization { there }));
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
