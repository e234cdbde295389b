//! Who is suspended, of those that an account leads to: asked before anything else is decided.

use crate::user::User;

/// The user whose suspension ends a sign-in: who is known by the account or, where nobody is, who
/// holds its proven address. Another holder is of no matter: the account is somebody's already.
pub fn suspended<'a>(known: Option<&'a User>, email_holder: Option<&'a User>) -> Option<&'a User> {
    known.or(email_holder).filter(|user| user.is_suspended())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::UserId, time::Timestamp};

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

    /// Every cell: nobody, an active user or a suspended one, by the account and by the address.
    #[test]
    fn the_whole_table() {
        let (active, stopped) = (user(false), user(true));
        let (no, yes) = (None, Some(&stopped));
        for (known, holder, expected) in [
            (None, None, no),
            (None, Some(&active), no),
            (None, Some(&stopped), yes),
            (Some(&active), None, no),
            (Some(&active), Some(&active), no),
            (Some(&active), Some(&stopped), no),
            (Some(&stopped), None, yes),
            (Some(&stopped), Some(&active), yes),
            (Some(&stopped), Some(&stopped), yes),
        ] {
            assert_eq!(suspended(known, holder), expected, "{known:?} {holder:?}");
        }
    }
}
