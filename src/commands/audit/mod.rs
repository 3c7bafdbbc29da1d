//! `exc audit`: the verdicts of the whole register.

mod pack;
mod sample;

use std::path::PathBuf;

use super::trail::{HistoryArgs, Story, open};
use super::writing::folders::refuse_used;
use super::{Globals, Workspace};
use crate::env::{Env, Outcome};
use crate::history::{Audit, Verdict, Wanted, end_of};
use crate::policy::Policy;
use crate::register::{self, Store};
use crate::render::trail::{self, AuditFormat, AuditPage, Judged};

/// Prove from git who approved which text of every record
///
/// Judges every record that was ever on the mainline. Reads the mainline's history along its first parents, from git alone, and trusts no cache. Names the evidence behind each verdict, and says what git cannot know.
///
/// Exit codes: 0 everything is in order, 1 a record is lapsed, unapproved, suspect, was deleted while open, or was approved late outside of an emergency, or the policy has a change that nobody approved, 2 something is indeterminate or could not be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc audit                                        the register today
  exc audit --as-of 2026-06-30 --format json       as it was on that day
  exc audit --anchor 4d53ea6@2026-11-01            fail if main no longer holds that commit
  exc audit --sample 25 --seed 2026-Q4 --pack q4   what an auditor takes home")]
pub(crate) struct Args {
    #[command(flatten)]
    history: HistoryArgs,
    /// The mainline stood at SHA at TIME, as somebody outside noted; may be repeated
    #[arg(long = "anchor", value_name = "SHA@TIME")]
    anchors: Vec<String>,
    /// Judge all, and show N that are drawn: the first by `sha256(SEED LF ID)`
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// What the sample is drawn by, such as a word that the auditor chose
    #[arg(long, value_name = "SEED", requires = "sample", default_value = "")]
    seed: String,
    /// Also write an evidence pack to a new folder: verdicts, texts as approved, approvals, policy, findings
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: AuditFormat,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    let pack = args.pack.as_ref().map(|folder| globals.cwd(env).join(folder));
    if let Some(folder) = &pack {
        refuse_used(folder)?;
    }
    let story = Story::read(&workspace, &args.history, Wanted::Everything, globals, env)?;
    let anchors: Result<Vec<_>, _> = args.anchors.iter().map(|text| story.anchor(text)).collect();
    let anchors = anchors?;
    let audit = Audit::to_read(&story.landed, &anchors);
    let mut notes = story.notes(now(globals, env))?;
    if anchors.is_empty() {
        notes.push(
            "whether the mainline was rewritten is not checked: there is no `--anchor`".to_owned(),
        );
    }
    let judged = judged(&audit, &story, &workspace);
    let is_unknown = judged.iter().any(|it| it.trail.verdict == Verdict::Indeterminate)
        || audit.policies.is_unknown();
    let is_record_failing = judged.iter().any(|it| it.is_failing);
    let population = judged.len();
    let judged = sampled(judged, args, &mut notes);
    let (problems, is_unread) = problems(&workspace, &story);
    let register = settled(&audit, &workspace).register.clone();
    let page = AuditPage {
        register: &register,
        today: story.today,
        mainline: &story.mainline.name,
        tip: story.mainline.tip,
        is_complete: story.landed.is_whole(),
        notes: &notes,
        late_days: settled(&audit, &workspace).approvals.late_days,
        problems: &problems,
        records: &judged,
        policies: &audit.policies.revisions,
    };
    let style = globals.style(env);
    globals.print(env, |out| trail::write_audit(args.format, &page, style, out))?;
    if let Some(folder) = &pack {
        let snapshot = story.snapshot(&workspace.name);
        let then = workspace.at(snapshot, globals, env);
        pack::write(folder, &page, &story, &then, population)?;
        globals.note(env, &format!("wrote the evidence pack `{}`", folder.display()));
    }
    let is_failing = is_record_failing || audit.policies.is_unsettled() || !problems.is_empty();
    // The process is about to end: taking a large history apart would only cost time.
    std::mem::forget((audit, story));
    Ok(match () {
        () if is_unknown || is_unread => Outcome::Error,
        () if is_failing => Outcome::Findings,
        () => Outcome::Success,
    })
}

/// The policy in force: one that is only proposed gives nobody more time.
fn settled<'a>(audit: &'a Audit, workspace: &'a Workspace) -> &'a Policy {
    audit.policies.settled().map_or(&workspace.policy, |policy| policy)
}

/// Every record with its verdict, and what to do about it.
fn judged<'a>(audit: &'a Audit, story: &Story, workspace: &Workspace) -> Vec<Judged<'a>> {
    let settled = settled(audit, workspace);
    let late_days = settled.approvals.late_days;
    let judged = audit.trails.iter().map(|trail| Judged {
        trail,
        status: trail.status(story.today),
        is_failing: trail.is_failing(late_days),
        emergency: trail.emergency(late_days, story.today),
        open: open(trail, settled, &story.mainline, workspace, story.today),
    });
    judged.collect()
}

/// The records that were drawn, if a sample was asked for.
fn sampled<'a>(
    mut judged: Vec<Judged<'a>>,
    args: &Args,
    notes: &mut Vec<String>,
) -> Vec<Judged<'a>> {
    let Some(n) = args.sample else { return judged };
    let ids: Vec<&str> = judged.iter().map(|it| it.trail.id.as_str()).collect();
    let mut is_drawn = sample::draw(&ids, n, &args.seed).into_iter();
    let population = ids.len();
    judged.retain(|_| is_drawn.next().unwrap_or(false));
    notes.push(format!(
        "a sample of {} of {population}, drawn by the seed `{}`: the exit code is that of all",
        judged.len(),
        args.seed
    ));
    judged
}

/// The last second of today, after which no commit can have been made; none where the day was
/// given, since then nobody knows what time it is.
pub(super) fn now(globals: &Globals, env: &Env<'_>) -> Option<i64> {
    globals.today.is_none().then(|| end_of(env.today))
}

/// What is in the register's folder and is no record, and whether something could not be read.
fn problems(workspace: &Workspace, story: &Story) -> (Vec<String>, bool) {
    let store = Store::Commit(story.snapshot(&workspace.name));
    let findings = register::list(&store, &workspace.name).findings;
    let is_unread = findings.iter().any(|finding| finding.code.unjudged);
    let told = findings
        .iter()
        .map(|it| format!("`{}`: {} ({})", it.place.file.path(), it.message, it.code.id));
    (told.collect(), is_unread)
}
