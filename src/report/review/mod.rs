//! What a reviewer has to know about one record: what changes, what is wrong with it, the questions
//! that decide, what else there is of its kind, and who has to approve it.
//!
//! [`differences`] says what changes and what stays and matters, [`questions`] answers what a
//! machine can answer, and [`portfolio`] tells what the register has besides.

pub(crate) mod differences;
pub(crate) mod portfolio;
pub(crate) mod questions;
pub(crate) mod surroundings;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use self::differences::{Difference, Stated};
use self::portfolio::Portfolio;
use self::questions::Question;
use crate::changes::{Change, Kind};
use crate::finding::{Finding, Level};
use crate::git::ObjectId;
use crate::history::{Emergency, Needs, Stage, State, Trail, Vote};
use crate::model::{Exception, window};
use crate::policy::Policy;
use crate::register::Register;
use crate::source::Record;

/// What the pages of all records share.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// The policy of the branch into which the change goes.
    pub(crate) policy: &'a Policy,
    /// Days within which the approval of an emergency may follow, by the settled policy.
    pub(crate) late_days: u32,
    pub(crate) today: NaiveDate,
    /// The register as the change leaves it.
    pub(crate) register: &'a Register,
    /// Everything that is wrong with it, worst first.
    pub(crate) findings: &'a [Finding],
}

/// All that a reviewer has to know about a record.
pub(crate) struct Reviewed<'a> {
    pub(crate) change: &'a Change<'a>,
    /// The text that there is: after, else before.
    pub(crate) record: &'a Record,
    /// None where the record has never been on the mainline.
    pub(crate) trail: Option<&'a Trail>,
    pub(crate) renewals: Renewals,
    /// Most serious first.
    pub(crate) differences: Vec<Difference<'a>>,
    /// What an approval grants beyond the change; none where that is the change itself.
    pub(crate) granted: Option<Granted<'a>>,
    pub(crate) stated: Vec<Stated>,
    /// Worst first.
    pub(crate) findings: Vec<&'a Finding>,
    /// None where nothing is to be decided: the record is closed or gone.
    pub(crate) questions: Vec<Question>,
    pub(crate) portfolio: Portfolio<'a>,
    /// None where nobody has to approve it.
    pub(crate) needs: Option<Needs<'a>>,
    /// The approvals and rejections that come with the change.
    pub(crate) given: Vec<Vote>,
    pub(crate) emergency: Option<Emergency>,
}

/// All that an approval of a text grants, where texts that nobody approved have landed before it: it
/// is one of the whole text, and so of everything since the settled one.
pub(crate) struct Granted<'a> {
    /// From the settled text to the one that is reviewed.
    pub(crate) change: &'a Change<'a>,
    /// Most serious first.
    pub(crate) differences: Vec<Difference<'a>>,
    /// The day on which the settled text landed and its commit; none where nobody has ever approved
    /// the record.
    pub(crate) settled: Option<(Option<NaiveDate>, ObjectId)>,
    /// Whether a text that nobody approved stands on the mainline; else the settled text landed
    /// after the change was begun.
    pub(crate) is_open: bool,
}

/// How far a record has been renewed, as history tells and the policy allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Renewals {
    /// With the one that is asked for, if one is.
    pub(crate) n: usize,
    pub(crate) limit: usize,
    /// How many the record itself states.
    pub(crate) claimed: usize,
    pub(crate) is_asked_for: bool,
    pub(crate) first_promised: Option<NaiveDate>,
}

impl<'a> Reviewed<'a> {
    /// The page of a record; `None` for a change of nothing.
    pub(crate) fn new(
        change: &'a Change<'a>,
        setting: Setting<'a>,
        trail: Option<&'a Trail>,
        (needs, given): (Option<Needs<'a>>, Vec<Vote>),
        since_settled: Option<&'a Change<'a>>,
    ) -> Option<Self> {
        let record = change.record()?;
        let findings: Vec<&Finding> =
            setting.findings.iter().filter(|finding| is_about(finding, record)).collect();
        let portfolio = Portfolio::of(record, setting);
        let renewals = Renewals::of(change, trail, setting.policy);
        // Whoever approves decides about all that nobody has approved yet.
        let decided = since_settled.unwrap_or(change);
        let all_renewals =
            Renewals { is_asked_for: renewals.is_asked_for || is_renewal(decided), ..renewals };
        let is_decided = change.after.is_none_or(|after| !after.exception.is_open());
        let questions = match is_decided {
            true => Vec::new(),
            false => questions::answer(&questions::Facts {
                exception: &record.exception,
                change: decided,
                findings: &findings,
                policy: setting.policy,
                today: setting.today,
                trail,
                renewals: all_renewals,
                portfolio: &portfolio,
            }),
        };
        let differences = differences::of(change, renewals, setting.policy, setting.today);
        let granted = since_settled.map(|since| Granted {
            change: since,
            differences: differences::of(since, all_renewals, setting.policy, setting.today),
            settled: trail.and_then(settled_at),
            is_open: trail.is_some_and(|trail| {
                trail.revisions.last().is_some_and(|it| it.state == State::Open)
            }),
        });
        let is_read_whole = change.kind == Kind::Identical;
        let stated =
            differences::stated(if is_read_whole { change } else { decided }, setting.policy);
        let emergency = emergency(change, setting, trail, needs.as_ref());
        Some(Self {
            change,
            record,
            trail,
            renewals,
            differences,
            granted,
            stated,
            findings,
            questions,
            portfolio,
            needs,
            given,
            emergency,
        })
    }

    pub(crate) fn exception(&self) -> &'a Exception {
        &self.record.exception
    }

    /// Whether the page states the whole record, and not what differs alone.
    pub(crate) fn is_whole(&self) -> bool {
        let is_new = |change: &Change<'_>| change.kind == Kind::New;
        self.change.kind == Kind::Identical
            || is_new(self.change)
            || self.granted.as_ref().is_some_and(|granted| is_new(granted.change))
    }

    /// Whether approvals or rejections are all that the change brings.
    pub(crate) fn is_of_approvals(&self) -> bool {
        self.change.kind == Kind::Identical && !self.given.is_empty()
    }

    pub(crate) fn n_errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.level == Level::Error).count()
    }
}

/// When the settled text of a record landed.
fn settled_at(trail: &Trail) -> Option<(Option<NaiveDate>, ObjectId)> {
    let settled = trail.settled.as_ref()?.file().text();
    let is_it = |text: &&crate::history::Revision| {
        text.text.as_ref().is_some_and(|text| text.file().text() == settled)
    };
    let revision = trail.revisions.iter().rev().find(is_it)?;
    Some((revision.day(), revision.commit))
}

/// The emergency that a record states, and where its approval stands: of a text that has to land
/// first nothing is awaited yet.
fn emergency(
    change: &Change<'_>,
    setting: Setting<'_>,
    trail: Option<&Trail>,
    needs: Option<&Needs<'_>>,
) -> Option<Emergency> {
    let exception = &change.after?.exception;
    let stated = exception.emergency.as_ref()?;
    let late_days = setting.late_days;
    let landed = trail.and_then(|trail| trail.emergency(late_days, setting.today));
    if let Some(landed) = landed {
        return Some(landed);
    }
    let (declared, reason) = (stated.declared.clone(), stated.reason.clone());
    Some(Emergency { declared, reason, stage: needs.map(|_| Stage::Ahead), late_days })
}

/// Whether a finding is about a record: it stands there, or what it contradicts does.
pub(crate) fn is_about(finding: &Finding, record: &Record) -> bool {
    let own = record.file().path();
    let labels = finding.labels.iter().map(|label| label.place.file.path());
    labels.chain([finding.place.file.path()]).any(|path| path == own)
}

impl Renewals {
    fn of(change: &Change<'_>, trail: Option<&Trail>, policy: &Policy) -> Self {
        let landed = trail.map_or(0, |trail| trail.renewals);
        let is_asked_for = is_renewal(change);
        Self {
            n: landed + usize::from(is_asked_for),
            limit: policy.durations.max_renewals,
            claimed: change.record().map_or(0, |record| record.exception.renewals.len()),
            is_asked_for,
            first_promised: trail.and_then(|trail| trail.first_promised),
        }
    }

    /// Whether the record states another number than its history shows.
    pub(crate) fn is_misstated(&self) -> bool {
        self.n != self.claimed
    }
}

/// Whether a change allows for longer what was allowed before.
fn is_renewal(change: &Change<'_>) -> bool {
    let (Some(before), Some(after)) = (change.before, change.after) else { return false };
    let is_later = match (before.exception.expires, after.exception.expires) {
        (Some(before), Some(after)) => window::is_past(before, after),
        (before, after) => before.is_some() && after.is_none(),
    };
    is_later || change.fields.iter().any(|field| field.kind == Kind::Reopened)
}
