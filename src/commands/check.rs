//! `exc check`: judges the register.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;

use super::{Failure, Globals, Workspace, normal, verdict, write_file};
use crate::env::{Env, Outcome};
use crate::finding::{self, Finding, Level};
use crate::register::Register;
use crate::render::{self, Format, Judgement, Style};
use crate::rules::{self, Context};

/// Judge the register and fail on what must not be merged
///
/// Reads every record, applies the policy, and says what is wrong, where, and what fixes it, worst first. With paths, only what stands in those files is shown and counts; the rest of the register is still read, since two records can contradict each other.
///
/// Exit codes: 0 all judged and fine, 1 findings at or above `--fail-on`, 2 something could not be judged.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Judge only these files or directories of the register
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The level from which findings fail the check
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    fail_on: FailOn,
    /// How to print the findings
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Also write the findings to a file, as in `sarif=exc.sarif`; may be repeated
    #[arg(long = "report", value_name = "FORMAT=PATH", value_parser = parse_report)]
    reports: Vec<(Format, PathBuf)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Never,
}

impl FailOn {
    fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Never => None,
        }
    }
}

fn parse_report(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("write it as FORMAT=PATH")?;
    if path.is_empty() {
        return Err("the path is missing".to_owned());
    }
    Ok((Format::from_str(format, true)?, path.into()))
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = match super::open(globals, env)? {
        Ok(workspace) => workspace,
        Err(unusable) => {
            let judgement = Judgement::unusable(&unusable.name, &unusable.findings, env.today);
            publish(args, globals, env, &judgement)?;
            return Ok(Outcome::Error);
        }
    };
    let selected = select(&args.paths, globals, env, &workspace)?;
    let context = Context { policy: &workspace.policy, today: env.today };
    let (register, mut findings) = rules::judge(&workspace.directory, &workspace.name, &context);
    findings.extend(workspace.findings.iter().cloned());
    finding::sort(&mut findings);
    if let Some(selected) = &selected {
        findings.retain(|finding| selected.contains(finding));
    }
    let judgement = Judgement {
        register: &workspace.name,
        today: env.today,
        n_records: n_judged(&register, selected.as_ref()),
        unreadable: &register.unreadable,
        findings: &findings,
    };
    publish(args, globals, env, &judgement)?;
    Ok(verdict(&findings, args.fail_on.level()))
}

/// Prints the findings and writes the side reports.
fn publish(
    args: &Args,
    globals: &Globals,
    env: &mut Env<'_>,
    judgement: &Judgement<'_>,
) -> anyhow::Result<()> {
    for (format, path) in &args.reports {
        let path = globals.cwd(env).join(path);
        let plain = Style { color: false, width: None };
        write_file(&path, |out| render::findings(*format, judgement, plain, out))?;
    }
    let style = globals.style(env);
    if globals.quiet && args.format == Format::Text && judgement.findings.is_empty() {
        return Ok(());
    }
    globals.print(env, |out| render::findings(args.format, judgement, style, out))
}

/// The files that were named on the command line, as the register knows them.
struct Selection {
    names: BTreeSet<String>,
    directories: Vec<String>,
}

impl Selection {
    fn contains(&self, finding: &Finding) -> bool {
        self.has(finding.place.file.path())
    }

    fn has(&self, path: &str) -> bool {
        self.names.contains(path)
            || self.directories.iter().any(|directory| path.starts_with(directory.as_str()))
    }
}

fn select(
    paths: &[PathBuf],
    globals: &Globals,
    env: &Env<'_>,
    workspace: &Workspace,
) -> anyhow::Result<Option<Selection>> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut selection = Selection { names: BTreeSet::new(), directories: Vec::new() };
    for path in paths {
        let absolute = normal(&globals.cwd(env).join(path));
        let relative = absolute.strip_prefix(&workspace.root).ok();
        let inside = absolute == workspace.directory || absolute.starts_with(&workspace.directory);
        // A symbolic link that dangles is there, and is a finding.
        let metadata = std::fs::symlink_metadata(&absolute);
        let (Some(relative), true, Ok(metadata)) = (relative, inside, metadata) else {
            let message =
                format!("`{}` is not in the register `{}`", path.display(), workspace.name);
            return Err(Failure::new(message)
                .hint("name files of the register, or none for all")
                .into());
        };
        let parts = relative.components().map(|part| part.as_os_str().to_string_lossy());
        let name = parts.collect::<Vec<_>>().join("/");
        if metadata.is_dir() {
            selection.directories.push(format!("{name}/"));
        } else {
            selection.names.insert(name);
        }
    }
    Ok(Some(selection))
}

fn n_judged(register: &Register, selected: Option<&Selection>) -> usize {
    let is_selected = |path: &str| selected.is_none_or(|selected| selected.has(path));
    register.records.iter().filter(|record| is_selected(record.file().path())).count()
}
