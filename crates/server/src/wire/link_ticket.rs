//! Link tickets.

use latchkey_domain::{Invalid, pkce::CodeChallenge};
use latchkey_identity::{MadeLinkTicket, NewLinkTicket};
use latchkey_proto::v1;
use secrecy::ExposeSecret;
use tonic::Status;

use super::{Fields, time};

/// Longer than an id token of ours with the longest name, picture and address in it.
const MAX_ID_TOKEN: usize = 8192;

pub(crate) fn create(request: v1::CreateLinkTicketRequest) -> Result<NewLinkTicket, Status> {
    let mut fields = Fields::new();
    fields.limit("id_token", &request.id_token, MAX_ID_TOKEN);
    if request.id_token.is_empty() {
        fields.refuse("id_token", Invalid::new("must be set"));
    }
    let code_challenge =
        fields.check("code_challenge", CodeChallenge::parse(&request.code_challenge));
    let id_token = request.id_token.into();
    fields.finish(code_challenge.map(|code_challenge| NewLinkTicket { id_token, code_challenge }))
}

pub(crate) fn created(made: &MadeLinkTicket) -> v1::CreateLinkTicketResponse {
    v1::CreateLinkTicketResponse {
        ticket: made.ticket.expose_secret().to_owned(),
        expire_time: Some(time::encode(made.expires_at)),
    }
}
