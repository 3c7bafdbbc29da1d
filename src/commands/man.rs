//! `exc man`: the manual, as `man` reads it.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Command;
use clap_mangen::Man;

use super::writing::write_file;
use super::{Failure, Globals};
use crate::env::{Env, Outcome};
use crate::source::schema;

/// Print the manual page of a command, or write those of all
///
/// Made from the same definitions as `--help`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc man check | man -l -
  exc man --dir ~/.local/share/man/man1     then: man exc-check")]
pub(crate) struct Args {
    /// The command, such as `report expiry` [default: `exc` itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write the pages of all commands into DIR instead, one file each
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

/// `root` is the whole command line.
pub(crate) fn run(
    args: &Args,
    mut root: Command,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    root.build();
    if let Some(dir) = &args.dir {
        let dir = globals.cwd(env).join(dir);
        std::fs::create_dir_all(&dir)
            .with_context(|| format!("cannot create `{}`", dir.display()))?;
        let mut paths = Vec::new();
        for command in all(&root) {
            let path = dir.join(format!("{}.1", page_name(command)));
            let page = page(command)?;
            write_file(&path, |out| out.write_all(&page))?;
            paths.push(super::shown_path(&path, env));
        }
        globals.print(env, |out| paths.iter().try_for_each(|path| writeln!(out, "{path}")))?;
        return Ok(Outcome::Success);
    }
    let page = page(find(&root, &args.command)?)?;
    globals.print(env, |out| out.write_all(&page))?;
    Ok(Outcome::Success)
}

/// The command that some words name, below another.
fn find<'a>(root: &'a Command, words: &[String]) -> Result<&'a Command, Failure> {
    let mut command = root;
    for word in words {
        command = command.find_subcommand(word).ok_or_else(|| {
            let known = command.get_subcommands().map(Command::get_name);
            let hint = match schema::nearest(word, known) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "`exc --help` lists the commands".to_owned(),
            };
            Failure::new(format!("there is no command `{word}`")).hint(hint)
        })?;
    }
    Ok(command)
}

/// A command and everything below it, without what clap adds.
fn all(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|it| it.get_name() != "help");
    std::iter::once(command).chain(below.flat_map(all)).collect()
}

/// `exc-report-expiry`.
fn page_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}
