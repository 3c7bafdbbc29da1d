//! The checks that `exc` makes: one rule per file, each with its code, its page, its check and its
//! tests.
//!
//! A rule is a constant in [`RULES`]. It looks at one record ([`Check::Record`],
//! [`Check::OpenRecord`]), at a target with a fault ([`Check::Target`]) or at all records
//! ([`Check::Register`]), at a record that a pull request changes ([`Check::Change`]) or at all that
//! it changes ([`Check::Proposal`]), and pushes findings; it never prints, and never reads a file or
//! the clock.
//! What is noticed while a file is read, or about the machine ([`Check::Load`]), has its page here
//! as well. What several rules share stands beside them: [`prose`], [`scope_fault`],
//! [`over_budget`]. The policy sets their [`levels`].
//!
//! A page has four parts: *What it checks*, *Why it matters*, *Example*, *Instead*. A test runs
//! every example, which must raise that code and no other, and every instead, which must raise
//! none. An example is YAML that replaces the keys of a good record, or, in an `sh` block, commands
//! run in a good register; in a `console` block, what a terminal shows about its commits. Where the
//! rule is about a change, it is the change of a good register; a `diff` block says what it was.
//!
//! A new rule: the next free number of its hundred (never one that was used), a file named after
//! it (a directory, where it has lists of words), a line in [`RULES`], and a line in `CHANGELOG.md`.

mod ambiguous_scalar;
mod anchor_or_alias;
mod bidi_control;
mod binding_form;
mod byte_order_mark;
mod clock_behind;
mod closed_without_outcome;
mod colliding_names;
mod confusable;
mod control_character;
mod control_over_budget;
mod dates_reversed;
mod deleted_record;
mod duplicate_id;
mod duplicate_key;
mod duration_too_long;
mod emoji_joiner;
mod empty_register;
#[cfg(test)]
mod evasions;
mod executable_file;
mod expired;
mod expiring;
mod expiry_cliff;
mod explicit_tag;
mod extended_without_renewal;
mod file_name;
mod file_too_large;
mod future_date;
mod id_format;
mod incomplete_compensating_control;
mod invalid_value;
mod invisible_character;
mod judging;
mod key_not_a_string;
mod levels;
mod line_separator;
mod lone_carriage_return;
mod look_alike_owner;
mod merge_key;
mod milestone_past_due;
mod misleading_git_file;
mod missing_field;
mod mixed_script;
mod moved_opening;
mod nested_too_deep;
mod never_exempt;
mod no_compensating_control;
mod non_ascii_identifier;
mod not_a_date;
mod not_a_mapping;
mod not_a_regular_file;
mod not_approved;
mod not_utf8;
mod over_budget;
mod overlapping_scope;
mod owner_is_group;
mod placeholder_text;
#[cfg(test)]
mod properties;
mod proposal;
mod prose;
mod raw_control_character;
mod removed_approval;
mod removed_rejection;
mod renewal_grants_nothing;
mod renewal_repeats;
mod renewals_do_not_add_up;
mod renewed_late;
mod reused_id;
mod review_overdue;
mod rewritten_renewal;
mod scope_fault;
mod scope_form;
mod scope_kind;
mod scope_repeats;
mod scope_too_broad;
mod scope_wildcard;
mod several_documents;
mod stray_approval;
mod stray_file;
mod symlink;
mod tab_indentation;
mod team_over_budget;
#[cfg(test)]
pub(crate) mod testing;
mod too_many_renewals;
mod total_too_long;
mod unknown_control;
mod unknown_key;
mod unportable_name;
mod unreadable_file;
mod unusable_policy;
mod unverified_compensating_control;
mod vague_justification;
mod verification_stale;
mod verification_too_rare;
mod weakened_policy;
mod wrong_type;
mod yaml_syntax;

use chrono::NaiveDate;

pub(crate) use self::expired::CODE as EXPIRED;
pub(crate) use self::judging::{
    check, check_approvals, check_bindings, check_clock, check_proposal, check_some, judge,
    judge_whole,
};
pub(crate) use self::levels::{check_levels, name_codes};
pub(crate) use self::proposal::{GitFile, LostApproval, Proposal};
use self::scope_fault::FaultyTarget;
pub(crate) use self::weakened_policy::usual as usual_level;
use crate::changes::Change;
use crate::finding::{Code, Finding};
use crate::model::Exception;
use crate::policy::Policy;
use crate::register::Register;
use crate::source::Record;
use crate::text::shell_word;

/// A check, with its page.
pub(crate) struct Rule {
    pub(crate) code: &'static Code,
    /// Markdown; see the module's documentation.
    pub(crate) docs: &'static str,
    pub(crate) check: Check,
}

/// What a rule looks at.
pub(crate) enum Check {
    /// Noticed while a file is listed, read or validated, or about the machine.
    Load,
    Record(fn(&Record, &Context<'_>, &mut Vec<Finding>)),
    /// A record that is open: what is closed is left alone.
    OpenRecord(fn(&Record, &Context<'_>, &mut Vec<Finding>)),
    /// One target of an open record, which is known to have a fault.
    Target(fn(&FaultyTarget<'_>, &Context<'_>, &mut Vec<Finding>)),
    Register(fn(&Register, &Context<'_>, &mut Vec<Finding>)),
    /// A record that a pull request changes.
    Change(fn(&Change<'_>, &Context<'_>, &mut Vec<Finding>)),
    /// Everything that a pull request changes.
    Proposal(fn(&Proposal<'_>, &Context<'_>, &mut Vec<Finding>)),
}

impl Check {
    /// Looks at a record, if this is a check of single records.
    fn look_at(&self, record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
        match self {
            Self::Record(check) => check(record, context, findings),
            Self::OpenRecord(check) if record.exception.is_open() => {
                check(record, context, findings);
            }
            _ => {}
        }
    }
}

/// What every rule may know besides the records.
pub(crate) struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) today: NaiveDate,
}

impl Context<'_> {
    /// Labels the line of the policy that is the reason for a finding, where it is written down.
    fn because(&self, finding: Finding, pointer: &str, text: impl Into<String>) -> Finding {
        match self.policy.at(pointer) {
            Some(place) => finding.label(place, text),
            None => finding,
        }
    }
}

/// All rules, by code.
pub(crate) const RULES: &[&Rule] = &[
    &yaml_syntax::RULE,
    &not_utf8::RULE,
    &raw_control_character::RULE,
    &lone_carriage_return::RULE,
    &file_too_large::RULE,
    &stray_file::RULE,
    &symlink::RULE,
    &not_a_regular_file::RULE,
    &colliding_names::RULE,
    &unreadable_file::RULE,
    &anchor_or_alias::RULE,
    &nested_too_deep::RULE,
    &duplicate_key::RULE,
    &explicit_tag::RULE,
    &merge_key::RULE,
    &ambiguous_scalar::RULE,
    &several_documents::RULE,
    &key_not_a_string::RULE,
    &not_a_mapping::RULE,
    &file_name::RULE,
    &byte_order_mark::RULE,
    &executable_file::RULE,
    &tab_indentation::RULE,
    &unportable_name::RULE,
    &unusable_policy::RULE,
    &unknown_key::RULE,
    &missing_field::RULE,
    &wrong_type::RULE,
    &invalid_value::RULE,
    &placeholder_text::RULE,
    &vague_justification::RULE,
    &owner_is_group::RULE,
    &incomplete_compensating_control::RULE,
    &no_compensating_control::RULE,
    &unknown_control::RULE,
    &never_exempt::RULE,
    &id_format::RULE,
    &unverified_compensating_control::RULE,
    &scope_kind::RULE,
    &scope_form::RULE,
    &scope_too_broad::RULE,
    &scope_wildcard::RULE,
    &scope_repeats::RULE,
    &binding_form::RULE,
    &not_a_date::RULE,
    &dates_reversed::RULE,
    &duration_too_long::RULE,
    &too_many_renewals::RULE,
    &total_too_long::RULE,
    &renewals_do_not_add_up::RULE,
    &expired::RULE,
    &expiring::RULE,
    &verification_stale::RULE,
    &review_overdue::RULE,
    &milestone_past_due::RULE,
    &closed_without_outcome::RULE,
    &future_date::RULE,
    &renewed_late::RULE,
    &verification_too_rare::RULE,
    &renewal_repeats::RULE,
    &duplicate_id::RULE,
    &overlapping_scope::RULE,
    &team_over_budget::RULE,
    &control_over_budget::RULE,
    &expiry_cliff::RULE,
    &empty_register::RULE,
    &deleted_record::RULE,
    &reused_id::RULE,
    &extended_without_renewal::RULE,
    &moved_opening::RULE,
    &rewritten_renewal::RULE,
    &weakened_policy::RULE,
    &misleading_git_file::RULE,
    &removed_rejection::RULE,
    &removed_approval::RULE,
    &renewal_grants_nothing::RULE,
    &not_approved::RULE,
    &stray_approval::RULE,
    &control_character::RULE,
    &line_separator::RULE,
    &bidi_control::RULE,
    &invisible_character::RULE,
    &non_ascii_identifier::RULE,
    &look_alike_owner::RULE,
    &mixed_script::RULE,
    &emoji_joiner::RULE,
    &clock_behind::RULE,
];

/// The rule of a code (`EXC203`) or a name (`duration-too-long`).
pub(crate) fn find(code: &str) -> Option<&'static Rule> {
    let is_meant =
        |rule: &&&Rule| rule.code.id.eq_ignore_ascii_case(code) || rule.code.name == code;
    RULES.iter().find(is_meant).copied()
}

/// What an owner does about an end that is near or past.
fn way_on(when: &str, exception: &Exception) -> String {
    let id = command_id(exception);
    format!(
        "`exc close {id}` {when} the control is met; otherwise `exc renew {id}`, with a new reason and new evidence"
    )
}

/// A record as a command that somebody types takes it.
fn command_id(exception: &Exception) -> String {
    if exception.id.is_empty() { "ID".to_owned() } else { shell_word(&exception.id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.code.id).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(codes, sorted);
        let names: std::collections::BTreeSet<&str> =
            RULES.iter().map(|rule| rule.code.name).collect();
        assert_eq!(names.len(), RULES.len());
    }
}
