//! `exc new`: files a record.

mod allowed;
mod ask;
mod draft;
mod flags;
mod prompt;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{Datelike, NaiveDate};

use self::draft::Draft;
use super::list::{RiskName, parse_lifetime};
use super::{Failure, Globals, Workspace, create_file, mainline, parse_date, shown_path};
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Level};
use crate::model::{self, Lifetime, Milestone};
use crate::policy::Layout;
use crate::register::{self, Register};
use crate::render::{self, Judgement, Style};
use crate::rules::{self, Context};
use crate::source;
use crate::text::{SourceFile, shell_word};

/// Ids that are drawn before giving up.
const MAX_DRAWS: usize = 1000;

/// File an exception: asks for what a good record needs, judges it, and writes it
///
/// On a terminal, asks for everything that no flag gives, and says what the policy allows. Elsewhere, or with `--no-input`, all that is required must be given as flags. The record is judged like `exc check` does before it is written; one with errors is not written.
///
/// Prints the path of the new file. Exit codes: 0 written, 1 refused by a rule (see `--draft`), 2 something required is missing or cannot be read.
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
    /// Who asks for the exception [default: git's user.name]
    #[arg(long, value_name = "NAME", help_heading = "Who")]
    requester_name: Option<String>,
    /// The requester's e-mail address [default: git's user.email]
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
    /// Write it even if rules refuse it, with TODO where something is missing
    #[arg(long, help_heading = "Further")]
    draft: bool,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    let mut register =
        register::load(&workspace.directory, &workspace.name, &workspace.policy.record_schema);
    let identity = match mainline::repository(&workspace)? {
        Some(repo) => repo.identity().map_err(Failure::from)?,
        None => (None, None),
    };
    let policy = &workspace.policy;
    let mut draft = flags::draft(args, policy, &identity, env.today)?;
    let missing = flags::missing(&draft, policy);
    let is_conversation = env.terminal.input && env.terminal.output && !globals.no_input;
    let mut accepts_errors = args.draft;
    if !missing.is_empty() && is_conversation && !args.draft {
        ask::fill(&mut draft, &register, &workspace, globals, env)?;
    } else if !missing.is_empty() && !args.draft {
        let n = render::count(missing.len(), "flag");
        let message = format!("{n} missing: {}", missing.join(", "));
        return Err(Failure::new(message)
            .hint("run `exc new` on a terminal to be asked, or add `--draft` to fill in a file")
            .into());
    }
    let mut ids = Ids::new(args, &register, &workspace, draft.exception.opened)?;
    loop {
        draft.exception.id = ids.next()?;
        let (path, file) = place(&draft, &workspace)?;
        let findings = judge(&file, &mut register, &workspace, env.today);
        let has_errors = findings.iter().any(|finding| finding.level == Level::Error);
        if has_errors && !accepts_errors {
            say(&findings, &workspace, globals, env)?;
            accepts_errors = is_conversation && ask::wants_draft(env)?;
            if !accepts_errors {
                globals.note(env, "nothing was written; `--draft` writes it nevertheless");
                return Ok(Outcome::Findings);
            }
            ids.again(&draft.exception.id);
            continue;
        }
        if !write(&path, file.text())? {
            ids.taken(&draft.exception.id)?;
            continue;
        }
        let has_been_said = has_errors && !args.draft;
        if !findings.is_empty() && !has_been_said {
            say(&findings, &workspace, globals, env)?;
        }
        let shown = shown_path(&path, env);
        globals.print(env, |out| writeln!(out, "{}", render::Safe(&shown)))?;
        next_steps(&draft.exception.id, &path, has_errors, &workspace, globals, env)?;
        return Ok(if has_errors { Outcome::Findings } else { Outcome::Success });
    }
}

/// Where ids come from: the command line, or chance.
struct Ids<'a> {
    wanted: Option<String>,
    year: i32,
    /// In capitals, since some file systems do not tell the case of names apart.
    taken: BTreeSet<String>,
    workspace: &'a Workspace,
    n_draws: usize,
    repeated: Option<String>,
}

impl<'a> Ids<'a> {
    fn new(
        args: &Args,
        register: &Register,
        workspace: &'a Workspace,
        opened: Option<NaiveDate>,
    ) -> Result<Self, Failure> {
        let stated = register.exceptions().map(|exception| exception.id.as_str());
        let paths = register.records.iter().map(|record| record.file().path());
        let paths = paths.chain(register.unreadable.iter().map(String::as_str));
        let local = stated.chain(paths.map(mainline::stem)).map(str::to_ascii_uppercase);
        let mut taken: BTreeSet<String> = local.collect();
        taken.extend(mainline::names(workspace)?.iter().map(|name| name.to_ascii_uppercase()));
        let year = opened.map_or(0, |opened| opened.year());
        let ids =
            Self { wanted: args.id.clone(), year, taken, workspace, n_draws: 0, repeated: None };
        if let Some(id) = &ids.wanted {
            ids.check(id)?;
        }
        Ok(ids)
    }

    fn check(&self, id: &str) -> Result<(), Failure> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let pattern = &self.workspace.policy.id_pattern;
        if !pattern.is_match(id) || !id.chars().all(is_word) || id.starts_with(['.', '-']) {
            let message = format!("`{id}` is not an id of this register");
            let form = pattern.as_str().trim_start_matches("^(?:").trim_end_matches(")$");
            return Err(Failure::new(message).hint(format!(
                "ids match `{form}`, and consist of letters, digits, `-`, `_` and `.`"
            )));
        }
        if self.taken.contains(&id.to_ascii_uppercase()) {
            let message = format!("the id `{id}` is taken, here or on the mainline");
            return Err(Failure::new(message).hint("leave `--id` out to have one drawn"));
        }
        Ok(())
    }

    fn next(&mut self) -> anyhow::Result<String> {
        if let Some(id) = self.repeated.take().or_else(|| self.wanted.clone()) {
            return Ok(id);
        }
        loop {
            self.n_draws += 1;
            let bits = getrandom::u32().context("the system gives no random numbers")?;
            let id = model::draw(self.year, bits);
            if !self.workspace.policy.id_pattern.is_match(&id) {
                let message = "the policy wants ids of another form than `exc` draws";
                let hint = "give one with `--id`, in the form of `ids.pattern`";
                return Err(Failure::new(message).hint(hint).into());
            }
            if !self.taken.contains(&id) {
                return Ok(id);
            }
            if self.n_draws > MAX_DRAWS {
                let message = format!("{MAX_DRAWS} ids of {} in a row are taken", self.year);
                return Err(Failure::new(message).hint("give one with `--id`").into());
            }
        }
    }

    /// The next id is this one once more.
    fn again(&mut self, id: &str) {
        self.repeated = Some(id.to_owned());
    }

    /// Somebody else has written a file of this name meanwhile.
    fn taken(&mut self, id: &str) -> Result<(), Failure> {
        self.taken.insert(id.to_ascii_uppercase());
        self.wanted.as_ref().map_or(Ok(()), |id| self.check(id))
    }
}

/// The path of the new record, and its text.
fn place(draft: &Draft, workspace: &Workspace) -> anyhow::Result<(PathBuf, Arc<SourceFile>)> {
    let opened = draft.exception.opened.context("a draft has a first day")?;
    let folder = match workspace.policy.layout {
        Layout::Flat => None,
        Layout::Year => Some(opened.format("%Y").to_string()),
        Layout::YearMonth => Some(opened.format("%Y-%m").to_string()),
    };
    let mut directory = workspace.directory.clone();
    let mut name = workspace.name.clone();
    let mut schema = "../schemas/exception.schema.json".to_owned();
    if let Some(folder) = folder {
        directory.push(&folder);
        name = format!("{name}/{folder}");
        schema = format!("../{schema}");
    }
    let file_name = format!("{}.yaml", draft.exception.id);
    let has_schema =
        super::init::schemas(&workspace.directory).join("exception.schema.json").is_file();
    let modeline = has_schema.then_some(schema.as_str());
    let file = draft.file(&format!("{name}/{file_name}"), modeline, &workspace.policy);
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
fn write(path: &std::path::Path, text: &str) -> anyhow::Result<bool> {
    let folder = path.parent().unwrap_or(path);
    match std::fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            let message = format!("`{}` is not a directory", folder.display());
            return Err(Failure::new(message)
                .hint("records are not written through links: put a directory there")
                .into());
        }
        Err(_) => std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?,
    }
    create_file(path, text)
}

fn say(
    findings: &[Finding],
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let judgement = Judgement {
        register: &workspace.name,
        today: env.today,
        n_records: 1,
        unreadable: &[],
        findings,
        pages: &[],
    };
    let style = Style { width: env.terminal.width, ..globals.style(env) };
    render::text::write(&judgement, style, env.err).context("cannot write to standard error")
}

fn next_steps(
    id: &str,
    path: &std::path::Path,
    has_errors: bool,
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<(), Failure> {
    let shown = shell_word(&shown_path(path, env));
    let mut lines = vec!["next:".to_owned()];
    if has_errors {
        lines.push(format!("  exc check {shown}"));
    }
    if mainline::repository(workspace)?.is_some() {
        // Outside of the repository, git has to be told where it is.
        let is_inside = super::normal(&env.cwd).starts_with(&workspace.root);
        let root = shell_word(&workspace.root.to_string_lossy());
        let git = if is_inside { "git".to_owned() } else { format!("git -C {root}") };
        let added = match (is_inside, path.strip_prefix(&workspace.root)) {
            (false, Ok(relative)) => shell_word(&relative.to_string_lossy()),
            _ => shown,
        };
        let branch = shell_word(&format!("exception/{id}"));
        let message = shell_word(&format!("exceptions: file {id}"));
        lines.push(format!("  {git} switch -c {branch}"));
        lines.push(format!("  {git} add {added}"));
        lines.push(format!("  {git} commit -m {message}"));
        lines.push(format!("  {git} push -u origin {branch}"));
        lines.push("and open a pull request: it is proposed until it is merged".to_owned());
    } else if !has_errors {
        return Ok(());
    }
    lines.iter().for_each(|line| globals.note(env, line));
    Ok(())
}
