//! `exc report policy`: the process in words.

use crate::commands::revisions::short;
use crate::commands::settled::Found;
use crate::commands::{Failure, Globals, Workspace, mainline, open_or_explain};
use crate::env::{Env, Outcome};
use crate::git::ObjectId;
use crate::register::POLICY_FILE;
use crate::render::document::ReportFormat;
use crate::report::document::Text;
use crate::report::process;
use crate::text::shell_word;

/// Put the process into words, as the policy sets it
///
/// Workflow, justification, durations and renewals, approvals by risk, emergencies, reviews, the gate, and the catalogue of controls with the frameworks that they answer to: for the binder of whoever has to show that there is a process.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc report policy --format markdown -o process.md
  exc report policy --format html -o process.html")]
pub(crate) struct Args {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// With `--format csv`, put nothing in front of cells that a spreadsheet computes
    #[arg(long)]
    csv_raw: bool,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    globals.check_one_register()?;
    let workspace = open_or_explain(globals, env)?;
    let place = place(&workspace)?;
    let mut document = process::document(&workspace.policy, &workspace.name, env.today);
    document.notes.push(Text::of(&place));
    document.stamp.options.extend(
        globals
            .registers
            .iter()
            .map(|it| format!("--register {}", shell_word(&it.to_string_lossy()))),
    );
    super::print(&document, args.format, args.csv_raw, globals, env)?;
    Ok(Outcome::Success)
}

/// Which text of the policy it is, and whether the mainline holds the same.
fn place(workspace: &Workspace) -> Result<String, Failure> {
    let path = format!("{}/{POLICY_FILE}", workspace.name);
    let alone = || format!("read from `{path}`, of which there is no history");
    let Some(repo) = mainline::repository(workspace)? else { return Ok(alone()) };
    let Some(mainline) = Found::read(&repo, workspace)?.mainline else { return Ok(alone()) };
    let (name, tip) = (&mainline.name, short(mainline.tip));
    let there = repo.entry_at(mainline.tip, &path)?.map(|entry| entry.id);
    let here = ObjectId::of_file(workspace.policy.file().text().as_bytes());
    Ok(match there {
        Some(there) if Some(there) == here => {
            format!("`{path}` as it stands on `{name}` at `{tip}`")
        }
        Some(_) => format!(
            "`{path}` as it stands here, which is not what `{name}` holds at `{tip}`: `exc diff` shows what differs"
        ),
        None => format!("`{path}` as it stands here; `{name}` has none at `{tip}`"),
    })
}
