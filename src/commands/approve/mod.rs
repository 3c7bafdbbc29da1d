//! `exc approve`: signs that a person accepts, or refuses, one exact text.
//!
//! Invariant: nothing is written that would not count once it lands today, and nothing is signed
//! that the signer was not shown.

mod add;
mod consent;
mod person;
mod refusal;
mod signer;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use self::refusal::{hint, refuse, refuse_key, refuse_rejection};
use super::git_words::GitWords;
use super::proposed::{Matter, Proposed, Texts};
use super::writing::write_file;
use super::{Failure, Globals, findings, refuse_links, shown_path};
use crate::env::{Env, Outcome};
use crate::history::{Approval, Decision, NotCounted, Proposal, Reason, Refusal, Tally, Vote};
use crate::policy::Person;
use crate::render::{Safe, Style, proposal};
use crate::text::shell_word;

/// Approve the exact text of a record, with a signature that anybody can check
///
/// Shows what differs from the last text that was settled on the mainline, asks, has `ssh-keygen` sign the statement with your SSH key (agents and security keys work), and writes `approvals/ID/….approval` into the register. The signature is bound to the register, the record, every byte of its text and the settled history before it, so that it survives squash, rebase and cherry-pick, and nothing else.
///
/// Who may approve, and with which keys, is what the policy of the mainline says. You cannot approve what you requested or wrote. `policy.yaml` as ID approves a change of the policy itself.
///
/// Prints the path of the approval. Exit codes: 0 written, or no approval is needed; 1 refused, and nothing was written, such as a rejection of what is approved already; 2 something is missing, such as history, a key, or an answer.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc approve EXC-2026-K7QD                          the text in the work tree
  git fetch origin pull/7/head
  exc approve EXC-2026-K7QD --rev FETCH_HEAD --print    what that pull request proposes, to be pasted there
  exc approve --add statement.txt                    put a pasted approval where it belongs
  exc approve EXC-2026-K7QD --reject                 say no to this text, for all to see
  exc approve policy.yaml --as alice --key ~/.ssh/id_ed25519 --yes")]
pub(crate) struct Args {
    /// The record's id, any part of it that no other id has, or `policy.yaml`; may be several
    #[arg(value_name = "ID", required_unless_present = "add")]
    ids: Vec<String>,
    #[command(flatten)]
    texts: Texts,
    /// Who approves, by id in the policy [default: whose key or git address it is]
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
    /// Sign with this key, private or of an agent [default: git's `user.signingkey`, else the agent's]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Say no: as long as it stands, the text is not approved
    #[arg(long)]
    reject: bool,
    /// Show the whole text, also where it changes one that is settled
    #[arg(long)]
    full: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Print the approval and write nothing; whoever can push puts it in place with `--add`
    #[arg(long)]
    print: bool,
    /// Check a printed approval, from FILE or `-` for standard input, and put it where it belongs
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ids", "person", "key", "reject", "full", "yes", "print"])]
    add: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    workspace.directory()?;
    if let Some(file) = &args.add {
        return add::run(file, &args.texts, &workspace, globals, env);
    }
    if args.print && args.ids.len() > 1 {
        let message = "`--print` prints one approval";
        return Err(Failure::new(message).hint("name one record at a time").into());
    }
    let proposed = Proposed::read(&workspace, &args.texts, &args.ids, globals, env)?;
    proposed.demand_history()?;
    if proposed.is_policy_open() {
        let text = "note: the newest policy on the mainline is not approved yet; the one before it judges, see `exc audit`";
        globals.note(env, text);
    }
    let mut outcome = Outcome::Success;
    for id in &proposed.ids {
        outcome = outcome.max(approve(id, &proposed, args, globals, env)?);
    }
    Ok(outcome)
}

/// Finds out who approves one text and whether that counts, shows it, asks, and has it signed.
fn approve(
    id: &str,
    proposed: &Proposed<'_>,
    args: &Args,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let matter = proposed.matter(id)?;
    if let Some(needless) = matter.proposal.as_ref().and_then(|it| it.needless) {
        if args.reject {
            return refuse_rejection(needless, &matter, proposed, env);
        }
        globals.note(env, &format!("`{id}` needs no approval: {needless}"));
        return Ok(Outcome::Success);
    }
    // Whoever refuses a text may do so because of what is wrong with it.
    let errors = proposed.errors(&matter, env)?;
    let is_faulty = !errors.is_empty() && !args.reject;
    let Some(proposal) = matter.proposal.as_ref().filter(|_| !is_faulty) else {
        findings::tell(&errors, 1, proposed.workspace, globals, env)?;
        return refuse(env, id, "the text has errors", "have them fixed first");
    };
    let public = args.key.as_ref().and_then(|key| signer::public_of(&globals.cwd(env).join(key)));
    let approver =
        match person::find(args.person.as_deref(), public.as_ref(), proposal, proposed, env)? {
            Ok(approver) => approver,
            Err(reason) => return refuse(env, id, &reason, person::HINT),
        };
    let decision = if args.reject { Decision::Reject } else { Decision::Approve };
    let votes = proposed.votes(proposal, env);
    let tally = proposal.tally(&votes);
    if let Err(reason) = proposal.may_sign(approver, decision) {
        return refuse(env, id, &reason.to_string(), &hint(&reason, proposal, &tally));
    }
    if let Some(missing) = tally.blocked.iter().find(|it| matches!(it, Reason::Missing { .. })) {
        let message = format!("who wrote `{id}` is not known: {missing}");
        let hint = "get the rest of the history: `git fetch --unshallow`";
        return Err(Failure::new(message).hint(hint).into());
    }
    if let Some(path) = voted(&votes, approver, decision) {
        if let Some(bytes) = proposed.approval(id, path).filter(|_| args.print) {
            globals.print(env, |out| out.write_all(bytes))?;
        }
        globals.note(env, &format!("`{}` has said so already: {path}", approver.id));
        return Ok(Outcome::Success);
    }
    show(&matter, proposal, &tally, proposed, args, globals, env)?;
    if !consent::given(args, globals, id, &approver.id, decision, env)? {
        return Err(Failure::new("nothing was signed, as you said").into());
    }
    let key = signer::Choice { named: args.key.as_deref(), public };
    let statement = proposal.statement(approver, decision, env.now()).text();
    match signer::sign(&statement, key, approver, proposed, globals, env)? {
        Ok(armour) => put(&(statement + &armour), proposal, approver, proposed, args, globals, env),
        Err(foreign) => refuse_key(env, id, approver, &foreign),
    }
}

/// Verifies what was signed, and prints or writes it.
fn put(
    text: &str,
    proposal: &Proposal<'_>,
    approver: &Person,
    proposed: &Proposed<'_>,
    args: &Args,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let approval = read(text)?;
    match proposal.check(&approval, env.today) {
        Ok(()) if args.print => {
            globals.print(env, |out| out.write_all(text.as_bytes()))?;
            globals.note(
                env,
                "the requester puts it in place with `exc approve --add FILE`, and commits it",
            );
            if approval.statement.decision == Decision::Reject {
                globals.note(env, "a rejection holds no reason: say in the pull request why");
            }
            Ok(Outcome::Success)
        }
        Ok(()) => write(&approval, Way::Signed, text, proposed, globals, env),
        Err(NotCounted::Refused(Refusal::ForeignKey { .. } | Refusal::UnsupportedKey { .. })) => {
            refuse_key(env, proposal.id(), approver, &approval.public_key())
        }
        Err(reason) => {
            let hint = "nothing was written; the policy says on which days a key counts";
            refuse(env, proposal.id(), &reason.to_string(), hint)
        }
    }
}

/// Whether a person has said the same already, and where.
fn voted<'v>(votes: &'v [Vote], approver: &Person, decision: Decision) -> Option<&'v str> {
    let is_same = |vote: &&Vote| {
        let stated = vote.stated.as_ref();
        vote.refusal.is_none()
            && stated.is_some_and(|it| it.approver == approver.id && it.decision == decision)
    };
    votes.iter().find(is_same).map(|vote| vote.path.as_str())
}

/// Reads what was put together from a statement and a signature.
fn read(text: &str) -> Result<Approval, Failure> {
    Approval::parse(text.as_bytes()).map_err(|malformed| {
        let line = malformed.line.map_or(String::new(), |line| format!("line {line}: "));
        Failure::new(format!("this is no approval: {line}{}", malformed.message))
            .hint(malformed.help)
    })
}

/// How an approval has come to whoever puts it in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Signed,
    /// Printed by its signer, and handed over.
    Added,
}

/// Writes an approval where it belongs, and says how it gets to the mainline.
fn write(
    approval: &Approval,
    way: Way,
    text: &str,
    proposed: &Proposed<'_>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let workspace = proposed.workspace;
    let path = workspace.directory()?.join(approval.statement.path());
    refuse_links(&workspace.root, &path)?;
    if std::fs::symlink_metadata(&path).is_ok_and(|it| !it.is_file()) {
        let message = format!("`{}` is there, and no regular file", path.display());
        return Err(Failure::new(message).hint("remove it, and approve again").into());
    }
    let folder = path.parent().unwrap_or(&path);
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot create `{}`", folder.display()))?;
    write_file(&path, |out| out.write_all(text.as_bytes()))?;
    let shown = shown_path(&path, env);
    globals.print(env, |out| writeln!(out, "{}", Safe(&shown)))?;
    next_steps(approval, way, &path, proposed, globals, env)?;
    Ok(Outcome::Success)
}

fn next_steps(
    approval: &Approval,
    way: Way,
    path: &Path,
    proposed: &Proposed<'_>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<(), Failure> {
    let statement = &approval.statement;
    let (id, who) = (&statement.record, &statement.approver);
    let words = GitWords::of(proposed.workspace, env);
    let (git, added) = (&words.git, words.path(path, env));
    let is_rejection = statement.decision == Decision::Reject;
    let why = if is_rejection { ": WHY" } else { "" };
    let message = format!("exceptions: {who} {}s {id}{why}", statement.decision.as_str());
    let message = shell_word(&message);
    let mut lines = vec!["next:".to_owned()];
    let mainline = &proposed.judge()?.mainline;
    let at_hand = proposed.repo.head_branch()?;
    let is_detached = at_hand.is_none();
    let own = at_hand.filter(|branch| branch != mainline);
    let is_new = own.is_none();
    let branch = match own {
        Some(branch) => branch,
        None => {
            let branch = format!("approval/{id}");
            lines.push(format!("  {git} switch -c {}", shell_word(&branch)));
            branch
        }
    };
    lines.push(format!("  {git} add {added}"));
    lines.push(format!("  {git} commit -m {message}"));
    // A new branch has no place on the remote yet, and `git push` alone refuses it.
    lines.push(format!("  {git} push -u origin {}", shell_word(&branch)));
    // The squash of an approval alone writes nothing of a text that has landed.
    let has_landed = proposed.matter(id)?.proposal.is_some_and(|it| it.is_on_mainline);
    if is_new {
        lines.push(match is_detached && !has_landed {
            true => format!(
                "and open a pull request of it into the branch that proposes the text; whoever may push there pushes it there instead: `{git} push origin HEAD:BRANCH`"
            ),
            false => "and open a pull request".to_owned(),
        });
    }
    if is_rejection {
        let line =
            "a rejection holds no reason: say it in the place of WHY, and in the pull request";
        lines.push(line.to_owned());
    }
    if !has_landed {
        let (verb, reject) = match statement.decision {
            Decision::Approve => ("approve", ""),
            Decision::Reject => ("reject", " --reject"),
        };
        let mut line = format!(
            "where pull requests are squashed, anyone but `{who}` has to commit it: a squash names all authors of the branch, and whoever wrote the text cannot {verb} it"
        );
        if way == Way::Signed {
            let id = shell_word(id);
            line += &format!(
                ". Print it with `exc approve {id}{reject} --print`, and the requester puts it in place with `exc approve --add FILE`"
            );
        }
        lines.push(line);
    }
    lines.iter().for_each(|line| globals.note(env, line));
    Ok(())
}

/// Shows on standard error what is to be signed.
fn show(
    matter: &Matter<'_>,
    proposal: &Proposal<'_>,
    tally: &Tally,
    proposed: &Proposed<'_>,
    args: &Args,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let mainline = proposed.mainline.as_ref();
    let policy = proposed.policy_change(matter)?;
    let page = proposal::Page {
        title: &matter.title,
        path: &matter.path,
        exception: matter.exception(),
        changes: &proposed.changes(matter),
        policy: policy.as_ref(),
        whole: &proposed.whole(matter, args.full),
        is_committed: proposed.is_committed(matter)?,
        mainline: mainline.map(|it| (it.name.as_str(), it.tip)),
        today: env.today,
        proposal,
        tally,
    };
    let style = Style { width: env.told_width(), ..globals.style(env) };
    proposal::write_page(&page, style, env.err).context("cannot write to standard error")
}
