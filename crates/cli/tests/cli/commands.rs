//! Every RPC is a command: the binary is run, and what arrives is held against the contract.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::{body::Body, codegen::http, service::Routes, transport::Server};
use tower::util::MapRequestLayer;

use crate::{
    process::{ended, latchkey},
    roles::free_port,
};

/// Services whose RPCs are no commands, and why.
const NOT_FOR_PEOPLE: [(&str, &str); 1] =
    [("SocialLogin", "gateways and applications call it in the course of a sign-in")];

/// A command for each RPC.
const COMMANDS: [&str; 52] = [
    "connections create bitbucket --display-name Bitbucket",
    "connections get bitbucket",
    "connections list",
    "connections update bitbucket --verify-by-code --allowed-workspaces acme --profile-sync never",
    "connections delete bitbucket",
    "connections undelete bitbucket",
    "connections purge bitbucket",
    "connections check bitbucket",
    "connections callback-urls bitbucket",
    "connections grant bitbucket demo",
    "connections grants bitbucket",
    "connections revoke bitbucket demo",
    "connections credentials create bitbucket --client-id key --secret-variable LATCHKEY_TEST_SECRET",
    "connections credentials list bitbucket",
    "connections credentials promote bitbucket/cred_1",
    "connections credentials delete bitbucket/cred_1",
    "login test bitbucket",
    "login show bitbucket/test_1",
    "environments create dev --default-domain localhost",
    "environments get dev",
    "environments list",
    "environments update dev --sign-up-policy acme.example --email-required --email-code-lifetime 5m",
    "environments readiness dev",
    "environments delete dev",
    "applications create demo --display-name Demo --redirect-uri http://localhost/back",
    "applications get demo",
    "applications list",
    "applications update demo --display-name Demo",
    "applications set-logo demo --none",
    "applications delete demo",
    "organizations create acme --display-name Acme --custom-domain login.acme.example",
    "organizations get acme",
    "organizations list",
    "organizations update acme --no-custom-domain --no-sign-up-policy",
    "organizations delete acme",
    "organizations start-domain-verification acme",
    "organizations check-domain-verification acme",
    "api-keys create --operator",
    "api-keys list",
    "api-keys rotate apiKeys/key_1",
    "api-keys delete apiKeys/key_1",
    "audit list",
    "users get user_1",
    "users list",
    "users suspend user_1 --reason fraud",
    "users unsuspend user_1",
    "users delete user_1",
    "users identities user_1",
    "users unlink user_1/idn_1",
    "users sign-ins --user user_1",
    "events list",
    "events tail",
];

/// What the contract has for people.
fn contract() -> BTreeSet<String> {
    let set = FileDescriptorSet::decode(latchkey_proto::FILE_DESCRIPTOR_SET).unwrap();
    let mut methods = BTreeSet::new();
    for file in &set.file {
        for service in &file.service {
            let name = service.name();
            if NOT_FOR_PEOPLE.iter().all(|(service, _)| *service != name) {
                let path = |method: &str| format!("/{}.{name}/{method}", file.package());
                methods.extend(service.method.iter().map(|method| path(method.name())));
            }
        }
    }
    methods
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rpc_for_people_is_called_by_a_command() {
    let called = Arc::new(Mutex::new(BTreeSet::new()));
    let calls = called.clone();
    let record = MapRequestLayer::new(move |request: http::Request<Body>| {
        calls.lock().unwrap().insert(request.uri().path().to_owned());
        request
    });
    let port = free_port();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let server = Server::builder().layer(record).add_routes(Routes::default()).serve(address);
    let server = tokio::spawn(server);

    let folder = tempfile::tempdir().unwrap();
    for line in COMMANDS {
        let mut command = latchkey(folder.path(), line);
        command.env("LATCHKEY_SERVER", format!("http://127.0.0.1:{port}"));
        command.env("LATCHKEY_KEY", "lk_operator_x").env("LATCHKEY_ENVIRONMENT", "dev");
        command.env("LATCHKEY_TEST_SECRET", "a-secret");
        let ended = ended(&mut command);
        // The server knows no method: a command that ends otherwise has not asked it.
        assert_eq!(ended.code, Some(1), "{line}: {ended:?}");
        assert!(ended.stderr.contains("older than this command"), "{line}: {ended:?}");
    }
    server.abort();

    let called = called.lock().unwrap().clone();
    let missing: Vec<_> = contract().difference(&called).cloned().collect();
    assert!(missing.is_empty(), "no command calls {missing:#?}");
}
