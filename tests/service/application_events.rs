//! What is told of applications.

use latchkey_proto::{
    events::event_data::Data,
    v1::{
        Application, CreateApplicationRequest, DeleteApplicationRequest, UpdateApplicationRequest,
    },
};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, masked},
        looking::data,
    },
};

const BOARDS: &str = "environments/dev/applications/boards";

fn boards(display_name: &str) -> Application {
    Application {
        name: BOARDS.to_owned(),
        display_name: display_name.to_owned(),
        redirect_uris: vec!["https://boards.example/callback".to_owned()],
        ..Application::default()
    }
}

async fn create(app: &TestApp) {
    let request = CreateApplicationRequest {
        parent: DEV.to_owned(),
        application_id: "boards".to_owned(),
        application: Some(boards("Boards")),
        request_id: String::new(),
    };
    app.own_tenant().create_application(request).await.unwrap();
}

async fn rename(app: &TestApp, display_name: &str) {
    let request = UpdateApplicationRequest {
        application: Some(boards(display_name)),
        update_mask: Some(masked(&["display_name", "redirect_uris"])),
    };
    app.own_tenant().update_application(request).await.unwrap();
}

async fn delete(app: &TestApp) {
    let request = DeleteApplicationRequest { name: BOARDS.to_owned(), etag: String::new() };
    app.own_tenant().delete_application(request).await.unwrap();
}

both! {
    async fn every_change_of_an_application_is_told_and_numbered_without_gaps(app) {
        create(&app).await;
        rename(&app, "Lists").await;
        rename(&app, "Lists").await;
        delete(&app).await;
        // Whoever has the id next goes on with its numbers.
        create(&app).await;

        let expected = [
            ("application.created".to_owned(), 1),
            ("application.updated".to_owned(), 2),
            ("application.deleted".to_owned(), 3),
            ("application.created".to_owned(), 4),
        ];
        assert_eq!(app.connection_events(BOARDS).await, expected);
        let events = app.all_events().await.into_iter().filter(|event| event.subject == BOARDS);
        let told: Vec<_> = events.map(data).collect();
        let Data::ApplicationCreated(created) = &told[0] else { panic!("{told:?}") };
        assert_eq!((&*created.application, &*created.display_name), (BOARDS, "Boards"));
        let Data::ApplicationUpdated(updated) = &told[1] else { panic!("{told:?}") };
        assert_eq!(updated.application, BOARDS);
        assert_eq!(updated.changed_fields, ["display_name"]);
    }
}
