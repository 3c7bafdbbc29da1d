//! What holds for all rules together, whatever the records say.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use proptest::prelude::*;

use super::testing::{POLICY, RECORD, overlaid, policy};
use super::{Context, check};
use crate::finding::{Finding, Kind};
use crate::model::window::{Status, days_after, status};
use crate::policy::Policy;
use crate::register::{self, Register};
use crate::text::SourceFile;

/// Everything that rules about several records look at is small, so that records meet often.
static TIGHT: LazyLock<Policy> = LazyLock::new(|| {
    policy(&overlaid(POLICY, "budgets: {per_team: 2, per_control: 2}\ncliff: {records: 2}\n"))
});

/// A record without its place in the register.
#[derive(Clone, Debug)]
struct Draft {
    opened: NaiveDate,
    expires: NaiveDate,
    renewed: Option<(NaiveDate, NaiveDate)>,
    verified: NaiveDate,
    reviewed: Option<NaiveDate>,
    due: NaiveDate,
    done: bool,
    closed: Option<NaiveDate>,
    control: usize,
    target: usize,
    owner: usize,
    title: usize,
}

impl Draft {
    fn file(&self, id: &str) -> Arc<SourceFile> {
        let control = ["AZ-NET-004", "LOG-002", "NO-SUCH"][self.control];
        let target = [
            "azure:/subscriptions/s",
            "azure:/subscriptions/s/resourceGroups/g",
            "service:/gateway",
            "nowhere",
        ][self.target];
        let owner = ["alice", "al1ce", "bob"][self.owner];
        let title =
            ["A plain title", "TODO", "Model pr\u{43e}xy", "\"hidden \\u200b\""][self.title];
        let mut changes = format!(
            "id: {id}\ntitle: {title}\ncontrols: [{control}]\nscope: [{target}]\nowner: {{name: Somebody, email: {owner}@example.com, team: {owner}}}\nopened: {}\nexpires: {}\n",
            self.opened, self.expires
        );
        changes += &format!(
            "compensating_controls:\n  - {{description: list, owner: a@example.com, evidence: run, verified: {}, verify_every: 30d}}\n",
            self.verified
        );
        let done = if self.done { format!(", done: {}", self.due) } else { String::new() };
        changes += &format!(
            "remediation: {{plan: move, milestones: [{{due: {}, what: moved{done}}}]}}\n",
            self.due
        );
        if let Some((date, until)) = self.renewed {
            changes += &format!(
                "renewals: [{{date: {date}, until: {until}, reason: late, evidence: ticket}}]\n"
            );
        }
        if let Some(date) = self.reviewed {
            changes += &format!("reviews: [{{date: {date}, by: board, note: noted}}]\n");
        }
        if let Some(date) = self.closed {
            changes += &format!("closed: {{date: {date}, outcome: remediated, note: noted}}\n");
        }
        Arc::new(SourceFile::new(format!("exceptions/{id}.yaml"), overlaid(RECORD, &changes)))
    }
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (0..900_u32).prop_map(|days| days_after("2025-11-20".parse().expect("a date"), days))
}

fn draft() -> impl Strategy<Value = Draft> {
    let last_day = prop_oneof![day(), Just("2027-01-31".parse().expect("a date"))];
    let dates = (day(), last_day, prop::option::of((day(), day())), day(), prop::option::of(day()));
    let rest = (day(), any::<bool>(), prop::option::weighted(0.2, day()), 0..3_usize, 0..4_usize);
    (dates, rest, 0..3_usize, 0..4_usize).prop_map(
        |(
            (opened, expires, renewed, verified, reviewed),
            (due, done, closed, control, target),
            owner,
            title,
        )| Draft {
            opened,
            expires,
            renewed,
            verified,
            reviewed,
            due,
            done,
            closed,
            control,
            target,
            owner,
            title,
        },
    )
}

/// Drafts with ids of which some are the same but for case.
fn files() -> impl Strategy<Value = Vec<Arc<SourceFile>>> {
    prop::collection::vec(draft(), 0..6).prop_map(|drafts| {
        let ids =
            ["EXC-2026-AAAA", "EXC-2026-BBBB", "exc-2026-bbbb", "EX-O1", "EX-0l", "EXC-2026-ZZZZ"];
        drafts.iter().zip(ids).map(|(draft, id)| draft.file(id)).collect()
    })
}

fn load(files: &[Arc<SourceFile>]) -> Register {
    register::from_files("exceptions", files.to_vec(), &TIGHT.record_schema)
}

fn judge(files: &[Arc<SourceFile>], today: NaiveDate) -> Vec<Finding> {
    check(&load(files), &Context { policy: &TIGHT, today })
}

fn show(finding: &Finding) -> String {
    let label = |place: &crate::finding::Place| {
        format!("{}:{:?}{}", place.file.path(), place.span, place.pointer)
    };
    let labels: Vec<String> =
        finding.labels.iter().map(|at| format!("{} {}", label(&at.place), at.text)).collect();
    format!(
        "{} {} {} {} {labels:?} {:?} {:?}",
        label(&finding.place),
        finding.code.id,
        finding.level.as_str(),
        finding.message,
        finding.help,
        finding.record
    )
}

fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(show).collect()
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_in_which_files_are_found_makes_no_difference(
        (files, shuffled) in files().prop_flat_map(|files| {
            (Just(files.clone()), Just(files).prop_shuffle())
        }),
        today in day(),
    ) {
        prop_assert_eq!(shown(&judge(&files, today)), shown(&judge(&shuffled, today)));
    }

    #[test]
    fn d3_the_verdict_depends_on_the_records_and_the_day_alone(files in files(), today in day()) {
        prop_assert_eq!(shown(&judge(&files, today)), shown(&judge(&files, today)));
    }

    #[test]
    fn what_has_expired_never_becomes_active_again(draft in draft(), today in day(), later in 0..900_u32) {
        let register = load(&[draft.file("EXC-2026-AAAA")]);
        let exception = &register.records[0].exception;
        let (now, then) = (status(exception, true, today), status(exception, true, days_after(today, later)));
        let may_be = match now {
            Status::Closed => then == Status::Closed,
            Status::Expired => then == Status::Expired,
            _ => then == Status::Active || then == Status::Expired,
        };
        prop_assert!(may_be, "{now:?} then {then:?}");
    }

    #[test]
    fn time_alone_heals_no_record(files in files(), today in day(), later in 0..900_u32) {
        let waiting = |today| {
            let findings = judge(&files, today);
            let calendar = findings.into_iter().filter(|finding| finding.code.kind == Kind::Calendar);
            calendar.map(|finding| finding.place.file.path().to_owned()).collect::<Vec<_>>()
        };
        let then = waiting(days_after(today, later));
        for path in waiting(today) {
            prop_assert!(then.contains(&path), "{path} had something to do on {today}");
        }
    }

    #[test]
    fn structural_findings_do_not_come_from_the_clock(files in files(), a in day(), b in day()) {
        let structural = |today| {
            let mut findings = judge(&files, today);
            // A day that lies ahead is measured against today, and only heals.
            findings.retain(|finding| finding.code.kind == Kind::Structural && finding.code.id != "EXC213");
            shown(&findings)
        };
        prop_assert_eq!(structural(a), structural(b));
    }

    #[test]
    fn days_that_lie_ahead_only_become_fewer(files in files(), today in day(), later in 0..900_u32) {
        let ahead = |today| {
            let findings = judge(&files, today);
            findings.iter().filter(|finding| finding.code.id == "EXC213").count()
        };
        prop_assert!(ahead(days_after(today, later)) <= ahead(today));
    }

    #[test]
    fn another_record_changes_nothing_that_is_wrong_with_a_record_by_itself(
        files in files(),
        more in draft(),
        today in day(),
    ) {
        let by_itself = |files: &[Arc<SourceFile>]| {
            let register = load(files);
            let context = Context { policy: &TIGHT, today };
            let others = register.records.iter().filter(|record| !record.file().path().contains("NEWR"));
            others.flat_map(|record| shown(&super::judging::check_record(record, &context))).collect::<Vec<_>>()
        };
        let mut with_more = files.clone();
        with_more.push(more.file("EXC-2026-NEWR"));
        prop_assert_eq!(by_itself(&files), by_itself(&with_more));
    }

    #[test]
    fn a_record_that_shares_nothing_changes_no_finding_elsewhere(files in files(), today in day()) {
        let stranger = overlaid(RECORD, "id: EXC-2026-NEWR\ncontrols: [UNSHARED-1]\nscope: [service:/unshared]\nowner: {name: Somebody, email: unshared@example.com, team: unshared}\nrequester: {name: Another, email: lee.park@example.com}\nexpires: 2099-01-01\n");
        let stranger = Arc::new(SourceFile::new("exceptions/EXC-2026-NEWR.yaml", stranger));
        let mut with_stranger = files.clone();
        with_stranger.push(stranger);
        let elsewhere = |files: &[Arc<SourceFile>]| {
            let mut findings = judge(files, today);
            // An empty register is no record's finding.
            findings.retain(|finding| !finding.place.file.path().contains("NEWR") && finding.code.id != "EXC306");
            shown(&findings)
        };
        prop_assert_eq!(elsewhere(&files), elsewhere(&with_stranger));
    }
}

/// The drafts above must reach the rules that the properties are about.
#[test]
fn drafts_raise_findings_of_every_scope_and_kind() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut raised = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let files = files().new_tree(&mut runner).expect("files").current();
        let today = day().new_tree(&mut runner).expect("a day").current();
        raised.extend(judge(&files, today).iter().map(|finding| finding.code.id));
    }
    for code in [
        "EXC202", "EXC203", "EXC205", "EXC206", "EXC207", "EXC208", "EXC209", "EXC210", "EXC211",
        "EXC213", "EXC301", "EXC302", "EXC303", "EXC304", "EXC305", "EXC306", "EXC604", "EXC606",
        "EXC607",
    ] {
        assert!(raised.contains(code), "{code}: {raised:?}");
    }
}
