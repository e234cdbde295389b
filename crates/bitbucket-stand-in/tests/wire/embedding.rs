//! A stand-in behind a listener that is not its own.

use bitbucket_stand_in::{Endpoint, Fault, Settings, StandIn, State, router};
use reqwest::StatusCode;
use tokio::net::TcpListener;

use crate::application::{Application, json};

#[tokio::test]
async fn the_router_answers_behind_any_listener() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let state = State::new(&Settings::default(), &base);
    let served = tokio::spawn(axum::serve(listener, router(state.clone())).into_future());
    state.control().fail_next(Endpoint::User, Fault::ConnectionReset);
    let user = format!("{base}/2.0/user");

    let broken = async { reqwest::get(&user).await?.bytes().await };
    assert!(broken.await.is_err());
    assert_eq!(reqwest::get(&user).await.unwrap().status(), StatusCode::UNAUTHORIZED);

    state.stop();
    assert_eq!(reqwest::get(&user).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    served.abort();
}

#[tokio::test]
async fn links_begin_with_the_base_url_that_clients_use() {
    let base_url = Some("http://bitbucket.example:7990/".to_owned());
    let application =
        Application::start_with(Settings { base_url, ..Settings::on_free_port() }).await;
    let at = format!("http://{}", application.stand_in.address());
    application.control.approve_next("erin");
    assert_eq!(application.stand_in.base_url(), "http://bitbucket.example:7990");

    let authorize = format!("{at}/site/oauth2/authorize?response_type=code");
    let query = [("client_id", StandIn::CONSUMER_KEY)];
    let answer = application.http.get(authorize).query(&query).send().await.unwrap();
    let code = crate::application::field(&crate::application::location(&answer), "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", &code)];
    let reply = application.http.post(format!("{at}/site/oauth2/access_token")).form(&form);
    let reply = reply.basic_auth(StandIn::CONSUMER_KEY, Some(StandIn::CONSUMER_SECRET));
    let token =
        json(reply.send().await.unwrap()).await["access_token"].as_str().unwrap().to_owned();
    let emails = application.http.get(format!("{at}/2.0/user/emails")).bearer_auth(token);

    let next = json(emails.send().await.unwrap()).await["next"].as_str().unwrap().to_owned();
    assert!(next.starts_with("http://bitbucket.example:7990/2.0/user/emails?"));
}
