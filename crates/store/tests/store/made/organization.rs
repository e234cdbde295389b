//! Organizations with custom domains.

use latchkey_domain::{
    host::Host,
    organization::{CustomDomain, Organization, Token, Verification, VerificationState},
    policy::{EmailDomain, SignUpPolicy},
};

use super::{NOW, dev, display};

/// An organization of `dev` with a custom domain that is this far.
pub(crate) fn organization(id: &str, host: &str, state: VerificationState) -> Organization {
    let verification = Verification {
        token: Token::parse(&"t".repeat(43)).unwrap(),
        state,
        problem: None,
        started_at: NOW,
        checked_at: Some(NOW),
        verified_at: None,
        missing_since: None,
        next_check_at: None,
    };
    let host = Host::parse(host).unwrap();
    let acme = EmailDomain::parse("acme.example").unwrap();
    Organization {
        environment: dev(),
        id: id.parse().unwrap(),
        display_name: display("A customer"),
        domain: Some(CustomDomain { host, verification: Some(verification) }),
        sign_up_policy: Some(SignUpPolicy::EmailDomains(vec![acme])),
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    }
}
