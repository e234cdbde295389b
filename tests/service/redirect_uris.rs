//! Where an application may send people back to.

use crate::{
    both,
    harness::admin::wrong_fields,
    tenants::{application, new_application},
};

/// What a browser, a proxy and we might read differently, or what is not for the web.
const AMBIGUOUS: [&str; 30] = [
    "",
    " ",
    "/callback",
    "boards.example/callback",
    "ftp://boards.example/callback",
    "http://boards.example/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://boards.example",
    "https://BOARDS.example/callback",
    "https://boards.example:443/callback",
    "https://boards.example/a/../callback",
    "https://boards.example/%2e%2e/callback",
    "https://boards.example\\callback",
    "https://boards.example/callback\t",
    "https://boards.example/call\nback",
    "https://boards.example/callback#",
    "https://boards.example/callback#x",
    "https://rowan@boards.example/callback",
    "https://rowan:x@boards.example/callback",
    "https://boards.example/callback?code=1",
    "https://boards.example/callback?state=1",
    "https://boards.example/callback?error=1",
    "https://boards.example/callback?response=1",
    "https://boards.example/callback?a=1&%63ode=1",
    "https://bücher.example/callback",
    "https://*.example/callback#*",
    "https:///callback",
    "https://boards.example/a b",
    "HTTPS://boards.example/callback",
];

both! {
    async fn every_redirect_uri_has_one_reading(app) {
        let long = format!("https://boards.example/{}", "a".repeat(490));
        for bad in AMBIGUOUS.into_iter().chain([long.as_str()]) {
            let mut request = new_application("boards");
            request.application.as_mut().unwrap().redirect_uris = vec![bad.to_owned()];
            let refused = application(&app, request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["application.redirect_uris"], "{bad:?}");
        }
        let many = |count: usize| (0..count).map(|n| format!("https://boards.example/{n}"));
        let twice = vec!["https://boards.example/callback".to_owned(); 2];
        for bad in [Vec::new(), many(33).collect(), twice] {
            let mut request = new_application("boards");
            request.application.as_mut().unwrap().redirect_uris = bad;
            let refused = application(&app, request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["application.redirect_uris"]);
        }
        assert_eq!(app.database.number("SELECT COUNT(*) FROM applications").await, 1);

        let longest = &long[..512];
        let mut request = new_application("boards");
        let mut uris: Vec<_> = many(28).collect();
        uris.extend([
            longest.to_owned(),
            "http://localhost:3000/callback".to_owned(),
            "http://127.0.0.1/callback?a=1".to_owned(),
            "http://[::1]:8080/callback".to_owned(),
        ]);
        request.application.as_mut().unwrap().redirect_uris = uris.clone();
        assert_eq!(application(&app, request).await.unwrap().redirect_uris, uris);
    }
}
