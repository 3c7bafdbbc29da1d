//! A repository in which people file, approve and change records, made commit by commit, and the
//! verdict that its history gets.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeZone, Utc};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use super::keeping::check_kept;
use crate::git::testing::History;
use crate::git::{Chain, ObjectId, Repo};
use crate::history::lineage::Digest;
use crate::history::signature::NAMESPACE;
use crate::history::statement::{Decision, Statement};
use crate::history::{Anchor, Audit, Landed, Trail, Verdict, Wanted};
use crate::model::RiskLevel;
use crate::rules::testing::overlaid;

pub(super) const ID: &str = "EXC-2026-K7QD";
pub(super) const PATH: &str = "exceptions/EXC-2026-K7QD.yaml";
pub(super) const POLICY: &str = "exceptions/policy.yaml";
pub(super) const REGISTER: &str = "6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11";
pub(super) const GITHUB: &str = "GitHub <noreply@github.com>";

/// A record at medium risk that Carol requests.
pub(super) const RECORD: &str = "\
id: EXC-2026-K7QD
title: Model proxy keeps a public endpoint
controls: [AZ-NET-004]
scope: [\"azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-proxy\"]
risk: {level: medium, statement: Prompt traffic is reachable from the internet.}
owner: {name: Dana Ruiz, email: dana@example.com, team: ai-platform}
requester: {name: Carol Park, email: carol@example.com}
justification: {blocker: The region offers no private link., end_state: Traffic enters privately.}
compensating_controls:
  - {description: IP allow-list, reduces: use from outside, owner: ops@example.com, evidence: run 1, verified: 2023-11-02, verify_every: 30d}
remediation: {plan: Migrate., milestones: [{due: 2024-01-15, what: Staging}]}
opened: 2023-11-14
expires: 2024-03-31
renewals: []
";

/// What the policy demands where a test says nothing else: signatures, one or two.
pub(super) const SIGNED: &str = "\
approvals:
  accept: {low: [signed], medium: [signed], high: [signed], critical: [signed]}
  policy_change: {quorum: 1, accept: [landing, signed]}
";

/// What it demands where all kinds of evidence count.
pub(super) const ANY: &str = "\
approvals:
  accept: {low: [trailer, landing, signed], medium: [trailer, landing, signed], high: [trailer, landing, signed], critical: [signed]}
";

pub(super) type Files = BTreeMap<String, String>;

pub(super) struct World {
    pub(super) history: History,
    pub(super) main: ObjectId,
    pub(super) files: Files,
    anchors: Vec<(ObjectId, i64)>,
}

/// Commits that are not on the mainline yet.
pub(super) struct Branch {
    pub(super) tip: ObjectId,
    commits: Vec<(String, Files)>,
    pub(super) files: Files,
}

/// `Name <name@example.com>` of a person in the story.
pub(super) fn who(name: &str) -> String {
    match name.contains('<') {
        true => name.to_owned(),
        false => format!("{name} <{name}@example.com>"),
    }
}

/// A key that belongs to whoever the seed says.
pub(super) fn key(seed: u8) -> PrivateKey {
    let pair = Ed25519Keypair::from_seed(&[seed; 32]);
    PrivateKey::new(KeypairData::Ed25519(pair), "").expect("a key")
}

fn seed(name: &str) -> u8 {
    name.bytes().fold(7, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte))
}

pub(super) fn public(name: &str) -> String {
    key(seed(name)).public_key().to_openssh().expect("a public key")
}

/// A person of the policy with one key; `days` goes on with the key.
pub(super) fn person(name: &str, roles: &str, days: &str) -> String {
    let key = public(name);
    format!(
        "  - {{id: {name}, name: {name}, emails: [{name}@example.com], roles: [{roles}], keys: [{{key: \"{key}\"{days}}}]}}\n"
    )
}

/// Alice and Bob may approve, Erin at critical risk too; Carol and Mallory may not.
pub(super) fn people() -> String {
    let approvers = ["alice", "bob"].map(|name| person(name, "approver", "")).concat();
    let others = ["carol", "mallory", "dana"].map(|name| person(name, "", "")).concat();
    format!("people:\n{approvers}{}{others}", person("erin", "approver, risk-owner", ""))
}

pub(super) fn policy(demands: &str) -> String {
    format!("version: 1\nregister: {REGISTER}\n{demands}{}", people())
}

impl World {
    pub(super) fn new() -> Self {
        Self::with_policy(&policy(SIGNED))
    }

    pub(super) fn with_policy(policy: &str) -> Self {
        let history = History::new();
        let files = Files::from([(POLICY.to_owned(), policy.to_owned())]);
        let main = commit(&history, "dana", "dana", "start\n", &[], &files);
        Self { history, main, files, anchors: Vec::new() }
    }

    /// One with the record that Alice approved.
    pub(super) fn approved() -> Self {
        let mut world = Self::new();
        let mut branch = world.branch();
        world.edit(&mut branch, "carol", "");
        world.sign(&mut branch, "carol", "alice");
        world.merge(&branch, "dana");
        world
    }

    pub(super) fn branch(&self) -> Branch {
        Branch { tip: self.main, commits: Vec::new(), files: self.files.clone() }
    }

    /// A commit on a branch that changes files.
    pub(super) fn commit(
        &self,
        branch: &mut Branch,
        author: &str,
        change: impl FnOnce(&mut Files),
    ) {
        self.commit_as(branch, author, "change\n", change);
    }

    pub(super) fn commit_as(
        &self,
        branch: &mut Branch,
        author: &str,
        message: &str,
        change: impl FnOnce(&mut Files),
    ) {
        change(&mut branch.files);
        let tip = [branch.tip];
        branch.tip = commit(&self.history, author, author, message, &tip, &branch.files);
        branch.commits.push((author.to_owned(), branch.files.clone()));
    }

    /// A commit on a branch that changes fields of the record.
    pub(super) fn edit(&self, branch: &mut Branch, author: &str, changes: &str) {
        self.commit(branch, author, |files| edit(files, changes));
    }

    /// A commit on a branch by `author` with the statement of `approver` about the record there.
    pub(super) fn sign(&self, branch: &mut Branch, author: &str, approver: &str) {
        let statement = self.statement(&branch.files, approver);
        self.put(branch, author, &statement, approver);
    }

    pub(super) fn put(&self, branch: &mut Branch, author: &str, statement: &Statement, key: &str) {
        let (path, text) = (approval_path(statement), signed(statement, key));
        self.commit(branch, author, |files| {
            files.insert(path, text);
        });
    }

    /// What `approver` says about the record among `files`, on top of the mainline's history.
    pub(super) fn statement(&self, files: &Files, approver: &str) -> Statement {
        let text = &files[PATH];
        let value = |key: &str| {
            let line = text.lines().find(|line| line.starts_with(key)).expect("a line");
            line[key.len()..].trim().to_owned()
        };
        let risk = RiskLevel::ALL.into_iter().find(|it| value("risk:").contains(it.as_str()));
        Statement {
            register: REGISTER.to_owned(),
            record: ID.to_owned(),
            decision: Decision::Approve,
            content: Digest::of(text.as_bytes()),
            after: self.lineage(),
            expires: value("expires:").parse().expect("a day"),
            risk: risk.expect("a level"),
            approver: approver.to_owned(),
            signed_at: Utc.timestamp_opt(1_700_000_000, 0).single().expect("a moment"),
        }
    }

    pub(super) fn lineage(&self) -> Digest {
        let audit = self.audit();
        audit.trail(ID).map_or_else(|| Digest::beginning(REGISTER, ID), |trail| trail.lineage)
    }

    /// A commit on a branch with somebody's signed rejection of the record there.
    pub(super) fn reject(&self, branch: &mut Branch, person: &str) {
        let statement = self.statement(&branch.files, person);
        let statement = Statement { decision: Decision::Reject, ..statement };
        self.put(branch, "carol", &statement, person);
    }

    /// Merges the mainline into a branch; what both have is the branch's.
    pub(super) fn merge_main(&self, branch: &mut Branch, author: &str) {
        let mut files = self.files.clone();
        files.extend(branch.files.clone());
        let parents = [branch.tip, self.main];
        branch.tip = commit_beside(&self.history, author, "merge main\n", &parents, &files);
        branch.files = files;
    }

    /// Merges a branch in the style of GitHub: the author is whoever pressed the button.
    pub(super) fn merge(&mut self, branch: &Branch, merger: &str) {
        self.merge_as(branch, merger, GITHUB, "Merge pull request #1\n");
    }

    pub(super) fn merge_as(
        &mut self,
        branch: &Branch,
        author: &str,
        committer: &str,
        message: &str,
    ) {
        self.merge_files(&[branch.tip], author, committer, message, branch.files.clone());
    }

    /// A merge of any number of branches with a tree of its own.
    pub(super) fn merge_files(
        &mut self,
        tips: &[ObjectId],
        author: &str,
        committer: &str,
        message: &str,
        files: Files,
    ) {
        let parents = [&[self.main], tips].concat();
        self.main = commit(&self.history, author, committer, message, &parents, &files);
        self.files = files;
    }

    /// One commit with all of a branch, as the author of it and GitHub make it.
    pub(super) fn squash(&mut self, branch: &Branch, author: &str, message: &str) {
        self.squash_as(branch, author, GITHUB, message);
    }

    pub(super) fn squash_as(
        &mut self,
        branch: &Branch,
        author: &str,
        committer: &str,
        message: &str,
    ) {
        let parents = [self.main];
        self.main = commit(&self.history, author, committer, message, &parents, &branch.files);
        self.files = branch.files.clone();
    }

    /// The commits of a branch one after the other, seconds apart, put there by `committer`.
    pub(super) fn rebase(&mut self, branch: &Branch, committer: &str) {
        self.rebase_as(branch, committer, "change\n");
    }

    /// The same, where the last commit has a message of its own.
    pub(super) fn rebase_as(&mut self, branch: &Branch, committer: &str, last: &str) {
        for (index, (author, files)) in branch.commits.iter().enumerate() {
            let message = if index + 1 == branch.commits.len() { last } else { "change\n" };
            let parents = [self.main];
            self.main = commit(&self.history, author, committer, message, &parents, files);
            self.files = files.clone();
            self.history.linger();
        }
    }

    /// A commit straight onto the mainline.
    pub(super) fn push(&mut self, author: &str, message: &str, change: impl FnOnce(&mut Files)) {
        let mut files = self.files.clone();
        change(&mut files);
        let parents = [self.main];
        self.main = commit(&self.history, author, author, message, &parents, &files);
        self.files = files;
    }

    pub(super) fn push_edit(&mut self, author: &str, changes: &str) {
        self.push(author, "change\n", |files| edit(files, changes));
    }

    /// Somebody outside says that the mainline stood here on a day.
    pub(super) fn anchor(&mut self, commit: ObjectId, day: &str) {
        let day: NaiveDate = day.parse().expect("a day");
        self.anchors.push((commit, crate::history::end_of(day)));
    }

    pub(super) fn repo(&self) -> Repo {
        self.history.repo()
    }

    pub(super) fn landed(&self) -> Landed {
        let repo = self.repo();
        let chain = repo.chain(self.main).expect("a chain");
        Landed::read(&repo, &chain, "exceptions", Wanted::Everything).expect("a history")
    }

    pub(super) fn audit(&self) -> Audit {
        self.audit_of(&self.landed())
    }

    pub(super) fn audit_of(&self, landed: &Landed) -> Audit {
        let chain: Chain = self.repo().chain(self.main).expect("a chain");
        let n_links = chain.links.len();
        let place = |commit| {
            let at = chain.links.iter().position(|link| link.id == commit)?;
            Some(n_links - 1 - at)
        };
        let anchor = |&(commit, moment): &(ObjectId, i64)| Anchor {
            commit: commit.to_string(),
            moment,
            position: place(commit),
        };
        let audit = Audit::new(landed, &self.anchors.iter().map(anchor).collect::<Vec<_>>());
        check_kept(&audit, &self.repo(), self.main);
        audit
    }

    pub(super) fn trail(&self) -> Trail {
        self.audit().trail(ID).expect("the record").clone()
    }

    pub(super) fn trail_if_any(&self) -> Option<Trail> {
        self.audit().trail(ID).cloned()
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.trail().verdict
    }

    /// Verdict and reasons, as people read them.
    pub(super) fn said(&self) -> String {
        let trail = self.trail();
        let why: Vec<String> = trail.why.iter().map(ToString::to_string).collect();
        format!("{}: {}", trail.verdict.as_str(), why.join("; "))
    }

    /// The kinds and states of the record's revisions.
    pub(super) fn told(&self) -> Vec<String> {
        let trail = self.trail();
        let told = trail.revisions.iter().map(|it| {
            let evidence: Vec<String> = it
                .evidence
                .iter()
                .map(|it| format!("{} ({})", it.person, it.kind.as_str()))
                .collect();
            format!("{} {} {}", it.kind.as_str(), it.state.as_str(), evidence.join(", "))
                .trim_end()
                .to_owned()
        });
        told.collect()
    }
}

/// Changes fields of the record, which is filed first where it is not there.
pub(super) fn edit(files: &mut Files, changes: &str) {
    let text = files.get(PATH).map_or(RECORD, String::as_str);
    let text = overlaid(text, changes);
    files.insert(PATH.to_owned(), text);
}

pub(super) fn approval_path(statement: &Statement) -> String {
    format!("exceptions/{}", statement.path())
}

/// A statement with the signature of somebody's key.
pub(super) fn signed(statement: &Statement, name: &str) -> String {
    let text = statement.text();
    let signature = key(seed(name)).sign(NAMESPACE, HashAlg::Sha512, text.as_bytes());
    let armour = signature.and_then(|it| it.to_pem(LineEnding::LF)).expect("a signature");
    format!("{text}{}\n", armour.trim_end())
}

/// A commit that is no tip of the mainline.
fn commit_beside(
    history: &History,
    author: &str,
    message: &str,
    parents: &[ObjectId],
    files: &Files,
) -> ObjectId {
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    history.commit_by(&who(author), &who(author), message, parents, &files)
}

fn commit(
    history: &History,
    author: &str,
    committer: &str,
    message: &str,
    parents: &[ObjectId],
    files: &Files,
) -> ObjectId {
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let id = history.commit_by(&who(author), &who(committer), message, parents, &files);
    history.point("refs/heads/main", id);
    id
}
