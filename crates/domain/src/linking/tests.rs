//! Every cell of the table, against the table as it is written down.

use super::*;
use crate::{policy::EmailDomain, time::Timestamp};

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn domains(of: &str) -> SignUpPolicy {
    SignUpPolicy::EmailDomains(vec![EmailDomain::parse(of).unwrap()])
}

/// Everything that a decision turns on, by whether it is so.
#[derive(Debug, Clone, Copy)]
struct Cell(u16);

impl Cell {
    const BITS: u32 = 11;

    const fn is(self, bit: u32) -> bool {
        self.0 & (1 << bit) != 0
    }
    const fn known(self) -> bool {
        self.is(0)
    }
    const fn trusted(self) -> bool {
        self.is(1)
    }
    const fn has_email(self) -> bool {
        self.is(2)
    }
    const fn held(self) -> bool {
        self.is(3)
    }
    const fn sign_in_only(self) -> bool {
        self.is(4)
    }
    const fn rights(self) -> GrantRights {
        GrantRights { may_sign_up: self.is(5), may_sign_in: self.is(6), may_link: self.is(7) }
    }
    const fn verify_by_code(self) -> bool {
        self.is(8)
    }
    const fn email_required(self) -> bool {
        self.is(9)
    }
    const fn by_code(self) -> bool {
        self.is(10)
    }
    fn proven(self) -> bool {
        self.by_code() || (self.trusted() && self.has_email())
    }
}

/// What a person without a user gets who has nobody to be linked to.
fn new_person(
    cell: Cell,
    sign_up: &SignUpPolicy,
    proven: Option<&EmailAddress>,
) -> Decision<UserId> {
    let admitted = match sign_up {
        SignUpPolicy::Open => Ok(()),
        SignUpPolicy::Closed => Err(Refusal::SignUpClosed),
        SignUpPolicy::EmailDomains(_) => match proven.map(EmailAddress::domain) {
            Some("mail.example") => Ok(()),
            _ => Err(Refusal::EmailDomainNotAllowed),
        },
    };
    match (cell.sign_in_only(), cell.rights().may_sign_up, admitted) {
        (true, ..) => Decision::Refuse(Refusal::AccountNotFound, None),
        (_, false, _) => Decision::Refuse(Refusal::SignUpNotAllowed, None),
        (.., Err(refusal)) => Decision::Refuse(refusal, None),
        (.., Ok(())) => Decision::SignUp { proven: proven.cloned() },
    }
}

/// Known × trusted × address × held × intent × each right × each policy that calls for a proof × a
/// code that came back, and confirmed or not × who may sign up.
#[test]
fn the_whole_table() {
    let (known, holder) = (UserId::new(Timestamp(0)), UserId::new(Timestamp(1)));
    let (told, typed) = (address("rowan@mail.example"), address("rowan@other.example"));
    let policies = [SignUpPolicy::Open, SignUpPolicy::Closed, domains("mail.example")];
    for (sign_up, link_confirmed) in policies.iter().flat_map(|p| [(p, false), (p, true)]) {
        for cell in (0..1 << Cell::BITS).map(Cell) {
            let by_code = ProofByCode { address: &typed, link_confirmed };
            let evidence = Evidence {
                intent: if cell.sign_in_only() { Intent::SignIn } else { Intent::SignInOrUp },
                rights: cell.rights(),
                policy: Policy {
                    trusted_provider: cell.trusted(),
                    verify_by_code: cell.verify_by_code(),
                    email_required: cell.email_required(),
                    sign_up: SignUpRules { policy: sign_up, also: None },
                },
                email: cell.has_email().then_some(&told),
                by_code: cell.by_code().then_some(by_code),
                known: cell.known().then_some(known),
                email_holder: cell.held().then_some(holder),
            };
            let expected = expected(cell, evidence.clone(), link_confirmed);
            assert_eq!(decide(evidence.clone()), expected, "{evidence:?}");
        }
    }
}

/// The table of the four rules, as it is written down.
fn expected(cell: Cell, evidence: Evidence<'_, UserId>, link_confirmed: bool) -> Decision<UserId> {
    let rights = cell.rights();
    // 1: the identity is known.
    if let Some(known) = evidence.known {
        return if rights.may_sign_in {
            Decision::SignIn(known)
        } else {
            Decision::Refuse(Refusal::SignInNotAllowed, Some(known))
        };
    }
    let sign_up = evidence.policy.sign_up.policy;
    let limited = matches!(sign_up, SignUpPolicy::EmailDomains(_));
    let called_for = cell.verify_by_code() || cell.email_required() || limited;
    let proven =
        if cell.by_code() { evidence.by_code.map(|proof| proof.address) } else { evidence.email };
    match (cell.proven(), cell.held()) {
        // 2: the address is proven, and held.
        (true, true) if !rights.may_link => Decision::Refuse(Refusal::LinkNotAllowed, None),
        (true, true) if cell.by_code() && !link_confirmed => Decision::ConfirmLink,
        (true, true) => Decision::Link(evidence.email_holder.unwrap()),
        // 3: it is not proven, and a proof is called for.
        (false, _) if called_for => {
            let fits = address("anybody@mail.example");
            let any = if limited { Some(&fits) } else { None };
            let open = if limited { &SignUpPolicy::Open } else { sign_up };
            match (rights.may_link, new_person(cell, open, any), cell.has_email()) {
                (false, refused @ Decision::Refuse(..), _) => refused,
                (.., true) => Decision::VerifyEmail(address("rowan@mail.example")),
                (.., false) => Decision::AskForEmail,
            }
        }
        // 4: anything else.
        (true, false) => new_person(cell, sign_up, proven),
        (false, _) => new_person(cell, sign_up, None),
    }
}

fn newcomer(policy: Policy<'_>) -> Evidence<'_, UserId> {
    Evidence {
        intent: Intent::SignUp,
        rights: GrantRights::ALL,
        policy,
        email: None,
        by_code: None,
        known: None,
        email_holder: None,
    }
}

const fn open_to_all(sign_up: SignUpRules<'_>) -> Policy<'_> {
    Policy { trusted_provider: true, verify_by_code: false, email_required: false, sign_up }
}

#[test]
fn who_signs_up_and_is_known_signs_in() {
    let known = UserId::new(Timestamp(0));
    let closed = SignUpRules { policy: &SignUpPolicy::Closed, also: None };
    let evidence = Evidence { known: Some(known), ..newcomer(open_to_all(closed)) };
    assert_eq!(decide(evidence), Decision::SignIn(known));
}

#[test]
fn somebody_may_sign_up_unless_one_policy_is_closed() {
    let (open, closed, limited) =
        (SignUpPolicy::Open, SignUpPolicy::Closed, domains("mail.example"));
    for (policy, also, admitted) in [
        (&open, None, true),
        (&limited, None, true),
        (&closed, None, false),
        (&open, Some(&limited), true),
        (&open, Some(&closed), false),
        (&closed, Some(&open), false),
    ] {
        let rules = SignUpRules { policy, also };
        assert_eq!(rules.admit_somebody(), admitted, "{policy:?} {also:?}");
    }
}

#[test]
fn of_two_policies_each_must_admit() {
    let (open, closed, limited) =
        (SignUpPolicy::Open, SignUpPolicy::Closed, domains("mail.example"));
    let (inside, outside) = (address("rowan@mail.example"), address("rowan@other.example"));
    let refuse = |refusal| Decision::Refuse(refusal, None);
    for (policy, also, email, expected) in [
        (&open, &closed, &inside, refuse(Refusal::SignUpClosed)),
        (&closed, &open, &inside, refuse(Refusal::SignUpClosed)),
        (&limited, &open, &outside, refuse(Refusal::EmailDomainNotAllowed)),
        (&open, &limited, &outside, refuse(Refusal::EmailDomainNotAllowed)),
        (&open, &limited, &inside, Decision::SignUp { proven: Some(inside.clone()) }),
        (&limited, &limited, &inside, Decision::SignUp { proven: Some(inside.clone()) }),
    ] {
        let rules = SignUpRules { policy, also: Some(also) };
        let evidence = Evidence { email: Some(email), ..newcomer(open_to_all(rules)) };
        assert_eq!(decide(evidence), expected, "{policy:?} {also:?}");
    }
}
