//! Whom an account signs in: the one decision, pure.

use crate::{
    email::EmailAddress,
    id::UserId,
    sign_in::{Intent, Refusal},
};

/// What the decision is made from. Of somebody known it is enough that they are: the caller gets
/// back what it has of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence<'a, Known> {
    /// Whom the sign-in is for.
    pub intent: Intent,
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
    /// Do not let them in.
    Refuse(Refusal),
}

impl<'a, Known> Evidence<'a, Known> {
    /// The address, if it is proven to be the person's: by a provider that is trusted to do so.
    fn proven(&self) -> Option<&'a EmailAddress> {
        self.email.filter(|_| self.trusted_provider)
    }
}

/// Decides. The first rule that fits wins.
pub fn decide<Known>(evidence: Evidence<'_, Known>) -> Decision<Known> {
    let proven = evidence.proven();
    if let Some(known) = evidence.known {
        return Decision::SignIn(known);
    }
    // An address that is not proven counts as unknown, whoever holds it.
    if let (Some(_), Some(holder)) = (proven, evidence.email_holder) {
        return Decision::Link(holder);
    }
    if evidence.intent == Intent::SignIn {
        return Decision::Refuse(Refusal::AccountNotFound);
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

    /// Every cell: known × trusted × address × holder × intent.
    #[test]
    fn the_whole_table() {
        let (known, holder) = users();
        let email = EmailAddress::parse("rowan@mail.example").unwrap();
        for cell in 0..32_u8 {
            let bit = |n: u8| cell & (1 << n) != 0;
            let (is_known, trusted, has_email, is_held, sign_in_only) =
                (bit(0), bit(1), bit(2), bit(3), bit(4));
            let evidence = Evidence {
                intent: if sign_in_only { Intent::SignIn } else { Intent::SignInOrUp },
                trusted_provider: trusted,
                email: has_email.then_some(&email),
                known: is_known.then_some(known),
                email_holder: is_held.then_some(holder),
            };
            let expected = match (is_known, trusted && has_email, is_held, sign_in_only) {
                (true, ..) => Decision::SignIn(known),
                (false, true, true, _) => Decision::Link(holder),
                (false, _, _, true) => Decision::Refuse(Refusal::AccountNotFound),
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
            trusted_provider: false,
            email: None,
            known: Some(known),
            email_holder: None,
        };
        assert_eq!(decide(evidence), Decision::SignIn(known));
    }
}
