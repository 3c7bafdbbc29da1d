//! Which approvals each changed record needs, and has, before it lands.

use std::collections::BTreeMap;

use super::base::Side;
use super::incoming::Incoming;
use crate::changes::Change;
use crate::commands::Failure;
use crate::commands::revisions::short;
use crate::git::Repo;
use crate::history::{
    Audit, Branch, Ground, Landed, MAX_APPROVAL_SIZE, Needs, POLICY_ID, Proposal, Vote, Wanted,
};
use crate::policy::Policy;
use crate::register::{self, ApprovalFile, Register, Store};
use crate::render::way_out::squashed;
use crate::rules::Context;
use crate::source::Record;

/// What the mainline says about the changed records, and who wrote what is not on it.
pub(super) struct Approvals {
    landed: Landed,
    audit: Audit,
    branch: Branch,
}

/// A changed record that needs an approval, with what it has.
pub(super) type Standing<'a> = (&'a Record, Needs<'a>);

impl Approvals {
    /// Reads the history of the base, as far as the changed records take it; none where neither a
    /// record nor the policy changed.
    pub(super) fn read(
        repo: &Repo,
        incoming: &Incoming<'_>,
        records: &[Change<'_>],
        register: &Register,
        has_policy: bool,
    ) -> Result<Option<Self>, Failure> {
        let changed = records.iter().filter_map(|change| change.after);
        let mut changed: Vec<&str> = changed.map(|record| record.exception.id.as_str()).collect();
        if changed.is_empty() {
            if !has_policy {
                return Ok(None);
            }
            changed.push(POLICY_ID);
        }
        let merge = &incoming.merge;
        let folder = &merge.into.folder;
        let others = incoming.others(register, &changed);
        let wanted = Wanted::Records { ids: &changed, others: Some(&others) };
        let chain = repo.chain(merge.into.commit)?;
        let landed = Landed::read(repo, &chain, folder, wanted)?;
        let audit = Audit::of_records(&landed, &changed, &[]);
        let branch = Branch::since(repo, &landed, [merge.into.commit, merge.head], folder)?;
        Ok(Some(Self { landed, audit, branch }))
    }

    /// What the changed records need and have; nothing of those that need nothing.
    pub(super) fn standings<'a>(
        &'a self,
        incoming: &Incoming<'_>,
        records: &[Change<'a>],
        judging: &'a Policy,
        context: &Context<'_>,
    ) -> Result<Vec<Standing<'a>>, Failure> {
        let files = read(&Store::Merged(incoming.merge.clone()), incoming.name)?;
        let known = read(&Store::Commit(incoming.merge.into.clone()), incoming.name)?;
        let is_known = |path: &str| known.values().flatten().any(|file| file.path == path);
        let ground = self.ground(judging);
        let mut standings = Vec::new();
        for record in records.iter().filter_map(|change| change.after) {
            let trail = self.audit.heard(&record.exception.id);
            let Some(proposal) = Proposal::of_record(ground, trail, record) else { continue };
            let votes = votes(&proposal, &files, context);
            standings.extend(Needs::of(&proposal, &votes, is_known).map(|needs| (record, needs)));
        }
        Ok(standings)
    }

    /// What people are told about a change of the policy.
    pub(super) fn note_of_policy(
        &self,
        incoming: &Incoming<'_>,
        judging: &Policy,
        proposed: &Policy,
        context: &Context<'_>,
    ) -> Result<Option<String>, Failure> {
        let ground = self.ground(judging);
        let path = incoming.policy_path();
        let policies = Some(&self.audit.policies);
        let proposal = Proposal::of_policy(ground, policies, proposed, &path);
        let files = read(&Store::Merged(incoming.merge.clone()), incoming.name)?;
        let votes = votes(&proposal, &files, context);
        let needs = Needs::of(&proposal, &votes, |_| false);
        Ok(needs.map(|needs| sentence(&path, "", &needs)))
    }

    fn ground<'a>(&'a self, judging: &'a Policy) -> Ground<'a> {
        Ground {
            policy: self.audit.policies.in_force().last().map_or(judging, |policy| policy),
            branch: &self.branch,
            is_complete: self.landed.missing.is_none(),
        }
    }

    /// What landed on the base of the changed records.
    pub(super) fn landed(&self) -> &Landed {
        &self.landed
    }

    /// What people are told about them, one line each.
    pub(super) fn notes(&self, standings: &[Standing<'_>], into: &Side) -> Vec<String> {
        let mut notes: Vec<String> = standings.iter().map(note).collect();
        if let Some(policy) = self.audit.policies.settled() {
            let squashes = self.landed.squashes(policy);
            notes.extend(standings.iter().flat_map(|(record, needs)| {
                let own = needs.own_commits.iter();
                own.filter_map(|own| squashed(&record.exception.id, own, squashes, &into.name))
            }));
        }
        if let Some(object) = self.landed.missing {
            notes.push(format!(
                "this clone stops before {}, so whether signatures are on top of the right history is not known: `git fetch --unshallow`",
                short(object)
            ));
        }
        notes.extend(unsettled(&self.audit, into));
        notes
    }

    /// Whether a verdict about signatures cannot be given.
    pub(super) fn is_unknown(&self, standings: &[Standing<'_>]) -> bool {
        self.landed.missing.is_some() && standings.iter().any(|(_, needs)| needs.takes_signatures)
    }
}

/// What people are told about the policy of the base where no record changes, and so nothing else of
/// its history is read. A change that leaves the register alone does not ask for it.
pub(super) fn note_of_base(
    repo: &Repo,
    incoming: &Incoming<'_>,
    into: &Side,
) -> Result<Option<String>, Failure> {
    if incoming.is_empty() {
        return Ok(None);
    }
    let snapshot = &incoming.merge.into;
    let chain = repo.chain(snapshot.commit)?;
    let landed = Landed::read(repo, &chain, &snapshot.folder, Wanted::records(&[]))?;
    Ok(unsettled(&Audit::of_records(&landed, &[], &[]), into))
}

/// That the rules are those of a policy which nobody approved.
fn unsettled(audit: &Audit, into: &Side) -> Option<String> {
    let last = audit.policies.revisions.last().filter(|_| audit.policies.is_unsettled())?;
    Some(format!(
        "the policy on {} has a change that nobody approved: approvals are judged by the one before it (`exc audit`), and the rules are those of the change in {}, which `exc approve {POLICY_ID}` approves",
        into.name,
        short(last.commit)
    ))
}

pub(super) type Files = BTreeMap<String, Vec<ApprovalFile>>;

/// The files among the approvals of a register that people know as `name`.
pub(super) fn read(store: &Store, name: &str) -> Result<Files, Failure> {
    register::approvals(store, name, MAX_APPROVAL_SIZE as u64).map_err(Failure::new)
}

fn votes(proposal: &Proposal<'_>, files: &Files, context: &Context<'_>) -> Vec<Vote> {
    let own = files.get(proposal.id()).into_iter().flatten();
    let vote = |file: &ApprovalFile| match &file.bytes {
        Ok(bytes) => proposal.vote(&file.path, bytes, context.today),
        Err(reason) => Vote::unreadable(&file.path, reason),
    };
    own.map(vote).chain(proposal.left_again(context.today)).collect()
}

fn note((record, needs): &Standing<'_>) -> String {
    let risk = match record.exception.risk.level {
        None => format!(" as at {} risk, since it states none", needs.risk),
        Some(_) => format!(" at {} risk", needs.risk),
    };
    sentence(&record.exception.id, &risk, needs)
}

fn sentence(id: &str, risk: &str, needs: &Needs<'_>) -> String {
    let kinds: Vec<&str> = needs.accepted.iter().map(|kind| kind.as_str()).collect();
    let kinds = kinds.join(" or ");
    let have: Vec<String> =
        needs.have.iter().map(|(person, kind)| format!("{person} ({})", kind.as_str())).collect();
    let have = match have.len() {
        0 => "has none yet".to_owned(),
        n => format!("has {n}: {}", have.join(", ")),
    };
    let may = match (needs.way.approvers.as_slice(), needs.way.n_lacking()) {
        ([], _) if needs.have.is_empty() => "nobody may approve it".to_owned(),
        ([], _) => "nobody else may approve it".to_owned(),
        (may, 0) => format!("may: {}", may.join(", ")),
        (may, _) => format!("may: {}, too few", may.join(", ")),
    };
    let needed = crate::render::count(needs.quorum as usize, "approval");
    let line = format!("`{id}` needs {needed}{risk} ({kinds}), {have}");
    let line = if needs.is_met { line } else { format!("{line}; {may}") };
    let blocked: Vec<String> = needs.blocked.iter().map(ToString::to_string).collect();
    // Where nobody may approve it, that is enough to know.
    let line = match blocked.is_empty() || needs.way.approvers.is_empty() {
        true => line,
        false => format!("{line}; as it is, no approval of it would count: {}", blocked.join(", ")),
    };
    match needs.rejected_before.as_slice() {
        [] => line,
        people => format!(
            "{line}; another text of it was rejected by {}: see whether this one answers that",
            people.join(", ")
        ),
    }
}
