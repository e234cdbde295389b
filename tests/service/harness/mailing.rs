//! Mail: a code is queued as a sign-in does it, and sent by a process that the test starts and ends.

use std::{sync::Arc, time::Duration};

use latchkey_domain::{
    email::EmailAddress,
    mail::{EmailCode, Language, Mailer},
    text::DisplayName,
};
use latchkey_identity::Latchkey;
use latchkey_store::Tx;
use latchkey_test_smtp::TestSmtp;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::TestApp;

/// The code that is sent.
pub(crate) const CODE: &str = "482913";
/// How long it works.
pub(crate) const LIFETIME: Duration = Duration::from_mins(10);
/// Longer than a mail is held by who sends it.
pub(crate) const LEASE_IS_OVER: Duration = Duration::from_mins(1);
/// Longer than a mail is put off for after its first tries.
pub(crate) const PUT_OFF_IS_OVER: Duration = Duration::from_secs(10);

/// Hands mail over to the test's own server.
pub(crate) fn mailer(smtp: &TestSmtp) -> Arc<dyn Mailer> {
    let config = latchkey_mail::Config {
        host: smtp.address().ip().to_string(),
        port: Some(smtp.address().port()),
        tls: latchkey_mail::Tls::None,
        from_address: "login@acme.example".to_owned(),
        ..latchkey_mail::Config::default()
    };
    Arc::new(latchkey_mail::Mailer::new(&config).unwrap())
}

/// A code to somebody.
pub(crate) fn code_to(to: &str) -> EmailCode {
    EmailCode {
        to: EmailAddress::parse(to).unwrap(),
        code: CODE.into(),
        application: DisplayName::parse("Müller & Söhne").unwrap(),
        lifetime: LIFETIME,
        language: Language::German,
    }
}

/// A process that sends mail.
pub(crate) struct Sending {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Sending {
    /// Starts one.
    pub(crate) fn start(latchkey: &Latchkey) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(latchkey.clone().deliver_mail(stop.clone()));
        Self { stop, task }
    }

    /// Tells it to stop, and waits for its end.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Ends it at once, whatever it is at.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

impl TestApp {
    /// Queues a code, and leaves its transaction open.
    pub(crate) async fn queueing(&self, code: EmailCode) -> Tx {
        let tx = self.store.begin().await.unwrap();
        let dev = "dev".parse().unwrap();
        self.latchkey.queue_email_code(&tx, &dev, code).await.unwrap();
        tx
    }

    /// Queues a code for somebody.
    pub(crate) async fn queue_code(&self, to: &str) {
        self.queueing(code_to(to)).await.commit().await.unwrap();
    }

    /// How many mails wait.
    pub(crate) async fn waiting_mails(&self) -> u64 {
        self.store.mail_depth().await.unwrap().0
    }

    /// Waits until every mail was sent or given up.
    pub(crate) async fn until_no_mail_waits(&self) {
        let gone = async {
            while self.waiting_mails().await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(15), gone).await.expect("mail waits still");
    }

    /// Waits until somebody began to hand over as many.
    pub(crate) async fn until_tried(&self, times: usize) {
        let tried = async {
            while self.smtp.tries() < times {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(15), tried).await.expect("nobody tried");
    }
}
