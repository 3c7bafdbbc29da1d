//! `exc doctor`: what may mislead whoever reads this clone or its register, and what mends it.
//!
//! Invariant: one thing that cannot be judged keeps nothing else back.

pub(super) mod attributes;
mod clone;
pub(super) mod files;
pub(crate) mod owners;
mod people;
pub(super) mod schemas;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use self::files::Files;
use super::workspace::UnusablePolicy;
use super::{Failure, Globals, REGISTER, Workspace, ignored, normal, open, shown_path};
use crate::env::{Env, Outcome};
use crate::git::{self, Repo};
use crate::policy::{Layout, Policy};
use crate::register::{self, POLICY_FILE, Store};
use crate::render::count;
use crate::render::doctor::{self, Check, Status};

/// Records in one folder, past which git walks it slowly.
const MAX_IN_FOLDER: usize = 1_000;

/// Say what may mislead readers of this clone or register, and what mends it
///
/// Looks at the clone (missing history or objects, replaced commits, the mainline), at lines of `.gitattributes` that change how records are read, shown or merged, at the people and keys of the policy, at who is asked to review, and at the schemas by which editors go. Works also where `exc check` refuses.
///
/// Exit codes: 0 all fine or notes only, 1 there is a problem, 2 something could not be judged.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for people, worst first
    Text,
    /// Everything, for programs; a promise
    Json,
}

/// What there is to look at.
struct Site {
    /// The root of the repository, or the directory that holds the register.
    root: PathBuf,
    /// The register as people know it.
    name: String,
    store: Option<Store>,
    policy: Option<Policy>,
    repo: Result<Option<Repo>, git::Error>,
    /// The paths of the files that may be records.
    records: Vec<String>,
    /// The root's file of attributes, as the person at the shell would name it.
    attributes: String,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let (site, check) = survey(globals, env);
    let mut checks = vec![check];
    checks.extend(clone::checks(&site));
    if let Some(policy) = &site.policy {
        checks.extend(people::checks(policy, &site.policy_path(), env.today));
    }
    match Files::of(&site) {
        Ok(files) => {
            checks.extend(attributes::checks(&site, &files));
            checks.extend(owners::checks(&site, &files));
            checks.extend(mailmap(&files));
            checks.extend(schemas::checks(&site, &files));
        }
        Err(error) => checks.push(Check::unjudged("files", error.to_string(), error.hint())),
    }
    checks.extend(layout(&site));
    checks.extend(left_out(&site, env));
    checks.sort_by_key(|check| Reverse(check.status));
    let (today, style) = (env.today, globals.style(env));
    globals.print(env, |out| match args.format {
        Format::Text => doctor::text(&checks, today, style, out),
        Format::Json => doctor::json(&checks, today, out),
    })?;
    Ok(match checks.iter().map(|check| check.status).max() {
        Some(Status::Unjudged) => Outcome::Error,
        Some(Status::Problem) => Outcome::Findings,
        Some(Status::Note | Status::Ok) | None => Outcome::Success,
    })
}

impl Site {
    fn policy_path(&self) -> String {
        format!("{}/{POLICY_FILE}", self.name)
    }
}

/// Finds the register and the repository, and says what there is of a register.
fn survey(globals: &Globals, env: &mut Env<'_>) -> (Site, Check) {
    let site = |root: PathBuf, name: String, store: Option<Store>, policy| {
        let repo = Repo::discover(&root);
        let entries = store.as_ref().map(|store| register::list(store, &name).entries);
        let records = entries.into_iter().flatten().map(|entry| entry.name).collect();
        Site { root, name, store, policy, repo, records, attributes: String::new() }
    };
    let (mut site, check) = match open(globals, env) {
        Ok(Ok(Workspace { store, name, root, policy, .. })) => {
            let site = site(root, name, Some(store), Some(policy));
            let n = count(site.records.len(), "record");
            let check = Check::ok("register", format!("`{}` has {n}", site.name));
            (site, check)
        }
        Ok(Err(unusable)) => {
            let UnusablePolicy { store, name, root, findings } = *unusable;
            let reason = findings.first().map_or(String::new(), |it| format!(": {}", it.message));
            let message = format!("`{name}/{POLICY_FILE}` cannot be used{reason}");
            let help = "`exc check` says where, and what fixes it";
            (site(root, name, Some(store), None), Check::unjudged("register", message, help))
        }
        Err(error) => {
            let failure = error.downcast_ref::<Failure>();
            let hint = failure.and_then(|failure| failure.hint.clone()).unwrap_or_default();
            let root = root_around(&normal(&globals.cwd(env)));
            let site = site(root, REGISTER.to_owned(), None, None);
            (site, Check::unjudged("register", error.to_string(), hint))
        }
    };
    site.attributes = shown_path(&site.root.join(attributes::FILE), env);
    (site, check)
}

/// The root of the repository around a directory that holds no register.
fn root_around(cwd: &Path) -> PathBuf {
    cwd.ancestors().find(|root| root.join(".git").exists()).unwrap_or(cwd).to_owned()
}

fn mailmap(files: &Files<'_>) -> Option<Check> {
    let is_there = matches!(files.text(".mailmap"), Ok(Some(_)));
    is_there.then(|| {
        let message = "`.mailmap` renames people in `git log`; `exc` reads what commits say";
        Check::note("mailmap", message, "compare with `git log --no-mailmap`")
    })
}

/// What no commit will hold: the policy, a record that is there, or one that will be.
fn left_out(site: &Site, env: &Env<'_>) -> Option<Check> {
    site.store.as_ref()?;
    let repo = site.repo.as_ref().ok()?.as_ref()?;
    let (policy, new) = (site.policy_path(), format!("{}/EXC-0000-0000.yaml", site.name));
    let known = site.records.iter().map(String::as_str);
    let names = [policy.as_str()].into_iter().chain(known).chain([new.as_str()]);
    match ignored::first(repo, &site.root, names, env) {
        Ok(found) => found.map(|(name, command)| {
            let message = match name == new {
                true => format!("git ignores new records in `{}`", site.name),
                false => format!("git ignores `{name}`, so no commit holds it"),
            };
            Check::problem("ignored", message, command)
        }),
        Err(error) => Some(Check::unjudged("ignored", error.to_string(), error.hint())),
    }
}

/// Git walks a large flat folder slowly.
fn layout(site: &Site) -> Option<Check> {
    let mut n_in: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &site.records {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *n_in.entry(folder).or_default() += 1;
    }
    let (folder, n) = n_in.into_iter().max_by_key(|&(_, n)| n)?;
    if n <= MAX_IN_FOLDER {
        let message = format!("at most {} in one folder", count(n, "record"));
        return Some(Check::ok("layout", message));
    }
    let message = format!("`{folder}` holds {n} records, and git walks large folders slowly");
    let is_split = site.policy.as_ref().is_some_and(|it| it.layout == Layout::YearMonth);
    let help = match is_split {
        true => "move records to folders of their months with `git mv`".to_owned(),
        false => format!(
            "write `layout: year-month` into `{}`: new records then go to a folder of their month",
            site.policy_path()
        ),
    };
    Some(Check::note("layout", message, help))
}
