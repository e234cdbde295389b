//! Changing connections: masks, etags, and many at once.

use futures_util::future::join_all;
use latchkey_proto::v1::{
    Connection, ConnectionWarning,
    ConnectionWarningReason::{self, TrustedProvider},
    ProfileSync, UpdateConnectionRequest, UpstreamParam,
    upstream_param::Source,
};
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, masked, refusal, wrong_fields},
    },
};

fn changed() -> Connection {
    let value = UpstreamParam { source: Some(Source::Value("acme".to_owned())) };
    Connection {
        name: BITBUCKET.to_owned(),
        display_name: "Code".to_owned(),
        trusted_provider: true,
        upstream_params: [("team".to_owned(), value)].into(),
        disabled: true,
        verify_by_code: true,
        allowed_workspaces: vec!["acme".to_owned()],
        profile_sync: ProfileSync::Never.into(),
        ..Connection::default()
    }
}

/// The fields that can be changed.
const FIELDS: [&str; 7] = [
    "display_name",
    "trusted_provider",
    "upstream_params",
    "disabled",
    "verify_by_code",
    "allowed_workspaces",
    "profile_sync",
];

/// Which of the fields that can be changed differ from what every test starts with.
fn differing(found: &Connection) -> Vec<&'static str> {
    let fields = [
        ("display_name", found.display_name != "Bitbucket"),
        ("trusted_provider", found.trusted_provider),
        ("upstream_params", !found.upstream_params.is_empty()),
        ("disabled", found.disabled),
        ("verify_by_code", found.verify_by_code),
        ("allowed_workspaces", !found.allowed_workspaces.is_empty()),
        ("profile_sync", found.profile_sync() != ProfileSync::Always),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

async fn told_fields(app: &TestApp) -> Vec<Vec<String>> {
    use latchkey_proto::events::event_data::Data;
    let told = app.all_events().await.into_iter().filter_map(|event| match event.data?.data? {
        Data::ConnectionUpdated(updated) => Some(updated.changed_fields),
        _ => None,
    });
    told.collect()
}

/// The risks that a connection is said to have.
fn risks(connection: &Connection) -> Vec<ConnectionWarningReason> {
    let named = |warning: &ConnectionWarning| {
        // Kinde's definition: the provider confirms addresses, and nobody can change their primary one.
        for part in [
            "only if the provider confirms addresses and lets nobody change their primary one",
            "owner of an Atlassian account can change theirs, so Bitbucket is no such provider",
            "Set trusted_provider to false",
        ] {
            assert!(warning.description.contains(part), "{warning:?}");
        }
        warning.reason()
    };
    connection.warnings.iter().map(named).collect()
}

both! {
    async fn whoever_trusts_a_provider_is_told_what_that_risks_before_and_after(app) {
        let original = app.connection(BITBUCKET).await.unwrap();
        assert_eq!(risks(&original), []);

        let trusting = Connection { trusted_provider: true, ..original };
        let asked = UpdateConnectionRequest {
            connection: Some(trusting.clone()),
            update_mask: Some(masked(&["trusted_provider"])),
            validate_only: true,
        };
        let asked = app.connections().update_connection(asked).await.unwrap().into_inner();
        assert_eq!(risks(&asked.connection.unwrap()), [TrustedProvider]);

        let told = app.update(trusting, &["trusted_provider"]).await.unwrap();
        assert_eq!(risks(&told), [TrustedProvider]);
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), told);

        let back = app.update(Connection { trusted_provider: false, ..told }, &["trusted_provider"]);
        assert_eq!(risks(&back.await.unwrap()), []);
    }

    async fn a_mask_changes_what_it_names_and_nothing_else(app) {
        let original = app.connection(BITBUCKET).await.unwrap();
        for path in FIELDS {
            let found = app.update(changed(), &[path]).await.unwrap();
            assert_eq!(differing(&found), [path]);
            assert_eq!(app.connection(BITBUCKET).await.unwrap(), found);
            assert_eq!(told_fields(&app).await.last().unwrap(), &[path]);
            let back = Connection { etag: String::new(), ..original.clone() };
            app.update(back, &["*"]).await.unwrap();
        }
    }

    async fn a_star_changes_all_and_an_empty_mask_what_holds_a_value(app) {
        let all = app.update(changed(), &["*"]).await.unwrap();
        assert_eq!(differing(&all), FIELDS);
        let named = Connection {
            name: BITBUCKET.to_owned(),
            display_name: "Again".to_owned(),
            ..Connection::default()
        };
        let found = app.update(named, &[]).await.unwrap();
        assert_eq!(found.display_name, "Again");
        assert_eq!(differing(&found), FIELDS);
        let none = Connection { name: BITBUCKET.to_owned(), ..Connection::default() };
        let unnamed = app.update(none, &["*"]).await.unwrap_err();
        assert_eq!(wrong_fields(&unnamed), ["connection.display_name"]);
    }

    async fn what_cannot_be_changed_cannot_be_named(app) {
        let before = app.connection(BITBUCKET).await.unwrap();
        for path in [
            "name", "provider", "state", "etag", "create_time", "update_time", "nonsense", "",
            "display_name.x", "DISPLAY_NAME", "connection.display_name",
        ] {
            let refused = app.update(changed(), &[path]).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["update_mask"], "{path}");
        }
        let refused = app.update(changed(), &["*", "disabled"]).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["update_mask"]);
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), before);

        let star = Connection {
            provider: "somebody-else".to_owned(),
            state: 2,
            ..changed()
        };
        let found = app.update(star, &["*"]).await.unwrap();
        assert_eq!(found.provider, before.provider);
        assert_eq!(found.create_time, before.create_time);
    }

    async fn changing_nothing_is_no_change(app) {
        let before = app.connection(BITBUCKET).await.unwrap();
        let events = app.connection_events(BITBUCKET).await;
        let same = Connection { etag: before.etag.clone(), ..before.clone() };
        let after = app.update(same, &["*"]).await.unwrap();

        assert_eq!(after, before);
        assert_eq!(app.connection_events(BITBUCKET).await, events);
    }

    async fn an_old_etag_changes_nothing(app) {
        let before = app.connection(BITBUCKET).await.unwrap();
        let newer = app.update(changed(), &["display_name"]).await.unwrap();
        assert_ne!(newer.etag, before.etag);
        let late = Connection { etag: before.etag.clone(), ..changed() };

        let refused = app.update(late, &["disabled"]).await.unwrap_err();
        let kept = app.delete(BITBUCKET, &before.etag).await.unwrap_err();
        let mismatch = (Code::Aborted, "ETAG_MISMATCH".to_owned());
        assert_eq!(refusal(&refused), mismatch);
        assert_eq!(refusal(&kept), mismatch);
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), newer);
        app.delete(BITBUCKET, &newer.etag).await.unwrap();
    }

    async fn of_sixteen_with_one_etag_one_wins(app) {
        let before = app.connection(BITBUCKET).await.unwrap();
        let ends = join_all((0..16).map(|n| {
            let display_name = format!("Writer {n}");
            app.update(Connection { display_name, ..before.clone() }, &["display_name"])
        }));
        let (won, lost): (Vec<_>, Vec<_>) = ends.await.into_iter().partition(Result::is_ok);

        assert_eq!(won.len(), 1);
        for status in lost {
            let (code, reason) = refusal(&status.unwrap_err());
            assert_eq!((code, reason.as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        }
        let winner = won.into_iter().next().unwrap().unwrap();
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), winner);
        assert_eq!(told_fields(&app).await, [["display_name"]]);
    }

    async fn only_checking_changes_nothing(app) {
        let before = app.connection(BITBUCKET).await.unwrap();
        let rows = app.all_rows().await;
        let request = UpdateConnectionRequest {
            connection: Some(changed()),
            update_mask: Some(masked(&["*"])),
            validate_only: true,
        };
        let checked = app.connections().update_connection(request).await.unwrap().into_inner();

        assert_eq!(checked.connection.unwrap().display_name, "Code");
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), before);
        assert_eq!(app.all_rows().await, rows);
    }
}
