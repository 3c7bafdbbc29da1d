//! Waivers of InSpec and CINC Auditor: YAML, JSON or CSV, by the file's ending.
//!
//! Sources: <https://docs.chef.io/inspec/waivers/>, and in
//! <https://github.com/inspec/inspec/tree/main/lib/inspec>: `rule.rb` for what a waiver does,
//! `waiver_file_reader.rb` and `utils/waivers/` for the files. Every rule here is taken from these:
//!
//! - A key is the id of a control, its value a mapping. A value that is none is passed over.
//! - A waiver ends when its `expiration_date` begins where InSpec runs; a time without a zone is in
//!   UTC, as YAML has it. JSON and CSV know no dates, and a text goes through `Time.new` of Ruby,
//!   which before 3.2 reads its year alone and since then wants a time, too.
//! - With a date that is neither, or whose year reads as 0, InSpec stops.
//! - In CSV, the last row of a control counts, and a row without anything but the control says
//!   nothing; an empty cell in quotes is a text. A column is found by its name as it stands, blanks
//!   included.
//!
//! A waived failure counts for nothing, whether the control runs (`run`) or not. The documentation says
//! that a date ends either; the code looks at it where it leaves the control out, with `run: false`, so
//! that another waiver never ends here. A text, `"false"`, is true to Ruby, and CSV has nothing else.

use std::collections::HashMap;

use crate::bridge::input::csv::Dialect;
use crate::bridge::input::{Fault, Input, Node, Timestamp, Value, comments};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};
use crate::text::Span;

pub(crate) const FORMAT: Format = Format {
    name: "inspec",
    about: "waivers of InSpec: YAML, JSON or CSV, by the file's ending",
    tool: Tool::Inspec,
    read,
};

const RUNS: &str = "its `expiration_date` may end nothing: InSpec looks at that where `run` is false, which \
                    a text, as in CSV, is not; write `run: false`, in YAML or JSON";

/// The columns of a table of waivers.
const COLUMNS: [&str; 4] = ["control_id", "justification", "run", "expiration_date"];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let is = |ending: &str| input.name().ends_with(ending);
    if is(".csv") {
        return rows(input);
    }
    let root = match () {
        () if is(".yaml") || is(".yml") => input.first_yaml()?,
        () if is(".json") => Some(input.json()?),
        () => {
            let message = "InSpec reads waivers from files that end in `.yaml`, `.yml`, `.json` or \
                           `.csv`";
            return Err(Fault::at(Span::default(), message));
        }
    };
    let Some(root) = root else { return Ok(Vec::new()) };
    root.expect("the file", "a mapping of controls", |it| it.value.is_map().then_some(()))?;
    let mut found = Vec::new();
    for entry in root.entries() {
        let mut waiver = waiver(input, &entry.key, entry.span, &entry.value)?;
        if is(".yaml") || is(".yml") {
            let whole = Node { span: entry.span, value: entry.value.value.clone() };
            waiver.said.extend(comments::beside(input, &whole));
        }
        found.push(waiver);
    }
    Ok(found)
}

fn rows(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let root = input.csv(Dialect::Ruby)?;
    let mut found: Vec<Suppression> = Vec::new();
    let mut latest: HashMap<String, usize> = HashMap::new();
    let rows = root.items().unwrap_or_default();
    if let Some(row) = rows.first() {
        columns(row)?;
    }
    for row in rows {
        let Some(control) = row.text_at("control_id")? else { continue };
        let says = |key: &str, node: &Node| key != "control_id" && !node.is_null();
        if !row.entries().iter().any(|entry| says(&entry.key, &entry.value)) {
            continue;
        }
        if let Some(at) = latest.insert(control.to_owned(), found.len()) {
            let earlier = &mut found[at];
            earlier.end = End::Dropped;
            earlier
                .notes
                .push("a later row is about the same control, and only that counts".into());
        }
        found.push(waiver(input, control, row.span, row)?);
    }
    Ok(found)
}

/// Refuses a header whose columns InSpec does not find: it takes no blank and no case for another.
fn columns(row: &Node) -> Result<(), Fault> {
    let meant = |key: &str| COLUMNS.iter().find(|known| known.eq_ignore_ascii_case(key.trim()));
    let odd = row.entries().iter().find_map(|entry| {
        meant(&entry.key).filter(|known| **known != entry.key).map(|known| (entry, known))
    });
    if let Some((entry, known)) = odd {
        let message = format!("InSpec does not take `{}` for `{known}`: write that", entry.key);
        return Err(Fault::at(Span::default(), message));
    }
    match row.get("control_id") {
        Some(_) => Ok(()),
        None => Err(Fault::at(row.span, "the header has no `control_id`")),
    }
}

fn waiver(input: &Input, control: &str, span: Span, value: &Node) -> Result<Suppression, Fault> {
    let mut notes = Vec::new();
    let mut said = vec![control.to_owned()];
    let (end, unread) = if value.value.is_map() {
        said.extend(value.written_at("justification")?);
        match expiration(input, value, &mut notes)? {
            (end, unread) if is_run(input, value) => {
                if end != End::Never || unread.is_some() {
                    notes = vec![RUNS.to_owned()];
                }
                (End::Never, None)
            }
            skipped => skipped,
        }
    } else {
        notes.push(format!("it is {}, no mapping, and InSpec passes it over", value.kind()));
        (End::Dropped, None)
    };
    let reach = Reach::of(Tool::Inspec).limited(Dimension::Id, [control.to_owned()]);
    Ok(Suppression {
        span,
        name: control.to_owned(),
        said,
        reach: unread.map_or(Ok(vec![reach]), Err),
        end,
        made: None,
        known: Known::default(),
        notes,
    })
}

/// Whether the control runs all the same: only what Ruby takes for false leaves it out.
fn is_run(input: &Input, waiver: &Node) -> bool {
    let is_false = |it: &Node| it.is_null() || it.value == Value::Bool(false);
    input.ends_with(".csv") || !waiver.get("run").is_some_and(is_false)
}

/// The end, and why the waiver cannot be compared where versions of Ruby disagree about it.
fn expiration(
    input: &Input,
    waiver: &Node,
    notes: &mut Vec<String>,
) -> Result<(End, Option<String>), Fault> {
    let key = "expiration_date";
    let node = waiver.get(key).filter(|it| !it.is_null() && it.value != Value::Bool(false));
    let Some(node) = node else { return Ok((End::Never, None)) };
    let text = node.expect(key, "a date", Node::text)?;
    let stops = || Fault::at(node.span, format!("`{key}` is `{text}`, no date: InSpec stops"));
    let is_plain = !input.ends_with(".json")
        && !input.ends_with(".csv")
        && !input.file.slice(node.span).starts_with(['"', '\'', '|', '>']);
    match Timestamp::parse(text) {
        Some(end) if is_plain => Ok((local(end), None)),
        // The later of what versions of Ruby make of it.
        Some(end) => {
            notes.push(format!(
                "`{key}` is a text: InSpec on Ruby before 3.2 reads its year alone, and ends the \
                 waiver at the beginning of that year"
            ));
            Ok((local(end), None))
        }
        None => {
            let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let year: u64 = text[..n_digits].parse().map_err(|_| stops())?;
            if year == 0 {
                return Err(stops());
            }
            let reason = format!(
                "its `{key}` is `{text}`, of which versions of Ruby read the year {year} alone or \
                 more: write a day, `2027-02-01`"
            );
            Ok((End::Never, Some(reason)))
        }
    }
}

/// A day begins where InSpec runs; a time without a zone is in UTC.
fn local(end: Timestamp) -> End {
    match end {
        Timestamp::Day(day) => End::LocalMidnight(day),
        Timestamp::Local(_) | Timestamp::Instant(_) => end.in_utc(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::claims::{self, fault, widened};
    use super::*;

    #[test]
    fn a_waiver_is_a_control_and_ends_where_it_runs() {
        let text = "
# EXC-2026-AAAA
cis-1.1:
  justification: \"EXC-2026-BBBB: vendor\"
  expiration_date: 2027-02-01
  run: false # EXC-2026-CCCC
cis-1.2: {run: false, expiration_date: 2027-02-01T00:00:00Z}
cis-1.3:
  expiration_date: 2027-02-01 12:00:00
  run:
cis-1.4: {justification: for ever}
cis-1.5: passed over
cis-1.6: {run: false, expiration_date: 2027-2-1}
";
        assert_eq!(
            claims::rows(&FORMAT, "waivers.yaml", text),
            [
                "3:1 cis-1.1: ids cis-1.1; 2027-02-01 00:00 local time",
                "7:1 cis-1.2: ids cis-1.2; 2027-02-01T00:00:00Z",
                "8:1 cis-1.3: ids cis-1.3; 2027-02-01T12:00:00Z",
                "11:1 cis-1.4: ids cis-1.4; never",
                "12:1 cis-1.5: ids cis-1.5; dropped",
                "13:1 cis-1.6: ids cis-1.6; 2027-02-01 00:00 local time",
            ]
        );
        let found = claims::read(&FORMAT, "waivers.yaml", text);
        assert_eq!(
            found[0].said,
            ["cis-1.1", "EXC-2026-BBBB: vendor", "# EXC-2026-AAAA", "# EXC-2026-CCCC"]
        );
        assert!(found.iter().take(4).all(|it| it.notes.is_empty()), "{found:?}");
    }

    #[test]
    fn a_date_ends_no_waiver_whose_control_runs() {
        for (name, text) in [
            ("w.yaml", "c: {run: true, expiration_date: 2026-01-01}"),
            ("w.yaml", "c: {expiration_date: 2026-01-01}"),
            ("w.yaml", "c: {run: 'false', expiration_date: 2026-01-01}"),
            ("w.json", "{\"c\": {\"expiration_date\": \"2026-01-01\"}}"),
            ("w.csv", "control_id,run,expiration_date\nc,false,2026-01-01\n"),
            ("w.csv", "control_id,run,expiration_date\nc,,2026-01-01\n"),
        ] {
            let found = claims::read(&FORMAT, name, text).remove(0);
            assert_eq!(
                (&found.end, &*found.notes),
                (&End::Never, &[RUNS.to_owned()][..]),
                "{text}"
            );
        }
    }

    #[test]
    fn of_many_rows_of_one_control_only_the_last_counts() {
        let n = 20_000;
        let text = format!("control_id,justification\n{}", "c,x\n".repeat(n));
        let found = claims::read(&FORMAT, "w.csv", &text);
        let (last, earlier) = found.split_last().expect("rows");
        assert_eq!((&last.end, last.notes.len()), (&End::Never, 0));
        assert!(earlier.iter().all(|it| it.end == End::Dropped && it.notes.len() == 1));
    }

    #[test]
    fn a_date_that_is_a_text_is_said_to_be_read_differently() {
        let end = |date: &str| {
            let text = format!("{{\"c\": {{\"run\": false, \"expiration_date\": \"{date}\"}}}}");
            let found = claims::read(&FORMAT, "w.json", &text).remove(0);
            (found.end.to_string(), found.notes.concat())
        };
        let (day, note) = end("2027-06-01");
        assert_eq!(day, "2027-06-01 00:00 local time");
        assert!(note.contains("reads its year alone"), "{note}");
        let quoted =
            claims::read(&FORMAT, "w.yml", "c: {run: false, expiration_date: '2027-06-01'}")
                .remove(0);
        assert_eq!(quoted.notes.len(), 1);
    }

    #[test]
    fn a_date_of_which_versions_of_ruby_read_more_or_less_is_unknown() {
        for date in
            ["2027-12-31 24:00:00", "2027-12-31 00:00:00 UTC", "2027/06/01", "2027-02-31 00:00:00"]
        {
            for (name, text) in [
                (
                    "w.json",
                    format!("{{\"c\": {{\"run\": false, \"expiration_date\": \"{date}\"}}}}"),
                ),
                ("w.yaml", format!("c: {{run: false, expiration_date: {date}}}")),
            ] {
                let found = claims::read(&FORMAT, name, &text).remove(0);
                assert!(found.reach.is_err() && found.end == End::Never, "{date}: {found:?}");
            }
        }
    }

    #[test]
    fn the_last_row_of_a_control_counts() {
        let text = "\u{feff}control_id,justification,run,expiration_date\n\
                    c-1,EXC-2026-AAAA,false,\nc-2,\"a, b\",,2027-06-01\nc-3,,,\n,x,,\nc-1,again,,\n";
        assert_eq!(
            claims::rows(&FORMAT, "w.csv", text),
            ["2:1 c-1: ids c-1; dropped", "3:1 c-2: ids c-2; never", "6:1 c-1: ids c-1; never",]
        );
        assert_eq!(claims::read(&FORMAT, "w.csv", text)[0].said, ["c-1", "EXC-2026-AAAA"]);
    }

    #[test]
    fn a_column_that_inspec_does_not_find_is_refused() {
        for column in [" expiration_date", "expiration_date ", "Expiration_Date"] {
            let text = format!("control_id,justification,run,{column}\nc-1,x,false,2027-01-03\n");
            assert_eq!(
                fault(&FORMAT, "w.csv", text.as_bytes()),
                format!("1:1: InSpec does not take `{column}` for `expiration_date`: write that")
            );
        }
        assert_eq!(
            fault(&FORMAT, "w.csv", b"justification\nx\n"),
            "2:1: the header has no `control_id`"
        );
    }

    #[test]
    fn an_empty_cell_in_quotes_makes_a_row_a_waiver() {
        let found = claims::rows(&FORMAT, "w.csv", "control_id,justification\nc-1,\"\"\nc-2,\n");
        assert_eq!(found, ["2:1 c-1: ids c-1; never"]);
    }

    #[test]
    fn where_inspec_stops_is_a_fault_with_its_place() {
        let yaml = |text: &str| fault(&FORMAT, "w.yaml", text.as_bytes());
        let json = |text: &str| fault(&FORMAT, "w.json", text.as_bytes());
        assert_eq!(yaml("- a"), "1:1: `the file` is a list, not a mapping of controls");
        assert_eq!(
            yaml("c:\n  expiration_date: never\n"),
            "2:20: `expiration_date` is `never`, no date: InSpec stops"
        );
        assert_eq!(
            yaml("c: {expiration_date: 20270601}"),
            "1:22: `expiration_date` is a number, not a date"
        );
        assert_eq!(
            json("{\"c\": {\"expiration_date\": \"\"}}"),
            "1:27: `expiration_date` is ``, no date: InSpec stops"
        );
        assert!(
            json("{\"c\": {},}").starts_with("1:9: trailing commas"),
            "{}",
            json("{\"c\": {},}")
        );
        assert!(json("{\"c\": {").starts_with("1:"), "{}", json("{\"c\": {"));
        assert!(yaml("c: {").starts_with("1:"), "{}", yaml("c: {"));
        assert_eq!(
            fault(&FORMAT, "w.csv", b"control_id,run\nc\n"),
            "2:1: the header has 2 cells, and this row 1"
        );
        assert!(fault(&FORMAT, "w.csv", b"\xFF\xFEc\0").contains("UTF-16"));
        assert!(fault(&FORMAT, "w.xlsx", b"PK").contains("`.csv`"));
    }

    #[test]
    fn whatever_widens_an_entry_is_seen() {
        widened(&FORMAT, "w.yaml", "c-1: {run: false}", &["c-2: {run: false}", "c: {run: false}"]);
    }
}
