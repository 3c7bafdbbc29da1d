//! Dates and times as the readers of YAML and TOML know them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::bridge::End;

/// A day, or a moment with or without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timestamp {
    Day(NaiveDate),
    Local(NaiveDateTime),
    Instant(DateTime<Utc>),
}

impl Timestamp {
    /// What is written, as `2027-01-31`, `2027-01-31T12:00:00Z` or `2027-1-31 12:00:00 +01:00`.
    /// None where it is something else, a time of the day without a date included.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.find(['T', 't', ' ']) {
            None => return day(text).map(Self::Day),
            Some(at) => (day(&text[..at])?, text[at + 1..].trim()),
        };
        let at = time.find(['Z', 'z', '+', '-', ' ']).unwrap_or(time.len());
        let (time, zone) = (&time[..at], time[at..].trim());
        let local = date.and_time(NaiveTime::parse_from_str(time, "%H:%M:%S%.f").ok()?);
        match zone {
            "" => Some(Self::Local(local)),
            zone => {
                let instant = local.and_local_timezone(offset(zone)?).single()?;
                Some(Self::Instant(instant.with_timezone(&Utc)))
            }
        }
    }

    /// An instant as RFC 3339 has it, which is all that a reader takes from a text.
    pub(crate) fn instant(text: &str) -> Option<Self> {
        let instant = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self::Instant(instant.with_timezone(&Utc)))
    }

    /// The end for a tool to which a time without a zone is in UTC.
    pub(crate) fn in_utc(self) -> End {
        match self {
            Self::Day(day) => End::midnight(day),
            Self::Local(time) => End::At(time.and_utc()),
            Self::Instant(end) => End::At(end),
        }
    }

    /// The end for a tool to which a time without a zone is that of the machine. A time within a
    /// day counts as the end of that day.
    pub(crate) fn where_it_runs(self) -> End {
        match self {
            Self::Day(day) => End::LocalMidnight(day),
            Self::Local(time) if time.time() == NaiveTime::MIN => End::LocalMidnight(time.date()),
            Self::Local(time) => {
                End::LocalMidnight(time.date().succ_opt().unwrap_or(NaiveDate::MAX))
            }
            Self::Instant(end) => End::At(end),
        }
    }

    /// Whether it is the first moment of the first year, which tools in Go take for no time at all, to a
    /// tool to which a time without a zone is in UTC.
    pub(crate) fn is_zero_of_go(self) -> bool {
        self.in_utc() == End::At(zero_of_go())
    }

    /// The same, to a tool to which a time without a zone is that of the machine: whether it is that
    /// moment anywhere.
    pub(crate) fn may_be_zero_of_go(self) -> bool {
        match (self, self.in_utc()) {
            (Self::Instant(_), _) => self.is_zero_of_go(),
            (_, End::At(end)) => (end - zero_of_go()).abs() <= TimeDelta::hours(14),
            _ => false,
        }
    }
}

fn zero_of_go() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH - TimeDelta::days(719_162)
}

fn day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let mut number = |sizes: &[usize]| {
        let part = parts.next()?;
        let is_number = sizes.contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
        is_number.then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = (number(&[4])?, number(&[1, 2])?, number(&[1, 2])?);
    match parts.next() {
        None => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day),
        Some(_) => None,
    }
}

/// `Z`, `+01:00`, `+0100`, `+01` or `-5`.
fn offset(zone: &str) -> Option<FixedOffset> {
    if zone.eq_ignore_ascii_case("z") {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None => digits.split_at_checked(2).unwrap_or((digits, "")),
    };
    let number = |text: &str| -> Option<i32> {
        let is_number = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number)
    };
    let hours = number(hours)?;
    let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
    (minutes < 60).then(|| FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "tomorrow",
            "07:32:00",
            "2027-02-30",
            "31/12/2027",
            "20271231",
            "2027-1-1-1",
            "2027-01-01T00:00:00+999999:00",
            "2027-01-01T00:00:00+01:75",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_zone_is_counted_and_a_missing_one_is_said() {
        let utc = |text: &str| Timestamp::parse(text).expect("a time").in_utc().to_string();
        assert_eq!(utc("2027-02-01"), "2027-02-01T00:00:00Z");
        assert_eq!(utc("2027-2-1"), "2027-02-01T00:00:00Z");
        assert_eq!(utc("2027-02-01T01:00:00+01:00"), "2027-02-01T00:00:00Z");
        assert_eq!(utc("2027-01-31 19:00:00.5 -5"), "2027-02-01T00:00:00.500Z");
        assert_eq!(utc("2027-02-01 12:30:00"), "2027-02-01T12:30:00Z");
        let local =
            |text: &str| Timestamp::parse(text).expect("a time").where_it_runs().to_string();
        assert_eq!(local("2027-02-01"), "2027-02-01 00:00 local time");
        assert_eq!(local("2027-02-01T00:00:00"), "2027-02-01 00:00 local time");
        assert_eq!(local("2027-02-01T00:00:01"), "2027-02-02 00:00 local time");
        assert_eq!(local("2027-02-01T00:00:00Z"), "2027-02-01T00:00:00Z");
    }

    #[test]
    fn the_first_moment_of_the_first_year_is_found_in_any_zone() {
        let read = |text: &str| Timestamp::parse(text).expect("a time");
        for text in ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"] {
            assert!(read(text).is_zero_of_go() && read(text).may_be_zero_of_go(), "{text}");
        }
        for text in ["0000-12-31T19:00:00-05:00", "0001-01-01T14:00:00+14:00"] {
            assert!(read(text).is_zero_of_go() && read(text).may_be_zero_of_go(), "{text}");
        }
        for text in
            ["0001-01-01T00:00:01Z", "0000-12-31T19:00:01-05:00", "0001-01-02", "0000-01-01"]
        {
            assert!(!read(text).is_zero_of_go() && !read(text).may_be_zero_of_go(), "{text}");
        }
        // Without a zone it may be that moment somewhere.
        for text in ["0000-12-31T12:00:00", "0001-01-01T14:00:00"] {
            assert!(!read(text).is_zero_of_go() && read(text).may_be_zero_of_go(), "{text}");
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_times_like_others() {
        for text in [
            "0000-01-01T00:00:00+23:59",
            "0000-01-01",
            "9999-12-31T23:59:60-23:59",
            "9999-12-31",
            "9999-12-31T23:59:59.999999999",
        ] {
            let read = Timestamp::parse(text).expect("a time");
            for end in [read.in_utc(), read.where_it_runs()] {
                let today = "2026-11-20".parse().expect("a day");
                assert_eq!(end.is_over(today), text.starts_with('0'), "{text}: {end}");
                assert_eq!(end.outlives(today), text.starts_with('9'), "{text}: {end}");
                assert!(end.last_day().is_some() && end.written().is_some(), "{text}");
            }
        }
    }
}
