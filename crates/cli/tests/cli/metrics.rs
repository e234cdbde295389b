//! What the binary counts.

use crate::developing::{Dev, start};

/// How many requests of a route were answered, as the metrics say.
async fn counted(dev: &Dev, route: &str) -> u64 {
    let metrics = reqwest::get(dev.row("Metrics")).await.unwrap().text().await.unwrap();
    let route = format!("route=\"{route}\"");
    let of_route = metrics
        .lines()
        .filter(|line| line.starts_with("latchkey_http_requests_total{") && line.contains(&route));
    of_route.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

#[tokio::test]
async fn a_request_is_counted_once_whether_the_page_or_the_demo_answers() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    for (path, route) in [("healthz", "/healthz"), ("login", "/login"), ("", "/")] {
        reqwest::get(format!("{}{path}", dev.base_url)).await.unwrap();
        assert_eq!(counted(&dev, route).await, 1, "{route}");
    }
    reqwest::get(format!("{}nowhere", dev.base_url)).await.unwrap();
    assert_eq!(counted(&dev, "unmatched").await, 1);
}
