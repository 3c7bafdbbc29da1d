//! `exc list`: the records, filtered and sorted.

use std::cmp::Reverse;

use chrono::NaiveDate;
use clap::ValueEnum;
use rayon::prelude::*;

use super::cache::CacheArgs;
use super::filter::FilterArgs;
use super::mainline::Landed;
use super::trail::HistoryArgs;
use super::verdicts::{self, Verdicts};
use super::{Globals, Workspace, parse_date, trail};
use crate::env::{Env, Outcome};
use crate::history::Wanted;
use crate::model::window::{self, Status};
use crate::model::{Exception, Lifetime};
use crate::register::{self, Register};
use crate::render::table::{self, Approvals};
use crate::render::{self, Listed, Safe};
use crate::source::{Record, schema};

/// List exceptions, soonest to end first
///
/// Shows what is open: proposed, active and expired. An active exception is in force if the history of the mainline shows that its text was approved; where it is not, the table says why: `unapproved` (of an emergency, whose approval may follow, `unapproved emergency`), `lapsed`, `changed` here since it was approved, `suspect` or `unknown`. What the history says is kept under the directory of git, for the next time.
///
/// Filters combine: a record is shown if it passes all of them, and one of the values where a filter is repeated.
///
/// Exit codes: 0 also where nothing matches, 2 where a file could not be read (the others are listed), or with `--in-force` where git cannot tell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc list --team ai-platform --within 30d       what my team has to renew or close
  exc list --in-force --format csv -o valid.csv  what is active and approved
  exc list --covers service:/model-proxy/api     what is excepted there
  exc list --status closed --format csv -o closed.csv")]
pub(crate) struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    /// Only records of this status; may be repeated
    #[arg(long, value_name = "STATUS", conflicts_with = "all")]
    status: Vec<StatusName>,
    /// Closed records too
    #[arg(long)]
    all: bool,
    /// Only records that are active and approved
    #[arg(long)]
    in_force: bool,
    /// Only records whose last valid day is before DATE
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    expires_before: Option<NaiveDate>,
    /// Only records whose last valid day is after DATE
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    expires_after: Option<NaiveDate>,
    /// Only records that are valid today and end within LIFETIME, such as 30d, 4w or 3m
    #[arg(long, value_name = "LIFETIME", value_parser = parse_lifetime)]
    within: Option<Lifetime>,
    /// The register as the mainline held it at the end of DATE (UTC), judged on that day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<NaiveDate>,
    #[command(flatten)]
    cache: CacheArgs,
    /// What comes first: soonest to end, id, highest risk, longest open, owner
    #[arg(long, value_name = "KEY", default_value = "expires")]
    sort: Sort,
    /// How to print the list
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// With `--format csv`, put nothing in front of cells that a spreadsheet computes
    #[arg(long)]
    csv_raw: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StatusName {
    /// Not on the mainline yet
    Proposed,
    /// On the mainline and within its last valid day
    Active,
    /// Past its last valid day
    Expired,
    /// With a `closed` entry, which says how it ended
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sort {
    Expires,
    Id,
    Risk,
    Opened,
    Owner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns for people, as wide as the terminal
    Table,
    /// Everything, for programs; a promise
    Json,
    /// The same, one record a line
    Jsonl,
    /// For spreadsheets
    Csv,
    /// Nothing but the ids
    Ids,
}

impl From<StatusName> for Status {
    fn from(name: StatusName) -> Self {
        match name {
            StatusName::Proposed => Self::Proposed,
            StatusName::Active => Self::Active,
            StatusName::Expired => Self::Expired,
            StatusName::Closed => Self::Closed,
        }
    }
}

pub(super) fn parse_lifetime(text: &str) -> Result<Lifetime, String> {
    Lifetime::parse(text).ok_or_else(|| "not a length of time such as 30d, 4w, 3m or 1y".to_owned())
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let mut workspace = super::open_or_explain(globals, env)?;
    // The history is that of the mainline which today's policy names.
    let verdicts = args.verdicts(&workspace, globals, env);
    if let Some(day) = args.as_of {
        let found = verdicts.as_ref().ok().and_then(Option::as_ref).map(Verdicts::found);
        workspace = trail::travel(workspace, day, found, globals, env)?;
    }
    let register =
        register::load(&workspace.store, &workspace.name, &workspace.policy.record_schema);
    let verdicts = verdicts::known(verdicts, globals, env);
    let landed = match args.as_of {
        Some(_) => Landed::everything(),
        None => {
            let found = verdicts.as_ref().map(Verdicts::found);
            Landed::read(&workspace, &register, found, globals, env)?
        }
    };
    let today = env.today;
    let records = register.records.par_iter().map(|record| {
        let status = landed.status(record, today);
        (record, self::listed(record, status, &workspace))
    });
    let mut records: Vec<(&Record, Listed<'_>)> =
        records.filter(|(_, record)| args.is_wanted(record, today)).collect();
    for (record, listed) in &mut records {
        verdicts::judge(listed, record, verdicts.as_ref(), &landed);
    }
    let n_unknown = records.iter().filter(|(_, record)| record.in_force.is_none()).count();
    let records = records.into_iter().map(|(_, record)| record);
    let mut records: Vec<Listed<'_>> =
        records.filter(|record| !args.in_force || record.in_force == Some(true)).collect();
    sort(&mut records, args.sort);
    let approvals = approvals(verdicts.as_ref(), &workspace);
    print(args, globals, env, &records, &register, &workspace, approvals)?;
    if register.records.is_empty() && register.unreadable.is_empty() {
        let text = format!("`{}` has no records yet: file one with `exc new`", workspace.name);
        globals.note(env, &text);
    } else if records.is_empty() {
        let n = render::count(register.records.len(), "record");
        let is_whole = register.open().next().is_none() && args.status.is_empty() && !args.all;
        let text = match is_whole {
            true => {
                format!("none is open in `{}`: `--all` lists what is closed ({n})", workspace.name)
            }
            false => format!("no exception matches ({n} in `{}`)", workspace.name),
        };
        globals.note(env, &text);
    }
    // The process is about to end: taking a large history apart would only cost time.
    std::mem::forget(verdicts);
    let outcome = name_unreadable(&register, globals, env);
    Ok(match args.in_force && n_unknown > 0 {
        true => name_unknown(n_unknown, globals, env),
        false => outcome,
    })
}

/// What is worth saying about approvals: nothing where there is no history, and only once that
/// nobody may approve.
fn approvals(verdicts: Option<&Verdicts>, workspace: &Workspace) -> Approvals {
    match verdicts {
        None => Approvals::Silent,
        Some(Verdicts::Cut(..)) => Approvals::Cut,
        Some(_) if !workspace.policy.names_approvers() => Approvals::NobodyMayApprove,
        Some(_) => Approvals::Told,
    }
}

/// A record as it is printed.
pub(super) fn listed<'a>(record: &'a Record, status: Status, workspace: &Workspace) -> Listed<'a> {
    let fields = workspace.policy.fields.iter().filter_map(|(name, _)| {
        // The tree has been let go of and costs a second reading: only where a field is added.
        let node = record.tree().root().get(name)?;
        Some((name.clone(), schema::to_exact_json(node)))
    });
    Listed {
        exception: &record.exception,
        path: record.file().path(),
        status,
        verdict: None,
        in_force: None,
        fields: fields.collect(),
    }
}

/// Says which files could not be read; the list is not complete without them.
pub(super) fn name_unreadable(
    register: &Register,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Outcome {
    for path in &register.unreadable {
        let reason = register
            .findings
            .iter()
            .find(|finding| finding.code.unjudged && finding.place.file.path() == path)
            .map_or(String::new(), |finding| format!(": {}", finding.message));
        // Said also where hints are not wanted: it is the reason for the exit code.
        let text = format!("`{path}` could not be read{reason}");
        super::tell(env, &format!("error: {text}"));
    }
    if register.unreadable.is_empty() {
        return Outcome::Success;
    }
    globals.note(env, "hint: `exc check` says where and why");
    Outcome::Error
}

/// Says that what is in force is not known of all records, so that the list may lack some.
fn name_unknown(n_unknown: usize, globals: &Globals, env: &mut Env<'_>) -> Outcome {
    let n = render::count(n_unknown, "exception");
    super::tell(
        env,
        &format!("error: whether {n} more may be in force cannot be told from git here"),
    );
    globals.note(env, "hint: `exc audit` says why");
    Outcome::Error
}

impl Args {
    /// What the history says, if that is asked for.
    fn verdicts(
        &self,
        workspace: &Workspace,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Option<Verdicts>> {
        if self.format == Format::Ids && !self.in_force {
            return Ok(None);
        }
        let history = HistoryArgs::of_day(self.as_of);
        Verdicts::if_any(workspace, &history, self.cache, Wanted::Everything, globals, env)
    }

    fn is_wanted(&self, record: &Listed<'_>, today: NaiveDate) -> bool {
        let exception = record.exception;
        self.has_status(record.status)
            && self.filter.admits(exception)
            && self.has_date(exception, today)
    }

    fn has_status(&self, status: Status) -> bool {
        match self.status.as_slice() {
            [] => self.all || status != Status::Closed,
            wanted => wanted.iter().any(|&name| Status::from(name) == status),
        }
    }

    fn has_date(&self, exception: &Exception, today: NaiveDate) -> bool {
        let is = |test: &dyn Fn(NaiveDate) -> bool| exception.expires.is_some_and(test);
        let ends_within = |lifetime: Lifetime| {
            let last = lifetime.after(today).unwrap_or(NaiveDate::MAX);
            is(&|expires| !window::is_past(expires, today) && expires <= last)
        };
        self.expires_before.is_none_or(|day| is(&|expires| expires < day))
            && self.expires_after.is_none_or(|day| is(&|expires| expires > day))
            && self.within.is_none_or(ends_within)
    }
}

fn sort(records: &mut [Listed<'_>], key: Sort) {
    records.sort_by(|a, b| (&a.exception.id, a.path).cmp(&(&b.exception.id, b.path)));
    match key {
        Sort::Id => {}
        Sort::Expires => records.sort_by_key(|record| record.exception.expires),
        Sort::Opened => records.sort_by_key(|record| record.exception.opened),
        Sort::Risk => records.sort_by_key(|record| Reverse(record.exception.risk.level)),
        Sort::Owner => records.sort_by_key(|record| {
            let owner = &record.exception.owner;
            (owner.name.to_lowercase(), owner.email.to_lowercase())
        }),
    }
}

fn print(
    args: &Args,
    globals: &Globals,
    env: &mut Env<'_>,
    records: &[Listed<'_>],
    register: &Register,
    workspace: &Workspace,
    approvals: Approvals,
) -> anyhow::Result<()> {
    let today = env.today;
    match args.format {
        Format::Table if records.is_empty() => globals.print(env, |_| Ok(())),
        Format::Table => {
            let is_screen = env.terminal.output && globals.output.is_none();
            let style = globals.style(env);
            let table = table::records(records, today, approvals, style, is_screen);
            globals.print(env, |out| {
                table.write(out)?;
                writeln!(out, "\n{}", table::summary(records, today, approvals))
            })?;
            if !table.left_out.is_empty() {
                let left_out = table.left_out.join(", ");
                globals.note(env, &format!("left out for want of room: {left_out}"));
            }
            Ok(())
        }
        Format::Json => globals
            .print(env, |out| render::record::json(records, register.unreadable.len(), today, out)),
        Format::Jsonl => {
            let id = &workspace.policy.register;
            globals.print(env, |out| render::record::jsonl(records, id, today, out))
        }
        Format::Csv => {
            globals.print(env, |out| render::csv::records(records, today, args.csv_raw, out))
        }
        Format::Ids => globals.print(env, |out| {
            records.iter().try_for_each(|record| writeln!(out, "{}", Safe(&record.exception.id)))
        }),
    }
}
