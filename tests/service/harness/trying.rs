//! What administrators and people do in a test login.

use latchkey_proto::v1::{
    CompleteLoginResponse, GetTestLoginRequest, RedeemTestTicketRequest, RedeemTestTicketResponse,
    StartLoginResponse, StartTestLoginRequest, TestLogin, TestLoginStep, TestLoginStepKind,
    TestLoginStepOutcome,
};
use tonic::Status;

use super::{TestApp, app::HOST, configuring::CONNECTION, person::Begun};

/// A test login that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) ticket: String,
}

impl TestApp {
    /// Asks for a test login of the connection.
    pub(crate) async fn ask_for_test(&self) -> Asked {
        self.ask_for_test_with(String::new()).await.unwrap()
    }

    /// Asks for a test login of this credential alone.
    pub(crate) async fn ask_for_test_with(&self, credential: String) -> Result<Asked, Status> {
        let connection = CONNECTION.to_owned();
        let request = StartTestLoginRequest { connection, credential, ..Default::default() };
        let started = self.connections().start_test_login(request).await?.into_inner();
        let ticket = started.url.rsplit('/').next().unwrap().to_owned();
        Ok(Asked { name: started.test_login.unwrap().name, url: started.url, ticket })
    }

    /// How far a test login is.
    pub(crate) async fn test_login(&self, name: &str) -> TestLogin {
        self.try_test_login(name).await.unwrap()
    }

    /// How far a test login is, or why that is not told.
    pub(crate) async fn try_test_login(&self, name: &str) -> Result<TestLogin, Status> {
        let request = GetTestLoginRequest { name: name.to_owned() };
        let found = self.connections().get_test_login(request).await?.into_inner();
        Ok(found.test_login.unwrap())
    }

    /// Presses the button behind the link.
    pub(crate) async fn redeem_ticket(&self, ticket: &str) -> Result<Begun, Status> {
        let request = RedeemTestTicketRequest { ticket: ticket.to_owned(), host: HOST.to_owned() };
        let begun = self.login().redeem_test_ticket(request).await?.into_inner();
        Ok(begun_test(begun))
    }

    /// Everything from the question to the answer to the callback.
    pub(crate) async fn try_out(&self, account: &str) -> (TestLogin, CompleteLoginResponse) {
        let asked = self.ask_for_test().await;
        self.try_out_as_asked(&asked, account).await
    }

    /// Everything from the link to the answer to the callback.
    pub(crate) async fn try_out_as_asked(
        &self,
        asked: &Asked,
        account: &str,
    ) -> (TestLogin, CompleteLoginResponse) {
        let begun = self.redeem_ticket(&asked.ticket).await.unwrap();
        let callback = self.consent(&begun, account).await;
        let completed = self.complete(&begun, &callback).await.unwrap();
        (self.test_login(&asked.name).await, completed)
    }
}

/// What the browser holds of a test login.
pub(crate) fn begun_test(begun: RedeemTestTicketResponse) -> Begun {
    let RedeemTestTicketResponse { authorization_url, browser_secret, cookie_name, cookie_max_age } =
        begun;
    let started =
        StartLoginResponse { authorization_url, browser_secret, cookie_name, cookie_max_age };
    Begun::new(CONNECTION.to_owned(), started)
}

/// The steps of a test login, each with the reason why it failed.
pub(crate) fn steps(test_login: &TestLogin) -> Vec<(String, String)> {
    let step = |step: &latchkey_proto::v1::TestLoginStep| {
        let failed = step.outcome() == TestLoginStepOutcome::Failed;
        assert_eq!(failed, !step.reason.is_empty(), "{step:?}");
        assert!(step.duration.is_some());
        let kind = step.kind().as_str_name().strip_prefix("TEST_LOGIN_STEP_KIND_").unwrap();
        (kind.to_owned(), step.reason.clone())
    };
    test_login.steps.iter().map(step).collect()
}

/// What a person would be asked for, and the test took for given.
pub(crate) fn assumed(test_login: &TestLogin) -> Vec<TestLoginStepKind> {
    let assumed = |step: &&TestLoginStep| step.outcome() == TestLoginStepOutcome::Assumed;
    test_login.steps.iter().filter(assumed).map(TestLoginStep::kind).collect()
}
