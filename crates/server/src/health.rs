//! Whether calls can be answered: `grpc.health.v1`.

use std::time::Duration;

use latchkey_identity::Latchkey;
use latchkey_proto::v1::{
    connection_admin_server::ConnectionAdminServer, event_feed_server::EventFeedServer,
    social_login_server::SocialLoginServer, tenant_admin_server::TenantAdminServer,
    user_directory_server::UserDirectoryServer,
};
use tokio_util::sync::CancellationToken;
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
    let status = match ready {
        true => tonic_health::ServingStatus::Serving,
        false => tonic_health::ServingStatus::NotServing,
    };
    reporter.set_service_status("", status).await;
    match ready {
        true => {
            reporter.set_serving::<ConnectionAdminServer<Admin>>().await;
            reporter.set_serving::<SocialLoginServer<Login>>().await;
            reporter.set_serving::<TenantAdminServer<Tenants>>().await;
            reporter.set_serving::<UserDirectoryServer<Directory>>().await;
            reporter.set_serving::<EventFeedServer<Feed>>().await;
        }
        false => {
            reporter.set_not_serving::<ConnectionAdminServer<Admin>>().await;
            reporter.set_not_serving::<SocialLoginServer<Login>>().await;
            reporter.set_not_serving::<TenantAdminServer<Tenants>>().await;
            reporter.set_not_serving::<UserDirectoryServer<Directory>>().await;
            reporter.set_not_serving::<EventFeedServer<Feed>>().await;
        }
    }
}
