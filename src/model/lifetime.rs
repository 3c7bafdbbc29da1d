//! Lengths of time as people write them: `30d`, `4w`, `3m`, `1y`.

use chrono::{Days, Months, NaiveDate};

/// A number of days, weeks, months or years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    Days(u32),
    Months(u32),
}

impl Lifetime {
    /// Reads `30d`, `4w`, `3m` or `1y`: a number from 1 to 9999 and a unit.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        if number.len() > 4 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: u32 = number.parse().ok().filter(|&number| number > 0)?;
        match unit {
            "d" => Some(Self::Days(number)),
            "w" => Some(Self::Days(number * 7)),
            "m" => Some(Self::Months(number)),
            "y" => Some(Self::Months(number * 12)),
            _ => None,
        }
    }

    /// Whether it is longer than any year: 366 days, or twelve months.
    pub(crate) fn is_longer_than_a_year(self) -> bool {
        match self {
            Self::Days(days) => days > 366,
            Self::Months(months) => months > 12,
        }
    }

    /// The day this long after `start`. A month that lacks the day ends on its last one: three
    /// months after 30 November is 28 or 29 February. `None` past the end of the calendar.
    pub(crate) fn after(self, start: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(days) => start.checked_add_days(Days::new(days.into())),
            Self::Months(months) => start.checked_add_months(Months::new(months)),
        }
    }

    /// The day this long before `end`, by the same rule. `None` before the beginning of the calendar.
    pub(crate) fn before(self, end: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(days) => end.checked_sub_days(Days::new(days.into())),
            Self::Months(months) => end.checked_sub_months(Months::new(months)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn after(text: &str, start: &str) -> String {
        let start = start.parse().expect("a date");
        Lifetime::parse(text)
            .expect("a lifetime")
            .after(start)
            .expect("in the calendar")
            .to_string()
    }

    #[test]
    fn weeks_are_seven_days_and_years_twelve_months() {
        assert_eq!(after("2w", "2026-11-20"), "2026-12-04");
        assert_eq!(after("1y", "2026-11-20"), "2027-11-20");
    }

    #[test]
    fn a_month_that_lacks_the_day_ends_on_its_last_one() {
        assert_eq!(after("3m", "2026-11-30"), "2027-02-28");
        assert_eq!(after("1y", "2028-02-29"), "2029-02-28");
    }

    #[test]
    fn a_leap_year_is_no_longer_than_a_year() {
        let is_longer =
            |text: &str| Lifetime::parse(text).expect("a lifetime").is_longer_than_a_year();
        for text in ["366d", "52w", "12m", "1y"] {
            assert!(!is_longer(text), "{text}");
        }
        for text in ["367d", "53w", "13m", "2y"] {
            assert!(is_longer(text), "{text}");
        }
    }

    #[test]
    fn no_number_no_unit_and_zero_are_no_lifetime() {
        for text in ["", "d", "30", "0d", "-3d", "+3d", "99999d", "３d", "30 d", "30D"] {
            assert_eq!(Lifetime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn back_and_forth_follow_one_rule() {
        let before = |text: &str, end: &str| {
            let end = end.parse().expect("a date");
            Lifetime::parse(text).and_then(|it| it.before(end)).map(|day| day.to_string())
        };
        assert_eq!(before("90d", "2026-11-20").as_deref(), Some("2026-08-22"));
        assert_eq!(before("3m", "2026-05-31").as_deref(), Some("2026-02-28"));
        assert_eq!(Lifetime::Months(9999).before(NaiveDate::MIN), None);
    }

    #[test]
    fn past_the_end_of_the_calendar_is_none() {
        assert_eq!(Lifetime::Months(9999).after(NaiveDate::MAX), None);
    }
}
