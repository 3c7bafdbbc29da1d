//! A signed approval as a file: what a person says about a text, and the signature below it.
//!
//! ```text
//! exc-approval/v1
//! register: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11
//! record: EXC-2026-K7QD
//! decision: approve
//! content-sha256: …
//! after-sha256: …
//! expires: 2027-01-31
//! risk: high
//! approver: alice
//! signed-at: 2026-11-20T15:31:10Z
//! -----BEGIN SSH SIGNATURE-----
//! …
//! -----END SSH SIGNATURE-----
//! ```
//!
//! Invariant: the bytes above the signature are what was signed, and nothing else stands in the file.

use std::fmt;

use serde::{Deserialize, Serialize};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey, SshSig};

use super::binding::Misfit;
use super::signature::Refusal;
use super::statement::{self, FORM, Malformed, REWRITE, Statement, at_file, at_line};

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
pub(crate) const END: &str = "-----END SSH SIGNATURE-----";
/// Bytes that an approval may have, its signature included.
pub(crate) const MAX_APPROVAL_SIZE: usize = 4096;

/// A statement with the signature that stands below it, which nobody has verified yet.
#[derive(Clone, Debug)]
pub(crate) struct Approval {
    pub(crate) statement: Statement,
    /// The bytes that were signed.
    pub(super) signed: String,
    pub(super) signature: SshSig,
}

/// Why an approval in the register does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum NotCounted {
    Malformed(Malformed),
    Misfit(Misfit),
    Refused(Refusal),
}

const LINE_BREAKS: &str = "store the file with LF, as it was signed: add the line `*.approval -text` to `.gitattributes`, and check the file out again";

impl Approval {
    /// Reads a file; whatever is not the one form is refused.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let text = plain_text(bytes)?;
        let Some((signed, armour)) = text.find(BEGIN).map(|at| text.split_at(at)) else {
            return Err(at_file("the approval has no signature", REWRITE));
        };
        if !signed.is_empty() && !signed.ends_with('\n') {
            let message = format!("`{BEGIN}` stands in the middle of a line");
            return Err(at_line(signed.lines().count(), message, REWRITE));
        }
        let statement = statement::read(signed)?;
        let first_line = signed.lines().count() + 1;
        let signature = read_signature(armour, first_line)?;
        Ok(Self { statement, signed: signed.to_owned(), signature })
    }

    /// Refuses an approval that stands elsewhere than its statement says; `path` is below the
    /// register's folder.
    pub(crate) fn stands_at(&self, path: &str) -> Result<(), Malformed> {
        let own = self.statement.path();
        if path == own {
            return Ok(());
        }
        let message =
            format!("the approval is about `{}` and stands elsewhere", self.statement.record);
        Err(Malformed { line: None, message, help: format!("move the file to `{own}`") })
    }
}

impl Approval {
    /// The key that signed it, whoever that belongs to.
    pub(super) fn key(&self) -> &KeyData {
        self.signature.public_key()
    }

    /// The same as one that can be written.
    pub(crate) fn public_key(&self) -> PublicKey {
        PublicKey::from(self.key().clone())
    }

    pub(super) fn fingerprint(&self) -> String {
        self.key().fingerprint(HashAlg::Sha256).to_string()
    }
}

impl fmt::Display for NotCounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(Malformed { line: Some(line), message, .. }) => {
                write!(f, "line {line}: {message}")
            }
            Self::Malformed(Malformed { message, .. }) => f.write_str(message),
            Self::Misfit(misfit) => misfit.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

/// Reads bytes that are printable ASCII in lines that end with LF.
fn plain_text(bytes: &[u8]) -> Result<&str, Malformed> {
    if bytes.len() > MAX_APPROVAL_SIZE {
        let message = format!(
            "the approval has {} bytes, more than the {MAX_APPROVAL_SIZE} that one may have",
            bytes.len()
        );
        return Err(at_file(message, REWRITE));
    }
    let line_of = |at: usize| bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let odd = bytes.iter().position(|&byte| byte != b'\n' && !(b' '..=b'~').contains(&byte));
    if let Some(at) = odd {
        let line = line_of(at);
        return Err(match (bytes[at], bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => {
                at_line(line, "the line ends with CRLF, and an approval has LF", LINE_BREAKS)
            }
            (byte, _) => {
                let message = format!("the byte 0x{byte:02x} has no place in an approval");
                at_line(line, message, REWRITE)
            }
        });
    }
    if !bytes.ends_with(b"\n") {
        return Err(at_line(line_of(bytes.len()), "the last line does not end with LF", REWRITE));
    }
    std::str::from_utf8(bytes).map_err(|_| at_file("the approval is not text", REWRITE))
}

fn read_signature(armour: &str, first_line: usize) -> Result<SshSig, Malformed> {
    let lines: Vec<&str> = armour.lines().collect();
    if lines[0] != BEGIN {
        return Err(at_line(first_line, format!("this line is not `{BEGIN}`"), REWRITE));
    }
    let Some(end) = lines.iter().position(|&line| line == END) else {
        return Err(at_line(first_line, "the signature has no end", REWRITE));
    };
    if let Some(line) = lines.get(end + 1) {
        let message = match *line {
            FORM => "a second statement begins after the signature",
            BEGIN => "a second signature begins after the first",
            _ => "something stands after the signature",
        };
        let help = "remove what stands after the signature; one file is one approval";
        return Err(at_line(first_line + end + 1, message, help));
    }
    SshSig::from_pem(armour).map_err(|error| {
        at_line(first_line, format!("the signature cannot be read: {error}"), REWRITE)
    })
}

#[cfg(test)]
mod tests {
    use super::super::statement::Decision;
    use super::super::testing::{ALICE_SIGNED, RSA_SIGNED, approval, statement};
    use super::*;

    /// What is said about a file, and the help.
    #[track_caller]
    fn refused(text: &str) -> String {
        let Malformed { line, message, help } =
            Approval::parse(text.as_bytes()).expect_err("no approval");
        let line = line.map_or(String::new(), |line| format!("{line}: "));
        format!("{line}{message} ({help})")
    }

    #[track_caller]
    fn said(text: &str) -> String {
        refused(text).replace(&format!(" ({REWRITE})"), "")
    }

    fn good() -> String {
        format!("{}{ALICE_SIGNED}", statement("alice"))
    }

    /// The good file with one text in place of another.
    #[track_caller]
    fn with(old: &str, new: &str) -> String {
        let text = good();
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    }

    #[test]
    fn what_is_read_is_written_again_byte_for_byte() {
        for decision in [Decision::Approve, Decision::Reject] {
            let text =
                statement("alice").replace(": approve\n", &format!(": {}\n", decision.as_str()));
            let approval = approval(&text, ALICE_SIGNED);
            assert_eq!(approval.statement.decision, decision);
            assert_eq!(approval.statement.text(), text);
            assert_eq!(approval.signed, text);
        }
        assert!(approval(&statement("alice"), RSA_SIGNED).statement.approver == "alice");
    }

    #[test]
    fn an_approval_stands_where_its_statement_says() {
        let approval = approval(&statement("alice"), ALICE_SIGNED);
        let own = "approvals/EXC-2026-K7QD/f53a7121b781-0063be5e.alice.approval";
        assert_eq!(approval.statement.path(), own);
        assert_eq!(approval.stands_at(own), Ok(()));
        let other = approval.stands_at(&own.replace("K7QD", "8H2C")).expect_err("misplaced");
        assert_eq!(other.message, "the approval is about `EXC-2026-K7QD` and stands elsewhere");
        assert_eq!(other.help, format!("move the file to `{own}`"));
    }

    #[test]
    fn crlf_is_named_with_what_makes_it() {
        insta::assert_snapshot!(refused(&good().replace('\n', "\r\n")), @"1: the line ends with CRLF, and an approval has LF (store the file with LF, as it was signed: add the line `*.approval -text` to `.gitattributes`, and check the file out again)");
        insta::assert_snapshot!(said(&with("high\n", "high\r")), @"8: the byte 0x0d has no place in an approval");
    }

    #[test]
    fn every_line_stands_once_and_in_its_place() {
        insta::assert_snapshot!(said(&with("risk: high\n", "")), @"8: `approver` stands where `risk: …` is expected");
        insta::assert_snapshot!(said(&with("risk: high\n", "risk: high\nrisk: low\n")), @"9: `risk` stands twice");
        insta::assert_snapshot!(said(&with("decision: approve\n", "risk: high\ndecision: approve\n")), @"4: `risk` stands where `decision: …` is expected");
        insta::assert_snapshot!(said(&with("risk: high\n", "risk: high\nnote: x\n")), @"9: this line is not `approver: …`");
        insta::assert_snapshot!(said(&with("risk: high", "risk:high")), @"8: this line is not `risk: …`");
        insta::assert_snapshot!(said(&with("10Z\n", "10Z\n\n")), @"11: this line is not the signature");
        insta::assert_snapshot!(said(&with("10Z\n", "10Z\nnote: x\n")), @"11: this line is not the signature");
        insta::assert_snapshot!(said(&with("10Z\n", &format!("10Z\n{}", statement("bob")))), @"11: a second statement begins here");
        insta::assert_snapshot!(said(&good()[..16]), @"the approval has no signature");
        insta::assert_snapshot!(said(&format!("exc-approval/v1\n{ALICE_SIGNED}")), @"2: `register` is missing");
    }

    #[test]
    fn only_the_form_that_is_known_is_read() {
        insta::assert_snapshot!(refused(&with("approval/v1", "approval/v2")), @"1: `exc-approval/v2` is a form that this version does not know (use a newer version of `exc`)");
        insta::assert_snapshot!(said(&with("exc-approval/v1\n", "")), @"1: the first line is not `exc-approval/v1`");
        insta::assert_snapshot!(said(&with("exc-approval/v1", " exc-approval/v1")), @"1: the first line is not `exc-approval/v1`");
    }

    #[test]
    fn a_value_that_is_none_is_refused_at_its_line() {
        insta::assert_snapshot!(said(&with("6f0c", "6F0C")), @"2: `register` is not the UUID of a register");
        insta::assert_snapshot!(said(&with("EXC-2026", "../EXC-2026")), @"3: `record` is not the id of a record");
        insta::assert_snapshot!(said(&with(": approve", ": approved")), @"4: `decision` is not `approve` or `reject`");
        insta::assert_snapshot!(said(&with("f53a", "F53A")), @"5: `content-sha256` is not 64 digits of a SHA-256 in lower case");
        insta::assert_snapshot!(said(&with("after-sha256: 0063", "after-sha256: 63")), @"6: `after-sha256` is not 64 digits of a SHA-256 in lower case");
        insta::assert_snapshot!(said(&with("2027-01-31", "2027-02-31")), @"7: `expires` is not a day such as `2027-01-31`");
        insta::assert_snapshot!(said(&with("2027-01-31", "2027-1-31")), @"7: `expires` is not a day such as `2027-01-31`");
        insta::assert_snapshot!(said(&with("high", "High")), @"8: `risk` is not `low`, `medium`, `high` or `critical`");
        insta::assert_snapshot!(said(&with("alice", "alice bob")), @"9: `approver` is not the id of a person");
        insta::assert_snapshot!(said(&with("15:31:10Z", "5:31:10Z")), @"10: `signed-at` is not a time such as `2026-11-20T15:31:10Z`");
        insta::assert_snapshot!(said(&with("10Z", "10+01:00")), @"10: `signed-at` is not a time such as `2026-11-20T15:31:10Z`");
        insta::assert_snapshot!(said(&with("high", "high ")), @"8: `risk` is not `low`, `medium`, `high` or `critical`");
    }

    #[test]
    fn one_file_holds_one_statement_and_one_signature() {
        insta::assert_snapshot!(refused(&format!("{}x\n", good())), @"17: something stands after the signature (remove what stands after the signature; one file is one approval)");
        insta::assert_snapshot!(refused(&format!("{}{}", good(), good())), @"17: a second statement begins after the signature (remove what stands after the signature; one file is one approval)");
        insta::assert_snapshot!(refused(&format!("{}{ALICE_SIGNED}", good())), @"17: a second signature begins after the first (remove what stands after the signature; one file is one approval)");
        insta::assert_snapshot!(refused(&format!("{}\n", good())), @"17: something stands after the signature (remove what stands after the signature; one file is one approval)");
    }

    #[test]
    fn a_signature_is_whole_and_stands_in_its_own_lines() {
        insta::assert_snapshot!(refused(&statement("alice")), @"the approval has no signature (write the approval anew with `exc approve ID`)");
        insta::assert_snapshot!(said(good().trim_end()), @"16: the last line does not end with LF");
        insta::assert_snapshot!(said(&with(END, "")), @"11: the signature has no end");
        insta::assert_snapshot!(said(&with("U1NIU0lH", "U1NIU0l!")), @"11: the signature cannot be read: PEM Base64 error: invalid Base64 encoding");
        insta::assert_snapshot!(said(&with("U1NIU0lH", "U1NIU0lI")), @"11: the signature cannot be read: format encoding error");
        insta::assert_snapshot!(said(&with("-----BEGIN SSH SIGNATURE-----", "-----BEGIN SSH SIGNATURE----- ")), @"11: this line is not `-----BEGIN SSH SIGNATURE-----`");
        insta::assert_snapshot!(said(&with("10Z\n-----", "10Z-----")), @"10: `-----BEGIN SSH SIGNATURE-----` stands in the middle of a line");
        insta::assert_snapshot!(said(&with("z/gQ=\n", "")), @"11: the signature has no end");
    }

    #[test]
    fn a_file_of_more_than_four_kibibytes_is_not_read() {
        let text = with("EXC-2026-K7QD", &"E".repeat(MAX_APPROVAL_SIZE));
        insta::assert_snapshot!(said(&text), @"the approval has 4735 bytes, more than the 4096 that one may have");
    }

    #[test]
    fn bytes_that_are_no_plain_text_are_refused() {
        let mut bytes = good().into_bytes();
        for byte in [0, 7, 0x1b, 0x7f, 0x80, 0xff, b'\t'] {
            bytes[20] = byte;
            let refused = Approval::parse(&bytes).expect_err("no approval");
            assert_eq!(refused.line, Some(2));
            assert_eq!(
                refused.message,
                format!("the byte 0x{byte:02x} has no place in an approval")
            );
        }
        for end in 0..good().len() {
            assert!(Approval::parse(&good().as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
