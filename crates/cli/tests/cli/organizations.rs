//! `latchkey organizations`, against a real service and a name server.

use std::{fs, time::Duration};

use latchkey_test_dns::TestDns;
use tempfile::TempDir;

use crate::{
    database::{migrated, on_database},
    process::{Ended, Running, ended, latchkey, run},
    roles::{free_port, healthy},
};

/// A service that asks a name server of its own.
struct Service {
    folder: TempDir,
    dns: TestDns,
    endpoint: String,
    key: String,
    _process: Running,
}

impl Service {
    async fn start() -> Self {
        let (folder, dns, port) = (migrated(), TestDns::start().await, free_port());
        let file = format!(
            "[store]\nurl = 'sqlite:latchkey.db'\n\
             [keyring]\nfile = 'ring.toml'\n\
             [server]\nlisten = '127.0.0.1:{port}'\n\
             [dns]\nservers = ['{}']\n",
            dns.address()
        );
        fs::write(folder.path().join("latchkey.toml"), file).unwrap();
        run(folder.path(), "keyring add").ok();
        let create = "environments create dev --default-domain login.example.com";
        on_database(folder.path(), create).ok();
        let key = on_database(folder.path(), "api-keys create --operator").ok();
        let process = Running::start(&mut latchkey(folder.path(), "serve"));
        let endpoint = format!("http://127.0.0.1:{port}");
        assert!(healthy(folder.path(), &endpoint));
        Self { folder, dns, endpoint, key: key.trim().to_owned(), _process: process }
    }

    fn ask(&self, line: &str) -> Ended {
        let mut command = latchkey(self.folder.path(), line);
        command.env("LATCHKEY_SERVER", &self.endpoint).env("LATCHKEY_KEY", &self.key);
        ended(command.env("LATCHKEY_ENVIRONMENT", "dev"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custom_domain_is_proved_by_the_record_that_is_printed() {
    let service = Service::start().await;
    let create = "organizations create acme --display-name Acme --custom-domain login.acme.example";
    let made = service.ask(create).ok();
    let told = |text: &str, field: &str, value: &str| {
        let words = field.split(' ').chain([value]).collect::<Vec<_>>();
        text.lines().any(|line| line.split_whitespace().eq(words.iter().copied()))
    };
    assert!(told(&made, "domain state", "unverified"), "{made}");

    let started = service.ask("organizations start-domain-verification acme").ok();
    let [name, value] = started.lines().collect::<Vec<_>>()[2..4] else { panic!("{started}") };
    assert_eq!(name, "_latchkey.login.acme.example");
    assert!(value.starts_with("latchkey-verification="), "{started}");

    let missing = service.ask("organizations check-domain-verification acme");
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.stdout.contains("RECORD_MISSING"), "{missing:?}");
    assert!(missing.stdout.contains("looked for again at"), "{missing:?}");
    assert!(missing.stderr.contains("login.acme.example is not verified"), "{missing:?}");
    let listed = service.ask("organizations list").ok();
    assert!(listed.contains("record-missing"), "{listed}");

    service.dns.set_texts(name, &["somebody-elses=1", value]);
    // Sooner, the last look would be told again.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let found = service.ask("organizations check-domain-verification acme").ok();
    assert!(found.starts_with("login.acme.example: VERIFIED\n"), "{found}");
    let shown = service.ask("organizations get acme").ok();
    assert!(told(&shown, "domain state", "verified"), "{shown}");
    let again = service.ask("organizations start-domain-verification acme").ok();
    assert!(again.contains(value) && again.contains("leave it there"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_domain_has_a_callback_url_and_is_missed_by_whoever_depends_on_it() {
    let service = Service::start().await;
    let filter = "--filter custom_domain=\"login.acme.example\"";
    let create = "organizations create acme --display-name Acme --custom-domain login.acme.example";
    service.ask(create).ok();
    let started = service.ask("organizations start-domain-verification acme").ok();
    let [name, value] = started.lines().collect::<Vec<_>>()[2..4] else { panic!("{started}") };
    service.dns.set_texts(name, &[value]);
    service.ask("organizations check-domain-verification acme").ok();
    service.ask("connections create bitbucket --display-name Bitbucket").ok();
    fs::write(service.folder.path().join("secret"), "a-secret").unwrap();
    let credential =
        "connections credentials create bitbucket --client-id key --secret-file secret";
    service.ask(&format!("{credential} --host login.acme.example")).ok();

    let urls = service.ask("connections callback-urls bitbucket --page-size 1").ok();
    let acme = urls.lines().find(|line| line.starts_with("login.acme.example")).unwrap();
    assert!(acme.contains("environments/dev/organizations/acme"), "{urls}");
    assert!(acme.contains("/credentials/cred_"), "{urls}");
    assert_eq!(urls.matches("\nbare-origin: ").count(), 1, "{urls}");

    for (line, left) in [
        ("organizations update acme --no-custom-domain --validate-only", 1),
        ("organizations delete acme --validate-only", 1),
        ("organizations update acme --no-custom-domain", 0),
    ] {
        let told = service.ask(line).ok();
        assert!(told.contains("\nwithout login.acme.example: nobody loses a way in"), "{told}");
        assert!(told.contains("\nserves nobody without it: environments/dev/"), "{told}");
        let listed = service.ask(&format!("organizations list --json {filter}")).ok();
        assert_eq!(listed.lines().count(), left, "{line}: {listed}");
    }
    assert_eq!(
        service.ask("organizations delete acme").ok(),
        "it is deleted; its people keep their users\n"
    );
    assert_eq!(service.ask("organizations get acme").code, Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_to_come_first_is_told() {
    let service = Service::start().await;
    service.ask("organizations create acme --display-name Acme").ok();
    let start = "organizations start-domain-verification acme";
    let check = "organizations check-domain-verification acme";
    let none = service.ask(start);
    assert_eq!(none.code, Some(5), "{none:?}");
    assert!(none.stderr.contains("--custom-domain"), "{none:?}");

    let both =
        service.ask("organizations update acme --custom-domain a.example --no-custom-domain");
    assert_eq!(both.code, Some(2), "{both:?}");
    let wrong = service.ask("organizations update acme --custom-domain A.example");
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("custom_domain"), "{wrong:?}");
    service.ask("organizations update acme --custom-domain login.acme.example").ok();
    let early = service.ask(check);
    assert_eq!(early.code, Some(5), "{early:?}");
    assert!(early.stderr.contains("start-domain-verification"), "{early:?}");

    let json = service.ask(&format!("{start} --json")).ok();
    let answer: serde_json::Value = serde_json::from_str(&json).unwrap();
    let verification = &answer["organization"]["domainVerification"];
    assert_eq!(verification["recordName"], "_latchkey.login.acme.example");
    let checked = service.ask(&format!("{check} --json"));
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(
        checked.stdout.contains("\"problem\":\"DOMAIN_PROBLEM_RECORD_MISSING\""),
        "{checked:?}"
    );
}
