//! What a change needs, and what an approval was given on top of.

use super::world::{ANY, ID, PATH, RECORD, World, edit, policy};
use crate::history::Verdict;
use crate::rules::testing::overlaid;

const LATER: &str = "expires: 2024-09-30";

/// Carol extends an approved record.
fn extended(approver: Option<&str>) -> World {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    if let Some(approver) = approver {
        world.sign(&mut branch, "carol", approver);
    }
    world.merge(&branch, "dana");
    world
}

/// The verdict after somebody pushes a change of an approved record.
pub(super) fn after(changes: &str) -> Verdict {
    let mut world = World::approved();
    world.push_edit("carol", changes);
    world.verdict()
}

#[test]
fn s07_an_extension_that_nobody_approved_lapses_and_counts_as_a_renewal() {
    let world = extended(None);
    assert_eq!(world.said(), "lapsed: approver not recorded in git");
    assert_eq!(world.told(), ["new approved alice (signed)", "extension unapproved"]);
    assert_eq!(world.trail().renewals, 1);
}

#[test]
fn s08_an_extension_approved_on_top_of_the_present_lineage_is_approved() {
    let world = extended(Some("bob"));
    assert_eq!(world.verdict(), Verdict::Approved);
    let trail = world.trail();
    assert_eq!(trail.renewals, 1);
    assert_eq!(trail.first_promised.map(|day| day.to_string()).as_deref(), Some("2024-03-31"));
    // From 2023-11-14, on which it was opened, to 2024-09-30.
    assert_eq!(trail.days_granted, Some(321));
}

#[test]
fn s09_a_widened_scope_lapses() {
    let wider = "scope: [\"azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b\"]";
    assert_eq!(after(wider), Verdict::Lapsed);
}

#[test]
fn s10_a_typo_in_the_title_takes_nobody() {
    assert_eq!(after("title: Model proxy keeps its public endpoint"), Verdict::Approved);
}

#[test]
fn s11_a_shorter_expiry_takes_nobody() {
    assert_eq!(after("expires: 2024-01-31"), Verdict::Approved);
}

#[test]
fn s12_a_shortened_text_put_back_with_its_old_approval_is_stale() {
    let mut world = World::approved();
    world.push_edit("carol", "expires: 2024-01-31");
    world.push_edit("carol", "expires: 2024-03-31");
    assert_eq!(
        world.told(),
        ["new approved alice (signed)", "tightening not-needed", "extension unapproved"]
    );
    assert!(world.said().contains("on top of another history"), "{}", world.said());
    assert_eq!(world.verdict(), Verdict::Lapsed);
}

#[test]
fn s15_a_record_that_is_moved_stays_approved() {
    let mut world = World::approved();
    world.push("carol", "move\n", |files| {
        let text = files.remove(PATH).expect("the record");
        files.insert(format!("exceptions/2023/{ID}.yaml"), text);
    });
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.told().last().map(String::as_str), Some("moved not-needed"));
}

#[test]
fn s16_an_id_in_two_files_is_indeterminate() {
    let mut world = World::approved();
    world.push("carol", "copy\n", |files| {
        let text = files[PATH].clone();
        files.insert("exceptions/copy.yaml".to_owned(), text);
    });
    assert_eq!(
        world.said(),
        "indeterminate: 2 files carry this id: `exceptions/EXC-2026-K7QD.yaml`, `exceptions/copy.yaml`"
    );
    world.push("carol", "no copy\n", |files| {
        files.remove("exceptions/copy.yaml");
    });
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s28_a_conflict_resolved_into_a_third_text_lapses() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    world.sign(&mut branch, "carol", "bob");
    world.push_edit("dana", "title: Another title");
    let mut files = branch.files.clone();
    edit(&mut files, "title: Another title");
    world.merge_files(&[branch.tip], "erin", "erin", "merge\n", files);
    assert_eq!(world.verdict(), Verdict::Lapsed);
    assert!(world.said().contains("another text"), "{}", world.said());
}

#[test]
fn s32_an_octopus_carries_nothing_unseen() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.merge(&branch, "alice");
    assert_eq!(world.verdict(), Verdict::Approved);
    let mut one = world.branch();
    world.edit(&mut one, "carol", LATER);
    let mut two = world.branch();
    world.commit(&mut two, "dana", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    let files = one.files.clone();
    world.merge_files(&[one.tip, two.tip], "alice", "alice", "octopus\n", files);
    assert_eq!(world.verdict(), Verdict::Lapsed);
}

#[test]
fn s33_the_revert_of_an_approved_extension_is_a_tightening() {
    let mut world = extended(Some("bob"));
    world.push_edit("carol", "expires: 2024-03-31");
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.told().last().map(String::as_str), Some("tightening not-needed"));
}

#[test]
fn s33_also_where_the_extension_had_its_renewal_entry() {
    let mut world = World::approved();
    let mut branch = world.branch();
    let renewed = format!(
        "{LATER}\nrenewals:\n  - {{date: 2024-03-01, until: 2024-09-30, reason: The vendor is late., evidence: ticket 7}}"
    );
    world.edit(&mut branch, "carol", &renewed);
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    world.push_edit("carol", "expires: 2024-03-31\nrenewals: []");
    assert_eq!(world.told().last().map(String::as_str), Some("tightening not-needed"));
}

#[test]
fn a_renewal_entry_that_goes_while_its_days_stay_is_no_tightening() {
    let mut world = World::approved();
    let mut branch = world.branch();
    let renewed = format!(
        "{LATER}\nrenewals:\n  - {{date: 2024-03-01, until: 2024-09-30, reason: The vendor is late., evidence: ticket 7}}"
    );
    world.edit(&mut branch, "carol", &renewed);
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    world.push_edit("carol", "renewals: []");
    assert_eq!(world.verdict(), Verdict::Lapsed);
}

#[test]
fn s39_a_shorter_extension_is_approved_against_the_settled_text() {
    let mut world = World::approved();
    world.push_edit("carol", "expires: 2030-12-31");
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.trail().renewals, 1);
}

#[test]
fn s40_back_to_the_approved_text_is_restored() {
    let mut world = World::approved();
    let text = world.files[PATH].clone();
    world.push_edit("carol", LATER);
    assert_eq!(world.verdict(), Verdict::Lapsed);
    world.push("carol", "back\n", |files| {
        files.insert(PATH.to_owned(), text);
    });
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.told().last().map(String::as_str), Some("restored not-needed"));
}

#[test]
fn s42_what_was_never_approved_cannot_be_tightened_into_approval() {
    let mut world = World::new();
    world.push_edit("carol", "");
    world.push_edit("carol", "expires: 2024-01-31");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert_eq!(world.told(), ["new unapproved", "new unapproved"]);
}

#[test]
fn s48_an_extension_approved_on_the_empty_lineage_lapses() {
    let empty = World::new();
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    let mut statement = world.statement(&branch.files, "bob");
    statement.after = empty.lineage();
    world.put(&mut branch, "carol", &statement, "bob");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Lapsed);
}

#[test]
fn s50_the_same_exception_under_a_new_id_is_unapproved() {
    let mut world = World::approved();
    world.push("carol", "new id\n", |files| {
        let text = files.remove(PATH).expect("the record").replace("K7QD", "ZZZZ");
        files.insert("exceptions/EXC-2026-ZZZZ.yaml".to_owned(), text);
    });
    let audit = world.audit();
    let verdict = |id| audit.trail(id).map(|trail| trail.verdict);
    assert_eq!(verdict("EXC-2026-ZZZZ"), Some(Verdict::Unapproved));
    assert_eq!(verdict(ID), Some(Verdict::Deleted));
}

#[test]
fn s53_an_overreach_that_is_tightened_is_still_compared_with_the_settled_text() {
    let mut world = World::approved();
    world.push_edit("carol", "expires: 2030-12-31");
    world.push_edit("carol", "expires: 2027-12-31");
    assert_eq!(world.verdict(), Verdict::Lapsed);
    assert_eq!(world.told().last().map(String::as_str), Some("extension unapproved"));
}

#[test]
fn s54_an_extension_put_back_with_its_old_approval_lapses() {
    let mut world = extended(Some("bob"));
    let text = world.files[PATH].clone();
    world.push_edit("carol", "expires: 2024-03-31");
    world.push("carol", "again\n", |files| {
        files.insert(PATH.to_owned(), text);
    });
    assert_eq!(world.verdict(), Verdict::Lapsed);
    assert_eq!(world.trail().renewals, 2);
}

#[test]
fn s55_a_cosmetic_commit_before_the_approved_one_disturbs_nothing() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "title: A better title");
    world.edit(&mut branch, "carol", LATER);
    world.sign(&mut branch, "carol", "alice");
    world.rebase(&branch, "dana");
    assert_eq!(
        world.told(),
        ["new approved alice (signed)", "cosmetic not-needed", "extension approved alice (signed)"]
    );
}

#[test]
fn s56_what_was_tightened_after_the_signature_takes_another_one() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    world.sign(&mut branch, "carol", "bob");
    world.push_edit("dana", "expires: 2024-01-31");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Lapsed);
    assert!(world.said().contains("on top of another history"), "{}", world.said());
}

#[test]
fn s80_a_rebase_with_two_extensions_is_one_renewal() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-06-30");
    world.edit(&mut branch, "carol", LATER);
    world.rebase(&branch, "dana");
    assert_eq!(world.trail().renewals, 1);
    world.push_edit("carol", "expires: 2024-12-31");
    assert_eq!(world.trail().renewals, 2);
}

#[test]
fn s82_a_field_that_is_not_known_is_material() {
    assert_eq!(after("shadow: 1"), Verdict::Lapsed);
}

#[test]
fn s83_a_comment_takes_nobody_and_is_listed_as_another_text() {
    let mut world = World::approved();
    world.push("carol", "comment\n", |files| {
        files.insert(PATH.to_owned(), format!("{}# seen\n", overlaid(RECORD, "")));
    });
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.told().last().map(String::as_str), Some("cosmetic not-needed"));
}

#[test]
fn s85_a_control_more_lapses() {
    assert_eq!(after("controls: [AZ-NET-004, AZ-KEY-002]"), Verdict::Lapsed);
}

#[test]
fn s86_a_control_less_takes_nobody() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "controls: [AZ-NET-004, AZ-KEY-002]");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    world.push_edit("carol", "controls: [AZ-NET-004]");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s87_upkeep_takes_nobody_and_disturbs_no_approval() {
    let mut world = World::approved();
    let lineage = world.lineage();
    world.push_edit(
        "carol",
        "reviews: [{date: 2023-12-01, by: dana@example.com, note: Still needed.}]",
    );
    world.push_edit("carol", "compensating_controls:\n  - {description: IP allow-list, reduces: use from outside, owner: ops@example.com, evidence: run 2, verified: 2023-12-02, verify_every: 30d}");
    world.push_edit("carol", "remediation: {plan: Migrate., milestones: [{due: 2024-01-15, what: Staging, done: 2024-01-10}]}");
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.told()[1..], ["upkeep not-needed"; 3]);
    assert_eq!(world.lineage(), lineage);
}

#[test]
fn s88_moving_the_day_on_which_it_was_opened_lapses() {
    assert_eq!(after("opened: 2023-11-15"), Verdict::Lapsed);
}

#[test]
fn an_approval_of_a_text_says_nothing_of_the_next_one() {
    let mut world = World::approved();
    world.push_edit("carol", "justification: {blocker: Other., end_state: Other.}");
    assert_eq!(world.verdict(), Verdict::Lapsed);
    assert_eq!(world.told().last().map(String::as_str), Some("other unapproved"));
}

#[test]
fn a_text_that_cannot_be_read_is_indeterminate_and_no_deletion() {
    let mut world = World::approved();
    world.push("carol", "oops\n", |files| {
        files.insert(PATH.to_owned(), "a: [\n".to_owned());
    });
    assert_eq!(
        world.said(),
        "indeterminate: `exceptions/EXC-2026-K7QD.yaml` cannot be read: it is not the YAML of a record"
    );
}
