//! `exc import`: suppressions that nobody filed become drafts of records.

mod draft;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use self::draft::{Drawer, Sheet, Written};
use super::holdings::Filed;
use super::suppressions::{Files, named, read_hierarchy, tell_strangers, tell_unread};
use super::{Globals, shown_path};
use crate::bridge::formats;
use crate::bridge::import::{Adopted, Fate, Import, Left, Row};
use crate::bridge::input::Input;
use crate::bridge::matching::{Bindings, State, Verdict};
use crate::bridge::{Allowed, Located, Suppression};
use crate::env::{Env, Outcome};

use crate::render::import as shown;

/// Drafts that the command which checks them names.
const MAX_NAMED: usize = 5;

/// Begin a record for each suppression of a tool that nobody filed
///
/// Reads the same files as `exc reconcile`. Each suppression to which no record is bound becomes a draft in the register, with what is known: a title, the bindings that leave alone exactly what it does, where it hangs if the tool says so, the controls of the catalogue that it names, the last day if it has an end, and you as its requester. What nobody has said is TODO: an owner, a reason, a risk or a last day is never made up. `exc check` fails until all is filled in, in an editor or with `exc amend`.
///
/// A suppression to which a record is bound, whatever that record's state, is known and left out, so that running it again adopts only what is new. What its tool no longer honours is left out, too.
///
/// Prints the paths, and what is missing in each. Exit codes: 0 all that nobody filed is adopted, also where something is left out since it goes further than its record; 2 a file could not be read, `--only` names what is not there, or a suppression cannot be adopted and is not allowed by `--allow-unknown`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  az policy exemption list -o json > live.json
  exc import azure-policy live.json --dry-run
  exc import azure-policy live.json --only legacy-exemption
  exc import trivy .trivyignore services/proxy/.trivyignore.yaml")]
pub(crate) struct Args {
    /// What the files are
    #[arg(value_name = "TOOL", value_parser = PossibleValuesParser::new(named()))]
    tool: String,
    /// Files of the tool
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Adopt the suppression of this name or ID and no other, also where a record allows a part of it; may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// The hierarchy of management groups, from `az account management-group show --name ROOT --expand --recurse`
    #[arg(long, value_name = "FILE")]
    hierarchy: Option<PathBuf>,
    /// All suppressions of this name or ID may be left out, in whichever file; how many, and where, is printed. May be repeated
    #[arg(long, value_name = "NAME")]
    allow_unknown: Vec<String>,
    /// Write nothing, and say what would be written
    #[arg(long)]
    dry_run: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs; a promise
    Json,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    // What only a commit holds cannot be written.
    workspace.directory()?;
    let format = formats::named(&args.tool).expect("clap knows the same names");
    let hierarchy = read_hierarchy(args.hierarchy.as_deref(), globals, env)?;
    let filed = Filed::read(&workspace, env.today);
    // Whether a record is approved does not matter here: somebody has filed it.
    let holdings = filed.holdings(|_| State::Filed);
    let register = &filed.register;
    let bindings = Bindings::of(format.tool, &holdings, &hierarchy, &workspace.policy.id_pattern);
    let Files { read, unread } = Files::read(format, &args.files, globals, env);
    tell_unread(format, &unread, globals, env);

    let sound: HashSet<&str> = holdings
        .iter()
        .filter(|it| it.fault.is_none())
        .map(|it| it.exception.id.as_str())
        .collect();
    let drawer = Drawer::new(format, &workspace, register, sound, globals, env)?;
    let mut import = Importing { args, bindings, drawer, adopted: HashMap::new() };
    let mut result = Import {
        format: format.name,
        tool: format.tool,
        is_trial: args.dry_run,
        rows: Vec::new(),
        unread,
        allowed: Allowed::by(&args.allow_unknown),
    };
    let planned = import.plan(&read, env)?;
    let failure = import.write(planned, &workspace.root, &mut result, env);
    // What is written is told, also where the next one could not be.
    let (today, style) = (env.today, globals.style(env));
    globals.print(env, |out| match args.format {
        Format::Text => shown::text(&result, style, out),
        Format::Json => shown::json(&result, today, out),
    })?;
    failure.map_or(Ok(()), Err)?;
    let all = || read.iter().flat_map(|(_, all)| all);
    let has_strangers = tell_strangers("--only", &args.only, all(), globals, env);
    tell_strangers("--allow-unknown", &args.allow_unknown, all(), globals, env);
    import.next(&result, globals, env);
    drop(import);
    let outcome = super::list::name_unreadable(register, globals, env);
    Ok(if result.is_incomplete() || has_strangers { Outcome::Error } else { outcome })
}

/// What adopting stands on.
struct Importing<'a> {
    args: &'a Args,
    bindings: Bindings<'a>,
    drawer: Drawer<'a>,
    /// The ids of what was adopted in this run, by what it takes in.
    adopted: HashMap<String, String>,
}

/// What is to become of a suppression.
struct Planned<'r> {
    suppression: &'r Suppression,
    place: Located,
    /// Its draft, or what became of it.
    sheet: Result<Sheet, Fate>,
}

impl Importing<'_> {
    fn plan<'r>(
        &mut self,
        read: &'r [(Input, Vec<Suppression>)],
        env: &Env<'_>,
    ) -> anyhow::Result<Vec<Planned<'r>>> {
        let mut planned = Vec::new();
        for (input, suppressions) in read {
            for suppression in suppressions {
                if !self.args.only.is_empty() && !suppression.is_called(&self.args.only) {
                    continue;
                }
                let place = Located::of(input, suppression.span);
                let sheet = self.sheet(suppression, &place, env)?;
                planned.push(Planned { suppression, place, sheet });
            }
        }
        Ok(planned)
    }

    fn sheet(
        &mut self,
        suppression: &Suppression,
        place: &Located,
        env: &Env<'_>,
    ) -> anyhow::Result<Result<Sheet, Fate>> {
        let judged = self.bindings.judge(suppression, env.today, &mut BTreeSet::new());
        let left = Left { record: judged.record, why: judged.why };
        match judged.verdict {
            Verdict::Orphan => {}
            Verdict::Ended => return Ok(Err(Fate::Ended)),
            // Who names it wants a record of its own for it.
            Verdict::Wider if !self.args.only.is_empty() => {}
            Verdict::Wider => return Ok(Err(Fate::Wider(left))),
            Verdict::Unknown => return Ok(Err(Fate::Refused(left))),
            _ => return Ok(Err(Fate::Known(left.record))),
        }
        let begun = match self.drawer.begin(suppression, place, env.today) {
            Ok(begun) => begun,
            Err(why) => return Ok(Err(Fate::Refused(Left { record: None, why: vec![why] }))),
        };
        if let Some(id) = self.adopted.get(&begun.what) {
            return Ok(Err(Fate::Known(Some(id.clone()))));
        }
        let what = begun.what.clone();
        let settled = self.drawer.settle(begun, env)?;
        if let Ok(sheet) = &settled {
            self.adopted.insert(what, sheet.id.clone());
        }
        Ok(settled)
    }

    /// Writes the drafts; gives the first reason why one could not be written.
    fn write(
        &self,
        planned: Vec<Planned<'_>>,
        root: &Path,
        result: &mut Import,
        env: &Env<'_>,
    ) -> Option<anyhow::Error> {
        let sheets: Vec<&Sheet> = planned.iter().filter_map(|it| it.sheet.as_ref().ok()).collect();
        let written = match self.args.dry_run {
            true => sheets.iter().map(|_| Ok(Written::Now)).collect(),
            false => draft::write_all(&sheets, root),
        };
        let mut written = written.into_iter();
        let mut failure = None;
        for Planned { suppression, place, sheet } in planned {
            let fate = match sheet {
                Err(fate) => fate,
                Ok(sheet) => match written.next().expect("each sheet was written") {
                    Ok(written) => fate(sheet, written, env),
                    Err(error) => {
                        failure.get_or_insert(error);
                        continue;
                    }
                },
            };
            let name = suppression.name.clone();
            let is_allowed = suppression.is_called(&self.args.allow_unknown);
            if matches!(fate, Fate::Refused(_)) {
                result.allowed.iter_mut().for_each(|by| by.meet(suppression, &place));
            }
            result.rows.push(Row { place, name, fate, is_allowed });
        }
        failure
    }

    /// Says what is to be done with what was adopted.
    fn next(&self, result: &Import, globals: &Globals, env: &mut Env<'_>) {
        let drafts: Vec<&Adopted> = result
            .rows
            .iter()
            .filter_map(|row| match &row.fate {
                Fate::Adopted(adopted) => Some(adopted),
                _ => None,
            })
            .collect();
        if drafts.is_empty() || self.args.dry_run {
            return;
        }
        let words = globals.words();
        let (id, what) = match drafts.as_slice() {
            [one] => (one.id.as_str(), "each TODO"),
            _ => ("ID", "each TODO of each draft"),
        };
        // Where there are many, the check of all of them names them.
        let paths: String = match drafts.len() {
            1..=MAX_NAMED => {
                drafts.iter().map(|it| format!(" {}", crate::text::shell_word(&it.path))).collect()
            }
            _ => String::new(),
        };
        globals.note(env, "next:");
        globals.note(
            env,
            &format!("  fill in {what}, in an editor or with `{words} amend {id}`; delete the comments that are done"),
        );
        globals.note(env, &format!("  {words} check{paths}   says what is left"));
        globals.note(env, "  commit them on a branch and propose that: each is reviewed and approved as any other");
    }
}

fn fate(sheet: Sheet, written: Written, env: &Env<'_>) -> Fate {
    let Sheet { id, place, missing, .. } = sheet;
    let path = shown_path(&place.path, env);
    match written {
        Written::Now => Fate::Adopted(Adopted { id, path, missing }),
        Written::Already => Fate::Known(Some(id)),
        Written::Otherwise => {
            let why = format!(
                "somebody has written `{path}` meanwhile, and not this draft: look at it, and run this \
                 again"
            );
            Fate::Refused(Left { record: Some(id), why: vec![why] })
        }
    }
}
