//! Looking people up.

use latchkey_proto::v1::{
    GetUserRequest, IdentityKind, ListUsersRequest, ListUsersResponse, User,
    user_directory_client::UserDirectoryClient,
};
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, refusal, wrong_fields},
    },
};

fn request(page_size: i32, page_token: &str, filter: &str) -> ListUsersRequest {
    ListUsersRequest {
        parent: DEV.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
        filter: filter.to_owned(),
    }
}

async fn list(app: &TestApp, request: ListUsersRequest) -> Result<ListUsersResponse, Status> {
    app.users().list_users(request).await.map(tonic::Response::into_inner)
}

async fn get(app: &TestApp, name: &str) -> Result<User, Status> {
    let request = GetUserRequest { name: name.to_owned() };
    Ok(app.users().get_user(request).await?.into_inner().user.unwrap())
}

fn of(address: &str) -> String {
    format!("email = \"{address}\"")
}

async fn trust(app: &TestApp) {
    let mut connection = app.connection(BITBUCKET).await.unwrap();
    connection.trusted_provider = true;
    app.update(connection, &["trusted_provider"]).await.unwrap();
}

both! {
    async fn a_user_is_read_with_the_ways_that_they_are_known(app) {
        trust(&app).await;
        let signed_in = app.sign_in("alice").await;
        let expected = signed_in.user.unwrap();
        let user = get(&app, &expected.name).await.unwrap();

        assert_eq!(User { identities: Vec::new(), ..user.clone() }, expected);
        assert!(user.email_verified);
        assert_eq!(user.identities.len(), 2);
        let of_kind = |kind| user.identities.iter().find(|found| found.kind() == kind).unwrap();
        let social = of_kind(IdentityKind::Social);
        assert_eq!(social, signed_in.identity.as_ref().unwrap());
        assert_eq!(social.issuer, app.bitbucket_url());
        assert_eq!(social.connections, [BITBUCKET]);
        assert_eq!(of_kind(IdentityKind::Email).email, user.email);
        for identity in &user.identities {
            assert!(identity.name.starts_with(&format!("{}/identities/idn_", user.name)));
        }
    }

    async fn users_come_in_the_order_of_their_sign_up_page_by_page(app) {
        let mut names = Vec::new();
        for account in ["alice", "bob", "carol"] {
            names.push(app.sign_in(account).await.user.unwrap().name);
        }
        app.sign_in("alice").await;
        let first = list(&app, request(2, "", "")).await.unwrap();
        let second = list(&app, request(2, &first.next_page_token, "")).await.unwrap();

        let seen = [first.users, second.users].concat();
        assert!(seen.iter().all(|user| user.identities.is_empty()));
        assert_eq!(seen.iter().map(|user| user.name.clone()).collect::<Vec<_>>(), names);
        assert_eq!(second.next_page_token, "");
        let mixed = list(&app, request(2, &first.next_page_token, &of("a@b.example"))).await;
        assert_eq!(wrong_fields(&mixed.unwrap_err()), ["page_token"]);
        let both = list(&app, request(101, "nonsense", "nonsense")).await.unwrap_err();
        assert_eq!(wrong_fields(&both), ["filter", "page_size", "page_token"]);
    }

    async fn a_filter_finds_who_holds_a_proven_address(app) {
        trust(&app).await;
        let alice = app.sign_in("alice").await.user.unwrap();
        app.sign_in("bob").await;
        let found = list(&app, request(0, "", &of(&alice.email))).await.unwrap();
        assert_eq!(found.users, std::slice::from_ref(&alice));
        let shouted = of(&alice.email.to_uppercase());
        assert_eq!(list(&app, request(0, "", &shouted)).await.unwrap().users, [alice]);
        let nobody = list(&app, request(0, "", &of("nobody@mail.example"))).await.unwrap();
        assert_eq!(nobody, ListUsersResponse::default());
    }

    async fn an_address_that_is_not_proven_finds_nobody(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        assert!(!alice.email.is_empty() && !alice.email_verified);
        let found = list(&app, request(0, "", &of(&alice.email))).await.unwrap();
        assert_eq!(found, ListUsersResponse::default());
    }

    async fn another_tenants_user_is_not_there(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        let other = app.other_tenant().await;
        let mut theirs = UserDirectoryClient::new(app.keyed(&other.environment));
        let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
        let asked = GetUserRequest { name: alice.name.clone() };
        assert_eq!(refusal(&theirs.get_user(asked).await.unwrap_err()), not_found);
        // Nor below a tenant of one's own.
        let asked = GetUserRequest { name: alice.name.replace("/dev/", "/other/") };
        assert_eq!(refusal(&theirs.get_user(asked).await.unwrap_err()), not_found);
        let all = request(0, "", "");
        assert_eq!(refusal(&theirs.list_users(all).await.unwrap_err()), not_found);
        let own = ListUsersRequest { parent: "environments/other".to_owned(), ..Default::default() };
        assert_eq!(theirs.list_users(own).await.unwrap().into_inner().users, []);
    }
}
