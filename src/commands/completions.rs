//! `exc completions`: what a shell has to know to complete a command line.

use clap::Command;
use clap_complete::{Shell, generate};

use super::Globals;
use crate::env::{Env, Outcome};

/// Print the completions of a shell
///
/// Made from the same definitions as `--help`, so that they know every option of this version.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc completions bash > ~/.local/share/bash-completion/completions/exc
  exc completions zsh > ~/.zfunc/_exc        where ~/.zfunc is in fpath
  exc completions fish > ~/.config/fish/completions/exc.fish
  exc completions powershell >> $PROFILE")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// `root` is the whole command line.
pub(crate) fn run(
    args: &Args,
    mut root: Command,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    generate(args.shell, &mut root, "exc", &mut script);
    globals.print(env, |out| out.write_all(&script))?;
    Ok(Outcome::Success)
}
