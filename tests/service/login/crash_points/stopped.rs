//! A call whose process comes to one moment of the database, and no further.

use latchkey_proto::v1::{CompleteLoginResponse, VerifyEmailResponse};
use tokio::task::JoinHandle;
use tonic::Status;

use super::{Back, bring};
use crate::harness::{
    TestApp,
    bridge::{Bridge, Moment},
    doomed::Doomed,
    proving::Waiting,
};

/// How a call is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Its process dies.
    Killed,
    /// The connection to the database breaks; the process goes on.
    Broken,
}

/// Both ways.
pub(super) const CUTS: [Cut; 2] = [Cut::Killed, Cut::Broken];

/// A call that is held, by what its process asks of the database.
pub(super) struct Stopped<T> {
    pub(super) process: Doomed,
    pub(super) bridge: Bridge,
    pub(super) call: JoinHandle<Result<T, Status>>,
}

/// Brings a callback to a process that comes as far as this.
pub(super) async fn stopped_at(
    app: &TestApp,
    moment: Moment,
    at: &Back,
) -> Stopped<CompleteLoginResponse> {
    let (process, bridge) = app.beyond_a_bridge().await;
    bridge.close_at(moment);
    let call = bring(app, &process, &at.0, &at.1);
    bridge.closed().await;
    Stopped { process, bridge, call }
}

/// Brings a code to a process that comes as far as this.
pub(super) async fn stopped_with_a_code(
    app: &TestApp,
    moment: Moment,
    (waiting, code): &(Waiting, String),
) -> Stopped<VerifyEmailResponse> {
    let (process, bridge) = app.beyond_a_bridge().await;
    bridge.close_at(moment);
    let (mut login, request) = (process.login(), waiting.verify_request(code));
    let call =
        tokio::spawn(
            async move { login.verify_email(request).await.map(tonic::Response::into_inner) },
        );
    bridge.closed().await;
    Stopped { process, bridge, call }
}

impl<T> Stopped<T> {
    /// Cuts it off; what its caller hears.
    pub(super) async fn end(self, cut: Cut) -> Result<T, Status> {
        match cut {
            Cut::Killed => self.process.kill(),
            Cut::Broken => self.bridge.break_off(),
        }
        self.call.await.unwrap()
    }
}
