//! `exc show`: one record.

use clap::ValueEnum;

use super::mainline::Landed;
use super::{Failure, Globals, Workspace};
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Level};
use crate::register::{self, Register};
use crate::render::{self, Safe, page};
use crate::rules::{self, Context};
use crate::source::{Record, schema};
use crate::text::shell_word;

/// Show one exception: what it allows, why, until when, and what lowers the risk
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: exc show EXC-2026-K7")]
pub(crate) struct Args {
    /// The record's id, or enough of its beginning to be the only one; case does not matter
    #[arg(value_name = "ID")]
    id: String,
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
    let workspace = super::open_or_explain(globals, env)?;
    let register =
        register::load(&workspace.directory, &workspace.name, &workspace.policy.record_schema);
    let record = find(&register, &args.id)?;
    if args.format == Format::Yaml {
        print_text(record, globals, env)?;
        return Ok(Outcome::Success);
    }
    let landed = Landed::read(&workspace, &register, globals, env)?;
    let listed = super::list::listed(record, landed.status(record, env), &workspace);
    let today = env.today;
    if args.format == Format::Json {
        globals.print(env, |out| render::record::json_one(&listed, today, out))?;
        return Ok(Outcome::Success);
    }
    let setting = setting(record, &register, &workspace, env);
    let style = globals.style(env);
    globals.print(env, |out| page::write(&listed, &setting, style, out))?;
    Ok(Outcome::Success)
}

/// The record with an id, whatever its case; else the only one whose id starts so.
pub(super) fn find<'a>(register: &'a Register, id: &str) -> Result<&'a Record, Failure> {
    let lower = id.to_ascii_lowercase();
    let having = |test: &dyn Fn(&str) -> bool| -> Vec<&'a Record> {
        let records = register.records.iter();
        records.filter(|record| test(&record.exception.id.to_ascii_lowercase())).collect()
    };
    let exact = having(&|known| known == lower);
    if let [record] = exact.as_slice() {
        return Ok(record);
    }
    if !exact.is_empty() {
        let paths = exact.iter().map(|record| record.file().path().to_owned());
        let paths = schema::list(&paths.collect::<Vec<_>>()).replace(" or ", " and ");
        let message = format!("{} records have the id `{id}`: {paths}", exact.len());
        return Err(Failure::new(message).hint("give one of them another id"));
    }
    let starting = having(&|known| !lower.is_empty() && known.starts_with(&lower));
    match starting.as_slice() {
        [record] => Ok(record),
        [] => Err(unknown(register, id)),
        [first, second, rest @ ..] => {
            let names = format!("`{}`, `{}`", first.exception.id, second.exception.id);
            let more = if rest.is_empty() { "" } else { ", …" };
            let n = starting.len();
            let message = format!("`{id}` is the beginning of {n} ids: {names}{more}");
            Err(Failure::new(message).hint("write more of the id"))
        }
    }
}

fn unknown(register: &Register, id: &str) -> Failure {
    let known = register.exceptions().map(|exception| exception.id.as_str());
    let mut hint = match schema::nearest(id, known) {
        Some(nearest) => format!("did you mean `{nearest}`? `exc list --all` shows all"),
        None => "`exc list --all` shows all".to_owned(),
    };
    if let [first, ..] = register.unreadable.as_slice() {
        let n = render::count(register.unreadable.len(), "file");
        hint = format!("{n} could not be read, among them `{first}`; {hint}");
    }
    Failure::new(format!("there is no record `{id}` in `{}`", register.name)).hint(hint)
}

fn setting(
    record: &Record,
    register: &Register,
    workspace: &Workspace,
    env: &Env<'_>,
) -> page::Setting {
    let context = Context { policy: &workspace.policy, today: env.today };
    let path = record.file().path();
    let findings = rules::check(register, &context);
    let own: Vec<&Finding> =
        findings.iter().filter(|finding| finding.place.file.path() == path).collect();
    let n_errors = own.iter().filter(|finding| finding.level == Level::Error).count();
    let title =
        |id: &String| workspace.policy.control(id).map(|(_, control)| control.title.clone());
    let shown = super::shown_path(&workspace.root.join(path), env);
    page::Setting {
        today: env.today,
        control_titles: record.exception.controls.iter().map(title).collect(),
        n_errors,
        n_warnings: own.len() - n_errors,
        check_command: format!("exc check {}", shell_word(&shown)),
    }
}

/// Prints the file as it is. On a terminal, what would speak to it is spelled out.
fn print_text(record: &Record, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<()> {
    let is_screen = env.terminal.output && globals.output.is_none();
    let text = record.file().text();
    globals.print(env, |out| match is_screen {
        false => out.write_all(text.as_bytes()),
        true => text.lines().try_for_each(|line| writeln!(out, "{}", Safe(line))),
    })
}
