//! What the mainline's history says about records, for those who only look: from the cache where
//! that holds, else from the history itself, which then is kept.

use std::fs::File;
use std::sync::Arc;

use chrono::NaiveDate;

use super::cache::{Cache, CacheArgs, tree_of};
use super::mainline::{self, Landed};
use super::settled::{Found, Settled};
use super::trail::{self, HistoryArgs, Story};
use super::{Failure, Globals, Workspace, audit};
use crate::env::Env;
use crate::git::{Mainline, ObjectId, Repo};
use crate::history::{self, About, Audit, Kept, Life, Standing, Trail, Verdict, Wanted};
use crate::model::window::Status;
use crate::policy::Policy;
use crate::render::Listed;
use crate::source::{self, Record};

/// The verdicts of a register, or of one of its records.
pub(crate) enum Verdicts {
    Kept(Box<Memory>),
    Read(Box<(Story, Audit)>),
    /// This clone lacks the beginning of the history, so that of no record anything is known.
    Cut(Box<Found>, Mainline, NaiveDate),
}

/// What was judged before.
pub(crate) struct Memory {
    repo: Repo,
    mainline: Mainline,
    found: Found,
    today: NaiveDate,
    kept: Kept<File>,
    /// That of the record which is asked for, if there ever was one.
    trail: Option<Trail>,
}

/// A mainline as a page names it.
pub(crate) struct Source<'a> {
    pub(crate) mainline: &'a Mainline,
    pub(crate) is_complete: bool,
    pub(crate) today: NaiveDate,
}

impl Verdicts {
    pub(crate) fn read(
        workspace: &Workspace,
        args: &HistoryArgs,
        cache: CacheArgs,
        wanted: Wanted<'_>,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Self> {
        let mut found = trail::find(&trail::repository(workspace)?, workspace, args)?;
        loop {
            let verdicts = Self::of(&found, workspace, args, cache, wanted, globals, env)?;
            match verdicts.settle(args, &workspace.name)? {
                Settled::Moves(other) => found = other,
                Settled::Stays(found) => {
                    let verdicts = verdicts.because(found);
                    verdicts.keep(workspace, args, cache, audit::now(globals, env))?;
                    return Ok(verdicts);
                }
            }
        }
    }

    /// The same for a branch, whatever is settled there.
    fn of(
        found: &Found,
        workspace: &Workspace,
        args: &HistoryArgs,
        cache: CacheArgs,
        wanted: Wanted<'_>,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Self> {
        let now = audit::now(globals, env);
        let name = &workspace.name;
        let cache = place(workspace, args, cache)?;
        if let Some(cache) = &cache
            && let Some(memory) = Memory::of(workspace, found, cache, wanted, now, env)?
        {
            if globals.verbose {
                globals.note(env, "history: as it was judged before, from the cache");
            }
            return Ok(Self::Kept(Box::new(memory)));
        }
        let repo = trail::repository(workspace)?;
        let (mainline, chain, today) = trail::chain(&repo, found, args, env)?;
        let found = found.clone();
        let cache = cache.filter(|_| chain.missing.is_none());
        // What is kept is all of it.
        let wanted = if cache.is_some() { Wanted::Everything } else { wanted };
        if chain.missing.is_some() && wanted.is_everything() {
            return Ok(Self::Cut(Box::new(found), mainline, today));
        }
        let of = (&**name, wanted);
        let story = Story::of(repo, (found, mainline), chain, today, of, globals, env)?;
        let audit = match wanted {
            Wanted::Everything | Wanted::Beside(_) => Audit::to_read(&story.landed, &[]),
            Wanted::Records { ids, .. } => Audit::of_records(&story.landed, ids, &[]),
        };
        Ok(Self::Read(Box::new((story, audit))))
    }

    /// Keeps what was read, now that it is known to be of the mainline.
    fn keep(
        &self,
        workspace: &Workspace,
        args: &HistoryArgs,
        cache: CacheArgs,
        now: Option<i64>,
    ) -> Result<(), Failure> {
        if let Self::Read(read) = self
            && let (story, audit) = &**read
            && let Some(cache) = place(workspace, args, cache)?
            && let Some(about) = about(story, audit, &workspace.name, now)
        {
            cache.keep(about, audit);
        }
        Ok(())
    }

    /// The same for those who have something to say without it: none where nothing could tell.
    pub(crate) fn if_any(
        workspace: &Workspace,
        args: &HistoryArgs,
        cache: CacheArgs,
        wanted: Wanted<'_>,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Option<Self>> {
        let Some(repo) = mainline::repository(workspace)? else { return Ok(None) };
        if Found::read(&repo, workspace)?.mainline.is_none() {
            return Ok(None);
        }
        Self::read(workspace, args, cache, wanted, globals, env).map(Some)
    }

    /// What the settled policy makes of the branch's being the mainline.
    fn settle(&self, args: &HistoryArgs, folder: &str) -> Result<Settled, Failure> {
        match self {
            Self::Kept(memory) => {
                let settled: Vec<Arc<Policy>> = self.policy().into_iter().collect();
                memory.found.clone().settle(&settled, &memory.repo)
            }
            Self::Read(read) => trail::settle(&read.0, read.1.policies.in_force(), args, folder),
            Self::Cut(found, ..) => Ok(Settled::Stays((**found).clone())),
        }
    }

    /// The same, with why it is of this branch.
    fn because(mut self, reason: Found) -> Self {
        match &mut self {
            Self::Kept(memory) => memory.found = reason,
            Self::Read(read) => read.0.found = reason,
            Self::Cut(found, ..) => **found = reason,
        }
        self
    }

    /// Why it is of this branch.
    pub(crate) fn found(&self) -> &Found {
        match self {
            Self::Kept(memory) => &memory.found,
            Self::Read(read) => &read.0.found,
            Self::Cut(found, ..) => found,
        }
    }

    pub(crate) fn trail(&self, id: &str) -> Option<&Trail> {
        match self {
            Self::Kept(memory) => memory.trail.as_ref().filter(|trail| trail.id == id),
            Self::Read(read) => read.1.trail(id),
            Self::Cut(..) => None,
        }
    }

    /// The policy by which the next approval is judged.
    pub(crate) fn policy(&self) -> Option<Arc<Policy>> {
        match self {
            Self::Kept(memory) => {
                let (path, blob) = memory.kept.about().policy.as_ref()?;
                history::read_policy(&memory.repo, path, *blob)
            }
            Self::Read(read) => read.1.policies.settled().cloned(),
            Self::Cut(..) => None,
        }
    }

    /// Every id that ever was.
    pub(crate) fn ids(&self) -> Vec<&str> {
        match self {
            Self::Kept(memory) => memory.kept.ids().collect(),
            Self::Read(read) => read.1.ids.iter().map(String::as_str).collect(),
            Self::Cut(..) => Vec::new(),
        }
    }

    /// Where it comes from.
    pub(crate) fn source(&self) -> Source<'_> {
        match self {
            Self::Kept(memory) => {
                let Memory { mainline, today, .. } = &**memory;
                Source { mainline, is_complete: true, today: *today }
            }
            Self::Read(read) => {
                let Story { mainline, today, landed, .. } = &read.0;
                Source { mainline, is_complete: landed.is_whole(), today: *today }
            }
            Self::Cut(_, mainline, today) => Source { mainline, is_complete: false, today: *today },
        }
    }

    /// What whoever reads them should know about what they stand on.
    pub(crate) fn notes(&self, now: Option<i64>) -> Result<Vec<String>, Failure> {
        match self {
            Self::Kept(memory) => {
                trail::notes(&memory.repo, &memory.found, None, &memory.kept.about().odd)
            }
            Self::Read(read) => read.0.notes(now),
            Self::Cut(found, ..) => Ok(found.notes.clone()),
        }
    }

    /// The verdict on a record that is at hand, and whether it is in force.
    pub(crate) fn judge(
        &self,
        record: &Record,
        status: Status,
        landed: &Landed,
    ) -> (Option<Verdict>, Option<bool>) {
        let id = &record.exception.id;
        let standing = match self {
            Self::Kept(memory) => memory.kept.standing(id),
            Self::Read(read) => read.1.trail(id).map(Trail::standing),
            Self::Cut(..) => {
                let unknown = Standing { verdict: Verdict::Indeterminate, text: None };
                Some(unknown).filter(|_| landed.has(id))
            }
        };
        let verdict = standing.map(|it| it.verdict);
        (verdict, is_in_force(record, status, standing, landed, self.repo()))
    }

    /// What reports count in the history of each record, by id; none where the history is not all
    /// there.
    pub(crate) fn lives(&mut self) -> Option<Vec<Life>> {
        match self {
            Self::Kept(memory) => memory.kept.lives(),
            Self::Read(read) if read.0.landed.is_whole() => Some(read.1.lives()),
            Self::Read(_) | Self::Cut(..) => None,
        }
    }

    fn repo(&self) -> Option<&Repo> {
        match self {
            Self::Kept(memory) => Some(&memory.repo),
            Self::Read(read) => Some(&read.0.repo),
            Self::Cut(..) => None,
        }
    }
}

/// Whether a record is in force, by what the mainline holds of it.
pub(crate) fn is_in_force(
    record: &Record,
    status: Status,
    standing: Option<Standing>,
    landed: &Landed,
    repo: Option<&Repo>,
) -> Option<bool> {
    history::is_in_force(status, standing.map(|it| it.verdict), || {
        if landed.is_unchanged(record) {
            return Some(true);
        }
        let path = record.file().path();
        let approved = history::read_text(repo?, path, standing?.text?)?;
        let text = source::load_unchecked(record.file())?;
        Some(history::is_covered(&approved, &text))
    })
}

/// Where verdicts are kept, if they are.
fn place(
    workspace: &Workspace,
    args: &HistoryArgs,
    cache: CacheArgs,
) -> Result<Option<Cache>, Failure> {
    if !args.is_of_today() || cache.no_cache {
        return Ok(None);
    }
    Ok(mainline::repository(workspace)?.and_then(|repo| Cache::of(&repo, &workspace.name)))
}

/// The verdicts, or one note on why there are none: that is no reason to list nothing.
pub(crate) fn known(
    verdicts: anyhow::Result<Option<Verdicts>>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Option<Verdicts> {
    verdicts.unwrap_or_else(|error| {
        let text = format!("note: which exceptions are in force is not known: {error}");
        globals.note(env, &text);
        None
    })
}

/// Says what the history has to say about a record that is about to be printed.
pub(crate) fn judge(
    listed: &mut Listed<'_>,
    record: &Record,
    verdicts: Option<&Verdicts>,
    landed: &Landed,
) {
    (listed.verdict, listed.in_force) = match verdicts {
        Some(verdicts) => verdicts.judge(record, listed.status, landed),
        None => (None, history::is_in_force(listed.status, None, || None)),
    };
}

impl Memory {
    /// What the cache holds, if it is what the history says and has all that is wanted.
    fn of(
        workspace: &Workspace,
        found: &Found,
        cache: &Cache,
        wanted: Wanted<'_>,
        now: Option<i64>,
        env: &Env<'_>,
    ) -> anyhow::Result<Option<Self>> {
        let Some(repo) = mainline::repository(workspace)? else { return Ok(None) };
        let mainline = found.demand()?.clone();
        let Some(mut kept) = cache.open(&repo, mainline.tip, now) else { return Ok(None) };
        let trail = match wanted {
            Wanted::Records { ids: [id], .. } if kept.standing(id).is_some() => {
                let trail = kept.trail(id, |path, blob| history::read_text(&repo, path, blob));
                let Some(trail) = trail else { return Ok(None) };
                Some(trail)
            }
            Wanted::Records { ids: [_], .. } | Wanted::Everything | Wanted::Beside(_) => None,
            Wanted::Records { .. } => return Ok(None),
        };
        let (found, today) = (found.clone(), env.today);
        Ok(Some(Self { repo, mainline, found, today, kept, trail }))
    }
}

/// What is kept of a history, if it can be: it is whole, and nothing of it is yet to come.
fn about(story: &Story, audit: &Audit, folder: &str, now: Option<i64>) -> Option<About> {
    let latest = story.landed.clock.latest();
    if !story.landed.is_whole() || now.is_some_and(|now| latest > now) {
        return None;
    }
    let tip = story.mainline.tip;
    let tree = tree_of(&story.repo, tip, folder).ok()?;
    let policy = audit.policies.settled().and_then(|policy| {
        let file = policy.file();
        Some((file.path().to_owned(), ObjectId::of_file(file.text().as_bytes())?))
    });
    let odd = story.odd(None);
    Some(About { folder: folder.to_owned(), tip, tree, policy, latest, odd })
}
