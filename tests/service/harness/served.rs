//! `latchkey serve`, the binary itself: a process of its own, which can be killed.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use latchkey_proto::v1::social_login_client::SocialLoginClient;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use tonic::transport::{Channel, Endpoint};

use super::{
    TestApp,
    clients::{Keyed, login_at},
};

/// A debug build starts in a second or two; the machine may be busy.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A process that serves. It is killed when dropped, too.
pub(crate) struct Served {
    child: Child,
    channel: Channel,
    gateway: SecretString,
    _folder: TempDir,
}

impl TestApp {
    /// Starts the binary with the keys of this service, on a database and before the same Bitbucket.
    pub(crate) async fn serve_binary(&self, database_url: &str) -> Served {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let ring = toml::to_string(&self.key_file).unwrap();
        let ring_file = folder.path().join("ring.toml");
        fs::write(&ring_file, ring).unwrap();
        fs::set_permissions(&ring_file, fs::Permissions::from_mode(0o600)).unwrap();
        let config = folder.path().join("latchkey.toml");
        fs::write(&config, self.configuration(database_url, port)).unwrap();
        let mut command = Command::new(binary());
        command.env_clear().arg("serve").current_dir(folder.path());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{port}")).unwrap();
        let connected = async {
            loop {
                match endpoint.connect().await {
                    Ok(channel) => return channel,
                    Err(_not_yet) => sleep(Duration::from_millis(50)).await,
                }
            }
        };
        let channel = timeout(STARTS_WITHIN, connected).await.expect("it does not serve");
        Served { child, channel, gateway: self.keys.gateway.clone(), _folder: folder }
    }

    fn configuration(&self, database_url: &str, port: u16) -> String {
        let bitbucket = self.bitbucket_url();
        format!(
            "[store]\nurl = '{database_url}'\n\
             [keyring]\nfile = 'ring.toml'\n\
             [server]\nlisten = '127.0.0.1:{port}'\n\
             [providers.stand-in]\nkind = 'bitbucket'\nstand_in = true\n\
             issuer = '{bitbucket}'\n\
             authorize_url = '{bitbucket}/site/oauth2/authorize'\n\
             token_url = '{bitbucket}/site/oauth2/access_token'\n\
             api_url = '{bitbucket}/2.0'\n"
        )
    }
}

/// The one that was built with these tests: `cargo nextest run --workspace` builds both.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let binary = tests.parent().unwrap().with_file_name("latchkey");
    assert!(binary.exists(), "{} is not there: build the workspace", binary.display());
    binary
}

impl Served {
    /// Signing in, as a gateway does.
    pub(crate) fn login(&self) -> SocialLoginClient<Keyed> {
        login_at(&self.channel, &self.gateway)
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.end();
    }
}
