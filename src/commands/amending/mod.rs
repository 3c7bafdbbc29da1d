//! What the commands that change a record share: finding it, saying what the change means, judging
//! it, and writing it.
//!
//! Invariant: only the values that a command is about differ afterwards, byte for byte
//! ([`splice`]); a change that would add an error is not written unless somebody insists, or it is a
//! step towards a record without errors ([`balance`]); a file that somebody else has changed
//! meanwhile is left as it is.

pub(super) mod answered;
pub(super) mod asking;
mod balance;
mod next;
pub(super) mod renewed;
mod standing;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::NaiveDate;

use self::standing::Standing;
use super::rewriting::{self, Rewrite, Signed};
use super::{Failure, Globals, Workspace, findings, mainline, naming, shown_path};
use crate::changes;
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Level};
use crate::model::Exception;
use crate::register::{self, Register};
use crate::render::{Style, count, diff};
use crate::rules::{self, Context};
use crate::source::splice::{self, Change};
use crate::source::{self, Record};
use crate::text::{SourceFile, dotted, shell_word};

/// How a change is written.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct WriteArgs {
    /// Show what would be changed, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write it even if rules refuse the result
    #[arg(long)]
    pub(super) force: bool,
}

/// The register as a command that changes it finds it.
pub(super) struct Desk {
    pub(super) workspace: Workspace,
    pub(super) register: Register,
}

/// A record that is to be changed.
pub(super) struct Planned {
    /// Its place in the register.
    at: usize,
    changes: Vec<Change>,
    /// Whether errors may be left, as long as they are fewer.
    may_leave_errors: bool,
}

impl Desk {
    pub(super) fn open(globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Self> {
        let workspace = super::open_or_explain(globals, env)?;
        // What only a commit holds cannot be written.
        workspace.directory()?;
        let register =
            register::load(&workspace.store, &workspace.name, &workspace.policy.record_schema);
        Ok(Self { workspace, register })
    }

    /// The record that somebody means who writes an id, or a part of one.
    pub(super) fn find(&self, wanted: &str) -> Result<usize, Failure> {
        // A path names the record that stands in it, as the commands print it.
        let wanted = match Path::new(wanted).extension() {
            Some(extension) if extension == "yaml" || extension == "yml" => mainline::stem(wanted),
            _ => wanted,
        };
        let ids: Vec<&str> = self.register.exceptions().map(|it| it.id.as_str()).collect();
        let id = naming::whole(&ids, wanted)?
            .ok_or_else(|| super::show::unknown(&self.register, wanted))?;
        let places: Vec<usize> = (0..ids.len()).filter(|&at| ids[at] == id).collect();
        match places.as_slice() {
            [at] => Ok(*at),
            several => {
                let paths = several.iter().map(|&at| self.register.records[at].file().path());
                let paths: Vec<String> = paths.map(|path| format!("`{path}`")).collect();
                let message =
                    format!("{} records have the id `{id}`: {}", several.len(), paths.join(", "));
                Err(Failure::new(message).hint("give one of them another id"))
            }
        }
    }

    /// The same for several, each once.
    pub(super) fn find_all(&self, wanted: &[String]) -> Result<Vec<usize>, Failure> {
        let mut found: Vec<usize> = Vec::new();
        for wanted in wanted {
            let at = self.find(wanted)?;
            if !found.contains(&at) {
                found.push(at);
            }
        }
        Ok(found)
    }

    pub(super) fn exception(&self, at: usize) -> &Exception {
        &self.register.records[at].exception
    }

    /// The same, if it can still change.
    pub(super) fn open_exception(&self, at: usize) -> Result<&Exception, Failure> {
        let exception = self.exception(at);
        match exception.closed.as_ref() {
            None => Ok(exception),
            Some(closed) => {
                let day = closed.date.map_or_else(String::new, |day| format!(" on {day}"));
                let message = format!("`{}` was closed{day}", exception.id);
                Err(Failure::new(message).hint(format!(
                    "what is needed again is a new exception: `exc new`; `exc history {}` shows what it was",
                    shell_word(&exception.id)
                )))
            }
        }
    }

    /// What stands against one place of a record, if it is changed so. What a change cannot do is
    /// said when it is made.
    pub(super) fn refusals(
        &self,
        at: usize,
        changes: &[Change],
        pointer: &str,
        today: NaiveDate,
    ) -> Vec<Finding> {
        let before = self.register.records[at].file();
        let Ok(after) = splice::edited(before, changes) else { return Vec::new() };
        let mut findings = findings::alone(&after, &self.workspace, today);
        findings.retain(|it| it.level == Level::Error && it.place.pointer == pointer);
        findings
    }

    /// Changes records, says what that means, and writes them. `verb` is what a commit calls it.
    pub(super) fn write(
        mut self,
        planned: Vec<Planned>,
        verb: &str,
        args: WriteArgs,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Outcome> {
        // What is wrong with other records is wrong before and after.
        let places: Vec<usize> = planned.iter().map(|plan| plan.at).collect();
        let before = self.judge_some(&places, env.today);
        let written = self.change(&planned)?;
        if written.is_empty() {
            globals.note(env, "nothing to change: the record says so already");
            return Ok(Outcome::Success);
        }
        let standings = Standing::of(&written, &self, globals, env)?;
        let needs_approval = self.tell(&written, &standings, globals, env)?;
        let own: HashSet<&str> = written.iter().map(|it| it.text.after.path()).collect();
        let after = self.judge_some(&places, env.today);
        let mut added = balance::added(&before, &after);
        // What is only better or worse elsewhere is for `exc check` to say.
        added.retain(|it| it.level == Level::Error || own.contains(it.place.file.path()));
        if !added.is_empty() {
            findings::tell(&added, written.len(), &self.workspace, globals, env)?;
        }
        let steps: HashSet<&str> = written
            .iter()
            .filter(|it| it.is_step(&planned, &before, &after))
            .map(|it| it.text.after.path())
            .collect();
        let is_refused =
            |it: &Finding| it.level == Level::Error && !steps.contains(it.place.file.path());
        let has_errors = added.iter().any(is_refused);
        if args.dry_run {
            globals.print(env, |out| {
                written.iter().try_for_each(|it| out.write_all(it.text.patch().as_bytes()))
            })?;
        }
        match (has_errors, args.force, args.dry_run) {
            (true, false, _) => {
                globals.note(env, "nothing was written; `--force` writes it nevertheless");
                return Ok(Outcome::Findings);
            }
            (_, _, true) => return Ok(Outcome::Success),
            (true, ..) => globals.note(env, "written all the same: `exc check` will refuse it"),
            (false, ..) => {
                let steps = written.iter().filter(|it| steps.contains(it.text.after.path()));
                steps.for_each(|it| it.tell_left(&after, &self.workspace.root, globals, env));
            }
        }
        let signed = Signed::read(&self.workspace);
        for (it, standing) in written.iter().zip(&standings) {
            // An approval of what has landed has done its work.
            let note = it.text.spent(&it.id, &signed).filter(|_| *standing != Standing::Landed);
            note.iter().for_each(|note| globals.note(env, note));
        }
        let rewrites: Vec<&Rewrite> = written.iter().map(|it| &it.text).collect();
        let paths = rewriting::put(&rewrites, &self.workspace, globals, env)?;
        let ids: Vec<&str> = written.iter().map(|it| it.id.as_str()).collect();
        next::steps(verb, needs_approval, &ids, &paths, &self.workspace, globals, env)?;
        Ok(Outcome::Success)
    }

    /// Puts the changed records in the place of those that were read, but for those that say the
    /// same.
    fn change(&mut self, planned: &[Planned]) -> anyhow::Result<Vec<Written>> {
        let mut changed = Vec::new();
        for plan in planned {
            changed.extend(self.edited(plan)?.map(|text| (plan.at, text)));
        }
        let texts: Vec<_> =
            changed.iter().map(|(at, text)| (*at, Arc::clone(&text.after))).collect();
        let records = self.replace(&texts);
        let written = changed.into_iter().zip(records).map(|((at, text), record)| {
            let record = record.ok_or_else(|| {
                let path = text.after.path();
                let message =
                    format!("`{path}` could not be read after the change, so it is not written");
                Failure::new(message).hint("edit it by hand, then run `exc check`")
            })?;
            Ok(Written { id: record.exception.id.clone(), at, record, text })
        });
        written.collect()
    }

    /// The text of a record with the change; none where it says the same.
    fn edited(&self, plan: &Planned) -> Result<Option<Rewrite>, Failure> {
        let record = &self.register.records[plan.at];
        let id = &record.exception.id;
        let before = Arc::clone(record.file());
        let after = splice::edited(&before, &plan.changes).map_err(|refused| {
            let place = record.at(&refused.pointer);
            let (path, line) = (before.path(), place.start().line);
            let pointer = dotted(&refused.pointer);
            Failure::new(format!("`{pointer}` of `{id}` cannot be changed: {}", refused.reason))
                .hint(format!("edit it at {path}:{line}, then run `exc check`"))
        })?;
        Ok((after.text() != before.text()).then_some(Rewrite { before, after }))
    }

    /// Puts other texts in the place of records', and gives each record as it was; none where the
    /// text is no record, and nothing has changed. All at once, since each time takes a look at all
    /// findings of the register.
    pub(super) fn replace(&mut self, texts: &[(usize, Arc<SourceFile>)]) -> Vec<Option<Record>> {
        let mut replaced: HashSet<&str> = HashSet::new();
        let mut found = Vec::new();
        let mut records = Vec::new();
        for (at, text) in texts {
            let (changed, own) = source::load(text, &self.workspace.policy.record_schema);
            records.push(changed.map(|changed| {
                replaced.insert(text.path());
                found.extend(own);
                std::mem::replace(&mut self.register.records[*at], changed)
            }));
        }
        self.register.findings.retain(|it| !replaced.contains(it.place.file.path()));
        self.register.findings.extend(found);
        records
    }

    fn judge_some(&self, places: &[usize], today: NaiveDate) -> Vec<Finding> {
        let context = Context { policy: &self.workspace.policy, today };
        rules::check_some(&self.register, places, &context)
    }

    pub(super) fn judge(&self, today: NaiveDate) -> Vec<Finding> {
        rules::check(&self.register, &Context { policy: &self.workspace.policy, today })
    }

    /// Says what differs, as a reviewer will see it, and whether somebody has to approve it.
    fn tell(
        &self,
        written: &[Written],
        standings: &[Standing],
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<bool> {
        let pairs = written.iter().map(|it| (&it.record, &self.register.records[it.at]));
        let changes = pairs.map(|(before, after)| changes::compare(Some(before), Some(after)));
        let changes: Vec<_> =
            changes.zip(standings).map(|(change, standing)| standing.seen(change)).collect();
        let n_needing = changes.iter().filter(|it| it.kind.needs_approval()).count();
        if globals.quiet {
            return Ok(n_needing > 0);
        }
        let style = Style { width: env.told_width(), ..globals.style(env) };
        diff::changes(&changes, style, env.err).context("cannot write to standard error")?;
        let sentence = match (n_needing, changes.len()) {
            (0, _) => "no approval is needed for this".to_owned(),
            _ if standings == [Standing::New] => {
                "it has not landed yet: the whole record needs an approval".to_owned()
            }
            (n, all) if n == all => "this needs an approval".to_owned(),
            (n, all) => format!("{n} of {all} need an approval"),
        };
        globals.note(env, &sentence);
        Ok(n_needing > 0)
    }
}

/// The place of an entry, counted from 1.
pub(super) fn parse_nth(text: &str) -> Result<usize, String> {
    text.trim().parse().map_err(|_| "write a number: 1 is the first".to_owned())
}

impl Planned {
    pub(super) fn new(at: usize, changes: Vec<Change>) -> Self {
        Self { at, changes, may_leave_errors: false }
    }

    /// A change that may be one of several which put a record right.
    pub(super) fn step(at: usize, changes: Vec<Change>) -> Self {
        Self { at, changes, may_leave_errors: true }
    }
}

/// The address of whoever works here, as git knows it; `flag` names another.
pub(super) fn whoever(workspace: &Workspace, flag: &str, env: &Env<'_>) -> Result<String, Failure> {
    let known = match mainline::repository(workspace)? {
        Some(repo) => repo.identity(&|name: &str| env.vars.get(name).map(String::as_str))?.1,
        None => None,
    };
    known.ok_or_else(|| {
        Failure::new("git does not know your e-mail address")
            .hint(format!("name it with `{flag}`, or set git's `user.email`"))
    })
}

/// A record that has been changed, and is not written yet.
struct Written {
    id: String,
    at: usize,
    /// As it was.
    record: Record,
    text: Rewrite,
}

impl Written {
    /// Whether it is written although errors are left in it.
    fn is_step(&self, planned: &[Planned], before: &[Finding], after: &[Finding]) -> bool {
        let path = self.text.after.path();
        let plan = planned.iter().find(|plan| plan.at == self.at && plan.may_leave_errors);
        plan.is_some_and(|plan| balance::is_step(&plan.changes, path, before, after))
    }

    /// Says how many errors are left.
    fn tell_left(&self, after: &[Finding], root: &Path, globals: &Globals, env: &mut Env<'_>) {
        let path = self.text.after.path();
        let n_left = balance::errors(after, path).len();
        if n_left > 0 {
            let (n, id) = (count(n_left, "error"), &self.id);
            let path = shell_word(&shown_path(&root.join(path), env));
            globals.note(env, &format!("`{id}` is left with {n}: `exc check {path}` shows them"));
        }
    }
}
