//! Texts that stand where a date should, and what was probably meant.

use chrono::{Datelike, NaiveDate};

use crate::finding::{Code, Finding, Fix, Place};
use crate::model::window::{self, parse_day};

pub(crate) const NOT_A_DATE: Code = Code::error("EXC201", "not-a-date");

/// Whether a record has a date under a key below one of its own keys.
pub(super) fn is_date(top_key: &str, key: &str) -> bool {
    matches!(
        (top_key, key),
        ("opened", "opened")
            | ("expires", "expires")
            | ("compensating_controls", "verified")
            | ("remediation", "due" | "done")
            | ("renewals", "date" | "until")
            | ("reviews" | "closed", "date")
            | ("emergency", "declared")
    )
}

/// Says that a text is no date, and which date it probably means.
pub(crate) fn not_a_date(place: Place, text: &str) -> Finding {
    let message = match window::has_form_of_day(text) {
        true => format!("`{text}` is no day of the calendar"),
        false => format!("`{text}` is not a date of the form `YYYY-MM-DD`"),
    };
    let fix = only_meaning(text).map(|day| Fix::Spell(day.to_string()));
    NOT_A_DATE.finding(place, message).help(likely_meaning(text)).fix(fix)
}

/// Says that the day of a moment is none of the calendar, where the moment is written in its form.
pub(crate) fn no_day_of_a_moment(place: Place, text: &str) -> Option<Finding> {
    let (day, time) = text.split_once('T')?;
    let is_day_of_long_month = || {
        let (year, month, day) = (day.get(..4)?, day.get(5..7)?, day.get(8..)?);
        parse_day(&format!("{year}-{month}-01")).and(parse_day(&format!("{year}-01-{day}")))
    };
    if !window::has_form_of_day(day) || parse_day(day).is_some() {
        return None;
    }
    is_day_of_long_month()?;
    let message = format!("`{day}` is no day of the calendar");
    let help = format!("{}; write it as `YYYY-MM-DDT{time}`", likely_meaning(day));
    Some(NOT_A_DATE.finding(place, message).help(help))
}

fn likely_meaning(text: &str) -> String {
    let text = text.trim();
    let never = ["never", "none", "forever", "permanent", "indefinite", "open", "n/a"];
    if never.contains(&text.to_lowercase().as_str()) {
        return "an exception always ends: write its last valid day".to_owned();
    }
    if let Some((date, _)) =
        text.split_once(['T', ' ']).filter(|(date, _)| parse_day(date).is_some())
    {
        return format!("write the day alone: `{date}`");
    }
    if text.contains(char::is_alphabetic) && text.contains(|c: char| c.is_ascii_digit()) {
        return "write a day of the calendar as `YYYY-MM-DD`".to_owned();
    }
    match days(text).as_slice() {
        [] => {}
        [day] => return format!("write `{day}`"),
        [day_first, month_first, ..] => {
            return format!("write `{day_first}` or `{month_first}`, whichever was meant");
        }
    }
    match numbers(text).as_slice() {
        [year, month, day] if year.len() == 4 => impossible(year, month, day),
        _ => "write a day of the calendar as `YYYY-MM-DD`".to_owned(),
    }
}

/// The day that a text can only mean, which is written in another form.
fn only_meaning(text: &str) -> Option<NaiveDate> {
    let is_digit = |c: char| c.is_ascii_digit();
    let is_date = text.starts_with(is_digit)
        && text.ends_with(is_digit)
        && text.chars().all(|c| is_digit(c) || matches!(c, '-' | '/' | '.'));
    match days(text).as_slice() {
        [day] if is_date => Some(*day),
        _ => None,
    }
}

/// The days that a text may mean, which holds digits and what stands between them.
fn days(text: &str) -> Vec<NaiveDate> {
    let date = |year: &str, month: &str, day: &str| {
        let number = |part: &str| part.parse::<u32>().ok();
        NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)
    };
    let mut days: Vec<NaiveDate> = match numbers(text).as_slice() {
        [whole] if whole.len() == 8 => {
            date(&whole[..4], &whole[4..6], &whole[6..]).into_iter().collect()
        }
        [year, month, day] if year.len() == 4 => date(year, month, day).into_iter().collect(),
        [first, second, year] if year.len() == 4 => {
            [date(year, second, first), date(year, first, second)].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    };
    days.dedup();
    days
}

fn numbers(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect()
}

fn impossible(year: &str, month: &str, day: &str) -> String {
    let first = year
        .parse()
        .ok()
        .zip(month.parse().ok())
        .and_then(|(y, m)| NaiveDate::from_ymd_opt(y, m, 1));
    match first {
        None => format!("there is no month {month}"),
        Some(first) => {
            let last = (28..=31).rev().find_map(|day| first.with_day(day)).unwrap_or(first);
            format!("{year}-{month:0>2} has no day {day}: its last day is `{last}`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likely_meaning_is_named() {
        for (text, help) in [
            ("2026-2-3", "write `2026-02-03`"),
            ("20260203", "write `2026-02-03`"),
            ("2026/02/03", "write `2026-02-03`"),
            ("31/12/2026", "write `2026-12-31`"),
            ("02/03/2026", "write `2026-03-02` or `2026-02-03`, whichever was meant"),
            ("2026-02-30", "2026-02 has no day 30: its last day is `2026-02-28`"),
            ("2027-02-29", "2027-02 has no day 29: its last day is `2027-02-28`"),
            ("2026-13-01", "there is no month 13"),
            ("2026-11-20T00:00:00Z", "write the day alone: `2026-11-20`"),
            ("never", "an exception always ends: write its last valid day"),
            ("+10000-01-01", "write a day of the calendar as `YYYY-MM-DD`"),
            ("2026-W47-5", "write a day of the calendar as `YYYY-MM-DD`"),
            ("２０２６-11-20", "write a day of the calendar as `YYYY-MM-DD`"),
            ("soon", "write a day of the calendar as `YYYY-MM-DD`"),
        ] {
            assert_eq!(likely_meaning(text), help, "{text}");
        }
    }

    #[test]
    fn only_what_has_one_meaning_can_be_mended_without_asking() {
        for (text, day) in [
            ("2026-2-3", Some("2026-02-03")),
            ("20260203", Some("2026-02-03")),
            ("31.12.2026", Some("2026-12-31")),
            ("01/01/2026", Some("2026-01-01")),
            ("02/03/2026", None),
            ("2026-02-30", None),
            // Its last valid day may be the one before.
            ("2026-11-20T00:00:00Z", None),
            ("2026-W47-5", None),
            ("never", None),
            ("-2026-02-03", None),
            ("2026-02-03 to 2026-03-04", None),
        ] {
            let meant = only_meaning(text).map(|day| day.to_string());
            assert_eq!(meant.as_deref(), day, "{text}");
        }
    }

    #[test]
    fn a_moment_has_a_day_of_the_calendar() {
        let said = |text: &str| {
            let finding = no_day_of_a_moment(Place::file(&std::sync::Arc::default()), text)?;
            Some((finding.code.id, finding.message, finding.help.unwrap_or_default()))
        };
        let (code, message, help) = said("2026-02-31T22:10:00Z").expect("a finding");
        assert_eq!((code, &*message), ("EXC201", "`2026-02-31` is no day of the calendar"));
        assert_eq!(
            help,
            "2026-02 has no day 31: its last day is `2026-02-28`; write it as `YYYY-MM-DDT22:10:00Z`"
        );
        // What the pattern refuses has its finding there.
        for text in [
            "2026-02-28T22:10:00Z",
            "2026-13-01T22:10:00Z",
            "2026-02-32T22:10:00Z",
            "2026-02-31",
            "",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn the_dates_of_a_record_are_those_of_its_schema() {
        /// Keys that lead to a date, with the key at the top.
        fn dates(
            schema: &serde_json::Value,
            document: &serde_json::Value,
            path: &mut Vec<String>,
            found: &mut Vec<(String, String)>,
        ) {
            if let Some(name) = schema["$ref"].as_str() {
                if let "#/definitions/date" | "#/definitions/instant" = name {
                    let ends = (path.first(), path.last());
                    found.extend(ends.0.cloned().zip(ends.1.cloned()));
                }
                let definition = document.pointer(&name[1..]).expect("a definition");
                return dates(definition, document, path, found);
            }
            for (key, property) in schema["properties"].as_object().into_iter().flatten() {
                path.push(key.clone());
                dates(property, document, path, found);
                path.pop();
            }
            for schema in
                schema["allOf"].as_array().into_iter().flatten().chain(schema.get("items"))
            {
                dates(schema, document, path, found);
            }
        }

        let schema = crate::source::record_schema(&[]);
        let (mut path, mut found) = (Vec::new(), Vec::new());
        dates(&schema, &schema, &mut path, &mut found);
        assert!(found.len() >= 10, "{found:?}");
        for (top, key) in &found {
            assert!(is_date(top, key), "{top} {key}");
        }
        let tops =
            found.iter().map(|(top, _)| top.as_str()).chain(["owner", "date", "until", "from"]);
        for top in tops {
            for key in ["opened", "expires", "verified", "due", "done", "date", "until", "declared"]
            {
                let is_known =
                    found.iter().any(|known| (known.0.as_str(), known.1.as_str()) == (top, key));
                assert_eq!(is_date(top, key), is_known, "{top} {key}");
            }
        }
    }

    #[test]
    fn only_the_one_form_is_a_date() {
        assert!(parse_day("2026-11-20").is_some());
        for text in
            ["2026-2-3", "20261120", "+2026-11-20", "2026-02-30", "2026-11-20 ", "２026-1-20"]
        {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn d1_a_record_takes_no_other_form_of_a_date() {
        use std::sync::Arc;

        use crate::source::{self, RecordSchema};
        use crate::text::SourceFile;

        let schema = RecordSchema::new(&[]).expect("the schema is a schema");
        for text in [
            "2027-02-29",
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "2026-2-3",
            "20260203",
            "02/03/2026",
            "+10000-01-01",
            "10000-01-01",
            "-0001-01-01",
            "2026-W47-5",
            "2026-324",
            "2026-11-20 or later",
            "2026-11-20T00:00:00Z",
            "\u{ff12}026-11-20",
            "2026\u{2010}11\u{2010}20",
            "never",
        ] {
            for quote in ["", "\"", "'"] {
                let file = format!("expires: {quote}{text}{quote}\n");
                let file = Arc::new(SourceFile::new("exceptions/a.yaml", file));
                let (record, findings) = source::load(&file, &schema);
                let at_value: Vec<_> =
                    findings.iter().filter(|f| f.place.pointer == "/expires").collect();
                let codes: Vec<&str> = at_value.iter().map(|finding| finding.code.id).collect();
                assert_eq!(codes, ["EXC201"], "{quote}{text}{quote}");
                assert!(at_value[0].help.is_some(), "{text}");
                assert_eq!(record.expect("a record").exception.expires, None, "{text}");
            }
        }
    }
}
