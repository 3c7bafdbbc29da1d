//! What `exc new` says beside the path that it prints.

use std::path::Path;
use std::sync::Arc;

use super::Args;
use super::draft::Draft;
use super::kept::Kept;
use crate::commands::findings;
use crate::commands::git_words::{GitWords, own_branch, proposal};
use crate::commands::settled::Found;
use crate::commands::{Failure, Globals, Workspace, ignored, mainline};
use crate::env::Env;
use crate::finding::{Finding, Level, Place};
use crate::render;
use crate::text::{SourceFile, shell_word};

/// What stands for the path of a record that was never written.
const UNWRITTEN: &str = "<new record>";

pub(super) fn findings(
    findings: &[Finding],
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    findings::tell(findings, 1, workspace, globals, env)
}

/// Findings about a record that is not written: none of them names a path that does not exist, and
/// each the flag that it comes from, where flags were given. What comes from a file of somebody's own
/// is told of that file.
pub(super) fn unwritten(
    findings: &[Finding],
    file: &Arc<SourceFile>,
    args: Option<&Args>,
) -> Vec<Finding> {
    let resumed = args.and_then(|args| args.resume.as_ref());
    let name = match resumed.and_then(Option::as_ref) {
        Some(draft) => format!("<record from {}>", draft.display()),
        None => UNWRITTEN.to_owned(),
    };
    let mut findings = renamed(findings, file, &name);
    for finding in &mut findings {
        let flag = args.and_then(|args| flag(&finding.place.pointer, args));
        let is_meant = |flag: &String| resumed.is_none() || args.is_some_and(|it| gives(it, flag));
        if let Some(flag) = flag.filter(is_meant) {
            finding.message = format!("`{flag}`: {}", finding.message);
        }
    }
    findings
}

/// Findings that name another file than that which was judged, with the same text.
pub(super) fn renamed(findings: &[Finding], file: &Arc<SourceFile>, name: &str) -> Vec<Finding> {
    let renamed = Arc::new(SourceFile::new(name, file.text()));
    let moved = |place: &Place| match place.file.path() == file.path() {
        true => Place { file: Arc::clone(&renamed), ..place.clone() },
        false => place.clone(),
    };
    let findings = findings.iter().map(|finding| {
        let mut finding = finding.clone();
        finding.place = moved(&finding.place);
        finding.labels.iter_mut().for_each(|label| label.place = moved(&label.place));
        finding
    });
    findings.collect()
}

/// The flag that fills a place of the record.
fn flag(pointer: &str, args: &Args) -> Option<String> {
    let first = pointer.split('/').nth(1)?;
    let last = pointer.rsplit('/').next().unwrap_or_default();
    let flag = match (first, last) {
        ("controls", _) => "--control",
        ("scope", _) => "--scope",
        ("risk", "statement") => "--risk-statement",
        ("risk", _) => "--risk",
        ("owner", "team") => "--team",
        ("owner", "email") => "--owner-email",
        ("owner", _) => "--owner-name",
        ("requester", "email") => "--requester-email",
        ("requester", _) => "--requester-name",
        ("justification", "end_state") => "--end-state",
        ("justification", _) => "--blocker",
        ("compensating_controls", "reduces") => "--compensating-reduces",
        ("compensating_controls", "owner") => "--compensating-owner",
        ("compensating_controls", "evidence") => "--compensating-evidence",
        ("compensating_controls", "verified") => "--verified",
        ("compensating_controls", "verify_every") => "--verify-every",
        ("compensating_controls", _) => "--compensating",
        ("remediation", "plan") => "--plan",
        ("remediation", "ticket") => "--ticket",
        ("remediation", _) => "--milestone",
        ("expires", _) if args.lifetime.is_some() => "--for",
        ("emergency", "declared") => "--declared",
        ("tags", _) => "--tag",
        ("links", _) => "--link",
        ("data_classification", _) => "--data-classification",
        ("id" | "title" | "opened" | "expires" | "emergency", _) => {
            return Some(format!("--{first}"));
        }
        (name, _) if args.field.iter().any(|(known, _)| known == name) => {
            return Some(format!("--field {name}"));
        }
        _ => return None,
    };
    Some(flag.to_owned())
}

/// Whether a flag was given, of those that fill a place of the record.
fn gives(args: &Args, flag: &str) -> bool {
    let texts = [
        ("--title", &args.title),
        ("--risk-statement", &args.risk_statement),
        ("--data-classification", &args.data_classification),
        ("--owner-name", &args.owner_name),
        ("--owner-email", &args.owner_email),
        ("--team", &args.team),
        ("--requester-name", &args.requester_name),
        ("--requester-email", &args.requester_email),
        ("--blocker", &args.blocker),
        ("--end-state", &args.end_state),
        ("--plan", &args.plan),
        ("--ticket", &args.ticket),
        ("--emergency", &args.emergency),
        ("--declared", &args.declared),
        ("--id", &args.id),
    ];
    let lists = [
        ("--control", &args.control),
        ("--scope", &args.scope),
        ("--compensating", &args.compensating),
        ("--compensating-reduces", &args.compensating_reduces),
        ("--compensating-owner", &args.compensating_owner),
        ("--compensating-evidence", &args.compensating_evidence),
        ("--verified", &args.verified),
        ("--verify-every", &args.verify_every),
        ("--tag", &args.tag),
        ("--link", &args.link),
    ];
    let others = [
        ("--risk", args.risk.is_some()),
        ("--milestone", !args.milestone.is_empty()),
        ("--expires", args.expires.is_some()),
        ("--for", args.lifetime.is_some()),
        ("--opened", args.opened.is_some()),
    ];
    let texts = texts.iter().map(|(name, text)| (*name, text.is_some()));
    let lists = lists.iter().map(|(name, list)| (*name, !list.is_empty()));
    let mut all = texts.chain(lists).chain(others);
    // A field of the policy has its flag only where that was given.
    flag.starts_with("--field ") || all.any(|(name, is_given)| is_given && name == flag)
}

/// Says where the requester comes from, and how to name another.
pub(super) fn requester(draft: &Draft, globals: &Globals, env: &mut Env<'_>) {
    let requester = &draft.exception.requester;
    let text = format!(
        "note: requester from git: {} <{}>; `--requester-name` and `--requester-email` name another",
        requester.name, requester.email
    );
    globals.note(env, &text);
}

/// Says that a record was refused, and where the answers are.
pub(super) fn refused(kept: &Kept, globals: &Globals, env: &mut Env<'_>) {
    let text = match kept.shown(env) {
        Some(shown) => {
            let command = kept.command(env);
            format!(
                "nothing was written; `{command}` goes on with {shown}, `--draft` writes it nevertheless"
            )
        }
        None => "nothing was written; `--draft` writes it nevertheless".to_owned(),
    };
    globals.note(env, &text);
}

/// Says how much of a draft is left to do.
pub(super) fn draft(findings: &[Finding], shown: &str, globals: &Globals, env: &mut Env<'_>) {
    let n = findings.iter().filter(|finding| finding.level == Level::Error).count();
    let things = render::count(n, "thing");
    let path = shell_word(shown);
    globals.note(env, &format!("{things} to fill in or to fix: run `exc check {path}`"));
}

/// Says what an emergency was filed without, and the command that adds it.
pub(super) fn gaps(id: &str, missing: &[String], globals: &Globals, env: &mut Env<'_>) {
    // What no flag of the command takes is written into the file.
    let is_amended = |flag: &&String| {
        let is_new = missing.iter().any(|it| it.starts_with("--compensating "));
        let is_of_another = flag.starts_with("--compensating-") && !is_new;
        let others = ["--requester", "--verified", "--expires"];
        !is_of_another && !others.iter().any(|it| flag.starts_with(it))
    };
    let gate = "filed as an emergency, and not complete: `exc check` fails until it is, and nobody can approve it before";
    globals.note(env, gate);
    let amended: Vec<&str> = missing.iter().filter(is_amended).map(String::as_str).collect();
    if !amended.is_empty() {
        globals.note(env, "to add what is missing, together or one by one:");
        globals.note(env, &format!("  exc amend {} {}", shell_word(id), amended.join(" ")));
    }
    if amended.len() < missing.len() {
        globals.note(env, "what says TODO besides is filled in in the file");
    }
}

/// Says how the new record gets to where it is approved.
pub(super) fn next_steps(
    id: &str,
    path: &Path,
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<(), Failure> {
    let Some(repo) = mainline::repository(workspace)? else { return Ok(()) };
    let words = GitWords::of(workspace, env);
    let (git, added) = (&words.git, words.path(path, env));
    let found = Found::read(&repo, workspace)?;
    let has_mainline = found.mainline.is_some();
    let own = own_branch(&repo, &found)?;
    let branch = shell_word(own.as_deref().unwrap_or(&format!("exception/{id}")));
    let mut lines = Vec::new();
    if let Ok(name) = path.strip_prefix(&workspace.root) {
        // What git ignores it does not add: first that line has to go.
        let name = name.to_string_lossy();
        if let Some(note) = ignored::note(&repo, &workspace.root, &name, env)? {
            globals.note(env, &note);
            return Ok(());
        }
    }
    lines.push("next:".to_owned());
    if has_mainline && own.is_none() {
        lines.push(format!("  {git} switch -c {branch}"));
    }
    lines.push(format!("  {git} add {added}"));
    lines.push(format!("  {git} commit -m {}", shell_word(&format!("exceptions: file {id}"))));
    let follows = ": it is proposed until it is merged";
    lines.extend(proposal(&repo, &found, git, &branch, follows)?);
    lines.iter().for_each(|line| globals.note(env, line));
    Ok(())
}
