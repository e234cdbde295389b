//! Adding an account to whoever is signed in to the demo application, as any application would: it
//! proves who that is with the id token that it was given.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, response::Response};
use http::{HeaderMap, HeaderValue};
use latchkey_proto::v1::CreateLinkTicketRequest;

use super::{Demo, callback::refused, session::Session, sign_in::leave};
use crate::{cookies, fault::Fault};

/// For as long as a link ticket is made from an id token.
const AGE: Duration = Duration::from_mins(10);
const SIGN_IN_FIRST: &str = "An account can be added for ten minutes after a sign-in. \
                             Sign in again, and add it then.";

/// Lets the browser keep who signed in. An application with sessions would keep it there.
pub(super) fn remember(demo: &Demo, id_token: &str) -> Option<HeaderValue> {
    demo.jar.set(&name(demo), id_token, AGE)
}

/// Gets a ticket for whoever signed in, and sends the browser to the sign-in page with it.
///
/// By a form alone, whose cookie no other site can send: nobody is to be made to add an account.
pub(super) async fn begin(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let Some(id_token) = cookies::only(&headers, &name(&demo)) else {
        return refused(&demo, SIGN_IN_FIRST, "");
    };
    let session = Session::begin();
    let request = CreateLinkTicketRequest {
        id_token: id_token.to_owned(),
        code_challenge: session.code_challenge(),
    };
    match demo.service.link_ticket(request).await {
        Ok(made) => Ok(leave(&demo, &session, &headers, &made.ticket)),
        Err(status) => refused(&demo, SIGN_IN_FIRST, Fault::from(status).reason.code()),
    }
}

/// Of no departure: those begin with `demo-`.
fn name(demo: &Demo) -> String {
    format!("{}demo_who", demo.jar.prefix())
}
