//! `exc check --base`: the gate of a pull request. Judges the register that a change makes, by the
//! policy of the branch into which it goes.
//!
//! Invariant: only what is committed is read, never the work tree.

use std::collections::HashMap;
use std::fs;

use super::ahead::Ahead;
use super::approvals::{Approvals, Standing};
use super::detection::{Detected, detect};
use super::incoming::{Incoming, Renewed};
use super::policies::{Policies, policies};
use super::ratchet::{self, Errors};
use super::{Args, Judged, Unjudged, Verdict, approvals, elsewhere};
use crate::changes::Change;
use crate::commands::revisions::{resolve, short};
use crate::commands::selection::n_judged;
use crate::commands::workspace::candidates;
use crate::commands::{Failure, Globals};
use crate::env::Env;
use crate::finding::{self, Finding, Level};
use crate::git::{self, ObjectId, Repo};
use crate::history::Landed;
use crate::register::{Merge, POLICY_FILE, Register, Snapshot, Store};
use crate::render::{Gate, Revision, count};
use crate::rules::{self, Context, EXPIRED, Proposal};
use crate::source::Record;

/// Bytes that the description of an event may have.
const MAX_EVENT: u64 = 32 * 1024 * 1024;
/// Notes that people get to read.
const MAX_NOTES: usize = 20;
/// What to do where a revision starts like an option.
const OPTION: &str = "name a branch, a tag or a commit, such as `--base origin/main`";

/// Who names the base.
pub(super) enum Base {
    Flag(String),
    Ci(Detected),
}

/// A commit as people name it.
pub(super) struct Side {
    pub(super) name: String,
    pub(super) commit: ObjectId,
}

/// What to say to somebody who may think that the files at hand are judged.
fn uncommitted(args: &Args, repo: &Repo, register: &str, env: &Env<'_>) -> Option<String> {
    if args.head.is_some() || !env.terminal.output || repo.root().is_none() {
        return None;
    }
    // A note is no reason to judge nothing.
    let n = repo.n_uncommitted(register).ok().filter(|n| *n > 0)?;
    let files = count(n, "file");
    let (differ, are, them) =
        if n == 1 { ("differs", "is", "it") } else { ("differ", "are", "them") };
    Some(format!(
        "{files} of the register {differ} from the last commit, and {are} not judged: commit {them} first, or run `exc check` without `--base`"
    ))
}

/// The base that is asked for, by the flag or else by the environment of a CI.
pub(super) fn chosen(
    args: &Args,
    globals: &Globals,
    env: &Env<'_>,
) -> Result<Option<Base>, Failure> {
    if let Some(base) = &args.base {
        return Ok(Some(Base::Flag(base.clone())));
    }
    if args.no_base || !args.paths.is_empty() {
        return Ok(None);
    }
    let event = env.var("GITHUB_EVENT_PATH").and_then(|path| {
        let path = globals.cwd(env).join(path);
        let is_sane = fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= MAX_EVENT);
        // Where an event has to name the base, one that cannot be read is refused.
        is_sane.then(|| fs::read_to_string(&path).ok()).flatten()
    });
    let detected = detect(&|name| env.var(name), event.as_deref(), args.head.is_some())?;
    Ok(detected.map(Base::Ci))
}

/// Judges what the change between base and head makes of the register.
pub(super) fn judge(
    args: &Args,
    base: &Base,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Judged> {
    let (repo, names) = candidates(globals, env)?;
    let into = base.side(&repo, globals, env)?;
    let head = args.head.as_deref().unwrap_or("HEAD");
    let head = Side { name: head.to_owned(), commit: resolve(&repo, head, OPTION)? };
    let name = register_of(&repo, names, &into, &head)?;
    let merge = merge(&repo, base, &name, &into, &head)?;
    let mut notes = Vec::new();
    notes.extend(stale_merge(&repo, &merge, &into, &head)?);
    notes.extend(uncommitted(args, &repo, &name, env));
    let policies = match policies(&repo, &merge, &name, &into, &head, &mut notes)? {
        Ok(policies) => policies,
        Err(findings) => return Ok(Err(Unjudged { name, findings })),
    };
    let context = Context { policy: &policies.judging, today: env.today };
    let schema = &policies.judging.record_schema;
    let incoming = Incoming::read(&repo, &merge, &name, schema).map_err(Failure::from)?;
    let (register, mut findings) = rules::judge(&Store::Merged(merge.clone()), &name, &context);
    let ahead = Ahead::judge(&incoming, &policies, env.today);
    if let Some(ahead) = &ahead {
        notes.extend(ahead.note(&into, &findings));
        ahead.explain(&incoming, &into, &mut findings);
    }
    findings.extend(policies.findings.iter().cloned());
    let files = approvals::read(&Store::Merged(merge.clone()), &name)?;
    findings.extend(rules::check_approvals(&files, &register, &context));
    let records = incoming.records();
    let change = policies.change();
    let trails = Approvals::read(&repo, &incoming, &records, &register, change.is_some())?;
    let mut standings = Vec::new();
    if let Some(trails) = &trails {
        standings = trails.standings(&incoming, &records, &policies.judging, &context)?;
        notes.extend(trails.notes(&standings, &into));
        if let Some((_, proposed)) = change {
            let judging = &policies.judging;
            notes.extend(trails.note_of_policy(&incoming, judging, proposed, &context)?);
        }
    } else {
        notes.extend(approvals::note_of_base(&repo, &incoming, &into)?);
    }
    let landed = trails.as_ref().map(Approvals::landed);
    let (proposed, missing) =
        judge_change(&incoming, &records, (&standings, landed), &register, &policies, &context)?;
    findings.extend(proposed);
    let is_unknown = trails.as_ref().is_some_and(|it| it.is_unknown(&standings));
    let failure = untold(missing, is_unknown, base);
    forgive_renewed(&incoming, &into, &context, &mut findings, &mut notes)?;
    notes.extend(conflicts(&incoming, &into));
    let n_removed = tell_apart(&incoming, &register, &context, ahead.as_ref(), &mut findings);
    if globals.today.is_none() {
        let day = repo.head_day().map_err(Failure::from)?;
        findings.extend(day.into_iter().flat_map(|day| rules::check_clock(day, &context)));
    }
    finding::sort(&mut findings);
    cut(&mut notes);
    let mut unreadable = register.unreadable.clone();
    unreadable.extend(policies.is_unusable.then(|| incoming.policy_path()));
    let revision = |side: Side| Revision { name: side.name, commit: side.commit.to_string() };
    let merge_base = merge.base.to_string();
    let (base, head) = (revision(into), revision(head));
    let gate = Some(Gate { base, merge_base, head, notes, n_removed });
    let n_records = n_judged(&register, None);
    Ok(Ok(Verdict { name, register, n_records, findings, unreadable, gate, failure }))
}

/// Why the change cannot be judged whole: a commit that it takes to tell whether ids were used
/// before is missing, or what it takes to tell whether approvals suffice.
fn untold(missing: Option<ObjectId>, is_unknown: bool, base: &Base) -> Option<Failure> {
    let message = match missing {
        Some(commit) => format!(
            "whether the ids of new records were used before cannot be told: {commit} is missing"
        ),
        None if is_unknown => {
            "whether signed approvals suffice cannot be told: history is missing".to_owned()
        }
        None => return None,
    };
    Some(Failure::new(message).hint(base.fetch()))
}

/// What people are told about files that both sides change.
fn conflicts(incoming: &Incoming<'_>, into: &Side) -> Vec<String> {
    let told = |path: &str| {
        format!(
            "`{path}` is changed here and on {} in different ways, so the merge may conflict: judged as it is here",
            into.name
        )
    };
    incoming.conflicts().into_iter().map(told).collect()
}

/// Leaves no more notes than people read.
fn cut(notes: &mut Vec<String>) {
    if notes.len() > MAX_NOTES {
        let n_more = notes.split_off(MAX_NOTES).len();
        notes.push(format!("and {n_more} more of the kind"));
    }
}

impl Base {
    /// The tip of the branch into which the change goes.
    fn side(&self, repo: &Repo, globals: &Globals, env: &mut Env<'_>) -> Result<Side, Failure> {
        let detected = match self {
            Self::Flag(name) => {
                return Ok(Side { name: name.clone(), commit: resolve(repo, name, OPTION)? });
            }
            Self::Ci(detected) => detected,
        };
        let (side, source) = detected.side(repo)?;
        let text = format!("base: {} at {} (from {source})", side.name, short(side.commit));
        globals.note(env, &text);
        Ok(side)
    }

    /// What to do where the history between base and head is missing.
    fn fetch(&self) -> String {
        match self {
            Self::Flag(_) => "fetch what is missing: `git fetch --unshallow`".to_owned(),
            Self::Ci(detected) => detected.fetch.clone(),
        }
    }
}

impl Detected {
    /// The branch, on the remote or here, or else the commit, and where its name is from.
    fn side(&self, repo: &Repo) -> Result<(Side, &'static str), Failure> {
        if let Some(branch) = &self.branch
            && let Some(found) = repo.mainline(&branch.value)?
        {
            return Ok((Side { name: found.name, commit: found.tip }, branch.source));
        }
        if let Some(commit) = &self.commit
            && let Ok(id) = repo.resolve(&commit.value)
        {
            return Ok((Side { name: short(id), commit: id }, commit.source));
        }
        let named = self.branch.as_ref().or(self.commit.as_ref());
        let (value, source) = named.map_or(("", ""), |it| (it.value.as_str(), it.source));
        let message = format!("the base `{value}` (from {source}) is not in this clone");
        Err(Failure::new(message).hint(format!("{}; `--no-base` does without one", self.fetch)))
    }
}

/// What is judged: the change on top of the tip of its base.
fn merge(repo: &Repo, base: &Base, name: &str, into: &Side, head: &Side) -> Result<Merge, Failure> {
    let found = match repo.merge_base(into.commit, head.commit) {
        Ok(found) => found,
        Err(error @ git::Error::Missing { .. }) => {
            return Err(Failure::new(error.to_string()).hint(base.fetch()));
        }
        Err(error) => return Err(error.into()),
    };
    let Some(merge_base) = found else {
        let message = format!("`{}` and `{}` have no commit in common", into.name, head.name);
        let hint = match repo.is_shallow() {
            true => base.fetch(),
            false => "name the branch into which the change goes with `--base REF`".to_owned(),
        };
        return Err(Failure::new(message).hint(hint));
    };
    let into = Snapshot {
        repository: repo.directory().to_owned(),
        commit: into.commit,
        folder: name.to_owned(),
    };
    Ok(Merge { into, base: merge_base, head: head.commit })
}

/// What people are told where the head is a merge that somebody made into an older tip of the base,
/// as a CI keeps one that it makes for a pull request.
fn stale_merge(
    repo: &Repo,
    merge: &Merge,
    into: &Side,
    head: &Side,
) -> Result<Option<String>, Failure> {
    let parents = repo.header(head.commit)?.parents;
    let is_stale = parents.len() > 1 && parents[0] == merge.base && merge.base != into.commit;
    Ok(is_stale.then(|| {
        format!(
            "`{}` ({}) is a merge into {}, and `{}` is at {} by now: judged on top of that; have the CI make the merge anew, since what else it tests is the older one",
            head.name,
            short(head.commit),
            short(merge.base),
            into.name,
            short(into.commit)
        )
    }))
}

/// The register that is judged: the nearest one that the base has, or else the change.
fn register_of(
    repo: &Repo,
    names: Vec<String>,
    into: &Side,
    head: &Side,
) -> Result<String, Failure> {
    for side in [into, head] {
        for name in &names {
            if repo.entry_at(side.commit, &format!("{name}/{POLICY_FILE}"))?.is_some() {
                return Ok(name.clone());
            }
        }
    }
    // The last one stands at the root, where people look first.
    Ok(names.into_iter().next_back().unwrap_or_default())
}

/// What is wrong with the change itself, and the commit without which that cannot be told in full.
fn judge_change(
    incoming: &Incoming<'_>,
    records: &[Change<'_>],
    (standings, landed): (&[Standing<'_>], Option<&Landed>),
    register: &Register,
    policies: &Policies,
    context: &Context<'_>,
) -> Result<(Vec<Finding>, Option<ObjectId>), Failure> {
    // Where no record is left in the change, none is new.
    let retired = landed.map(|landed| incoming.retired(records, landed)).transpose()?;
    let retired = retired.unwrap_or_default();
    let git_files = incoming.git_files()?;
    let lost_approvals = incoming.lost_approvals(&context.policy.people)?;
    let ids = register.exceptions().map(|exception| exception.id.clone()).collect();
    let proposal = Proposal {
        register: &register.name,
        records,
        ids: &ids,
        retired: &retired.ids,
        policies: policies.change(),
        git_files: &git_files,
        lost_approvals: &lost_approvals,
        needs: standings,
    };
    Ok((rules::check_proposal(&proposal, context), retired.missing))
}

/// A record that is expired here and in order on the base only needs a rebase.
fn forgive_renewed(
    incoming: &Incoming<'_>,
    into: &Side,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let renewed = incoming.renewed(&context.policy.record_schema, context.today)?;
    for Renewed { id, is_closed, commit } in renewed {
        let what = if is_closed { "closed" } else { "renewed" };
        let commit = commit.map(|commit| format!(" in {}", short(commit))).unwrap_or_default();
        notes.push(format!("`{id}` is expired here, and {what} on {}{commit}: rebase", into.name));
        findings.retain(|finding| {
            *finding.code != EXPIRED || finding.record.as_deref() != Some(id.as_str())
        });
    }
    Ok(())
}

/// Tells what stands elsewhere from what the change has done, with the level that it has there.
/// Gives the errors that the change removes, where it passes although others remain.
fn tell_apart(
    incoming: &Incoming<'_>,
    register: &Register,
    context: &Context<'_>,
    ahead: Option<&Ahead<'_>>,
    findings: &mut [Finding],
) -> Option<usize> {
    let after = Errors::of(findings);
    let before = match findings.iter().any(|finding| finding.level == Level::Error) {
        true => {
            let store = Store::Commit(incoming.merge.into.clone());
            Errors::of(&rules::judge(&store, incoming.name, context).1)
        }
        false => Errors::default(),
    };
    let records = register.records.iter().map(|record| (record.file().path(), record));
    let records: HashMap<&str, &Record> = records.collect();
    let policy = incoming.policy_path();
    for finding in findings.iter_mut() {
        let path = finding.place.file.path();
        // What was not there before is the change's doing, wherever it shows.
        let is_new = finding.level == Level::Error && !after.is_known(finding, &before);
        if is_new || path == policy || incoming.touches(finding) {
            continue;
        }
        let exception = records.get(path).map(|record| &record.exception);
        let owner = exception.map(|it| &it.owner).filter(|it| !it.email.is_empty());
        let expires = exception.and_then(|it| it.expires);
        finding.level = elsewhere::level(finding, expires, &context.policy.gate, context.today);
        finding.is_elsewhere = true;
        if let Some(owner) = owner {
            finding.owner = Some(owner.clone());
        }
    }
    ratchet::n_removed(&before, &after, findings)
        .or_else(|| ratchet::n_removed(&before, &ahead?.errors(), findings))
}
