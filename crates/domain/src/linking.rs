//! Whom an account signs in: the one decision, pure.

use crate::{
    email::EmailAddress,
    grant::GrantRights,
    id::UserId,
    policy::SignUpPolicy,
    sign_in::{Intent, Refusal},
};

/// What the decision is made from. Of somebody known it is enough that they are: the caller gets
/// back what it has of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence<'a, Known> {
    /// Whom the sign-in is for.
    pub intent: Intent,
    /// What the application's people may do through the connection.
    pub rights: GrantRights,
    /// What is asked of whoever is not known.
    pub policy: Policy<'a>,
    /// The address that the provider says is primary and confirmed.
    pub email: Option<&'a EmailAddress>,
    /// What they have proven by a one-time code.
    pub by_code: Option<ProofByCode<'a>>,
    /// Who is known by this account already.
    pub known: Option<Known>,
    /// Who holds the proven address as a verified identity.
    pub email_holder: Option<UserId>,
}

/// What a connection and its environment ask of whoever is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy<'a> {
    /// Whether the connection's provider is trusted to prove addresses.
    pub trusted_provider: bool,
    /// Whether the connection has addresses proven by a code.
    pub verify_by_code: bool,
    /// Whether nobody is to be without a proven address.
    pub email_required: bool,
    /// Who may sign up: each of these must admit them.
    pub sign_up: SignUpRules<'a>,
}

/// Who may sign up, by one policy or by two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignUpRules<'a> {
    /// A policy that always counts.
    pub policy: &'a SignUpPolicy,
    /// One that counts besides.
    pub also: Option<&'a SignUpPolicy>,
}

/// An address that a one-time code came back from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofByCode<'a> {
    /// The address.
    pub address: &'a EmailAddress,
    /// Whether the person said that they want to be linked to whoever holds it.
    pub link_confirmed: bool,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<Known> {
    /// The person is known: sign them in.
    SignIn(Known),
    /// Send a one-time code to this address.
    VerifyEmail(EmailAddress),
    /// Ask for an address, and send a one-time code to it.
    AskForEmail,
    /// Ask whether they want to be linked to the user who holds the address that they proved.
    ConfirmLink,
    /// Link the account to this user, and sign them in.
    Link(UserId),
    /// Make a user; with a verified `EMAIL` identity where the address is proven.
    SignUp {
        /// The address, if it is proven.
        proven: Option<EmailAddress>,
    },
    /// Do not let them in; with who they are, if that is known.
    Refuse(Refusal, Option<Known>),
}

impl Policy<'_> {
    /// Whether somebody whose address is not proven is to prove it.
    fn calls_for_proof(&self) -> bool {
        self.verify_by_code
            || self.email_required
            || self.sign_up.all().any(SignUpPolicy::needs_proof)
    }
}

impl<'a> SignUpRules<'a> {
    /// Whether anybody may sign up, whatever address they may have to prove.
    pub fn admit_somebody(self) -> bool {
        self.admit(Address::Any).is_ok()
    }

    fn all(self) -> impl Iterator<Item = &'a SignUpPolicy> {
        std::iter::once(self.policy).chain(self.also)
    }

    /// Lets somebody sign up who has proven this address, or none; `Unproven` is whatever they may
    /// still prove.
    fn admit(self, address: Address<'_>) -> Result<(), Refusal> {
        for policy in self.all() {
            match (policy, address) {
                (SignUpPolicy::Open, _) | (SignUpPolicy::EmailDomains(_), Address::Any) => {}
                (SignUpPolicy::Closed, _) => return Err(Refusal::SignUpClosed),
                (SignUpPolicy::EmailDomains(domains), Address::Is(proven)) => {
                    let holds = |address| domains.iter().any(|domain| domain.holds(address));
                    if !proven.is_some_and(holds) {
                        return Err(Refusal::EmailDomainNotAllowed);
                    }
                }
            }
        }
        Ok(())
    }
}

/// What is known of somebody's address when it is asked whether they may sign up.
#[derive(Debug, Clone, Copy)]
enum Address<'a> {
    /// Whatever they are going to prove.
    Any,
    /// This one is proven, or none is.
    Is(Option<&'a EmailAddress>),
}

impl<'a, Known> Evidence<'a, Known> {
    /// The address, if it is proven to be the person's: by a code, or by a provider that is trusted
    /// to do so.
    pub fn proven(&self) -> Option<&'a EmailAddress> {
        let by_provider = self.email.filter(|_| self.policy.trusted_provider);
        self.by_code.map(|proof| proof.address).or(by_provider)
    }

    /// Lets somebody new sign up, as far as their address goes.
    fn may_sign_up(&self, address: Address<'_>) -> Result<(), Refusal> {
        if self.intent == Intent::SignIn {
            return Err(Refusal::AccountNotFound);
        }
        if !self.rights.may_sign_up {
            return Err(Refusal::SignUpNotAllowed);
        }
        self.policy.sign_up.admit(address)
    }

    /// Whether a link has to be confirmed by the person: whoever reads the mail of an address need
    /// not know that it has a user.
    fn is_to_confirm(&self) -> bool {
        self.by_code.is_some_and(|proof| !proof.link_confirmed)
    }
}

/// Decides. The first rule that fits wins.
pub fn decide<Known>(evidence: Evidence<'_, Known>) -> Decision<Known> {
    let (proven, rights) = (evidence.proven(), evidence.rights);
    if let Some(known) = evidence.known {
        return if rights.may_sign_in {
            Decision::SignIn(known)
        } else {
            Decision::Refuse(Refusal::SignInNotAllowed, Some(known))
        };
    }
    // An address that is not proven counts as unknown, whoever holds it.
    if let (Some(_), Some(holder)) = (proven, evidence.email_holder) {
        // Who may not be linked is not let in beside that user either: one address, one person.
        return match (rights.may_link, evidence.is_to_confirm()) {
            (false, _) => Decision::Refuse(Refusal::LinkNotAllowed, None),
            (true, true) => Decision::ConfirmLink,
            (true, false) => Decision::Link(holder),
        };
    }
    if proven.is_none() && evidence.policy.calls_for_proof() {
        // A proof that could lead to nothing, whosever the address is, is not asked for.
        let new = evidence.may_sign_up(Address::Any);
        return match (new, rights.may_link, evidence.email) {
            (Err(refusal), false, _) => Decision::Refuse(refusal, None),
            (_, _, Some(email)) => Decision::VerifyEmail(email.clone()),
            (_, _, None) => Decision::AskForEmail,
        };
    }
    match evidence.may_sign_up(Address::Is(proven)) {
        Ok(()) => Decision::SignUp { proven: proven.cloned() },
        Err(refusal) => Decision::Refuse(refusal, None),
    }
}

#[cfg(test)]
mod tests;
