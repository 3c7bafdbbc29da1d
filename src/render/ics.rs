//! A calendar as RFC 5545 has it (<https://www.rfc-editor.org/rfc/rfc5545>), for people to subscribe
//! to.
//!
//! Invariant: the bytes depend on the register alone. Each event keeps its `UID` between runs, and
//! nothing says when the file was made.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Safe;
use crate::report::expiry::Occasion;

/// Bytes of a line, without its end.
const LINE: usize = 75;

/// Writes one event for each occasion, which takes the whole day: it names no end.
pub(crate) fn write(occasions: &[Occasion], out: &mut dyn Write) -> io::Result<()> {
    let mut calendar = String::new();
    let mut line = |name: &str, value: &str| fold(&mut calendar, &format!("{name}:{value}"));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", concat!("-//exc//exc ", env!("CARGO_PKG_VERSION"), "//EN"));
    line("CALSCALE", "GREGORIAN");
    line("METHOD", "PUBLISH");
    line("X-WR-CALNAME", "Exceptions");
    for occasion in occasions {
        line("BEGIN", "VEVENT");
        line("UID", &uid(&occasion.key));
        line("DTSTAMP", &occasion.stamped.format("%Y%m%dT%H%M%SZ").to_string());
        line("SEQUENCE", &occasion.sequence.to_string());
        line("DTSTART;VALUE=DATE", &occasion.day.format("%Y%m%d").to_string());
        line("SUMMARY", &text(&occasion.summary));
        line("DESCRIPTION", &text(&occasion.description));
        line("TRANSP", "TRANSPARENT");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    out.write_all(calendar.as_bytes())
}

/// A name that is unique in the world as far as the key is: letters that need no escape.
fn uid(key: &str) -> String {
    let mut uid = String::new();
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'/' | b'.' => uid.push(byte.into()),
            _ => write!(uid, "_{byte:02x}").expect("a string takes everything"),
        }
    }
    format!("{uid}@exc")
}

/// A text value; line breaks and everything else that could end it are spelled out.
fn text(value: &str) -> String {
    let mut escaped = String::new();
    for c in Safe(value).to_string().chars() {
        if matches!(c, '\\' | ';' | ',') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Adds a line, folded where it is too long, between characters.
fn fold(calendar: &mut String, line: &str) {
    let mut room = LINE;
    for c in line.chars() {
        if c.len_utf8() > room {
            calendar.push_str("\r\n ");
            room = LINE - 1;
        }
        calendar.push(c);
        room -= c.len_utf8();
    }
    calendar.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o6_no_text_of_a_record_begins_a_line() {
        let occasion = Occasion {
            key: "EXC-2026-K7QD\nATTENDEE/expires".to_owned(),
            register: String::new(),
            day: "2027-01-31".parse().expect("a day"),
            summary: "a; b, c\\\r\nATTENDEE:mailto:mallory@example.com".to_owned(),
            description: "ü".repeat(80),
            sequence: 1,
            stamped: chrono::DateTime::UNIX_EPOCH,
        };
        let mut out = Vec::new();
        write(&[occasion], &mut out).expect("written");
        let calendar = String::from_utf8(out).expect("UTF-8");
        assert!(calendar.lines().all(|line| line.len() <= LINE), "{calendar}");
        insta::assert_snapshot!(calendar.replace("\r\n", "\n").replace(env!("CARGO_PKG_VERSION"), "[VERSION]"), @r"
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//exc//exc [VERSION]//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Exceptions
BEGIN:VEVENT
UID:EXC-2026-K7QD_0aATTENDEE/expires@exc
DTSTAMP:19700101T000000Z
SEQUENCE:1
DTSTART;VALUE=DATE:20270131
SUMMARY:a\; b\, c\\\\r\\nATTENDEE:mailto:mallory@example.com
DESCRIPTION:üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü
 üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü
 üüüüüüüüüüüü
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
");
        assert!(!calendar.replace("\r\n", "").contains(['\r', '\n']));
    }
}
