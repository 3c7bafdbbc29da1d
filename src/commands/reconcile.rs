//! `exc reconcile`: what enforcement tools leave alone, against what is excepted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use super::holdings::Judged;
use super::suppressions::{Files, named, read_hierarchy, tell_strangers, tell_unread};
use super::workspace::slashed;
use super::{Globals, normal};
use crate::bridge::formats;
use crate::bridge::matching::{Bindings, Verdict};
use crate::bridge::{Allowed, Format as ToolFormat, Located, Reconciliation, Row, Suppression};
use crate::env::{Env, Outcome};
use crate::render::reconcile;

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
    #[arg(value_name = "TOOL", value_parser = PossibleValuesParser::new(named()))]
    tool: String,
    /// Files of the tool
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The hierarchy of management groups, from `az account management-group show --name ROOT --expand --recurse`
    #[arg(long, value_name = "FILE")]
    hierarchy: Option<PathBuf>,
    /// All suppressions of this name or ID may be unknown, in whichever file; how many, and where, is printed. May be repeated
    #[arg(long, value_name = "NAME")]
    allow_unknown: Vec<String>,
    /// Show what is covered and what has ended, too
    #[arg(long)]
    all: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
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
    let hierarchy = read_hierarchy(args.hierarchy.as_deref(), globals, env)?;
    let judged = Judged::read(&workspace, globals, env)?;
    let holdings = judged.holdings(env.today);
    let bindings = Bindings::of(format.tool, &holdings, &hierarchy, &workspace.policy.id_pattern);
    let files = Files::read(format, &args.files, globals, env);
    tell_unread(format, &files.unread, globals, env);
    let all = files.read.iter().flat_map(|(_, all)| all);
    tell_strangers("--allow-unknown", &args.allow_unknown, all, globals, env);
    let mut result = args.compare(files, format, &bindings, env.today);
    if args.format == Format::Sarif {
        from_root(&mut result, &workspace.root, &globals.cwd(env));
    }
    let (style, today) = (globals.style(env), env.today);
    globals.print(env, |out| match args.format {
        Format::Text => reconcile::text::write(&result, args.all, style, out),
        Format::Json => reconcile::json::write(&result, today, out),
        Format::Sarif => reconcile::sarif::write(&result, today, out),
        Format::Markdown => reconcile::markdown::write(&result, args.all, out),
    })?;
    drop(holdings);
    let outcome = super::list::name_unreadable(&judged.forget(), globals, env);
    Ok(match (result.is_incomplete(), result.has_shadows()) {
        (true, _) => Outcome::Error,
        (false, true) => outcome.max(Outcome::Findings),
        (false, false) => outcome,
    })
}

impl Args {
    /// Judges what the files hold.
    fn compare(
        &self,
        Files { read, unread }: Files,
        format: &ToolFormat,
        bindings: &Bindings<'_>,
        today: NaiveDate,
    ) -> Reconciliation {
        let mut used = BTreeSet::new();
        let mut rows = Vec::new();
        let mut allowed = Allowed::by(&self.allow_unknown);
        for (input, suppressions) in read {
            rows.extend(suppressions.into_iter().map(|suppression| {
                let judged = bindings.judge(&suppression, today, &mut used);
                let place = Located::of(&input, suppression.span);
                let is_unknown = judged.verdict == Verdict::Unknown;
                let is_allowed = is_unknown && suppression.is_called(&self.allow_unknown);
                if is_allowed {
                    allowed.iter_mut().for_each(|by| by.meet(&suppression, &place));
                }
                let misfit = bindings.misfit(&suppression, &judged);
                let reach = suppression.shown();
                let Suppression { name, end, made, mut notes, known, .. } = suppression;
                notes.extend(misfit);
                if judged.verdict == Verdict::Ended {
                    notes.extend(known.after_end.map(str::to_owned));
                }
                Row { place, name, reach, end, made, notes, judged, is_allowed }
            }));
        }
        // What could not be read may hold them.
        let unused = if unread.is_empty() { bindings.unused(&used) } else { Vec::new() };
        Reconciliation { format: format.name, tool: format.tool, rows, unread, unused, allowed }
    }
}

/// Names all files from the root of the repository, where readers of SARIF look for them.
fn from_root(result: &mut Reconciliation, root: &Path, cwd: &Path) {
    let places = result.rows.iter_mut().map(|row| &mut row.place);
    for place in places.chain(result.unread.iter_mut().map(|unread| &mut unread.place)) {
        let path = normal(&cwd.join(&place.path));
        if let Ok(path) = path.strip_prefix(normal(root)) {
            place.path = slashed(path);
        }
    }
}
