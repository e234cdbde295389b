//! Whether calls can be answered: `grpc.health.v1`.

use std::time::Duration;

use latchkey_identity::Latchkey;
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

/// The server as a whole, and each service.
const SERVICES: [&str; 6] = [
    "",
    ConnectionAdminServer::<Admin>::NAME,
    SocialLoginServer::<Login>::NAME,
    TenantAdminServer::<Tenants>::NAME,
    UserDirectoryServer::<Directory>::NAME,
    EventFeedServer::<Feed>::NAME,
];

/// Tells whether the database answers, until told to stop; from then on nothing is served. Once the
/// server drains, watchers are sent away: their calls would hold its end.
pub(crate) async fn report(
    mut reporter: HealthReporter,
    latchkey: Latchkey,
    stop: CancellationToken,
    drain: CancellationToken,
) {
    while let Some(ready) = stop.run_until_cancelled(latchkey.is_ready()).await {
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        tell(&reporter, status).await;
        stop.run_until_cancelled(tokio::time::sleep(ASK_EVERY)).await;
    }
    tell(&reporter, ServingStatus::NotServing).await;
    drain.cancelled().await;
    for service in SERVICES {
        reporter.clear_service_status(service).await;
    }
}

async fn tell(reporter: &HealthReporter, status: ServingStatus) {
    for service in SERVICES {
        reporter.set_service_status(service, status).await;
    }
}
