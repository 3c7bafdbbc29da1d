//! `docs/adapters.md`: the code that it shows stands in the sources.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Each block of Rust with the file that it says to be from; none where it says none.
fn blocks(page: &str) -> Vec<(Option<&str>, &str)> {
    let (mut blocks, mut rest) = (Vec::new(), page);
    while let Some((before, after)) = rest.split_once("```rust\n") {
        let (code, after) = after.split_once("```").expect("the end of a block");
        let line = before.lines().last().unwrap_or_default();
        let from = line.strip_prefix("<!-- from ").and_then(|line| line.strip_suffix(" -->"));
        blocks.push((from, code));
        rest = after;
    }
    blocks
}

#[test]
fn the_code_in_the_guide_stands_in_the_sources() {
    let page = read("docs/adapters.md");
    let blocks = blocks(&page);
    assert!(blocks.len() >= 7, "{} blocks", blocks.len());
    for (from, code) in blocks {
        let from = from.unwrap_or_else(|| panic!("a block from no file:\n{code}"));
        assert!(read(from).contains(code), "{from} no longer has:\n{code}");
    }
}

#[test]
fn what_the_guide_names_is_there() {
    let page = read("docs/adapters.md");
    let sources =
        ["src/bridge/grant.rs", "src/bridge/exports/mod.rs", "src/bridge/exports/testing.rs"]
            .map(read)
            .concat();
    for name in [
        "each",
        "reason",
        "dated_reason",
        "end",
        "day_after",
        "lasting",
        "are_texts",
        "are_for_doublestar",
        "read_back",
        "exported",
        "refused",
        "of_two",
        "no_text_of_a_record_breaks_out_of_a_file",
    ] {
        let is_told = ["`", "::"].iter().any(|start| page.contains(&format!("{start}{name}`")));
        assert!(is_told, "{name} is not told");
        let is_there = ["(", "<"].iter().any(|end| sources.contains(&format!("fn {name}{end}")));
        assert!(is_there, "{name} is no function any longer");
    }
}
