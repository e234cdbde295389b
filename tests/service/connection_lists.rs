//! Lists of connections, page by page.

use latchkey_proto::v1::{
    GrantApplicationRequest, ListConnectionsRequest, ListConnectionsResponse,
};
use tonic::Status;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, NOTES, new_connection, wrong_fields},
    },
};

fn request(page_size: i32, page_token: &str, filter: &str) -> ListConnectionsRequest {
    ListConnectionsRequest {
        parent: DEV.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
        filter: filter.to_owned(),
        show_deleted: false,
    }
}

async fn page(
    app: &TestApp,
    request: ListConnectionsRequest,
) -> Result<ListConnectionsResponse, Status> {
    app.connections().list_connections(request).await.map(tonic::Response::into_inner)
}

fn names(page: &ListConnectionsResponse) -> Vec<String> {
    page.connections.iter().map(|found| found.name.clone()).collect()
}

async fn with_six_more(app: &TestApp) -> Vec<String> {
    let mut names = vec![format!("{DEV}/connections/bitbucket")];
    for id in ["one", "two", "three", "", "five", "six"] {
        names.push(app.create(new_connection(id)).await.unwrap().name);
    }
    names
}

both! {
    async fn every_connection_comes_once_and_in_the_order_of_creation(app) {
        let expected = with_six_more(&app).await;
        for size in [1, 2, 3, 6, 7, 8, 100, 0] {
            let mut seen = Vec::new();
            let mut token = String::new();
            loop {
                let page = page(&app, request(size, &token, "")).await.unwrap();
                assert!(size == 0 || page.connections.len() <= usize::try_from(size).unwrap());
                assert!(!page.connections.is_empty(), "an empty page of {size}");
                seen.extend(names(&page));
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(seen, expected, "pages of {size}");
        }
    }

    async fn a_page_stays_where_it_is_when_others_are_deleted_or_created(app) {
        let expected = with_six_more(&app).await;
        let first = page(&app, request(3, "", "")).await.unwrap();
        app.delete(&expected[0], "").await.unwrap();
        app.delete(&expected[2], "").await.unwrap();
        let late = app.create(new_connection("late")).await.unwrap().name;
        let second = page(&app, request(100, &first.next_page_token, "")).await.unwrap();

        let mut rest = expected[3..].to_vec();
        rest.push(late);
        assert_eq!(names(&second), rest);
    }

    async fn a_token_is_good_for_the_same_question_only(app) {
        with_six_more(&app).await;
        let token = page(&app, request(2, "", "")).await.unwrap().next_page_token;
        let filter = format!(r#"application = "{NOTES}""#);
        for wrong in [
            request(2, &token, &filter),
            ListConnectionsRequest { show_deleted: true, ..request(2, &token, "") },
            request(2, "nonsense", ""),
            request(2, &"A".repeat(2000), ""),
            request(2, &format!("{token}AAAA"), ""),
        ] {
            let refused = page(&app, wrong).await;
            assert_eq!(wrong_fields(&refused.unwrap_err()), ["page_token"]);
        }
        let mut tenants = app.tenants();
        let of_another_method = latchkey_proto::v1::ListApplicationsRequest {
            parent: DEV.to_owned(),
            page_token: token.clone(),
            ..Default::default()
        };
        let refused = tenants.list_applications(of_another_method).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["page_token"]);

        app.other_tenant().await;
        let mut operator = latchkey_proto::v1::connection_admin_client::ConnectionAdminClient::new(
            app.keyed(&app.keys.operator),
        );
        let mut of_another_parent = request(2, &token, "");
        of_another_parent.parent = "environments/other".to_owned();
        let refused = operator.list_connections(of_another_parent).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["page_token"]);
    }

    async fn a_page_has_at_most_a_hundred(app) {
        for size in [-1, 101, i32::MAX, i32::MIN] {
            let refused = page(&app, request(size, "", "")).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["page_size"], "{size}");
        }
    }

    async fn a_filter_keeps_what_an_application_may_use(app) {
        let all = with_six_more(&app).await;
        for connection in [&all[2], &all[5]] {
            let grant = GrantApplicationRequest {
                connection: connection.clone(),
                application: NOTES.to_owned(),
                ..GrantApplicationRequest::default()
            };
            app.connections().grant_application(grant).await.unwrap();
        }
        let filter = format!(r#"application = "{NOTES}""#);
        let first = page(&app, request(2, "", &filter)).await.unwrap();
        let second = page(&app, request(2, &first.next_page_token, &filter)).await.unwrap();

        assert_eq!(names(&first), [all[0].clone(), all[2].clone()]);
        assert_eq!(names(&second), [all[5].clone()]);
        assert_eq!(second.next_page_token, "");
        for bad in [
            "nonsense".to_owned(),
            r#"display_name = "x""#.to_owned(),
            r#"application = "environments/other/applications/notes""#.to_owned(),
            r#"application = "notes""#.to_owned(),
            format!(r#"application = "{}""#, "x".repeat(600)),
        ] {
            let refused = page(&app, request(0, "", &bad)).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["filter"], "{bad}");
        }
    }
}
