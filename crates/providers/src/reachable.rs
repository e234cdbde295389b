//! Whether a provider answers at all: a request without a secret, a code or a token.

use std::time::Duration;

use latchkey_domain::provider::{Error, Provider};
use reqwest::{Method, Request};
use url::Url;

use crate::{endpoint::Reach, http::Http, outage::within};

/// A provider that is up answers in a fraction of it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks each host that a code, a secret or a token may be sent to for its first page, over TLS where
/// the endpoint has it. Any answer but an outage shows that it is there.
pub async fn reach(provider: &dyn Provider) -> Vec<(Url, Result<(), Error>)> {
    let reach = if provider.is_stand_in() { Reach::StandIn } else { Reach::Public };
    let mut origins = provider.endpoints().into_iter().map(origin).collect::<Vec<_>>();
    origins.sort();
    origins.dedup();
    let tls = origins.iter().any(|origin| origin.scheme() == "https");
    let mut answers = Vec::new();
    for origin in origins {
        let answered = match Http::open(reach, tls) {
            Ok(http) => ask(&http, &origin).await,
            Err(error) => Err(Error::Unavailable(error.into())),
        };
        answers.push((origin, answered));
    }
    answers
}

async fn ask(http: &Http, origin: &Url) -> Result<(), Error> {
    let asked = within(PATIENCE, http.send(Request::new(Method::HEAD, origin.clone())));
    match asked.await {
        Ok(_) | Err(Error::RateLimited { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn origin(url: &Url) -> Url {
    let mut origin = url.clone();
    origin.set_path("/");
    origin
}
