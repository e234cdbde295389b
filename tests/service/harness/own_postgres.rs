//! A PostgreSQL server of a test's own: its counters are nobody else's.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::variable::variable;

/// What a server does beside what it is asked would be counted too.
const QUIET: &str = "-c listen_addresses=127.0.0.1 -c autovacuum=off -c wal_writer_delay=10s \
    -c bgwriter_lru_maxpages=0 -c checkpoint_timeout=1h";

/// A server that ends with the test.
pub(crate) struct OwnPostgres {
    pub(crate) port: u16,
    folder: TempDir,
}

impl OwnPostgres {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Self {
        // In /tmp, where the server's own user can reach it.
        let folder = TempDir::with_prefix_in("latchkey-postgres-", "/tmp").unwrap();
        let port = free_port();
        let server = Self { port, folder };
        give_to_its_user(server.folder.path());
        let data = server.data();
        let make = ["--auth=trust", "--username=postgres", "--no-sync", "--pgdata"];
        Self::run("initdb", make.iter().map(OsStr::new).chain([data.as_os_str()]));
        let options = format!("-p {port} -k {} {QUIET}", server.folder.path().display());
        let start = ["start", "--wait", "--silent", "--log=/dev/null", "--options"];
        let start = start.iter().map(OsStr::new).chain([OsStr::new(&options)]);
        Self::run("pg_ctl", start.chain([OsStr::new("--pgdata"), data.as_os_str()]));
        server
    }

    /// Stops every process of the server in its tracks: connections stay open, and nothing answers.
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal("CONT");
    }

    /// To the server first, so that it begins no process meanwhile, and then to its children.
    fn signal(&self, name: &str) {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let server = file.lines().next().unwrap();
        let sent = Command::new("kill").args(["-s", name, server]).status().unwrap();
        assert!(sent.success(), "{name} to {server}");
        let sent =
            Command::new("pkill").args([&format!("-{name}"), "-P", server]).status().unwrap();
        assert!(sent.success(), "{name} to the children of {server}");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run<'a>(program: &str, arguments: impl Iterator<Item = &'a OsStr>) {
        let program = Path::new(&variable("LATCHKEY_TEST_PG_BIN")).join(program);
        // The server refuses to run as root.
        let user = variable("LATCHKEY_TEST_PG_USER");
        let mut command = match user.as_str() {
            "" => Command::new(&program),
            user => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(&program);
                command
            }
        };
        let ended = command.args(arguments).current_dir("/tmp").output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{}: {said}", program.display());
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        // A test that failed may have left it frozen.
        self.thaw();
        let data = self.data();
        let stop = ["stop", "--mode=immediate", "--silent", "--pgdata"];
        Self::run("pg_ctl", stop.iter().map(OsStr::new).chain([data.as_os_str()]));
    }
}

fn give_to_its_user(folder: &Path) {
    let user = variable("LATCHKEY_TEST_PG_USER");
    if !user.is_empty() {
        let given = Command::new("chown").arg(user).arg(folder).status().unwrap();
        assert!(given.success());
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
