//! `exc digest`: what each owner or team has to do.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::cache::CacheArgs;
use super::filter::FilterArgs;
use super::ledger::Registers;
use super::list::parse_lifetime;
use super::writing::folders::{Folder, refuse_used};
use super::{Globals, shown_path};
use crate::env::{Env, Outcome};
use crate::model::Lifetime;
use crate::model::window::days_between;
use crate::render::Safe;
use crate::render::digest::{DigestFormat, issues, write};
use crate::report::digest::{Digest, For};

/// Tell each owner or team what they have to do, most urgent first
///
/// What has expired or ends soon, what nobody has approved, and what falls due: verifications of compensating controls, reviews, milestones. Names nobody who has nothing to do, and writes nothing where there is nothing; post it with whatever posts, since `exc` uses no network.
///
/// Exit codes: 0 also where there is something to do, 2 where a file could not be read, or the clone stops before its history does, so that what nobody has approved is not known.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc digest --owner dana.ruiz@example.com                 what somebody has to do
  exc digest --by owner --format markdown                  for the weekly issue
  exc digest --by team --format slack -o digest.json       then: curl -d @digest.json …
  exc digest --each pages                                  an issue for each owner")]
pub(crate) struct Args {
    /// Whom the parts are for
    #[arg(long, value_name = "WHOM", default_value = "owner")]
    by: Whom,
    /// Look this far ahead, such as 14d, 4w or 3m [default: `warn_within_days` of the policy]
    #[arg(long, value_name = "LIFETIME", value_parser = parse_lifetime)]
    within: Option<Lifetime>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    cache: CacheArgs,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DigestFormat,
    /// Write a Markdown page for each of them into DIR, which must not exist or be empty, and print the paths; the first line of a page is a comment that is the same every day
    #[arg(long, value_name = "DIR", conflicts_with = "format")]
    each: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Whom {
    Owner,
    Team,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let folder = args.each.as_ref().map(|folder| globals.cwd(env).join(folder));
    if let Some(folder) = &folder {
        refuse_used(folder)?;
    }
    let registers = Registers::open(None, args.cache, globals, env)?;
    let today = env.today;
    let within = args.within.and_then(|it| it.after(today));
    let within = within.map(|last| days_between(today, last).try_into().unwrap_or(u32::MAX));
    let by = match args.by {
        Whom::Owner => For::Owner,
        Whom::Team => For::Team,
    };
    let digest = Digest::of(&registers.ledger(&args.filter), by, within);
    match &folder {
        Some(folder) => each(&digest, folder, globals, env)?,
        None => {
            let style = globals.style(env);
            globals.print(env, |out| write(args.format, &digest, style, out))?;
        }
    }
    if digest.parties.is_empty() {
        globals.note(env, "nobody has anything to do");
    }
    Ok(registers.close(&args.filter, globals, env))
}

/// Writes a page for each party, and prints where.
fn each(
    digest: &Digest,
    folder: &Path,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let folder = Folder::new(folder)?;
    let mut paths = Vec::new();
    for issue in issues(digest) {
        let path = folder.write(&(issue.name + ".md"), issue.text.as_bytes())?;
        paths.push(shown_path(&path, env));
    }
    folder.complete()?;
    globals.print(env, |out| paths.iter().try_for_each(|path| writeln!(out, "{}", Safe(path))))
}
