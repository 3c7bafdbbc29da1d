//! `exc reconcile`: what enforcement tools leave alone, against what is excepted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::holdings::Judged;
use super::{Failure, Globals};
use crate::bridge::formats::{self, FORMATS};
use crate::bridge::input::{Fault, Input};
use crate::bridge::matching::Bindings;
use crate::bridge::{
    Format as ToolFormat, Located, Reconciliation, Row, Suppression, Unread, hierarchy,
};
use crate::env::{Env, Outcome};
use crate::model::reach::Hierarchy;
use crate::render::{Safe, reconcile};
use crate::text::Position;

/// Find suppressions in enforcement tools that no approved exception covers
///
/// Reads what a tool prints or is configured with, and compares each suppression with the `bindings` of the records. The verdicts: `covered`, or `narrower` than what is excepted; `wider` than it; `outlives` the record; `record-expired` and `record-unapproved`; `orphan`, where no record is bound to it; `unknown`, where the texts do not decide, with the reason; `ended`, where the tool no longer honours it. Bindings for which the files hold nothing are listed, too.
///
/// A suppression may name its record in its name or reason; what it may leave alone says the binding alone. Whether a record is approved is read from the history of the mainline, each time.
///
/// Exit codes: 0 everything is covered, 1 something is not, 2 a file could not be read, or a suppression is unknown and not allowed by `--allow-unknown`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  az policy exemption list -o json > live.json
  exc reconcile azure-policy live.json
  exc reconcile azure-policy live.json --hierarchy groups.json --format markdown
  exc reconcile azure-policy live.json --allow-unknown legacy-exemption")]
pub(crate) struct Args {
    /// What the files are
    #[arg(value_name = "TOOL", value_parser = PossibleValuesParser::new(FORMATS.iter().map(named)))]
    tool: String,
    /// Files of the tool
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The hierarchy of management groups, from `az account management-group show --name ROOT --expand --recurse`
    #[arg(long, value_name = "FILE")]
    hierarchy: Option<PathBuf>,
    /// The suppression of this name may be unknown; may be repeated
    #[arg(long, value_name = "NAME")]
    allow_unknown: Vec<String>,
    /// Show what is covered and what has ended, too
    #[arg(long)]
    all: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// A format as the help lists it.
fn named(format: &&ToolFormat) -> PossibleValue {
    PossibleValue::new(format.name).help(format.about)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// Everything, for programs; a promise
    Json,
    /// SARIF 2.1.0: what is not covered, as code scanning reads it
    Sarif,
    /// A page of tables, for a comment or the summary of a job
    Markdown,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    let format = formats::named(&args.tool).expect("clap knows the same names");
    let hierarchy = args.hierarchy(globals, env)?;
    let judged = Judged::read(&workspace, globals, env)?;
    let holdings = judged.holdings(env.today);
    let bindings = Bindings::of(format.tool, &holdings, &hierarchy, &workspace.policy.id_pattern);
    let result = args.compare(format, &bindings, globals, env)?;
    let (style, today) = (globals.style(env), env.today);
    globals.print(env, |out| match args.format {
        Format::Text => reconcile::text::write(&result, args.all, style, out),
        Format::Json => reconcile::json::write(&result, today, out),
        Format::Sarif => reconcile::sarif::write(&result, today, out),
        Format::Markdown => reconcile::markdown::write(&result, args.all, out),
    })?;
    for unread in &result.unread {
        let Located { path, position } = &unread.place;
        let place = format!("{path}:{}:{}", position.line, position.column);
        let text = format!("{place}: {}", unread.message);
        let _ = writeln!(env.err, "error: {}", Safe(&text));
    }
    drop(holdings);
    let outcome = super::list::name_unreadable(&judged.forget(), globals, env);
    Ok(match (result.is_incomplete(), result.has_shadows()) {
        (true, _) => Outcome::Error,
        (false, true) => outcome.max(Outcome::Findings),
        (false, false) => outcome,
    })
}

impl Args {
    fn hierarchy(&self, globals: &Globals, env: &Env<'_>) -> Result<Hierarchy, Failure> {
        let Some(path) = &self.hierarchy else { return Ok(Hierarchy::default()) };
        let read = read(path, globals, env)?.and_then(|input| match hierarchy::read(&input) {
            Ok(hierarchy) => Ok(hierarchy),
            Err(fault) => Err((input, fault)),
        });
        read.map_err(|(input, fault)| {
            let Located { path, position } = Located::of(&input, fault.span);
            let place = format!("{path}:{}:{}", position.line, position.column);
            Failure::new(format!("{place}: {}", fault.message)).hint(
                "write it with `az account management-group show --name ROOT --expand --recurse -o json`",
            )
        })
    }

    /// Reads the files and judges what they hold.
    fn compare(
        &self,
        format: &ToolFormat,
        bindings: &Bindings<'_>,
        globals: &Globals,
        env: &Env<'_>,
    ) -> Result<Reconciliation, Failure> {
        let mut result = Reconciliation {
            format: format.name,
            tool: format.tool,
            rows: Vec::new(),
            unread: Vec::new(),
            unused: Vec::new(),
        };
        let mut used = BTreeSet::new();
        for path in &self.files {
            let read = match read(path, globals, env) {
                Ok(read) => read,
                Err(failure) => {
                    let position = Position { line: 1, column: 1 };
                    let place = Located { path: path.display().to_string(), position };
                    result.unread.push(Unread { place, message: failure.to_string() });
                    continue;
                }
            };
            let read = read.and_then(|input| match (format.read)(&input) {
                Ok(suppressions) => Ok((input, suppressions)),
                Err(fault) => Err((input, fault)),
            });
            match read {
                Ok((input, suppressions)) => {
                    let rows = suppressions.into_iter().map(|suppression| {
                        let judged = bindings.judge(&suppression, env.today, &mut used);
                        let is_allowed = self.allow_unknown.contains(&suppression.name);
                        let place = Located::of(&input, suppression.span);
                        let Suppression { name, end, made, notes, .. } = suppression;
                        Row { place, name, end, made, notes, judged, is_allowed }
                    });
                    result.rows.extend(rows);
                }
                Err((input, fault)) => {
                    let place = Located::of(&input, fault.span);
                    result.unread.push(Unread { place, message: fault.message });
                }
            }
        }
        // What could not be read may hold them.
        if result.unread.is_empty() {
            result.unused = bindings.unused(&used);
        }
        Ok(result)
    }
}

/// The text of a file that a person named.
fn read(
    path: &Path,
    globals: &Globals,
    env: &Env<'_>,
) -> Result<Result<Input, (Input, Fault)>, Failure> {
    let shown = path.display().to_string();
    match std::fs::read(globals.cwd(env).join(path)) {
        Ok(bytes) => Ok(Input::new(&shown, &bytes)),
        Err(error) => Err(Failure::new(format!("cannot read `{shown}`: {error}"))),
    }
}
