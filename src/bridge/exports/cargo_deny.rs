//! Ignored advisories of cargo-deny: `advisories.ignore` of `deny.toml`, to be pasted there, or the whole of
//! a file for `cargo deny --config FILE check advisories`.
//!
//! Source: <https://embarkstudios.github.io/cargo-deny/checks/advisories/cfg.html>, and
//! `src/advisories/cfg.rs` in <https://github.com/EmbarkStudios/cargo-deny>. What is no id of an advisory is
//! a crate whose version was yanked. Nothing here has an end, and cargo-deny warns of an id that stands
//! here twice.

use toml_edit::{Array, DocumentMut, InlineTable, Table, Value};

use super::{Export, Keyed, header, lasting, named_ids, untimed};
use crate::bridge::grant::{Grant, Granted, Left};
use crate::model::{Binding, Tool};

pub(crate) const EXPORT: Export = Export {
    name: "cargo-deny",
    about: "ignored advisories of cargo-deny, a part of `deny.toml`",
    tool: Some(Tool::CargoDeny),
    endings: &[],
    write,
};

/// By which the ids of advisories begin.
const ADVISORIES: [&str; 4] = ["RUSTSEC-", "CVE-", "GHSA-", "TALOS-"];

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let all = lasting(granted.each(Tool::CargoDeny, left, ignored).into_iter().flatten());
    let lasts: Vec<_> = all.values().map(|keyed| keyed.last).collect();
    let mut list = Array::new();
    for mut keyed in all.into_values() {
        keyed.entry.decor_mut().set_prefix("\n    ");
        list.push_formatted(Value::InlineTable(keyed.entry));
    }
    if !list.is_empty() {
        list.set_trailing("\n");
        list.set_trailing_comma(true);
    }
    let mut document = DocumentMut::new();
    document.insert("advisories", Table::from_iter([("ignore", list)]).into());
    header(&EXPORT) + &untimed(lasts) + "\n" + document.to_string().trim_start()
}

fn ignored(grant: &Grant<'_>, binding: &Binding) -> Result<Vec<Keyed<InlineTable>>, String> {
    let keyed = |id: &String| {
        let key = if ADVISORIES.iter().any(|it| id.starts_with(it)) { "id" } else { "crate" };
        // cargo-deny rejects the whole file for one id that it cannot read.
        let is_sign = |c: char| c.is_ascii_alphanumeric() || "-_@.+=<>~^*, ".contains(c);
        if !id.chars().all(is_sign) || !id.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(format!("`{id}` is neither an advisory nor a crate to cargo-deny"));
        }
        let reason = grant.dated_reason();
        let entry = InlineTable::from_iter([(key, id.as_str()), ("reason", reason.as_str())]);
        Ok(Keyed { key: id.clone(), last: grant.last, entry })
    };
    named_ids(binding)?.iter().map(keyed).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exported, of_two, refused};
    use super::*;

    #[test]
    fn an_advisory_is_ignored_with_its_last_valid_day_in_words() {
        let text = exported(&EXPORT, "tool: cargo-deny, ids: [RUSTSEC-2026-0001, 'a@0.1']");
        insta::assert_snapshot!(text, @r##"
        # Written by `exc export cargo-deny` from the exceptions in force: change the records, and write it again
        # Nothing here ends by itself. The first entry is valid through 2027-01-31 (UTC): write it again each day

        [advisories]
        ignore = [
            { id = "RUSTSEC-2026-0001", reason = "EXC-2026-K7QD: The vendor's region offers no private link: ticket 48213 # yes; valid through 2027-01-31 (UTC)" },
            { crate = "a@0.1", reason = "EXC-2026-K7QD: The vendor's region offers no private link: ticket 48213 # yes; valid through 2027-01-31 (UTC)" },
        ]
        "##);
    }

    #[test]
    fn an_advisory_of_two_records_stands_once_for_the_later_one() {
        let (text, verdicts) = of_two(&EXPORT, "tool: cargo-deny, ids: [RUSTSEC-2026-0001]");
        assert_eq!(verdicts, ["EXC-2026-BBBB: covered"], "{text}");
        assert!(!text.contains("EXC-2026-AAAA"), "{text}");
    }

    #[test]
    fn what_would_make_the_whole_file_unreadable_is_refused() {
        for id in ["a b\\\"", "../x", "", "é"] {
            let why = refused(&EXPORT, &format!("tool: cargo-deny, ids: [\"{id}\"]"));
            assert!(why.contains("neither an advisory nor a crate"), "{why}");
        }
        assert!(refused(&EXPORT, "tool: cargo-deny, ids: ['*']").contains("name the ids"));
    }
}
