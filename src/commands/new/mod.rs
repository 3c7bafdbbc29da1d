//! `exc new`: files a record.

mod allowed;
mod ask;
mod consent;
mod draft;
mod end;
pub(super) mod flags;
mod ids;
mod offers;
mod page;
mod prompt;
mod reach;
mod say;
mod shape;
mod similar;
mod who;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{Datelike, NaiveDate};

use self::draft::Draft;
use self::ids::Ids;
use super::filter::RiskName;
use super::list::parse_lifetime;
use super::writing::create_file;
use super::{Failure, Globals, Workspace, mainline, parse_date, refuse_links, shown_path};
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Level};
use crate::model::{self, Lifetime, Milestone};
use crate::policy::Layout;
use crate::register::{self, Register};
use crate::render;
use crate::rules::{self, Context};
use crate::source;
use crate::text::SourceFile;

/// File an exception: asks for what a good record needs, judges it, and writes it
///
/// On a terminal, asks for everything that no flag gives, and says what the policy allows. Elsewhere, or with `--no-input`, all that is required must be given as flags. The record is judged like `exc check` does before it is written; one with errors is not written unless it is asked for as a draft.
///
/// Prints the path of the new file. Exit codes: 0 written, also as a draft; 1 refused by a rule, and nothing was written; 2 something required is missing or cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  exc new --title 'Model proxy keeps a public endpoint until vendor private link ships' \\
    --control AZ-NET-004 --scope service:/model-proxy/api --risk low \\
    --risk-statement 'A leaked key could be used from anywhere.' \\
    --owner-name 'Dana Ruiz' --owner-email dana.ruiz@example.com --team ai-platform \\
    --blocker 'The vendor offers no private link before 2027-02 (ticket 48213).' \\
    --end-state 'Traffic enters through the private endpoint; the public one is disabled.' \\
    --plan 'Migrate in the 2027-02 release.' --for 90d")]
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
    /// It is in effect before its approval, for this reason
    #[arg(long, value_name = "REASON", help_heading = "When")]
    emergency: Option<String>,
    /// When the emergency was declared, in UTC, as 2026-11-05T22:10:00Z [default: the start of the first day]
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
    /// Write it even if rules refuse it, with TODO where something is missing; `exc check` fails until that is filled in
    #[arg(long, help_heading = "Further")]
    draft: bool,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    let mut register =
        register::load(&workspace.store, &workspace.name, &workspace.policy.record_schema);
    let identity = match mainline::repository(&workspace)? {
        Some(repo) => {
            let variable = |name: &str| env.vars.get(name).map(String::as_str);
            repo.identity(&variable).map_err(Failure::from)?
        }
        None => (None, None),
    };
    let model = shape::model(args, &register)?;
    let copied = model.map_or_else(Vec::new, |model| shape::compensating(&model.exception));
    let mut draft = flags::draft(args, &workspace.policy, &identity, env.today, copied)?;
    if let Some(model) = model {
        shape::fill(&mut draft, model, &workspace, globals, env)?;
    }
    let missing = flags::missing(&draft, &workspace.policy);
    let is_terminal = env.terminal.input && env.terminal.output && !globals.no_input;
    let asks = is_terminal && !missing.is_empty() && !args.draft;
    if asks {
        ask::fill(&mut draft, &register, &workspace, globals, env)?;
    } else if !missing.is_empty() && !args.draft {
        let found = faults(args, draft, &mut register, &workspace, env.today)?;
        return Err(incomplete(&missing, &found, &workspace, globals, env)?.into());
    }
    if !asks && draft.is_requester_from_git {
        say::requester(&draft, globals, env);
    }
    let mut accepts_errors = args.draft;
    let (mut is_settled, mut is_told) = (!asks, false);
    let mut ids = Ids::new(args, &register, &workspace, draft.exception.opened)?;
    loop {
        draft.exception.id = ids.next()?;
        let (path, file) = place(&draft, &workspace)?;
        let findings = judge(&file, &mut register, &workspace, env.today);
        let has_errors = findings.iter().any(|finding| finding.level == Level::Error);
        if has_errors && !accepts_errors {
            let findings = say::unwritten(&findings, &file, (!asks).then_some(args));
            say::findings(&findings, &workspace, globals, env)?;
            accepts_errors = is_terminal && consent::wants_draft(env)?;
            if !accepts_errors {
                globals.note(env, "nothing was written; `--draft` writes it nevertheless");
                return Ok(Outcome::Findings);
            }
            is_settled = true;
            ids.again(&draft.exception.id);
            continue;
        }
        if !is_told {
            similar::tell(&draft.exception, &register, globals, env);
            is_told = true;
        }
        if !is_settled && !consent::confirms(&draft, env)? {
            return Err(Failure::new("nothing was written, as you said").into());
        }
        is_settled = true;
        if !write(&path, file.text(), &workspace)? {
            ids.taken(&draft.exception.id)?;
            continue;
        }
        let shown = shown_path(&path, env);
        globals.print(env, |out| writeln!(out, "{}", render::Safe(&shown)))?;
        if has_errors {
            say::draft(&findings, &shown, globals, env);
        } else if !findings.is_empty() {
            say::findings(&findings, &workspace, globals, env)?;
        }
        say::next_steps(&draft.exception.id, &path, &workspace, globals, env)?;
        return Ok(Outcome::Success);
    }
}

/// What is wrong with what was given, where more is missing: all of it is said in one round.
fn faults(
    args: &Args,
    mut draft: Draft,
    register: &mut Register,
    workspace: &Workspace,
    today: NaiveDate,
) -> anyhow::Result<Vec<Finding>> {
    let year = draft.exception.opened.map_or(0, |opened| opened.year());
    draft.exception.id = args.id.clone().unwrap_or_else(|| model::draw(year, 0));
    let (_, file) = place(&draft, workspace)?;
    let mut findings = judge(&file, register, workspace, today);
    findings.retain(|finding| finding.level == Level::Error && draft::is_given(finding));
    Ok(say::unwritten(&findings, &file, Some(args)))
}

fn incomplete(
    missing: &[String],
    found: &[Finding],
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Failure> {
    if !found.is_empty() {
        say::findings(found, workspace, globals, env)?;
    }
    let message =
        format!("{} missing: {}", render::count(missing.len(), "flag"), missing.join(", "));
    Ok(Failure::new(message)
        .hint("run `exc new` on a terminal to be asked, or add `--draft` to fill in a file"))
}

/// The path of the new record, and its text.
fn place(draft: &Draft, workspace: &Workspace) -> anyhow::Result<(PathBuf, Arc<SourceFile>)> {
    let opened = draft.exception.opened.context("a draft has a first day")?;
    let folder = match workspace.policy.layout {
        Layout::Flat => None,
        Layout::Year => Some(opened.format("%Y").to_string()),
        Layout::YearMonth => Some(opened.format("%Y-%m").to_string()),
    };
    let mut directory = workspace.directory()?.to_owned();
    let mut name = workspace.name.clone();
    let mut schema = "../schemas/exception.schema.json".to_owned();
    if let Some(folder) = folder {
        directory.push(&folder);
        name = format!("{name}/{folder}");
        schema = format!("../{schema}");
    }
    let file_name = format!("{}.yaml", draft.exception.id);
    let has_schema =
        super::init::schemas(workspace.directory()?).join("exception.schema.json").is_file();
    let modeline = has_schema.then_some(schema.as_str());
    let file = draft.file(&format!("{name}/{file_name}"), modeline);
    Ok((directory.join(file_name), file))
}

/// What the loader and all rules say about a new record within the register.
fn judge(
    file: &Arc<SourceFile>,
    register: &mut Register,
    workspace: &Workspace,
    today: NaiveDate,
) -> Vec<Finding> {
    let (record, found) = source::load(file, &workspace.policy.record_schema);
    let n_findings = register.findings.len();
    register.findings.extend(found);
    let is_record = record.is_some();
    register.records.extend(record);
    let context = Context { policy: &workspace.policy, today };
    let mut findings = rules::check(register, &context);
    findings.retain(|finding| finding.place.file.path() == file.path());
    register.findings.truncate(n_findings);
    if is_record {
        register.records.pop();
    }
    findings
}

/// Writes a new file and the folder it stands in; `false` where the file exists.
fn write(path: &Path, text: &str, workspace: &Workspace) -> anyhow::Result<bool> {
    refuse_links(&workspace.root, path)?;
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot create `{}`", folder.display()))?;
    create_file(path, text)
}
