//! What the tests of the formats ask of them.

use crate::bridge::input::Input;
use crate::bridge::{Format, Suppression};
use crate::model::reach::{Cover, Dimension, Hierarchy, Reach};

#[track_caller]
pub(super) fn read(format: &Format, path: &str, text: &str) -> Vec<Suppression> {
    let input = Input::new(path, text.as_bytes()).expect("UTF-8");
    (format.read)(&input).expect("a file of the tool")
}

/// All suppressions, one line each: where, what, how far, until when.
#[track_caller]
pub(super) fn rows(format: &Format, path: &str, text: &str) -> Vec<String> {
    let input = Input::new(path, text.as_bytes()).expect("UTF-8");
    let row = |it: &Suppression| {
        let at = input.file.position(it.span.start);
        let reach = match &it.reach {
            Ok(reaches) => reaches.iter().map(shown).collect::<Vec<_>>().join(" | "),
            Err(reason) => format!("unknown, {reason}"),
        };
        format!("{}:{} {}: {reach}; {}", at.line, at.column, it.name, it.end)
    };
    read(format, path, text).iter().map(row).collect()
}

fn shown(reach: &Reach) -> String {
    let of = |dimension: Dimension| {
        let values: Vec<&str> = reach.written(dimension).collect();
        (!values.is_empty()).then(|| format!("{dimension} {}", values.join(", ")))
    };
    let limits = [Dimension::Id, Dimension::Path, Dimension::Package].into_iter().filter_map(of);
    let limits: Vec<String> =
        limits.chain(reach.conditions().map(|it| format!("where {it}"))).collect();
    if limits.is_empty() { "all".to_owned() } else { limits.join(", ") }
}

/// Where a file cannot be read, and why.
#[track_caller]
pub(super) fn fault(format: &Format, path: &str, bytes: &[u8]) -> String {
    let read = Input::new(path, bytes)
        .and_then(|input| (format.read)(&input).map_err(|fault| (input, fault)));
    let (input, fault) = read.expect_err("a fault");
    let at = input.file.position(fault.span.start);
    format!("{}:{}: {}", at.line, at.column, fault.message)
}

/// Claims that a record which covers one entry exactly covers none of the wider ones.
#[track_caller]
pub(super) fn widened(format: &Format, path: &str, entry: &str, wider: &[&str]) {
    let reaches = |text: &str| read(format, path, text).remove(0).reach;
    let record = reaches(entry).expect("it is computable").remove(0);
    let covers = |text: &str| {
        let covers = |part: &Reach| record.covers(part, &Hierarchy::default());
        let is_covered = |part: &Reach| matches!(covers(part), Cover::Same | Cover::Within);
        reaches(text).is_ok_and(|parts| parts.iter().all(is_covered))
    };
    assert!(covers(entry), "{entry}");
    for wider in wider {
        assert!(!covers(wider), "{wider}");
    }
}
