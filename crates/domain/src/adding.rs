//! Whether an account is added to a user who is signed in already: one decision, pure. Sign-up policy,
//! intent and addresses play no part.

use crate::{grant::GrantRights, id::UserId, sign_in::Refusal, user::User};

/// What to do with an account that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adding<Known> {
    /// It is that very user's already: sign them in.
    SignIn(Known),
    /// It is nobody's: add it to this user.
    Add(User),
    /// Do not; with who is refused, if there is anybody.
    Refuse(Refusal, Option<UserId>),
}

/// Decides for a user, as they are now, and an account, with whose it is. The first rule that fits
/// wins.
pub fn decide<Known>(
    rights: GrantRights,
    user: Option<User>,
    known: Option<(UserId, Known)>,
) -> Adding<Known> {
    let Some(user) = user else { return Adding::Refuse(Refusal::AccountNotFound, None) };
    if user.is_suspended() {
        return Adding::Refuse(Refusal::UserSuspended, Some(user.id));
    }
    if !rights.may_link {
        return Adding::Refuse(Refusal::LinkNotAllowed, Some(user.id));
    }
    match known {
        None => Adding::Add(user),
        // Told to whoever came, who is the account's.
        Some((other, _)) if other != user.id => {
            Adding::Refuse(Refusal::IdentityOfAnotherUser, Some(other))
        }
        Some(_) if !rights.may_sign_in => Adding::Refuse(Refusal::SignInNotAllowed, Some(user.id)),
        Some((_, known)) => Adding::SignIn(known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn user(suspended: bool) -> User {
        User {
            environment: "dev".parse().unwrap(),
            id: UserId::new(Timestamp(0)),
            display_name: None,
            email: None,
            email_verified: false,
            picture_url: None,
            suspended_at: suspended.then_some(Timestamp(1)),
            version: 1,
            sequence: 0,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            last_signed_in_at: Timestamp(0),
        }
    }

    /// Every cell that differs: the rights, the user, and whose the account is.
    #[test]
    fn the_whole_table() {
        use Adding::{Add, Refuse, SignIn};
        use Refusal::{
            AccountNotFound, IdentityOfAnotherUser, LinkNotAllowed, SignInNotAllowed, UserSuspended,
        };
        let all = GrantRights::ALL;
        let no_link = GrantRights { may_link: false, ..all };
        let no_sign_in = GrantRights { may_sign_in: false, ..all };
        let no_sign_up = GrantRights { may_sign_up: false, ..all };
        let (active, stopped, other) = (user(false), user(true), UserId::new(Timestamp(7)));
        let (a, s) = (Some(&active), Some(&stopped));
        let (mine, theirs) = (Some((active.id, "me")), Some((other, "other")));
        let add = || Add(active.clone());
        let refuse = |reason| Refuse(reason, Some(active.id));
        for (rights, user, known, expected) in [
            (all, a, None, add()),
            (all, a, mine, SignIn("me")),
            (all, a, theirs, Refuse(IdentityOfAnotherUser, Some(other))),
            (all, s, None, Refuse(UserSuspended, Some(stopped.id))),
            (all, s, theirs, Refuse(UserSuspended, Some(stopped.id))),
            (all, None, None, Refuse(AccountNotFound, None)),
            (all, None, theirs, Refuse(AccountNotFound, None)),
            (no_link, a, None, refuse(LinkNotAllowed)),
            (no_link, a, mine, refuse(LinkNotAllowed)),
            (no_link, a, theirs, refuse(LinkNotAllowed)),
            (no_sign_in, a, None, add()),
            (no_sign_in, a, mine, refuse(SignInNotAllowed)),
            (no_sign_in, a, theirs, Refuse(IdentityOfAnotherUser, Some(other))),
            (no_sign_up, a, None, add()),
            (no_sign_up, a, mine, SignIn("me")),
        ] {
            let decided = decide(rights, user.cloned(), known);
            assert_eq!(decided, expected, "{rights:?} {user:?} {known:?}");
        }
    }
}
