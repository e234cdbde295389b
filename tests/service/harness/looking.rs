//! What tests look at: rows, people, and what Bitbucket was asked.

use latchkey_domain::time::{Clock, Timestamp};
use latchkey_proto::{
    events::event_data::Data,
    v1::{FeedEvent, GetUserRequest, IdentityKind, User},
};

use super::TestApp;

/// Every table that the service fills.
pub(crate) const TABLES: [&str; 24] = [
    "api_keys",
    "application_grants",
    "application_logos",
    "applications",
    "audit_entries",
    "config_version",
    "connections",
    "credentials",
    "email_allowances",
    "environments",
    "feed_position",
    "identities",
    "link_tickets",
    "mail_outbox",
    "organizations",
    "outbox",
    "requests",
    "sealing_keys",
    "sign_ins",
    "signing_keys",
    "subject_sequences",
    "test_logins",
    "users",
    "waiting_sign_ins",
];
const COUNT_TABLES_POSTGRES: &str = "SELECT COUNT(*) FROM information_schema.tables \
    WHERE table_schema = 'public' AND table_name NOT LIKE 'seaql%'";
const COUNT_TABLES_SQLITE: &str = "SELECT COUNT(*) FROM sqlite_master \
    WHERE type = 'table' AND name NOT LIKE 'seaql%' AND name NOT LIKE 'sqlite%'";

impl TestApp {
    /// How many rows there are, in whatever table.
    pub(crate) async fn rows_of_all_tables(&self) -> i64 {
        let count =
            if self.database.is_postgres() { COUNT_TABLES_POSTGRES } else { COUNT_TABLES_SQLITE };
        let tables = usize::try_from(self.database.number(count).await).unwrap();
        assert_eq!(tables, TABLES.len(), "a table that the tests do not know");
        let rows = TABLES.map(|table| format!("(SELECT COUNT(*) FROM {table})"));
        self.database.number(&format!("SELECT {}", rows.join(" + "))).await
    }

    /// How many rows a table has; a condition may follow its name.
    pub(crate) async fn rows(&self, table: &str) -> i64 {
        self.database.number(&format!("SELECT COUNT(*) FROM {table}")).await
    }

    /// The time that the service has.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How many requests to a path reached Bitbucket.
    pub(crate) fn requests_to(&self, path: &str) -> usize {
        self.bitbucket.requests().iter().filter(|request| request.path == path).count()
    }

    /// How many codes were sent to Bitbucket.
    pub(crate) fn token_requests(&self) -> usize {
        self.requests_to("/site/oauth2/access_token")
    }

    /// How many requests of ours reached Bitbucket, of whatever kind.
    pub(crate) fn requests_of_ours(&self) -> usize {
        let requests = self.bitbucket.requests();
        requests.iter().filter(|request| request.path != "/site/oauth2/authorize").count()
    }

    /// A person, with the ways that they are known.
    pub(crate) async fn user(&self, name: &str) -> User {
        let request = GetUserRequest { name: name.to_owned() };
        self.users().get_user(request).await.unwrap().into_inner().user.unwrap()
    }

    /// The ways that a person is known: the kind, and the address of each, accounts first.
    pub(crate) async fn ways(&self, user: &str) -> Vec<(IdentityKind, String)> {
        let identities = self.user(user).await.identities;
        let mut ways: Vec<_> =
            identities.into_iter().map(|found| (found.kind(), found.email)).collect();
        ways.sort();
        ways
    }

    /// The events about one subject, in order.
    pub(crate) async fn events_about(&self, subject: &str) -> Vec<FeedEvent> {
        let events = self.events().await.into_iter();
        events.filter(|event| event.subject == subject).collect()
    }

    /// What the last event about people tells.
    pub(crate) async fn last_event(&self) -> Data {
        let event = self.events().await.pop().unwrap();
        data(event)
    }
}

/// What an event tells.
pub(crate) fn data(event: FeedEvent) -> Data {
    event.data.unwrap().data.unwrap()
}
