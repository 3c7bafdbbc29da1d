//! Opening registers for a report: their records, what is wrong with them, and what their histories
//! say.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::cache::CacheArgs;
use super::filter::FilterArgs;
use super::mainline::Landed;
use super::trail::HistoryArgs;
use super::verdicts::{self, Verdicts};
use super::{Failure, Globals, Workspace, mainline, trail};
use crate::env::{Env, Outcome};
use crate::finding::Finding;
use crate::history::{Life, Verdict, Wanted};
use crate::model::window::Status;
use crate::register::Register;
use crate::render;
use crate::report::document::{History, Origin};
use crate::report::ledger::{Entry, Holding, Ledger};
use crate::report::naming::Names;
use crate::rules::{self, Context};
use crate::text::shell_word;

/// Registers that have been read, each whole.
pub(crate) struct Registers {
    today: NaiveDate,
    opened: Vec<Opened>,
}

/// One register with its history.
struct Opened {
    workspace: Workspace,
    register: Register,
    /// What is wrong with it, worst first.
    findings: Vec<Finding>,
    origin: Origin,
    /// None where the history is not there, or not all of it.
    lives: Option<Vec<Life>>,
    /// What each record is, in the order of the register.
    standings: Vec<Judged>,
    /// What makes a command be about this register, with a space before it; nothing where there is
    /// no other.
    option: String,
}

/// What a record is, by its days and by what the history says of it.
#[derive(Clone, Copy)]
struct Judged {
    status: Status,
    /// None where git cannot tell.
    in_force: Option<bool>,
    verdict: Option<Verdict>,
}

impl Registers {
    /// Reads all registers that are named, as the mainline held them at the end of `as_of` if that
    /// is given.
    pub(crate) fn open(
        as_of: Option<NaiveDate>,
        cache: CacheArgs,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Self> {
        let each = globals.for_each_register();
        let mut opened = Vec::new();
        for globals in &each {
            opened.push(Opened::read(as_of, cache, globals, env)?);
        }
        if opened.len() > 1 {
            name_apart(&mut opened, &each)?;
        }
        Ok(Self { today: env.today, opened })
    }

    /// The records that pass the filters.
    pub(crate) fn ledger(&self, filter: &FilterArgs) -> Ledger<'_> {
        let holdings = self.opened.iter().map(|it| Holding {
            origin: it.origin.clone(),
            policy: &it.workspace.policy,
            findings: &it.findings,
            lives: it.lives.as_deref(),
        });
        let is_one = self.opened.len() == 1;
        let all = || self.opened.iter().flat_map(|it| it.register.exceptions());
        let owners = Names::of_people(all().map(|it| &it.owner));
        let teams = Names::of(all().map(|it| (0, it.owner.team.as_str())));
        let catalogues = self.opened.iter().flat_map(|it| &it.workspace.policy.controls);
        let controls = catalogues.map(|it| (0, it.id.as_str()));
        let controls = controls.chain(all().flat_map(|it| &it.controls).map(|it| (1, it.as_str())));
        let controls = Names::of(controls);
        let mut entries: Vec<Entry<'_>> = Vec::new();
        for (holding, opened) in self.opened.iter().enumerate() {
            let records = opened.register.records.iter().zip(&opened.standings);
            for (record, &Judged { status, in_force, verdict }) in records {
                let exception = &*record.exception;
                if !filter.admits(exception) {
                    continue;
                }
                let own = match exception.id.as_str() {
                    "" => mainline::stem(record.file().path()),
                    id => id,
                };
                let id = match is_one {
                    true => own.to_owned(),
                    false => format!("{}/{own}", opened.origin.name),
                };
                let (path, policy) = (record.file().path(), &opened.workspace.policy);
                let life = opened.life(&exception.id);
                let controls = exception.controls.iter().map(|it| controls.name(it));
                let mut controls: Vec<String> = controls.collect();
                let mut known = BTreeSet::new();
                controls.retain(|it| known.insert(it.clone()));
                entries.push(Entry {
                    id,
                    exception,
                    path,
                    status,
                    in_force,
                    verdict,
                    life,
                    policy,
                    holding,
                    owner: owners.person(&exception.owner),
                    team: teams.name(&exception.owner.team),
                    controls,
                    option: &opened.option,
                });
            }
        }
        entries.sort_by(|a, b| (&a.id, a.path).cmp(&(&b.id, b.path)));
        Ledger { today: self.today, holdings: holdings.collect(), entries, filters: filter.words() }
    }

    /// Says what whoever reads the report should know, and whether it is complete.
    pub(crate) fn close(
        &self,
        filter: &FilterArgs,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> Outcome {
        let n_records: usize = self.opened.iter().map(|it| it.register.records.len()).sum();
        if n_records > 0 && self.ledger(filter).entries.is_empty() {
            let words = filter.words().join(" ");
            globals.note(env, &format!("note: no record passes `{words}`, closed ones included"));
        }
        let outcome = self.name_unreadable(globals, env);
        if !self.is_cut() {
            return outcome.max(self.name_unknown(filter, globals, env));
        }
        let text = "this clone stops before the history does: what needs it is not known";
        super::tell(env, &format!("error: {text}"));
        globals.note(env, "hint: get the rest of the history: `git fetch --unshallow`");
        Outcome::Error
    }

    /// Says which files could not be read: the report is not complete without them.
    fn name_unreadable(&self, globals: &Globals, env: &mut Env<'_>) -> Outcome {
        let mut outcome = Outcome::Success;
        for opened in &self.opened {
            for path in &opened.register.unreadable {
                super::tell(env, &format!("error: `{path}` could not be read"));
                outcome = Outcome::Error;
            }
        }
        if outcome == Outcome::Error {
            globals.note(env, "hint: `exc check` says where and why");
        }
        outcome
    }

    /// Says of how many records git cannot tell whether they are approved.
    fn name_unknown(&self, filter: &FilterArgs, globals: &Globals, env: &mut Env<'_>) -> Outcome {
        let ledger = self.ledger(filter);
        let n = ledger.open().filter(|it| it.is_unknown()).count();
        if n == 0 {
            return Outcome::Success;
        }
        let records = render::count(n, "record");
        super::tell(env, &format!("error: whether {records} are approved cannot be told"));
        globals.note(env, "hint: `exc audit` says which and why");
        Outcome::Error
    }

    /// Whether a clone lacks the beginning of its history.
    fn is_cut(&self) -> bool {
        let histories = self.opened.iter().filter_map(|it| it.origin.history.as_ref());
        histories.into_iter().any(|history| !history.is_complete)
    }
}

impl Opened {
    fn read(
        as_of: Option<NaiveDate>,
        cache: CacheArgs,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Self> {
        let mut workspace = super::open_or_explain(globals, env)?;
        // The history is that of the mainline which today's policy names. What it says is taken out
        // of it, so that it does not stand beside the register.
        let args = HistoryArgs::of_day(as_of);
        let read = |cache, env: &mut Env<'_>| {
            let all = Wanted::Everything;
            let verdicts = Verdicts::if_any(&workspace, &args, cache, all, globals, env);
            verdicts::known(verdicts, globals, env)
        };
        let mut verdicts = read(cache, env);
        let mut lives = verdicts.as_mut().and_then(Verdicts::lives);
        if lives.is_none() && matches!(verdicts, Some(Verdicts::Kept(_))) {
            // A part of what was kept is damaged.
            verdicts = read(CacheArgs { no_cache: true }, env);
            lives = verdicts.as_mut().and_then(Verdicts::lives);
        }
        let history = verdicts.as_ref().map(|verdicts| {
            let source = verdicts.source();
            History {
                mainline: source.mainline.name.clone(),
                tip: source.mainline.tip.to_string(),
                is_complete: source.is_complete,
            }
        });
        let is_cut = matches!(verdicts, Some(Verdicts::Cut(..)));
        let found = verdicts.as_ref().map(|it| it.found().clone());
        drop(verdicts);
        if let Some(day) = as_of {
            workspace = trail::travel(workspace, day, found.as_ref(), globals, env)?;
        }
        let today = env.today;
        let context = Context { policy: &workspace.policy, today };
        let (register, findings) = rules::judge_whole(&workspace.store, &workspace.name, &context);
        let landed = match as_of {
            Some(_) => Landed::everything(),
            None => Landed::read(&workspace, &register, found.as_ref(), globals, env)?,
        };
        let origin = Origin {
            name: workspace.name.clone(),
            n_records: register.records.len(),
            unreadable: register.unreadable.clone(),
            history,
        };
        let mut opened = Self {
            workspace,
            register,
            findings,
            origin,
            lives,
            standings: Vec::new(),
            option: String::new(),
        };
        opened.standings = opened.judge(&landed, is_cut, today)?;
        Ok(opened)
    }

    /// What each record is, by what the history says of it.
    fn judge(
        &self,
        landed: &Landed,
        is_cut: bool,
        today: NaiveDate,
    ) -> Result<Vec<Judged>, Failure> {
        let repo = mainline::repository(&self.workspace)?;
        let standings = self.register.records.iter().map(|record| {
            let status = landed.status(record, today);
            let standing = self.life(&record.exception.id).map(Life::standing);
            let verdict = match standing {
                None if is_cut && landed.has(&record.exception.id) => Some(Verdict::Indeterminate),
                standing => standing.map(|it| it.verdict),
            };
            let in_force = verdicts::is_in_force(record, status, standing, landed, repo.as_ref());
            Judged { status, in_force, verdict }
        });
        Ok(standings.collect())
    }

    fn life(&self, id: &str) -> Option<&Life> {
        let lives = self.lives.as_ref()?;
        let at = lives.binary_search_by(|life| life.id.as_str().cmp(id)).ok()?;
        lives.get(at)
    }
}

/// Gives each register a name that no other has: that of its repository's folder, or else its path
/// as it was typed.
fn name_apart(opened: &mut [Opened], each: &[Globals]) -> Result<(), Failure> {
    let folders: Vec<String> = opened
        .iter()
        .map(|it| {
            let folder = it.workspace.root.file_name().map(|name| name.to_string_lossy());
            let folder = folder.unwrap_or_default().into_owned();
            match it.workspace.name.as_str() {
                super::REGISTER => folder,
                name => format!("{folder}/{name}"),
            }
        })
        .collect();
    for (at, it) in opened.iter_mut().enumerate() {
        let is_one = folders.iter().filter(|folder| **folder == folders[at]).count() == 1;
        if let Some(typed) = each[at].register() {
            it.option = format!(" --register {}", shell_word(&typed.to_string_lossy()));
        }
        it.origin.name = match each[at].register() {
            Some(typed) if !is_one => typed.to_string_lossy().trim_end_matches('/').to_owned(),
            _ => folders[at].clone(),
        };
    }
    let mut places: Vec<(PathBuf, &str)> = Vec::new();
    for it in opened.iter() {
        let place = it.workspace.root.join(&it.workspace.name);
        let place = std::fs::canonicalize(&place).unwrap_or(place);
        places.push((place, &it.origin.name));
    }
    let same = |(at, it): (usize, &(PathBuf, &str))| {
        places[..at].iter().any(|known| known.0 == it.0 || known.1 == it.1)
    };
    match places.iter().enumerate().find(|it| same(*it)) {
        None => Ok(()),
        Some((_, (_, name))) => Err(Failure::new(format!("`{name}` is named twice"))
            .hint("name each register once with `--register`")),
    }
}
