//! A secret of one kind is nothing in the place of another: each is brought to each place, every one is
//! refused, and nothing changes.
//!
//! A new kind is a line of `Scene::secrets`, and, where callers bring it, a place.

use latchkey_proto::v1::{
    CompleteLoginRequest, ListConnectionsRequest, RedeemLoginRequest, RedeemTestTicketRequest,
    social_login_client::SocialLoginClient,
};
use secrecy::ExposeSecret;
use tonic::Status;
use tonic_types::StatusExt;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, new_connection},
        app::HOST,
        person::{Begun, Callback, VERIFIER, login_code},
        proving::Waiting,
        raw::methods,
        reason,
        trying::Asked,
    },
};

/// Where a caller brings a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Authorization,
    State,
    BrowserSecret,
    LoginCode,
    CodeVerifier,
    TestTicket,
    LinkTicket,
    Continuation,
    EmailCode,
    PageToken,
    IdToken,
}

const PLACES: [Place; 11] = [
    Place::Authorization,
    Place::State,
    Place::BrowserSecret,
    Place::LoginCode,
    Place::CodeVerifier,
    Place::TestTicket,
    Place::LinkTicket,
    Place::Continuation,
    Place::EmailCode,
    Place::PageToken,
    Place::IdToken,
];

/// One of each kind, all of them good.
struct Scene {
    app: TestApp,
    begun: Begun,
    callback: Callback,
    code: String,
    asked: Asked,
    page_token: String,
    id_token: String,
    link_ticket: String,
    waiting: Waiting,
    email_code: String,
}

/// A kind of secret: what it is called, where it belongs (`None`: nobody brings it to us), and one.
type Secret<'a> = (&'static str, Option<Place>, &'a str);

impl Scene {
    async fn set(mut app: TestApp) -> Self {
        // With each of them as a key everything is called: more than a stranger may.
        app.without_limits().await;
        let id_token = app.sign_in("carol").await.id_token;
        let link_ticket = app.link_ticket(&id_token).await.unwrap();
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let code = login_code(&app.come_back("bob").await);
        let asked = app.ask_for_test().await;
        app.create(new_connection("another")).await.unwrap();
        let first = ListConnectionsRequest {
            parent: DEV.to_owned(),
            page_size: 1,
            ..ListConnectionsRequest::default()
        };
        let listed = app.connections().list_connections(first).await.unwrap().into_inner();
        let page_token = listed.next_page_token;
        app.deliver_mail();
        app.verify_by_code().await;
        let (waiting, _) = app.come_to_wait("frank").await;
        let email_code = app.mailed_code(1).await;
        // Whoever sent it removes it then.
        while app.rows("mail_outbox").await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        Self {
            app,
            begun,
            callback,
            code,
            asked,
            page_token,
            id_token,
            link_ticket,
            waiting,
            email_code,
        }
    }

    fn secrets(&self) -> Vec<Secret<'_>> {
        let keys = &self.app.keys;
        let key = Some(Place::Authorization);
        let ring = &self.app.key_file.keys[0];
        vec![
            ("an operator key", key, keys.operator.expose_secret()),
            ("an environment key", key, keys.environment.expose_secret()),
            ("a gateway key", key, keys.gateway.expose_secret()),
            ("an application key", key, keys.application.expose_secret()),
            ("a consumer key", key, keys.consumer.expose_secret()),
            ("a state", Some(Place::State), &self.begun.state),
            ("a browser secret", Some(Place::BrowserSecret), &self.begun.browser_secret),
            ("a login code", Some(Place::LoginCode), &self.code),
            ("a code verifier", Some(Place::CodeVerifier), VERIFIER),
            ("a test ticket", Some(Place::TestTicket), &self.asked.ticket),
            ("a link ticket", Some(Place::LinkTicket), &self.link_ticket),
            ("a continuation", Some(Place::Continuation), &self.waiting.continuation),
            ("a one-time code", Some(Place::EmailCode), &self.email_code),
            ("a page token", Some(Place::PageToken), &self.page_token),
            ("an id token", Some(Place::IdToken), &self.id_token),
            ("a provider's code", None, &self.callback.code),
            ("a consumer's secret", None, bitbucket_stand_in::StandIn::CONSUMER_SECRET),
            ("a key of the ring", None, ring.secret.expose_secret()),
        ]
    }

    /// Brings a secret to a place. `None`: it was taken for what belongs there.
    async fn bring(&self, secret: &str, place: Place) -> Option<String> {
        match place {
            Place::Authorization => self.call_everything_with(secret).await,
            Place::State => self.complete(|request| request.state = secret.to_owned()).await,
            Place::BrowserSecret => {
                self.complete(|request| request.browser_secret = secret.to_owned()).await
            }
            Place::LoginCode => self.redeem(secret, VERIFIER).await,
            Place::CodeVerifier => self.redeem(&self.code, secret).await,
            Place::TestTicket => {
                let (ticket, host) = (secret.to_owned(), HOST.to_owned());
                let request = RedeemTestTicketRequest { ticket, host };
                told(self.app.login().redeem_test_ticket(request).await)
            }
            Place::LinkTicket => {
                let request = self.app.adding_request(secret);
                told(self.app.login().start_login(request).await)
            }
            Place::Continuation => {
                let continuation = secret.to_owned();
                let waiting = Waiting { continuation, ..self.waiting.clone() };
                told(self.app.look(&waiting).await)
            }
            Place::EmailCode => told(self.app.verify(&self.waiting, secret).await),
            Place::PageToken => self.list_after(secret).await,
            Place::IdToken => told(self.app.link_ticket(secret).await),
        }
    }

    /// Calls every method with this as its key; tells of the first that takes it.
    async fn call_everything_with(&self, secret: &str) -> Option<String> {
        let bearer = format!("Bearer {secret}");
        let mut refused = None;
        for method in methods() {
            let answer = self.app.raw(&method.path, Some(&bearer), Vec::new()).await;
            refused = Some(reason(&answer.err()?));
            if refused.as_deref() != Some("CREDENTIALS_INVALID") {
                return None;
            }
        }
        refused
    }

    async fn complete(&self, change: impl FnOnce(&mut CompleteLoginRequest)) -> Option<String> {
        let mut request = self.app.complete_request(&self.begun, &self.callback);
        change(&mut request);
        told(self.app.login().complete_login(request).await)
    }

    async fn redeem(&self, code: &str, verifier: &str) -> Option<String> {
        let request =
            RedeemLoginRequest { code: code.to_owned(), code_verifier: verifier.to_owned() };
        let mut client = SocialLoginClient::new(self.app.keyed(&self.app.keys.application));
        told(client.redeem_login(request).await)
    }

    async fn list_after(&self, page_token: &str) -> Option<String> {
        let request = ListConnectionsRequest {
            parent: DEV.to_owned(),
            page_token: page_token.to_owned(),
            ..ListConnectionsRequest::default()
        };
        told(self.app.connections().list_connections(request).await)
    }
}

/// Why a call was refused, and because of which fields.
fn told<T>(answer: Result<T, Status>) -> Option<String> {
    let status = answer.err()?;
    let request = status.get_details_bad_request().into_iter();
    let violations = request.flat_map(|request| request.field_violations);
    let fields = violations.map(|violation| violation.field);
    Some([reason(&status)].into_iter().chain(fields).collect::<Vec<_>>().join(" "))
}

/// What a place says of what does not belong there. What is too long for it, or has characters that are
/// none of its own, is told by the name of the field.
fn refusals(place: Place) -> &'static [&'static str] {
    match place {
        Place::Authorization => &["CREDENTIALS_INVALID"],
        Place::State => &["STATE_INVALID state", "FIELD_INVALID state"],
        Place::BrowserSecret => &["BROWSER_MISMATCH", "FIELD_INVALID browser_secret"],
        Place::LoginCode => &["LOGIN_CODE_INVALID code", "FIELD_INVALID code"],
        Place::CodeVerifier => &["LOGIN_CODE_INVALID code", "FIELD_INVALID code_verifier"],
        Place::TestTicket => &["TEST_TICKET_INVALID ticket", "FIELD_INVALID ticket"],
        Place::PageToken => &["FIELD_INVALID page_token"],
        Place::LinkTicket => &["LINK_TICKET_INVALID link_ticket", "FIELD_INVALID link_ticket"],
        Place::Continuation => &["CONTINUATION_INVALID continuation", "FIELD_INVALID continuation"],
        Place::EmailCode => &["FIELD_INVALID code"],
        Place::IdToken => &["ID_TOKEN_INVALID id_token", "FIELD_INVALID id_token"],
    }
}

both! {
    async fn a_secret_of_one_kind_is_nothing_in_the_place_of_another(app) {
        let scene = Scene::set(app).await;
        for place in PLACES {
            assert!(scene.secrets().iter().any(|(_, home, _)| *home == Some(place)), "{place:?}");
        }
        let rows = scene.app.all_rows().await;
        let asked_at_bitbucket = scene.app.bitbucket.requests().len();
        for (kind, home, secret) in scene.secrets() {
            let shortest = if home == Some(Place::EmailCode) { 6 } else { 11 };
            assert!(secret.len() >= shortest, "{kind} is not there: {secret}");
            for place in PLACES.into_iter().filter(|place| Some(*place) != home) {
                let told = scene.bring(secret, place).await;
                let told = told.unwrap_or_else(|| panic!("{kind} is taken for {place:?}"));
                assert!(refusals(place).contains(&told.as_str()), "{kind} as {place:?}: {told}");
            }
        }
        assert_eq!(scene.app.all_rows().await, rows);
        assert_eq!(scene.app.bitbucket.requests().len(), asked_at_bitbucket);

        // None of that used any of them up, and each of them works where it belongs.
        for place in [
            Place::PageToken,
            Place::IdToken,
            Place::TestTicket,
            Place::LinkTicket,
            Place::Continuation,
            Place::EmailCode,
            Place::State,
        ] {
            let (kind, _, secret) =
                scene.secrets().into_iter().find(|(_, home, _)| *home == Some(place)).unwrap();
            assert_eq!(scene.bring(secret, place).await, None, "{kind}");
        }
        assert_eq!(scene.redeem(&scene.code, VERIFIER).await, None);
    }
}
