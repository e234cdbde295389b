//! Whom an account signs in: the one decision, pure.

use crate::{
    email::EmailAddress,
    grant::GrantRights,
    id::UserId,
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
    /// Whether the connection's provider is trusted to prove addresses.
    pub trusted_provider: bool,
    /// The address that the provider says is primary and confirmed.
    pub email: Option<&'a EmailAddress>,
    /// Who is known by this account already.
    pub known: Option<Known>,
    /// Who holds this address as a verified identity.
    pub email_holder: Option<UserId>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<Known> {
    /// The person is known: sign them in.
    SignIn(Known),
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

impl<'a, Known> Evidence<'a, Known> {
    /// The address, if it is proven to be the person's: by a provider that is trusted to do so.
    fn proven(&self) -> Option<&'a EmailAddress> {
        self.email.filter(|_| self.trusted_provider)
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
        return if rights.may_link {
            Decision::Link(holder)
        } else {
            Decision::Refuse(Refusal::LinkNotAllowed, None)
        };
    }
    if evidence.intent == Intent::SignIn {
        return Decision::Refuse(Refusal::AccountNotFound, None);
    }
    if !rights.may_sign_up {
        return Decision::Refuse(Refusal::SignUpNotAllowed, None);
    }
    Decision::SignUp { proven: proven.cloned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn users() -> (UserId, UserId) {
        (UserId::new(Timestamp(0)), UserId::new(Timestamp(1)))
    }

    /// Every cell: known × trusted × address × holder × intent × each right.
    #[test]
    fn the_whole_table() {
        let (known, holder) = users();
        let email = EmailAddress::parse("rowan@mail.example").unwrap();
        for cell in 0..=u8::MAX {
            let bit = |n: u8| cell & (1 << n) != 0;
            let (is_known, trusted, has_email, is_held, sign_in_only) =
                (bit(0), bit(1), bit(2), bit(3), bit(4));
            let rights = GrantRights { may_sign_up: bit(5), may_sign_in: bit(6), may_link: bit(7) };
            let evidence = Evidence {
                intent: if sign_in_only { Intent::SignIn } else { Intent::SignInOrUp },
                rights,
                trusted_provider: trusted,
                email: has_email.then_some(&email),
                known: is_known.then_some(known),
                email_holder: is_held.then_some(holder),
            };
            let expected = match (is_known, trusted && has_email, is_held, sign_in_only) {
                (true, ..) if !rights.may_sign_in => {
                    Decision::Refuse(Refusal::SignInNotAllowed, Some(known))
                }
                (true, ..) => Decision::SignIn(known),
                (false, true, true, _) if !rights.may_link => {
                    Decision::Refuse(Refusal::LinkNotAllowed, None)
                }
                (false, true, true, _) => Decision::Link(holder),
                (false, _, _, true) => Decision::Refuse(Refusal::AccountNotFound, None),
                _ if !rights.may_sign_up => Decision::Refuse(Refusal::SignUpNotAllowed, None),
                (false, true, false, false) => Decision::SignUp { proven: Some(email.clone()) },
                (false, false, _, false) => Decision::SignUp { proven: None },
            };
            assert_eq!(decide(evidence.clone()), expected, "{evidence:?}");
        }
    }

    #[test]
    fn who_signs_up_and_is_known_signs_in() {
        let (known, _) = users();
        let evidence = Evidence {
            intent: Intent::SignUp,
            rights: GrantRights::ALL,
            trusted_provider: false,
            email: None,
            known: Some(known),
            email_holder: None,
        };
        assert_eq!(decide(evidence), Decision::SignIn(known));
    }
}
