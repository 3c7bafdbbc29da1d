//! `exc history`: the trail of one record.

use super::cache::CacheArgs;
use super::trail::{HistoryArgs, open};
use super::verdicts::Verdicts;
use super::{Failure, Globals, naming};
use crate::changes;
use crate::env::{Env, Outcome};
use crate::history::{POLICY_ID, Trail, Verdict, Wanted};
use crate::render::trail::{self, Page, Told, TrailFormat};
use crate::source::schema;

/// Show how a record changed on the mainline, and who approved what
///
/// Reads the mainline's history along its first parents, from git alone. Each revision is compared with the last text that was approved or needed no approval, and judged by the policy that was in force before it landed. Evidence is `signed` (a statement bound to the exact text), `landing` (the author of the merge) or `trailer` (a line of the landing commit's message); the last two are claimed, since nothing but git's word stands behind them.
///
/// Exit codes: 0 the record is in order, 1 it is lapsed, unapproved, suspect, or was deleted while open, 2 git cannot tell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc history EXC-2026-K7QD                       who approved which text, when
  exc history EXC-2026-K7QD --as-of 2026-06-30    as it was known on that day
  exc history EXC-2026-K7QD --format json")]
pub(crate) struct Args {
    /// The record's id, also of one that was deleted, or any part of it that no other id has
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    history: HistoryArgs,
    #[command(flatten)]
    cache: CacheArgs,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: TrailFormat,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    if args.id == POLICY_ID {
        return Err(Failure::new(format!("`{POLICY_ID}` is the policy, and no record"))
            .hint("`exc audit` shows its revisions and who approved them")
            .into());
    }
    let workspace = super::open_or_explain(globals, env)?;
    let mut read = |id: &str| {
        let ids = [id];
        let wanted = Wanted::records(&ids);
        Verdicts::read(&workspace, &args.history, args.cache, wanted, globals, env)
    };
    let mut id = args.id.clone();
    let mut verdicts = read(&id)?;
    // Only history knows all ids that a part of one may mean.
    if verdicts.trail(&id).is_none()
        && let Some(whole) = naming::whole(&verdicts.ids(), &id)?.map(str::to_owned)
    {
        id = whole;
        verdicts = read(&id)?;
    }
    let source = verdicts.source();
    if globals.verbose {
        globals
            .note(env, &format!("mainline: {} at {}", source.mainline.name, source.mainline.tip));
    }
    let Some(trail) = verdicts.trail(&id) else {
        return Err(unknown(&id, &verdicts));
    };
    let notes = verdicts.notes(super::audit::now(globals, env))?;
    let told = told(trail);
    // A policy that is only proposed gives nobody more time.
    let settled = verdicts.policy();
    let settled = settled.as_deref().unwrap_or(&workspace.policy);
    let late_days = settled.approvals.late_days;
    let page = Page {
        today: source.today,
        mainline: &source.mainline.name,
        tip: source.mainline.tip,
        is_complete: source.is_complete,
        notes: &notes,
        trail,
        told: &told,
        is_failing: trail.is_failing(late_days),
        late_days,
        emergency: trail.emergency(late_days, source.today),
        open: open(trail, settled, source.mainline, &workspace, source.today),
    };
    let style = globals.style(env);
    globals.print(env, |out| trail::write(args.format, &page, style, out))?;
    let outcome = match trail.verdict {
        Verdict::Indeterminate => Outcome::Error,
        _ if page.is_failing => Outcome::Findings,
        _ => Outcome::Success,
    };
    // The process is about to end: taking a large history apart would only cost time.
    std::mem::forget(verdicts);
    Ok(outcome)
}

/// The revisions, each with what differs from the text before it.
fn told(trail: &Trail) -> Vec<Told<'_>> {
    let mut before = None;
    let mut told = Vec::with_capacity(trail.revisions.len());
    for revision in &trail.revisions {
        let text = revision.text.as_deref();
        let change = before
            .and_then(|before| text.map(|text| changes::compare(Some(before), Some(text)).fields));
        told.push(Told { revision, changes: change.unwrap_or_default() });
        before = text.or(before);
    }
    told
}

fn unknown(id: &str, verdicts: &Verdicts) -> anyhow::Error {
    let name = &verdicts.source().mainline.name;
    let message = format!("no record with the id `{id}` was ever on `{name}`");
    let nearest = schema::nearest(id, verdicts.ids().into_iter());
    let hint = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "`exc list --all` shows the records of the work tree".to_owned(),
    };
    Failure::new(message).hint(hint).into()
}
