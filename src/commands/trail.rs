//! The history of the mainline, as `exc history` and `exc audit` ask for it: which mainline, up to
//! which day, and what about it is to be taken with care.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::proposed::is_in_the_way;
use super::settled::{Found, Settled};
use super::{Failure, Globals, Workspace, findings, mainline, parse_date};
use crate::env::Env;
use crate::git::{Chain, Mainline, NoRevision, ObjectId, Repo};
use crate::history::{self, Anchor, Clock, Landed, Position, Trail, Wanted, end_of, short};
use crate::policy::Policy;
use crate::register::Snapshot;
use crate::render::trail::Open;
use crate::text::SourceFile;

/// Which history is read.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct HistoryArgs {
    /// Read the history of REF [default: the policy's mainline, of `origin` where there is one]
    #[arg(long, value_name = "REF")]
    mainline: Option<String>,
    /// Travel to the end of DATE (UTC): what had landed by then, judged on that day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<NaiveDate>,
}

impl HistoryArgs {
    /// Today's history of a mainline, which may be named.
    pub(crate) fn of_mainline(mainline: Option<&str>) -> Self {
        Self { mainline: mainline.map(str::to_owned), as_of: None }
    }

    /// The history up to a day, if one is named.
    pub(crate) fn of_day(as_of: Option<NaiveDate>) -> Self {
        Self { mainline: None, as_of }
    }

    /// Whether it is the history of the policy's mainline, up to today.
    pub(crate) fn is_of_today(&self) -> bool {
        self.mainline.is_none() && self.as_of.is_none()
    }
}

/// A mainline with all that happened to the register on it.
pub(crate) struct Story {
    pub(crate) repo: Repo,
    /// The tip is that of the day, when one was asked for.
    pub(crate) mainline: Mainline,
    /// Why it is this one.
    pub(crate) found: Found,
    pub(crate) landed: Landed,
    /// The day on which everything is judged.
    pub(crate) today: NaiveDate,
    chain: Chain,
}

/// The repository around a register, which has to be there.
pub(crate) fn repository(workspace: &Workspace) -> Result<Repo, Failure> {
    mainline::repository(workspace)?.ok_or_else(|| {
        let message = format!("`{}` is in no git repository", workspace.root.display());
        Failure::new(message).hint("run it in a clone of the register")
    })
}

/// The commits that lead to a mainline, up to a day if one is asked for.
pub(crate) fn chain(
    repo: &Repo,
    found: &Found,
    args: &HistoryArgs,
    env: &Env<'_>,
) -> Result<(Mainline, Chain, NaiveDate), Failure> {
    if let Some(day) = args.as_of.filter(|day| *day > env.today) {
        let message = format!("{day} has not come yet: today is {}", env.today);
        return Err(Failure::new(message).hint("`--as-of` travels to a day that is over"));
    }
    let mut mainline = found.demand()?.clone();
    let mut chain = repo.chain(mainline.tip)?;
    let today = args.as_of.unwrap_or(env.today);
    if let Some(day) = args.as_of {
        let position = as_of(&chain, &mainline, day)?;
        chain.links.drain(..chain.links.len() - 1 - position);
        mainline.tip = chain.links[0].id;
    }
    Ok((mainline, chain, today))
}

/// What the policies in force in a history make of its branch's being the mainline. On the day that is
/// asked for, the mainline may have had another name, so what counts is what is settled today.
pub(crate) fn settle(
    story: &Story,
    in_force: &[Arc<Policy>],
    args: &HistoryArgs,
    folder: &str,
) -> Result<Settled, Failure> {
    let (repo, found) = (&story.repo, story.found.clone());
    if story.landed.missing.is_some() {
        return Ok(Settled::Stays(found));
    }
    let is_agreed = in_force.last().is_none_or(|policy| found.is(&policy.mainline));
    if args.as_of.is_none() || is_agreed {
        return found.settle(in_force, repo);
    }
    let chain = repo.chain(found.demand()?.tip)?;
    let landed = Landed::read(repo, &chain, folder, Wanted::records(&[]))?;
    found.settle(&history::policies_in_force(&landed), repo)
}

/// The register as the mainline, which may be known, held it at the end of a day, which becomes
/// today.
pub(crate) fn travel(
    workspace: Workspace,
    day: NaiveDate,
    known: Option<&Found>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Workspace> {
    let args = HistoryArgs::of_day(Some(day));
    let (repo, found) = match known {
        Some(found) => (repository(&workspace)?, found.clone()),
        None => {
            let story = Story::read(&workspace, &args, Wanted::records(&[]), globals, env)?;
            (story.repo, story.found)
        }
    };
    found.tell(globals, env);
    let (mainline, ..) = chain(&repo, &found, &args, env)?;
    let name = workspace.name.clone();
    if repo.entry_at(mainline.tip, &name).map_err(Failure::from)?.is_none() {
        let message = format!("there was no `{name}` on `{}` on {day}", mainline.name);
        let hint = format!("`git log {} -- {name}` shows when it came", mainline.name);
        return Err(Failure::new(message).hint(hint).into());
    }
    env.today = day;
    let short = short(mainline.tip);
    globals.note(env, &format!("as of {day} (UTC): `{}` at {short}", mainline.name));
    let snapshot = Snapshot {
        repository: repo.directory().to_owned(),
        commit: mainline.tip,
        folder: name.clone(),
    };
    Ok(workspace.at(snapshot, globals, env))
}

impl Story {
    pub(crate) fn read(
        workspace: &Workspace,
        args: &HistoryArgs,
        wanted: Wanted<'_>,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Self> {
        let mut found = find(&repository(workspace)?, workspace, args)?;
        let story = loop {
            let repo = repository(workspace)?;
            let (mainline, chain, today) = chain(&repo, &found, args, env)?;
            let of = (&*workspace.name, wanted);
            let mut story = Self::of(repo, (found, mainline), chain, today, of, globals, env)?;
            let in_force = history::policies_in_force(&story.landed);
            match settle(&story, &in_force, args, &workspace.name)? {
                Settled::Moves(other) => found = other,
                Settled::Stays(found) => {
                    story.found = found;
                    break story;
                }
            }
        };
        if globals.verbose {
            let Mainline { name, tip } = &story.mainline;
            globals.note(env, &format!("mainline: {name} at {tip}"));
        }
        Ok(story)
    }

    /// The same for the commits of a chain, in the folder of a register, whatever is settled there.
    pub(crate) fn of(
        repo: Repo,
        (found, mainline): (Found, Mainline),
        chain: Chain,
        today: NaiveDate,
        (folder, wanted): (&str, Wanted<'_>),
        globals: &Globals,
        env: &Env<'_>,
    ) -> Result<Self, Failure> {
        let landed = Landed::read(&repo, &chain, folder, wanted)?;
        // Verdicts take much memory, and of the repository only little is read from here on.
        let repo = repo.anew()?;
        let landed = match globals.today {
            None => landed.until(end_of(env.today)),
            Some(_) => landed,
        };
        Ok(Self { repo, mainline, found, landed, today, chain })
    }

    /// The register as the mainline holds it.
    pub(crate) fn snapshot(&self, folder: &str) -> Snapshot {
        Snapshot {
            repository: self.repo.directory().to_owned(),
            commit: self.mainline.tip,
            folder: folder.to_owned(),
        }
    }

    /// What whoever reads the verdicts should know about what they stand on.
    pub(crate) fn notes(&self, now: Option<i64>) -> Result<Vec<String>, Failure> {
        notes(&self.repo, &self.found, self.landed.missing, &self.odd(now))
    }

    /// The commits whose dates cannot be, each with what it claims.
    pub(crate) fn odd(&self, now: Option<i64>) -> Vec<(ObjectId, i64)> {
        let clock = &self.landed.clock;
        let link = |position| &self.chain.links[self.chain.links.len() - 1 - position];
        let odd = clock.odd(now).into_iter();
        odd.map(|position| (link(position).id, clock.claimed(position))).collect()
    }

    /// Reads `SHA@TIME`.
    pub(crate) fn anchor(&self, text: &str) -> Result<Anchor, Failure> {
        let refuse = |reason: &str| {
            Failure::new(format!("`{text}` is no anchor: {reason}")).hint(
                "write it as SHA@TIME, such as 4d53ea6…@2026-11-01T12:00:00Z, or with a day alone",
            )
        };
        let (commit, time) = text.split_once('@').ok_or_else(|| refuse("there is no `@`"))?;
        let day = |text| parse_date(text).ok().map(end_of);
        let instant = |text| DateTime::parse_from_rfc3339(text).ok().map(|it| it.timestamp());
        let moment = day(time).or_else(|| instant(time));
        let moment = moment.ok_or_else(|| refuse("the time is none"))?;
        let links = &self.chain.links;
        let is_named = |id: &ObjectId| id.to_string().starts_with(&commit.to_lowercase());
        if commit.len() < 7 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(refuse("the commit is not the start of a name, of seven digits at least"));
        }
        let named: Vec<usize> = (0..links.len()).filter(|&at| is_named(&links[at].id)).collect();
        match named.as_slice() {
            [] => Ok(Anchor { commit: commit.to_lowercase(), moment, position: None }),
            [at] => Ok(Anchor {
                commit: links[*at].id.to_string(),
                moment,
                position: Some(links.len() - 1 - at),
            }),
            _ => Err(refuse("several commits of the mainline start like that")),
        }
    }
}

/// What is to be said about a clone, and about the dates of its commits.
pub(crate) fn notes(
    repo: &Repo,
    found: &Found,
    missing: Option<ObjectId>,
    odd: &[(ObjectId, i64)],
) -> Result<Vec<String>, Failure> {
    let mut notes = found.notes.clone();
    if let Some(object) = missing {
        notes.push(format!(
            "this clone stops before {}, so nothing is called approved: `git fetch --unshallow`; on GitHub Actions `fetch-depth: 0`, on GitLab `GIT_DEPTH: 0`, on Azure Pipelines `fetchDepth: 0`",
            short(object)
        ));
    }
    for &(commit, claimed) in odd {
        notes.push(format!(
            "{} says {}, which cannot be: its order is taken from the mainline, and its date is not used",
            short(commit),
            moment(claimed)
        ));
    }
    let facts = repo.facts()?;
    if !facts.replace_refs.is_empty() {
        let n = crate::render::count(facts.replace_refs.len(), "replace reference");
        notes.push(format!("this clone has {n} (`git replace -l`), which are ignored"));
    }
    if facts.has_grafts {
        notes.push("this clone has grafts (`info/grafts`), which are ignored".to_owned());
    }
    Ok(notes)
}

/// How a record whose text waits for its approval may get it; `policy` is the settled one.
pub(crate) fn open(
    trail: &Trail,
    policy: &Policy,
    mainline: &Mainline,
    workspace: &Workspace,
    today: NaiveDate,
) -> Option<Open> {
    let way = trail.way_out(policy)?;
    let is_incomplete = trail.text.as_ref().is_some_and(|text| {
        let found = findings::alone_under(policy, text.file(), &workspace.name, today);
        found.iter().any(|it| is_in_the_way(it) && it.code.id.starts_with("EXC1"))
    });
    let own = trail.text.as_ref().map(|text| text.file());
    let is_here = |file: &Arc<SourceFile>| {
        let path = workspace.root.join(file.path());
        // A device or a pipe holds no record.
        let text = path.is_file().then(|| std::fs::read_to_string(path));
        text.and_then(Result::ok)
            .is_some_and(|text| text.replace("\r\n", "\n") == file.text().replace("\r\n", "\n"))
    };
    let is_elsewhere = !own.is_some_and(is_here);
    Some(Open { way, rev: is_elsewhere.then(|| mainline.name.clone()), is_incomplete })
}

/// A moment as people and programs read it.
pub(crate) fn moment(seconds: i64) -> String {
    match DateTime::<Utc>::from_timestamp(seconds, 0) {
        Some(moment) => moment.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        None => format!("{seconds} seconds since 1970"),
    }
}

/// The mainline that is named, or else the one that policies name.
pub(crate) fn find(
    repo: &Repo,
    workspace: &Workspace,
    args: &HistoryArgs,
) -> Result<Found, Failure> {
    if let Some(name) = &args.mainline {
        let tip = repo.resolve(name).map_err(|reason| match reason {
            NoRevision::Unreadable(error) => Failure::from(error),
            _ => Failure::new(format!("there is no revision `{name}`"))
                .hint("`git branch --all` lists branches; `git fetch` gets those of the remote"),
        })?;
        return Ok(Found::named(Mainline { name: name.clone(), tip }));
    }
    Found::read(repo, workspace)
}

/// The place on the mainline at the end of a day.
fn as_of(chain: &Chain, mainline: &Mainline, day: NaiveDate) -> Result<usize, Failure> {
    let clock = Clock::new(chain.links.iter().rev().map(|link| link.header.claimed()));
    let name = |position: usize| {
        let link = &chain.links[chain.links.len() - 1 - position];
        format!("{} ({})", short(link.id), moment(clock.claimed(position)))
    };
    match clock.as_of(end_of(day)) {
        Position::At(position) => Ok(position),
        Position::BeforeAll if chain.missing.is_some() => {
            let message = format!("this clone does not reach back to {day}");
            Err(Failure::new(message).hint("get the rest of the history: `git fetch --unshallow`"))
        }
        Position::BeforeAll => {
            let message = format!("`{}` has no commit of {day} or before", mainline.name);
            let oldest = name(0);
            Err(Failure::new(message).hint(format!("its oldest commit is {oldest}")))
        }
        Position::Between(from, to) => {
            let from = from.map_or_else(|| "nothing".to_owned(), name);
            let message = format!(
                "where `{}` stood on {day} cannot be told: dates of commits contradict each other",
                mainline.name
            );
            let hint = format!(
                "it was {from}, {}, or one between: look at each with `--mainline SHA --today {day}`",
                name(to)
            );
            Err(Failure::new(message).hint(hint))
        }
    }
}
