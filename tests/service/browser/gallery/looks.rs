//! Everybody can use every page: by day and by night, on wide and narrow screens, in every language.

use std::collections::HashSet;

use super::every_page;
use crate::harness::{Chromium, Wishes, stage::Stage};

/// How a page is looked at: the end of the picture's name, the colours, and the width in CSS pixels.
const LOOKS: [(&str, &str, u32); 4] = [
    ("", "light", 720),
    ("-dark", "dark", 720),
    ("-narrow", "light", 320),
    ("-narrow-dark", "dark", 320),
];

/// How much wider the page is than the screen.
const SURPLUS: &str = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
/// Headings, controls without a way on, and what has the page's language.
const OUTLINE: &str = "[document.documentElement.lang, document.querySelectorAll('h1').length, \
                        document.querySelectorAll('main').length]";

/// Looks at every page in a language; pages that say the same are looked at once.
async fn look_at_every_page(language: &'static str, languages: &'static str) {
    let stage = Stage::set_up().await;
    let browser =
        Chromium::as_wished(&stage.gateway, Wishes { languages, ..Wishes::default() }).await;
    browser.look_for_barriers().await;
    stage.bind(&browser).await;
    let (mut titles, mut found) = (HashSet::new(), Vec::new());
    for page in every_page() {
        page.show(&stage, &browser).await;
        if page.name.starts_with("error") && !titles.insert(browser.title().await) {
            continue;
        }
        // All faults are one page with other words: two looks at each are enough.
        let looks = if page.is_step() { &LOOKS[..] } else { &[LOOKS[0], LOOKS[3]] };
        for &(end, scheme, width) in looks {
            let name = format!("{language}/{}{end}", page.name);
            browser.prefer(scheme).await;
            browser.resize((width, 640), 1.0).await;
            found.extend(browser.barriers().await.iter().map(|it| format!("{name}: {it}")));
            if browser.value(SURPLUS).await != 0 {
                found.push(format!("{name} is too wide"));
            }
            browser.whole_picture(&name).await;
        }
        let outline = browser.value(OUTLINE).await;
        assert_eq!(outline, serde_json::json!([language, 1, 1]), "{}", page.name);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_use_every_page() {
    look_at_every_page("en", "en-US,en").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_use_every_page_in_german() {
    look_at_every_page("de", "de,en").await;
}
