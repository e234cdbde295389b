//! What administrators do with users.

use latchkey_domain::{name::UserName, text::Remark};
use latchkey_identity::Guarded;
use latchkey_proto::v1;
use tonic::Status;

use super::Fields;

/// Whom to suspend, why, and how it is guarded.
pub(crate) type Suspension = (UserName, Option<Remark>, Guarded);

pub(crate) fn suspend(request: v1::SuspendUserRequest) -> Result<Suspension, Status> {
    let mut fields = Fields::new();
    let name = fields.check("name", request.name.parse());
    let reason = fields.check_if("reason", &request.reason, Remark::parse);
    let guarded = guarded(request.etag, request.validate_only);
    fields.finish(name.map(|name| (name, reason, guarded)))
}

pub(crate) fn guarded(etag: String, validate_only: bool) -> Guarded {
    Guarded { etag: (!etag.is_empty()).then_some(etag), validate_only }
}
