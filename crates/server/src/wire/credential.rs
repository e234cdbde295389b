//! Credentials, whose secrets come in and never go out.

use latchkey_domain::{
    connection::{Credential, CredentialRole},
    host::Host,
    name::ConnectionName,
    page::{Listed, Page},
    text::visible_ascii,
};
use latchkey_identity::{Cursor, NewCredential, credential_etag};
use latchkey_proto::v1;
use tonic::Status;
use uuid::Uuid;

use super::{Fields, page, request_id, time};

/// OAuth sets no limit; Bitbucket's keys have 18 or 32 characters.
const MAX_CLIENT_ID: usize = 256;
/// Bitbucket's secrets have 32 or about 76 characters.
const MAX_CLIENT_SECRET: usize = 1024;

pub(crate) fn create(request: v1::CreateCredentialRequest) -> Result<NewCredential, Status> {
    let mut fields = Fields::new();
    let repeat = || v1::CreateCredentialRequest { request_id: String::new(), ..request.clone() };
    let asked = ("CreateCredential", request.request_id.as_str());
    let known = request_id(&mut fields, asked, repeat);
    let connection = fields.check("parent", request.parent.parse());
    let body = fields.require("credential", request.credential).unwrap_or_default();
    fields.check("credential.client_id", visible_ascii(&body.client_id, MAX_CLIENT_ID));
    fields.check("credential.client_secret", visible_ascii(&body.client_secret, MAX_CLIENT_SECRET));
    let host = fields.check_if("credential.host", &body.host, Host::parse);
    let read = connection.map(|connection| NewCredential {
        connection,
        client_id: body.client_id,
        client_secret: body.client_secret.into(),
        host,
        request: known,
        validate_only: request.validate_only,
    });
    fields.finish(read)
}

/// Which page of which connection's credentials.
pub(crate) type CredentialList = (ConnectionName, Page<Cursor<Uuid>>);

pub(crate) fn list(request: &v1::ListCredentialsRequest) -> Result<CredentialList, Status> {
    let mut fields = Fields::new();
    let parent = fields.check("parent", request.parent.parse());
    let question = ("credentials", request.parent.as_str(), "");
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    let read = parent.zip(page);
    fields.finish(read)
}

pub(crate) fn listed(
    connection: &ConnectionName,
    listed: Listed<Credential, Cursor<Uuid>>,
) -> v1::ListCredentialsResponse {
    let parent = connection.to_string();
    let credentials = listed.items.iter().map(|found| encode(connection, found));
    v1::ListCredentialsResponse {
        credentials: credentials.collect(),
        next_page_token: page::token(("credentials", parent.as_str(), ""), listed.next),
    }
}

pub(crate) fn encode(connection: &ConnectionName, credential: &Credential) -> v1::Credential {
    let role = match credential.role {
        CredentialRole::Active => v1::CredentialRole::Active,
        CredentialRole::Standby => v1::CredentialRole::Standby,
    };
    v1::Credential {
        name: credential.name(connection).to_string(),
        client_id: credential.client_id.clone(),
        client_secret: String::new(),
        host: credential.host.as_ref().map(ToString::to_string).unwrap_or_default(),
        role: role.into(),
        secret_fingerprint: credential.fingerprint.clone(),
        create_time: Some(time::encode(credential.created_at)),
        last_use_time: credential.last_used_at.map(time::encode),
        last_refuse_time: credential.refused_at.map(time::encode),
        etag: credential_etag(credential),
    }
}
