//! What the page claims: that it says what the document says, and nothing that a record wants it to do.

use scraper::{Html, Selector};

use super::testing::{HOSTILE, hostile, portfolio};
use super::write;
use crate::report::document::Document;

fn rendered(document: &Document) -> String {
    let mut out = Vec::new();
    write(document, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("a page is UTF-8")
}

/// Pages to look at, where somebody asks for them: `EXC_PAGES=DIR cargo test pages_to_look_at`.
#[test]
fn pages_to_look_at() {
    let Some(folder) = option_env!("EXC_PAGES") else { return };
    let pages =
        [("small", portfolio(41)), ("large", portfolio(1000)), ("hostile", hostile(HOSTILE[0]))];
    for (name, document) in pages {
        let path = std::path::Path::new(folder).join(format!("{name}.html"));
        std::fs::write(path, rendered(&document)).expect("the folder takes a page");
    }
}

#[test]
fn a_page_renders() {
    let page = Html::parse_document(&rendered(&portfolio(41)));
    let tiles = Selector::parse("[data-figure]").expect("a selector");
    assert_eq!(page.select(&tiles).count(), 6);
}
