//! Asking the provider through the gate: whoever does not get through has their end at once.

use std::time::Duration;

use latchkey_domain::sign_in::{ABANDONED_AFTER, Failure, Unsuccessful};
use latchkey_store::WayIn;
use latchkey_telemetry::metrics;
use secrecy::SecretString;

use super::{Change, PATIENCE, Report};
use crate::{
    Latchkey,
    login::{
        flow::Flow,
        profile::{Answered, Ended, PROVIDER_DEADLINE},
        steps::Steps,
    },
};

// Whoever waits and asks has an end before their sign-in is taken for abandoned, with time to write it.
const _: () = assert!(
    PROVIDER_DEADLINE.as_millis() + PATIENCE.as_millis() + 3_000 < ABANDONED_AFTER.as_millis()
);

impl Latchkey {
    /// Asks the provider who it is, unless its connection had better leave it alone. What the provider
    /// was not sent, it has not used up; the person starts again all the same.
    pub(in crate::login) async fn ask_at_the_gate(
        &self,
        flow: &Flow,
        way_in: &WayIn,
        code: &SecretString,
        steps: &Steps,
    ) -> Ended<Answered> {
        let provider = way_in.connection.provider.as_str();
        let connection = flow.connection_name();
        let gate = self.gates.of(&connection).await;
        let pass = match gate.enter().await {
            Ok(pass) => pass,
            Err(shut) => {
                metrics::provider_spared(provider, shut.as_str());
                tracing::debug!(%connection, reason = shut.as_str(), "the provider was not asked");
                return Ok(Err(Unsuccessful::Failed(shut.failure())));
            }
        };
        if pass.is_probe() {
            metrics::provider_breaker(provider, "half_open");
            tracing::info!(%connection, "a sign-in tries whether the provider is back");
        }
        let asked = self.ask_provider(flow, way_in, code, steps).await;
        match pass.report(report(&asked)) {
            None => {}
            Some(Change::Opened) => {
                metrics::provider_breaker(provider, "open");
                tracing::warn!(%connection, "the provider fails again and again, and is left alone");
            }
            Some(Change::Closed) => {
                metrics::provider_breaker(provider, "closed");
                tracing::info!(%connection, "the provider is back");
            }
        }
        asked
    }

    /// Keeps a connection's sign-ins from a provider that told us when to come back.
    pub(in crate::login) async fn leave_alone(&self, flow: &Flow, wait: Duration) {
        let connection = flow.connection_name();
        tracing::warn!(%connection, wait_s = wait.as_secs(), "the provider limits our requests");
        self.gates.of(&connection).await.leave_alone(wait);
    }
}

/// What an answer says of the provider. What went wrong with us says nothing of it.
fn report(asked: &Ended<Answered>) -> Report {
    match asked {
        Ok(Err(Unsuccessful::Failed(Failure::ProviderUnavailable))) => Report::Failed,
        // Found out before anything was asked.
        Ok(Err(Unsuccessful::Failed(Failure::ConnectionChanged))) | Err(_) => Report::Nothing,
        Ok(_) => Report::Answered,
    }
}
