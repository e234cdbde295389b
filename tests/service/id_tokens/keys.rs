//! Whose keys they are, and where they are kept.

use futures_util::future::{join, join_all};
use latchkey_domain::caller::Caller;
use latchkey_identity::SealedKind;
use latchkey_proto::v1::{
    DeleteEnvironmentRequest, ListSigningKeysRequest, social_login_client::SocialLoginClient,
};
use tonic::Code;

use super::{part, signer};
use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, refusal},
        person::login_code,
        replica::Replica,
    },
};

const OTHER: &str = "environments/other";

async fn keys_at(replica: &Replica) -> Vec<String> {
    let request = ListSigningKeysRequest { parent: DEV.to_owned() };
    let listed = replica.login().list_signing_keys(request).await.unwrap().into_inner();
    listed.keys.into_iter().map(|key| key.kid).collect()
}

/// The names of the keys that another environment's tokens are verified with.
async fn keys_of_other(app: &TestApp, key: &secrecy::SecretString) -> Vec<String> {
    let request = ListSigningKeysRequest { parent: OTHER.to_owned() };
    let mut client = SocialLoginClient::new(app.keyed(key));
    let listed = client.list_signing_keys(request).await.unwrap().into_inner();
    listed.keys.into_iter().map(|key| key.kid).collect()
}

both! {
    async fn the_first_key_is_made_once_however_many_want_it_at_once(app) {
        let codes = join_all(["alice", "bob", "carol", "erin"].map(|account| app.come_back(account)));
        let codes: Vec<_> = codes.await.iter().map(login_code).collect();
        let replica = app.replica(&app.key_file).await;
        assert_eq!(app.rows("signing_keys").await, 0);

        let redeeming = join_all(codes.iter().map(|code| app.redeem(code)));
        let listing = join_all((0..12).map(|_| keys_at(&replica)));
        let (redeemed, listed) = join(redeeming, listing).await;

        assert_eq!(app.rows("signing_keys").await, 1);
        let key = app.key_names().await;
        assert!(listed.iter().all(|keys| *keys == key), "{listed:?}");
        let signers = redeemed.into_iter().map(|redeemed| signer(&redeemed.unwrap().id_token));
        assert!(signers.collect::<Vec<_>>().iter().all(|signer| [signer.clone()] == key[..]));
    }

    async fn who_asks_before_anybody_has_signed_in_gets_the_key_that_will_sign(app) {
        let listed = app.key_names().await;
        assert_eq!(listed, [signer(&app.sign_in("alice").await.id_token)]);
    }

    async fn each_environment_has_keys_of_its_own(app) {
        let other = app.other_tenant().await;
        let theirs = keys_of_other(&app, &other.gateway).await;
        let ours = app.key_names().await;
        assert_eq!((theirs.len(), ours.len()), (1, 1));
        assert_ne!(theirs, ours);
        let request = ListSigningKeysRequest { parent: OTHER.to_owned() };
        let refused = app.login().list_signing_keys(request).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
    }

    async fn no_key_stays_behind_of_an_environment_that_is_gone(app) {
        let other = app.other_tenant().await;
        keys_of_other(&app, &other.gateway).await;
        app.key_names().await;
        let name = format!("{OTHER}/applications/notes");
        let application = latchkey_proto::v1::DeleteApplicationRequest { name, ..Default::default() };
        app.tenants().delete_application(application).await.unwrap();
        let request = DeleteEnvironmentRequest { name: OTHER.to_owned(), ..Default::default() };
        app.tenants().delete_environment(request).await.unwrap();
        assert_eq!(app.rows("signing_keys").await, 1);
        assert_eq!(app.rows("signing_keys WHERE environment = 'dev'").await, 1);
    }

    async fn a_private_key_is_kept_sealed_for_its_own_row(app) {
        app.sign_in("alice").await;
        let other = app.other_tenant().await;
        keys_of_other(&app, &other.gateway).await;
        // Exchanged by somebody who can write to the database, and cannot open anything.
        app.database
            .execute("UPDATE signing_keys SET sealed_key = \
                (SELECT sealed_key FROM signing_keys AS their WHERE their.environment = 'other') \
                WHERE environment = 'dev'")
            .await;
        let code = login_code(&app.come_back("alice").await);
        let fresh = app.replica(&app.key_file).await;
        let refused = fresh.redeem(&app, &code).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::Internal, "INTERNAL".to_owned()));
        app.redeem(&code).await.expect("the code is not used up");
    }

    async fn a_signing_key_is_sealed_anew_and_keeps_its_old_key_from_being_retired(app) {
        let before = app.sign_in("alice").await.id_token;
        let code = login_code(&app.come_back("alice").await);
        let mut keys = app.key_file.clone();
        let (old, new) = (keys.primary, keys.add().unwrap());
        keys.promote(new).unwrap();
        let rotated = app.replica(&keys).await;
        let caller = Caller::of_the_database();
        let used = async |key| {
            let sealed = rotated.latchkey.key_use(key).await.unwrap().sealed;
            sealed.into_iter().find(|(kind, _)| *kind == SealedKind::SigningKey).unwrap().1
        };
        assert_eq!((used(old).await, used(new).await), (1, 0));
        assert!(rotated.latchkey.retire_key(&caller, old).await.unwrap().is_err());

        rotated.latchkey.re_encrypt(&caller, |_| ()).await.unwrap();

        assert_eq!((used(old).await, used(new).await), (0, 1));
        let after = rotated.redeem(&app, &code).await.unwrap().id_token;
        assert_eq!(signer(&after), signer(&before));
        assert_eq!(part(&after, 1)["sub"], part(&before, 1)["sub"]);
    }
}
