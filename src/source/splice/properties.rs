//! Over records in many forms: a change is made, or refused, and nothing else is touched.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

/// How a list of one-line entries is written.
#[derive(Clone, Copy, Debug)]
enum Form {
    Block,
    Dented,
    Flow,
}

#[derive(Clone, Debug)]
struct Written {
    scope: Vec<String>,
    form: Form,
    text: String,
    style: u8,
    comments: bool,
    crlf: bool,
    last_break: bool,
    empty: bool,
}

fn written() -> impl Strategy<Value = Written> {
    let form = prop_oneof![Just(Form::Block), Just(Form::Dented), Just(Form::Flow)];
    let text = "[a-zäé€🦀 ,:#'\"\\[\\]{}&*!|>%@-]{1,24}"
        .prop_filter("says something", |it| !it.trim().is_empty());
    let scope = proptest::collection::vec("[a-z]{1,6}:/[a-z/]{1,9}[a-z]", 1..4);
    (scope, form, text, 0..4u8, any::<[bool; 4]>()).prop_map(
        |(scope, form, text, style, [comments, crlf, last_break, empty])| Written {
            scope,
            form,
            text,
            style,
            comments,
            crlf,
            last_break,
            empty,
        },
    )
}

impl Written {
    fn file(&self) -> Arc<SourceFile> {
        let comment = if self.comments { "  # said" } else { "" };
        let line = if self.comments { "# a line\n\n" } else { "" };
        let mut text = format!("{line}id: EXC-2026-K7QD{comment}\n");
        match self.form {
            Form::Flow => writeln!(text, "scope: [{}]{comment}", self.scope.join(", ")).unwrap(),
            form => {
                writeln!(text, "scope:{comment}").unwrap();
                let indentation = if matches!(form, Form::Dented) { "    " } else { "" };
                for target in &self.scope {
                    writeln!(text, "{line}{indentation}- {target}{comment}").unwrap();
                }
            }
        }
        let quoted = serde_json::to_string(&self.text).unwrap();
        match self.style {
            0 => writeln!(text, "justification: {{blocker: {quoted}, end_state: b}}{comment}")
                .unwrap(),
            1 => writeln!(
                text,
                "justification:{comment}\n  blocker: {quoted}{comment}\n{line}  end_state: b"
            )
            .unwrap(),
            2 => writeln!(
                text,
                "justification:\n  blocker: |\n    {}\n  end_state: b",
                self.text.trim()
            )
            .unwrap(),
            _ => {
                writeln!(text, "justification:\n  blocker:\n    {quoted}\n  end_state: b").unwrap()
            }
        }
        writeln!(text, "opened: 2026-11-05{comment}\nexpires: 2027-01-31{comment}").unwrap();
        if self.empty {
            let nothing = ["[]", "", "~"][usize::from(self.style % 3)];
            writeln!(text, "renewals: {nothing}{comment}").unwrap();
        }
        text.push_str(line);
        if !self.last_break {
            text.truncate(text.trim_end().len());
        }
        let text = if self.crlf { text.replace('\n', "\r\n") } else { text };
        Arc::new(SourceFile::new("exceptions/EXC-2026-K7QD.yaml", text))
    }
}

fn change() -> impl Strategy<Value = Change> {
    let text = "[a-zäé€ ,:#'\"\\[\\]{}&*!|>%@\\\\\n-]{0,24}|no|12|2026-11-20|~";
    prop_oneof![
        Just(Change::set("/expires", Value::plain("2027-03-31"))),
        text.prop_map(|it| Change::set("/justification/blocker", Value::text(it))),
        text.prop_map(|it| Change::set("/title", Value::text(it))),
        text.prop_map(|it| Change::append("/scope", Value::text(it))),
        text.prop_map(|it| {
            let date = Some(Value::plain("2026-11-20"));
            Change::append(
                "/renewals",
                Value::map([("date", date), ("reason", Some(Value::text(it)))]),
            )
        }),
        text.prop_map(|it| {
            let date = Some(Value::plain("2026-11-20"));
            Change::set("/closed", Value::map([("date", date), ("note", Some(Value::text(it)))]))
        }),
        (0..3u8).prop_map(|at| Change::remove(format!("/scope/{at}"))),
        Just(Change::remove("/justification/end_state")),
        Just(Change::rename("/opened", "closed")),
        Just(Change::rename("/opened", "expires")),
        Just(Change::rename("/justification/blocker", "why")),
    ]
}

/// The longest common beginning and end of two texts.
fn common(one: &str, other: &str) -> (usize, usize) {
    let start = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let rest = one.len().min(other.len()) - start;
    let ends = one.bytes().rev().zip(other.bytes().rev());
    (start, ends.take_while(|(a, b)| a == b).count().min(rest))
}

/// What stands in a text at each place, as it is written there.
fn slices(file: &SourceFile, tree: &Tree) -> Vec<(String, String)> {
    let mut slices = Vec::new();
    tree.root().walk(&mut |path, node| {
        // Where an empty block begins and ends, parsers do not agree: it says nothing, and is there.
        let slice = if node.text() == Some("") { "" } else { file.slice(node.span()) };
        slices.push((path.pointer(), slice.to_owned()));
        true
    });
    slices
}

/// Whether a place is another one, or in it.
fn is_within(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a change leaves a place alone: it is about neither that, nor what is around it or in it,
/// nor an entry of the same list in front of it.
fn leaves(change: &Change, place: &str) -> bool {
    let of = change.pointer();
    let is_shifted = match change {
        Change::Remove { .. } => of
            .rsplit_once('/')
            .is_some_and(|(list, nth)| nth.parse::<usize>().is_ok() && is_within(list, place)),
        _ => false,
    };
    !is_within(of, place) && !is_within(place, of) && !is_shifted
}

/// Claims that every place which the changes leave alone is there still, byte for byte and in the same
/// order.
fn neighbours_stay(before: &SourceFile, after: &SourceFile, changes: &[Change]) {
    let kept = |file: &SourceFile| {
        let tree = read(&Arc::new(SourceFile::new(file.path(), file.text()))).expect("it is read");
        let mut slices = slices(file, &tree);
        slices.retain(|(place, _)| changes.iter().all(|change| leaves(change, place)));
        slices
    };
    // A key that is new, or has another name, is what a change is about.
    let is_new = |place: &str| {
        changes.iter().any(|change| match change {
            Change::Rename { pointer, key } => {
                let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
                is_within(&format!("{around}/{key}"), place)
            }
            _ => false,
        })
    };
    let (old, mut new) = (kept(before), kept(after));
    new.retain(|(place, _)| !is_new(place));
    assert_eq!(old, new, "{changes:?}\n{}\n{}", before.text(), after.text());
}

proptest! {
    #[test]
    fn two_changes_leave_alone_what_neither_is_about(
        written in written(), one in change(), other in change(),
    ) {
        let before = written.file();
        prop_assume!(read(&before).is_some());
        let changes = [one, other];
        if let Ok(after) = edited(&before, &changes) {
            let wanted = intended(to_json(read(&before).expect("read").root()), &changes[0]);
            let wanted = wanted.and_then(|wanted| intended(wanted, &changes[1]));
            let new = to_json(read(&after).expect("what is given back can be read").root());
            prop_assert_eq!(Some(new), wanted);
            neighbours_stay(&before, &after, &changes);
        }
    }

    #[test]
    fn a_change_is_made_and_nothing_else_is_touched(written in written(), change in change()) {
        let before = written.file();
        prop_assume!(read(&before).is_some());
        let old = to_json(read(&before).expect("read").root());
        let wanted = intended(old, &change);
        match edited(&before, std::slice::from_ref(&change)) {
            Ok(after) => {
                let new = to_json(read(&after).expect("what is given back can be read").root());
                prop_assert_eq!(Some(new), wanted);
                neighbours_stay(&before, &after, std::slice::from_ref(&change));
                // What was cut out holds no comment that was there: those stay.
                let (start, end) = common(before.text(), after.text());
                let cut = &before.text().as_bytes()[start..before.text().len() - end];
                let said = |text: &str| text.matches("# said").count() + text.matches("# a line").count();
                let is_removed = matches!(change, Change::Remove { .. });
                prop_assert!(is_removed || said(before.text()) <= said(after.text()), "{}", after.text());
                prop_assert!(cut.len() <= 400);
                let n = |text: &str| (text.matches('\n').count(), text.matches("\r\n").count());
                if written.crlf {
                    prop_assert_eq!(n(after.text()).0, n(after.text()).1);
                } else {
                    prop_assert_eq!(n(after.text()).1, 0);
                }
            }
            // What has no place in the record is refused. Every form here can be changed, but that
            // the last entry of a list goes may cost comments that stand before it.
            Err(refused) => {
                let is_last = matches!(change, Change::Remove { .. }) && written.scope.len() == 1;
                prop_assert!(wanted.is_none() || is_last, "{refused:?} in\n{}", before.text());
            }
        }
    }
}

/// Every place of a text, with what can be done there.
fn changes_everywhere(tree: &Tree) -> Vec<Change> {
    let mut pointers = Vec::new();
    tree.root().walk(&mut |path, _| {
        pointers.push(path.pointer());
        pointers.len() < 12
    });
    let text = || Value::text("new: text # here");
    let of = |pointer: String| {
        [
            Change::set(format!("{pointer}/added"), text()),
            Change::append(format!("{pointer}/listed"), Value::map([("by", Some(text()))])),
            Change::set(pointer.clone(), text()),
            Change::append(pointer.clone(), text()),
            Change::rename(pointer.clone(), "renamed"),
            Change::remove(pointer),
        ]
    };
    pointers.into_iter().flat_map(of).collect()
}

/// Tries everything on a text; how much of it can be done.
fn tried(text: &str) -> usize {
    let file = Arc::new(SourceFile::new("exceptions/x.yaml", text));
    let Some(tree) = read(&file) else { return 0 };
    let changes = changes_everywhere(&tree);
    let made = changes.iter().filter(|change| match edited(&file, std::slice::from_ref(change)) {
        Ok(after) => {
            let wanted = intended(to_json(tree.root()), change);
            assert_eq!(read(&after).map(|tree| to_json(tree.root())), wanted, "{change:?}\n{text}");
            neighbours_stay(&file, &after, std::slice::from_ref(change));
            true
        }
        Err(_) => false,
    });
    made.count()
}

#[test]
fn whatever_a_record_looks_like_a_change_is_made_or_refused() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records");
    let (mut n_made, mut n_files) = (0, 0);
    for kind in ["valid", "invalid"] {
        for entry in std::fs::read_dir(folder.join(kind)).expect("a folder") {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
            let text = String::from_utf8_lossy(&bytes);
            n_made += tried(&text);
            n_files += 1;
            if kind == "valid" {
                n_made += tried(&text.replace('\n', "\r\n")) + tried(text.trim_end());
            }
        }
    }
    assert!(n_files > 80 && n_made > 10 * n_files, "{n_made} changes in {n_files} files");
}

#[test]
fn no_case_of_the_yaml_test_suite_makes_a_change_panic() {
    for text in crate::source::corpus::cases() {
        tried(&text);
    }
}
