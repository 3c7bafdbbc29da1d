//! What holds for all changes, whatever the records say.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::{Kind, compare};
use crate::rules::testing::{RECORD, overlaid};
use crate::source::{self, Record, RecordSchema};
use crate::text::SourceFile;

/// Entries of a record of which each has a stricter and a laxer form.
const CHOICES: [[&str; 3]; 4] = [
    ["expires: 2027-01-30", "expires: 2027-01-31", "expires: 2027-02-01"],
    ["controls: [A-1]", "controls: [A-1, B-2]", "controls: [A-1, B-2, C-3]"],
    ["scope: [service:/a/b]", "scope: [service:/a]", "scope: [service:/a, service:/b]"],
    [
        "compensating_controls: [{description: A}, {description: B}]",
        "compensating_controls: [{description: B}]",
        "compensating_controls: []",
    ],
];

static SCHEMA: LazyLock<RecordSchema> =
    LazyLock::new(|| RecordSchema::new(&[]).expect("the schema is a schema"));

fn record(text: &str) -> Record {
    let file = Arc::new(SourceFile::new("exceptions/EXC-2026-K7QD.yaml", text));
    source::load(&file, &SCHEMA).0.expect("a record")
}

fn chosen(choices: [usize; 4]) -> String {
    let entries = CHOICES.iter().zip(choices).map(|(forms, choice)| forms[choice]);
    overlaid(RECORD, &entries.collect::<Vec<_>>().join("\n"))
}

fn kind(before: &str, after: &str) -> Kind {
    let (before, after) = (record(before), record(after));
    compare(Some(&before), Some(&after)).kind
}

/// The same record with its entries in another order, in JSON, which is YAML.
fn shuffled(text: &str, order: &[usize]) -> String {
    let value: serde_json::Value = serde_yaml::from_str(text).expect("a record is YAML");
    let mut entries: Vec<_> = value.as_object().expect("a mapping").iter().collect();
    for (at, other) in order.iter().enumerate() {
        let n = entries.len();
        entries.swap(at % n, other % n);
    }
    let entries = entries.iter().map(|(key, value)| format!("{key:?}: {value}"));
    format!("{{{}}}\n", entries.collect::<Vec<_>>().join(",\n "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_record_is_identical_with_itself_and_its_layout_is_cosmetic(
        choices in prop::array::uniform4(0..3_usize),
        order in prop::collection::vec(0..40_usize, 0..40),
    ) {
        let text = chosen(choices);
        prop_assert_eq!(kind(&text, &text), Kind::Identical);
        let other = shuffled(&text, &order);
        prop_assert_eq!(kind(&text, &other), Kind::Cosmetic, "{}", other);
        prop_assert_eq!(kind(&other, &text), Kind::Cosmetic, "{}", other);
    }

    #[test]
    fn a_change_and_its_reversal_fit_each_other(
        a in prop::array::uniform4(0..3_usize),
        b in prop::array::uniform4(0..3_usize),
    ) {
        let (there, back) = (kind(&chosen(a), &chosen(b)), kind(&chosen(b), &chosen(a)));
        let is_stricter = a.iter().zip(&b).any(|(a, b)| b < a);
        let is_laxer = a.iter().zip(&b).any(|(a, b)| b > a);
        let is_material = |kind: Kind| {
            matches!(kind, Kind::Extension | Kind::Widening | Kind::Weakening)
        };
        prop_assert_eq!(is_material(there), is_laxer, "{:?}", there);
        prop_assert_eq!(is_material(back), is_stricter, "{:?}", back);
        prop_assert_eq!(there == Kind::Tightening, is_stricter && !is_laxer, "{:?}", there);
        prop_assert_eq!(there == Kind::Identical, a == b, "{:?}", there);
    }
}
