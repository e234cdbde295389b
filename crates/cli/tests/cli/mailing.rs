//! Mail: `serve` sends it, and `doctor` looks at who takes it.

use std::{fs, path::Path, sync::Arc, time::Duration};

use latchkey_dns::Resolver;
use latchkey_domain::{
    email::EmailAddress,
    mail::{EmailCode, Language},
    text::DisplayName,
};
use latchkey_identity::{Latchkey, Parts, Providers};
use latchkey_keyring::{KeyFile, KeyRing};
use latchkey_store::{Config, ConfigCache, Store};
use latchkey_test_smtp::{Settings, TestSmtp};

use crate::{
    database::migrated,
    doctor::outcome,
    process::{Running, latchkey, run},
    roles::{free_port, healthy},
};

/// Settings of a service whose mail goes there.
fn configure(folder: &Path, port: u16, smtp: &TestSmtp) {
    let file = format!(
        "[store]\nurl = 'sqlite:latchkey.db'\n\
         [keyring]\nfile = 'ring.toml'\n\
         [server]\nlisten = '127.0.0.1:{port}'\n\
         [mail]\nhost = '127.0.0.1'\nport = {}\ntls = 'none'\nusername = 'latchkey'\n\
         from_address = 'login@acme.example'\nfrom_name = 'Acme'\n",
        smtp.address().port()
    );
    fs::write(folder.join("latchkey.toml"), file).unwrap();
    fs::write(folder.join("password"), "hunter2\n").unwrap();
}

/// Queues a code, as another process of the service would.
async fn queue(folder: &Path) {
    let file = fs::read_to_string(folder.join("ring.toml")).unwrap();
    let ring = KeyRing::load(&toml::from_str::<KeyFile>(&file).unwrap()).unwrap();
    let url = format!("sqlite:{}", folder.join("latchkey.db").display());
    let store = Store::connect(&Config { url: url.into(), ..Config::default() }).await.unwrap();
    let other = Latchkey::new(Parts {
        store: store.clone(),
        cache: ConfigCache::new(store.clone()),
        keyring: Arc::new(ring),
        providers: Providers::new(),
        resolver: Arc::new(Resolver::new(&latchkey_dns::Config::default())),
        mailer: None,
        clock: Arc::new(store.clock()),
    });
    let code = EmailCode {
        to: EmailAddress::parse("rowan@mail.example").unwrap(),
        code: "482913".into(),
        application: DisplayName::parse("Shop").unwrap(),
        lifetime: Duration::from_mins(10),
        language: Language::English,
    };
    let tx = store.begin().await.unwrap();
    other.queue_email_code(&tx, &"dev".parse().unwrap(), code).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await.unwrap();
}

async fn server() -> TestSmtp {
    let sign_in = Some(("latchkey", "hunter2"));
    TestSmtp::with(Settings { sign_in, ..Settings::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_sends_what_waits_and_what_comes() {
    let (folder, port, smtp) = (migrated(), free_port(), server().await);
    configure(folder.path(), port, &smtp);
    run(folder.path(), "keyring add").ok();
    queue(folder.path()).await;

    let password = ("LATCHKEY__MAIL__PASSWORD_FILE", "password");
    let mut serve = Running::start(latchkey(folder.path(), "serve").env(password.0, password.1));
    let [mail] = smtp.wait_for(1).await.try_into().unwrap();
    assert_eq!((mail.code().as_str(), mail.from_name().as_deref()), ("482913", Some("Acme")));
    assert!(healthy(folder.path(), &format!("http://127.0.0.1:{port}")));
    queue(folder.path()).await;
    smtp.wait_for(2).await;
    assert_eq!(serve.terminate().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_whether_the_mail_server_lets_us_in() {
    let (folder, smtp) = (migrated(), server().await);
    configure(folder.path(), free_port(), &smtp);
    run(folder.path(), "keyring add").ok();
    for (password, found) in [("hunter2", "ok"), ("wrong", "failed")] {
        let mut doctor = latchkey(folder.path(), "doctor --json");
        let ended = crate::process::ended(doctor.env("LATCHKEY__MAIL__PASSWORD", password));
        assert_eq!(outcome(&ended, "mail"), found, "{ended:?}");
        assert!(!ended.stdout.contains(password), "{ended:?}");
    }
    assert_eq!(smtp.tries(), 0, "it sends nothing");
}

#[test]
fn check_config_names_each_setting_of_mail_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = "production = true\n[keyring]\nfile = 'ring.toml'\n\
        [mail]\nhost = 'smtp.example'\ntls = 'none'\npassword = 'hunter2'\nfrom_address = 'nobody'\n";
    fs::write(folder.path().join("latchkey.toml"), file).unwrap();
    run(folder.path(), "keyring add").ok();
    let ended = run(folder.path(), "check-config");
    assert_eq!(ended.code, Some(1));
    for told in ["3 problems", "mail.from_address: ", "mail.username: ", "mail.tls: "] {
        assert!(ended.stderr.contains(told), "no {told} in {ended:?}");
    }
    assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
}
