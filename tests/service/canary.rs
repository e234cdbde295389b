//! What must not be told is not told: not in logs, spans, metrics, events, errors or the database.

mod told;

use bitbucket_stand_in::{Account, Consumer, Email, Endpoint, Fault, StandIn};
use latchkey_proto::v1::{
    CompleteLoginRequest, Connection, CreateCredentialRequest, Credential, ListCredentialsRequest,
    StartLoginRequest,
};
use latchkey_test_database::TestDatabase;
use secrecy::ExposeSecret;
use tonic::Status;

use crate::harness::{
    TestApp,
    broker::Corner,
    leaks::Canaries,
    person::{VERIFIER, login_code, parameter},
    proving::code_in,
    telemetry::RECORDED,
    with_app,
};

const DATABASE_PASSWORD: &str = "canary-password-of-the-database";
const BROKER_PASSWORD: &str = "canary-password-of-the-broker";
const NEW_KEY: &str = "anotherConsumer";
const NEW_SECRET: &str = "canary-secret-of-another-consumer";
const HINT: &str = "canary-hint@mail.example";
/// A name that would forge a line of the log, and colour a terminal.
const NAME: &str = "Mallory\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\u{1b}[31m\u{202e}";

/// Every way for the provider to go wrong in which it still says something.
const FAULTS: [Fault; 4] =
    [Fault::ServerError { status: 503 }, Fault::HtmlOk, Fault::TruncatedJson, Fault::Forbidden];

/// What it says then.
const PROVIDER_SAYS: [&str; 3] =
    ["<title>503 ", "We'll be right back", r#""message": "Forbidden""#];

/// What was done, and what must not be told of it.
struct Scene {
    app: TestApp,
    secrets: Canaries,
    personal: Canaries,
    /// What callers were told.
    told: Vec<Status>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_must_not_be_told_is_told_on_postgres() {
    let database = TestDatabase::postgres().await.with_password(DATABASE_PASSWORD);
    database.run(|database| with_app(database, nothing_is_told)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_must_not_be_told_is_told_on_sqlite() {
    let database = TestDatabase::sqlite().await;
    database.run(|database| with_app(database, nothing_is_told)).await;
}

async fn nothing_is_told(app: TestApp) {
    std::sync::LazyLock::force(&RECORDED);
    let mut scene = Scene::set(app);
    let corner = scene.app.corner();
    let mut queue = corner.bind("dev.#").await;
    let relay = scene.app.relay_to(&corner);
    let refused = Corner::at(&corner.url.replace(":guest@", &format!(":{BROKER_PASSWORD}@")));
    let other_relay = scene.app.relay_to(&refused);

    scene.sign_in_well().await;
    scene.an_address_is_proven().await;
    scene.callbacks_go_wrong().await;
    scene.the_provider_goes_wrong().await;
    scene.callers_go_wrong().await;
    scene.the_database_goes_wrong().await;
    scene.browsers_come().await;
    scene.app.until_all_sent().await;
    for token in scene.app.bitbucket.access_tokens() {
        scene.secrets.add("an access token", token);
    }

    let count = scene.app.all_events().await.len();
    let events = queue.take(count).await.into_iter().map(|event| event.body).collect::<Vec<_>>();
    queue.close().await;
    relay.stop().await;
    other_relay.stop().await;
    scene.assert_nothing_told(&String::from_utf8(events.concat()).unwrap()).await;
}

impl Scene {
    fn set(app: TestApp) -> Self {
        let (mut secrets, mut personal) = (Canaries::default(), Canaries::default());
        let keys = &app.keys;
        for key in
            [&keys.operator, &keys.environment, &keys.gateway, &keys.application, &keys.consumer]
        {
            secrets.add("an API key", key.expose_secret());
        }
        for key in &app.key_file.keys {
            secrets.add("a key of the key ring", key.secret.expose_secret());
        }
        secrets.add("the consumer's secret", StandIn::CONSUMER_SECRET);
        secrets.add("another consumer's secret", NEW_SECRET);
        secrets.add("the database's password", DATABASE_PASSWORD);
        secrets.add("the broker's password", BROKER_PASSWORD);
        secrets.add("the verifier", VERIFIER);
        for text in PROVIDER_SAYS {
            secrets.add("what the provider says in trouble", text);
        }
        for text in ["alice@mail.example", "Alice Example", "bob@mail.example", "Bob Example"] {
            personal.add("who somebody is", text);
        }
        personal.add("a name that forges", "Mallory\\r");
        personal.add("a hint", HINT);
        let mallory = Account::new("mallory", "77777777-7777-4777-8777-777777777777", NAME);
        let callback = "https://login.example.com/login/callback";
        app.bitbucket.add_consumer(Consumer::new(NEW_KEY, NEW_SECRET, callback));
        app.bitbucket.add_account(mallory.with_email(Email::primary("mallory@mail.example")));
        personal.add("an address", "mallory@mail.example");
        Self { app, secrets, personal, told: Vec::new() }
    }

    /// A sign-in's secrets, once they are known.
    fn know(&mut self, begun: &crate::harness::person::Begun, code: &str) {
        self.secrets.add("a state", &begun.state);
        self.secrets.add("a browser's secret", &begun.browser_secret);
        if !code.is_empty() {
            self.secrets.add("a provider's code", code);
        }
    }

    /// The code itself has too few digits to be looked for among all the numbers that are told.
    async fn an_address_is_proven(&mut self) {
        self.app.verify_by_code().await;
        self.app.deliver_mail();
        let (waiting, _) = self.app.come_to_wait("bob").await;
        self.know(&waiting.begun, &waiting.callback.code);
        self.secrets.add("a continuation", &waiting.continuation);
        let code = self.app.mailed_code(1).await;
        let mut stolen = waiting.clone();
        stolen.browser_secret = "guessed".to_owned();
        self.told.push(self.app.verify(&stolen, &code).await.unwrap_err());
        let step = self.app.verify(&waiting, &code).await.unwrap();
        self.secrets.add("a login code", code_in(&step));
        self.told.push(self.app.submit(&waiting, HINT).await.unwrap_err());
        self.app.change_connection("verify_by_code", Connection::default()).await;
    }

    async fn sign_in_well(&mut self) {
        for account in ["alice", "mallory", "alice"] {
            let begun = self.app.begin().await;
            let callback = self.app.consent(&begun, account).await;
            self.know(&begun, &callback.code);
            let completed = self.app.complete(&begun, &callback).await.unwrap();
            let code = login_code(&completed);
            self.secrets.add("a login code", &code);
            let redeemed = self.app.redeem(&code).await.unwrap();
            self.secrets.add("an id token", &redeemed.id_token);
            self.told.push(self.app.redeem(&code).await.unwrap_err());
            self.told.push(self.app.complete(&begun, &callback).await.unwrap_err());
        }
    }

    /// Somebody signs in at the gateway, and a stranger comes with a made-up callback.
    async fn browsers_come(&mut self) {
        let gateway = self.app.gateway().await;
        let end = self.app.sign_in_at(&gateway, "alice").await;
        self.secrets.add("a login code", parameter(&end, "code"));
        let (code, state) = ("canary-code-of-a-stranger", "canary-state-of-a-stranger");
        let callback = format!("/login/callback/bitbucket?code={code}&state={state}");
        let page = self.app.visit_at(&gateway, &callback).await;
        assert_eq!(page.status(), 403);
        let page = page.text().await.unwrap();
        self.secrets.add("a stranger's code", code);
        self.secrets.add("a stranger's state", state);
        self.secrets.assert_absent("a page", &page);
    }

    async fn callbacks_go_wrong(&mut self) {
        let begun = self.app.begin().await;
        let callback = self.app.consent(&begun, "bob").await;
        self.know(&begun, &callback.code);
        let other_secret = "canary-of-another-browser-0123456789abcdef0";
        self.secrets.add("another browser's secret", other_secret);
        let other_browser = CompleteLoginRequest {
            browser_secret: other_secret.to_owned(),
            ..self.app.complete_request(&begun, &callback)
        };
        let mut other_state = self.app.complete_request(&begun, &callback);
        other_state.state.replace_range(20..24, "AAAA");
        for request in [other_browser, other_state] {
            self.told.push(self.app.login().complete_login(request).await.unwrap_err());
        }
        let denied = self.app.deny(&begun).await;
        self.app.complete(&begun, &denied).await.unwrap();
    }

    async fn the_provider_goes_wrong(&mut self) {
        for endpoint in [Endpoint::Token, Endpoint::User, Endpoint::Emails] {
            for fault in FAULTS {
                self.app.bitbucket.fail_always(endpoint, fault);
                self.try_to_sign_in().await;
                self.check_the_connection().await;
                self.app.bitbucket.heal();
            }
        }
        let (key, secret) = (StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET);
        self.app.bitbucket.rotate_secret(key, "a-secret-that-nobody-was-told", false);
        self.try_to_sign_in().await;
        self.check_the_connection().await;
        self.app.bitbucket.rotate_secret(key, secret, false);
        self.check_the_connection().await;
    }

    async fn check_the_connection(&mut self) {
        let checks = self.app.check("environments/dev/connections/bitbucket").await;
        for token in self.app.bitbucket.access_tokens() {
            self.secrets.add("an access token", token);
        }
        self.secrets.assert_absent("a check", &format!("{checks:?}"));
    }

    async fn try_to_sign_in(&mut self) {
        let begun = self.app.begin().await;
        let callback = self.app.consent(&begun, "bob").await;
        self.know(&begun, &callback.code);
        if let Err(status) = self.app.complete(&begun, &callback).await {
            self.told.push(status);
        }
    }

    async fn callers_go_wrong(&mut self) {
        let made_up = "lk_gateway_canaryCanaryCanaryCanaryCanaryCanary0123456";
        self.secrets.add("a key that does not exist", made_up);
        let mut nobody = latchkey_proto::v1::social_login_client::SocialLoginClient::new(
            self.app.keyed(&made_up.into()),
        );
        self.told.push(nobody.start_login(self.app.start_request()).await.unwrap_err());
        let request =
            StartLoginRequest { login_hint: HINT.repeat(100), ..self.app.start_request() };
        self.told.push(self.app.begin_with(request).await.unwrap_err());
        self.told.push(self.app.redeem("lk_code_canaryCanaryCanaryCanary").await.unwrap_err());
        for parent in
            ["environments/dev/connections/bitbucket", "environments/dev/connections/none"]
        {
            let credential = Credential {
                client_id: NEW_KEY.to_owned(),
                client_secret: NEW_SECRET.to_owned(),
                host: "login.example.com".to_owned(),
                ..Credential::default()
            };
            let request = CreateCredentialRequest {
                parent: parent.to_owned(),
                credential: Some(credential),
                ..CreateCredentialRequest::default()
            };
            match self.app.connections().create_credential(request).await {
                Ok(created) => self.secrets.assert_absent("a reply", &format!("{created:?}")),
                Err(status) => self.told.push(status),
            }
        }
        let parent = "environments/dev/connections/bitbucket".to_owned();
        let request = ListCredentialsRequest { parent, ..ListCredentialsRequest::default() };
        let listed = self.app.connections().list_credentials(request).await.unwrap();
        assert_eq!(listed.get_ref().credentials.len(), 2);
        self.secrets.assert_absent("a reply", &format!("{listed:?}"));
    }

    /// The table that a sign-in writes last is gone, and comes back.
    async fn the_database_goes_wrong(&mut self) {
        let before = self.told.len();
        self.app.database.execute("ALTER TABLE identities RENAME TO gone").await;
        self.try_to_sign_in().await;
        self.app.database.execute("ALTER TABLE gone RENAME TO identities").await;
        assert_eq!(self.told.len(), before + 1, "that was a failure");
    }
}
