//! The binary by itself: from exec to `SERVING`, and what it holds in memory when it rests.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use latchkey_test_database::TestDatabase;
use tonic::transport::Endpoint;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

const RUNS: usize = 5;
/// What a start may take before it is taken for failed.
const GIVE_UP: Duration = Duration::from_secs(20);

/// Starts the release binary on each database with the schema current.
pub(crate) async fn measure() {
    let binary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/latchkey");
    let Ok(binary) = binary.canonicalize() else {
        println!("start and memory: not measured, there is no {}", binary.display());
        return;
    };
    let without_tls = |database: &TestDatabase| format!("{}?sslmode=disable", database.url);
    let sqlite = TestDatabase::sqlite().await;
    sqlite.run(async |database| runs("SQLite", &binary, &database.url).await).await;
    let postgres = TestDatabase::postgres().await;
    let both = async |database: TestDatabase| {
        runs("PostgreSQL", &binary, &database.url).await;
        runs("PostgreSQL without TLS", &binary, &without_tls(&database)).await;
    };
    postgres.run(both).await;
}

async fn runs(name: &str, binary: &Path, database: &str) {
    let folder = tempfile::tempdir().unwrap();
    let keyring = folder.path().join("keyring.toml");
    let made = command(binary, database, &keyring, 0).args(["keyring", "add"]).status().unwrap();
    assert!(made.success());
    let (mut starts, mut resident) = (Vec::new(), 0);
    for _ in 0..RUNS {
        let port = free_port();
        let started = Instant::now();
        let mut child = command(binary, database, &keyring, port).arg("serve").spawn().unwrap();
        serving(port, started).await;
        starts.push(started.elapsed());
        // Let it come to rest.
        tokio::time::sleep(Duration::from_secs(2)).await;
        resident = resident.max(resident_kilobytes(&child));
        end(&mut child);
    }
    starts.sort_unstable();
    let median = starts[RUNS / 2];
    println!("latchkey serve on {name}: {median:.0?} from exec to SERVING (median of {RUNS}),");
    println!("  {resident} KB resident after two seconds of rest");
}

fn command(binary: &Path, database: &str, keyring: &Path, port: u16) -> Command {
    let mut command = Command::new(binary);
    command
        .env("LATCHKEY__STORE__URL", database)
        .env("LATCHKEY__KEYRING__FILE", keyring)
        .env("LATCHKEY__SERVER__LISTEN", format!("127.0.0.1:{port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn serving(port: u16, started: Instant) {
    while started.elapsed() < GIVE_UP {
        let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{port}")).unwrap();
        if let Ok(channel) = endpoint.connect().await {
            let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
            if answer.is_ok_and(|answer| answer.into_inner().status == 1) {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("latchkey serve did not come up");
}

fn resident_kilobytes(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn end(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}
