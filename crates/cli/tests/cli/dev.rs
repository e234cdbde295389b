//! `latchkey dev`, and who watches it.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    browser::Browser,
    developing::{FREE_PORTS, start},
    process::{Running, latchkey, run},
};

#[tokio::test]
async fn a_person_who_signed_up_is_known_after_a_restart_on_other_ports() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = start(folder.path(), "--fresh");
    let page = Browser::new().sign_in(&first.base_url, "alice").await;
    assert!(page.contains("Alice Example") && page.contains("signed up"), "{page}");
    let line = first.process.line("user.signed_up");
    assert!(line.contains("Alice Example <alice@mail.example>"), "{line}");
    assert!(line.contains("trace "), "{line}");
    first.process.line("user.signed_in");
    assert_eq!(first.process.terminate().code(), Some(0));
    first.process.line("Stopped.");
    assert_eq!(first.process.stderr(), "");

    let mut second = start(folder.path(), "");
    assert_ne!(second.base_url, first.base_url);
    assert_eq!(second.key, first.key);
    let page = Browser::new().sign_in(&second.base_url, "alice").await;
    assert!(page.contains("Alice Example") && page.contains("signed in"), "{page}");
    assert!(!page.contains("signed up"), "{page}");
    assert_eq!(second.process.terminate().code(), Some(0));
}

#[test]
fn beginning_anew_makes_other_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = start(folder.path(), "");
    assert_eq!(first.process.terminate().code(), Some(0));
    let second = start(folder.path(), "--fresh");
    assert_ne!(second.key, first.key);
}

#[test]
fn a_second_signal_ends_at_once_what_waits_for_a_slow_request() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = start(folder.path(), "");
    let address = dev.base_url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut slow = TcpStream::connect(address.replace("localhost", "127.0.0.1")).unwrap();
    // A head without an end: the gateway waits ten seconds for it.
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    sleep(Duration::from_millis(300));

    dev.process.signal();
    sleep(Duration::from_secs(1));
    assert!(dev.process.is_running());
    let asked_again = Instant::now();
    assert_eq!(dev.process.terminate().code(), Some(1));
    assert!(asked_again.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_taken_port_is_told_with_the_flag_that_chooses_another() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _held = TcpListener::bind(taken).unwrap();
    for flag in ["--gateway", "--grpc", "--stand-in", "--metrics"] {
        let flags = FREE_PORTS.replace(&format!("{flag} 127.0.0.1:0"), &format!("{flag} {taken}"));
        let ended = run(folder.path(), &format!("dev {flags}"));
        assert_eq!(ended.code, Some(1));
        let told = format!("port {} is taken", taken.port());
        assert!(ended.stderr.contains(&told) && ended.stderr.contains(flag), "{ended:?}");
    }
    assert!(!folder.path().join(".latchkey").exists());
}

#[tokio::test]
async fn events_tail_shows_what_happened_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    Browser::new().sign_in(&dev.base_url, "bob").await;

    let line =
        format!("events tail --server {} --environment dev --from-start --json", dev.endpoint);
    let mut tail = Running::start(latchkey(folder.path(), &line).env("LATCHKEY_KEY", &dev.key));
    let signed_up = tail.line("latchkey.user.signed_up.v1");
    let signed_in = tail.line("latchkey.user.signed_in.v1");

    assert!(signed_up.starts_with('{') && signed_up.contains("bob@mail.example"), "{signed_up}");
    assert!(signed_in.starts_with('{') && signed_in.contains("\"newUser\":true"), "{signed_in}");
    assert_eq!(tail.terminate().code(), Some(0));
}

#[test]
fn events_tail_gives_up_on_a_key_that_does_not_work() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let line = format!("events tail --server {} --environment dev", dev.endpoint);
    let ended =
        crate::process::ended(latchkey(folder.path(), &line).env("LATCHKEY_KEY", "lk_operator_x"));
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.contains("CREDENTIALS_INVALID"), "{ended:?}");
}
