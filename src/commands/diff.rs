//! `exc diff`: which records differ between two moments of history, and what that means.

use super::revisions::resolve;
use super::settled::Found;
use super::workspace::usable_policy;
use super::{Failure, Globals, Workspace, trail};
use crate::changes;
use crate::env::{Env, Outcome};
use crate::git::{ObjectId, Repo};
use crate::policy::Policy;
use crate::register::{self, POLICY_FILE, Register, Snapshot, Store};
use crate::render::diff::{self, Diff, DiffFormat, Side};
use crate::report::policies::PolicyChange;
use crate::text::shell_word;

/// Show which records differ between two points of history, and what each change means
///
/// Compares fields, not lines: a record is its id, wherever its file stands. Each change has a kind, of which a mixed one takes the strictest: cosmetic, moved, upkeep, tightening, closed (these need no approval), other, extension, weakening, reopened, new, widening, deleted.
///
/// Exit codes: 0 also where records differ, 2 where a revision or a file could not be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc diff                    the mainline and the work tree
  exc diff main...HEAD        what this branch changes
  exc diff v1.0..v2.0 --format json")]
pub(crate) struct Args {
    /// A..B, A...B (from where they part), or A, which is A..HEAD [default: mainline to work tree]
    #[arg(value_name = "A..B")]
    range: Option<String>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DiffFormat,
}

/// One of two moments, read.
struct Moment {
    side: Side,
    register: Register,
    is_without_register: bool,
    /// None where it has none that can be used.
    policy: Option<Policy>,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    let repo = trail::repository(&workspace)?;
    let [from, to] = match &args.range {
        Some(range) => between(&repo, &workspace, range)?,
        None => since_mainline(&repo, &workspace, globals, env)?,
    };
    for moment in [&from, &to].into_iter().filter(|moment| moment.is_without_register) {
        let text = format!("note: there is no `{}` in {}", workspace.name, moment.side.describe());
        globals.note(env, &text);
    }
    for moment in
        [&from, &to].into_iter().filter(|it| !it.is_without_register && it.policy.is_none())
    {
        let (name, side) = (&workspace.name, moment.side.describe());
        let text = format!(
            "note: {side} has no `{name}/{POLICY_FILE}` that can be used: what changes in it is not said"
        );
        globals.note(env, &text);
    }
    let changes = changes::registers(&from.register, &to.register);
    let n_unreadable = from.register.unreadable.len() + to.register.unreadable.len();
    let (today, style) = (env.today, globals.style(env));
    let sides = (from.side.clone(), to.side.clone());
    let policy = match (&from.policy, &to.policy) {
        (Some(before), Some(after)) => PolicyChange::between(before, after),
        _ => None,
    };
    let diff = Diff { today, from: sides.0, to: sides.1, n_unreadable, changes: &changes, policy };
    globals.print(env, |out| diff::write(args.format, &diff, style, out))?;
    name_unreadable(&from, env);
    name_unreadable(&to, env);
    Ok(if n_unreadable == 0 { Outcome::Success } else { Outcome::Error })
}

/// What to do where a range starts like an option.
const OPTION: &str = "write A..B, such as `main..HEAD`; `exc diff --help` shows the options";

/// The moments that a range names.
fn between(repo: &Repo, workspace: &Workspace, range: &str) -> Result<[Moment; 2], Failure> {
    let (a, b, is_from_base) = match (range.split_once("..."), range.split_once("..")) {
        (Some((a, b)), _) => (a, b, true),
        (None, Some((a, b))) => (a, b, false),
        (None, None) => (range, "HEAD", false),
    };
    let [a, b] = [a, b].map(|name| if name.is_empty() { "HEAD" } else { name });
    let (mut from, to) = (resolve(repo, a, OPTION)?, resolve(repo, b, OPTION)?);
    let mut name = a.to_owned();
    if is_from_base {
        let Some(base) = repo.merge_base(from, to)? else {
            let message = format!("`{a}` and `{b}` have no commit in common");
            let range = shell_word(&format!("{a}..{b}"));
            let hint = format!("compare them as they are: `exc diff {range}`");
            return Err(Failure::new(message).hint(hint));
        };
        from = base;
        name = base.to_string().chars().take(12).collect();
    }
    let to = at_commit(repo, workspace, b, to, None)?;
    Ok([at_commit(repo, workspace, &name, from, Some(&to.register))?, to])
}

/// What stands in the work tree and is not on the mainline yet, or no longer.
fn since_mainline(
    repo: &Repo,
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<[Moment; 2], Failure> {
    if let Store::Commit(_) = workspace.store {
        let message = "a bare repository has no work tree to compare with";
        return Err(Failure::new(message).hint("name two revisions: `exc diff A..B`"));
    }
    let found = Found::read(repo, workspace)?;
    found.tell(globals, env);
    let Some(mainline) = &found.mainline else {
        let branch = &found.branch;
        let message = format!("there is no branch `{branch}`, which is the policy's mainline");
        return Err(Failure::new(message)
            .hint("fetch or commit it, or name two revisions: `exc diff A..B`"));
    };
    let register = load(workspace, &workspace.store, None);
    let policy = policy(workspace, &workspace.store);
    let work_tree = Moment { side: Side::WorkTree, register, is_without_register: false, policy };
    let beside = Some(&work_tree.register);
    Ok([at_commit(repo, workspace, &mainline.name, mainline.tip, beside)?, work_tree])
}

fn at_commit(
    repo: &Repo,
    workspace: &Workspace,
    name: &str,
    commit: ObjectId,
    beside: Option<&Register>,
) -> Result<Moment, Failure> {
    let store = Store::Commit(Snapshot {
        repository: repo.directory().to_owned(),
        commit,
        folder: workspace.name.clone(),
    });
    let side = Side::Commit { name: name.to_owned(), id: commit.to_string() };
    let is_without_register = repo.entry_at(commit, &workspace.name)?.is_none();
    let policy = policy(workspace, &store);
    Ok(Moment { side, register: load(workspace, &store, beside), is_without_register, policy })
}

fn policy(workspace: &Workspace, store: &Store) -> Option<Policy> {
    usable_policy(store, &workspace.name).ok().map(|(policy, _)| policy)
}

/// The register in a store; what stands in another that has been read is not read again.
fn load(workspace: &Workspace, store: &Store, beside: Option<&Register>) -> Register {
    let (name, schema) = (&workspace.name, &workspace.policy.record_schema);
    match beside {
        Some(other) => register::load_beside(other, store, name, schema),
        None => register::load(store, name, schema),
    }
}

/// Says which files are missing from the comparison, and where they stand.
fn name_unreadable(moment: &Moment, env: &mut Env<'_>) {
    let register = &moment.register;
    for path in &register.unreadable {
        let reason = register
            .findings
            .iter()
            .find(|finding| finding.code.unjudged && finding.place.file.path() == path)
            .map_or(String::new(), |finding| format!(": {}", finding.message));
        let side = moment.side.describe();
        let text = format!("`{path}` could not be read in {side}{reason}");
        super::tell(env, &format!("error: {text}"));
    }
}
