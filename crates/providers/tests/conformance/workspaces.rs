//! Whether somebody is a member of an allowed workspace: found on any page, and never guessed.

use bitbucket_stand_in::{Account, Endpoint, Fault, NextLink, Workspace};
use latchkey_domain::{
    provider::Error,
    workspace::{AllowedWorkspaces, WorkspaceId},
};
use tokio::net::TcpListener;

use crate::stage::{Stage, on_every_stage};

const WORKSPACES: &str = "/2.0/user/workspaces";
const ACME: &str = "{aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa}";

async fn is_member(stage: &Stage, account: &str, of: &[&str]) -> Result<bool, Error> {
    let ids = of.iter().map(|text| WorkspaceId::parse(text).unwrap()).collect();
    let of = AllowedWorkspaces::parse(ids).unwrap();
    stage.provider.is_member(&stage.grant(account).await, &of).await
}

/// An account in this many workspaces, `w0` the first.
fn joiner(stage: &Stage, count: usize) {
    let workspace =
        |n| Workspace::new(&format!("w{n}"), &format!("cccccccc-cccc-4ccc-8ccc-{n:012}"));
    let rowan = Account::new("rowan", "77777777-7777-4777-8777-777777777777", "Rowan");
    let rowan = (0..count).map(workspace).fold(rowan, Account::in_workspace);
    stage.control.add_account(rowan);
}

#[tokio::test]
async fn a_member_is_known_by_the_workspaces_uuid_or_slug() {
    on_every_stage(async |stage| {
        for of in [&[ACME][..], &["acme"], &["other", "acme"]] {
            assert!(is_member(&stage, "alice", of).await.unwrap(), "{of:?}");
            assert!(!is_member(&stage, "bob", of).await.unwrap(), "{of:?}");
            assert!(!is_member(&stage, "dave", of).await.unwrap(), "{of:?}");
        }
        assert!(!is_member(&stage, "alice", &["Acme", "acme2", "acm"]).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_list_is_read_with_the_token_in_the_header_alone() {
    on_every_stage(async |stage| {
        is_member(&stage, "alice", &["acme"]).await.unwrap();
        let requests = stage.control.requests();
        let asked: Vec<_> = requests.iter().filter(|it| it.path == WORKSPACES).collect();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].header("authorization"), Some("Bearer"));
        assert_eq!(asked[0].query, [("pagelen".to_owned(), "100".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn pages_are_turned_until_the_workspace_is_found() {
    on_every_stage(async |stage| {
        joiner(&stage, 450);
        assert!(is_member(&stage, "rowan", &["w449"]).await.unwrap());
        assert_eq!(stage.requests_to(WORKSPACES), 5);
        stage.control.clear_requests();
        assert!(is_member(&stage, "rowan", &["w99"]).await.unwrap());
        assert_eq!(stage.requests_to(WORKSPACES), 1);
        assert!(!is_member(&stage, "rowan", &["w450"]).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn of_a_list_that_is_too_long_nothing_is_said() {
    on_every_stage(async |stage| {
        joiner(&stage, 501);
        let answer = is_member(&stage, "rowan", &["w500"]).await;
        assert_matches!(answer, Err(Error::Malformed("pages without end")));
        assert_eq!(stage.requests_to(WORKSPACES), 5);
        stage.control.alter_account("bob", |bob| bob.workspaces_next_link = NextLink::Endless);
        let answer = is_member(&stage, "bob", &["acme"]).await;
        assert_matches!(answer, Err(Error::Malformed("pages without end")));
    })
    .await;
}

#[tokio::test]
async fn the_token_does_not_follow_a_link_elsewhere() {
    on_every_stage(async |stage| {
        let attacker = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = attacker.local_addr().unwrap();
        for link in [
            format!("http://{address}/2.0/user/workspaces?page=2"),
            format!("{}/user/emails", stage.stand_in.api_url()),
        ] {
            stage.control.alter_account("bob", |bob| {
                bob.workspaces_next_link = NextLink::Foreign(link.clone());
            });
            let answer = is_member(&stage, "bob", &["acme"]).await;
            assert_matches!(answer, Err(Error::Malformed("a page link that leads elsewhere")));
        }
        // A connection that was made would wait here to be accepted.
        let came = futures_util::FutureExt::now_or_never(attacker.accept());
        assert!(came.is_none(), "{came:?}");
    })
    .await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_says_nothing() {
    on_every_stage(async |stage| {
        let failing = async |fault| {
            stage.control.fail_always(Endpoint::Workspaces, fault);
            let answer = is_member(&stage, "alice", &["acme"]).await;
            stage.control.heal();
            answer
        };
        let down = Fault::ServerError { status: 503 };
        assert_matches!(failing(down).await, Err(Error::Unavailable(_)));
        for fault in [Fault::HtmlOk, Fault::TruncatedJson, Fault::Forbidden] {
            assert_matches!(failing(fault).await, Err(Error::Malformed(_)));
        }
        assert_matches!(failing(Fault::EndlessBody).await, Err(_));
        stage.control.fail_next(Endpoint::Workspaces, down);
        assert!(is_member(&stage, "alice", &["acme"]).await.unwrap(), "one failure is repeated");
    })
    .await;
}
