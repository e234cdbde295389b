//! Who gets hold of an account before its owner comes: the five ways of Sudhodanan and Paverd,
//! "Pre-hijacked accounts" (arXiv 2205.10174), none of which works here.
//!
//! Mallory attacks, Alice is whose address it is.

use bitbucket_stand_in::{Account, Email};
use latchkey_proto::v1::{
    Connection, IdentityKind, ListUsersRequest, RedeemLoginResponse, SignInResult, User,
};

use crate::{
    both,
    harness::{
        TestApp, admin::DEV, configuring::CONNECTION, person::login_code, reason, users::of_kind,
    },
};

const ALICES: &str = "alice@mail.example";

/// An account of Mallory's with such addresses.
fn mallory(key: &str, digit: char, emails: Vec<Email>) -> Account {
    let uuid = "dddddddd-dddd-4ddd-8ddd-dddddddddddd".replace('d', &digit.to_string());
    let mut account = Account::new(key, &uuid, "Mallory");
    account.emails = emails;
    account
}

async fn distrust_the_provider(app: &TestApp) {
    app.change_connection("trusted_provider", Connection::default()).await;
}

async fn sign_in_through(app: &TestApp, connection: &str, account: &str) -> RedeemLoginResponse {
    let mut request = app.start_request();
    connection.clone_into(&mut request.connection);
    let begun = app.begin_with(request).await.unwrap();
    let callback = app.consent(&begun, account).await;
    let completed = app.complete(&begun, &callback).await.unwrap();
    app.redeem(&login_code(&completed)).await.unwrap()
}

/// Who holds Alice's address as proven.
async fn holders(app: &TestApp) -> Vec<User> {
    let filter = format!("email = \"{ALICES}\"");
    let request = ListUsersRequest { parent: DEV.to_owned(), filter, ..Default::default() };
    app.users().list_users(request).await.unwrap().into_inner().users
}

/// Alice signs up with what proves her address, and is nobody who was there before.
async fn alice_is_herself(app: &TestApp, before: &[&str]) -> String {
    app.trust_the_provider().await;
    let alice = app.sign_in("alice").await;
    assert_eq!(alice.result(), SignInResult::SignedUp);
    let alice = alice.user.unwrap();
    assert!(alice.email_verified && !before.contains(&alice.name.as_str()));
    assert_eq!(app.user(&alice.name).await.identities.len(), 2);
    let held: Vec<_> = holders(app).await.into_iter().map(|user| user.name).collect();
    assert_eq!(held, std::slice::from_ref(&alice.name));
    alice.name
}

both! {
    /// Mallory signs up with Alice's address by the classic way, and waits for Alice to come by the
    /// federated one. An address that Mallory did not prove merges nothing.
    async fn classic_federated_merge(app) {
        let unproven = mallory("mallory", 'd', vec![Email::primary(ALICES).unconfirmed()]);
        app.bitbucket.add_account(unproven);
        app.trust_the_provider().await;
        let attacker = app.sign_in("mallory").await.user.unwrap().name;
        assert_eq!(holders(&app).await, []);

        let alice = alice_is_herself(&app, &[&attacker]).await;

        let again = app.sign_in("mallory").await;
        assert_eq!(again.user.unwrap().name, attacker);
        assert_eq!(app.user(&alice).await.identities.len(), 2);
    }

    /// Mallory stays signed in while Alice takes her account back. Nothing that was begun or given
    /// out before an administrator took Mallory's way in leads to Alice afterwards.
    async fn unexpired_session(app) {
        app.bitbucket.add_account(mallory("mallory", 'd', vec![Email::primary(ALICES)]));
        let alice = alice_is_herself(&app, &[]).await;
        // Mallory held the address at Bitbucket for a while, and was linked by it.
        assert_eq!(app.sign_in("mallory").await.user.unwrap().name, alice);
        app.bitbucket.alter_account("mallory", |account| account.emails = Vec::new());
        let code = login_code(&app.come_back("mallory").await);
        let begun = app.begin().await;
        let callback = app.consent(&begun, "mallory").await;
        let theirs = app.user(&alice).await.identities;
        let theirs = theirs.iter().find(|found| found.subject.contains("dddd")).unwrap();

        app.unlink(&theirs.name).await.unwrap();

        assert_eq!(reason(&app.redeem(&code).await.unwrap_err()), "LOGIN_CODE_INVALID");
        let completed = app.complete(&begun, &callback).await.unwrap();
        let attacker = app.redeem(&login_code(&completed)).await.unwrap();
        assert_eq!(attacker.result(), SignInResult::SignedUp);
        assert_ne!(attacker.user.unwrap().name, alice);
    }

    /// Mallory adds an identifier of their own to the account that Alice will take over. An address
    /// that nobody proved gathers no accounts: there is nothing to take over, and nothing to add to.
    async fn trojan_identifier(app) {
        app.bitbucket.add_account(mallory("mallory", 'd', vec![Email::primary(ALICES)]));
        app.bitbucket.add_account(mallory("trojan", 'e', vec![Email::primary(ALICES)]));
        let first = app.sign_in("mallory").await.user.unwrap().name;
        let second = app.sign_in("trojan").await.user.unwrap().name;
        assert_ne!(first, second);

        let alice = alice_is_herself(&app, &[&first, &second]).await;

        distrust_the_provider(&app).await;
        for (account, user) in [("mallory", &first), ("trojan", &second)] {
            assert_eq!(app.sign_in(account).await.user.unwrap().name, *user);
            assert_eq!(app.user(user).await.identities.len(), 1);
        }
        assert_eq!(app.user(&alice).await.identities.len(), 2);
    }

    /// Mallory asks for Alice's address and finishes the change once she is there. An address follows
    /// the provider as an attribute alone, whenever the change and the sign-in began.
    async fn unexpired_email_change(app) {
        app.bitbucket.add_account(mallory("mallory", 'd', vec![Email::primary("m@mail.example")]));
        let attacker = app.sign_in("mallory").await.user.unwrap().name;
        let change = |email: Email| {
            app.bitbucket.alter_account("mallory", |account| account.emails = vec![email]);
        };
        change(Email::primary(ALICES).unconfirmed());
        let begun = app.begin().await;
        let callback = app.consent(&begun, "mallory").await;
        let alice = alice_is_herself(&app, &[&attacker]).await;

        change(Email::primary(ALICES));
        let completed = app.complete(&begun, &callback).await.unwrap();

        let late = app.redeem(&login_code(&completed)).await.unwrap().user.unwrap();
        assert_eq!((late.name.as_str(), late.email_verified), (attacker.as_str(), false));
        assert_eq!(app.user(&attacker).await.identities.len(), 1);
        assert_eq!(app.sign_in("alice").await.user.unwrap().name, alice);
        assert_eq!(holders(&app).await[0].name, alice);
    }

    /// Mallory comes by a provider that proves no addresses, with Alice's. Whose word counts is
    /// the connection's setting, and without it an address is unknown for everybody else.
    async fn non_verifying_identity_provider(app) {
        app.bitbucket.add_account(mallory("mallory", 'd', vec![Email::primary(ALICES)]));
        let untrusted = app.add_connection("untrusted").await;
        let attacker = sign_in_through(&app, &untrusted, "mallory").await.user.unwrap();
        assert!(!attacker.email_verified);
        assert_eq!(holders(&app).await, []);

        let alice = alice_is_herself(&app, &[&attacker.name]).await;

        for _ in 0..2 {
            let again = sign_in_through(&app, &untrusted, "mallory").await;
            assert_eq!(again.user.unwrap().name, attacker.name);
        }
        let social = of_kind(&app.user(&alice).await, IdentityKind::Social).clone();
        assert_eq!(social.connections, [CONNECTION]);
        // And the other way round: who comes second through it is nobody's but their own.
        let carol = mallory("late", 'f', vec![Email::primary(ALICES)]);
        app.bitbucket.add_account(carol);
        let late = sign_in_through(&app, &untrusted, "late").await;
        assert_eq!(late.result(), SignInResult::SignedUp);
        assert_ne!(late.user.unwrap().name, alice);
    }
}
