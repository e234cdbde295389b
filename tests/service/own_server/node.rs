//! A RabbitMQ node that belongs to one test.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use lapin::{Connection, ConnectionProperties};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// On two busy cores a node takes a quarter of a minute to start.
const STARTS_WITHIN: Duration = Duration::from_secs(90);
/// And a few seconds to stop.
const STOPS_WITHIN: Duration = Duration::from_secs(30);
/// How often to look.
const LOOK: Duration = Duration::from_millis(200);
/// How long one look may take.
const ANSWER: Duration = Duration::from_secs(3);

/// A node with its own name, ports, folder and port mapper. All of it ends with the value.
pub(crate) struct Node {
    port: u16,
    distribution_port: u16,
    mapper_port: u16,
    /// Erlang's port mapper; one that the node started itself would outlive it.
    _mapper: Running,
    server: Option<Running>,
    folder: TempDir,
}

/// A process that is killed, by its id, when it is not needed any more.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_before = self.0.kill();
        let _ended_before = self.0.wait();
    }
}

impl Node {
    /// A node that is yet to be started.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let own = folder.path().join("node");
        fs::create_dir(&own).unwrap();
        if let Some((user, group)) = user() {
            std::os::unix::fs::chown(&own, Some(user), Some(group)).unwrap();
        }
        let mapper_port = free_port();
        let mut mapper = as_user(Path::new("epmd"), &own);
        mapper.args(["-address", "127.0.0.1", "-port", &mapper_port.to_string()]);
        let mapper = Running(mapper.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let (port, distribution_port) = (free_port(), free_port());
        Self { port, distribution_port, mapper_port, _mapper: mapper, server: None, folder }
    }

    /// Where it listens while it runs.
    pub(crate) fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port)
    }

    /// Starts it, with what it kept from before, and waits until it answers.
    pub(crate) async fn start(&mut self) {
        self.server = Some(Running(self.command().spawn().unwrap()));
        let answers = async {
            while !answers(&self.url()).await {
                sleep(LOOK).await;
            }
        };
        if timeout(STARTS_WITHIN, answers).await.is_err() {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            panic!("the node did not start: {log}");
        }
    }

    fn command(&self) -> Command {
        let own = self.own();
        let log = File::create(self.folder.path().join("log")).unwrap();
        let mut command = as_user(&bin().join("rabbitmq-server"), &own);
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let path = |name: &str| own.join(name).into_os_string();
        command.envs([
            ("HOME", own.clone().into_os_string()),
            ("ERL_EPMD_PORT", self.mapper_port.to_string().into()),
            ("RABBITMQ_NODENAME", format!("latchkey-{}@localhost", self.port).into()),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".into()),
            ("RABBITMQ_NODE_PORT", self.port.to_string().into()),
            ("RABBITMQ_DIST_PORT", self.distribution_port.to_string().into()),
            ("RABBITMQ_PID_FILE", path("pid")),
            ("RABBITMQ_MNESIA_BASE", path("data")),
            ("RABBITMQ_LOG_BASE", path("log")),
            ("RABBITMQ_CONFIG_FILE", path("none")),
            ("RABBITMQ_ADVANCED_CONFIG_FILE", path("none")),
            ("RABBITMQ_CONF_ENV_FILE", path("none")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins")),
        ]);
        command
    }

    fn own(&self) -> PathBuf {
        self.folder.path().join("node")
    }

    /// Stops it in good order.
    pub(crate) async fn stop(&mut self) {
        let mut server = self.server.take().expect("a node that runs");
        signal(self.pid(), "TERM");
        let begun = Instant::now();
        while server.0.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < STOPS_WITHIN, "the node did not stop");
            sleep(LOOK).await;
        }
    }

    /// Lets it do nothing any more, connections and all.
    pub(crate) fn freeze(&self) {
        signal(self.pid(), "STOP");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        signal(self.pid(), "CONT");
    }

    /// The id of the virtual machine's process, which the node writes down itself.
    fn pid(&self) -> u32 {
        let pid = fs::read_to_string(self.own().join("pid")).unwrap();
        pid.trim().parse().unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // The script that started it does not take its child along.
        if self.server.is_some() && self.own().join("pid").exists() {
            signal(self.pid(), "KILL");
        }
    }
}

fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &process.to_string()]).status().unwrap();
    assert!(sent.success(), "{name} to {process}");
}

/// A command that runs as the unprivileged user, in its folder.
fn as_user(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    if let Some((user, group)) = user() {
        command.uid(user).gid(group);
    }
    command
}

/// The ids of the user and the group that the node runs as; `None` is whoever runs the tests.
fn user() -> Option<(u32, u32)> {
    let user = variable("LATCHKEY_TEST_RABBITMQ_USER");
    let id = |what: &str| {
        let output = Command::new("id").args([what, user.as_str()]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    };
    (!user.is_empty()).then(|| (id("-u"), id("-g")))
}

fn bin() -> PathBuf {
    variable("LATCHKEY_TEST_RABBITMQ_BIN").into()
}

fn variable(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "says with what to make a node")]
    let value = std::env::var(name);
    value.unwrap_or_else(|_| panic!("{name} is not set: scripts/test sets it"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn answers(url: &str) -> bool {
    let connecting = Connection::connect(url, ConnectionProperties::default());
    let Ok(Ok(connection)) = timeout(ANSWER, connecting).await else { return false };
    connection.close(200, "bye".into()).await.is_ok()
}
