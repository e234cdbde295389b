//! When a person's name and picture follow what Bitbucket tells.

use latchkey_proto::{
    events::event_data::Data,
    v1::{
        Connection,
        ProfileSync::{self, Always, AtSignUp, Never},
        User,
    },
};

use crate::{both, harness::TestApp};

async fn sync(app: &TestApp, when: ProfileSync) {
    let to = Connection { profile_sync: when.into(), ..Connection::default() };
    app.change_connection("profile_sync", to).await;
}

/// Alice has another name and another picture from now on.
fn rename(app: &TestApp) {
    app.bitbucket.alter_account("alice", |alice| {
        "Alice Liddell".clone_into(&mut alice.display_name);
        alice.avatar = Some("https://avatars.example/wonderland.png".to_owned());
    });
}

fn called(user: &User) -> (&str, &str) {
    (&user.display_name, &user.picture_uri)
}

const BEFORE: (&str, &str) = ("Alice Example", "https://avatars.example/alice.png");
const AFTER: (&str, &str) = ("Alice Liddell", "https://avatars.example/wonderland.png");

both! {
    async fn a_new_name_and_picture_are_followed_and_told_unless_that_is_off(app) {
        let before = app.sign_in("alice").await.user.unwrap();
        assert_eq!(called(&before), BEFORE);
        rename(&app);

        let after = app.sign_in("alice").await.user.unwrap();

        assert_eq!(called(&after), AFTER);
        assert_eq!(called(&app.user(&before.name).await), AFTER);
        let names = app.event_names().await;
        assert_eq!(names, ["user.signed_up", "user.signed_in", "user.updated", "user.signed_in"]);
        let told = app.events_about(&before.name).await.remove(2);
        let Some(Data::UserUpdated(told)) = told.data.unwrap().data else { panic!("no update") };
        assert_eq!((&*told.display_name, &*told.picture_uri), AFTER);
        assert_eq!(told.email, "alice@mail.example");
        assert_eq!(told.changed_fields, ["display_name", "picture_uri"]);
        let Data::UserSignedIn(told) = app.last_event().await else { panic!("another event") };
        assert_eq!(told.subject.unwrap().display_name, AFTER.0);
    }

    async fn what_changes_at_once_is_told_in_one_event(app) {
        app.sign_in("alice").await;
        rename(&app);
        app.bitbucket.alter_account("alice", |alice| {
            alice.emails = vec![bitbucket_stand_in::Email::primary("alice@new.example")];
        });

        let user = app.sign_in("alice").await.user.unwrap();

        let told = app.events_about(&user.name).await.remove(2);
        let Some(Data::UserUpdated(told)) = told.data.unwrap().data else { panic!("no update") };
        assert_eq!(told.changed_fields, ["email", "display_name", "picture_uri"]);
        assert_eq!(told.email, "alice@new.example");
    }

    async fn the_same_name_and_picture_are_no_update(app) {
        app.sign_in("alice").await;
        app.sign_in("alice").await;
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in", "user.signed_in"]);
    }

    async fn a_picture_that_is_no_longer_told_stays(app) {
        app.sign_in("alice").await;
        app.bitbucket.alter_account("alice", |alice| alice.avatar = None);
        assert_eq!(called(&app.sign_in("alice").await.user.unwrap()), BEFORE);
    }

    async fn at_sign_up_alone_is_never_again(app) {
        sync(&app, AtSignUp).await;
        assert_eq!(called(&app.sign_in("alice").await.user.unwrap()), BEFORE);
        rename(&app);
        assert_eq!(called(&app.sign_in("alice").await.user.unwrap()), BEFORE);
        assert!(!app.event_names().await.contains(&"user.updated".to_owned()));
        // The policy is asked for at each sign-in.
        sync(&app, Always).await;
        assert_eq!(called(&app.sign_in("alice").await.user.unwrap()), AFTER);
    }

    async fn never_is_not_at_sign_up_either(app) {
        sync(&app, Never).await;
        let user = app.sign_in("alice").await.user.unwrap();
        assert_eq!((called(&user), &*user.email), (("", ""), "alice@mail.example"));
        rename(&app);
        assert_eq!(called(&app.sign_in("alice").await.user.unwrap()), ("", ""));
        for event in app.events().await {
            let Data::UserSignedIn(told) = event.data.unwrap().data.unwrap() else { continue };
            assert_eq!(told.subject.unwrap().display_name, "");
        }
    }

    async fn who_has_no_name_gets_one_once_it_is_to_be_followed(app) {
        sync(&app, Never).await;
        app.sign_in("alice").await;
        sync(&app, Always).await;
        assert_eq!(called(&app.sign_in("alice").await.user.unwrap()), BEFORE);
    }
}
