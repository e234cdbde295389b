//! The ready-made accounts: invented people, each with a situation worth testing.

use crate::account::{Account, Email, Workspace};

/// What the key of a crowd account starts with.
const CROWD: &str = "person-";

/// The accounts that every stand-in begins with.
pub(crate) fn ready_made() -> Vec<Account> {
    vec![alice(), bob(), carol(), dave(), erin(), frank()]
}

fn alice() -> Account {
    Account::new("alice", "11111111-1111-4111-8111-111111111111", "Alice Example")
        .with_email(Email::primary("alice@mail.example"))
        .in_workspace(Workspace::new("acme", "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"))
}

fn bob() -> Account {
    Account::new("bob", "22222222-2222-4222-8222-222222222222", "Bob Example")
        .with_email(Email::secondary("bob.old@mail.example").unconfirmed())
        .with_email(Email::primary("bob@mail.example"))
        .with_email(Email::secondary("bob@work.example"))
        .in_workspace(Workspace::new("bobs-own", "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"))
}

fn carol() -> Account {
    Account::new("carol", "33333333-3333-4333-8333-333333333333", "Carol Example")
        .with_email(Email::primary("carol@mail.example").unconfirmed())
        .with_email(Email::secondary("carol@work.example"))
}

fn dave() -> Account {
    Account::new("dave", "44444444-4444-4444-8444-444444444444", "Dave Example")
}

fn erin() -> Account {
    let erin = Account::new("erin", "55555555-5555-4555-8555-555555555555", "Erin Example");
    // Eleven addresses with the primary last: one more than a page holds.
    (0..10)
        .map(|number| Email::secondary(&format!("erin{number}@mail.example")))
        .fold(erin, Account::with_email)
        .with_email(Email::primary("erin@mail.example"))
}

fn frank() -> Account {
    let mut frank = Account::new("frank", "66666666-6666-4666-8666-666666666666", "")
        .with_email(Email::primary("frank@mail.example"));
    frank.display_name =
        "Fränk Ødegård-Šimůnková 渡辺 Владимирович 🦀 of the Example Household, ".repeat(5);
    frank.avatar = None;
    frank
}

/// An account that follows from its key, `person-1` to `person-4294967295`, without being stored:
/// as many first sign-ins as a load test wants.
pub(crate) fn from_crowd(key: &str) -> Option<Account> {
    let number = key.strip_prefix(CROWD)?;
    let parsed: u32 = number.parse().ok()?;
    // "007" and "7" must not be two keys for one uuid.
    if parsed == 0 || parsed.to_string() != number {
        return None;
    }
    let uuid = format!("00000000-0000-4000-8000-0000{parsed:08x}");
    let person = Account::new(key, &uuid, &format!("Person {parsed}"));
    Some(person.with_email(Email::primary(&format!("{key}@crowd.example"))))
}

/// The account as which a consumer acts on its own behalf.
pub(crate) fn app_user(consumer_key: &str, name: &str) -> Account {
    // FNV-1a: a uuid that follows from the key and needs nothing stored.
    let hash = consumer_key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let uuid = format!("{:08x}-0000-4000-8000-0000{:08x}", hash >> 32, hash & 0xffff_ffff);
    let mut app = Account::new(consumer_key, &uuid, name);
    "app_user".clone_into(&mut app.kind);
    app
}

#[cfg(test)]
mod tests {
    use super::from_crowd;

    #[test]
    fn a_crowd_account_has_exactly_one_key() {
        assert!(from_crowd("person-7").is_some());
        for other in ["person-007", "person-+7", "person-0", "person-", "person-4294967296"] {
            assert!(from_crowd(other).is_none(), "{other}");
        }
    }
}
