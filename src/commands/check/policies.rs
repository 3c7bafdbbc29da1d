//! By which policy a change is judged, and what it makes of the policy.
//!
//! Invariant: a change is never judged by a policy of its own, but for the one that starts a
//! register.

use super::base::Side;
use crate::commands::Failure;
use crate::commands::revisions::short;
use crate::commands::workspace::usable_policy;
use crate::finding::Finding;
use crate::git::Repo;
use crate::policy::Policy;
use crate::register::{Merge, POLICY_FILE, Store};

/// The policies of a change.
pub(super) struct Policies {
    pub(super) judging: Policy,
    /// The policy where the change left the branch, if that is another one and can be used.
    before: Option<Policy>,
    /// The policy as the change has it, where the change edits it and it can be used.
    proposed: Option<Policy>,
    /// What is said about the file.
    pub(super) findings: Vec<Finding>,
    /// Whether the change leaves a policy by which nothing could be judged any more.
    pub(super) is_unusable: bool,
}

impl Policies {
    /// The policy before and after the change, where it edits it.
    pub(super) fn change(&self) -> Option<(&Policy, &Policy)> {
        Some((self.before.as_ref().unwrap_or(&self.judging), self.proposed.as_ref()?))
    }
}

/// Reads the policy of the tip of the base, and that of the change where it differs.
pub(super) fn policies(
    repo: &Repo,
    merge: &Merge,
    name: &str,
    into: &Side,
    head: &Side,
    notes: &mut Vec<String>,
) -> Result<Result<Policies, Vec<Finding>>, Failure> {
    let path = merge.into.file(POLICY_FILE);
    let at = |commit| repo.entry_at(commit, &path);
    let (before, judging, after) = (at(merge.base)?, at(into.commit)?, at(head.commit)?);
    let base = format!("`{}` ({})", into.name, short(into.commit));
    if judging.is_none() {
        if after.is_none() {
            let message =
                format!("no register: `{path}` is neither on {base} nor in `{}`", head.name);
            let hint = "run `exc init` to start one, or name one with `--register DIR`";
            return Err(Failure::new(message).hint(hint));
        }
        notes.push(format!("there is no `{path}` on {base} yet: judged by that of the change"));
        let own = usable_policy(&Store::Commit(merge.head()), name);
        return Ok(own.map(|(judging, findings)| Policies {
            judging,
            before: None,
            proposed: None,
            findings,
            is_unusable: false,
        }));
    }
    let (judging, findings) = match usable_policy(&Store::Commit(merge.into.clone()), name) {
        Ok(read) => read,
        Err(findings) => return Ok(Err(findings)),
    };
    let mut policies =
        Policies { judging, before: None, proposed: None, findings, is_unusable: false };
    if before == after {
        return Ok(Ok(policies));
    }
    notes.push(format!("`{path}` is changed here: judged by the policy on {base}"));
    policies.before =
        usable_policy(&Store::Commit(merge.base()), name).ok().map(|(policy, _)| policy);
    match usable_policy(&Store::Commit(merge.head()), name) {
        Ok((proposed, findings)) => {
            policies.proposed = Some(proposed);
            policies.findings = findings;
        }
        Err(findings) => {
            policies.findings = findings;
            policies.is_unusable = true;
        }
    }
    Ok(Ok(policies))
}
