//! `serve` and `gateway`, each a process of its own.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    database::{migrated, on_database},
    process::{Running, latchkey, run},
};

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until it is alive there.
pub(crate) fn healthy(folder: &Path, url: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        if run(folder, &format!("healthcheck {url}")).code == Some(0) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    false
}

#[test]
fn a_gateway_finds_the_service_that_it_is_a_client_of() {
    let folder = migrated();
    let (grpc, http) = (free_port(), free_port());
    let file = format!(
        "[store]\nurl = 'sqlite:latchkey.db'\n\
         [keyring]\nfile = 'ring.toml'\n\
         [server]\nlisten = '127.0.0.1:{grpc}'\n\
         [gateway]\nlisten = '127.0.0.1:{http}'\nbase_url = 'http://localhost:{http}'\n\
         environment = 'environments/dev'\nendpoint = 'http://127.0.0.1:{grpc}'\n"
    );
    fs::write(folder.path().join("latchkey.toml"), file).unwrap();
    run(folder.path(), "keyring add").ok();
    let create = format!("environments create dev --default-domain localhost:{http}");
    on_database(folder.path(), &create).ok();
    let key = on_database(folder.path(), "api-keys create --gateway dev").ok();
    fs::write(folder.path().join("gateway.key"), key).unwrap();

    let mut serve = Running::start(&mut latchkey(folder.path(), "serve"));
    let key_file = ("LATCHKEY__GATEWAY__KEY_FILE", "gateway.key");
    let mut gateway =
        Running::start(latchkey(folder.path(), "gateway").env(key_file.0, key_file.1));

    assert!(healthy(folder.path(), &format!("http://127.0.0.1:{grpc}")));
    assert!(healthy(folder.path(), &format!("http://127.0.0.1:{http}/readyz")));
    assert_eq!(gateway.terminate().code(), Some(0));
    assert_eq!(serve.terminate().code(), Some(0));
    assert_eq!(run(folder.path(), &format!("healthcheck http://127.0.0.1:{grpc}")).code, Some(1));
}

#[test]
fn serving_needs_a_key_ring() {
    let folder = migrated();
    let ended = on_database(folder.path(), "serve");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("latchkey keyring add"), "{ended:?}");
}

#[test]
fn a_gateway_and_a_relay_need_their_settings() {
    let folder = tempfile::tempdir().unwrap();
    for (line, told) in [("gateway", "gateway: "), ("relay", "relay.url: ")] {
        let ended = run(folder.path(), line);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(told), "{ended:?}");
    }
}
