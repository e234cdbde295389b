//! The calls that the banner of `latchkey dev` prints.

use latchkey_proto::v1::{
    ListConnectionsRequest, connection_admin_client::ConnectionAdminClient,
    connection_admin_server::SERVICE_NAME,
};
use tonic::{Request, metadata::AsciiMetadataValue};

use crate::developing::start;

/// The words that a shell makes of a line without escapes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote, mut inside) = (vec![String::new()], ' ', false);
    for c in line.trim().chars() {
        match c {
            '"' | '\'' if !inside => (quote, inside) = (c, true),
            _ if inside && c == quote => inside = false,
            ' ' if !inside => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words
}

#[tokio::test]
async fn the_calls_of_the_banner_can_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let address = dev.endpoint.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let method = format!("{SERVICE_NAME}/ListConnections");
    let endings = [
        ("grpcurl -plaintext", vec![address, method.clone()]),
        ("buf curl --protocol grpc --http2-prior-knowledge", vec![dev.endpoint.clone() + &method]),
    ];
    for (program, target) in endings {
        let line = dev.banner.iter().find(|line| line.trim().starts_with(program)).unwrap();
        let [flag, header, data, message, rest @ ..] =
            &words(line.trim().trim_start_matches(program).trim())[..]
        else {
            panic!("{line}");
        };
        assert_eq!((flag.as_str(), data.as_str(), rest), ("-H", "-d", &target[..]));

        let message: ListConnectionsRequest = serde_json::from_str(message).unwrap();
        let mut request = Request::new(message);
        let (name, value) = header.split_once(": ").unwrap();
        assert_eq!(name, "authorization");
        let value: AsciiMetadataValue = value.parse().unwrap();
        request.metadata_mut().insert("authorization", value);
        let mut admin = ConnectionAdminClient::connect(dev.endpoint.clone()).await.unwrap();
        let listed = admin.list_connections(request).await.unwrap().into_inner().connections;
        assert_eq!(listed[0].name, "environments/dev/connections/bitbucket");
    }
}
