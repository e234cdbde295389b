//! Starting and stopping a stand-in.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::consumer;
use crate::control::Control;
use crate::listener::{Wire, Wires};
use crate::router::router;
use crate::settings::Settings;
use crate::state::State;

/// How long open connections may take to end: every answer ends at once, so this is for clients that do not read theirs.
const DRAIN: Duration = Duration::from_secs(2);

/// Why a stand-in does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// A running stand-in; it stops when dropped.
#[derive(Debug)]
pub struct StandIn {
    state: State,
    address: SocketAddr,
    server: JoinHandle<io::Result<()>>,
}

impl StandIn {
    /// Key of the ready-made consumer.
    pub const CONSUMER_KEY: &str = consumer::KEY;
    /// Secret of the ready-made consumer: public, as it guards nothing.
    pub const CONSUMER_SECRET: &str = consumer::SECRET;
    /// Callback URL of the ready-made consumer, unless [`Settings::callback_url`] says otherwise.
    pub const CALLBACK_URL: &str = consumer::CALLBACK_URL;

    /// Listens and answers in a task of its own.
    pub async fn start(settings: Settings) -> Result<Self, Error> {
        let failed = |source| Error::Listen { address: settings.listen, source };
        let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let state = State::new(&settings, &reached_at(&settings, address));
        let service = router(state.clone()).into_make_service_with_connect_info::<Wire>();
        let stopped = state.0.stop.clone().cancelled_owned();
        let serve = axum::serve(Wires(listener), service).with_graceful_shutdown(stopped);
        Ok(Self { state, address, server: tokio::spawn(serve.into_future()) })
    }

    /// Where it listens, with the port it was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base URL without a slash at the end, such as `http://127.0.0.1:7990`.
    pub fn base_url(&self) -> &str {
        &self.state.0.base_url
    }

    /// `{base}/site/oauth2/authorize`
    pub fn authorize_url(&self) -> String {
        format!("{}/site/oauth2/authorize", self.base_url())
    }

    /// `{base}/site/oauth2/access_token`
    pub fn token_url(&self) -> String {
        format!("{}/site/oauth2/access_token", self.base_url())
    }

    /// `{base}/2.0`
    pub fn api_url(&self) -> String {
        format!("{}/2.0", self.base_url())
    }

    /// The handle that steers it.
    pub fn control(&self) -> Control {
        self.state.control()
    }

    /// Waits until the server has ended by itself or through [`State::stop`].
    pub async fn ended(&mut self) {
        if !self.server.is_finished() {
            // An accept loop has no error of its own, and a panic has been told already.
            let _ = (&mut self.server).await;
        }
    }

    /// Ends all requests and waits until the connections are closed.
    pub async fn stop(mut self) {
        self.state.stop();
        // Past the limit the rest goes with the drop.
        let _ = tokio::time::timeout(DRAIN, self.ended()).await;
    }
}

fn reached_at(settings: &Settings, address: SocketAddr) -> String {
    settings.base_url.clone().unwrap_or_else(|| format!("http://{address}"))
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.state.stop();
    }
}
