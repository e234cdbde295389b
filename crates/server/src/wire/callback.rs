//! Callback URLs.

use latchkey_domain::{
    callback::CallbackWarning,
    name::ConnectionName,
    page::{Listed, Page},
};
use latchkey_identity::{CallbackUrl, TimeCursor};
use latchkey_proto::v1::{self, CallbackWarningReason as Reason};
use tonic::Status;

use super::{Fields, page};

pub(crate) fn list(
    request: &v1::ListCallbackUrlsRequest,
) -> Result<(ConnectionName, Page<TimeCursor>), Status> {
    let mut fields = Fields::new();
    let parent: Option<ConnectionName> = fields.check("parent", request.parent.parse());
    let asked = (request.page_size, request.page_token.as_str());
    let page = page::page(&mut fields, question(request), asked);
    fields.finish(parent.zip(page))
}

fn question(request: &v1::ListCallbackUrlsRequest) -> page::Question<'_> {
    ("callbackUrls", &request.parent, "")
}

pub(crate) fn listed(
    request: &v1::ListCallbackUrlsRequest,
    listed: Listed<CallbackUrl, TimeCursor>,
) -> v1::ListCallbackUrlsResponse {
    v1::ListCallbackUrlsResponse {
        callback_urls: listed.items.into_iter().map(encode).collect(),
        next_page_token: page::token(question(request), listed.next),
    }
}

fn encode(found: CallbackUrl) -> v1::CallbackUrl {
    let text = |name: Option<String>| name.unwrap_or_default();
    v1::CallbackUrl {
        host: found.host.to_string(),
        url: found.url.to_string(),
        credential: text(found.credential.map(|name| name.to_string())),
        organization: text(found.organization.map(|name| name.to_string())),
        warnings: found.warnings.into_iter().map(warning).collect(),
    }
}

fn warning(warning: CallbackWarning) -> v1::CallbackWarning {
    let reason = match warning {
        CallbackWarning::BareOrigin => Reason::BareOrigin,
        CallbackWarning::SharedConsumer => Reason::SharedConsumer,
    };
    let description = warning.description().to_owned();
    v1::CallbackWarning { reason: reason.into(), description }
}
