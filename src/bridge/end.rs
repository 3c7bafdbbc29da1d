//! When a suppression ends, as its tool understands what is written.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};

/// The end of a suppression: the first moment at which the tool no longer honours it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The tool knows ends, and this one has none.
    Never,
    /// The format has no ends: the record is the only clock, and after its last day the suppression
    /// has nothing to stand on.
    Untimed,
    At(DateTime<Utc>),
    /// The moment at which something else is to end it, such as a controller that deletes it: whatever is
    /// still there later has not ended.
    Until(DateTime<Utc>),
    /// Midnight at the beginning of the day, wherever the tool runs.
    LocalMidnight(NaiveDate),
    /// The tool drops the entry, whatever day it is.
    Dropped,
}

/// How far local midnights lie from that of UTC: the first one is in Kiritimati, the last one on
/// Baker Island.
const EAST: TimeDelta = TimeDelta::hours(14);
const WEST: TimeDelta = TimeDelta::hours(12);

impl End {
    /// Midnight UTC at the beginning of a day: what a bare date means to most tools.
    pub(crate) fn midnight(day: NaiveDate) -> Self {
        Self::At(midnight(day))
    }

    /// The first moment after an exception whose last valid day this is.
    pub(crate) fn of_exception(last: NaiveDate) -> DateTime<Utc> {
        midnight(last.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))
    }

    /// The end for programs: an instant, or a local time without a zone. None where there is none.
    pub(crate) fn written(&self) -> Option<String> {
        match self {
            Self::Never | Self::Untimed | Self::Dropped => None,
            Self::At(end) | Self::Until(end) => {
                Some(end.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            Self::LocalMidnight(day) => Some(format!("{day}T00:00:00")),
        }
    }

    /// The last day on which a record may be valid that ends no later than this: what midnight excludes
    /// is excluded. None where there is no end.
    pub(crate) fn last_day(&self) -> Option<NaiveDate> {
        match self {
            Self::Never | Self::Untimed | Self::Dropped => None,
            Self::At(end) | Self::Until(end) => end.date_naive().pred_opt(),
            Self::LocalMidnight(day) => day.pred_opt(),
        }
    }

    /// Whether it is over before `today` begins, wherever the tool runs.
    pub(crate) fn is_over(&self, today: NaiveDate) -> bool {
        match self {
            Self::Never | Self::Untimed | Self::Until(_) => false,
            Self::Dropped => true,
            Self::At(end) => *end <= midnight(today),
            Self::LocalMidnight(day) => midnight(*day) + WEST <= midnight(today),
        }
    }

    /// Whether it lasts longer than an exception whose last valid day is `last`. Of a local midnight
    /// only what is later everywhere.
    pub(crate) fn outlives(&self, last: NaiveDate) -> bool {
        let over = Self::of_exception(last);
        match self {
            Self::Never => true,
            Self::Untimed | Self::Dropped => false,
            Self::At(end) | Self::Until(end) => *end > over,
            Self::LocalMidnight(day) => midnight(*day) - EAST > over,
        }
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Untimed => f.write_str("untimed"),
            Self::Dropped => f.write_str("dropped"),
            Self::At(end) | Self::Until(end) => {
                f.write_str(&end.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            Self::LocalMidnight(day) => write!(f, "{day} 00:00 local time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_date_that_excludes_itself_is_the_day_after_the_last_one() {
        assert!(!End::midnight(day("2027-02-01")).outlives(day("2027-01-31")));
        assert!(End::midnight(day("2027-02-02")).outlives(day("2027-01-31")));
        assert!(End::Never.outlives(day("9999-12-31")));
    }

    #[test]
    fn what_cannot_have_an_end_lasts_as_long_as_its_record() {
        assert!(!End::Untimed.outlives(day("2027-01-31")));
        assert!(!End::Untimed.is_over(day("9999-12-31")));
        assert_eq!(End::Untimed.written(), None);
    }

    #[test]
    fn what_something_else_is_to_end_is_never_over_by_itself() {
        let end = End::Until("2027-02-01T00:00:00Z".parse().expect("a time"));
        assert!(!end.is_over(day("9999-12-31")));
        assert!(end.outlives(day("2027-01-30")) && !end.outlives(day("2027-01-31")));
        assert_eq!(end.last_day(), Some(day("2027-01-31")));
    }

    #[test]
    fn one_second_more_outlives() {
        let end = End::At("2027-02-01T00:00:01Z".parse().expect("a time"));
        assert!(end.outlives(day("2027-01-31")));
    }

    #[test]
    fn the_last_day_of_a_record_ends_with_the_suppression_or_before_it() {
        for (end, last) in [
            ("2027-02-01T00:00:00Z", "2027-01-31"),
            ("2027-02-01T00:00:01Z", "2027-01-31"),
            ("2027-01-31T23:59:59Z", "2027-01-30"),
        ] {
            let end = End::At(end.parse().expect("a time"));
            assert_eq!(end.last_day(), Some(day(last)), "{end}");
            assert!(end == End::At(End::of_exception(day(last))) || end.outlives(day(last)));
        }
        assert_eq!(End::LocalMidnight(day("2027-02-01")).last_day(), Some(day("2027-01-31")));
        assert_eq!(End::Never.last_day(), None);
    }

    #[test]
    fn a_local_midnight_outlives_only_where_it_is_later_everywhere() {
        assert!(!End::LocalMidnight(day("2027-02-01")).outlives(day("2027-01-31")));
        assert!(End::LocalMidnight(day("2027-02-02")).outlives(day("2027-01-31")));
    }

    #[test]
    fn what_ends_today_is_still_live_and_what_ended_at_midnight_is_not() {
        assert!(End::midnight(day("2027-02-01")).is_over(day("2027-02-01")));
        assert!(!End::midnight(day("2027-02-02")).is_over(day("2027-02-01")));
        assert!(!End::LocalMidnight(day("2027-02-01")).is_over(day("2027-02-01")));
        assert!(End::LocalMidnight(day("2027-02-01")).is_over(day("2027-02-02")));
    }
}
