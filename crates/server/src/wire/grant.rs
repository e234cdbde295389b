//! Which applications may use which connections.

use latchkey_domain::{
    grant::{ApplicationGrant, RightsChange},
    name::{ApplicationName, ConnectionName},
    page::{Listed, Page},
};
use latchkey_identity::{TimeCursor, WantedGrant, grant_etag};
use latchkey_proto::v1;
use tonic::Status;

use super::{Fields, page, time};

pub(crate) fn grant(request: v1::GrantApplicationRequest) -> Result<WantedGrant, Status> {
    let mut fields = Fields::new();
    let pair = names(&mut fields, &request.connection, &request.application);
    let v1::GrantApplicationRequest { may_sign_up, may_sign_in, may_link, etag, .. } = request;
    let rights = RightsChange { may_sign_up, may_sign_in, may_link };
    let etag = (!etag.is_empty()).then_some(etag);
    let read =
        pair.map(|(connection, application)| WantedGrant { connection, application, rights, etag });
    fields.finish(read)
}

pub(crate) fn revoke(
    request: &v1::RevokeApplicationRequest,
) -> Result<(ConnectionName, ApplicationName), Status> {
    let mut fields = Fields::new();
    let pair = names(&mut fields, &request.connection, &request.application);
    fields.finish(pair)
}

fn names(
    fields: &mut Fields,
    connection: &str,
    application: &str,
) -> Option<(ConnectionName, ApplicationName)> {
    let connection = fields.check("connection", connection.parse());
    let application = fields.check("application", application.parse());
    connection.zip(application)
}

/// Which page of which connection's grants.
pub(crate) type GrantList = (ConnectionName, Page<TimeCursor>);

pub(crate) fn list(request: &v1::ListApplicationGrantsRequest) -> Result<GrantList, Status> {
    let mut fields = Fields::new();
    let parent = fields.check("parent", request.parent.parse());
    let question = ("application_grants", request.parent.as_str(), "");
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    let read = parent.zip(page);
    fields.finish(read)
}

pub(crate) fn listed(
    request: &v1::ListApplicationGrantsRequest,
    listed: Listed<ApplicationGrant, TimeCursor>,
) -> v1::ListApplicationGrantsResponse {
    let question = ("application_grants", request.parent.as_str(), "");
    v1::ListApplicationGrantsResponse {
        application_grants: listed.items.into_iter().map(|grant| encode(&grant)).collect(),
        next_page_token: page::token(question, listed.next),
    }
}

pub(crate) fn encode(grant: &ApplicationGrant) -> v1::ApplicationGrant {
    v1::ApplicationGrant {
        connection: grant.connection.to_string(),
        application: grant.application.to_string(),
        may_sign_up: grant.rights.may_sign_up,
        may_sign_in: grant.rights.may_sign_in,
        may_link: grant.rights.may_link,
        create_time: Some(time::encode(grant.created_at)),
        etag: grant_etag(grant),
    }
}
