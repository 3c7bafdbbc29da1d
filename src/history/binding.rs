//! Whether a statement is about the text at hand, on top of the history that stands before it.
//!
//! Invariant: a statement fits one text of one record of one register, at one point of its
//! lineage. Brought to any other, it is refused, and the refusal names what differs.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::demand::risk_of;
use super::lineage::Digest;
use super::statement::{Decision, Statement};
use super::texts::Draft;
use crate::model::RiskLevel;

/// A text that wants an approval.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) register: &'a str,
    pub(crate) record: &'a str,
    pub(crate) content: Digest,
    /// The settled history before the text.
    pub(crate) lineage: Digest,
    pub(crate) expires: NaiveDate,
    pub(crate) risk: RiskLevel,
}

/// What a statement is about instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Misfit {
    Register {
        stated: String,
    },
    Record {
        stated: String,
    },
    Text {
        stated: Digest,
    },
    /// The signer was shown another last day than the text has.
    Expiry {
        stated: NaiveDate,
        actual: NaiveDate,
    },
    /// The signer was shown another level than the text has.
    Risk {
        stated: RiskLevel,
        actual: RiskLevel,
    },
    /// The text is the same, and what is settled before it is not.
    Stale {
        stated: Digest,
    },
}

impl Subject<'_> {
    /// What a statement has to fit: a rejection is about a text, whatever was settled before it.
    pub(super) fn for_decision(&self, statement: &Statement) -> Self {
        let lineage = match statement.decision {
            Decision::Approve => self.lineage,
            Decision::Reject => statement.after,
        };
        Self { lineage, ..self.clone() }
    }

    /// The same for a rejection of one of some texts that say what this one says.
    pub(super) fn of_draft(&self, statement: &Statement, drafts: &[Draft]) -> Option<Self> {
        if statement.decision != Decision::Reject || statement.content == self.content {
            return None;
        }
        let draft = drafts.iter().find(|draft| draft.content == statement.content)?;
        let (expires, risk) = (draft.text.exception.expires?, risk_of(&draft.text));
        Some(Self { content: statement.content, expires, risk, ..self.for_decision(statement) })
    }

    /// Refuses a statement about anything else.
    pub(crate) fn fits(&self, statement: &Statement) -> Result<(), Misfit> {
        if statement.register != self.register {
            return Err(Misfit::Register { stated: statement.register.clone() });
        }
        if statement.record != self.record {
            return Err(Misfit::Record { stated: statement.record.clone() });
        }
        if statement.content != self.content {
            return Err(Misfit::Text { stated: statement.content });
        }
        if statement.expires != self.expires {
            return Err(Misfit::Expiry { stated: statement.expires, actual: self.expires });
        }
        if statement.risk != self.risk {
            return Err(Misfit::Risk { stated: statement.risk, actual: self.risk });
        }
        if statement.after != self.lineage {
            return Err(Misfit::Stale { stated: statement.after });
        }
        Ok(())
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register { stated } => write!(f, "the approval is for the register `{stated}`"),
            Self::Record { stated } => write!(f, "the approval is for the record `{stated}`"),
            Self::Text { stated } => {
                write!(f, "the approval is for another text, `{}`", short(*stated))
            }
            Self::Expiry { stated, actual } => {
                write!(f, "the approval says `expires: {stated}`, and the record {actual}")
            }
            Self::Risk { stated, actual } => {
                write!(f, "the approval says `risk: {stated}`, and the record `{actual}`")
            }
            Self::Stale { stated } => write!(
                f,
                "the approval was given on top of another history, `{}`; approve the text again with `exc approve ID`",
                short(*stated)
            ),
        }
    }
}

fn short(digest: Digest) -> String {
    digest.to_string().chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ALICE_SIGNED, REGISTER, approval, day, statement};
    use super::*;

    #[track_caller]
    fn refusal(change: impl FnOnce(&mut Subject<'static>)) -> String {
        let statement = approval(&statement("alice"), ALICE_SIGNED).statement;
        let mut subject = Subject {
            register: REGISTER,
            record: "EXC-2026-K7QD",
            content: Digest::of(b"id: EXC-2026-K7QD\n"),
            lineage: Digest::beginning(REGISTER, "EXC-2026-K7QD"),
            expires: day("2027-01-31"),
            risk: RiskLevel::High,
        };
        assert_eq!(subject.fits(&statement), Ok(()));
        change(&mut subject);
        subject.fits(&statement).expect_err("about something else").to_string()
    }

    #[test]
    fn a_statement_from_another_register_or_about_another_record_does_not_fit() {
        insta::assert_snapshot!(
            refusal(|it| it.register = "e4ca54de-b588-41bd-a0bc-523c6422bb9d"),
            @"the approval is for the register `6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11`"
        );
        insta::assert_snapshot!(refusal(|it| it.record = "EXC-2026-8H2C"), @"the approval is for the record `EXC-2026-K7QD`");
    }

    #[test]
    fn one_more_space_in_the_text_does_not_fit() {
        insta::assert_snapshot!(
            refusal(|it| it.content = Digest::of(b"id:  EXC-2026-K7QD\n")),
            @"the approval is for another text, `f53a7121b781`"
        );
    }

    #[test]
    fn the_same_text_on_top_of_a_later_history_does_not_fit() {
        insta::assert_snapshot!(
            refusal(|it| it.lineage = it.lineage.advance(Digest::of(b"a closed text"))),
            @"the approval was given on top of another history, `0063be5eb895`; approve the text again with `exc approve ID`"
        );
    }

    #[test]
    fn what_the_signer_saw_is_what_the_record_says() {
        insta::assert_snapshot!(refusal(|it| it.expires = day("2027-02-28")), @"the approval says `expires: 2027-01-31`, and the record 2027-02-28");
        insta::assert_snapshot!(refusal(|it| it.risk = RiskLevel::Low), @"the approval says `risk: high`, and the record `low`");
    }
}
