//! Whom an account is taken for.

use bitbucket_stand_in::UuidShape;
use latchkey_domain::provider::Error;

use crate::stage::on_every_stage;

#[tokio::test]
async fn an_account_without_a_uuid_is_nobody() {
    on_every_stage(async |stage| {
        for shape in [UuidShape::Missing, UuidShape::Null, UuidShape::Empty, UuidShape::Number] {
            assert!(stage.control.alter_account("alice", |alice| alice.uuid_shape = shape));
            assert_matches!(stage.account("alice").await, Err(Error::Malformed(_)));
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_no_person_is_refused() {
    on_every_stage(async |stage| {
        stage.control.alter_account("alice", |alice| "app_user".clone_into(&mut alice.kind));
        assert_matches!(stage.account("alice").await, Err(Error::Malformed(_)));
    })
    .await;
}

#[tokio::test]
async fn a_renamed_account_is_the_same_person() {
    on_every_stage(async |stage| {
        let before = stage.account("alice").await.unwrap();
        stage.control.alter_account("alice", |alice| {
            "renamed".clone_into(&mut alice.username);
            "renamed".clone_into(&mut alice.nickname);
            "Alice Renamed".clone_into(&mut alice.display_name);
            alice.uuid = alice.uuid.to_ascii_uppercase();
        });
        let after = stage.account("alice").await.unwrap();

        assert_eq!((&after.subject, &after.account_id), (&before.subject, &before.account_id));
        assert_eq!(after.username.as_deref(), Some("renamed"));
        assert_eq!(after.display_name.as_deref(), Some("Alice Renamed"));
    })
    .await;
}

#[tokio::test]
async fn what_an_account_tells_is_cut_and_what_it_lacks_is_absent() {
    on_every_stage(async |stage| {
        stage.control.alter_account("frank", |frank| frank.account_id = None);
        let frank = stage.account("frank").await.unwrap();
        let name = frank.display_name.unwrap();
        assert!(name.starts_with("Fränk Ødegård") && name.chars().count() <= 255);
        assert_eq!((frank.account_id, frank.picture_url), (None, None));
    })
    .await;
}
