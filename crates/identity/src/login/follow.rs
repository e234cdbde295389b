//! What is kept of a known person follows what their provider tells.

use latchkey_domain::{
    event::EventBody, policy::ProfileSync, profile::Account, time::Timestamp, user::User,
};

use super::repeat::Today;

/// Follows what the provider tells of a person, and tells what changed by that.
pub(super) fn follow(
    user: &mut User,
    today: Today<'_>,
    sync: ProfileSync,
    now: Timestamp,
) -> Option<EventBody> {
    let mut changed_fields = Vec::new();
    // An address that is proven stays: an address is an attribute, and never decides whom somebody is.
    if let Some(email) = today.email.filter(|email| !user.email_verified && user.email != **email) {
        user.email.clone_from(email);
        changed_fields.push("email");
    }
    if sync.is_at_every_sign_in() {
        changed_fields.extend(follow_profile(user, today.account));
    }
    if changed_fields.is_empty() {
        return None;
    }
    user.updated_at = now;
    Some(EventBody::UserUpdated {
        user: user.name(),
        email: user.email.clone(),
        email_verified: user.email_verified,
        display_name: user.display_name.clone(),
        picture_url: user.picture_url.clone(),
        changed_fields,
    })
}

/// Follows a name and a picture. Who is told of without one keeps what they have.
fn follow_profile(user: &mut User, account: &Account) -> Vec<&'static str> {
    let follow = |kept: &mut Option<String>, told: &Option<String>| {
        let follows = told.is_some() && told != kept;
        if follows {
            kept.clone_from(told);
        }
        follows
    };
    let named = follow(&mut user.display_name, &account.display_name);
    let pictured = follow(&mut user.picture_url, &account.picture_url);
    let changed = [("display_name", named), ("picture_uri", pictured)];
    changed.into_iter().filter_map(|(field, follows)| follows.then_some(field)).collect()
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{id::UserId, profile::Subject};

    use super::*;

    fn user(name: Option<&str>, picture: Option<&str>) -> User {
        let at = Timestamp(0);
        User {
            environment: "dev".parse().unwrap(),
            id: UserId::new(at),
            display_name: name.map(ToOwned::to_owned),
            email: None,
            email_verified: false,
            picture_url: picture.map(ToOwned::to_owned),
            suspended_at: None,
            version: 1,
            sequence: 1,
            created_at: at,
            updated_at: at,
            last_signed_in_at: at,
        }
    }

    fn account(name: Option<&str>, picture: Option<&str>) -> Account {
        Account {
            subject: Subject::parse("{1}").unwrap(),
            account_id: None,
            username: None,
            display_name: name.map(ToOwned::to_owned),
            picture_url: picture.map(ToOwned::to_owned),
        }
    }

    /// Each policy, with what is kept and what is told today: what is kept then, and what is told of it.
    #[test]
    fn a_name_and_a_picture_follow_the_provider_as_the_policy_says() {
        use ProfileSync::{Always, AtSignUp, Never};
        const BOTH: &[&str] = &["display_name", "picture_uri"];
        let (a, b) = (Some("a"), Some("b"));
        for (sync, kept, told, expected, changed) in [
            (Always, (a, a), (a, a), (a, a), &[][..]),
            (Always, (a, a), (b, a), (b, a), &["display_name"]),
            (Always, (a, a), (a, b), (a, b), &["picture_uri"]),
            (Always, (a, a), (b, b), (b, b), BOTH),
            (Always, (None, None), (a, b), (a, b), BOTH),
            (Always, (a, b), (None, None), (a, b), &[]),
            (AtSignUp, (a, a), (b, b), (a, a), &[]),
            (AtSignUp, (None, None), (b, b), (None, None), &[]),
            (Never, (a, a), (b, b), (a, a), &[]),
        ] {
            let (mut user, account) = (user(kept.0, kept.1), account(told.0, told.1));
            let today = Today { account: &account, email: None, is_news: true };
            let event = follow(&mut user, today, sync, Timestamp(9));
            let now = (user.display_name.as_deref(), user.picture_url.as_deref());
            assert_eq!(now, expected, "{sync:?} {kept:?} {told:?}");
            let fields = match event {
                Some(EventBody::UserUpdated { changed_fields, .. }) => changed_fields,
                _ => Vec::new(),
            };
            assert_eq!(fields, changed, "{sync:?} {kept:?} {told:?}");
            assert_eq!(user.updated_at == Timestamp(9), !changed.is_empty());
        }
    }
}
