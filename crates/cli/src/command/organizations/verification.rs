//! Proving a custom domain: the record to set, and whether it was found.

use anyhow::{Result, ensure};
use latchkey_domain::time::Timestamp;
use latchkey_proto::v1::{
    CheckDomainVerificationRequest, DomainProblem, DomainState, DomainVerification, Organization,
    StartDomainVerificationRequest,
};

use crate::{
    client::{Api, answer, ask, held, printable},
    terminal::{moment, say},
};

/// Shows the record to set.
pub(super) async fn start(api: &Api, name: String) -> Result<()> {
    let mut tenants = api.client()?.tenants();
    let request = ask(StartDomainVerificationRequest { name });
    let started = answer(tenants.start_domain_verification(request)).await?;
    if api.output.json {
        return api.output.answer(&started);
    }
    let organization = held(started.organization, "the organization")?;
    say(&record(&organization))
}

/// Looks for the record, and shows what was found; fails if the domain is not verified.
pub(super) async fn check(api: &Api, name: String) -> Result<()> {
    let mut tenants = api.client()?.tenants();
    let request = ask(CheckDomainVerificationRequest { name });
    let checked = answer(tenants.check_domain_verification(request)).await?;
    if api.output.json {
        api.output.answer(&checked)?;
    }
    let organization = held(checked.organization, "the organization")?;
    if !api.output.json {
        found(&organization).iter().try_for_each(|line| say(line))?;
    }
    let is_verified = organization.domain_state() == DomainState::Verified;
    ensure!(is_verified, "{} is not verified", printable(&organization.custom_domain));
    Ok(())
}

/// The record, its name and its value on lines of their own, and what happens once it is set.
fn record(organization: &Organization) -> String {
    let domain = printable(&organization.custom_domain);
    let verification = organization.domain_verification.clone().unwrap_or_default();
    let next = if organization.domain_state() == DomainState::Verified {
        "It is verified. The record is looked for every day: leave it there.".to_owned()
    } else {
        format!(
            "It is looked for every 5 minutes for 72 hours. To look at once:\n\n\
             latchkey organizations check-domain-verification {}",
            printable(&organization.name)
        )
    };
    format!(
        "Set this TXT record in the DNS zone of {domain}, its name first and then its value:\n\n\
         {}\n{}\n\n{next}",
        printable(&verification.record_name),
        printable(&verification.record_value),
    )
}

/// How the look ended, what mends it, and when is looked again.
fn found(organization: &Organization) -> Vec<String> {
    let state = organization.domain_state().as_str_name();
    let state = state.strip_prefix("DOMAIN_STATE_").unwrap_or(state);
    let mut told = vec![format!("{}: {state}", organization.custom_domain)];
    let nothing = DomainVerification::default();
    let verification = organization.domain_verification.as_ref().unwrap_or(&nothing);
    if verification.problem() != DomainProblem::Unspecified {
        let problem = verification.problem().as_str_name();
        told.push(problem.strip_prefix("DOMAIN_PROBLEM_").unwrap_or(problem).to_owned());
        told.push(verification.description.clone());
    }
    if let Some(next) = &verification.next_check_time {
        let next = Timestamp(next.seconds.saturating_mul(1_000_000));
        told.push(format!("it is looked for again at {}", moment(next)));
    }
    told.iter().map(|line| printable(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(state: DomainState, problem: DomainProblem) -> Organization {
        let verification = DomainVerification {
            record_name: "_latchkey.login.acme.example".to_owned(),
            record_value: "latchkey-verification=abc".to_owned(),
            problem: problem.into(),
            description: "Set it.".to_owned(),
            ..DomainVerification::default()
        };
        Organization {
            name: "environments/dev/organizations/acme".to_owned(),
            custom_domain: "login.acme.example".to_owned(),
            domain_state: state.into(),
            domain_verification: Some(verification),
            ..Organization::default()
        }
    }

    #[test]
    fn the_record_stands_on_lines_of_its_own() {
        let new =
            record(&organization(DomainState::VerificationInProgress, DomainProblem::Unspecified));
        let lines = new.lines().collect::<Vec<_>>();
        assert_eq!(lines[2..4], ["_latchkey.login.acme.example", "latchkey-verification=abc"]);
        let command =
            "latchkey organizations check-domain-verification environments/dev/organizations/acme";
        assert_eq!(lines.last(), Some(&command));
        let verified = record(&organization(DomainState::Verified, DomainProblem::Unspecified));
        assert!(verified.ends_with("leave it there."), "{verified}");
    }

    #[test]
    fn a_problem_is_told_with_what_mends_it() {
        let found = |state, problem| super::found(&organization(state, problem));
        let verified = found(DomainState::Verified, DomainProblem::Unspecified);
        assert_eq!(verified, ["login.acme.example: VERIFIED"]);
        assert_eq!(
            found(DomainState::Failed, DomainProblem::RecordMissing),
            ["login.acme.example: FAILED", "RECORD_MISSING", "Set it."]
        );
    }
}
