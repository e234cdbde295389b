//! Everybody can tell the text from the ground: WCAG 2.2, 1.4.3 and 1.4.11.

use std::collections::HashMap;

use crate::app::{App, query};

/// Colours by the name of their custom property.
type Palette = HashMap<String, [f64; 3]>;

/// What is written or drawn on what, and how much it must stand out.
const PAIRS: [(&str, &str, f64); 12] = [
    ("ink", "paper", 4.5),
    ("ink", "ground", 4.5),
    ("ink", "hover", 4.5),
    ("quiet", "paper", 4.5),
    ("accent", "paper", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-badge", "badge", 4.5),
    ("edge", "paper", 3.0),
    ("edge", "hover", 3.0),
    ("accent", "ground", 3.0),
    ("accent", "hover", 3.0),
    ("accent", "badge", 3.0),
];

#[tokio::test]
async fn text_and_controls_stand_out_by_day_and_by_night() {
    let app = App::start().await;
    let page = app.get(&format!("/login?{}", query())).await;
    let path = page.body.split('"').find(|part| part.ends_with("style.css")).unwrap();
    let sheet = app.get(path).await.body;

    let (day, rest) = sheet.split_once("@media").unwrap();
    let (night, _) = rest.split_once("* {").unwrap();

    assert!(night.contains("prefers-color-scheme: dark"));
    for (time, css) in [("day", day), ("night", night)] {
        let palette = palette(css);
        for (front, back, least) in PAIRS {
            let contrast = contrast(palette[front], palette[back]);
            assert!(contrast >= least, "{front} on {back} by {time}: {contrast:.2}");
        }
    }
}

fn palette(css: &str) -> Palette {
    let declared = css.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    declared.map(|(name, hex)| (name.to_owned(), colour(hex.trim_end_matches(';')))).collect()
}

fn colour(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
}

/// The relative luminance of WCAG 2.2.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |part: f64| {
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
