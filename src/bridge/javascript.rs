//! What the tools of JavaScript make of a value: whether it counts as true, and which moment it is.
//!
//! Sources: `Date.parse` of ECMAScript, <https://tc39.es/ecma262/#sec-date-time-string-format>, where a
//! bare date is one in UTC and a time without a zone is a local one; and for what the standard leaves
//! open V8, <https://github.com/v8/v8/blob/main/src/date/dateparser-inl.h>, as far as it is told here.

use std::sync::LazyLock;

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use regex::Regex;

use super::End;
use super::input::{Node, Value};

/// A moment, as `new Date(VALUE)` reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    At(DateTime<Utc>),
    /// A day without a time: its beginning in UTC, or wherever the tool runs if it asks `dayjs`.
    Day(NaiveDate),
    /// Wherever the tool runs.
    Local(NaiveDateTime),
    /// `Invalid Date`.
    Invalid,
    /// Each engine has its own answer.
    Unclear,
}

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?";
    let time = r"[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?";
    Regex::new(&format!("^{day}(?:{time})?$")).expect("a pattern")
});

static SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:(\d{4})/(\d{1,2})/(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4}))$").expect("a pattern")
});

/// Milliseconds from 1970 to the last moment of a `Date`.
const MAX_MILLIS: i64 = 8_640_000_000_000_000;

/// Whether a value counts as true.
pub(super) fn is_truthy(node: &Node) -> bool {
    match &node.value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(text) => !text.parse().is_ok_and(|number: f64| number == 0.0),
        Value::Text(text) | Value::Date(text) => !text.is_empty(),
        Value::List(_) | Value::Map(_) => true,
    }
}

/// The moment that `new Date(VALUE)` makes of a number of milliseconds or of a text.
fn moment(node: &Node) -> Moment {
    match &node.value {
        Value::Number(text) => match text.parse().map(DateTime::from_timestamp_millis) {
            Ok(Some(at)) => Moment::At(at),
            // Later than is counted here.
            Ok(None) if text.parse().is_ok_and(|it: i64| (0..=MAX_MILLIS).contains(&it)) => {
                Moment::Unclear
            }
            Ok(None) => Moment::Invalid,
            Err(_) => Moment::Unclear,
        },
        Value::Text(text) | Value::Date(text) => of_text(text),
        _ => Moment::Unclear,
    }
}

pub(super) fn of_text(text: &str) -> Moment {
    if let Some(found) = ISO.captures(text) {
        let number = |at: usize, missing: u32| {
            found.get(at).map_or(Some(missing), |it| it.as_str().parse().ok())
        };
        let parts = [(1, 0), (2, 1), (3, 1), (4, 0), (5, 0), (6, 0)];
        let [year, month, date, hour, minute, second] =
            parts.map(|(at, missing)| number(at, missing).unwrap_or(u32::MAX));
        let Some(day) = day(year, month, date) else { return Moment::Invalid };
        if found.get(4).is_none() {
            return Moment::Day(day);
        }
        let is_time = hour < 24 && minute < 60 && second < 60;
        if !is_time && (hour, minute, second) != (24, 0, 0) {
            return Moment::Invalid;
        }
        // A fraction is no less than the second that it begins.
        let is_more = found.get(7).is_some_and(|it| it.as_str().contains(|c| c != '0'));
        let seconds = i64::from(hour * 3_600 + minute * 60 + second + u32::from(is_more));
        let local = day.and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds);
        return match found.get(8).map(|zone| zone.as_str()) {
            None => Moment::Local(local),
            Some("Z") => Moment::At(local.and_utc()),
            Some(zone) => match zone.parse::<FixedOffset>() {
                Ok(zone) => {
                    let ahead = TimeDelta::seconds(i64::from(zone.local_minus_utc()));
                    Moment::At(local.and_utc() - ahead)
                }
                Err(_) => Moment::Unclear,
            },
        };
    }
    if let Some(found) = SLASHED.captures(text) {
        let number = |at: usize| found.get(at).and_then(|it| it.as_str().parse::<u32>().ok());
        let parts = [(1, 2, 3), (6, 4, 5)];
        let day = parts
            .into_iter()
            .find_map(|(year, month, date)| Some((number(year)?, number(month)?, number(date)?)));
        // Engines take a small year for one of a century.
        if day.is_some_and(|(year, ..)| year < 1_000) {
            return Moment::Unclear;
        }
        return match day.and_then(|(year, month, date)| self::day(year, month, date)) {
            Some(day) => Moment::Local(day.and_time(NaiveTime::MIN)),
            None => Moment::Invalid,
        };
    }
    match text.contains(|c: char| c.is_ascii_digit()) {
        true => Moment::Unclear,
        false => Moment::Invalid,
    }
}

/// A day; the 31st of a shorter month is a day of the next one.
fn day(year: u32, month: u32, date: u32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1)?;
    (1..=31).contains(&date).then(|| first + Days::new(u64::from(date) - 1))
}

/// The end that a value under `key` sets, with what a bare date means to the tool; [`End::Never`] where
/// it is missing or not true, and none where it is no date, or one before 1970, which the tools take
/// for none.
///
/// # Errors
///
/// Why it cannot be told.
pub(super) fn end(
    key: &str,
    node: Option<&Node>,
    of_day: fn(NaiveDate) -> End,
) -> Result<Option<End>, String> {
    let Some(node) = node.filter(|node| is_truthy(node)) else { return Ok(Some(End::Never)) };
    match moment(node) {
        Moment::At(at) if at <= DateTime::UNIX_EPOCH => Ok(None),
        Moment::At(at) => Ok(Some(End::At(at))),
        // Where midnight is west of Greenwich, that of the first day is past the beginning.
        Moment::Day(day) if day <= NaiveDate::default() => Ok(None),
        Moment::Day(day) => Ok(Some(of_day(day))),
        Moment::Local(local) if local.date() <= NaiveDate::default() => Ok(None),
        Moment::Local(local) => Ok(Some(local_end(local))),
        Moment::Invalid => Ok(None),
        Moment::Unclear => Err(match node.text() {
            Some(text) => format!("its `{key}` is `{text}`, which each engine reads on its own"),
            None => format!("its `{key}` is {}, not a date", node.kind()),
        }),
    }
}

/// The end at a local time: its midnight, or the next one, where it is later than that.
pub(super) fn local_end(local: NaiveDateTime) -> End {
    let is_midnight = local.time() == NaiveTime::MIN;
    End::LocalMidnight(local.date() + Days::new(u64::from(!is_midnight)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_date_is_a_day_and_a_time_without_a_zone_is_local() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let at = |text: &str| Moment::At(text.parse().expect("a moment"));
        for (text, moment) in [
            ("2027-01-31", Moment::Day(day("2027-01-31"))),
            ("2027-01", Moment::Day(day("2027-01-01"))),
            ("2027-02-30", Moment::Day(day("2027-03-02"))),
            ("2027-01-31T00:00:00Z", at("2027-01-31T00:00:00Z")),
            ("2027-01-31T00:00:00.123Z", at("2027-01-31T00:00:01Z")),
            ("2027-01-31T00:00:00.000Z", at("2027-01-31T00:00:00Z")),
            ("2027-01-31T24:00Z", at("2027-02-01T00:00:00Z")),
            ("2027-01-31T00:00+02:00", at("2027-01-30T22:00:00Z")),
            ("2027-01-31T00:00", Moment::Local(day("2027-01-31").and_time(NaiveTime::MIN))),
            ("1/31/2027", Moment::Local(day("2027-01-31").and_time(NaiveTime::MIN))),
            ("2027/1/31", Moment::Local(day("2027-01-31").and_time(NaiveTime::MIN))),
        ] {
            assert_eq!(of_text(text), moment, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_told_from_what_each_engine_reads_on_its_own() {
        for text in ["2027-13-01", "2027-01-32", "2027-01-31T25:00Z", "31/12/2027", "soon"] {
            assert_eq!(of_text(text), Moment::Invalid, "{text}");
        }
        for text in ["31 Jan 2027", "20270131", "2027-1-31", "2027-01-31T00:00:00z"] {
            assert_eq!(of_text(text), Moment::Unclear, "{text}");
        }
    }

    #[test]
    fn a_local_time_ends_no_later_than_the_midnight_after_it() {
        let at = |text: &str| text.parse::<NaiveDateTime>().expect("a time");
        let midnight = |text: &str| End::LocalMidnight(text.parse().expect("a day"));
        assert_eq!(local_end(at("2027-01-31T00:00:00")), midnight("2027-01-31"));
        assert_eq!(local_end(at("2027-01-31T00:00:01")), midnight("2027-02-01"));
    }
}
