//! Advisories that cargo-audit is told to ignore: `.cargo/audit.toml`.
//!
//! Source: <https://github.com/rustsec/rustsec/blob/main/cargo-audit/src/config.rs>.
//! `advisories.ignore` is a list of ids, none of which ends; a record is named in the comment beside
//! it, if anywhere. `advisories.severity_threshold` leaves alone whatever is less severe, which no
//! list of ids can say. A file of the same form in the home of a user is read by the tool, too.

use crate::bridge::input::{Fault, Input, Node, comments};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

pub(crate) const FORMAT: Format = Format {
    name: "cargo-audit",
    about: "advisories that cargo-audit ignores: `.cargo/audit.toml`",
    tool: Tool::CargoAudit,
    read,
};

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let root = input.toml()?;
    let Some(advisories) = root.get("advisories") else { return Ok(Vec::new()) };
    advisories.expect("advisories", "a table", |it| it.value.is_map().then_some(()))?;
    let mut found = Vec::new();
    if let Some(list) = advisories.get("ignore") {
        for item in list.expect("ignore", "a list", Node::items)? {
            let id = item.expect("ignore", "a list of ids", Node::text)?.to_owned();
            let reach = Reach::of(Tool::CargoAudit).limited(Dimension::Id, [id.clone()]);
            found.push(suppression(input, item, id, Ok(vec![reach])));
        }
    }
    if let Some(node) = advisories.get("severity_threshold") {
        let severity = node.expect("severity_threshold", "a text", Node::text)?;
        // Nothing is less severe than that.
        if severity != "none" {
            let name = format!("severity_threshold {severity}");
            let reason = format!("it leaves alone all that is less severe than `{severity}`");
            found.push(suppression(input, node, name, Err(reason)));
        }
    }
    Ok(found)
}

fn suppression(
    input: &Input,
    node: &Node,
    name: String,
    reach: Result<Vec<Reach>, String>,
) -> Suppression {
    let mut said = vec![name.clone()];
    said.extend(comments::beside(input, node));
    let span = node.span;
    Suppression {
        span,
        name,
        said,
        reach,
        end: End::Untimed,
        made: None,
        known: Known::default(),
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::claims::{fault, read, rows, widened};
    use super::*;

    const FILE: &str = ".cargo/audit.toml";

    #[test]
    fn ids_are_read_with_the_comments_beside_them() {
        let text = "[advisories]\nignore = [\n  \"RUSTSEC-2026-0001\", # EXC-2026-AAAA\n  # EXC-2026-BBBB\n  \
                    \"RUSTSEC-2026-0002\",\n]\nseverity_threshold = \"medium\"\n";
        assert_eq!(
            rows(&FORMAT, FILE, text),
            [
                "3:3 RUSTSEC-2026-0001: ids RUSTSEC-2026-0001; untimed",
                "5:3 RUSTSEC-2026-0002: ids RUSTSEC-2026-0002; untimed",
                "7:22 severity_threshold medium: unknown, it leaves alone all that is less severe \
                 than `medium`; untimed",
            ]
        );
        let found = read(&FORMAT, FILE, text);
        assert_eq!(found[0].said, ["RUSTSEC-2026-0001", "# EXC-2026-AAAA"]);
        assert_eq!(found[1].said, ["RUSTSEC-2026-0002", "# EXC-2026-BBBB"]);
    }

    #[test]
    fn a_file_without_a_list_ignores_nothing() {
        for text in ["", "\u{feff}[output]\n", "[advisories]\nseverity_threshold = \"none\"\n"] {
            assert_eq!(rows(&FORMAT, FILE, text), [""; 0]);
        }
    }

    #[test]
    fn what_is_no_such_list_is_a_fault_with_its_place() {
        let of = |text: &str| fault(&FORMAT, FILE, text.as_bytes());
        assert_eq!(of("advisories = []\n"), "1:14: `advisories` is a list, not a table");
        assert_eq!(of("[advisories]\nignore = 1\n"), "2:10: `ignore` is a number, not a list");
        assert_eq!(
            of("[advisories]\nignore = [{}]\n"),
            "2:11: `ignore` is a mapping, not a list of ids"
        );
        assert!(of("[advisories\n").starts_with("1:"), "{}", of("[advisories\n"));
        assert!(fault(&FORMAT, FILE, b"\xFF\xFE[\0").contains("UTF-16"));
    }

    #[test]
    fn whatever_widens_an_entry_is_seen() {
        let of = |line: &str| format!("[advisories]\n{line}\n");
        let wider = [&*of("ignore = [\"B\"]"), &*of("severity_threshold = \"low\"")];
        widened(&FORMAT, FILE, &of("ignore = [\"A\"]"), &wider);
    }
}
