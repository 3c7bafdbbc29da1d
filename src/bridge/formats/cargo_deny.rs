//! Advisories that cargo-deny is told to ignore: `deny.toml`.
//!
//! Source: <https://embarkstudios.github.io/cargo-deny/checks/advisories/cfg.html>. An item of
//! `advisories.ignore` is an id, a crate whose version may be yanked (`crate@0.1`, or `crate` for
//! every version), or a table of `id` or `crate` with a `reason`. None of them ends.
//!
//! `exclude`, `exclude-dev` and `exclude-unpublished` of `graph`, in older versions at the top, take crates
//! and what only they need out of all that is judged, which no list of ids can say.
//!
//! A crate is compared as it is written: whether one range of versions lies within another is not
//! computed.

use crate::bridge::input::{Fault, Input, Node, Value, comments};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

pub(crate) const FORMAT: Format = Format {
    name: "cargo-deny",
    about: "advisories that cargo-deny ignores: `deny.toml`",
    tool: Tool::CargoDeny,
    read,
};

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let root = input.toml()?;
    let mut found = Vec::new();
    if let Some(advisories) = root.get("advisories") {
        advisories.expect("advisories", "a table", |it| it.value.is_map().then_some(()))?;
        if let Some(list) = advisories.get("ignore") {
            for item in list.expect("ignore", "a list", Node::items)? {
                found.push(ignored(input, item)?);
            }
        }
    }
    for place in root.get("graph").into_iter().chain([&root]) {
        excluded(input, place, &mut found)?;
    }
    Ok(found)
}

/// What is taken out of the graph of crates.
fn excluded(input: &Input, graph: &Node, found: &mut Vec<Suppression>) -> Result<(), Fault> {
    let mut add = |node: &Node, name: String, what: &str| {
        let mut said = vec![name.clone()];
        said.extend(comments::beside(input, node));
        found.push(Suppression {
            span: node.span,
            said,
            reach: Err(format!("it takes {what} out of all that cargo-deny judges")),
            name,
            end: End::Untimed,
            made: None,
            known: Known::default(),
            notes: Vec::new(),
        });
    };
    if let Some(list) = graph.get("exclude") {
        for item in list.expect("exclude", "a list", Node::items)? {
            let spec = item.get("crate").or_else(|| item.get("name")).unwrap_or(item);
            let spec = spec.expect("exclude", "a list of crates", Node::text)?;
            let what = format!("`{spec}`, and what only that needs,");
            add(item, format!("exclude {spec}"), &what);
        }
    }
    for (key, what) in [
        ("exclude-dev", "dependencies for development"),
        ("exclude-unpublished", "crates that are not published, and what only they need,"),
    ] {
        let is_off = |node: &&Node| node.value != Value::Bool(false);
        if let Some(node) = graph.get(key).filter(is_off) {
            add(node, key.to_owned(), what);
        }
    }
    Ok(())
}

fn ignored(input: &Input, item: &Node) -> Result<Suppression, Fault> {
    let name = match item.text() {
        Some(text) => text.to_owned(),
        None => {
            item.expect("ignore", "a list of ids and tables", |it| {
                it.value.is_map().then_some(())
            })?;
            let keys = ["id", "crate", "name"];
            let named = keys.into_iter().find(|key| item.get(key).is_some());
            let Some(key) = named else {
                return Err(Fault::at(item.span, "it has neither an `id` nor a `crate`"));
            };
            let name = item.text_at(key)?.unwrap_or_default();
            match item.text_at("version")? {
                Some(version) => format!("{name}@{version}"),
                None => name.to_owned(),
            }
        }
    };
    let mut said = vec![name.clone()];
    said.extend(item.text_at("reason")?.map(str::to_owned));
    said.extend(comments::beside(input, item));
    Ok(Suppression {
        span: item.span,
        said,
        reach: Ok(vec![Reach::of(Tool::CargoDeny).limited(Dimension::Id, [name.clone()])]),
        name,
        end: End::Untimed,
        made: None,
        known: Known::default(),
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::claims::{fault, read, rows, widened};
    use super::*;

    #[test]
    fn ids_and_crates_are_read_with_their_reasons() {
        let text = "[advisories]\nyanked = \"warn\"\nignore = [\n    # EXC-2026-AAAA\n    \
                    \"RUSTSEC-2026-0001\", # vendor\n    { id = \"RUSTSEC-2026-0002\", reason = \"EXC-2026-BBBB\" },\n    \
                    { crate = \"a@0.1\", reason = \"r\" }, \"b\",\n    { name = \"c\", version = \"=1\" },\n]\n";
        assert_eq!(
            rows(&FORMAT, "deny.toml", text),
            [
                "5:5 RUSTSEC-2026-0001: ids RUSTSEC-2026-0001; untimed",
                "6:5 RUSTSEC-2026-0002: ids RUSTSEC-2026-0002; untimed",
                "7:5 a@0.1: ids a@0.1; untimed",
                "7:40 b: ids b; untimed",
                "8:5 c@=1: ids c@=1; untimed",
            ]
        );
        let found = read(&FORMAT, "deny.toml", text);
        assert_eq!(found[0].said, ["RUSTSEC-2026-0001", "# EXC-2026-AAAA", "# vendor"]);
        assert_eq!(found[1].said, ["RUSTSEC-2026-0002", "EXC-2026-BBBB"]);
    }

    #[test]
    fn what_is_taken_out_of_the_graph_is_unknown() {
        let text = "exclude-unpublished = true\n[graph]\nexclude = [\"openssl\", {crate = \"a@1\"}]\n\
                    exclude-dev = true # EXC-2026-AAAA\nexclude-unpublished = false\n";
        let names: Vec<_> =
            read(&FORMAT, "deny.toml", text).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["exclude openssl", "exclude a@1", "exclude-dev", "exclude-unpublished"]);
        let found = read(&FORMAT, "deny.toml", text);
        assert!(found.iter().all(|it| it.reach.is_err()), "{found:?}");
        assert_eq!(found[2].said, ["exclude-dev", "# EXC-2026-AAAA"]);
    }

    #[test]
    fn a_file_without_a_list_ignores_nothing() {
        for text in ["", "[bans]\n", "\u{feff}[advisories]\nignore = []\n"] {
            assert_eq!(rows(&FORMAT, "deny.toml", text), [""; 0]);
        }
    }

    #[test]
    fn what_is_no_such_list_is_a_fault_with_its_place() {
        let of = |text: &str| fault(&FORMAT, "deny.toml", text.as_bytes());
        assert_eq!(of("advisories = 1\n"), "1:14: `advisories` is a number, not a table");
        let list = |list: &str| of(&format!("[advisories]\nignore = {list}\n"));
        assert_eq!(list("\"A\""), "2:10: `ignore` is a text, not a list");
        assert_eq!(list("[1]"), "2:11: `ignore` is a number, not a list of ids and tables");
        assert_eq!(list("[{reason = \"r\"}]"), "2:11: it has neither an `id` nor a `crate`");
        assert_eq!(list("[{id = 1}]"), "2:17: `id` is a number, not a text");
        assert!(list("[\"A\"").starts_with("2:") || list("[\"A\"").starts_with("3:"));
        assert!(fault(&FORMAT, "deny.toml", b"\xFF\xFE[\0").contains("UTF-16"));
    }

    #[test]
    fn whatever_widens_an_entry_is_seen() {
        let of = |item: &str| format!("[advisories]\nignore = [{item}]\n");
        let entry = of("\"a@0.1\"");
        widened(&FORMAT, "deny.toml", &entry, &[&of("\"a\""), &of("{crate = \"a@0.2\"}")]);
    }
}
