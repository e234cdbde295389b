//! Events on their way to RabbitMQ: through `relay` beside `serve`, and through `dev`.

use std::{fs, path::Path};

use latchkey_proto::v1::{
    Connection, CreateConnectionRequest, connection_admin_client::ConnectionAdminClient,
};
use tonic::Request;

use crate::{
    broker::{self, Listener},
    browser::Browser,
    database::{migrated, on_database},
    developing::start_with,
    process::{Running, latchkey, run},
    roles::{free_port, healthy},
};

/// The exchange of `dev`, and where its events go that nobody wants: the names that hold unless set.
const DEFAULT: [&str; 2] = ["latchkey.events", "latchkey.unrouted"];

/// Settings for a service without a broker, with a database and a key ring; and an operator's key.
fn without_a_broker(folder: &Path, port: u16) -> String {
    let file = format!(
        "[store]\nurl = 'sqlite:latchkey.db'\n\
         [keyring]\nfile = 'ring.toml'\n\
         [server]\nlisten = '127.0.0.1:{port}'\n"
    );
    fs::write(folder.join("latchkey.toml"), file).unwrap();
    run(folder, "keyring add").ok();
    on_database(folder, "environments create dev --default-domain localhost:8080").ok();
    on_database(folder, "api-keys create --operator").ok().trim().to_owned()
}

/// Makes a connection, of which an event tells.
async fn make_connection(port: u16, key: &str, id: &str) {
    let mut request = Request::new(CreateConnectionRequest {
        parent: "environments/dev".to_owned(),
        connection_id: id.to_owned(),
        connection: Some(Connection {
            display_name: "Bitbucket".to_owned(),
            provider: "bitbucket".to_owned(),
            ..Connection::default()
        }),
        ..CreateConnectionRequest::default()
    });
    request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    let endpoint = format!("http://127.0.0.1:{port}");
    let mut admin = ConnectionAdminClient::connect(endpoint).await.unwrap();
    admin.create_connection(request).await.unwrap();
}

// Several threads: connections are closed while the test waits for a process to end.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_beside_the_service_publishes_what_happened_before_and_after_its_start() {
    let (folder, port) = (migrated(), free_port());
    let key = without_a_broker(folder.path(), port);
    // Nobody else's: they bear the name of the test's own folder.
    let own = folder.path().file_name().unwrap().to_str().unwrap();
    let (exchange, unrouted) = (format!("latchkey.test{own}"), format!("latchkey.test{own}.rest"));
    let mut events = Listener::on(&exchange, &unrouted).await;
    let mut serve = Running::start(&mut latchkey(folder.path(), "serve"));
    assert!(healthy(folder.path(), &format!("http://127.0.0.1:{port}")));
    make_connection(port, &key, "first").await;

    let mut relay = latchkey(folder.path(), "relay");
    relay.env("LATCHKEY__RELAY__URL", broker::url());
    relay.env("LATCHKEY__RELAY__EXCHANGE", &exchange).env("LATCHKEY__RELAY__UNROUTED", &unrouted);
    let mut relay = Running::start(&mut relay);

    let created = "latchkey.connection.created.v1";
    let first = events.event(created).await;
    assert_eq!(first["subject"], "environments/dev/connections/first", "{first}");
    make_connection(port, &key, "second").await;
    let second = events.event(created).await;
    assert_eq!(second["subject"], "environments/dev/connections/second", "{second}");
    assert_eq!(relay.terminate().code(), Some(0));
    assert_eq!(serve.terminate().code(), Some(0));
    events.clear(&exchange, &unrouted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_publishes_a_sign_in_to_the_broker_that_it_was_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let [exchange, unrouted] = DEFAULT;
    let mut events = Listener::on(exchange, unrouted).await;
    let url = broker::url();
    let mut dev = start_with(folder.path(), "", &[("LATCHKEY_AMQP_URL", &url)]);
    assert!(dev.row("RabbitMQ").contains(exchange));

    Browser::new().sign_in(&dev.base_url, "bob").await;

    let signed_up = events.event("latchkey.user.signed_up.v1").await;
    let signed_in = events.event("latchkey.user.signed_in.v1").await;
    assert!(signed_up.to_string().contains("bob@mail.example"), "{signed_up}");
    assert_eq!(signed_in["subject"], signed_up["subject"]);
    assert_eq!(dev.process.terminate().code(), Some(0));
    events.clear(exchange, unrouted).await;
}
