//! `exc man`: the manual, as `man` reads it.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

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

/// The sections of clap's page; title, synopsis and examples are those of `--help`.
fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let man = Man::new(command.clone())
        // Pages have no date; an empty one would not be written, and what follows take its place.
        .date(" ")
        .source(concat!("exc ", env!("CARGO_PKG_VERSION")))
        .manual("Manual of exc");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    let usage = command.clone().render_usage().to_string();
    as_it_stands("SYNOPSIS", usage.trim_start_matches("Usage:").trim_start(), &mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let after = command.get_after_long_help().or(command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    for part in after.split("\n\n").filter(|part| !part.is_empty()) {
        let (heading, text) = part.split_once(':').unwrap_or(("Notes", part));
        as_it_stands(&heading.to_uppercase(), text.trim_start_matches('\n'), &mut page)?;
    }
    Ok(page)
}

/// A section whose lines are kept, if there are several.
fn as_it_stands(heading: &str, text: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    if text.lines().count() == 1 {
        roff.text([roman(text.trim_start())]);
        return roff.to_writer(page);
    }
    roff.control("nf", []);
    for line in text.lines() {
        // The section is indented already.
        roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    roff.control("fi", []);
    roff.to_writer(page)
}
