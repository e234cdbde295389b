//! Keys that follow one another while people sign in, with the binary that does it killed at random.

mod audited;
mod people;
mod rows;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use latchkey_keyring::{KeyFile, KeyId, KeyRing, random_bytes};
use latchkey_store::SealedKind;
use latchkey_test_database::TestDatabase;
use tempfile::TempDir;

use crate::process::{Ended, ended, latchkey};
use people::People;

/// How often the process is killed.
const KILLS: u32 = 20;
/// How much a replica with the old key adds while the process is away.
const ADDED: u32 = 400;

/// A folder with a ring of two keys, the second of which seals, on a database.
struct Ring {
    folder: TempDir,
    url: String,
    old: KeyId,
    new: KeyId,
}

impl Ring {
    fn rotated(db: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut ring = Self { folder, url: db.url.clone(), old: KeyId([0; 4]), new: KeyId([0; 4]) };
        let id = |said: String| said.split_whitespace().next().unwrap().parse().unwrap();
        ring.old = id(ring.run("keyring add").ok());
        ring.new = id(ring.run("keyring add").ok());
        ring
    }

    fn command(&self, line: &str) -> Command {
        let mut command = latchkey(self.folder.path(), line);
        command.env("LATCHKEY__KEYRING__FILE", "ring.toml").env("LATCHKEY__STORE__URL", &self.url);
        command
    }

    fn run(&self, line: &str) -> Ended {
        ended(&mut self.command(line))
    }

    fn file(&self) -> KeyFile {
        let text =
            std::fs::read_to_string(Path::new(self.folder.path()).join("ring.toml")).unwrap();
        toml::from_str(&text).unwrap()
    }

    /// The ring as a process has it whose file says so.
    fn with_primary(&self, primary: KeyId) -> KeyRing {
        let mut file = self.file();
        file.promote(primary).unwrap();
        KeyRing::load(&file).unwrap()
    }

    /// Starts it, and kills it some moments after it has written something.
    fn killed_at_random(&self) {
        let mut command = self.command("keyring re-encrypt");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.contains("sealed anew so far"), "{line}");
        let [moment] = random_bytes::<1>().unwrap();
        thread::sleep(Duration::from_millis(u64::from(moment) / 4));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_follows_another_on_postgres_though_the_work_is_killed_twenty_times() {
    TestDatabase::postgres().await.run(rotate).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_follows_another_on_sqlite_though_the_work_is_killed_twenty_times() {
    TestDatabase::sqlite().await.run(rotate).await;
}

async fn rotate(db: TestDatabase) {
    let ring = Ring::rotated(&db);
    let store = db.store().await;
    let people =
        People::start(&store, [ring.with_primary(ring.old), ring.with_primary(ring.new)]).await;
    let old = ring.with_primary(ring.old);
    rows::add(&db, &old, 0..2_000).await;
    ring.run(&format!("keyring promote {}", ring.new)).ok();
    let kept = ring.run(&format!("keyring retire {}", ring.old));
    assert_eq!(kept.code, Some(1));
    assert!(
        kept.stderr
            .contains("2001 credentials, 2000 requests, 2000 test logins, 2000 mails, 2000 waiting sign-ins, 2000 signing keys"),
        "{kept:?}"
    );

    let mut count = 2_000;
    for _ in 0..KILLS {
        rows::add(&db, &old, count..count + ADDED).await;
        count += ADDED;
        tokio::task::block_in_place(|| ring.killed_at_random());
    }
    let done = tokio::task::block_in_place(|| ring.run("keyring re-encrypt --json")).ok();
    assert!(done.contains("\"left\":{}"), "{done}");

    let signed_in = people.stop().await;
    assert!(signed_in > 0, "nobody signed in meanwhile");
    rows::assert_all_open(&store, &ring.with_primary(ring.new), count).await;
    retire(&db, &ring);
    for kind in SealedKind::ALL {
        assert_eq!(store.seal_marks(kind).await.unwrap(), [ring.new.mark()]);
    }
    store.close().await.unwrap();
}

/// The old key goes an hour after it last sealed, the new one never while it seals.
fn retire(db: &TestDatabase, ring: &Ring) {
    let lately = ring.run(&format!("keyring retire {}", ring.old));
    assert_eq!(lately.code, Some(1));
    assert!(lately.stderr.contains("it last sealed at"), "{lately:?}");
    let seals = ring.run(&format!("keyring retire {}", ring.new));
    assert_eq!(seals.code, Some(1));
    assert!(seals.stderr.contains("promote another one first"), "{seals:?}");
    let listed = ring.run("keyring list --json").ok();
    assert!(
        listed.contains("\"credentials\":0") && listed.contains("\"lastSealTime\":\"2"),
        "{listed}"
    );

    let age = format!("UPDATE sealing_keys SET last_sealed_at = 0 WHERE id = '{}'", ring.old);
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(db.execute(&age)));
    ring.run(&format!("keyring retire {}", ring.old)).ok();
    let left: Vec<_> = ring.file().keys.iter().map(|key| key.id).collect();
    assert_eq!(left, [ring.new]);
    assert_eq!(ring.run(&format!("keyring retire {}", ring.old)).code, Some(1));
}
