//! Domains, between an environment and its organizations.

use super::*;

#[test]
fn a_domain_is_taken_from_its_organization_before_it_is_the_environments() {
    const ENVIRONMENT: &str =
        "environment: { id: dev, default_domain: login.acme.example }\norganizations:\n";
    const ACME: &str = "  acme: { display_name: Acme }\n";
    let mut there = There { organizations: there().organizations, ..There::default() };
    there.environment = Some(v1::Environment {
        name: "environments/dev".to_owned(),
        default_domain: "login.example".to_owned(),
        ..v1::Environment::default()
    });
    let other = v1::Organization {
        name: "environments/dev/organizations/other".to_owned(),
        custom_domain: "login.other.example".to_owned(),
        ..v1::Organization::default()
    };
    there.organizations.insert("other".to_owned(), other);
    let last = ["~ update environment dev", "- delete organization other"];
    for (file, first) in [
        (format!("{ENVIRONMENT}{ACME}"), "~ update organization acme"),
        (ENVIRONMENT.to_owned(), "- delete organization acme"),
    ] {
        let wanted = Wanted::read(&file).unwrap();
        let steps = plan(&wanted, &there, true).steps;
        let told = steps.iter().map(|step| step.told().lines().next().unwrap().to_owned());
        assert_eq!(told.collect::<Vec<_>>(), [first, last[0], last[1]]);
    }
}

#[test]
fn a_custom_domain_that_is_not_or_no_longer_verified_is_known() {
    let wanted = Wanted::read(FILE).unwrap();
    let unverified = |change: Change| {
        let mut there = there();
        change(&mut there);
        plan(&wanted, &there, false).unverified
    };
    assert!(unverified(|_| {}).is_empty());
    for change in [
        (|there| there.organizations.clear()) as Change,
        |there| acme(there).custom_domain = "login.other.example".to_owned(),
        |there| acme(there).domain_state = v1::DomainState::Failed.into(),
    ] {
        assert_eq!(unverified(change), ["acme"]);
    }
    let wanted = Wanted::read("organizations: { acme: { display_name: Acme } }").unwrap();
    assert!(plan(&wanted, &there(), false).unverified.is_empty());
}
