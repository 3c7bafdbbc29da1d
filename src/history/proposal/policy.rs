//! The text of the policy itself, as a proposal.

use super::{Ground, Needless, OnMainline, Proposal, UNKNOWN};
use crate::changes;
use crate::history::binding::Subject;
use crate::history::demand::Demand;
use crate::history::lineage::Digest;
use crate::history::policies::{NO_END, POLICY_ID, Policies};
use crate::history::verdict::State;
use crate::model::RiskLevel;
use crate::policy::Policy;

impl<'a> Proposal<'a> {
    /// The text of the policy itself, at a path from the root of the repository.
    pub(crate) fn of_policy(
        ground: Ground<'a>,
        policies: Option<&Policies>,
        proposed: &Policy,
        path: &str,
    ) -> Self {
        let Ground { policy, branch, is_complete } = ground;
        let demand = Demand::of_policy(policy);
        let content = Digest::of(proposed.file().text().as_bytes());
        let is_settled = proposed.file().text() == policy.file().text();
        let needless = match () {
            () if is_settled => Some(Needless::Settled),
            () if changes::policies_agree(policy, proposed) => Some(Needless::SamePolicy),
            () if !demand.has_approvers() => Some(Needless::NobodyCould),
            () => None,
        };
        let revisions = policies.map_or(&[][..], |policies| &policies.revisions);
        let standing = match is_settled {
            true => {
                let texts = revisions.iter().rev().filter(|it| it.content == content);
                texts.into_iter().find(|it| it.state.is_approved())
            }
            false => revisions.last().filter(|it| it.content == content && it.state == State::Open),
        };
        let after = standing.and_then(|it| it.after);
        let lineage = after.or(policies.and_then(|policies| policies.lineage));
        let lineage = lineage.unwrap_or_else(|| Digest::beginning(&policy.register, POLICY_ID));
        let landed = standing.into_iter().flat_map(|it| &it.evidence);
        let mut wrote = policies.map(|policies| policies.wrote.clone()).unwrap_or_default();
        wrote.add_all(branch.writers.get(path.as_bytes()));
        if let Some(policies) = policies {
            wrote.join(&policies.older.of_exact(content));
        }
        let rejected = policies.map_or_else(Vec::new, |policies| {
            policies.rejections.of(POLICY_ID, content, None, &demand, &wrote)
        });
        Self {
            demand,
            kind: if is_complete { "policy change" } else { UNKNOWN },
            needless: needless.filter(|_| is_complete),
            landed: landed.map(OnMainline::from).collect(),
            doubts: Vec::new(),
            is_on_mainline: standing.is_some_and(|it| it.state == State::Open),
            subject: Subject {
                register: &policy.register,
                record: POLICY_ID,
                content,
                lineage,
                expires: NO_END,
                risk: RiskLevel::Critical,
            },
            branch,
            wrote,
            rejected,
            drafts: Vec::new(),
            is_complete,
        }
    }
}
