//! `exc new`: files a record.

mod again;
mod answers;
mod ask;
mod consent;
pub(super) mod draft;
mod edit;
mod end;
pub(super) mod filing;
pub(super) mod flags;
pub(super) mod ids;
mod kept;
mod offers;
mod origin;
mod page;
mod prompt;
mod reach;
mod say;
mod shape;
mod similar;
mod template;
mod who;

use std::path::PathBuf;

use chrono::NaiveDate;

use self::draft::Draft;
use self::filing::Filing;
use self::ids::Ids;
use self::kept::Kept;
use super::filter::RiskName;
use super::list::parse_lifetime;
use super::{Failure, Globals, Workspace, mainline, parse_date};
use crate::env::{Env, Outcome};
use crate::git::Identity;
use crate::model::{Exception, Lifetime, Milestone};
use crate::register::{self, Register};

/// File an exception: asks for what a good record needs, judges it, and writes it
///
/// On a terminal, asks for everything that no flag gives: offers what the register knows, says what the policy allows, and proposes a last valid day. A number picks an offer, and a part of a name finds one. Elsewhere, or with `--no-input`, all that is required must be given as flags. The record is judged like `exc check` does before it is written; one with errors is not written unless it is asked for as a draft.
///
/// Answers, and what is written in an editor, are kept under the directory of git until the record is written; `--resume` goes on with them, with their comments and under the id that they name.
///
/// Prints the path of the new file. Exit codes: 0 written, also as a draft; 1 refused by a rule, and nothing was written; 2 something required is missing or cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc new --title 'Model proxy keeps a public endpoint until vendor private link ships' \\
    --control AZ-NET-004 --scope service:/model-proxy/api --risk low \\
    --risk-statement 'A leaked key could be used from anywhere.' \\
    --owner-name 'Dana Ruiz' --owner-email dana.ruiz@example.com --team ai-platform \\
    --blocker 'The vendor offers no private link before 2027-02 (ticket 48213).' \\
    --end-state 'Traffic enters through the private endpoint; the public one is disabled.' \\
    --plan 'Migrate in the 2027-02 release.' --for 90d
  exc new --from K7QD --title 'Batch gateway keeps a public endpoint until June'
  exc new --edit --risk low
  exc new --emergency 'The primary region is down since 21:40.'")]
pub(crate) struct Args {
    /// One line: what is excepted, and until which event
    #[arg(long, value_name = "TEXT", help_heading = "What and where")]
    title: Option<String>,
    /// The control that is not met, by its id in the policy; may be repeated
    #[arg(long, value_name = "ID", help_heading = "What and where")]
    control: Vec<String>,
    /// Where: the smallest target that solves the problem, as kind:/path; may be repeated
    #[arg(long, value_name = "TARGET", help_heading = "What and where")]
    scope: Vec<String>,
    /// How much is at stake while the control is not met
    #[arg(long, value_name = "LEVEL", help_heading = "What and where")]
    risk: Option<RiskName>,
    /// What could go wrong, and whom or what it would hurt
    #[arg(long, value_name = "TEXT", help_heading = "What and where")]
    risk_statement: Option<String>,
    /// Classification of the most sensitive data in scope, such as internal
    #[arg(long, value_name = "TEXT", help_heading = "What and where")]
    data_classification: Option<String>,

    /// The one person who answers for the exception
    #[arg(long, value_name = "NAME", help_heading = "Who")]
    owner_name: Option<String>,
    /// The owner's e-mail address, not that of a group
    #[arg(long, value_name = "ADDRESS", help_heading = "Who")]
    owner_email: Option<String>,
    /// The owner's team
    #[arg(long, value_name = "TEAM", help_heading = "Who")]
    team: Option<String>,
    /// Who asks for the exception [default: as git knows you]
    #[arg(long, value_name = "NAME", help_heading = "Who")]
    requester_name: Option<String>,
    /// The requester's e-mail address [default: as git knows you]
    #[arg(long, value_name = "ADDRESS", help_heading = "Who")]
    requester_email: Option<String>,

    /// What keeps the control from being met today: a fact that can be checked
    #[arg(long, value_name = "TEXT", help_heading = "Why, and the way back")]
    blocker: Option<String>,
    /// What will be true when the exception can be closed
    #[arg(long, value_name = "TEXT", help_heading = "Why, and the way back")]
    end_state: Option<String>,
    /// What will be done to meet the control
    #[arg(long, value_name = "TEXT", help_heading = "Why, and the way back")]
    plan: Option<String>,
    /// Address of the work item that tracks the plan
    #[arg(long, value_name = "URL", help_heading = "Why, and the way back")]
    ticket: Option<String>,
    /// A step of the plan and the day it is due; may be repeated
    #[arg(long, value_name = "DATE=WHAT", value_parser = flags::parse_milestone, help_heading = "Why, and the way back")]
    milestone: Vec<Milestone>,

    /// What lowers the risk meanwhile; may be repeated, and the flags below with it
    #[arg(long, value_name = "TEXT", help_heading = "Compensating controls")]
    compensating: Vec<String>,
    /// Which part of the risk it lowers
    #[arg(long, value_name = "TEXT", help_heading = "Compensating controls")]
    compensating_reduces: Vec<String>,
    /// E-mail address of whoever keeps it working
    #[arg(long, value_name = "ADDRESS", help_heading = "Compensating controls")]
    compensating_owner: Vec<String>,
    /// Where to see that it works
    #[arg(long, value_name = "TEXT", help_heading = "Compensating controls")]
    compensating_evidence: Vec<String>,
    /// The day on which it was last shown to work; empty for never
    #[arg(long, value_name = "DATE", help_heading = "Compensating controls")]
    verified: Vec<String>,
    /// How long that holds, such as 30d
    #[arg(long, value_name = "LIFETIME", help_heading = "Compensating controls")]
    verify_every: Vec<String>,

    /// The last valid day
    #[arg(long, value_name = "DATE", value_parser = parse_date, help_heading = "When")]
    expires: Option<NaiveDate>,
    /// How long it is valid instead, such as 90d, 12w, 3m or 1y, counted from `--opened`
    #[arg(long = "for", value_name = "LIFETIME", value_parser = parse_lifetime, conflicts_with = "expires", help_heading = "When")]
    lifetime: Option<Lifetime>,
    /// The first day [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date, help_heading = "When")]
    opened: Option<NaiveDate>,
    /// It is in effect before its approval, for this reason; title, control, scope and owner are enough to file it
    #[arg(long, value_name = "REASON", help_heading = "When")]
    emergency: Option<String>,
    /// When the emergency was declared, in UTC, as 2026-11-05T22:10:00Z [default: now, or the start of the first day where that is another]
    #[arg(long, value_name = "MOMENT", requires = "emergency", help_heading = "When")]
    declared: Option<String>,

    /// A word to filter by; may be repeated
    #[arg(long, value_name = "WORD", help_heading = "Further")]
    tag: Vec<String>,
    /// Address of further reading; may be repeated
    #[arg(long, value_name = "URL", help_heading = "Further")]
    link: Vec<String>,
    /// A field that the policy adds; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = flags::parse_field, help_heading = "Further")]
    field: Vec<(String, String)>,
    /// The record's id [default: drawn at random, as EXC-2026-K7QD]
    #[arg(long, value_name = "ID", help_heading = "Further")]
    id: Option<String>,
    /// Begin with the shape of another record: its controls, risk, owner, compensating controls and plan, and if it is closed its scope; never its reason, dates or evidence
    #[arg(long, value_name = "ID", help_heading = "Further")]
    from: Option<String>,
    /// Go on with the newest draft that is kept, or with that in FILE
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "from", help_heading = "Further")]
    resume: Option<Option<PathBuf>>,
    /// Write the record in the editor that `VISUAL` or `EDITOR` names, on a commented template
    #[arg(short, long, help_heading = "Further")]
    edit: bool,
    /// Write it even if rules refuse it, with TODO where something is missing; `exc check` fails until that is filled in
    #[arg(long, help_heading = "Further")]
    draft: bool,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    // What only a commit holds cannot be written.
    workspace.directory()?;
    let register =
        register::load(&workspace.store, &workspace.name, &workspace.policy.record_schema);
    let identity = identity(&workspace, env)?;
    let mut kept = Kept::new(args, &workspace, globals, env)?;
    let base = base(args, &workspace, &register, &kept, globals, env)?;
    let draft = flags::draft(args, &workspace.policy, &identity, env.now(), base)?;
    let mut filing = Filing { args, globals, workspace, register };
    let mut ids =
        Ids::new(&filing.register, &filing.workspace, draft.exception.opened, globals.words())?;
    if let Some(id) = &args.id {
        ids.want(id)?;
    }
    resume_id(&filing, &draft, &mut ids, &kept, env)?;
    let result = match args.edit {
        true => edit::run(&mut filing, draft, &mut ids, &mut kept, env),
        false => answers::run(&mut filing, draft, &mut ids, &mut kept, env),
    };
    result.map_err(|error| kept.told(error, env))
}

/// The name and the address by which git knows whoever sits here.
pub(super) fn identity(workspace: &Workspace, env: &Env<'_>) -> anyhow::Result<Identity> {
    let Some(repo) = mainline::repository(workspace)? else { return Ok((None, None)) };
    let variable = |name: &str| env.vars.get(name).map(String::as_str);
    Ok(repo.identity(&variable).map_err(Failure::from)?)
}

/// What is known before flags are looked at.
fn base(
    args: &Args,
    workspace: &Workspace,
    register: &Register,
    kept: &Kept,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Draft> {
    match &args.from {
        Some(wanted) => {
            let model = shape::model(wanted, register)?;
            shape::tell(&model.exception, args, globals, env);
            Ok(shape::of(model, &workspace.policy)?)
        }
        None if args.resume.is_some() => {
            let takes_unread =
                args.edit && !flags::say_something(args, &workspace.policy, env.now());
            kept.draft(workspace, takes_unread, env)
        }
        None => Ok(Draft::default()),
    }
}

/// Files a draft under the id that it names, once: one that a record of the same draft has is
/// refused, and for one that somebody else has, another is drawn.
fn resume_id(
    filing: &Filing<'_>,
    draft: &Draft,
    ids: &mut Ids,
    kept: &Kept,
    env: &mut Env<'_>,
) -> Result<(), Failure> {
    let Exception { id, title, .. } = &draft.exception;
    if id.is_empty() || filing.args.id.is_some() {
        return Ok(());
    }
    let Err(refused) = ids.resume(id) else { return Ok(()) };
    let is_same = |it: &Exception| it.id == *id && (kept.is_ours || it.title == *title);
    if filing.register.exceptions().any(is_same) {
        return Err(ids.filed(id));
    }
    filing.globals.note(env, &format!("note: {refused}, so the draft gets another"));
    Ok(())
}
