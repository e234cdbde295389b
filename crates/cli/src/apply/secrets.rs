//! Which secrets are there already: told by their fingerprints, without showing a secret to anybody else.

use std::path::Path;

use anyhow::Result;
use latchkey_proto::v1;
use secrecy::{ExposeSecret, SecretString};

use super::{
    reader::FileProblems,
    there::{ConnectionThere, There},
    wanted::{Reference, Wanted, WantedCredential},
};
use crate::client::{Client, answer, ask, of_file, of_variable};

impl Wanted {
    /// Reads every secret that is referred to, and learns its fingerprint where its connection is there.
    ///
    /// A reference that leads nowhere is told, unless a fingerprint stands beside it: then the
    /// secret is needed only where none with this fingerprint is there.
    pub(super) async fn find_secrets(
        &mut self,
        folder: &Path,
        client: &Client,
        there: &There,
    ) -> Result<()> {
        let mut problems = Vec::new();
        for (id, connection) in &mut self.connections {
            let found = there.connections.get(id);
            // What is in a deleted one is seen, and compared, once it is back.
            let is_hidden = found.is_some_and(ConnectionThere::is_deleted);
            let name = found.filter(|_| !is_hidden).map(|found| found.connection.name.as_str());
            for credential in &mut connection.credentials {
                match credential.secret.read(folder) {
                    Ok(secret) => credential.found = Some(secret),
                    Err(_) if is_hidden || credential.is_known(there, id) => {}
                    Err(error) => problems.push(format!(
                        "line {}: {}.client_secret: {error:#}",
                        credential.line, credential.path
                    )),
                }
                if let Some(name) = name {
                    credential.learn_fingerprint(client, name).await?;
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(FileProblems(problems).into()) }
    }
}

impl Reference {
    fn read(&self, folder: &Path) -> Result<SecretString> {
        match self {
            // Beside the file that names it.
            Self::File(path) => of_file(&folder.join(path)),
            Self::Variable(name) => of_variable(name),
        }
    }
}

impl WantedCredential {
    /// Whether one with the fingerprint that the file tells is there.
    fn is_known(&self, there: &There, connection: &str) -> bool {
        let there = there.connections.get(connection);
        there.is_some_and(|there| there.credentials.iter().any(|found| self.is(found)))
    }

    /// Whether a credential that is there is this one.
    pub(super) fn is(&self, found: &v1::Credential) -> bool {
        found.client_id == self.client_id
            && found.host == self.host
            && self.fingerprint.as_ref() == Some(&found.secret_fingerprint)
    }

    /// The request that adds it.
    pub(super) fn request(&self, parent: &str) -> Option<v1::CreateCredentialRequest> {
        let secret = self.found.as_ref()?;
        let credential = v1::Credential {
            client_id: self.client_id.clone(),
            client_secret: secret.expose_secret().to_owned(),
            host: self.host.clone(),
            ..v1::Credential::default()
        };
        Some(v1::CreateCredentialRequest {
            parent: parent.to_owned(),
            credential: Some(credential),
            ..v1::CreateCredentialRequest::default()
        })
    }

    /// A secret that is at hand counts more than what the file tells of it.
    async fn learn_fingerprint(&mut self, client: &Client, parent: &str) -> Result<()> {
        let Some(mut request) = self.request(parent) else { return Ok(()) };
        request.validate_only = true;
        if let Some(credential) = request.credential.as_mut() {
            // It may still have to be made, and the fingerprint is the same for every host.
            credential.host.clear();
        }
        let made = answer(client.connections().create_credential(ask(request))).await?.credential;
        self.fingerprint = made.map(|made| made.secret_fingerprint);
        Ok(())
    }
}
