//! `exc review`: the page on which a reviewer decides.

mod sides;

use std::collections::{BTreeMap, HashSet};

use self::sides::{Approvals, Points, Sides};
use super::{Failure, Globals, Workspace, naming};
use crate::changes::{self, Change};
use crate::env::{Env, Outcome};
use crate::finding::{self, Finding, Level};
use crate::git::Repo;
use crate::history::{Audit, Branch, Ground, Landed, Needs, POLICY_ID, Proposal, Vote, Wanted};
use crate::policy::Policy;
use crate::register::{POLICY_FILE, Register};
use crate::render::review::{self, Page, ReviewFormat};
use crate::render::way_out::squashed;
use crate::report::policies::PolicyChange;
use crate::report::review::{Reviewed, Setting, is_about};
use crate::rules::{self, Context};
use crate::source::{self, Record, schema};

/// Show what a reviewer has to know about each changed record, instead of a diff of YAML
///
/// For each record, the most serious change first: what changes, in words; what `exc check` finds in it; the questions that decide, answered `yes`, `no` or `for you to judge`; what its team, its controls and its place have already; who may approve it, and who has; and all that has landed of it so far. How often a record was renewed, and what was promised first, comes from git, not from the record.
///
/// Without `--base`, the work tree is compared with the mainline. With it, HEAD is compared with where it left the base, as a pull request is: what is committed counts, whatever the work tree holds. Policy, budgets and people are those of the mainline or the base. A record that differs in nothing but its approvals is shown too. With ids, these records are shown, changed or not.
///
/// Exit codes: 0 also where there are findings (`exc check` is the gate), 2 where something could not be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc review                                      the work tree against the mainline
  exc review --base origin/main                   this branch, as a pull request
  exc review EXC-2026-K7QD                        one record, also for its periodic review
  exc review --base origin/main --format markdown > comment.md")]
pub(crate) struct Args {
    /// Show these records, changed or not, by id or by a part of it that no other id has [default: all that differ]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Compare with where HEAD left REF [default: the mainline with the work tree]
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// The commit to review instead of HEAD
    #[arg(long, value_name = "REF", requires = "base")]
    head: Option<String>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReviewFormat,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let (repo, workspace, points) =
        sides::find(args.base.as_deref(), args.head.as_deref(), globals, env)?;
    show(args, &repo, &workspace, &points, globals, env)
}

/// Shows what is between two points.
fn show(
    args: &Args,
    repo: &Repo,
    workspace: &Workspace,
    points: &Points,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let own = points.policy(repo, workspace)?;
    let policy = own.as_ref().unwrap_or(&workspace.policy);
    let context = Context { policy, today: env.today };
    let sides = Sides::read(points, repo, workspace, &context);
    let all = changes::registers(&sides.before, &sides.after);
    let findings = findings(&sides, &all, &context);
    let approvals = sides.approvals()?;
    let chosen = chosen(&args.ids, all, &sides, &approvals)?;
    let history = History::read(repo, points, workspace, &chosen, &sides)?;
    let mut notes = match history.settle(repo, points, workspace)? {
        Ok(notes) => notes,
        Err(points) => return show(args, repo, workspace, &points, globals, env),
    };
    let late_days =
        history.audit.policies.settled().map_or(policy, |settled| settled).approvals.late_days;
    let register = sides.whole();
    let setting = Setting { policy, late_days, today: env.today, register, findings: &findings };
    let settled: Vec<Option<Record>> = chosen.iter().map(|it| history.settled(it)).collect();
    let since: Vec<Option<Change<'_>>> =
        chosen.iter().zip(&settled).map(|it| history.since_settled(it.0, it.1.as_ref())).collect();
    let mut records = Vec::with_capacity(chosen.len());
    for (change, since) in chosen.iter().zip(&since) {
        let (needs, given) = history.needs(change, policy, &approvals, env);
        let since = since.as_ref().filter(|_| needs.is_some());
        let id = change.record().map_or("", |record| &record.exception.id);
        let trail = history.audit.trail(id);
        records.extend(Reviewed::new(change, setting, trail, (needs, given), since));
    }

    let policies = sides.policies(&approvals).filter(|_| args.ids.is_empty());
    let policy_change = policies.as_ref().and_then(|(before, after)| {
        history.policy_change(before, after, &approvals, workspace, env)
    });
    let elsewhere = elsewhere(&findings, &records);
    notes.extend_from_slice(&history.notes);
    if own.is_none() {
        notes.push(format!("{} has no policy: it is judged by its own", points.into.name));
    }
    notes.extend(uncommitted(&chosen, points, repo)?);
    notes.extend(history.squashed(&records, policy_change.as_ref(), policy, &points.into.name));
    let unreadable = sides.unreadable();
    let page = Page {
        today: env.today,
        late_days,
        from: &sides.from,
        to: &sides.to,
        rev: args.head.as_deref(),
        records: &records,
        policy: policy_change.as_ref(),
        cautions: &points.cautions(repo, workspace)?,
        notes: &notes,
        unreadable: &unreadable,
        elsewhere,
        is_of_named: !args.ids.is_empty(),
    };
    let style = globals.style(env);
    globals.print(env, |out| review::write(args.format, &page, style, out))?;
    let is_whole = unreadable.is_empty() && history.landed.missing.is_none();
    Ok(if is_whole { Outcome::Success } else { Outcome::Error })
}

/// What is wrong with the register as the change leaves it, and with the change of each record.
/// Whether the policy may change with it is for `exc check`.
fn findings(sides: &Sides, changes: &[Change<'_>], context: &Context<'_>) -> Vec<Finding> {
    let mut findings = sides.found.clone();
    let ids = sides.whole().exceptions().map(|it| it.id.clone()).collect();
    let change = rules::Proposal {
        register: &sides.after.name,
        records: changes,
        ids: &ids,
        retired: &BTreeMap::new(),
        policies: None,
        git_files: &[],
        lost_approvals: &[],
        needs: &[],
    };
    findings.extend(rules::check_proposal(&change, context));
    finding::sort(&mut findings);
    findings
}

/// The changes to show: all, and the records that get approvals alone; or those of the records that
/// were named, which need not differ.
fn chosen<'a>(
    ids: &[String],
    mut changes: Vec<Change<'a>>,
    sides: &'a Sides,
    approvals: &Approvals,
) -> Result<Vec<Change<'a>>, Failure> {
    if ids.is_empty() {
        let same = unchanged(&changes, &sides.after);
        changes.extend(same.filter(|it| approvals.gets_any(&it.exception.id)).map(itself));
        return Ok(changes);
    }
    let whole = sides.whole();
    let changed = changes.iter().filter_map(|it| it.record()).map(|it| it.exception.id.as_str());
    let known: Vec<&str> =
        changed.chain(whole.exceptions().map(|exception| exception.id.as_str())).collect();
    let mut asked: Vec<&str> = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(id) = naming::whole(&known, id)? else {
            let hint = match schema::nearest(id, known.iter().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "`exc list --all` shows the records, `exc history ID` one that was deleted"
                    .to_owned(),
            };
            return Err(Failure::new(format!("there is no record `{id}`")).hint(hint));
        };
        asked.push(id);
    }
    let asked: Vec<String> = asked.into_iter().map(str::to_owned).collect();
    let is = |record: &Record, id: &String| record.exception.id == *id;
    changes.retain(|it| it.record().is_some_and(|record| asked.iter().any(|id| is(record, id))));
    for id in &asked {
        if !changes.iter().any(|it| it.record().is_some_and(|record| is(record, id)))
            && let Some(record) = whole.records.iter().find(|record| is(record, id))
        {
            changes.push(itself(record));
        }
    }
    Ok(changes)
}

/// The records of a register that no change is about.
fn unchanged<'a>(
    changes: &[Change<'a>],
    register: &'a Register,
) -> impl Iterator<Item = &'a Record> + use<'a> {
    let changed = changes.iter().filter_map(|it| it.record());
    let changed: HashSet<String> = changed.map(|it| it.exception.id.clone()).collect();
    register.records.iter().filter(move |it| !changed.contains(&it.exception.id))
}

/// A record that does not differ.
fn itself(record: &Record) -> Change<'_> {
    changes::compare(Some(record), Some(record))
}

/// Whose texts nobody is known to have written.
fn uncommitted(
    changes: &[Change<'_>],
    points: &Points,
    repo: &Repo,
) -> Result<Option<String>, Failure> {
    let mut uncommitted = Vec::new();
    for text in changes.iter().filter_map(|change| change.after) {
        if points.is_uncommitted(repo, text)? {
            uncommitted.push(format!("`{}`", text.exception.id));
        }
    }
    Ok((!uncommitted.is_empty()).then(|| {
        format!(
            "not committed, so who wrote it and cannot approve it is not known yet: {}",
            uncommitted.join(", ")
        )
    }))
}

/// Errors and warnings that stand in none of the records.
fn elsewhere(findings: &[Finding], records: &[Reviewed<'_>]) -> (usize, usize) {
    let is_here = |finding: &Finding| records.iter().any(|it| is_about(finding, it.record));
    let elsewhere: Vec<&Finding> = findings.iter().filter(|it| !is_here(it)).collect();
    let n_errors = elsewhere.iter().filter(|it| it.level == Level::Error).count();
    (n_errors, elsewhere.len() - n_errors)
}

/// What the mainline says about the records, and who wrote what is not on it yet.
struct History {
    landed: Landed,
    audit: Audit,
    proposers: Branch,
    notes: Vec<String>,
}

impl History {
    fn read(
        repo: &Repo,
        points: &Points,
        workspace: &Workspace,
        chosen: &[Change<'_>],
        sides: &Sides,
    ) -> Result<Self, Failure> {
        let tip = points.into.tip;
        let chain = repo.chain(tip)?;
        let ids = chosen.iter().filter_map(|change| change.record());
        let ids: Vec<&str> = ids.map(|record| record.exception.id.as_str()).collect();
        let others = sides.others(&ids);
        let wanted = Wanted::Records { ids: &ids, others: Some(&others) };
        let landed = Landed::read(repo, &chain, &workspace.name, wanted)?;
        let audit = Audit::of_records(&landed, &ids, &[]);
        let proposers = match points.head {
            Some(head) => Branch::since(repo, &landed, [tip, head], &workspace.name)?,
            None => Branch::default(),
        };
        let mut notes = Vec::new();
        if landed.missing.is_some() {
            notes.push(
                "this clone is shallow, so what happened before is not known: `git fetch --unshallow`"
                    .to_owned(),
            );
        }
        if audit.policies.is_unsettled() {
            notes.push(format!(
                "the policy on {} has a change that nobody approved: approvals are judged by the one before it, see `exc audit`",
                points.into.name
            ));
        }
        Ok(Self { landed, audit, proposers, notes })
    }

    /// Whether the branch is the mainline, as far as is known here.
    fn settle(
        &self,
        repo: &Repo,
        points: &Points,
        workspace: &Workspace,
    ) -> Result<Result<Vec<String>, Points>, Failure> {
        let is_whole = self.landed.missing.is_none();
        let in_force = if is_whole { self.audit.policies.in_force() } else { &[] };
        points.settle(in_force, repo, workspace)
    }

    /// The text of a changed record that was settled last, read again with all that it says.
    fn settled(&self, change: &Change<'_>) -> Option<Record> {
        let trail = self.audit.trail(&change.record()?.exception.id)?;
        source::load_unchecked(trail.settled.as_ref()?.file())
    }

    /// All that differs from the settled text, where that is another one than the text before the
    /// change; none where git cannot tell.
    fn since_settled<'a>(
        &self,
        change: &Change<'a>,
        settled: Option<&'a Record>,
    ) -> Option<Change<'a>> {
        let (before, after) = (change.before?, change.after?);
        if self.landed.missing.is_some() {
            return None;
        }
        let is_before = |settled: &Record| settled.file().text() == before.file().text();
        let since =
            (!settled.is_some_and(is_before)).then(|| changes::compare(settled, Some(after)));
        since.filter(|since| since.kind.needs_approval())
    }

    /// What a change of the policy means, compared with the settled one, and who has to approve it.
    fn policy_change<'a>(
        &'a self,
        before: &'a Policy,
        after: &'a Policy,
        approvals: &Approvals,
        workspace: &Workspace,
        env: &Env<'_>,
    ) -> Option<PolicyChange<'a>> {
        let settled = self.audit.policies.in_force().last().map_or(before, |policy| policy);
        let mut change = PolicyChange::between(settled, after)?;
        let is_complete = self.landed.missing.is_none();
        let ground = Ground { policy: settled, branch: &self.proposers, is_complete };
        let path = format!("{}/{POLICY_FILE}", workspace.name);
        let proposal = Proposal::of_policy(ground, Some(&self.audit.policies), after, &path);
        let votes = approvals.votes(&proposal, env.today);
        change.needs = Needs::of(&proposal, &votes, |path| approvals.is_known(path));
        Some(change)
    }

    /// What a squash would do to the approvals that there are.
    fn squashed(
        &self,
        records: &[Reviewed<'_>],
        policy_change: Option<&PolicyChange<'_>>,
        policy: &Policy,
        into: &str,
    ) -> Vec<String> {
        let squashes = self.landed.squashes(policy);
        let of_policy = policy_change.and_then(|change| Some((POLICY_ID, change.needs.as_ref()?)));
        let of_records =
            records.iter().filter_map(|it| Some((it.exception().id.as_str(), it.needs.as_ref()?)));
        let said = of_policy.into_iter().chain(of_records).flat_map(|(id, needs)| {
            let own = needs.own_commits.iter();
            own.filter_map(move |own| squashed(id, own, squashes, into))
        });
        said.collect()
    }

    /// What a change takes to be approved, and what of that is there; and what the change itself
    /// brings of it.
    fn needs<'a>(
        &'a self,
        change: &Change<'a>,
        policy: &'a Policy,
        approvals: &Approvals,
        env: &Env<'_>,
    ) -> (Option<Needs<'a>>, Vec<Vote>) {
        let Some(text) = change.after else { return (None, Vec::new()) };
        let id = &text.exception.id;
        let ground = Ground {
            policy: self.audit.policies.in_force().last().map_or(policy, |policy| policy),
            branch: &self.proposers,
            is_complete: self.landed.missing.is_none(),
        };
        let Some(proposal) = Proposal::of_record(ground, self.audit.heard(id), text) else {
            return (None, Vec::new());
        };
        let mut votes = approvals.votes(&proposal, env.today);
        let needs = Needs::of(&proposal, &votes, |path| approvals.is_known(path));
        votes.retain(|vote| !approvals.is_known(&vote.path));
        (needs, votes)
    }
}
