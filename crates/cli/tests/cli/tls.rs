//! A provider behind TLS, whose certificate is trusted or is not.

use std::{fs, net::SocketAddr, path::Path};

use bitbucket_stand_in::{Settings, StandIn};
use latchkey_test_tls::{Root, TlsFront};

use crate::{
    database::{migrated, on_database},
    doctor::outcome,
    process::{Ended, Running, ended, latchkey, run},
    roles::{free_port, healthy},
};

const CALLBACK_URL: &str = "https://login.example.com/login/callback/bitbucket";

async fn stand_in() -> (StandIn, SocketAddr) {
    let settings = Settings { callback_url: CALLBACK_URL.to_owned(), ..Settings::on_free_port() };
    let stand_in = StandIn::start(settings).await.unwrap();
    let address = stand_in.address();
    (stand_in, address)
}

/// Settings of a service on this port, whose provider is behind TLS, and the root that vouches for it.
fn configured(folder: &Path, (url, root): (&str, &Root), port: u16) {
    let file = format!(
        "[store]\nurl = 'sqlite:latchkey.db'\n\
         [keyring]\nfile = 'ring.toml'\n\
         [server]\nlisten = '127.0.0.1:{port}'\n\
         [providers.bitbucket]\nkind = 'bitbucket'\nstand_in = true\nissuer = '{url}'\n\
         authorize_url = '{url}/site/oauth2/authorize'\n\
         token_url = '{url}/site/oauth2/access_token'\napi_url = '{url}/2.0'\n"
    );
    fs::write(folder.join("latchkey.toml"), file).unwrap();
    fs::write(folder.join("root.pem"), root.pem()).unwrap();
    run(folder, "keyring add").ok();
}

/// Checks a connection at a service that trusts the root, if it is told to.
fn checked(folder: &Path, port: u16, variables: &[(&str, &str)]) -> Ended {
    let mut serve = latchkey(folder, "serve");
    let mut serve = Running::start(serve.envs(variables.iter().copied()));
    let server = format!("http://127.0.0.1:{port}");
    assert!(healthy(folder, &server));
    let checked = ask(folder, &server, "connections check bitbucket --json");
    assert_eq!(serve.terminate().code(), Some(0));
    checked
}

fn ask(folder: &Path, server: &str, line: &str) -> Ended {
    let key = fs::read_to_string(folder.join("admin.key")).unwrap();
    let mut command = latchkey(folder, line);
    command.env("LATCHKEY_SERVER", server).env("LATCHKEY_KEY", key.trim());
    command.env("LATCHKEY_ENVIRONMENT", "dev").env("SECRET", StandIn::CONSUMER_SECRET);
    ended(&mut command)
}

/// An environment with a connection, and a key to administer them with.
fn set_up(folder: &Path, port: u16) {
    on_database(folder, "environments create dev --default-domain login.example.com").ok();
    let key = on_database(folder, "api-keys create --environment dev").ok();
    fs::write(folder.join("admin.key"), key).unwrap();
    let mut serve = Running::start(&mut latchkey(folder, "serve"));
    let server = format!("http://127.0.0.1:{port}");
    assert!(healthy(folder, &server));
    ask(folder, &server, "connections create bitbucket --display-name Bitbucket").ok();
    let key = StandIn::CONSUMER_KEY;
    let create = format!(
        "connections credentials create bitbucket --client-id {key} --secret-variable SECRET"
    );
    ask(folder, &server, &create).ok();
    assert_eq!(serve.terminate().code(), Some(0));
}

/// Whether a kind of check ended so.
#[track_caller]
fn told(checked: &Ended, kind: &str, status: &str) {
    let kind = format!("\"CONNECTION_CHECK_KIND_{kind}\"");
    let line = checked.stdout.lines().find(|line| line.contains(&kind));
    let status = format!("\"CONNECTION_CHECK_STATUS_{status}\"");
    assert!(line.is_some_and(|line| line.contains(&status)), "{kind} {status}: {checked:?}");
}

// Several threads: the provider answers while the test waits for a process.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_passes_where_the_certificate_is_trusted_and_fails_where_it_is_not() {
    let ((stand_in, behind), root) = (stand_in().await, Root::generate());
    let front = TlsFront::start(root.certificate_for("localhost"), behind).await;
    let (folder, port) = (migrated(), free_port());
    configured(folder.path(), (&front.url(), &root), port);
    set_up(folder.path(), port);

    let trusted = checked(folder.path(), port, &[("SSL_CERT_FILE", "root.pem")]);
    assert_eq!(trusted.code, Some(0), "{trusted:?}");
    for kind in ["TLS", "TOKEN_ENDPOINT", "API", "CREDENTIALS", "SCOPES", "CALLBACK"] {
        told(&trusted, kind, "PASSED");
    }

    let untrusted = checked(folder.path(), port, &[]);
    assert_eq!(untrusted.code, Some(1), "{untrusted:?}");
    told(&untrusted, "TLS", "FAILED");
    stand_in.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_host_is_not_trusted() {
    let ((stand_in, behind), root) = (stand_in().await, Root::generate());
    for (host, expected) in [("localhost", "ok"), ("elsewhere.example", "failed")] {
        let front = TlsFront::start(root.certificate_for(host), behind).await;
        let folder = migrated();
        configured(folder.path(), (&front.url(), &root), free_port());
        let mut doctor = latchkey(folder.path(), "doctor --json");
        let found = ended(doctor.env("SSL_CERT_FILE", "root.pem"));
        assert_eq!(outcome(&found, "provider"), expected, "{host}: {found:?}");
    }
    stand_in.stop().await;
}
