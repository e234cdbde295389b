//! What administrators see of a key ring that is rotated: nothing, but for fingerprints.

use latchkey_proto::v1::{CreateCredentialRequest, Credential};
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, new_credential, refusal},
        replica::Replica,
    },
};

const ID: &str = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e";
const OTHER_ID: &str = "0c8b6f0e-5f0a-4b5c-9a55-3f3a8f1d2e4b";

/// Two processes with a second key in their rings: the first seals with the old one still.
async fn prepared_and_rotated(app: &TestApp) -> (Replica, Replica) {
    let mut keys = app.key_file.clone();
    let added = keys.add().unwrap();
    let prepared = app.replica(&keys).await;
    keys.promote(added).unwrap();
    (prepared, app.replica(&keys).await)
}

async fn add(at: &Replica, request: CreateCredentialRequest) -> Result<Credential, Status> {
    let made = at.connections().create_credential(request).await?;
    Ok(made.into_inner().credential.unwrap())
}

fn request(secret: &str, id: &str) -> CreateCredentialRequest {
    let mut request = new_credential(BITBUCKET, secret);
    request.request_id = id.to_owned();
    request
}

both! {
    async fn a_repeated_request_is_known_for_one_under_either_key(app) {
        let (prepared, rotated) = prepared_and_rotated(&app).await;
        for (first, second, id) in [(&prepared, &rotated, ID), (&rotated, &prepared, OTHER_ID)] {
            let made = add(first, request("one", id)).await.unwrap();
            assert_eq!(add(second, request("one", id)).await.unwrap(), made);
            let reused = add(second, request("two", id)).await.unwrap_err();
            assert_eq!(refusal(&reused), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
        }
        assert_eq!(app.credentials(BITBUCKET).await.len(), 3);
    }

    async fn a_secret_that_is_added_again_after_a_rotation_has_another_fingerprint(app) {
        let (prepared, rotated) = prepared_and_rotated(&app).await;
        let mut prints = Vec::new();
        for at in [&prepared, &prepared, &rotated, &rotated] {
            prints.push(add(at, request("one", "")).await.unwrap().secret_fingerprint);
        }
        assert_eq!(prints[0], prints[1]);
        assert_eq!(prints[2], prints[3]);
        assert_ne!(prints[0], prints[2]);
        let listed = app.credentials(BITBUCKET).await;
        let listed: Vec<_> = listed.into_iter().skip(1).map(|one| one.secret_fingerprint).collect();
        assert_eq!(listed, prints, "what was added keeps its own");
    }
}
