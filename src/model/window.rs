//! When an exception holds. The only place that decides "expired", and the only one that
//! subtracts or adds days.
//!
//! All days are civil dates in UTC. `expires` is inclusive: the exception holds on that day.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::Exception;

/// What an exception is on a day; computed, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Not on the mainline.
    Proposed,
    Active,
    Expired,
    Closed,
}

impl Status {
    pub(crate) const ALL: [Self; 4] = [Self::Proposed, Self::Active, Self::Expired, Self::Closed];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Closed => "closed",
        }
    }
}

/// Days that somebody granted: from `opened` or a renewal's date, to the last valid day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The renewal that granted it; `None` for the first grant.
    pub(crate) renewal: Option<usize>,
    pub(crate) from: NaiveDate,
    pub(crate) until: NaiveDate,
}

/// The grant on which an exception runs: that of the last renewal, or the first one. `None` where
/// one of its days cannot be read. Of the grants before it a record does not say enough.
pub(crate) fn current_grant(exception: &Exception) -> Option<Grant> {
    let (renewal, from) = match exception.renewals.iter().enumerate().next_back() {
        Some((index, renewal)) => (Some(index), renewal.date),
        None => (None, exception.opened),
    };
    Some(Grant { renewal, from: from?, until: exception.expires? })
}

/// The status of an exception on a day. One without a readable `expires` counts as expired, since
/// nothing is open-ended.
pub(crate) fn status(exception: &Exception, on_mainline: bool, today: NaiveDate) -> Status {
    // A draft may not say yet when it ends; what has landed without an end allows nothing.
    let is_over = exception.expires.map_or(on_mainline, |expires| is_past(expires, today));
    match () {
        () if !exception.is_open() => Status::Closed,
        () if is_over => Status::Expired,
        () if on_mainline => Status::Active,
        () => Status::Proposed,
    }
}

/// Reads a day of the form `YYYY-MM-DD`, and no other.
pub(crate) fn parse_day(text: &str) -> Option<NaiveDate> {
    if !has_form_of_day(text) {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |n, digit| 10 * n + u32::from(digit - b'0'));
    let [year, month, day] = [0..4, 5..7, 8..10].map(|part| number(&text.as_bytes()[part]));
    NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day)
}

/// Whether a text is four digits, two and two with `-` between, though perhaps no day.
pub(crate) fn has_form_of_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Whether the last valid day lies behind; the day itself is still valid.
pub(crate) fn is_past(last_day: NaiveDate, today: NaiveDate) -> bool {
    last_day < today
}

/// Days from today to the last valid day: 0 on that day, negative after it.
pub(crate) fn days_left(last_day: NaiveDate, today: NaiveDate) -> i64 {
    days_between(today, last_day)
}

/// Days from one date to another; 1 from a day to the next.
pub(crate) fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// Whether a day has begun nowhere on earth: a zone ahead of UTC is at most one day ahead.
pub(crate) fn is_ahead(date: NaiveDate, today: NaiveDate) -> bool {
    days_between(today, date) > 1
}

/// The day `days` after another, or the calendar's last one.
pub(crate) fn days_after(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

/// The day `days` before another, or the calendar's first one.
pub(crate) fn days_before(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN)
}

/// The day before another, or the calendar's first one.
pub(crate) fn day_before(date: NaiveDate) -> NaiveDate {
    date.pred_opt().unwrap_or(NaiveDate::MIN)
}

/// The Monday of a day's week.
pub(crate) fn monday(day: NaiveDate) -> NaiveDate {
    days_before(day, day.weekday().num_days_from_monday())
}

/// The working day that is so many days before another, or the one before that.
pub(crate) fn working_day_before(day: NaiveDate, days: u32) -> NaiveDate {
    let mut before = days_before(day, days);
    while matches!(before.weekday(), Weekday::Sat | Weekday::Sun) {
        before = day_before(before);
    }
    before
}

/// `valid through 2027-01-31 (UTC), 72 days left`, or how long ago that was.
pub(crate) fn describe(last_day: NaiveDate, today: NaiveDate) -> String {
    match days_left(last_day, today) {
        0 => format!("valid through {last_day} (UTC), today is the last day"),
        left if left > 0 => format!("valid through {last_day} (UTC), {} left", n_days(left)),
        left => format!("expired after {last_day} (UTC), {} ago", n_days(-left)),
    }
}

/// `1 day`, `72 days`.
pub(crate) fn n_days(days: i64) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn exception(expires: &str) -> Exception {
        Exception { expires: Some(date(expires)), ..Exception::default() }
    }

    #[test]
    fn a_week_begins_on_monday_and_its_last_working_day_is_friday() {
        assert_eq!(monday(date("2026-11-20")), date("2026-11-16"));
        assert_eq!(monday(date("2026-11-16")), date("2026-11-16"));
        assert_eq!(working_day_before(date("2027-01-31"), 7), date("2027-01-22"));
        assert_eq!(working_day_before(date("2027-01-22"), 0), date("2027-01-22"));
    }

    #[test]
    fn the_expiry_day_itself_is_still_valid() {
        let exception = exception("2027-01-31");
        assert_eq!(status(&exception, true, date("2027-01-31")), Status::Active);
        assert_eq!(status(&exception, true, date("2027-02-01")), Status::Expired);
    }

    #[test]
    fn closed_wins_over_expired() {
        let exception = Exception { closed: Some(Default::default()), ..exception("2020-01-01") };
        assert_eq!(status(&exception, true, date("2026-11-20")), Status::Closed);
    }

    #[test]
    fn a_record_off_the_mainline_is_proposed_until_it_expires() {
        let exception = exception("2027-01-31");
        assert_eq!(status(&exception, false, date("2026-11-20")), Status::Proposed);
        assert_eq!(status(&exception, false, date("2027-02-01")), Status::Expired);
    }

    #[test]
    fn nothing_is_open_ended() {
        assert_eq!(status(&Exception::default(), true, date("2026-11-20")), Status::Expired);
    }

    #[test]
    fn a_message_says_the_day_the_zone_and_the_distance() {
        let last = date("2027-01-31");
        assert_eq!(
            describe(last, date("2026-11-20")),
            "valid through 2027-01-31 (UTC), 72 days left"
        );
        assert_eq!(
            describe(last, date("2027-01-30")),
            "valid through 2027-01-31 (UTC), 1 day left"
        );
        assert_eq!(describe(last, last), "valid through 2027-01-31 (UTC), today is the last day");
        assert_eq!(
            describe(last, date("2027-02-02")),
            "expired after 2027-01-31 (UTC), 2 days ago"
        );
    }

    #[test]
    fn without_renewals_the_first_grant_runs() {
        let exception = Exception { opened: Some(date("2026-11-05")), ..exception("2027-01-31") };
        let grant = current_grant(&exception).expect("a grant");
        assert_eq!((grant.from, grant.until), (date("2026-11-05"), date("2027-01-31")));
        assert_eq!(grant.renewal, None);
    }

    #[test]
    fn a_renewed_exception_runs_on_its_last_renewal() {
        let renewed = |day: &str| crate::model::Renewal {
            date: Some(date(day)),
            until: Some(date("2027-03-31")),
            ..Default::default()
        };
        let exception = Exception {
            opened: Some(date("2026-11-05")),
            renewals: vec![renewed("2026-12-20"), renewed("2027-01-20")],
            ..exception("2027-03-31")
        };
        let grant = current_grant(&exception).expect("a grant");
        assert_eq!((grant.from, grant.until), (date("2027-01-20"), date("2027-03-31")));
        assert_eq!(grant.renewal, Some(1));
    }

    #[test]
    fn a_grant_whose_days_cannot_be_read_is_none() {
        let opened = Some(date("2026-11-05"));
        let exception =
            Exception { opened, renewals: vec![Default::default()], ..exception("2027-03-31") };
        assert_eq!(current_grant(&exception), None);
    }

    #[test]
    fn a_day_is_ahead_when_no_zone_has_reached_it() {
        let today = date("2026-11-20");
        assert!(!is_ahead(today, today));
        assert!(!is_ahead(date("2026-11-21"), today));
        assert!(is_ahead(date("2026-11-22"), today));
    }

    #[test]
    fn the_end_of_the_calendar_does_not_overflow() {
        assert_eq!(days_after(NaiveDate::MAX, 1), NaiveDate::MAX);
        assert!(days_between(NaiveDate::MIN, NaiveDate::MAX) > 0);
    }
}
