//! What a person has to see of a text before signing it.
//!
//! Invariant: the whole of it is in what differs from the settled text, or in the text itself.

use super::{Matter, Proposed, Text};
use crate::changes::{self, FieldChange};
use crate::commands::Failure;
use crate::model::Exception;
use crate::report::policies::PolicyChange;
use crate::source::Record;

impl Proposed<'_> {
    /// What differs from the settled text of a record; nothing where there is none.
    pub(crate) fn changes(&self, matter: &Matter<'_>) -> Vec<FieldChange> {
        match (&matter.text, self.settled(matter)) {
            (Text::Record(record), Some(settled)) => {
                changes::compare(Some(settled), Some(record)).fields
            }
            _ => Vec::new(),
        }
    }

    /// What differs from the settled policy.
    pub(crate) fn policy_change(
        &self,
        matter: &Matter<'_>,
    ) -> Result<Option<PolicyChange<'_>>, Failure> {
        match &matter.text {
            Text::Policy(policy, _) => Ok(PolicyChange::between(self.judge()?, policy)),
            Text::Record(_) => Ok(None),
        }
    }

    /// All that a text says: of a record without a settled text always, since it is all new.
    pub(crate) fn whole(&self, matter: &Matter<'_>, is_asked: bool) -> Vec<FieldChange> {
        match &matter.text {
            Text::Record(record) if is_asked || self.settled(matter).is_none() => {
                changes::compare(None, Some(record)).fields
            }
            Text::Policy(policy, _) if is_asked => changes::policy_fields(policy),
            _ => Vec::new(),
        }
    }

    fn settled(&self, matter: &Matter<'_>) -> Option<&Record> {
        match &matter.text {
            Text::Record(record) => self.trail(record)?.settled.as_deref(),
            Text::Policy(..) => None,
        }
    }
}

impl Matter<'_> {
    /// What it grants; a policy grants nothing by itself.
    pub(crate) fn exception(&self) -> Option<&Exception> {
        match &self.text {
            Text::Record(record) => Some(&record.exception),
            Text::Policy(..) => None,
        }
    }
}
