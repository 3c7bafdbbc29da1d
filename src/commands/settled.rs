//! Which branch is the mainline, if none is named.
//!
//! The policy names it, and the policy at hand is that of a checkout, which may be somebody's branch:
//! with `mainline: evil` in it, the history of `evil` would be what is proven. So what a policy says
//! about the mainline counts only where the settled policy says it too:
//!
//! 1. The branch that `origin` has as its default (`refs/remotes/origin/HEAD`, in a bare repository
//!    `HEAD`) was chosen by whoever runs the forge, and no pull request moves it. If it holds a policy
//!    of this register, that one names the mainline, and not the one at hand. Where this clone knows
//!    of no such branch, the one at hand has to do.
//! 2. The branch that is named so may name another in its own policy, as one does that was the
//!    mainline before; then that one is it. Two that name each other are refused.
//! 3. Whoever reads the history of that branch knows which policy is settled there. If that names
//!    another branch, since nobody approved that it be this one, that other is read instead
//!    ([`Found::settle`]). On a branch of one's own, a merge can be written that names whoever may
//!    approve as its author. So where no default branch is known, the branch that was the mainline
//!    before, if it is still there, has to say in its own policy that it is this one now: an approved
//!    change that renames a mainline lands on the mainline.
//!
//! `exc diff`, `exc new` and `exc doctor` read no history, and go by the first two.
//!
//! What this leaves is a branch that shares no history with the mainline, in a clone that does not
//! know the default branch of its remote: `exc doctor` says that, and `--mainline` names it.
//!
//! Invariant: a policy that is not followed is named, with what is read instead; nothing is guessed.

use std::sync::Arc;

use super::{Failure, Globals, Workspace};
use crate::env::Env;
use crate::git::{Mainline, ObjectId, Repo};
use crate::history::read_policy;
use crate::policy::Policy;
use crate::register::POLICY_FILE;
use crate::text::shell_word;

/// The branch that is the mainline.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// As a policy names it.
    pub(crate) branch: String,
    /// None where there is no such branch here.
    pub(crate) mainline: Option<Mainline>,
    /// Which policies name another one, and why they are not followed.
    pub(crate) notes: Vec<String>,
    /// The branch that the remote, or a bare repository itself, has as its default.
    default: Option<String>,
    /// The branches whose history makes another one the mainline.
    passed: Vec<String>,
    /// The register, from the root of the repository.
    folder: String,
    /// Whether somebody who runs the command named it.
    is_asked_for: bool,
}

/// What the settled policy of a branch makes of its being the mainline.
pub(crate) enum Settled {
    Stays(Found),
    /// It is another.
    Moves(Found),
}

/// What the policy at the tip of a branch says.
enum Named {
    /// There is none.
    Nothing,
    /// It cannot be read here, or cannot be used.
    Unusable,
    Branch(String),
}

impl Found {
    /// The branch that the policies name: that of the default branch before the one at hand.
    pub(crate) fn read(repo: &Repo, workspace: &Workspace) -> Result<Self, Failure> {
        Self::beside(repo, &workspace.name, &workspace.policy)
    }

    /// The same for the policy at hand of a register.
    pub(crate) fn beside(repo: &Repo, folder: &str, policy: &Policy) -> Result<Self, Failure> {
        let own = &policy.mainline;
        let mut found = Self {
            branch: own.clone(),
            mainline: None,
            notes: Vec::new(),
            default: None,
            passed: Vec::new(),
            folder: folder.to_owned(),
            is_asked_for: false,
        };
        let mut reason = format!("as the policy on `{own}` itself says");
        if let Some(branch) = repo.default_branch()?
            && let Some(Mainline { name, tip }) = repo.mainline(&branch)?
        {
            let what = match repo.root() {
                Some(_) => {
                    "the default branch of `origin` (`git remote set-head origin --auto` if that is another by now)"
                }
                None => "the `HEAD` of this repository",
            };
            match named_at(repo, folder, tip, policy)? {
                Named::Nothing => {}
                Named::Unusable => {
                    reason = format!("since the policy on `{name}` cannot be used, {what}");
                    found.branch.clone_from(&branch);
                }
                Named::Branch(named) => {
                    reason = format!("as the policy on `{name}` says, {what}");
                    found.branch = named;
                }
            }
            found.default = Some(branch);
        }
        found.follow(repo, folder, policy)?;
        if found.branch != *own {
            found.notes.push(format!(
                "the policy at hand names `{own}` as the mainline; `{}` is read, {reason}",
                found.name()
            ));
        }
        Ok(found)
    }

    /// One that was named by whoever runs the command.
    pub(crate) fn named(mainline: Mainline) -> Self {
        Self {
            branch: mainline.name.clone(),
            mainline: Some(mainline),
            notes: Vec::new(),
            default: None,
            passed: Vec::new(),
            folder: String::new(),
            is_asked_for: true,
        }
    }

    /// The branch itself, where one has to be there.
    pub(crate) fn demand(&self) -> Result<&Mainline, Failure> {
        self.mainline.as_ref().ok_or_else(|| {
            let branch = &self.branch;
            let message = format!("there is no branch `{branch}`, which is the policy's mainline");
            Failure::new(message).hint(
                "fetch it, name another with `--mainline REF`, or correct `mainline` in the policy",
            )
        })
    }

    /// Says which policies are not followed, where no page has room for it.
    pub(crate) fn tell(&self, globals: &Globals, env: &mut Env<'_>) {
        for note in &self.notes {
            globals.note(env, &format!("note: {note}"));
        }
    }

    /// What the policies that were in force in its history, oldest first, make of it.
    pub(crate) fn settle(
        mut self,
        in_force: &[Arc<Policy>],
        repo: &Repo,
    ) -> Result<Settled, Failure> {
        let Some(settled) = in_force.last() else { return Ok(Settled::Stays(self)) };
        let name = self.name().to_owned();
        let see = format!("exc audit --mainline {}", shell_word(&name));
        if self.is(&settled.mainline) {
            let Some((branch, before)) = self.disputed(in_force, repo)? else {
                return Ok(Settled::Stays(self));
            };
            let note = format!(
                "the policy on `{name}` names `{}` as the mainline; `{}` is read, which was it before, and does not say so: see `{see}`",
                self.branch, before.name
            );
            return self.moved(branch, before, note);
        }
        let branch = &settled.mainline;
        let mainline = repo.mainline(branch)?;
        if mainline.is_none() && self.default.as_ref() == Some(&self.branch) {
            self.notes.push(format!(
                "the last approved policy on `{name}` names `{branch}` as the mainline, and there is no such branch; `{name}` is read, which is the default one: `exc approve {POLICY_FILE}` settles the new name"
            ));
            return Ok(Settled::Stays(self));
        }
        let Some(mainline) = mainline else {
            let message = format!(
                "the policy on `{name}` that names it as the mainline is not approved, and there is no branch `{branch}`, which the one before it names"
            );
            let hint = format!("fetch it, or name the mainline: `{see}`");
            return Err(Failure::new(message).hint(hint));
        };
        let note = format!(
            "the policy on `{name}` that names `{}` as the mainline is not approved; `{}` is read, as the one before it says: see `{see}`",
            self.branch, mainline.name
        );
        self.moved(branch.clone(), mainline, note)
    }

    /// A branch that was the mainline before and is still there, where no default branch is known
    /// and its own policy does not say that it is this one now. Any of them will do: between it and
    /// this one there may stand names of branches that never were.
    fn disputed(
        &self,
        in_force: &[Arc<Policy>],
        repo: &Repo,
    ) -> Result<Option<(String, Mainline)>, Failure> {
        let Some(own) = in_force.last() else { return Ok(None) };
        if self.default.is_some() || self.is_asked_for {
            return Ok(None);
        }
        for before in branches_before(&self.branch, in_force) {
            let Some(mainline) = repo.mainline(before)? else { continue };
            let says = named_at(repo, &self.folder, mainline.tip, own)?;
            if matches!(says, Named::Branch(branch) if branch != self.branch) {
                return Ok(Some((before.to_owned(), mainline)));
            }
        }
        Ok(None)
    }

    fn moved(
        mut self,
        branch: String,
        mainline: Mainline,
        note: String,
    ) -> Result<Settled, Failure> {
        if self.passed.contains(&branch) {
            return Err(each_other(&self.branch, &branch));
        }
        self.notes.push(note);
        self.passed.push(std::mem::replace(&mut self.branch, branch));
        self.mainline = Some(mainline);
        Ok(Settled::Moves(self))
    }

    /// Whether a policy that names a branch agrees.
    pub(crate) fn is(&self, branch: &str) -> bool {
        self.is_asked_for || self.branch == branch
    }

    /// Goes from branch to branch as their own policies say.
    fn follow(&mut self, repo: &Repo, folder: &str, policy: &Policy) -> Result<(), Failure> {
        let mut passed: Vec<String> = Vec::new();
        loop {
            self.mainline = repo.mainline(&self.branch)?;
            let Some(mainline) = &self.mainline else { return Ok(()) };
            match named_at(repo, folder, mainline.tip, policy)? {
                Named::Branch(next) if passed.contains(&next) => {
                    return Err(each_other(&self.branch, &next));
                }
                Named::Branch(next) if next != self.branch => {
                    passed.push(std::mem::replace(&mut self.branch, next));
                }
                _ => return Ok(()),
            }
        }
    }

    /// The branch as people know it.
    fn name(&self) -> &str {
        self.mainline.as_ref().map_or(&self.branch, |mainline| &mainline.name)
    }
}

/// What the policy at a tip says; `own` is the one at hand, which may be the same.
fn named_at(repo: &Repo, folder: &str, tip: ObjectId, own: &Policy) -> Result<Named, Failure> {
    let path = format!("{folder}/{POLICY_FILE}");
    let Some(entry) = repo.entry_at(tip, &path)? else { return Ok(Named::Nothing) };
    if !entry.mode.is_file() {
        return Ok(Named::Unusable);
    }
    if ObjectId::of_file(own.file().text().as_bytes()) == Some(entry.id) {
        return Ok(Named::Branch(own.mainline.clone()));
    }
    let policy = read_policy(repo, &path, entry.id);
    Ok(policy.map_or(Named::Unusable, |policy| Named::Branch(policy.mainline.clone())))
}

/// The branches that were the mainline before this one, newest first.
fn branches_before<'a>(branch: &str, in_force: &'a [Arc<Policy>]) -> Vec<&'a str> {
    let mut before: Vec<&str> = Vec::new();
    for policy in in_force.iter().rev() {
        let name = policy.mainline.as_str();
        if name != branch && !before.contains(&name) {
            before.push(name);
        }
    }
    before
}

fn each_other(one: &str, other: &str) -> Failure {
    let message = format!(
        "which branch is the mainline cannot be told: `{one}` names `{other}`, and `{other}` names `{one}`"
    );
    Failure::new(message).hint(
        "bring the newer policy to both; until then name one, as in `exc audit --mainline REF`",
    )
}
