//! The callback URLs to register, one for each host, and what may go wrong with them.

use latchkey_proto::v1::{
    CallbackUrl, CallbackWarning, CallbackWarningReason, ListCallbackUrlsRequest,
};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, new_connection, wrong_fields},
        app::HOST,
        organizations::{ACME, ACME_HOST, new_organization},
    },
};

async fn page(app: &TestApp, page_size: i32, page_token: &str) -> (Vec<CallbackUrl>, String) {
    let request = ListCallbackUrlsRequest {
        parent: BITBUCKET.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
    };
    let listed = app.connections().list_callback_urls(request).await.unwrap().into_inner();
    (listed.callback_urls, listed.next_page_token)
}

fn warned(url: &CallbackUrl) -> Vec<CallbackWarningReason> {
    url.warnings.iter().map(CallbackWarning::reason).collect()
}

both! {
    async fn each_host_has_its_url_its_organization_and_its_credential(app) {
        let for_all = app.active(BITBUCKET).await;
        app.verified("acme", ACME_HOST).await;
        app.add_organization(new_organization("waiting", "login.waiting.example")).await.unwrap();
        let own = app.add_consumer_for(ACME_HOST).await.name;

        let (urls, next) = page(&app, 0, "").await;
        assert_eq!(next, "");
        let told: Vec<_> = urls
            .iter()
            .map(|url| (&*url.host, &*url.url, &*url.organization, &*url.credential))
            .collect();
        assert_eq!(told, [
            (HOST, "https://login.example.com/login/callback/bitbucket", "", &*for_all),
            (ACME_HOST, "https://login.acme.example/login/callback/bitbucket", ACME, &*own),
        ]);
    }

    async fn every_host_is_on_one_page_whatever_the_size(app) {
        let mut hosts = vec![HOST.to_owned()];
        for number in 0..4 {
            let host = format!("login.{number}.example");
            app.verified(&format!("org-{number}"), &host).await;
            hosts.push(host);
        }
        for size in 1..=6 {
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let (urls, next) = page(&app, size, &token).await;
                assert!(urls.len() <= usize::try_from(size).unwrap());
                seen.extend(urls.into_iter().map(|url| url.host));
                token = next;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(seen, hosts, "pages of {size}");
        }
    }

    async fn a_page_of_one_connection_is_followed_by_none_of_another(app) {
        app.verified("acme", ACME_HOST).await;
        let (_, page_token) = page(&app, 1, "").await;
        let other = app.create(new_connection("other")).await.unwrap().name;
        let next = |parent: &str| {
            let (parent, page_token) = (parent.to_owned(), page_token.clone());
            ListCallbackUrlsRequest { parent, page_size: 1, page_token }
        };
        let refused = app.connections().list_callback_urls(next(&other)).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["page_token"]);
        app.connections().list_callback_urls(next(BITBUCKET)).await.unwrap();
    }

    async fn one_consumer_for_two_hosts_is_warned_of_until_each_has_its_own(app) {
        use CallbackWarningReason::{BareOrigin, SharedConsumer};
        let (urls, _) = page(&app, 0, "").await;
        assert_eq!(warned(&urls[0]), [BareOrigin]);
        assert!(urls[0].warnings[0].description.contains("Register this URL whole"));

        app.verified("acme", ACME_HOST).await;
        let (urls, _) = page(&app, 0, "").await;
        assert_eq!(urls.iter().map(warned).collect::<Vec<_>>(), vec![vec![BareOrigin, SharedConsumer]; 2]);
        // And so it is: Bitbucket takes the callback of one of them alone.
        let begun = app.begin_on(ACME_HOST).await.unwrap();
        let answer = app.http.get(begun.authorization_url).send().await.unwrap();
        assert!(answer.text().await.unwrap().contains("Invalid redirect_uri"));

        app.add_consumer_for(ACME_HOST).await;
        let (urls, _) = page(&app, 0, "").await;
        assert_eq!(urls.iter().map(warned).collect::<Vec<_>>(), vec![vec![BareOrigin]; 2]);
    }
}
