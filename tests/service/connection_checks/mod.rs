//! What is found out about a connection without a person.

mod answers;
mod credentials;
mod tls;

use bitbucket_stand_in::{Consumer, StandIn};
use latchkey_proto::v1::{CheckConnectionRequest, ConnectionCheck, ConnectionState};
use tonic::Status;

use crate::harness::TestApp;

const CALLBACK: &str = "https://login.example.com/login/callback/bitbucket";

impl TestApp {
    /// Checks a connection.
    pub(crate) async fn check(&self, name: &str) -> Vec<ConnectionCheck> {
        let request = CheckConnectionRequest { name: name.to_owned(), ..Default::default() };
        self.try_check(request).await.unwrap()
    }

    async fn try_check(
        &self,
        request: CheckConnectionRequest,
    ) -> Result<Vec<ConnectionCheck>, Status> {
        Ok(self.connections().check_connection(request).await?.into_inner().checks)
    }

    async fn state_of(&self, name: &str) -> ConnectionState {
        self.connection(name).await.unwrap().state()
    }

    /// Registers the ready-made consumer anew.
    fn register(&self, change: impl FnOnce(&mut Consumer)) {
        let (key, secret) = (StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET);
        let mut consumer = Consumer::new(key, secret, CALLBACK);
        change(&mut consumer);
        self.bitbucket.add_consumer(consumer);
    }

    /// How many lines the audit has of checks by an environment's key.
    async fn audited_checks(&self) -> i64 {
        let by_administrators = "audit_entries WHERE action = 'connection.checked' \
            AND actor_kind = 'ENVIRONMENT' AND environment = 'dev' \
            AND resource = 'environments/dev/connections/bitbucket' AND fields = '[]'";
        self.rows(by_administrators).await
    }
}

/// A check in one line: what was asked, the answer, and why.
fn line(check: &ConnectionCheck) -> String {
    let short = |name: &str, prefix: &str| name.strip_prefix(prefix).unwrap().to_owned();
    let kind = short(check.kind().as_str_name(), "CONNECTION_CHECK_KIND_");
    let status = short(check.status().as_str_name(), "CONNECTION_CHECK_STATUS_");
    let reason = short(check.reason().as_str_name(), "CONNECTION_CHECK_REASON_");
    assert_eq!(status == "PASSED", reason == "UNSPECIFIED", "{check:?}");
    assert_eq!(status == "PASSED", check.description.is_empty(), "{check:?}");
    let sentences = check.description.ends_with('.') && !check.description.contains('\n');
    assert!(check.description.is_empty() || sentences, "{check:?}");
    if reason == "UNSPECIFIED" {
        format!("{kind} {status}")
    } else {
        format!("{kind} {status} {reason}")
    }
}

pub(crate) fn lines(checks: &[ConnectionCheck]) -> Vec<String> {
    checks.iter().map(line).collect()
}

/// The lines that are not as they are when all is well.
pub(crate) fn faults(checks: &[ConnectionCheck]) -> Vec<String> {
    lines(checks).into_iter().filter(|line| !WELL.contains(&line.as_str())).collect()
}

const WELL: [&str; 8] = [
    "PROVIDER PASSED",
    "TOKEN_ENDPOINT PASSED",
    "API PASSED",
    "TLS UNKNOWN TLS_NOT_USED",
    "CREDENTIALS PASSED",
    "SCOPES PASSED",
    "CALLBACK PASSED",
    "CALLBACK_EXACT PASSED",
];
