//! Each form in which records are written, and what becomes of it.

use std::sync::Arc;

use super::*;

fn file(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new("exceptions/x.yaml", text))
}

#[track_caller]
fn after(text: &str, change: Change) -> String {
    edited(&file(text), &[change]).expect("it can be changed").text().to_owned()
}

fn renewal() -> Value {
    Value::map([
        ("date", Some(Value::plain("2026-11-20"))),
        ("until", Some(Value::plain("2027-01-31"))),
        ("reason", Some(Value::text("The vendor moved its release, see ticket 48213"))),
        ("evidence", None),
    ])
}

const RECORD: &str = "\
# why this is here
id: EXC-2026-K7QD # the id
expires: 2026-12-31   # promised

# how often
renewals: []  # none yet
reviews:
  # the first
  - {date: 2026-11-01, by: alice, note: 'fine'}   # by alice
# the end
";

#[test]
fn a_day_is_replaced_and_its_comment_stays() {
    let text = after(RECORD, Change::set("/expires", Value::plain("2027-01-31")));
    assert_eq!(text, RECORD.replace("2026-12-31", "2027-01-31"));
}

#[test]
fn an_empty_list_begins_below_its_key() {
    let text = after(RECORD, Change::append("/renewals", renewal()));
    let begun = "renewals:  # none yet
  - date: 2026-11-20
    until: 2027-01-31
    reason: The vendor moved its release, see ticket 48213
";
    assert_eq!(text, RECORD.replace("renewals: []  # none yet\n", begun));
}

#[test]
fn an_entry_follows_the_last_one_in_its_column() {
    let review =
        Value::map([("date", Some(Value::plain("2026-11-20"))), ("by", Some(Value::text("bob")))]);
    let text = after(RECORD, Change::append("/reviews", review));
    let last = "note: 'fine'}   # by alice\n";
    assert_eq!(text, RECORD.replace(last, &format!("{last}  - date: 2026-11-20\n    by: bob\n")));
}

#[test]
fn a_key_that_is_missing_stands_where_people_look_for_it() {
    let closed = Value::map([
        ("date", Some(Value::plain("2026-11-20"))),
        ("outcome", Some(Value::plain("remediated"))),
    ]);
    let text = after(RECORD, Change::set("/closed", closed));
    let last = "note: 'fine'}   # by alice\n";
    let closed = "closed:\n  date: 2026-11-20\n  outcome: remediated\n";
    assert_eq!(text, RECORD.replace(last, &format!("{last}{closed}")));
}

#[test]
fn line_breaks_and_a_missing_last_one_stay_as_they_are() {
    let text = after(&RECORD.replace('\n', "\r\n"), Change::append("/renewals", renewal()));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let text =
        after("id: x\nrenewals:\n- date: 2026-01-01", Change::append("/renewals", renewal()));
    assert!(text.ends_with("48213") && text.contains("\n- date: 2026-11-20\n  until"), "{text}");
}

#[test]
fn what_is_written_on_one_line_stays_on_one_line() {
    let text = "id: x\nreviews: [{date: 2026-01-01, by: a, note: b}]\n";
    let review = Value::map([("by", Some(Value::text("c, d")))]);
    assert_eq!(
        after(text, Change::append("/reviews", review)),
        "id: x\nreviews: [{date: 2026-01-01, by: a, note: b}, {by: \"c, d\"}]\n"
    );
    let text = "{id: x, expires: 2026-12-31}\n";
    assert_eq!(
        after(text, Change::append("/reviews", Value::text("a"))),
        "{id: x, expires: 2026-12-31, reviews: [a]}\n"
    );
    let text = "risk: {level: low}\n";
    assert_eq!(
        after(text, Change::set("/risk/statement", Value::text("a: b"))),
        "risk: {level: low, statement: \"a: b\"}\n"
    );
}

#[test]
fn a_text_keeps_its_place_however_it_was_written() {
    for old in [
        "plan: old",
        "plan: 'old # text'",
        "plan: \"old\\u0020text\"",
        "plan: |\n  old\n  text",
        "plan: >-\n  old\n\n  text",
        "plan:\n  old\n  text",
        "plan: old\n  text",
        "plan:",
    ] {
        let text = format!("id: x\n{old}\n# end\nopened: 2026-01-01\n");
        let changed = after(&text, Change::set("/plan", Value::text("new text")));
        // A block that can say it says it.
        let changed = changed.replace(">-\n  ", "").replace(":\n  new", ": new");
        assert_eq!(changed, "id: x\nplan: new text\n# end\nopened: 2026-01-01\n", "{old}");
    }
}

#[test]
fn an_entry_or_a_key_is_taken_away_with_its_line() {
    let text = "scope:\n  - a # one\n  - b # two\n  - c\ntags: [x, y, z]\n";
    assert_eq!(after(text, Change::remove("/scope/1")), text.replace("  - b # two\n", ""));
    assert_eq!(after(text, Change::remove("/scope/0")), text.replace("  - a # one\n", ""));
    assert_eq!(after(text, Change::remove("/scope/2")), text.replace("  - c\n", ""));
    assert_eq!(after(text, Change::remove("/tags/0")), text.replace("x, ", ""));
    assert_eq!(after(text, Change::remove("/tags/2")), text.replace(", z", ""));
    assert_eq!(after(text, Change::remove("/tags")), text.replace("tags: [x, y, z]\n", ""));
    assert_eq!(after("tags:\n  - x\nid: a\n", Change::remove("/tags/0")), "tags: []\nid: a\n");
    let map = "- a: 1\n  b: 2\n";
    assert_eq!(after(&format!("list:\n{map}"), Change::remove("/list/0/a")), "list:\n- b: 2\n");
}

#[test]
fn a_key_gets_another_name_and_keeps_its_place() {
    let rename = || Change::rename("/exipres", "expires");
    for old in
        ["exipres: 2026-12-31 # x", "\"exipres\":  2026-12-31", "{exipres: 2026-12-31, id: x}"]
    {
        let new = old.replace("\"exipres\"", "expires").replace("exipres", "expires");
        assert_eq!(after(&format!("# a\n{old}\n"), rename()), format!("# a\n{new}\n"));
    }
    let both = file("exipres: 2026-12-31\nexpires: 2026-11-30\n");
    edited(&both, &[rename()]).expect_err("no key is given twice");
}

#[test]
fn a_list_that_says_nothing_begins_wherever_its_key_stands() {
    let review = || Change::append("/reviews", Value::map([("by", Some(Value::text("bob")))]));
    for (old, new) in [
        ("reviews:\n", "reviews:\n  - by: bob\n"),
        ("reviews:", "reviews:\n  - by: bob"),
        ("reviews:\n  # none so far\n", "reviews:\n  - by: bob\n  # none so far\n"),
        ("reviews:   # none\ntags: []\n", "reviews:  # none\n  - by: bob\ntags: []\n"),
        ("reviews: ~\n", "reviews:\n  - by: bob\n"),
        ("reviews:\ntags: [a]\n", "reviews:\n  - by: bob\ntags: [a]\n"),
    ] {
        assert_eq!(after(&format!("id: x\n{old}"), review()), format!("id: x\n{new}"), "{old}");
    }
}

#[test]
fn no_comment_of_another_entry_goes_with_one() {
    let text = "scope: [\n  a, # the one\n  b # the other\n  ]\n";
    assert_eq!(after(text, Change::remove("/scope/1")), "scope: [\n  a, # the one\n  ]\n");
    assert_eq!(after(text, Change::remove("/scope/0")), "scope: [\n  b # the other\n  ]\n");
    let text = "scope: [a, # the one\n  b]\n";
    let found = edited(&file(text), &[Change::remove("/scope/0")]).expect_err("refused");
    assert_eq!(found.pointer, "/scope/0");
}

#[test]
fn what_cannot_be_changed_alone_is_refused_with_its_place() {
    let refused = |text: &str, change| edited(&file(text), &[change]).expect_err("refused");
    let found = refused("plan: # why\n  - a\n", Change::set("/plan", Value::text("b")));
    assert_eq!(found.pointer, "/plan");
    let found = refused("id: x\n", Change::remove("/scope/0"));
    assert_eq!(found.reason, "there is no such place in the record");
    let found = refused("renewals: text\n", Change::append("/renewals", renewal()));
    assert_eq!(found.reason, "there is no such place in the record");
    let found = refused("id: x\nid: y\n", Change::set("/id", Value::text("z")));
    assert_eq!(found.reason, "the record cannot be read");
}

#[test]
fn a_block_scalar_at_the_end_of_a_list_keeps_its_lines() {
    for header in ["|", "|-", "|+", ">", ">+"] {
        let text = format!(
            "reviews:\n  - by: a\n    note: {header}\n      one\n      two\n\n\nopened: 2026-01-01\n"
        );
        let changed =
            after(&text, Change::append("/reviews", Value::map([("by", Some(Value::text("b")))])));
        assert!(changed.contains("  - by: b\n"), "{changed}");
        assert_eq!(changed.replace("  - by: b\n", ""), text);
    }
}

#[test]
fn a_list_at_the_column_of_its_key_takes_an_entry_whatever_its_first_one_is() {
    let text = "id: x\nrenewals:\n- {date: 2026-01-01}  # one\nopened: 2026-01-01\n";
    let review = Value::map([("by", Some(Value::text("bob")))]);
    let last = "# one\n";
    assert_eq!(
        after(text, Change::append("/renewals", review)),
        text.replace(last, &format!("{last}- by: bob\n"))
    );
    let one = "id: x\nrenewals:\n- {date: 2026-01-01}\n- {date: 2026-02-01}\n";
    assert_eq!(
        after(one, Change::remove("/renewals/0")),
        "id: x\nrenewals:\n- {date: 2026-02-01}\n"
    );
}

#[test]
fn the_comments_right_above_an_entry_go_with_it() {
    let text = "\
milestones:
  # in the order of their days

  # agreed with the vendor
  - due: 2027-01-15 # the first
    what: staging
  # another matter
  # of two lines
  - {due: 2027-02-15, what: production}
# the end
";
    let gone = |pointer: &str| after(text, Change::remove(pointer));
    let second = "  # another matter\n  # of two lines\n  - {due: 2027-02-15, what: production}\n";
    assert_eq!(gone("/milestones/1"), text.replace(second, ""));
    let first = "  # agreed with the vendor\n  - due: 2027-01-15 # the first\n    what: staging\n";
    assert_eq!(gone("/milestones/0"), text.replace(first, ""));
    let text = "scope: [\n  # why\n  a,\n  b\n  ]\n";
    assert_eq!(after(text, Change::remove("/scope/0")), "scope: [\n  b\n  ]\n");
}

#[test]
fn a_list_that_is_emptied_keeps_what_is_said_about_it() {
    let text = "tags: # to filter by\n  # in words\n\n  # of the vendor\n  - x # once\nid: a\n";
    let emptied = "tags: []  # to filter by\n  # in words\nid: a\n";
    assert_eq!(after(text, Change::remove("/tags/0")), emptied);
    let text = "tags:\n# of the vendor\n- x\n";
    assert_eq!(after(text, Change::remove("/tags/0")), "tags: []\n");
    let crlf = "tags: # all\r\n  # one\r\n  - x\r\nid: a\r\n";
    assert_eq!(after(crlf, Change::remove("/tags/0")), "tags: []  # all\r\nid: a\r\n");
}
