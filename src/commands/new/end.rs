//! The last valid day: what is allowed, and what is proposed.

use chrono::{Datelike, NaiveDate, Weekday};

use super::ask::date;
use super::draft::Draft;
use super::filing::Filing;
use super::flags;
use super::prompt::{Conversation, Question};
use crate::env::Env;
use crate::model::{Lifetime, RiskLevel, window};
use crate::policy::Policy;
use crate::register::Register;

/// Weeks by which a proposal moves to pass by the days on which others end.
const MAX_WEEKS: u32 = 8;

/// What the policy allows a draft, and what is proposed.
pub(super) struct Allowed {
    latest: NaiveDate,
    reason: String,
    pub(super) proposed: NaiveDate,
    why: Option<String>,
}

impl Allowed {
    pub(super) fn lines(&self) -> Vec<String> {
        let first = format!("at the latest {}: {}", self.latest, self.reason);
        std::iter::once(first).chain(self.why.clone()).collect()
    }
}

pub(super) fn allowed(
    draft: &Draft,
    register: &Register,
    policy: &Policy,
    today: NaiveDate,
) -> Allowed {
    let opened = draft.exception.opened.unwrap_or(today);
    let (latest, reason) = latest(draft, policy, opened);
    let (proposed, why) = proposed(latest, opened, register, policy);
    Allowed { latest, reason, proposed, why }
}

/// Gives an emergency an end: without one, the day that would be proposed; where nobody says how
/// much is at stake, that of the highest risk.
pub(super) fn of_emergency(draft: &mut Draft, filing: &Filing<'_>, env: &mut Env<'_>) {
    if draft.exception.expires.is_some() {
        return;
    }
    let mut trial = draft.clone();
    trial.exception.risk.level.get_or_insert(RiskLevel::Critical);
    let allowed = allowed(&trial, &filing.register, &filing.workspace.policy, env.today);
    draft.exception.expires = Some(allowed.proposed);
    let text = format!("note: no last valid day is given, so it is {}", allowed.proposed);
    filing.globals.note(env, &text);
    allowed.lines().iter().for_each(|line| filing.globals.note(env, &format!("  {line}")));
}

impl Conversation<'_, '_> {
    pub(super) fn end(&mut self) -> anyhow::Result<()> {
        if self.draft.exception.expires.is_some() {
            return Ok(());
        }
        let opened = self.draft.exception.opened.unwrap_or(self.env.today);
        let allowed = allowed(self.draft, self.register, &self.workspace.policy, self.env.today);
        let question = Question::new(
            "expires",
            "the last valid day, as a date or a length of time such as 90d",
            "/expires",
        )
        .explain(allowed.lines())
        .default(&allowed.proposed.to_string());
        let Allowed { latest, reason, .. } = allowed;
        self.ask(question, |draft, answer| {
            let expires = match Lifetime::parse(answer) {
                Some(lifetime) => {
                    flags::after(lifetime, opened).map_err(|error| error.to_string())?
                }
                None => date(answer)?,
            };
            if expires < opened {
                return Err(format!("`{expires}` is before the first day, {opened}"));
            }
            if expires > latest {
                return Err(format!("`{expires}` is later than {latest}: {reason}"));
            }
            draft.exception.expires = Some(expires);
            Ok(())
        })?;
        Ok(())
    }
}

/// The latest last day that the policy allows, and which of its limits that is.
fn latest(draft: &Draft, policy: &Policy, opened: NaiveDate) -> (NaiveDate, String) {
    let exception = &draft.exception;
    let total = policy.durations.max_total_days;
    let mut limits = vec![(total, "an exception".to_owned())];
    if let Some(level) = exception.risk.level {
        limits.push((policy.durations.max_days.get(level), format!("{level} risk")));
    }
    for id in &exception.controls {
        let days = policy.control(id).and_then(|(_, control)| control.max_days);
        limits.extend(days.map(|days| (days, format!("`{id}`"))));
    }
    let (days, what) = limits.into_iter().min().expect("one was pushed");
    let reason = format!("{what} gets at most {} from {opened}", window::n_days(days.into()));
    (window::days_after(opened, days), reason)
}

/// The latest working day that is no cliff and makes none, in no week that holds one; and why it is
/// not the latest day of all.
fn proposed(
    latest: NaiveDate,
    opened: NaiveDate,
    register: &Register,
    policy: &Policy,
) -> (NaiveDate, Option<String>) {
    let ends = register.ends();
    let n_on = |day: NaiveDate| ends.get(&day).map_or(0, Vec::len);
    let limit = policy.cliff.records;
    let cliff_near = |day: NaiveDate| {
        let monday = window::monday(day);
        let mut week = (0..7).map(|after| window::days_after(monday, after));
        let is_full = |other: &NaiveDate| n_on(*other) + usize::from(*other == day) >= limit;
        week.find(is_full)
    };
    let first = window::working_day_before(latest, 0);
    let days = (0..=MAX_WEEKS).map(|weeks| window::working_day_before(first, 7 * weeks));
    let mut days = days.take_while(|&day| day >= opened);
    let free = days.find(|&day| cliff_near(day).is_none());
    let Some(day) = free else { return (latest, None) };
    let why = match cliff_near(first) {
        Some(cliff) => {
            let end = match n_on(cliff) {
                1 => "1 other ends".to_owned(),
                n => format!("{n} others end"),
            };
            Some(format!("proposed is {day}: {end} on {cliff}"))
        }
        None if day < latest => {
            let name = if latest.weekday() == Weekday::Sat { "Saturday" } else { "Sunday" };
            Some(format!("proposed is {day}: {latest} is a {name}"))
        }
        None => None,
    };
    (day, why)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::register;
    use crate::rules::testing::{POLICY, RECORD, overlaid, policy};
    use crate::text::SourceFile;

    fn proposed_beside(ends: &[&str], latest: &str) -> (String, Option<String>) {
        let policy = policy(&format!("{POLICY}cliff: {{records: 3}}\n"));
        let file = |(n, end): (usize, &&str)| {
            let changes = format!("id: R{n}\nexpires: {end}\n");
            Arc::new(SourceFile::new(format!("exceptions/{n}.yaml"), overlaid(RECORD, &changes)))
        };
        let files = ends.iter().enumerate().map(file).collect();
        let register = register::from_files("exceptions", files, &policy.record_schema);
        let day = |text: &str| text.parse().expect("a day");
        let (day, why) = proposed(day(latest), day("2026-11-20"), &register, &policy);
        (day.to_string(), why)
    }

    fn is(day: &str, why: &str) -> (String, Option<String>) {
        (day.to_owned(), Some(why.to_owned()).filter(|why| !why.is_empty()))
    }

    #[test]
    fn the_latest_day_is_proposed_if_it_is_a_working_day() {
        assert_eq!(proposed_beside(&[], "2027-02-18"), is("2027-02-18", ""));
        let why = "proposed is 2027-01-29: 2027-01-31 is a Sunday";
        assert_eq!(proposed_beside(&[], "2027-01-31"), is("2027-01-29", why));
    }

    #[test]
    fn a_week_with_a_cliff_is_passed_by_and_no_day_becomes_one() {
        let two = ["2027-02-18"; 2];
        let why = "proposed is 2027-02-11: 2 others end on 2027-02-18";
        assert_eq!(proposed_beside(&two, "2027-02-18"), is("2027-02-11", why));
        assert_eq!(proposed_beside(&two, "2027-02-19"), is("2027-02-19", ""));
        let why = "proposed is 2027-02-12: 3 others end on 2027-02-18";
        assert_eq!(proposed_beside(&["2027-02-18"; 3], "2027-02-19"), is("2027-02-12", why));
    }

    #[test]
    fn where_every_week_is_full_the_latest_day_stays() {
        let days = ["2026-11-20", "2026-11-23"].map(|day| [day; 3]).concat();
        assert_eq!(proposed_beside(&days, "2026-11-24"), is("2026-11-24", ""));
    }
}
