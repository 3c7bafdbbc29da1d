//! Which two moments of a register are compared, and by whose policy.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::commands::revisions::{resolve, short};
use crate::commands::settled::{Found, Settled};
use crate::commands::workspace::{candidates, usable_policy};
use crate::commands::{Failure, Globals, Workspace, open_or_explain, trail};
use crate::env::Env;
use crate::finding::Finding;
use crate::git::{Mainline, NoRevision, ObjectId, Repo};
use crate::history::{MAX_APPROVAL_SIZE, POLICY_ID, Proposal, Vote};
use crate::policy::Policy;
use crate::register::{self, ApprovalFile, Merge, POLICY_FILE, Register, Snapshot, Store};
use crate::render::diff::Side;
use crate::report::review::surroundings::caution;
use crate::rules::{self, Context};
use crate::source::Record;

const OPTION: &str = "name a branch, a tag or a commit, such as `--base origin/main`";
/// Files at fixed places that decide about records; of a work tree they are looked at on disk.
const LOOKED_AT: [&str; 9] = [
    ".gitattributes",
    ".mailmap",
    "CODEOWNERS",
    ".github/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab-ci.yml",
    ".github/workflows/exc.yml",
    ".gitlab/exc.yml",
];

/// The commits between which a change stands.
pub(super) struct Points {
    /// The branch into which the change goes.
    pub(super) into: Mainline,
    /// Where the change left that branch; none where the two have nothing in common.
    left: Option<ObjectId>,
    /// The newest commit of the change; none where nothing has been committed.
    pub(super) head: Option<ObjectId>,
    /// How `head` was named; none for the work tree.
    head_name: Option<String>,
    /// Why it goes into that branch.
    pub(super) found: Found,
}

/// Both moments, read.
pub(super) struct Sides {
    pub(super) from: Side,
    pub(super) to: Side,
    pub(super) before: Register,
    pub(super) after: Register,
    /// What the branch will hold with the change; none where that is `after`.
    merged: Option<Register>,
    /// What is wrong with the register as the change leaves it, worst first.
    pub(super) found: Vec<Finding>,
    pub(super) after_store: Store,
    before_store: Store,
}

/// Finds what is reviewed: the register, its repository, and the commits between which the change
/// stands. With a base, what is committed says where the register is, never the work tree.
pub(super) fn find(
    base: Option<&str>,
    head: Option<&str>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<(Repo, Workspace, Points)> {
    if let Some(base) = base {
        let (repo, names) = candidates(globals, env)?;
        let points = Points::between(base, head.unwrap_or("HEAD"), &repo)?;
        let workspace = points.workspace(&repo, names)?;
        return Ok((repo, workspace, points));
    }
    let workspace = open_or_explain(globals, env)?;
    let repo = trail::repository(&workspace)?;
    let found = Found::read(&repo, &workspace)?;
    let points = Points::of_work_tree(&repo, &workspace, found)?;
    Ok((repo, workspace, points))
}

impl Points {
    fn between(base: &str, name: &str, repo: &Repo) -> Result<Self, Failure> {
        let into = Mainline { name: base.to_owned(), tip: resolve(repo, base, OPTION)? };
        let head = resolve(repo, name, OPTION)?;
        let left = repo.merge_base(into.tip, head)?;
        if left.is_none() {
            let message = format!("`{base}` and `{name}` have no commit in common");
            let hint = "name the branch into which the change goes, and fetch all of its history";
            return Err(Failure::new(message).hint(hint));
        }
        let (found, head_name) = (Found::named(into.clone()), Some(name.to_owned()));
        Ok(Self { into, left, head: Some(head), head_name, found })
    }

    /// The register on the branch, or the one that the change starts there.
    fn workspace(&self, repo: &Repo, names: Vec<String>) -> Result<Workspace, Failure> {
        let head = self.head.unwrap_or(self.into.tip);
        for commit in [self.into.tip, head] {
            for name in &names {
                if repo.entry_at(commit, &format!("{name}/{POLICY_FILE}"))?.is_none() {
                    continue;
                }
                let policy = self.policy_at(repo, name, commit)?;
                return Ok(Workspace {
                    store: Store::Commit(snapshot(repo, name, head)),
                    name: name.clone(),
                    root: repo.root().unwrap_or(repo.directory()).to_owned(),
                    policy,
                    findings: Vec::new(),
                });
            }
        }
        let message = format!(
            "no register: `{}/{POLICY_FILE}` is neither on `{}` nor in the change",
            names.last().map_or("exceptions", String::as_str),
            self.into.name
        );
        let hint = "run `exc init` to start one, or name one with `--register DIR`";
        Err(Failure::new(message).hint(hint))
    }

    fn policy_at(&self, repo: &Repo, name: &str, commit: ObjectId) -> Result<Policy, Failure> {
        let store = Store::Commit(snapshot(repo, name, commit));
        let policy = usable_policy(&store, name).map(|(policy, _)| policy);
        policy.map_err(|_| {
            let place = if commit == self.into.tip { &self.into.name } else { "the change" };
            Failure::new(format!("the policy on `{place}` cannot be used"))
                .hint("`exc check` in a checkout of it says what is wrong")
        })
    }

    fn of_work_tree(repo: &Repo, workspace: &Workspace, found: Found) -> Result<Self, Failure> {
        if let Store::Commit(_) = workspace.store {
            let message = "a bare repository has no work tree to review";
            return Err(Failure::new(message)
                .hint("name two revisions: `exc review --base main --head BRANCH`"));
        }
        let Some(into) = found.mainline.clone() else {
            let branch = &found.branch;
            let message = format!("there is no branch `{branch}`, which is the policy's mainline");
            return Err(
                Failure::new(message).hint("fetch or commit it, or name another with `--base REF`")
            );
        };
        let head = match repo.resolve("HEAD") {
            Ok(head) => Some(head),
            Err(NoRevision::Unknown) => None,
            Err(NoRevision::Unreadable(error)) => return Err(error.into()),
            Err(_) => return Err(Failure::new("`HEAD` is no commit")),
        };
        let left = match head {
            Some(head) => repo.merge_base(into.tip, head)?,
            None => None,
        };
        Ok(Self { into, left, head, head_name: None, found })
    }

    /// Those into the branch that the history of this one makes the mainline, where that is another;
    /// and what is to be said where it is not.
    pub(super) fn settle(
        &self,
        in_force: &[Arc<Policy>],
        repo: &Repo,
        workspace: &Workspace,
    ) -> Result<Result<Vec<String>, Self>, Failure> {
        Ok(match self.found.clone().settle(in_force, repo)? {
            Settled::Stays(found) => Ok(found.notes),
            Settled::Moves(found) => Err(Self::of_work_tree(repo, workspace, found)?),
        })
    }

    /// The policy of the branch into which the change goes; none where it has none yet.
    pub(super) fn policy(
        &self,
        repo: &Repo,
        workspace: &Workspace,
    ) -> Result<Option<Policy>, Failure> {
        let path = format!("{}/{POLICY_FILE}", workspace.name);
        if repo.entry_at(self.into.tip, &path)?.is_none() {
            return Ok(None);
        }
        self.policy_at(repo, &workspace.name, self.into.tip).map(Some)
    }

    /// Whether a text of the work tree is not that of the newest commit, so that nobody is known
    /// to have written it.
    pub(super) fn is_uncommitted(&self, repo: &Repo, record: &Record) -> Result<bool, Failure> {
        if self.head_name.is_some() {
            return Ok(false);
        }
        let file = record.file();
        let committed = match self.head {
            Some(head) => repo.entry_at(head, file.path())?.map(|entry| entry.id),
            None => None,
        };
        Ok(committed != ObjectId::of_file(file.text().as_bytes()))
    }

    /// Files that change too and decide about records, each with what it does.
    pub(super) fn cautions(
        &self,
        repo: &Repo,
        workspace: &Workspace,
    ) -> Result<Vec<String>, Failure> {
        let mut paths: Vec<String> = Vec::new();
        if let (Some(left), Some(head)) = (self.left, self.head) {
            let changes = repo.changes_between(left, head, "")?;
            let path = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
            paths.extend(changes.iter().map(|it| path(&it.path)));
        }
        if self.head_name.is_none() {
            paths.extend(self.uncommitted(repo, workspace)?);
        }
        paths.sort();
        paths.dedup();
        let told = paths.iter().filter_map(|path| {
            let what = caution(path, &workspace.name)?;
            Some(format!("`{path}` changes too: {what}"))
        });
        Ok(told.collect())
    }

    fn uncommitted(&self, repo: &Repo, workspace: &Workspace) -> Result<Vec<String>, Failure> {
        let policy = format!("{}/{POLICY_FILE}", workspace.name);
        let mut paths = Vec::new();
        for path in LOOKED_AT.iter().copied().chain([policy.as_str()]) {
            let committed = match self.head {
                Some(head) => repo.entry_at(head, path)?.map(|entry| entry.id),
                None => None,
            };
            let file = workspace.root.join(path);
            // What cannot be read is not what was committed, and a pipe is not waited for.
            let bytes = file.is_file().then(|| std::fs::read(file).ok()).flatten();
            let on_disk = bytes.and_then(|bytes| ObjectId::of_file(&bytes));
            if committed != on_disk {
                paths.push(path.to_owned());
            }
        }
        Ok(paths)
    }
}

impl Sides {
    pub(super) fn read(
        points: &Points,
        repo: &Repo,
        workspace: &Workspace,
        context: &Context<'_>,
    ) -> Self {
        let at = |commit| Store::Commit(snapshot(repo, &workspace.name, commit));
        let side =
            |name: &str, id: ObjectId| Side::Commit { name: name.to_owned(), id: id.to_string() };
        let into = &points.into;
        let (from, before_store, to, after_store) =
            match (&points.head_name, points.head, points.left) {
                (Some(name), Some(head), Some(left)) => {
                    let short = short(left);
                    let from = if left == into.tip { &into.name } else { &short };
                    (side(from, left), at(left), side(name, head), at(head))
                }
                _ => {
                    let store = workspace.store.clone();
                    (side(&into.name, into.tip), at(into.tip), Side::WorkTree, store)
                }
            };
        let (name, schema) = (&workspace.name, &context.policy.record_schema);
        let beside = |other: &Register, store| register::load_beside(other, store, name, schema);
        let (after, merged, found) = match (&points.head_name, points.head, points.left) {
            (Some(_), Some(head), Some(base)) if base != into.tip => {
                let into = snapshot(repo, name, into.tip);
                let merged = Store::Merged(Merge { into, base, head });
                let (merged, found) = rules::judge_whole(&merged, name, context);
                (beside(&merged, &after_store), Some(merged), found)
            }
            _ => {
                let (after, found) = rules::judge_whole(&after_store, name, context);
                (after, None, found)
            }
        };
        let before = beside(&after, &before_store);
        Self { from, to, before, after, merged, found, after_store, before_store }
    }

    /// The policy before and after, where its text differs or gets an approval, and both can be
    /// used.
    pub(super) fn policies(&self, approvals: &Approvals) -> Option<(Policy, Policy)> {
        let read = |store: &Store, name: &str| usable_policy(store, name).ok().map(|it| it.0);
        let before = read(&self.before_store, &self.before.name)?;
        let after = read(&self.after_store, &self.after.name)?;
        let is_same = before.file().text() == after.file().text();
        (!is_same || approvals.gets_any(POLICY_ID)).then_some((before, after))
    }

    /// The register as the change leaves it.
    pub(super) fn whole(&self) -> &Register {
        self.merged.as_ref().unwrap_or(&self.after)
    }

    /// The objects of git that are known to be other records than these.
    pub(super) fn others(&self, ids: &[&str]) -> HashSet<ObjectId> {
        let ids: HashSet<&str> = ids.iter().copied().collect();
        let read = self.before.with_blobs();
        let others = read.filter(|(record, _)| !ids.contains(record.exception.id.as_str()));
        others.filter_map(|(_, blob)| blob).collect()
    }

    /// The files of either side that could not be read, with the reason.
    pub(super) fn unreadable(&self) -> Vec<String> {
        let mut told = Vec::new();
        for (register, side) in [(&self.before, &self.from), (&self.after, &self.to)] {
            for path in &register.unreadable {
                let found = register.findings.iter();
                let mut found = found.filter(|it| it.code.unjudged);
                let reason = found
                    .find(|it| it.place.file.path() == path)
                    .map_or(String::new(), |finding| format!(": {}", finding.message));
                told.push(format!("`{path}` could not be read in {}{reason}", side.describe()));
            }
        }
        told
    }

    /// The signed approvals of both sides.
    pub(super) fn approvals(&self) -> Result<Approvals, Failure> {
        let read = |store: &Store, name: &str| {
            register::approvals(store, name, MAX_APPROVAL_SIZE as u64).map_err(Failure::new)
        };
        let before = read(&self.before_store, &self.before.name)?;
        let known = before.into_values().flatten().map(|file| file.path).collect();
        Ok(Approvals { known, after: read(&self.after_store, &self.after.name)? })
    }
}

/// The signed approvals beside a change.
pub(super) struct Approvals {
    /// The paths of those that are there without it.
    known: BTreeSet<String>,
    after: BTreeMap<String, Vec<ApprovalFile>>,
}

impl Approvals {
    /// What those of a text are worth, if they land on a day.
    pub(super) fn votes(&self, proposal: &Proposal<'_>, day: NaiveDate) -> Vec<Vote> {
        let files = self.after.get(proposal.id()).into_iter().flatten();
        let vote = |file: &ApprovalFile| match &file.bytes {
            Ok(bytes) => proposal.vote(&file.path, bytes, day),
            Err(reason) => Vote::unreadable(&file.path, reason),
        };
        files.map(vote).chain(proposal.left_again(day)).collect()
    }

    /// Whether a text gets an approval or a rejection that is not there without the change.
    pub(super) fn gets_any(&self, id: &str) -> bool {
        let mut files = self.after.get(id).into_iter().flatten();
        files.any(|file| !self.is_known(&file.path))
    }

    pub(super) fn is_known(&self, path: &str) -> bool {
        self.known.contains(path)
    }
}

fn snapshot(repo: &Repo, name: &str, commit: ObjectId) -> Snapshot {
    Snapshot { repository: repo.directory().to_owned(), commit, folder: name.to_owned() }
}
