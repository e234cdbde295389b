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
use tonic_health::server::HealthReporter;

use crate::service::{Admin, Directory, Feed, Login, Tenants};

/// How often the database is asked: a replica that lost it is taken out within seconds.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// Tells whether the database answers, until told to stop; from then on nothing is served.
pub(crate) async fn report(reporter: HealthReporter, latchkey: Latchkey, stop: CancellationToken) {
    loop {
        let ready = latchkey.is_ready().await;
        tell(&reporter, ready).await;
        if stop.run_until_cancelled(tokio::time::sleep(ASK_EVERY)).await.is_none() {
            tell(&reporter, false).await;
            return;
        }
    }
}

async fn tell(reporter: &HealthReporter, ready: bool) {
    use tonic_health::ServingStatus::{NotServing, Serving};
    let status = if ready { Serving } else { NotServing };
    for service in [
        "",
        ConnectionAdminServer::<Admin>::NAME,
        SocialLoginServer::<Login>::NAME,
        TenantAdminServer::<Tenants>::NAME,
        UserDirectoryServer::<Directory>::NAME,
        EventFeedServer::<Feed>::NAME,
    ] {
        reporter.set_service_status(service, status).await;
    }
}
