//! What the register has besides a record: of its team, of its controls, and at its place.

use chrono::NaiveDate;

use super::Setting;
use crate::model::window::{days_between, is_past};
use crate::model::{Exception, Target};
use crate::source::Record;

/// Days for which a closed exception counts as recent.
const RECENT: i64 = 365;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Portfolio<'a> {
    /// None where the record names no team.
    pub(crate) team: Option<Share<'a>>,
    pub(crate) controls: Vec<Share<'a>>,
    /// Records with one of its controls at one of its places.
    pub(crate) overlapping: Vec<Other<'a>>,
    /// Other records of its team for one of its controls that were closed in the last year.
    pub(crate) closed: Vec<Other<'a>>,
    /// Open records of its team for one of its controls.
    pub(crate) alike: Vec<&'a str>,
}

/// Open exceptions that share something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Share<'a> {
    pub(crate) name: &'a str,
    /// With the record itself, where that is open.
    pub(crate) n_open: usize,
    pub(crate) budget: Option<usize>,
    /// Without the record itself.
    pub(crate) others: Vec<&'a str>,
}

/// Another record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Other<'a> {
    pub(crate) id: &'a str,
    pub(crate) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Expired(NaiveDate),
    /// On a day, if the record states one.
    Closed(Option<NaiveDate>),
}

impl<'a> Portfolio<'a> {
    pub(super) fn of(record: &'a Record, setting: Setting<'a>) -> Self {
        let own = &*record.exception;
        let is_other = |other: &&'a Record| other.exception.id != own.id;
        let others: Vec<&Exception> =
            setting.register.records.iter().filter(is_other).map(|it| &*it.exception).collect();
        let is_in_register = setting.register.exceptions().any(|it| it.id == own.id);
        let n_own = usize::from(own.is_open() && is_in_register);
        let share = |name: &'a str, budget, is_shared: &dyn Fn(&Exception) -> bool| {
            let others: Vec<&str> = others
                .iter()
                .filter(|it| it.is_open() && is_shared(it))
                .map(|it| it.id.as_str())
                .collect();
            Share { name, n_open: others.len() + n_own, budget, others }
        };
        let budgets = &setting.policy.budgets;
        let is_of_team = |it: &Exception| {
            !own.owner.team.is_empty() && it.owner.team.eq_ignore_ascii_case(&own.owner.team)
        };
        let has_control = |it: &Exception| it.controls.iter().any(|id| own.controls.contains(id));
        let team = Some(&own.owner.team).filter(|team| !team.is_empty());
        let controls = own
            .controls
            .iter()
            .map(|id| share(id, budgets.per_control, &|it: &Exception| it.controls.contains(id)));
        let targets = targets(own);
        let overlapping = others.iter().filter(|it| has_control(it) && overlaps(&targets, it));
        let overlapping: Vec<Other<'_>> = overlapping.map(|it| other(it, setting.today)).collect();
        let is_known = |id: &str| overlapping.iter().any(|it| it.id == id);
        let alike = || {
            let alike = others.iter().filter(|it| is_of_team(it) && has_control(it));
            alike.filter(|it| !is_known(&it.id))
        };
        Self {
            team: team.map(|team| share(team, budgets.per_team, &is_of_team)),
            controls: controls.collect(),
            closed: alike()
                .filter(|it| is_recently_closed(it, setting.today))
                .map(|it| other(it, setting.today))
                .collect(),
            alike: alike().filter(|it| it.is_open()).map(|it| it.id.as_str()).collect(),
            overlapping,
        }
    }
}

fn targets(exception: &Exception) -> Vec<Target<'_>> {
    exception.scope.iter().filter_map(|text| Target::parse(text).ok()).collect()
}

/// Whether one of the targets lies within one of an exception's, or the other way round.
fn overlaps(targets: &[Target<'_>], exception: &Exception) -> bool {
    self::targets(exception)
        .iter()
        .any(|other| targets.iter().any(|own| own.covers(other) || other.covers(own)))
}

fn other(exception: &Exception, today: NaiveDate) -> Other<'_> {
    let state = match (&exception.closed, exception.expires) {
        (Some(closed), _) => State::Closed(closed.date),
        (None, Some(expires)) if is_past(expires, today) => State::Expired(expires),
        (None, _) => State::Open,
    };
    Other { id: &exception.id, state }
}

fn is_recently_closed(exception: &Exception, today: NaiveDate) -> bool {
    let date = exception.closed.as_ref().and_then(|closed| closed.date);
    date.is_some_and(|date| days_between(date, today) <= RECENT)
}

impl std::fmt::Display for Other<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)?;
        match self.state {
            State::Open => Ok(()),
            State::Expired(day) => write!(f, " (expired after {day})"),
            State::Closed(Some(day)) => write!(f, " (closed {day})"),
            State::Closed(None) => f.write_str(" (closed)"),
        }
    }
}
