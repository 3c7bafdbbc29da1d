//! What a pull request changes, as rules see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::changes::Change;
use crate::history::{Decision, Needs};
use crate::policy::Policy;
use crate::source::Record;
use crate::text::SourceFile;

/// Everything that a pull request changes, from where it left the branch that it goes into.
#[derive(Debug)]
pub(crate) struct Proposal<'a> {
    /// The directory of the register as people know it.
    pub(crate) register: &'a str,
    /// The records that differ, most serious first.
    pub(crate) records: &'a [Change<'a>],
    /// The ids of all records as they will be.
    pub(crate) ids: &'a BTreeSet<String>,
    /// The ids of records that were there once, each with the commit that removed it.
    pub(crate) retired: &'a BTreeMap<String, String>,
    /// The policy before and after, where it differs.
    pub(crate) policies: Option<(&'a Policy, &'a Policy)>,
    /// The files that tell git how to show others, before and after, where they differ. One that is
    /// missing is empty.
    pub(crate) git_files: &'a [GitFile],
    /// Signed approvals and rejections that are not there any more as they were.
    pub(crate) lost_approvals: &'a [LostApproval],
    /// The changed records that need an approval, with what each has.
    pub(crate) needs: &'a [(&'a Record, Needs<'a>)],
}

/// A signed approval or rejection that a change removes, or puts something else in the place of.
#[derive(Clone, Debug)]
pub(crate) struct LostApproval {
    /// As it was.
    pub(crate) file: Arc<SourceFile>,
    pub(crate) record: String,
    /// Whoever signed it.
    pub(crate) person: String,
    pub(crate) decision: Decision,
    /// Whether nothing stands there now.
    pub(crate) is_gone: bool,
}

/// A file that tells git how to show others, before and after.
#[derive(Clone, Debug)]
pub(crate) struct GitFile {
    pub(crate) before: Arc<SourceFile>,
    pub(crate) after: Arc<SourceFile>,
}
