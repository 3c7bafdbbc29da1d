//! What changes in a record, as a reviewer has to see it, and what does not change and matters.

use std::fmt;

use chrono::NaiveDate;

use super::Renewals;
use crate::changes::{Change, FieldChange, Kind};
use crate::model::window::{day_before, days_after, is_past};
use crate::model::{CompensatingControl, Exception, Renewal, Target};
use crate::policy::Policy;

/// One difference.
#[derive(Debug)]
pub(crate) enum Difference<'a> {
    Scope(Scope),
    Until(Until<'a>),
    /// A compensating control that is gone.
    Gone(&'a str),
    /// One that came.
    Came(&'a CompensatingControl),
    Deleted {
        was_open: bool,
    },
    Closed(End<'a>),
    /// How it had ended.
    Reopened(End<'a>),
    /// Anything else, as `exc diff` says it.
    Field(&'a FieldChange),
}

#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) kind: Kind,
    pub(crate) added: Vec<Place>,
    pub(crate) removed: Vec<Place>,
    pub(crate) n_before: usize,
    pub(crate) n_after: usize,
}

/// A target, and how much it takes in.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) target: String,
    /// `whole subscription`; none where it is not known.
    pub(crate) breadth: Option<String>,
    /// The target of the other side that covers it.
    pub(crate) within: Option<String>,
}

/// How an exception was closed.
#[derive(Debug)]
pub(crate) struct End<'a> {
    pub(crate) outcome: Option<&'static str>,
    pub(crate) date: Option<NaiveDate>,
    pub(crate) note: &'a str,
}

/// Another last valid day.
#[derive(Debug)]
pub(crate) struct Until<'a> {
    pub(crate) before: Option<NaiveDate>,
    pub(crate) after: Option<NaiveDate>,
    /// Where that is later.
    pub(crate) renewals: Option<Renewals>,
    /// The days between the old one and today, on which nothing covers what is allowed again.
    pub(crate) uncovered: Option<(NaiveDate, NaiveDate)>,
    /// What the record says about it.
    pub(crate) entry: Option<&'a Renewal>,
}

/// A part of a record that a reviewer has to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stated {
    pub(crate) label: &'static str,
    pub(crate) text: String,
}

/// Labels of what can be looked up elsewhere.
pub(crate) const EVIDENCE: &str = "evidence";
pub(crate) const TICKET: &str = "ticket";
pub(crate) const LINK: &str = "link";

/// Fields that the page of a new record says elsewhere, or need not say.
const ELSEWHERE: [&str; 15] = [
    "id",
    "title",
    "controls",
    "scope",
    "bindings",
    "risk",
    "owner",
    "requester",
    "justification",
    "compensating_controls",
    "remediation",
    "opened",
    "expires",
    "emergency",
    "links",
];

pub(super) fn of<'a>(
    change: &'a Change<'a>,
    renewals: Renewals,
    policy: &Policy,
    today: NaiveDate,
) -> Vec<Difference<'a>> {
    let exception = |record: Option<&'a crate::source::Record>| record.map(|it| &*it.exception);
    let (before, after) = match (exception(change.before), exception(change.after)) {
        (Some(before), Some(after)) => (before, after),
        (Some(before), None) => return vec![Difference::Deleted { was_open: before.is_open() }],
        (None, _) => {
            let is_elsewhere = |it: &&FieldChange| ELSEWHERE.contains(&top(&it.pointer));
            let fields = change.fields.iter().filter(|it| !is_elsewhere(it));
            return fields.map(Difference::Field).collect();
        }
    };
    let entry = is_until(change).then(|| new_entry(change, after)).flatten();
    let mut found = Vec::with_capacity(change.fields.len());
    for field in &change.fields {
        let difference = match (top(&field.pointer), index(&field.pointer)) {
            ("scope", None) if field.before.is_none() && field.after.is_none() => {
                Difference::Scope(Scope::of(field, before, after, policy))
            }
            ("expires", None) => Difference::Until(Until {
                before: before.expires,
                after: after.expires,
                uncovered: uncovered(before, after, today),
                renewals: Some(renewals).filter(|it| it.is_asked_for),
                entry: entry.map(|(_, entry)| entry),
            }),
            ("closed", _) if found.iter().any(is_end) => continue,
            ("closed", _) => match (end(before), end(after)) {
                (None, Some(end)) => Difference::Closed(end),
                (Some(end), None) => Difference::Reopened(end),
                _ => Difference::Field(field),
            },
            ("renewals", Some(at)) if entry.is_some_and(|(known, _)| known == at) => continue,
            ("compensating_controls", Some(at)) if field.after.is_none() => {
                match before.compensating_controls.get(at) {
                    Some(control) => Difference::Gone(&control.description),
                    None => Difference::Field(field),
                }
            }
            ("compensating_controls", Some(at)) if field.before.is_none() => {
                match after.compensating_controls.get(at) {
                    Some(control) => Difference::Came(control),
                    None => Difference::Field(field),
                }
            }
            // One that says something else is another one.
            ("compensating_controls", None) => match replaced(change, &field.pointer) {
                Some(at) if field.pointer == description(at) => {
                    found.push(Difference::Gone(field.before.as_deref().unwrap_or_default()));
                    match after.compensating_controls.get(at) {
                        Some(control) => Difference::Came(control),
                        None => Difference::Field(field),
                    }
                }
                Some(_) => continue,
                None => Difference::Field(field),
            },
            _ => Difference::Field(field),
        };
        found.push(difference);
    }
    found
}

fn is_end(difference: &Difference<'_>) -> bool {
    matches!(difference, Difference::Closed(_) | Difference::Reopened(_))
}

fn end(exception: &Exception) -> Option<End<'_>> {
    let closed = exception.closed.as_ref()?;
    let outcome = closed.outcome.map(|outcome| outcome.as_str());
    Some(End { outcome, date: closed.date, note: &closed.note })
}

fn description(at: usize) -> String {
    format!("/compensating_controls/{at}/description")
}

/// The compensating control to which a field belongs, where its description differs too.
fn replaced(change: &Change<'_>, pointer: &str) -> Option<usize> {
    let at = pointer.split('/').nth(2)?.parse().ok()?;
    let description = description(at);
    let is_other = change.fields.iter().any(|field| field.pointer == description);
    is_other.then_some(at)
}

/// `scope` of `/scope/0`.
fn top(pointer: &str) -> &str {
    pointer.split('/').nth(1).unwrap_or_default()
}

/// The index of a whole entry of a list: 0 of `/renewals/0`, none of `/renewals/0/date`.
fn index(pointer: &str) -> Option<usize> {
    let mut parts = pointer.split('/').skip(2);
    let index = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(index)
}

fn is_until(change: &Change<'_>) -> bool {
    change.fields.iter().any(|field| field.pointer == "/expires")
}

/// The days that stay uncovered if the change lands today, as the trail will count them.
fn uncovered(
    before: &Exception,
    after: &Exception,
    today: NaiveDate,
) -> Option<(NaiveDate, NaiveDate)> {
    let (before, after) = (before.expires.filter(|_| before.is_open())?, after.expires?);
    let (from, through) = (days_after(before, 1), day_before(today));
    (!is_past(after, today) && !is_past(through, from)).then_some((from, through))
}

/// The last renewal, if this change has added it.
fn new_entry<'a>(change: &Change<'_>, after: &'a Exception) -> Option<(usize, &'a Renewal)> {
    let at = after.renewals.len().checked_sub(1)?;
    let is_new =
        |field: &FieldChange| field.pointer == format!("/renewals/{at}") && field.before.is_none();
    change.fields.iter().any(is_new).then(|| (at, &after.renewals[at]))
}

impl Scope {
    fn of(field: &FieldChange, before: &Exception, after: &Exception, policy: &Policy) -> Self {
        let places = |targets: &[String], others: &[String]| {
            let place = |target: &String| Place {
                breadth: breadth(target, policy).map(|it| it.to_string()),
                within: covering(target, others),
                target: target.clone(),
            };
            targets.iter().map(place).collect()
        };
        Self {
            kind: field.kind,
            added: places(&field.added, &before.scope),
            removed: places(&field.removed, &after.scope),
            n_before: before.scope.len(),
            n_after: after.scope.len(),
        }
    }
}

/// The nearest of some targets that covers one.
fn covering(target: &str, others: &[String]) -> Option<String> {
    let own = Target::parse(target).ok()?;
    let others = others.iter().filter_map(|text| Target::parse(text).ok());
    let around = others.filter(|other| other.covers(&own)).max_by_key(Target::n_segments);
    around.map(|target| target.to_string())
}

/// How much a target takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Level<'p> {
    /// Broadest first.
    index: usize,
    name: &'p str,
    is_broad: bool,
}

/// The level at which a target stands; none where its kind is not known.
pub(super) fn breadth<'p>(target: &str, policy: &'p Policy) -> Option<Level<'p>> {
    let target = Target::parse(target).ok()?;
    let kind = policy.scope.get(target.kind())?;
    let index = target.breadth(&kind.levels).ok()?.0;
    let broadest = kind.broadest.as_ref();
    let broadest = broadest.and_then(|level| kind.levels.iter().position(|it| it == level));
    let name = kind.levels.get(index)?;
    Some(Level { index, name, is_broad: broadest.map_or(index == 0, |broadest| index < broadest) })
}

impl fmt::Display for Level<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.is_broad { "whole " } else { "" };
        let name = match self.name {
            "managementGroups" => "management group",
            "subscriptions" => "subscription",
            "resourceGroups" => "resource group",
            name => name,
        };
        write!(f, "{whole}{name}")
    }
}

/// What a reviewer has to read although it is no difference: everything that decides in a new
/// record and in one that is looked at without a change, the reasons in one that goes on.
pub(super) fn stated(change: &Change<'_>, policy: &Policy) -> Vec<Stated> {
    let Some(record) = change.after else { return Vec::new() };
    let exception = &*record.exception;
    let stated = |label, text: &str| Stated { label, text: text.to_owned() };
    let is_same = |pointer: &str| change.fields.iter().all(|field| field.pointer != pointer);
    let reasons = [
        ("blocker", "/justification/blocker", &exception.justification.blocker),
        ("end state", "/justification/end_state", &exception.justification.end_state),
    ];
    let mut found = Vec::new();
    let is_whole = matches!(change.kind, Kind::New | Kind::Identical);
    if is_whole {
        found.extend(exception.controls.iter().map(|id| {
            let title = policy.control(id).map(|(_, control)| control.title.as_str());
            let title = title.unwrap_or("(not in the catalogue of the policy)");
            Stated { label: "control", text: format!("{id}  {title}") }
        }));
        found.extend(exception.scope.iter().map(|target| {
            let breadth = breadth(target, policy).map_or(String::new(), |it| format!("  ({it})"));
            Stated { label: "scope", text: format!("{target}{breadth}") }
        }));
        let bindings = exception.bindings.iter().map(ToString::to_string);
        found.extend(bindings.map(|text| Stated { label: "bound to", text }));
        found.push(stated("risk", &exception.risk.statement));
    }
    let goes_on = change.kind > Kind::Closed && exception.is_open();
    if is_whole || goes_on {
        let reasons = reasons.iter().filter(|(_, pointer, _)| is_whole || is_same(pointer));
        found.extend(reasons.map(|(label, _, text)| stated(label, text)));
    }
    for (at, control) in exception.compensating_controls.iter().enumerate() {
        // What came or has other evidence stands among the differences.
        let own = format!("/compensating_controls/{at}");
        let is_kept =
            ["", "/description", "/evidence"].iter().all(|it| is_same(&(own.clone() + it)));
        if is_whole || (goes_on && is_kept) {
            found.push(stated("meanwhile", &control.description));
            found.push(stated(EVIDENCE, &control.evidence));
        }
    }
    if is_whole {
        found.push(stated("way back", &exception.remediation.plan));
    }
    if is_whole || (goes_on && is_same("/remediation/ticket")) {
        found.push(stated(TICKET, &exception.remediation.ticket));
    }
    if is_whole {
        found.extend(exception.links.iter().map(|link| stated(LINK, link)));
        found.extend(exception.emergency.as_ref().map(|it| Stated {
            label: "emergency",
            text: format!("declared {}: {}", it.declared, it.reason),
        }));
    }
    found.retain(|it| !it.text.is_empty());
    found
}
