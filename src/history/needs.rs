//! What a text takes to be approved, and what of that is there, as a reviewer and a gate ask for it.

use std::collections::BTreeMap;

use super::proposal::Proposal;
use super::reason::Reason;
use super::squash::OwnCommit;
use super::statement::Decision;
use super::tally::Vote;
use super::way_out::WayOut;
use crate::model::RiskLevel;
use crate::policy::{Evidence, Person};

/// What a text takes to be approved.
#[derive(Debug)]
pub(crate) struct Needs<'p> {
    /// The higher one of before and after.
    pub(crate) risk: RiskLevel,
    /// Different persons.
    pub(crate) quorum: u32,
    /// Weakest first.
    pub(crate) accepted: Vec<Evidence>,
    /// Those who may approve it.
    pub(crate) approvers: Vec<&'p Person>,
    /// Why others with the role cannot.
    pub(crate) barred: Vec<Reason>,
    /// Who has, each once, with the strongest evidence.
    pub(crate) have: BTreeMap<String, Evidence>,
    pub(crate) rejected: Vec<String>,
    /// Who says to have rejected another text of it, which the mainline has not seen.
    pub(crate) rejected_before: Vec<String>,
    /// Why what is there does not count, or is to be taken with care.
    pub(crate) why: Vec<Reason>,
    /// Those of them that keep every approval from counting, whoever gives it.
    pub(crate) blocked: Vec<Reason>,
    pub(crate) is_met: bool,
    /// Approvals that count now, and that a squash would void.
    pub(crate) own_commits: Vec<OwnCommit>,
    /// Who can give what is missing.
    pub(crate) way: WayOut,
    /// Whether nothing but signatures counts, so that all of it has to be there before it lands.
    pub(crate) takes_signatures: bool,
}

impl<'p> Needs<'p> {
    /// None where nobody has to approve the text. `is_known` says of a path whether the mainline
    /// holds that approval already, so that one of an older text is no news.
    pub(crate) fn of(
        proposal: &Proposal<'p>,
        votes: &[Vote],
        is_known: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        if proposal.needless.is_some() {
            return None;
        }
        let tally = proposal.tally(votes);
        let (approvers, barred) = proposal.approvers();
        let demand = &proposal.demand;
        let n_have = u32::try_from(tally.have.len()).unwrap_or(u32::MAX);
        let is_met = !tally.is_blocked() && n_have >= demand.quorum;
        let way = proposal.way_out(&tally);
        let is_old = |vote: &&Vote| vote.is_of_another_text() && !is_known(&vote.path);
        let stated = votes.iter().filter(is_old).filter_map(|vote| vote.stated.as_ref());
        let rejected = stated.filter(|it| it.decision == Decision::Reject);
        let mut rejected_before: Vec<String> = rejected.map(|it| it.approver.clone()).collect();
        rejected_before.dedup();
        let is_news = |vote: &&Vote| !(vote.is_of_another_text() && is_known(&vote.path));
        let mut why: Vec<Reason> =
            votes.iter().filter(is_news).filter_map(|vote| vote.refusal.clone()).collect();
        why.extend(tally.rejected.iter().map(|it| Reason::Rejected { person: it.clone() }));
        why.extend(tally.blocked.iter().cloned());
        why.extend(tally.notes);
        let kinds = [Evidence::Trailer, Evidence::Landing, Evidence::Signed];
        Some(Self {
            risk: demand.risk,
            quorum: demand.quorum,
            accepted: kinds.into_iter().filter(|it| demand.accepted.contains(*it)).collect(),
            approvers,
            barred,
            have: tally.have,
            rejected: tally.rejected,
            rejected_before,
            why,
            blocked: tally.blocked,
            is_met,
            own_commits: proposal.own_commits(votes),
            way,
            takes_signatures: proposal.needs_signatures(),
        })
    }
}
