//! Adding an account to whoever is signed in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_proto::v1::{
    CompleteLoginResponse, CreateLinkTicketRequest, RedeemLoginResponse, StartLoginRequest,
    social_login_client::SocialLoginClient,
};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tonic::Status;

use super::{
    TestApp,
    person::{Begun, VERIFIER, login_code},
};

/// The S256 challenge of a verifier.
pub(crate) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

impl TestApp {
    /// A ticket for the user of an id token.
    pub(crate) async fn link_ticket(&self, id_token: &str) -> Result<String, Status> {
        self.link_ticket_with(&self.keys.application, id_token).await
    }

    /// The same, with another key.
    pub(crate) async fn link_ticket_with(
        &self,
        key: &SecretString,
        id_token: &str,
    ) -> Result<String, Status> {
        let request = CreateLinkTicketRequest {
            id_token: id_token.to_owned(),
            code_challenge: challenge(VERIFIER),
        };
        let mut client = SocialLoginClient::new(self.keyed(key));
        Ok(client.create_link_ticket(request).await?.into_inner().ticket)
    }

    /// A start with a ticket, as the sign-in page makes it.
    pub(crate) fn adding_request(&self, ticket: &str) -> StartLoginRequest {
        StartLoginRequest { link_ticket: ticket.to_owned(), ..self.start_request() }
    }

    /// Begins to add an account.
    pub(crate) async fn begin_adding(&self, id_token: &str) -> Begun {
        let ticket = self.link_ticket(id_token).await.unwrap();
        self.begin_with(self.adding_request(&ticket)).await.unwrap()
    }

    /// Everything up to the answer to the callback.
    pub(crate) async fn come_to_add(&self, id_token: &str, account: &str) -> CompleteLoginResponse {
        let begun = self.begin_adding(id_token).await;
        let callback = self.consent(&begun, account).await;
        self.complete(&begun, &callback).await.unwrap()
    }

    /// Adds an account to the user of an id token.
    pub(crate) async fn add_account(&self, id_token: &str, account: &str) -> RedeemLoginResponse {
        let completed = self.come_to_add(id_token, account).await;
        self.redeem(&login_code(&completed)).await.unwrap()
    }
}
