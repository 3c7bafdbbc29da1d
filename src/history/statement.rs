//! What a person says about a text, in the bytes that are signed.
//!
//! Invariant: a statement has one form; what is read says exactly what writing it again would say.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::lineage::Digest;
use crate::model::RiskLevel;

/// The first line, which names the form.
pub(crate) const FORM: &str = "exc-approval/v1";
/// The keys, in the order in which they stand.
const KEYS: [&str; 9] = [
    "register",
    "record",
    "decision",
    "content-sha256",
    "after-sha256",
    "expires",
    "risk",
    "approver",
    "signed-at",
];
/// What a person says about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) register: String,
    pub(crate) record: String,
    pub(crate) decision: Decision,
    /// The exact text.
    pub(crate) content: Digest,
    /// The lineage that it was said on top of.
    pub(crate) after: Digest,
    /// What the signer saw in the text.
    pub(crate) expires: NaiveDate,
    pub(crate) risk: RiskLevel,
    /// The id of a person in the policy.
    pub(crate) approver: String,
    /// What the signer's clock said, which proves nothing.
    pub(crate) signed_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Approve,
    Reject,
}

/// Why a file is no approval: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Malformed {
    /// The line, from 1; none where it is about the file.
    pub(crate) line: Option<usize>,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Statement {
    /// The bytes to sign.
    pub(crate) fn text(&self) -> String {
        let values: [&dyn fmt::Display; 9] = [
            &self.register,
            &self.record,
            &self.decision.as_str(),
            &self.content,
            &self.after,
            &self.expires,
            &self.risk,
            &self.approver,
            &self.signed_at.format(INSTANT),
        ];
        let lines = KEYS.iter().zip(values).map(|(key, value)| format!("{key}: {value}\n"));
        format!("{FORM}\n{}", lines.collect::<String>())
    }

    /// Where the approval stands, below the register's folder.
    pub(crate) fn path(&self) -> String {
        let Self { record, content, after, approver, .. } = self;
        let (content, after) = (content.to_string(), after.to_string());
        format!("approvals/{record}/{}-{}.{approver}.approval", &content[..12], &after[..8])
    }
}

impl Decision {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

const INSTANT: &str = "%Y-%m-%dT%H:%M:%SZ";

pub(super) const REWRITE: &str = "write the approval anew with `exc approve ID`";
/// Reads the bytes above a signature, which are printable ASCII in lines that end with LF.
pub(super) fn read(signed: &str) -> Result<Statement, Malformed> {
    let lines: Vec<&str> = signed.lines().collect();
    match lines.first() {
        Some(&FORM) => {}
        Some(line) if line.starts_with("exc-approval/") => {
            let message = format!("`{line}` is a form that this version does not know");
            return Err(at_line(1, message, "use a newer version of `exc`"));
        }
        _ => return Err(at_line(1, format!("the first line is not `{FORM}`"), REWRITE)),
    }
    let mut values = [""; KEYS.len()];
    for (index, key) in KEYS.into_iter().enumerate() {
        let number = index + 2;
        let Some(line) = lines.get(index + 1) else {
            return Err(at_line(number, format!("`{key}` is missing"), REWRITE));
        };
        let value = line.strip_prefix(key).and_then(|rest| rest.strip_prefix(": "));
        values[index] = value.ok_or_else(|| misplaced(line, number, index))?;
    }
    if let Some(line) = lines.get(KEYS.len() + 1) {
        return Err(misplaced(line, KEYS.len() + 2, KEYS.len()));
    }
    let statement = read_values(values)?;
    // A line break that is no LF has been refused above, so this holds for what is read at all.
    match statement.text() == signed {
        true => Ok(statement),
        false => Err(at_file("the statement is not written as `exc` writes it", REWRITE)),
    }
}

/// What is wrong with a line that stands where the key at `index`, or the signature, is expected.
fn misplaced(line: &str, number: usize, index: usize) -> Malformed {
    let expected = KEYS.get(index).map_or("the signature".to_owned(), |key| format!("`{key}: …`"));
    let key = line.split(':').next().unwrap_or_default();
    let message = match KEYS.iter().position(|&known| known == key) {
        Some(known) if known < index => format!("`{key}` stands twice"),
        Some(known) if known > index => format!("`{key}` stands where {expected} is expected"),
        _ if line == FORM => "a second statement begins here".to_owned(),
        _ => format!("this line is not {expected}"),
    };
    at_line(number, message, REWRITE)
}

fn read_values(values: [&str; KEYS.len()]) -> Result<Statement, Malformed> {
    let [register, record, decision, content, after, expires, risk, approver, signed_at] = values;
    let refused = |index: usize, what: &str| {
        let message = format!("`{}` is not {what}", KEYS[index]);
        at_line(index + 2, message, REWRITE)
    };
    let digest = |index, text| {
        Digest::parse(text).ok_or_else(|| refused(index, "64 digits of a SHA-256 in lower case"))
    };
    if !is_register(register) {
        return Err(refused(0, "the UUID of a register"));
    }
    if !is_name(record) {
        return Err(refused(1, "the id of a record"));
    }
    let decision = match decision {
        "approve" => Decision::Approve,
        "reject" => Decision::Reject,
        _ => return Err(refused(2, "`approve` or `reject`")),
    };
    let (content, after) = (digest(3, content)?, digest(4, after)?);
    let expires = NaiveDate::parse_from_str(expires, "%Y-%m-%d")
        .ok()
        .filter(|day| day.to_string() == expires)
        .ok_or_else(|| refused(5, "a day such as `2027-01-31`"))?;
    let risk = RiskLevel::ALL.into_iter().find(|level| level.as_str() == risk);
    let risk = risk.ok_or_else(|| refused(6, "`low`, `medium`, `high` or `critical`"))?;
    if !is_name(approver) {
        return Err(refused(7, "the id of a person"));
    }
    let signed_at = NaiveDateTime::parse_from_str(signed_at, INSTANT)
        .ok()
        .filter(|instant| instant.format(INSTANT).to_string() == signed_at)
        .ok_or_else(|| refused(8, "a time such as `2026-11-20T15:31:10Z`"))?
        .and_utc();
    let (register, record) = (register.to_owned(), record.to_owned());
    let approver = approver.to_owned();
    Ok(Statement { register, record, decision, content, after, expires, risk, approver, signed_at })
}

fn is_register(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Whether a text can be a part of the path at which the approval stands.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"/\\:".contains(&byte))
}

pub(super) fn at_file(message: impl Into<String>, help: &str) -> Malformed {
    Malformed { line: None, message: message.into(), help: help.to_owned() }
}

pub(super) fn at_line(line: usize, message: impl Into<String>, help: &str) -> Malformed {
    Malformed { line: Some(line), ..at_file(message, help) }
}
