//! The questions that decide about an exception, as far as a machine can answer them.
//!
//! Invariant: `no` has a fact that anybody can check, and `yes` is said only where nothing is left
//! to judge. Whether a reason is good, a scope small enough or a compensating control worth
//! anything is for people, and said to be.

use chrono::NaiveDate;

use super::Renewals;
use super::differences::breadth;
use super::portfolio::Portfolio;
use crate::changes::{Change, Kind};
use crate::finding::{Finding, Level};
use crate::history::{Revision, Trail};
use crate::model::window::{current_grant, days_between, is_past, n_days};
use crate::model::{CompensatingControl, Exception, RiskLevel};
use crate::policy::Policy;

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) topic: Topic,
    pub(crate) answer: Answer,
    /// What the answer stands on.
    pub(crate) fact: String,
}

/// What is asked; `no` is always the answer that speaks against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Reason,
    Scope,
    Accountable,
    Meanwhile,
    WayBack,
    Renewal,
    First,
}

/// In the order in which they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    No,
    ForYou,
    Yes,
}

/// All that the answers come from.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) exception: &'a Exception,
    pub(super) change: &'a Change<'a>,
    /// Those that stand in the record.
    pub(super) findings: &'a [&'a Finding],
    pub(super) policy: &'a Policy,
    pub(super) today: NaiveDate,
    pub(super) trail: Option<&'a Trail>,
    pub(super) renewals: Renewals,
    pub(super) portfolio: &'a Portfolio<'a>,
}

type Answered = (Answer, String);
type Ask = fn(&Facts<'_>) -> Answered;

/// Answers all questions that arise; that about a renewal only where there is one.
pub(super) fn answer(facts: &Facts<'_>) -> Vec<Question> {
    let questions: [(Topic, Ask); 7] = [
        (Topic::Reason, reason),
        (Topic::Scope, scope),
        (Topic::Accountable, accountable),
        (Topic::Meanwhile, meanwhile),
        (Topic::WayBack, way_back),
        (Topic::Renewal, renewal),
        (Topic::First, first),
    ];
    let is_asked = |topic| topic != Topic::Renewal || facts.renewals.is_asked_for;
    let questions = questions.into_iter().filter(|(topic, _)| is_asked(*topic));
    let answered = questions.map(|(topic, answer)| {
        let (answer, fact) = answer(facts);
        Question { topic, answer, fact }
    });
    answered.collect()
}

fn no(fact: impl Into<String>) -> Answered {
    (Answer::No, fact.into())
}

fn yes(fact: impl Into<String>) -> Answered {
    (Answer::Yes, fact.into())
}

fn for_you(fact: impl Into<String>) -> Answered {
    (Answer::ForYou, fact.into())
}

fn reason(facts: &Facts<'_>) -> Answered {
    let justification = &facts.exception.justification;
    if let Some(fault) = facts.fault_below("/justification") {
        return no(fault);
    }
    for (text, what) in
        [(&justification.blocker, "blocker"), (&justification.end_state, "end state")]
    {
        if text.trim().is_empty() {
            return no(format!("there is no {what}"));
        }
    }
    let is_changed = |pointer: &str| facts.change.fields.iter().any(|it| it.pointer == pointer);
    let has_changed = facts.change.before.is_some() && facts.change.kind != Kind::Identical;
    let news = match (
        has_changed,
        is_changed("/justification/blocker"),
        is_changed("/justification/end_state"),
    ) {
        (false, ..) => "",
        (true, false, false) => ", both as before",
        (true, true, true) => ", both of them new",
        (true, true, false) => ", the blocker another than before",
        (true, false, true) => ", the end state another than before",
    };
    for_you(format!("there is a blocker and an end state, neither of them vague{news}"))
}

fn scope(facts: &Facts<'_>) -> Answered {
    let scope = &facts.exception.scope;
    if scope.is_empty() {
        return no("it names no target");
    }
    let n = match scope.len() {
        1 => "1 target".to_owned(),
        n => format!("{n} targets"),
    };
    let broadest = scope.iter().filter_map(|target| breadth(target, facts.policy)).min();
    let size = match (broadest, scope.len()) {
        (None, _) => n,
        (Some(level), 1) => format!("{n}, a {level}"),
        (Some(level), _) => format!("{n}, the broadest a {level}"),
    };
    let fault = facts.fault(|it| it.code.name.starts_with("scope-"));
    let fault = fault.map(|fault| format!("; {fault}"));
    let change = facts.change.fields.iter().find(|it| it.pointer == "/scope").map(|it| it.kind);
    match (change, fault) {
        (Some(Kind::Widening), fault) => {
            no(format!("wider than before: {size}{}", fault.unwrap_or_default()))
        }
        (_, Some(fault)) => no(format!("{size}{fault}")),
        (Some(Kind::Tightening), None) => for_you(format!("narrower than before: {size}")),
        (_, None) => for_you(size),
    }
}

fn accountable(facts: &Facts<'_>) -> Answered {
    let exception = facts.exception;
    let owner = &exception.owner;
    if let Some(fault) = facts.fault_below("/owner") {
        return no(fault);
    }
    if owner.name.trim().is_empty() || owner.email.trim().is_empty() {
        return no("nobody is named with an address");
    }
    let Some(expires) = exception.expires else { return no("there is no last valid day") };
    if is_past(expires, facts.today) {
        return no(format!("it expired after {expires}"));
    }
    let Some(grant) = current_grant(exception) else {
        return no("the day from which it runs cannot be read");
    };
    let granted = days_between(grant.from, grant.until);
    let Some(cap) = cap(exception, facts.policy) else { return no("it names no level of risk") };
    let total = facts.started().map_or(granted, |started| days_between(started, expires));
    let max_total = facts.policy.durations.max_total_days;
    let fact = format!("{} of {cap} allowed, {total} of {max_total} in all", n_days(granted));
    if granted > cap.into() || total > max_total.into() {
        return no(fact);
    }
    if let Some(fault) = facts.fault_below("/expires") {
        return no(fault);
    }
    yes(fact)
}

/// Days of one grant that the policy allows for an exception's risk and controls.
fn cap(exception: &Exception, policy: &Policy) -> Option<u32> {
    let by_risk = policy.durations.max_days.get(exception.risk.level?);
    let controls = exception.controls.iter();
    let by_control = controls.filter_map(|id| policy.control(id)?.1.max_days);
    by_control.chain([by_risk]).min()
}

fn meanwhile(facts: &Facts<'_>) -> Answered {
    let controls = &facts.exception.compensating_controls;
    if controls.is_empty() {
        return match facts.exception.risk.level {
            Some(RiskLevel::Low) => for_you("nothing, which low risk allows"),
            _ => no("nothing does"),
        };
    }
    if let Some(fault) = facts.fault_below("/compensating_controls") {
        return no(fault);
    }
    let lacks = |what: &str, is_lacking: &dyn Fn(&CompensatingControl) -> bool| {
        let n = controls.iter().filter(|it| is_lacking(it)).count();
        (n > 0).then(|| format!("{n} of {} {what}", controls.len()))
    };
    let today = facts.today;
    let lack = lacks("without an owner", &|it| it.owner.trim().is_empty())
        .or_else(|| lacks("without evidence", &|it| it.evidence.trim().is_empty()))
        .or_else(|| lacks("never verified", &|it| it.verified.is_none()))
        .or_else(|| {
            let is_over =
                |it: &CompensatingControl| it.holds_until().is_some_and(|day| is_past(day, today));
            lacks("due for verification", &is_over)
        });
    if let Some(lack) = lack {
        return no(lack);
    }
    let is_weaker = facts.change.fields.iter().any(|field| field.kind == Kind::Weakening);
    if is_weaker {
        return no("less than before, see the change");
    }
    let oldest = controls.iter().filter_map(|it| it.verified).min();
    let oldest = oldest.map_or(String::new(), |day| format!(" on {day}"));
    for_you(match controls.len() {
        1 => format!("1 compensating control, with owner and evidence, verified{oldest}"),
        n => format!("{n} compensating controls with owners and evidence, first verified{oldest}"),
    })
}

fn way_back(facts: &Facts<'_>) -> Answered {
    let remediation = &facts.exception.remediation;
    if let Some(fault) = facts.fault_below("/remediation") {
        return no(fault);
    }
    if remediation.plan.trim().is_empty() {
        return no("there is no plan");
    }
    let next = remediation.milestones.iter().filter(|it| it.done.is_none());
    let next = next.filter_map(|it| it.due).min();
    match (next, remediation.ticket.trim().is_empty()) {
        (Some(due), _) if is_past(due, facts.today) => {
            no(format!("a milestone was due on {due}, and is not done"))
        }
        (Some(due), false) => yes(format!("plan, ticket, and a milestone on {due}")),
        (Some(due), true) => for_you(format!("plan and a milestone on {due}, but no ticket")),
        (None, false) => for_you("plan and ticket, but no milestone ahead"),
        (None, true) => for_you("a plan, but no ticket and no milestone ahead"),
    }
}

fn renewal(facts: &Facts<'_>) -> Answered {
    let Renewals { n, limit, .. } = facts.renewals;
    if n > limit {
        return no(format!("{} renewal, and the policy allows {limit}", nth(n)));
    }
    if let Some(fault) = facts.fault_below("/renewals") {
        return no(fault);
    }
    let is_new = |pointer: &str| pointer.starts_with("/renewals/");
    let is_told = facts.change.fields.iter().any(|it| is_new(&it.pointer) && it.before.is_none());
    let last = facts.exception.renewals.last().filter(|_| is_told);
    let Some(last) = last else { return no("no new entry of `renewals` says why") };
    for (text, what) in [(&last.reason, "reason"), (&last.evidence, "evidence")] {
        if text.trim().is_empty() {
            return no(format!("the new entry of `renewals` has no {what}"));
        }
    }
    let left = match limit - n {
        0 => "none left after this one".to_owned(),
        left => format!("{left} left after this one"),
    };
    for_you(format!("its reason and evidence are none of those before; {left}"))
}

fn first(facts: &Facts<'_>) -> Answered {
    let Portfolio { overlapping, alike, closed, .. } = facts.portfolio;
    let records =
        |n: usize| if n == 1 { "1 record has".to_owned() } else { format!("{n} records have") };
    if !overlapping.is_empty() {
        return no(format!("{} its control at an overlapping place", records(overlapping.len())));
    }
    match alike.len() + closed.len() {
        0 => yes("no record has its control at its place, and none of its team elsewhere"),
        n => for_you(format!("{} its control in the same team, at other places", records(n))),
    }
}

/// `1st`, `2nd`, `3rd`, `4th`.
pub(crate) fn nth(n: usize) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

impl Facts<'_> {
    /// What the first error in a part of the record says.
    fn fault_below(&self, pointer: &str) -> Option<String> {
        self.fault(|finding| {
            let rest = finding.place.pointer.strip_prefix(pointer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn fault(&self, is_meant: impl Fn(&Finding) -> bool) -> Option<String> {
        let own = self.change.record()?.file().path();
        let mut errors = self
            .findings
            .iter()
            .filter(|finding| finding.level == Level::Error && finding.place.file.path() == own);
        let fault = errors.find(|finding| is_meant(finding))?;
        Some(format!("{} {}", fault.code.id, fault.code.name))
    }

    /// The first day: that of the first landing, or `opened` where that is earlier.
    fn started(&self) -> Option<NaiveDate> {
        let landed = self.trail.and_then(|trail| trail.revisions.first()).and_then(Revision::day);
        [landed, self.exception.opened].into_iter().flatten().min()
    }
}

impl Topic {
    /// As a program knows it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Scope => "scope",
            Self::Accountable => "accountable",
            Self::Meanwhile => "meanwhile",
            Self::WayBack => "way-back",
            Self::Renewal => "renewal",
            Self::First => "first",
        }
    }

    /// As people are asked.
    pub(crate) fn asks(self) -> &'static str {
        match self {
            Self::Reason => "does it say why the control is not met yet?",
            Self::Scope => "is the scope the smallest that solves it?",
            Self::Accountable => "one accountable person, a last day within the caps?",
            Self::Meanwhile => "is the risk reduced meanwhile, and shown to be?",
            Self::WayBack => "is there a way back?",
            Self::Renewal => "is there a new reason and new evidence to renew it?",
            Self::First => "is it the first of its kind?",
        }
    }
}

impl Answer {
    /// As a program knows it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::ForYou => "for-you-to-judge",
        }
    }

    /// As people read it.
    pub(crate) fn said(self) -> &'static str {
        match self {
            Self::ForYou => "for you to judge",
            known => known.as_str(),
        }
    }
}
