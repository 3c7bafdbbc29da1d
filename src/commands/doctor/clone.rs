//! What the clone lacks or shows otherwise than it is.

use super::files::join;
use super::{Site, attributes};
use crate::commands::Failure;
use crate::commands::revisions::short;
use crate::commands::settled::Found;
use crate::git::{self, Facts, Format, Mainline, Repo};
use crate::history::{Audit, Landed, POLICY_ID, Wanted};
use crate::render::doctor::Check;
use crate::text::shell_word;

/// Replaced objects that are named one by one.
const MAX_NAMED: usize = 3;

pub(super) fn checks(site: &Site) -> Vec<Check> {
    let repo = match &site.repo {
        Ok(Some(repo)) => repo,
        Ok(None) => {
            let message = "there is no git repository here, and so no trail";
            return vec![Check::unjudged("repository", message, "git init")];
        }
        Err(error) => return vec![refused(site, error)],
    };
    let facts = match repo.facts() {
        Ok(facts) => facts,
        Err(error) => {
            return vec![Check::unjudged("repository", error.to_string(), error.hint())];
        }
    };
    if let Some(check) = foreign_format(&facts.format) {
        return vec![check];
    }
    let mut checks = vec![match repo.root() {
        Some(_) => Check::ok("repository", "it can be read"),
        None => Check::note(
            "repository",
            "a bare repository: the register is read from the mainline, and nothing is written",
            "run commands that write in a clone",
        ),
    }];
    let found = site.policy.as_ref().map(|policy| Found::beside(repo, &site.name, policy));
    let tip = found.as_ref().and_then(|found| found.as_ref().ok()?.mainline.as_ref());
    checks.push(history(&facts, repo, tip));
    checks.extend([objects(&facts), replaced(&facts), grafts(&facts)]);
    let newest = tip.and_then(|tip| newest_policy(site, repo, tip));
    if let Some(found) = found {
        checks.push(mainline(site, found, repo, &facts));
        checks.extend(newest);
        checks.extend(default_branch(repo));
    }
    checks
}

/// A repository that cannot be opened.
fn refused(site: &Site, error: &git::Error) -> Check {
    let format = match error {
        git::Error::Unreadable { .. } => Format::around(&site.root).ok().flatten(),
        git::Error::NotOwned { .. }
        | git::Error::Missing { .. }
        | git::Error::Ambiguous { .. }
        | git::Error::Malformed { .. } => None,
    };
    let foreign = format.as_ref().and_then(foreign_format);
    foreign.unwrap_or_else(|| Check::unjudged("repository", error.to_string(), error.hint()))
}

/// A repository that keeps its objects or references in a way that `exc` does not read.
fn foreign_format(format: &Format) -> Option<Check> {
    if format.objects != "sha1" {
        let message =
            format!("`exc` cannot read repositories with `{}` object names", format.objects);
        let help = "copy the history into a repository that it reads (commits get new names):\n\
                    git init --object-format=sha1 ../sha1\n\
                    git fast-export --all --signed-tags=strip | git -C ../sha1 fast-import";
        return Some(Check::unjudged("format", message, help));
    }
    if format.references != "files" {
        let message =
            format!("`exc` cannot read repositories with `{}` references", format.references);
        return Some(Check::unjudged("format", message, "git refs migrate --ref-format=files"));
    }
    None
}

/// Whether the history of the mainline is there: what is missing tells, whatever git says of the clone.
fn history(facts: &Facts, repo: &Repo, mainline: Option<&Mainline>) -> Check {
    if !facts.is_shallow {
        let chain = mainline.map(|mainline| repo.chain(mainline.tip)).transpose();
        return match chain.map(|chain| chain.and_then(|chain| chain.missing)) {
            Ok(None) => Check::ok("history", "it is complete"),
            Ok(Some(commit)) => {
                let message = format!(
                    "the commit {:.12} is missing, and with it who approved what before",
                    commit.to_string()
                );
                Check::problem("history", message, "git fetch --refetch --no-filter")
            }
            Err(error) => Check::unjudged("history", error.to_string(), error.hint()),
        };
    }
    let message =
        "this clone is shallow: older commits, and who approved what in them, are missing";
    let help = "git fetch --unshallow\n\
                in CI, clone all of it: `fetch-depth: 0` for actions/checkout, \
                `GIT_DEPTH: 0` on GitLab, `fetchDepth: 0` on Azure Pipelines";
    Check::problem("history", message, help)
}

fn objects(facts: &Facts) -> Check {
    let Some(remote) = facts.promisors.first() else {
        return Check::ok("objects", "nothing was left out when this was cloned");
    };
    let message = format!(
        "a partial clone: git fetches what is missing from `{}`, `exc` never does",
        facts.promisors.join("`, `")
    );
    let key = |name: &str| shell_word(&format!("remote.{remote}.{name}"));
    let help = format!(
        "git fetch --refetch --no-filter {} && git config --unset-all {} && git config --unset-all {}",
        shell_word(remote),
        key("promisor"),
        key("partialclonefilter")
    );
    Check::problem("objects", message, help)
}

fn replaced(facts: &Facts) -> Check {
    let names: Vec<&str> = facts
        .replace_refs
        .iter()
        .map(|name| name.strip_prefix("refs/replace/").unwrap_or(name))
        .collect();
    if names.is_empty() {
        return Check::ok("replace-refs", "git shows every object as it is");
    }
    let shown: Vec<String> =
        names.iter().take(MAX_NAMED).map(|name| format!("`{:.12}`", name)).collect();
    let more = if names.len() > MAX_NAMED { ", …" } else { "" };
    let n = crate::render::count(names.len(), "object");
    let message = format!(
        "git shows others in the place of {n}, which `exc` does not: {}{more}",
        shown.join(", ")
    );
    let help = match names.len() > MAX_NAMED {
        true => "git replace -d $(git replace -l)".to_owned(),
        false => {
            let words: Vec<String> = names.iter().map(|name| shell_word(name)).collect();
            format!("git replace -d {}", words.join(" "))
        }
    };
    Check::problem("replace-refs", message, help)
}

fn grafts(facts: &Facts) -> Check {
    if !facts.has_grafts {
        return Check::ok("grafts", "git shows every commit with its own parents");
    }
    let message = "git shows other parents than commits have, which `exc` does not";
    Check::problem("grafts", message, "rm \"$(git rev-parse --git-common-dir)/info/grafts\"")
}

/// Whether the branch is there that the policy protects.
fn mainline(site: &Site, found: Result<Found, Failure>, repo: &Repo, facts: &Facts) -> Check {
    let found = match found {
        Ok(found) => found,
        Err(failure) => {
            let hint = failure.hint.clone().unwrap_or_default();
            return Check::unjudged("mainline", failure.to_string(), hint);
        }
    };
    if let (Some(_), [note]) = (&found.mainline, found.notes.as_slice()) {
        let help = format!("write `mainline: {}` into `{}`", found.branch, site.policy_path());
        return Check::note("mainline", note, help);
    }
    if let Some(mainline) = found.mainline {
        let tip = format!("{:.12}", mainline.tip.to_string());
        return Check::ok("mainline", format!("`{}` at {tip}", mainline.name));
    }
    let branch = &found.branch;
    let there: Vec<&str> = facts
        .mainlines
        .iter()
        .map(|it| it.name.strip_prefix("origin/").unwrap_or(&it.name))
        .collect();
    let path = site.policy_path();
    let has_origin = matches!(repo.origin(), Ok(Some(_)));
    if there.is_empty() && !has_origin {
        let message = format!("nothing is on `{branch}` yet, so every record counts as landed");
        let help = format!("git add {} && git commit", to_add(site));
        return Check::note("mainline", message, help);
    }
    let is_of_nothing = has_origin
        && matches!(repo.knows_origin(), Ok(false))
        && matches!(repo.head_branch(), Ok(Some(_)));
    if there.is_empty() && is_of_nothing {
        let message = format!(
            "this clone knows of no branch of `origin`, and so of no `{branch}`: every record counts as landed"
        );
        let help = format!(
            "git fetch origin\nor, if nothing is there yet: git add {} && git commit && git push -u origin {}",
            to_add(site),
            shell_word(&format!("HEAD:refs/heads/{branch}")),
        );
        return Check::note("mainline", message, help);
    }
    let message = format!("the policy's mainline is `{branch}`, and there is no such branch");
    let mut help = Vec::new();
    if has_origin {
        let refs = shell_word(&format!("+refs/heads/{branch}:refs/remotes/origin/{branch}"));
        help.push(format!("git fetch origin {refs}"));
    }
    if let Some(first) = there.first() {
        let or = if has_origin { "or " } else { "" };
        help.push(format!("{or}write `mainline: {first}` into `{path}`"));
    }
    Check::problem("mainline", message, help.join("\n"))
}

/// Whether the newest policy on the mainline is the one by which approvals are judged; none where
/// that cannot be told, which [`history`] says.
fn newest_policy(site: &Site, repo: &Repo, mainline: &Mainline) -> Option<Check> {
    let name = "policy";
    let read = || -> Result<_, git::Error> {
        let chain = repo.chain(mainline.tip)?;
        let landed = Landed::read(repo, &chain, &site.name, Wanted::records(&[]))?;
        Ok(Audit::of_records(&landed, &[], &[]).policies)
    };
    let policies = match read() {
        Ok(policies) => policies,
        Err(git::Error::Missing { .. }) => return None,
        Err(error) => return Some(Check::unjudged(name, error.to_string(), error.hint())),
    };
    if policies.is_unknown() {
        return None;
    }
    let newest = policies.revisions.last()?;
    if !policies.is_unsettled() {
        return Some(Check::ok(name, format!("the newest one on `{}` is in force", mainline.name)));
    }
    let message = format!(
        "nobody approved the newest one, of {} on `{}`: an older one says who may approve, and what counts",
        short(newest.commit),
        mainline.name
    );
    let help = format!("exc approve {POLICY_ID}\n`exc audit` says what is missing");
    Some(Check::problem(name, message, help))
}

/// Whether this clone knows what no pull request can move: without it, the policy at hand alone says
/// which branch is the mainline.
fn default_branch(repo: &Repo) -> Option<Check> {
    let name = "default-branch";
    if !matches!(repo.origin(), Ok(Some(_))) {
        return None;
    }
    let help = "git remote set-head origin --auto";
    Some(match repo.default_branch() {
        Ok(Some(branch)) => match repo.mainline(&branch) {
            Ok(Some(_)) => return None,
            Ok(None) => {
                let message = format!("`origin/HEAD` names `{branch}`, which is no branch here");
                Check::note(name, message, help)
            }
            Err(error) => Check::unjudged(name, error.to_string(), error.hint()),
        },
        Ok(None) => {
            let message = "this clone does not know the default branch of `origin`, so the policy at hand says which branch is the mainline";
            Check::note(name, message, help)
        }
        Err(error) => Check::unjudged(name, error.to_string(), error.hint()),
    })
}

/// What of a register a first commit takes in, as words for a shell: the register, and what `exc init`
/// writes besides.
fn to_add(site: &Site) -> String {
    let around = site.name.rsplit_once('/').map_or("", |(around, _)| around);
    let besides = [
        join(around, "schemas"),
        attributes::FILE.to_owned(),
        ".github".to_owned(),
        ".gitlab".to_owned(),
    ];
    let besides = besides.into_iter().filter(|name| site.root.join(name).exists());
    let all = [site.name.clone()].into_iter().chain(besides);
    all.map(|name| shell_word(&name)).collect::<Vec<_>>().join(" ")
}
