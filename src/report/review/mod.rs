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
use crate::history::{Emergency, Needs, Stage, Trail};
use crate::model::{Exception, window};
use crate::policy::Policy;
use crate::register::Register;
use crate::source::Record;

/// What the pages of all records share.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// The policy of the branch into which the change goes.
    pub(crate) policy: &'a Policy,
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
    pub(crate) stated: Vec<Stated>,
    /// Worst first.
    pub(crate) findings: Vec<&'a Finding>,
    /// None where nothing is to be decided: the record is closed or gone.
    pub(crate) questions: Vec<Question>,
    pub(crate) portfolio: Portfolio<'a>,
    /// None where nobody has to approve it.
    pub(crate) needs: Option<Needs<'a>>,
    pub(crate) emergency: Option<Emergency>,
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
        needs: Option<Needs<'a>>,
    ) -> Option<Self> {
        let record = change.record()?;
        let findings: Vec<&Finding> =
            setting.findings.iter().filter(|finding| is_about(finding, record)).collect();
        let portfolio = Portfolio::of(record, setting);
        let renewals = Renewals::of(change, trail, setting.policy);
        let is_decided = change.after.is_none_or(|after| !after.exception.is_open());
        let questions = match is_decided {
            true => Vec::new(),
            false => questions::answer(&questions::Facts {
                exception: &record.exception,
                change,
                findings: &findings,
                policy: setting.policy,
                today: setting.today,
                trail,
                renewals,
                portfolio: &portfolio,
            }),
        };
        let differences = differences::of(change, renewals, setting.policy);
        let stated = differences::stated(change, setting.policy);
        let emergency = emergency(change, setting, trail, needs.as_ref());
        Some(Self {
            change,
            record,
            trail,
            renewals,
            differences,
            stated,
            findings,
            questions,
            portfolio,
            needs,
            emergency,
        })
    }

    pub(crate) fn exception(&self) -> &'a Exception {
        &self.record.exception
    }

    pub(crate) fn n_errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.level == Level::Error).count()
    }
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
    let late_days = setting.policy.approvals.late_days;
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
