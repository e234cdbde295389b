//! The first thing that anybody sees.

use bitbucket_stand_in::{Account, Email};
use secrecy::ExposeSecret;

use super::{
    ENVIRONMENT, Options, keys::Keys, places::Places, seed::CLOUD_CONNECTION, state::State,
};
use crate::terminal::{Look, Palette};

/// Those of the stand-in's accounts that one is told of: each ends in another way.
const ACCOUNTS: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];
/// A call that shows something on the first day.
const METHOD: &str = "latchkey.v1.ConnectionAdmin/ListConnections";
/// As wide as the words in front.
const WIDTH: usize = 12;

/// Where to click, what to paste, and where things are.
pub(super) fn banner(options: &Options, places: &Places, state: &State, keys: &Keys) -> String {
    let palette = Palette::of_stdout();
    let (key, endpoint) = (keys.operator.expose_secret(), &places.endpoint);
    let address = endpoint.as_str().trim_start_matches("http://").trim_end_matches('/');
    let strong = |text: &str| palette.paint(Look::Strong, text);
    let row = |name: &str, text: &str| format!("  {name:WIDTH$}{text}");
    let body = format!(r#"{{"parent":"environments/{ENVIRONMENT}"}}"#);
    let header = format!(r#"-H "authorization: Bearer {key}""#);

    let mut lines = vec![
        String::new(),
        format!("  {}", palette.paint(Look::Good, "Latchkey is running. Sign in here first:")),
        String::new(),
        format!("      {}", strong(places.base_url.as_str())),
        String::new(),
        "  There you can be anybody, without a password:".to_owned(),
    ];
    lines.extend(ACCOUNTS.iter().filter_map(|key| account(places, key)));
    lines.extend([
        String::new(),
        row("Admin key", &strong(key)),
        row("gRPC", &format!("{address}, with reflection")),
        row("Metrics", &format!("{}metrics", url_of(&places.metrics))),
        row("Stand-in", places.stand_in.base_url()),
        row(
            "Kept in",
            &format!("{}; to begin anew: latchkey dev --fresh", state.folder().display()),
        ),
    ]);
    lines.extend(beside(options, places).iter().map(|(name, text)| row(name, text)));
    lines.extend([
        String::new(),
        "  A first call:".to_owned(),
        format!("  grpcurl -plaintext {header} -d '{body}' {address} {METHOD}"),
        format!("  buf curl --protocol grpc --http2-prior-knowledge {header} -d '{body}' {endpoint}{METHOD}"),
        String::new(),
        palette.paint(Look::Faint, "  Events, as they happen (Ctrl-C stops):"),
    ]);
    lines.join("\n")
}

/// A line for each account that one can be.
fn account(places: &Places, key: &str) -> Option<String> {
    let account = places.stand_in.control().account(key)?;
    Some(format!("      {key:8}{}", situation(&account)))
}

fn situation(account: &Account) -> String {
    match account.emails.iter().find(|email| email.is_primary) {
        None => "has no e-mail address".to_owned(),
        Some(Email { email, is_confirmed: true, .. }) => email.clone(),
        Some(Email { email, .. }) => format!("{email}, not confirmed"),
    }
}

/// What else there is, or could be. The real Bitbucket is told of always: whoever makes a consumer
/// there is asked for the callback URL before there are a key and a secret.
fn beside(options: &Options, places: &Places) -> Vec<(&'static str, String)> {
    let first = match options.consumer() {
        Some(_) => "the real one is on the page too, if its OAuth consumer has these:",
        None => {
            "the real one too, with --bitbucket-key and --bitbucket-secret of an OAuth consumer of your workspace:"
        }
    };
    let callback = format!("{}login/callback/{CLOUD_CONNECTION}", places.base_url);
    let needs = format!("permissions Account: Email, Read; callback URL {callback}");
    let mut rows = vec![("Bitbucket", first.to_owned()), ("", needs)];
    rows.push(("Mail", "is shown here, codes included, and goes to nobody".to_owned()));
    if options.amqp_url.is_some() {
        rows.push(("RabbitMQ", "events go to its exchange latchkey.events too".to_owned()));
    }
    rows
}

fn url_of(listener: &tokio::net::TcpListener) -> String {
    listener.local_addr().map_or_else(|_| String::new(), |address| format!("http://{address}/"))
}
