//! What administrators see of a key ring that is rotated: nothing.

use latchkey_domain::caller::Caller;
use latchkey_identity::Resealed;
use latchkey_keyring::KeyFile;
use latchkey_proto::v1::{CreateCredentialRequest, Credential};
use tokio::runtime::Handle;
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

    async fn a_secret_that_is_added_again_after_a_rotation_keeps_its_fingerprint(app) {
        let (prepared, rotated) = prepared_and_rotated(&app).await;
        let made = add(&prepared, request("one", "")).await.unwrap();
        let checked = |secret| {
            let mut request = request(secret, "");
            request.validate_only = true;
            request
        };
        for at in [&prepared, &rotated] {
            let again = add(at, checked("one")).await.unwrap();
            assert_eq!(again.secret_fingerprint, made.secret_fingerprint);
            let other = add(at, checked("two")).await.unwrap();
            assert_ne!(other.secret_fingerprint, made.secret_fingerprint);
        }
        let again = add(&rotated, request("one", "")).await.unwrap();
        assert_eq!(again.secret_fingerprint, made.secret_fingerprint);
    }

    async fn a_secret_that_nobody_else_has_is_given_a_fingerprint_of_the_key_that_seals(app) {
        let (prepared, rotated) = prepared_and_rotated(&app).await;
        let made = add(&prepared, request("one", "")).await.unwrap();
        let mut other_client = request("one", "");
        other_client.credential.as_mut().unwrap().client_id = "another-key".to_owned();
        other_client.validate_only = true;
        let before = add(&prepared, other_client.clone()).await.unwrap();
        assert_eq!(before.secret_fingerprint, made.secret_fingerprint);
        let after = add(&rotated, other_client).await.unwrap();
        assert_ne!(after.secret_fingerprint, made.secret_fingerprint);
    }

    async fn a_replica_that_goes_on_with_the_old_key_does_not_keep_the_work_going(app) {
        let (prepared, rotated) = prepared_and_rotated(&app).await;
        let go_on = |_: &Resealed| {
            let adding = add(&prepared, request("one-more", ""));
            tokio::task::block_in_place(|| Handle::current().block_on(adding)).unwrap();
        };
        let done = rotated.latchkey.re_encrypt(&Caller::of_the_database(), go_on).await.unwrap();
        assert!(done.others_seal && done.resealed > 1, "{done:?}");

        let left = async |keys: &Replica| {
            keys.latchkey.re_encrypt(&Caller::of_the_database(), |_| ()).await.unwrap()
        };
        let rest = left(&rotated).await;
        assert_eq!((rest.resealed, rest.others_seal), (1, false));
        assert_eq!(left(&rotated).await, Resealed::default());
    }

    async fn what_cannot_be_compared_here_keeps_nobody_from_adding(app) {
        let known = add(&prepared_and_rotated(&app).await.0, request("one", "")).await.unwrap();
        let stranger = app.replica(&KeyFile::generate().unwrap()).await;
        let added = add(&stranger, request("one", "")).await.unwrap();
        assert_ne!(added.secret_fingerprint, known.secret_fingerprint);
    }
}
