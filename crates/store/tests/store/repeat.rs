//! Repeat sign-ins, written whole or not at all.

use std::sync::Arc;

use futures_util::future::join_all;
use latchkey_domain::{
    event::Event,
    id::{AttemptId, ConnectionId},
    sign_in::ABANDONED_AFTER,
    user::{IdentityKind, User},
};
use latchkey_store::{Error, Finish, Known, RepeatSignIn, SignInEnd, Store};
use tokio::sync::Barrier;

use crate::made;

/// A user who is known by an account.
async fn somebody(store: &Store) -> Known {
    let mut user = made::user();
    user.sequence = 0;
    let identity = made::social(&user, "{1}");
    made::added(store, async |tx| {
        tx.add_user(&user).await?;
        tx.add_identity(&user.environment, &identity).await
    })
    .await;
    Known { user, identity }
}

async fn known(store: &Store) -> Known {
    let subject = made::subject("{1}");
    store.known(&made::dev(), &made::issuer(), &subject).await.unwrap().unwrap()
}

/// All that a repeat sign-in writes, with two events.
struct Repeat {
    known: Known,
    finish: Finish,
    events: Vec<Event>,
}

impl Repeat {
    fn of(mut known: Known, attempt: AttemptId) -> Self {
        let finish = made::finish(attempt, &known.user, &known.identity);
        let Known { user, identity } = &mut known;
        let events = [1, 2].map(|n| made::signed_in(user, identity, user.sequence + n));
        user.version += 1;
        user.sequence += 2;
        identity.last_used_at = Some(finish.now);
        Self { finish, events: events.to_vec(), known }
    }

    async fn write(&self, store: &Store) -> Result<bool, Error> {
        let (user, identity) = (&self.known.user, &self.known.identity);
        let repeat = RepeatSignIn { finish: &self.finish, user, identity, events: &self.events };
        store.finish_repeat(&repeat).await
    }
}

/// Signs in until nobody was faster, and says how often somebody was.
async fn sign_in(store: &Store) -> u32 {
    let attempt = AttemptId::new(made::NOW);
    let mut late = 0;
    loop {
        let end = async {
            store.claim(&made::claim(attempt, made::NOW)).await?;
            let subject = made::subject("{1}");
            let known = store.known(&made::dev(), &made::issuer(), &subject).await?.unwrap();
            Repeat::of(known, attempt).write(store).await
        };
        match end.await {
            Ok(true) => return late,
            // So many at once may wait longer for a connection than a caller should.
            Ok(false) | Err(Error::Unavailable(_)) => late += 1,
            Err(error) => panic!("{error:?}"),
        }
        assert!(late < 200, "a sign-in never came to its end");
    }
}

/// The same with all of the user and of the account changed that a sign-in may change.
fn changed(Known { user, mut identity }: Known) -> Known {
    if let IdentityKind::Social(social) = &mut identity.kind {
        social.account_id = None;
        social.username = Some("lovelace".to_owned());
        social.email = None;
        social.connections.push(ConnectionId::chosen("second-way").unwrap());
    }
    Known { user: renamed(user), identity }
}

fn renamed(mut user: User) -> User {
    user.display_name = Some("Ada Lovelace".to_owned());
    user.email = Some(made::email("lovelace@example.com"));
    user.email_verified = false;
    user.picture_url = Some("https://pictures.example/ada".to_owned());
    user.updated_at.0 += 5;
    user.last_signed_in_at = made::NOW;
    user
}

crate::both! {
    async fn a_repeat_sign_in_is_written_whole(db) {
        let store = db.store().await;
        let mut repeat = Repeat::of(somebody(&store).await, made::claimed(&store).await);
        repeat.known = changed(repeat.known);
        let mut recorded = store.recorded();
        assert!(repeat.write(&store).await.unwrap());
        assert!(recorded.has_changed().unwrap(), "the relay is woken");
        recorded.mark_unchanged();
        let now = known(&store).await;
        assert_eq!((&now.user, &now.identity), (&repeat.known.user, &repeat.known.identity));
        let Finish { attempt, result, user, identity, .. } = repeat.finish;
        let sign_in = store.sign_in(attempt).await.unwrap().unwrap();
        assert_eq!(sign_in.end, Some(SignInEnd::Completed { result, user, identity }));
        let proof = (&made::CODE_HASH, &made::CHALLENGE);
        assert!(store.redeem(attempt, &made::shop(), proof, made::NOW).await.unwrap().is_some());
        assert_eq!(store.outbox_depth().await.unwrap(), (2, Some(made::NOW)));
    }

    async fn what_a_repeat_sign_in_tells_is_what_was_given(db) {
        let store = db.store().await;
        let repeat = Repeat::of(somebody(&store).await, made::claimed(&store).await);
        assert!(repeat.write(&store).await.unwrap());
        for event in &repeat.events {
            let lease = event.id.0;
            let leased = store.lease_events(lease, std::time::Duration::from_mins(1), 9).await;
            let expected = latchkey_events::record(event, None).unwrap();
            assert_eq!(leased.unwrap(), [expected]);
            store.mark_sent(lease, &[event.id]).await.unwrap();
        }
    }

    async fn a_repeat_sign_in_over_a_stale_user_writes_nothing(db) {
        let store = db.store().await;
        let read = somebody(&store).await;
        let faster = Repeat::of(read.clone(), made::claimed(&store).await);
        assert!(faster.write(&store).await.unwrap());
        let mut slower = Repeat::of(read, made::claimed(&store).await);
        slower.known = changed(slower.known);
        let recorded = store.recorded();
        assert!(!slower.write(&store).await.unwrap());
        assert!(!recorded.has_changed().unwrap());
        let now = known(&store).await;
        assert_eq!((&now.user, &now.identity), (&faster.known.user, &faster.known.identity));
        let sign_in = store.sign_in(slower.finish.attempt).await.unwrap().unwrap();
        assert_eq!((sign_in.end, sign_in.login_code_expires_at), (None, None));
        assert_eq!(store.outbox_depth().await.unwrap().0, 2, "of the faster one");
        // Read again, it goes on with the next number.
        let again = Repeat::of(now, slower.finish.attempt);
        assert!(again.write(&store).await.unwrap());
        assert_eq!(known(&store).await.user.sequence, 4);
    }

    async fn a_repeat_sign_in_that_was_abandoned_writes_nothing(db) {
        let store = db.store().await;
        let before = somebody(&store).await;
        let attempt = made::claimed(&store).await;
        assert!(store.abandon_sign_in(attempt, made::NOW.plus(ABANDONED_AFTER)).await.unwrap());
        let abandoned = store.sign_in(attempt).await.unwrap();
        let mut late = Repeat::of(before.clone(), attempt);
        late.known = changed(late.known);
        assert!(!late.write(&store).await.unwrap());
        let now = known(&store).await;
        assert_eq!((now.user, now.identity), (before.user, before.identity));
        assert_eq!(store.sign_in(attempt).await.unwrap(), abandoned);
        assert_eq!(store.outbox_depth().await.unwrap(), (0, None));
    }

    async fn a_repeat_sign_in_that_was_never_claimed_writes_nothing(db) {
        let store = db.store().await;
        let repeat = Repeat::of(somebody(&store).await, AttemptId::new(made::NOW));
        assert!(!repeat.write(&store).await.unwrap());
        assert_eq!(known(&store).await.user.version, 1);
        assert_eq!(store.outbox_depth().await.unwrap(), (0, None));
    }

    async fn sign_ins_of_one_user_at_once_leave_no_gap(db) {
        const CALLERS: i64 = 32;
        let store = db.store().await;
        let somebody = somebody(&store).await;
        let start = Arc::new(Barrier::new(32));
        let callers = (0..CALLERS).map(|_| {
            let (store, start) = (store.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                sign_in(&store).await
            })
        });
        for caller in join_all(callers).await {
            caller.unwrap();
        }
        let user = known(&store).await.user;
        assert_eq!((user.version, user.sequence), (1 + CALLERS, 2 * CALLERS));
        let subject = somebody.user.name();
        let of_them = format!("FROM outbox WHERE subject = '{subject}'");
        let count = |what: &str| format!("SELECT COUNT({what}) {of_them}");
        assert_eq!(db.number(&count("*")).await, 2 * CALLERS);
        assert_eq!(db.number(&count("DISTINCT sequence")).await, 2 * CALLERS);
        assert_eq!(db.number(&format!("SELECT MAX(sequence) {of_them}")).await, 2 * CALLERS);
        let ended = "SELECT COUNT(*) FROM sign_ins WHERE result = 'SIGNED_IN'";
        assert_eq!(db.number(ended).await, CALLERS);
    }
}

crate::postgres_only! {
    async fn a_repeat_sign_in_is_one_statement_on_postgres(db) {
        let store = db.store().await;
        let repeat = Repeat::of(somebody(&store).await, made::claimed(&store).await);
        assert!(repeat.write(&store).await.unwrap());
        // Rows know the transaction, and the command in it, that wrote them: the first of one.
        let writers = "SELECT COUNT(DISTINCT (xmin::text, cmin::text)) FROM (\
            SELECT xmin, cmin FROM users UNION ALL SELECT xmin, cmin FROM identities UNION ALL \
            SELECT xmin, cmin FROM sign_ins UNION ALL SELECT xmin, cmin FROM outbox) AS written";
        assert_eq!(db.number(writers).await, 1);
        assert_eq!(db.number("SELECT MAX(cmin::text::bigint) FROM outbox").await, 0);
    }
}
