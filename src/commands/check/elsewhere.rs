//! What a finding in a record that a change leaves alone is to the change.
//!
//! Invariant: pure, and never softens what the change itself has caused.

use chrono::NaiveDate;

use crate::finding::{Finding, Level};
use crate::model::window::days_between;
use crate::policy::{Elsewhere, Gate};
use crate::rules::EXPIRED;

/// The level of a finding elsewhere that was there before the change. `expires` is the last valid
/// day of its record.
pub(super) fn level(
    finding: &Finding,
    expires: Option<NaiveDate>,
    gate: &Gate,
    today: NaiveDate,
) -> Level {
    let is_in_grace = *finding.code == EXPIRED
        && expires.is_some_and(|day| days_between(day, today) <= i64::from(gate.grace_days));
    match finding.level {
        // What could not be judged is not known to be harmless.
        level if finding.code.unjudged => level,
        Level::Error if gate.elsewhere == Elsewhere::Warning || is_in_grace => Level::Warning,
        level => level,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::finding::{Code, Place};
    use crate::text::SourceFile;

    static OTHER: Code = Code::error("EXC101", "other");
    static UNREADABLE: Code = Code::unjudged("EXC010", "unreadable");
    static EXPIRED_HERE: Code = EXPIRED;

    fn on(code: &'static Code, today: &str, elsewhere: Elsewhere, grace_days: u32) -> Level {
        let finding = code.finding(Place::file(&Arc::new(SourceFile::default())), "wrong");
        let day = |text: &str| text.parse().expect("a day");
        let gate = Gate { elsewhere, grace_days };
        level(&finding, Some(day("2026-11-10")), &gate, day(today))
    }

    #[test]
    fn the_last_day_of_grace_still_warns_and_the_day_after_fails() {
        let on = |today| on(&EXPIRED_HERE, today, Elsewhere::Error, 7);
        assert_eq!(on("2026-11-11"), Level::Warning);
        assert_eq!(on("2026-11-17"), Level::Warning);
        assert_eq!(on("2026-11-18"), Level::Error);
    }

    #[test]
    fn without_grace_the_day_after_the_last_one_fails() {
        assert_eq!(on(&EXPIRED_HERE, "2026-11-11", Elsewhere::Error, 0), Level::Error);
    }

    #[test]
    fn grace_is_for_what_expires_and_nothing_else() {
        assert_eq!(on(&OTHER, "2026-11-11", Elsewhere::Error, 7), Level::Error);
    }

    #[test]
    fn a_policy_may_soften_everything_but_what_could_not_be_judged() {
        assert_eq!(on(&OTHER, "2026-11-11", Elsewhere::Warning, 0), Level::Warning);
        assert_eq!(on(&EXPIRED_HERE, "2027-11-11", Elsewhere::Warning, 0), Level::Warning);
        assert_eq!(on(&UNREADABLE, "2026-11-11", Elsewhere::Warning, 7), Level::Error);
    }
}
