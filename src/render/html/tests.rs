//! What the page claims: that it says what the document says, and nothing that a record wants it
//! to do.

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64, Encoding};
use scraper::{ElementRef, Html, Selector};
use sha2::{Digest, Sha256};

use super::hostile::{HOSTILE, hostile};
use super::testing::portfolio;
use super::{shown, write};
use crate::render::viewers::acting_characters;
use crate::report::document::Document;

fn rendered(document: &Document) -> String {
    let mut out = Vec::new();
    write(document, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("a page is UTF-8")
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

/// How often each kind of element stands on a page, with the names of its attributes. How many
/// labels a picture has, and which cells may break, depends on the length of a text.
fn elements(page: &str) -> BTreeMap<(String, Vec<String>), usize> {
    let mut found = BTreeMap::new();
    for element in select(&Html::parse_document(page), "*") {
        let attributes = element.value().attrs().map(|(name, _)| name.to_owned());
        let attributes = attributes.filter(|name| name != "class").collect();
        let name = element.value().name();
        let n: &mut usize = found.entry((name.to_owned(), attributes)).or_default();
        *n = if name == "text" { 1 } else { *n + 1 };
    }
    found
}

#[test]
fn nothing_hostile_becomes_an_element_or_an_attribute() {
    let harmless = elements(&rendered(&hostile("harmless")));
    for text in HOSTILE {
        let page = rendered(&hostile(text));
        assert_eq!(elements(&page), harmless, "{text:?}");
        assert_eq!(acting_characters(&page), [], "{text:?}");
    }
}

#[test]
fn every_link_stays_on_the_page() {
    for text in HOSTILE {
        let page = rendered(&hostile(text));
        let page = Html::parse_document(&page);
        let links = select(&page, "[href], [src], [action]");
        assert!(!links.is_empty());
        for link in links {
            let target = link.attr("href").expect("only links point anywhere");
            assert!(target.starts_with('#'), "{target}");
        }
    }
}

#[test]
fn every_name_stands_once_and_every_link_ends_somewhere() {
    for document in [portfolio(41), hostile(HOSTILE[1])] {
        let page = Html::parse_document(&rendered(&document));
        let names = select(&page, "[id]");
        let names: Vec<&str> = names.iter().filter_map(|it| it.attr("id")).collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), unique.len());
        for link in select(&page, "a[href]") {
            let target = link.attr("href").and_then(|it| it.strip_prefix('#'));
            assert!(target.is_some_and(|it| unique.contains(it)), "{target:?}");
        }
        for attribute in ["aria-labelledby", "aria-describedby"] {
            for element in select(&page, &format!("[{attribute}]")) {
                assert!(element.attr(attribute).is_some_and(|it| unique.contains(it)));
            }
        }
    }
}

#[test]
fn the_policy_of_the_page_names_its_style_and_its_script_and_nothing_else() {
    let page = rendered(&portfolio(3));
    let page = Html::parse_document(&page);
    let hash = |selector: &str| {
        let [element] = select(&page, selector)[..] else { panic!("one {selector}") };
        Base64::encode_string(&Sha256::digest(element.text().collect::<String>().as_bytes()))
    };
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash("style"),
        hash("script")
    );
    let [policy] = select(&page, "meta[http-equiv]")[..] else { panic!("one policy") };
    assert_eq!(policy.attr("content"), Some(expected.as_str()));
    assert_eq!(select(&page, "[style]"), []);
}

#[test]
fn a_tile_says_the_number_of_its_figure_and_lists_its_records() {
    let document = portfolio(41);
    let page = Html::parse_document(&rendered(&document));
    let tiles = select(&page, "[data-figure]");
    let figures: Vec<_> = document.figures().collect();
    assert_eq!(tiles.len(), figures.len());
    for (tile, figure) in tiles.into_iter().zip(figures) {
        assert_eq!(tile.attr("data-figure"), Some(figure.key));
        assert_eq!(tile.attr("data-value"), Some(shown::value(figure.quantity).as_str()));
        let text: String = tile.text().collect::<Vec<_>>().join(" ");
        let ids: Vec<&str> = text.split_whitespace().filter(|it| it.starts_with("EXC-")).collect();
        assert_eq!(ids, figure.ids);
    }
}

#[test]
fn a_table_has_the_rows_and_columns_of_the_document() {
    let document = portfolio(41);
    let page = Html::parse_document(&rendered(&document));
    for table in document.tables() {
        let key = table.key;
        let rows = select(&page, &format!("[data-table={key}] tbody tr:not(.group)"));
        assert_eq!(rows.len(), table.rows.len(), "{key}");
        let is_told = |at: &usize| table.columns[*at].under.is_some() || table.says_something(*at);
        let n_told = (0..table.columns.len()).filter(is_told).count();
        for row in rows {
            let unders =
                row.select(&Selector::parse("td > small, th > small").expect("a selector")).count();
            assert_eq!(row.child_elements().count() + unders, n_told, "{key}");
        }
        let heads = select(&page, &format!("[data-table={key}] th[data-key]"));
        let heads: Vec<_> = heads.iter().filter_map(|it| it.attr("data-key")).collect();
        let own = (0..table.columns.len()).filter(is_told).map(|at| &table.columns[at]);
        let keys = own.filter(|it| it.under.is_none()).map(|it| it.key);
        assert!(heads.is_empty() || heads.iter().copied().eq(keys), "{heads:?}");
    }
}

#[test]
fn every_picture_has_a_name_a_sentence_and_its_numbers() {
    let page = Html::parse_document(&rendered(&portfolio(41)));
    let charts = select(&page, "[data-chart]");
    assert_eq!(charts.len(), portfolio(41).charts().count());
    for chart in charts {
        let one = |selector: &str| {
            let found = chart.select(&Selector::parse(selector).expect("a selector")).count();
            assert_eq!(found, 1, "{selector} in {:?}", chart.attr("data-chart"));
        };
        one("svg[role=img] > title");
        one("svg[role=img] > desc");
        one("details table caption");
    }
}

#[test]
fn more_lines_than_a_picture_holds_are_counted_and_listed() {
    let page = rendered(&portfolio(1000));
    let page = Html::parse_document(&page);
    assert_eq!(select(&page, "#c-lives svg .id").len(), 60);
    assert_eq!(select(&page, "#c-lives tbody tr").len(), 1000);
    let [svg] = select(&page, "#c-lives svg")[..] else { panic!("one picture") };
    assert!(svg.text().collect::<String>().contains("940 records that end later"));
}

#[test]
fn equal_documents_are_equal_pages_and_a_thousand_records_stay_small() {
    let page = rendered(&portfolio(1000));
    assert_eq!(page, rendered(&portfolio(1000)));
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
}

#[test]
fn a_report_of_nothing_is_still_a_page() {
    let mut document = portfolio(1);
    document.sections.clear();
    document.notes.clear();
    let page = Html::parse_document(&rendered(&document));
    assert_eq!(select(&page, "main").len(), 1);
    assert_eq!(select(&page, ".notes, .patterns, .glossary").len(), 0);
}
