//! What the page of one record says, in a register of good records with parts replaced.

use std::sync::Arc;

use super::questions::{Answer, Topic};
use super::{Reviewed, Setting};
use crate::changes;
use crate::register::{self, Register};
use crate::rules::testing::{POLICY, RECORD, overlaid, policy, today};
use crate::rules::{self, Context};
use crate::source::RecordSchema;
use crate::text::SourceFile;

const OWN: &str = "EXC-2026-K7QD";

/// The page of the good record, changed from `before` (none for a new one) to `after`, among others.
#[derive(Default)]
struct Case<'a> {
    before: Option<&'a str>,
    after: &'a str,
    others: &'a [(&'a str, &'a str)],
    policy: &'a str,
}

fn register(files: &[(&str, String)]) -> Register {
    let schema = RecordSchema::new(&[]).expect("the schema is a schema");
    let file = |(id, text): &(&str, String)| {
        Arc::new(SourceFile::new(format!("exceptions/{id}.yaml"), text.as_str()))
    };
    register::from_files("exceptions", files.iter().map(file).collect(), &schema)
}

impl Case<'_> {
    fn look<T>(&self, look: impl FnOnce(&Reviewed<'_>) -> T) -> T {
        let policy = policy(&overlaid(POLICY, self.policy));
        let own = |changes: &str| (OWN, overlaid(RECORD, changes));
        let before = register(&self.before.map(own).into_iter().collect::<Vec<_>>());
        let mut files = vec![own(self.after)];
        files.extend(self.others.iter().map(|(id, changes)| {
            (*id, overlaid(&overlaid(RECORD, &format!("id: {id}")), changes))
        }));
        let after = register(&files);
        let findings = rules::check(&after, &Context { policy: &policy, today: today() });
        let setting = Setting {
            policy: &policy,
            late_days: 3,
            today: today(),
            register: &after,
            findings: &findings,
        };
        let own =
            |register: &'_ Register| register.records.iter().position(|it| it.exception.id == OWN);
        let record = own(&after).map(|at| &after.records[at]);
        let settled = own(&before).map(|at| &before.records[at]);
        let change = changes::compare(settled, record);
        look(
            &Reviewed::new(&change, setting, None, (None, Vec::new()), None)
                .expect("there is a record"),
        )
    }

    #[track_caller]
    fn asked(&self, topic: Topic) -> (Answer, String) {
        self.look(|page| {
            let question = page.questions.iter().find(|it| it.topic == topic);
            question.map(|it| (it.answer, it.fact.clone())).expect("the question arises")
        })
    }
}

/// What a question about a new record gets for an answer.
#[track_caller]
fn check(topic: Topic, after: &str, answer: Answer, fact: &str) {
    let asked = Case { after, ..Case::default() }.asked(topic);
    assert_eq!(asked, (answer, fact.to_owned()));
}

/// The same about a change.
#[track_caller]
fn check_change(topic: Topic, before: &str, after: &str, answer: Answer, fact: &str) {
    let asked = Case { before: Some(before), after, ..Case::default() }.asked(topic);
    assert_eq!(asked, (answer, fact.to_owned()));
}

#[test]
fn a_reason_is_never_called_good() {
    let given = "there is a blocker and an end state, neither of them vague";
    check(Topic::Reason, "", Answer::ForYou, given);
    let vague = "justification: {blocker: We needed this to work., end_state: Traffic enters through the private endpoint.}";
    check(Topic::Reason, vague, Answer::No, "EXC111 vague-justification");
    let missing = "justification: {end_state: Traffic enters through the private endpoint.}";
    check(Topic::Reason, missing, Answer::No, "EXC102 missing-field");
    let same = format!("{given}, both as before");
    check_change(Topic::Reason, "", "expires: 2027-02-01", Answer::ForYou, &same);
}

#[test]
fn a_scope_that_widens_is_not_the_smallest_and_no_other_is_called_it() {
    check(Topic::Scope, "", Answer::ForYou, "1 target, a resource group");
    let broad = "scope: [azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b]";
    let fact = "1 target, a whole subscription; EXC122 scope-too-broad";
    check(Topic::Scope, broad, Answer::No, fact);
    check_change(Topic::Scope, "", broad, Answer::No, &format!("wider than before: {fact}"));
    let (two, one) = ("scope: [service:/a, service:/b/c]", "scope: [service:/a/x]");
    let wider = "wider than before: 2 targets, the broadest a service";
    check_change(Topic::Scope, one, two, Answer::No, wider);
    let narrower = "narrower than before: 1 target, a component";
    check_change(Topic::Scope, two, one, Answer::ForYou, narrower);
    check(Topic::Scope, "scope: [elsewhere:/a/b]", Answer::No, "1 target; EXC120 scope-kind");
}

#[test]
fn one_person_and_a_day_within_the_caps_is_a_fact() {
    let topic = Topic::Accountable;
    check(topic, "", Answer::Yes, "87 days of 90 allowed, 87 of 540 in all");
    check(topic, "expires: 2027-02-03", Answer::Yes, "90 days of 90 allowed, 90 of 540 in all");
    check(topic, "expires: 2027-02-04", Answer::No, "91 days of 90 allowed, 91 of 540 in all");
    // The control allows less than low risk does.
    let low = "risk: {level: low, statement: A leaked key could be used from anywhere.}\nexpires: 2027-03-06";
    check(topic, low, Answer::No, "121 days of 120 allowed, 121 of 540 in all");
    let group = "owner: {name: AI platform, email: ai-team@example.com, team: ai-platform}";
    check(topic, group, Answer::No, "EXC112 owner-is-group");
    check(topic, "expires: 2026-11-19", Answer::No, "it expired after 2026-11-19");
    check(topic, "expires: 2026-11-20", Answer::Yes, "15 days of 90 allowed, 15 of 540 in all");
}

#[test]
fn what_reduces_the_risk_is_looked_after_or_it_does_not_count() {
    let topic = Topic::Meanwhile;
    let one = "1 compensating control, with owner and evidence, verified on 2026-11-02";
    check(topic, "", Answer::ForYou, one);
    check(topic, "compensating_controls: []", Answer::No, "nothing does");
    let low = "risk: {level: low, statement: A leaked key could be used from anywhere.}";
    let none = format!("{low}\ncompensating_controls: []");
    check(topic, &none, Answer::ForYou, "nothing, which low risk allows");
    let stale = RECORD.replace("verified: 2026-11-02", "verified: 2026-10-20");
    check(topic, &stale, Answer::No, "EXC209 verification-stale");
    let other = RECORD.replace("IP allow-list limited to", "An allow-list of");
    check_change(topic, "", &other, Answer::No, "less than before, see the change");
}

#[test]
fn a_way_back_has_a_plan_a_ticket_and_a_milestone_ahead() {
    let topic = Topic::WayBack;
    check(topic, "", Answer::Yes, "plan, ticket, and a milestone on 2027-01-15");
    let plan = "plan: Migrate to private link in the vendor's 2027-02 release.";
    let with = |more: &str| format!("remediation:\n  {plan}\n  {more}");
    let is = |more: &str, answer, fact| check(topic, &with(more), answer, fact);
    is("", Answer::ForYou, "a plan, but no ticket and no milestone ahead");
    is("ticket: PLAT-2231", Answer::ForYou, "plan and ticket, but no milestone ahead");
    let late = "milestones: [{due: 2027-02-15, what: Private endpoint in staging}]";
    // What comes after the last valid day is no way back from it.
    is(late, Answer::No, "EXC202 dates-reversed");
    let past = "milestones: [{due: 2026-11-19, what: Private endpoint in staging}]";
    is(past, Answer::No, "a milestone was due on 2026-11-19, and is not done");
    let done = past.replace("staging}", "staging, done: 2026-11-18}");
    is(&done, Answer::ForYou, "a plan, but no ticket and no milestone ahead");
}

#[test]
fn a_renewal_needs_a_new_entry_and_is_asked_about_only_where_there_is_one() {
    let topic = Topic::Renewal;
    let asked = |after: &str| {
        Case { before: Some(""), after, ..Case::default() }
            .look(|page| page.questions.iter().any(|it| it.topic == topic))
    };
    assert!(!asked("expires: 2027-01-30") && asked("expires: 2027-02-01"));
    let fact = "no new entry of `renewals` says why";
    check_change(topic, "", "expires: 2027-02-01", Answer::No, fact);
    let entry = "expires: 2027-02-10\nrenewals:\n  - {date: 2026-11-20, until: 2027-02-10, reason: The vendor moved the preview to February (ticket 49020)., evidence: https://example.com/vendor/49020}";
    let fact = "its reason and evidence are none of those before; 1 left after this one";
    check_change(topic, "", entry, Answer::ForYou, fact);
    let again = entry.replace(
        "The vendor moved the preview to February (ticket 49020).",
        "The vendor's region offers no private link before 2027-02 (vendor ticket 48213).",
    );
    check_change(topic, "", &again, Answer::No, "EXC216 renewal-repeats");
    let case = Case {
        before: Some(""),
        after: entry,
        policy: "durations: {max_renewals: 0}",
        ..Case::default()
    };
    assert_eq!(case.asked(topic), (Answer::No, "1st renewal, and the policy allows 0".to_owned()));
}

#[test]
fn a_repeat_is_seen_also_where_the_other_one_is_closed() {
    let asked = |others: &[(&str, &str)]| Case { others, ..Case::default() }.asked(Topic::First);
    let no = |fact: &str| (Answer::No, fact.to_owned());
    assert_eq!(asked(&[]).0, Answer::Yes);
    let closed =
        "closed: {date: 2026-11-10, outcome: remediated, note: The private link is there.}";
    let at = "1 record has its control at an overlapping place";
    assert_eq!(asked(&[("EXC-2026-AAAA", closed)]), no(at));
    let inside = "scope: [azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-proxy/providers/a/b/c]";
    assert_eq!(asked(&[("EXC-2026-AAAA", inside)]), no(at));
    let elsewhere = "scope: [service:/search]";
    let fact = "1 record has its control in the same team, at other places";
    assert_eq!(asked(&[("EXC-2026-AAAA", elsewhere)]), (Answer::ForYou, fact.to_owned()));
    let stranger =
        format!("{elsewhere}\nowner: {{name: Kim Roe, email: kim@example.com, team: search}}");
    assert_eq!(asked(&[("EXC-2026-AAAA", &stranger)]).0, Answer::Yes);
    assert_eq!(asked(&[("EXC-2026-AAAA", "controls: [LOG-002]")]).0, Answer::Yes);
}

#[test]
fn the_portfolio_counts_what_is_open_and_names_the_others() {
    let elsewhere = "scope: [service:/search]";
    let stranger =
        "scope: [service:/a]\nowner: {name: Kim Roe, email: kim@example.com, team: Search}";
    let old = format!(
        "{elsewhere}\nclosed: {{date: 2025-11-19, outcome: remediated, note: It is there.}}"
    );
    let recent = old.replace("2025-11-19", "2025-11-20");
    let case = Case {
        others: &[
            ("EXC-2026-AAAA", elsewhere),
            ("EXC-2026-BBBB", stranger),
            ("EXC-2026-CCCC", &old),
            ("EXC-2026-DDDD", &recent),
            ("EXC-2026-EEEE", "expires: 2026-11-19"),
        ],
        policy: "budgets: {per_team: 10}",
        ..Case::default()
    };
    case.look(|page| {
        let portfolio = &page.portfolio;
        let team = portfolio.team.as_ref().expect("a team");
        assert_eq!((team.n_open, team.budget), (3, Some(10)));
        assert_eq!(team.others, ["EXC-2026-AAAA", "EXC-2026-EEEE"]);
        let [control] = portfolio.controls.as_slice() else { panic!("one control") };
        assert_eq!((control.n_open, control.budget), (4, None));
        let said = |others: &[super::portfolio::Other<'_>]| {
            others.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(said(&portfolio.overlapping), ["EXC-2026-EEEE (expired after 2026-11-19)"]);
        assert_eq!(said(&portfolio.closed), ["EXC-2026-DDDD (closed 2025-11-20)"]);
    });
}

#[test]
fn a_closed_record_raises_no_question() {
    let closed =
        "closed: {date: 2026-11-10, outcome: remediated, note: The private link is there.}";
    let case = Case { before: Some(""), after: closed, ..Case::default() };
    assert!(case.look(|page| page.questions.is_empty()));
}

#[test]
fn ordinals_end_as_people_say_them() {
    let said = [1, 2, 3, 4, 11, 12, 13, 21, 111].map(super::questions::nth);
    assert_eq!(said, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "111th"]);
}
