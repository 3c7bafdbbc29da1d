//! `exc show`: one record.

use chrono::NaiveDate;
use clap::ValueEnum;

use super::cache::CacheArgs;
use super::mainline::{self, Landed};
use super::naming::chosen;
use super::trail::HistoryArgs;
use super::verdicts::{self, Verdicts};
use super::{Failure, Globals, Workspace, naming, parse_date, trail};
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Level};
use crate::history::{Stage, Wanted};
use crate::model::window::Status;
use crate::register::{self, Listing, MAX_RECORD_SIZE, Register};
use crate::render::{self, Listed, Safe, page};
use crate::rules::{self, Context};
use crate::source::{self, Record, schema};
use crate::text::shell_word;

/// The variables that say that output is read by a runner, which takes commands from it.
const RUNNERS: [&str; 3] = ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"];

/// Show one exception: what it allows, why, until when, and what lowers the risk
///
/// Says also whether it is in force: active, and its text approved on the mainline, by whom and by which evidence. `exc history` tells the rest.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: exc show K7QD")]
pub(crate) struct Args {
    /// The record's id, or any part of it that no other id has; case does not matter
    #[arg(value_name = "ID")]
    id: String,
    /// As the mainline held it at the end of DATE (UTC), judged on that day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<NaiveDate>,
    #[command(flatten)]
    cache: CacheArgs,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page for people
    Text,
    /// Everything, for programs; a promise
    Json,
    /// The text of the file as it is
    Yaml,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let mut workspace = super::open_or_explain(globals, env)?;
    let history = HistoryArgs::of_day(args.as_of);
    let read = |workspace: &Workspace, wanted: Wanted<'_>, env: &mut Env<'_>| match args.format {
        Format::Yaml => Ok(None),
        Format::Text | Format::Json => {
            Verdicts::if_any(workspace, &history, args.cache, wanted, globals, env)
        }
    };
    let mut then = None;
    if let Some(day) = args.as_of {
        // The history is that of the mainline which today's policy names.
        let read = read(&workspace, Wanted::Everything, env);
        let found = read.as_ref().ok().and_then(Option::as_ref).map(Verdicts::found);
        workspace = trail::travel(workspace, day, found, globals, env)?;
        then = Some(read);
    }
    let register = match named(&workspace, &args.id)? {
        Some(register) => register,
        None => register::load(&workspace.store, &workspace.name, &workspace.policy.record_schema),
    };
    let Some(record) = find(&register, &args.id)? else {
        return Err(gone(&register, args, &workspace, globals, env).into());
    };
    if args.format == Format::Yaml {
        print_text(record, globals, env)?;
        return Ok(Outcome::Success);
    }
    let today = env.today;
    let id = &record.exception.id;
    let verdicts = then.unwrap_or_else(|| read(&workspace, Wanted::records(&[id]), env));
    let verdicts = verdicts::known(verdicts, globals, env);
    let landed = match args.as_of {
        Some(_) => Landed::everything(),
        None => {
            let found = verdicts.as_ref().map(Verdicts::found);
            Landed::read_one(&workspace, record, found, globals, env)?
        }
    };
    let mut listed = super::list::listed(record, landed.status(record, today), &workspace);
    verdicts::judge(&mut listed, record, verdicts.as_ref(), &landed);
    if args.format == Format::Json {
        globals.print(env, |out| render::record::json_one(&listed, today, out))?;
        return Ok(Outcome::Success);
    }
    let setting = page::Setting {
        in_force: verdicts.as_ref().map(|it| in_force(&listed, it, &workspace)),
        emergency: verdicts.as_ref().and_then(|it| emergency(&listed, it, &workspace, today)),
        ..setting(record, &workspace, env)
    };
    let style = globals.style(env);
    globals.print(env, |out| page::write(&listed, &setting, style, out))?;
    // The process is about to end: taking a large history apart would only cost time.
    std::mem::forget(verdicts);
    Ok(Outcome::Success)
}

/// The records whose files are called so, as a register of their own: where names tell, nothing
/// else has to be read. `None` where they do not.
fn named(workspace: &Workspace, id: &str) -> Result<Option<Register>, Failure> {
    let Listing { mut entries, .. } = register::list(&workspace.store, &workspace.name);
    let names: Vec<&str> = entries.iter().map(|entry| mainline::stem(&entry.name)).collect();
    let is_meant = chosen(&names, id)?;
    let mut is_meant = is_meant.into_iter();
    entries.retain(|_| is_meant.next().unwrap_or(false));
    let mut register = Register {
        name: workspace.name.clone(),
        records: Vec::new(),
        blobs: Vec::new(),
        findings: Vec::new(),
        unreadable: Vec::new(),
    };
    let reader = workspace.store.reader();
    for entry in &entries {
        let Ok((file, _)) = reader.read(entry, MAX_RECORD_SIZE) else { return Ok(None) };
        let (record, _) = source::load(&file, &workspace.policy.record_schema);
        let Some(record) = record else { return Ok(None) };
        if !record.exception.id.eq_ignore_ascii_case(mainline::stem(&entry.name)) {
            return Ok(None);
        }
        register.records.push(record);
    }
    Ok((!entries.is_empty()).then_some(register))
}

/// The record with an id, whatever its case; else the only one whose id has such a part.
fn find<'a>(register: &'a Register, id: &str) -> Result<Option<&'a Record>, Failure> {
    let ids: Vec<&str> = register.exceptions().map(|exception| exception.id.as_str()).collect();
    let is_meant = chosen(&ids, id)?;
    let records = register.records.iter().zip(is_meant).filter(|(_, is_meant)| *is_meant);
    let found: Vec<&Record> = records.map(|(record, _)| record).collect();
    match found.as_slice() {
        [] => Ok(None),
        [record] => Ok(Some(record)),
        several => {
            let paths = several.iter().map(|record| record.file().path().to_owned());
            let paths = schema::list(&paths.collect::<Vec<_>>()).replace(" or ", " and ");
            let id = &several[0].exception.id;
            let message = format!("{} records have the id `{id}`: {paths}", several.len());
            Err(Failure::new(message).hint("give one of them another id"))
        }
    }
}

/// What is said of a record that is not there: the mainline may have had it.
fn gone(
    register: &Register,
    args: &Args,
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Failure {
    let id = args.id.as_str();
    // A file that cannot be read may be that record.
    if !register.unreadable.is_empty() {
        return unknown(register, id);
    }
    let ids = [id];
    let (history, wanted) = (HistoryArgs::of_day(args.as_of), Wanted::records(&ids));
    let verdicts = Verdicts::if_any(workspace, &history, args.cache, wanted, globals, env);
    let Ok(Some(verdicts)) = verdicts else { return unknown(register, id) };
    let Ok(Some(whole)) = naming::whole(&verdicts.ids(), id) else { return unknown(register, id) };
    let name = &verdicts.source().mainline.name;
    Failure::new(format!("there is no record `{whole}` in `{}`", register.name))
        .hint(format!("`exc history {}` shows what became of it on `{name}`", shell_word(whole)))
}

pub(super) fn unknown(register: &Register, id: &str) -> Failure {
    let known = || register.exceptions().map(|exception| exception.id.as_str());
    // Who writes the end of an id alone means one that ends alike.
    let has_end_like_it = |whole: &&str| {
        let end = whole.rsplit('-').next();
        schema::nearest(id, end.into_iter()).is_some()
    };
    let nearest = schema::nearest(id, known()).or_else(|| known().find(has_end_like_it));
    let mut hint = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`? `exc list --all` shows all"),
        None => "`exc list --all` shows all".to_owned(),
    };
    if let [first, ..] = register.unreadable.as_slice() {
        let n = render::count(register.unreadable.len(), "file");
        hint = format!("{n} could not be read, among them `{first}`; {hint}");
    }
    Failure::new(format!("there is no record `{id}` in `{}`", register.name)).hint(hint)
}

/// What a page says beside the record. Findings are those about the record alone: what it does to
/// the others takes reading all of them, which `exc check` does.
fn setting(record: &Record, workspace: &Workspace, env: &Env<'_>) -> page::Setting {
    let context = Context { policy: &workspace.policy, today: env.today };
    let path = record.file().path();
    let (again, found) = source::load(record.file(), &workspace.policy.record_schema);
    let alone = Register {
        name: workspace.name.clone(),
        records: again.into_iter().collect(),
        blobs: Vec::new(),
        findings: found,
        unreadable: Vec::new(),
    };
    let findings = rules::check(&alone, &context);
    let own: Vec<&Finding> =
        findings.iter().filter(|finding| finding.place.file.path() == path).collect();
    let n_errors = own.iter().filter(|finding| finding.level == Level::Error).count();
    let title =
        |id: &String| workspace.policy.control(id).map(|(_, control)| control.title.clone());
    let shown = super::shown_path(&workspace.root.join(path), env);
    page::Setting {
        today: env.today,
        in_force: None,
        emergency: None,
        control_titles: record.exception.controls.iter().map(title).collect(),
        n_errors,
        n_warnings: own.len() - n_errors,
        check_command: format!("exc check {}", shell_word(&shown)),
    }
}

/// Whether a record is in force, with who approved it or what stands against it, in words.
fn in_force(listed: &Listed<'_>, verdicts: &Verdicts, workspace: &Workspace) -> String {
    let id = &listed.exception.id;
    let trail = verdicts.trail(id);
    let may_approve = workspace.policy.names_approvers();
    let told = render::trail::in_force(listed, trail, may_approve);
    match trail {
        Some(_) => format!("{told}\nsee `exc history {}`", shell_word(id)),
        None => told,
    }
}

/// What has become of the approval of an emergency, in words.
fn emergency(
    listed: &Listed<'_>,
    verdicts: &Verdicts,
    workspace: &Workspace,
    today: NaiveDate,
) -> Option<String> {
    listed.exception.emergency.as_ref()?;
    let settled = verdicts.policy();
    let policy = settled.as_deref().unwrap_or(&workspace.policy);
    let late_days = policy.approvals.late_days;
    let trail = verdicts.trail(&listed.exception.id);
    let stage = match trail.and_then(|trail| trail.emergency(late_days, today)) {
        Some(landed) => landed.stage?,
        None if listed.status == Status::Proposed => Stage::Ahead,
        None => return None,
    };
    Some(stage.told(late_days, today))
}

/// Prints the file as it is. On a terminal or in the log of a CI job, what would speak to it is
/// spelled out.
fn print_text(record: &Record, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<()> {
    let is_log = RUNNERS.iter().any(|name| env.var(name).is_some());
    let is_read = (env.terminal.output || is_log) && globals.output.is_none();
    let text = record.file().text();
    globals.print(env, |out| match is_read {
        false => out.write_all(text.as_bytes()),
        true => text.lines().try_for_each(|line| writeln!(out, "{}", Safe(line))),
    })
}
