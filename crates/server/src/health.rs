//! Whether calls can be answered, and by which service: `grpc.health.v1`.

use std::{collections::BTreeSet, time::Duration};

use latchkey_identity::{Latchkey, Readiness, SealedKind};
use latchkey_proto::v1::{
    connection_admin_server::ConnectionAdminServer, event_feed_server::EventFeedServer,
    social_login_server::SocialLoginServer, tenant_admin_server::TenantAdminServer,
    user_directory_server::UserDirectoryServer,
};
use tokio_util::sync::CancellationToken;
use tonic::server::NamedService;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::service::{Admin, Directory, Feed, Login, Tenants};

/// How often the database is asked: a replica that lost it is taken out within seconds.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// The server as a whole, and each service, with what it opens of what is kept sealed. The whole is
/// what load balancers ask for: a replica that lacks a key for anything is to get no calls, though
/// it answers those that it gets.
const SERVICES: [(&str, &[SealedKind]); 6] = [
    ("", &SealedKind::ALL),
    (ConnectionAdminServer::<Admin>::NAME, &SealedKind::ALL),
    (SocialLoginServer::<Login>::NAME, &[SealedKind::CredentialSecret, SealedKind::SigningKey]),
    (TenantAdminServer::<Tenants>::NAME, &[SealedKind::RequestFingerprint]),
    (UserDirectoryServer::<Directory>::NAME, &[]),
    (EventFeedServer::<Feed>::NAME, &[]),
];

/// Tells whether the database answers and no key is missing, until told to stop; from then on nothing
/// is served. Once the server drains, watchers are sent away: their calls would hold its end.
pub(crate) async fn report(
    mut reporter: HealthReporter,
    latchkey: Latchkey,
    stop: CancellationToken,
    drain: CancellationToken,
) {
    let mut before = Readiness::default();
    while let Some(now) = stop.run_until_cancelled(latchkey.readiness()).await {
        tell(&reporter, &now).await;
        if now.database && now.missing_keys != before.missing_keys {
            log_missing(&now);
            before = now;
        }
        stop.run_until_cancelled(tokio::time::sleep(ASK_EVERY)).await;
    }
    tell(&reporter, &Readiness::default()).await;
    drain.cancelled().await;
    for (service, _) in SERVICES {
        reporter.clear_service_status(service).await;
    }
}

async fn tell(reporter: &HealthReporter, readiness: &Readiness) {
    for (service, opened) in SERVICES {
        let ready = readiness.database && opened.iter().all(|kind| readiness.opens(*kind));
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        reporter.set_service_status(service, status).await;
    }
}

fn log_missing(readiness: &Readiness) {
    let missing: BTreeSet<_> = readiness.missing_keys.values().flatten().collect();
    if missing.is_empty() {
        tracing::info!("every key that rows are sealed with is in the ring again");
    }
    for key in missing {
        tracing::error!(%key, "rows are sealed with a key that is not in the ring");
    }
}
