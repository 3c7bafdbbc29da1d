//! What landed on the mainline, and the texts that did: all that verdicts are made from.
//!
//! The only file of the history that reads a repository; everything below it is pure over these
//! values. Records are found by the id that stands in them, wherever their file lies.
//!
//! Invariant: an object that this clone lacks is said to be missing; nothing takes its place.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use super::clock::Clock;
use super::filed::approved_id;
use super::policies::POLICY_ID;
use super::texts::{self, Draft, Text, Texts, may_reject};
use crate::git::{
    Authorship, Chain, Commit, Completeness, Contributors, Error, FileChange, Mode, ObjectId, Repo,
    Side, Touch,
};
use crate::register::{APPROVALS, POLICY_FILE};
use crate::source::Record;

/// Commits that are looked at to see how changes land.
const MAX_RECENT: usize = 50;

/// What happened to a register on the mainline.
pub(crate) struct Landed {
    /// The commits that changed something in the register, oldest first.
    pub(crate) landings: Vec<Landing>,
    /// A commit of the mainline that this clone lacks: what happened before is not known.
    pub(crate) missing: Option<ObjectId>,
    pub(crate) clock: Clock,
    pub(super) texts: Texts,
    /// The newest commits that changed something in the register, newest first, whether or not that
    /// is asked for.
    pub(super) recent: Vec<Commit>,
    /// What the files of all records are called that ever were.
    pub(super) names: BTreeSet<String>,
}

/// A commit of the mainline that changed something in the register.
pub(crate) struct Landing {
    pub(crate) commit: Commit,
    /// Why what it says of itself is not known; then nobody made it.
    pub(super) malformed: Option<&'static str>,
    /// Its place on the mainline, from the oldest that is known, 0.
    pub(crate) position: usize,
    /// Everything that the register holds, since the commit before it is missing.
    pub(crate) is_boundary: bool,
    pub(super) policy: Option<Changed>,
    pub(super) records: Vec<Changed>,
    pub(super) approvals: Vec<Changed>,
    /// Who wrote what landed, in the order of the paths.
    contributors: Vec<(Vec<u8>, Contributors)>,
    left_again: OnceLock<Vec<String>>,
    /// The texts of records that its branches wrote, where it brought a rejection: it may be about
    /// one of these.
    pub(super) drafts: Vec<Draft>,
}

/// What a commit changed in the register.
#[derive(Default)]
pub(super) struct Files {
    pub(super) policy: Option<Changed>,
    pub(super) records: Vec<Changed>,
    pub(super) approvals: Vec<Changed>,
}

/// A file before and after.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    /// From the root of the repository.
    pub(super) path: String,
    pub(super) before: Option<ObjectId>,
    pub(super) after: Option<ObjectId>,
}

/// A record's file that a commit removed.
pub(crate) struct Removed<'a> {
    pub(crate) commit: ObjectId,
    pub(crate) path: &'a str,
    pub(crate) blob: ObjectId,
    /// The id that its text states, if that was asked for.
    pub(crate) id: Option<&'a str>,
    /// Whether this clone lacks the text.
    pub(crate) is_missing: bool,
}

/// What is asked of a history.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    Everything,
    /// The same, beside records that have been read, by the object of git that each is: what landed
    /// at the path of one with its text is not read again.
    Beside(&'a HashMap<ObjectId, &'a Record>),
    /// The texts of some records and the policies; others are read only as far as it takes to see
    /// that they are none of these.
    Records {
        ids: &'a [&'a str],
        /// Texts that are known to be of other records.
        others: Option<&'a HashSet<ObjectId>>,
    },
}

impl<'a> Wanted<'a> {
    pub(crate) fn records(ids: &'a [&'a str]) -> Self {
        Self::Records { ids, others: None }
    }

    pub(crate) fn is_everything(self) -> bool {
        match self {
            Self::Everything | Self::Beside(_) => true,
            Self::Records { .. } => false,
        }
    }

    /// The record that a text at a path is, if it has been read.
    pub(super) fn known(self, path: &str, blob: ObjectId) -> Option<Record> {
        let Self::Beside(records) = self else { return None };
        let record = records.get(&blob)?;
        (record.file().path() == path).then(|| record.share())
    }

    /// Whether a text is known to be of a record that nobody asks about.
    pub(super) fn is_other(self, blob: ObjectId) -> bool {
        match self {
            Self::Everything | Self::Beside(_) => false,
            Self::Records { others, .. } => others.is_some_and(|others| others.contains(&blob)),
        }
    }
}

impl Landed {
    /// Reads the history of the register in `folder` that ends at the newest commit of a chain.
    pub(crate) fn read(
        repo: &Repo,
        chain: &Chain,
        folder: &str,
        wanted: Wanted<'_>,
    ) -> Result<Self, Error> {
        let mut touches = Vec::new();
        if let (Some(_), Some(oldest)) = (chain.missing, chain.links.last()) {
            let alone = Chain { links: vec![oldest.clone()], missing: None };
            touches = repo.changes_on(&alone, folder)?;
        }
        let n_boundary = touches.len();
        touches.extend(repo.changes_on(chain, folder)?);
        let files: Vec<Files> = touches.iter().map(|touch| Files::of(touch, folder)).collect();
        let texts = Texts::read(repo, &files, wanted)?;
        let names = files.iter().flat_map(|files| &files.records).map(|it| stem(&it.path));
        let names = names.map(str::to_owned).collect();
        let recent = touches.iter().rev().take(MAX_RECENT);
        let recent = recent.map(|touch| Ok(read_commit(repo, touch.commit)?.0));
        let recent = recent.collect::<Result<_, Error>>()?;
        let mut read = Reading::new(repo, chain, folder, wanted)?;
        let mut landings = Vec::new();
        for (index, (touch, files)) in touches.iter().zip(files).enumerate() {
            landings.extend(read.landing(touch, files, index < n_boundary, &texts)?);
        }
        repo.forget_trees();
        let clock = Clock::new(chain.links.iter().rev().map(|link| link.header.claimed()));
        Ok(Self { landings, missing: chain.missing, clock, texts, recent, names })
    }

    /// The same, where nothing can have been made after `now`.
    pub(crate) fn until(self, now: i64) -> Self {
        Self { clock: self.clock.until(now), ..self }
    }

    /// Whether this clone has all that it takes to judge, so that fetching more changes nothing.
    pub(crate) fn is_whole(&self) -> bool {
        let is_missing =
            |(_, it): &(Vec<u8>, Contributors)| matches!(it.completeness, Completeness::Missing(_));
        let mut contributors = self.landings.iter().flat_map(|it| &it.contributors);
        self.missing.is_none() && !contributors.any(is_missing) && self.texts.are_whole()
    }

    /// The approvals of a record that ever landed, oldest first, each with its path.
    pub(crate) fn approvals_of(&self, id: &str) -> Vec<(&str, &[u8])> {
        let landed = self.landings.iter().flat_map(|landing| &landing.approvals);
        let own = landed.filter(|it| approved_id(&it.path) == Some(id));
        own.filter_map(|it| Some((it.path.as_str(), self.texts.bytes(it.after?)?))).collect()
    }

    /// Whether anybody rejected what is asked for.
    pub(super) fn has_rejection(&self) -> bool {
        let brought = self.landings.iter().flat_map(|landing| &landing.approvals);
        let mut bytes = brought.filter_map(|it| self.texts.bytes(it.after?));
        bytes.any(may_reject)
    }

    /// The records' files that were removed, newest first.
    pub(crate) fn removed(&self) -> impl Iterator<Item = Removed<'_>> {
        self.landings.iter().rev().flat_map(|landing| {
            let gone = landing.records.iter().filter(|it| it.after.is_none());
            gone.filter_map(|Changed { path, before, .. }| {
                let blob = (*before)?;
                let is_missing = self.texts.is_missing(blob);
                let (commit, id) = (landing.commit.id, self.id_in(blob));
                Some(Removed { commit, path, blob, id, is_missing })
            })
        })
    }

    /// Whether a text is known to be of a record that nobody asked about.
    pub(super) fn is_other(&self, blob: ObjectId) -> bool {
        matches!(self.texts.get(blob), Some(Text::Other))
    }

    /// The id that a text states.
    pub(super) fn id_in(&self, blob: ObjectId) -> Option<&str> {
        let stated = self.texts.record(blob).map(|record| record.exception.id.as_str());
        stated.filter(|id| !id.is_empty())
    }
}

/// Makes landings of the commits that changed something.
struct Reading<'a> {
    wanted: Wanted<'a>,
    repo: &'a Repo,
    authorship: Authorship<'a>,
    /// The places of the chain's commits, from the oldest.
    position: HashMap<ObjectId, usize>,
}

impl<'a> Reading<'a> {
    fn new(
        repo: &'a Repo,
        chain: &Chain,
        folder: &'a str,
        wanted: Wanted<'a>,
    ) -> Result<Self, Error> {
        let links = chain.links.iter().rev().enumerate();
        let position = links.map(|(position, link)| (link.id, position)).collect();
        let authorship = repo.authorship(repo.landings(chain)?, folder);
        Ok(Self { wanted, repo, authorship, position })
    }

    /// A commit with what it changed; none where that has nothing to do with what is wanted.
    fn landing(
        &mut self,
        touch: &Touch,
        files: Files,
        is_boundary: bool,
        texts: &Texts,
    ) -> Result<Option<Landing>, Error> {
        let is_about = files.is_about(self.wanted, texts);
        if !is_about && !files.has_approvals(self.wanted) {
            return Ok(None);
        }
        let (commit, malformed) = read_commit(self.repo, touch.commit)?;
        let mut contributors = Vec::new();
        if is_about && !is_boundary {
            let named = match malformed {
                Some(reason) => Authorship::of_malformed(touch, reason),
                None => self.authorship.of_landing(touch, &commit)?,
            };
            let named = named.into_iter();
            contributors.extend(named.map(|(path, people)| (shown(&path).into_bytes(), people)));
            contributors.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        let mut drafts = Vec::new();
        let brought = files.approvals.iter().filter_map(|it| texts.bytes(it.after?));
        if brought.into_iter().any(may_reject) {
            drafts = texts::drafts(self.repo, contributors.iter().map(|(path, it)| (path, it)))?;
        }
        let position = self.position.get(&touch.commit).copied().unwrap_or_default();
        let Files { policy, records, approvals } = files;
        Ok(Some(Landing {
            commit,
            malformed,
            position,
            is_boundary,
            policy,
            records,
            approvals,
            contributors,
            left_again: OnceLock::new(),
            drafts,
        }))
    }
}

impl Files {
    fn of(touch: &Touch, folder: &str) -> Self {
        let mut files = Self::default();
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        for FileChange { path, old, new } in &touch.changes {
            let path = shown(path);
            let below = path.strip_prefix(&prefix).unwrap_or(&path).to_owned();
            let changed = Changed { before: file_of(*old), after: file_of(*new), path };
            // A change of the mode alone is no change of the text.
            if changed.before == changed.after {
                continue;
            }
            if below == POLICY_FILE {
                files.policy = Some(changed);
            } else if below.starts_with(&format!("{APPROVALS}/")) {
                files.approvals.push(changed);
            } else if is_record(&below) {
                files.records.push(changed);
            }
        }
        files
    }

    /// Whether they have to do with a policy, or with a record that is asked for.
    fn is_about(&self, wanted: Wanted<'_>, texts: &Texts) -> bool {
        let Wanted::Records { ids, .. } = wanted else { return true };
        let is_own = |changed: &Changed| {
            let sides = [changed.before, changed.after];
            let texts = sides.iter().flatten().map(|blob| texts.get(*blob));
            // What is not known may be its own, and so may what stands under its name.
            ids.contains(&stem(&changed.path))
                || texts.into_iter().any(|text| match text {
                    Some(Text::Record(record)) => ids.contains(&record.exception.id.as_str()),
                    Some(Text::Other | Text::Bytes(_)) => false,
                    Some(Text::Unreadable(_) | Text::Missing) | None => true,
                })
        };
        self.policy.is_some() || self.records.iter().any(is_own)
    }

    /// Whether they approve the policy, or a record that is asked for.
    fn has_approvals(&self, wanted: Wanted<'_>) -> bool {
        let Wanted::Records { ids, .. } = wanted else { return !self.approvals.is_empty() };
        let approved = self.approvals.iter().filter_map(|it| approved_id(&it.path));
        approved.into_iter().any(|id| id == POLICY_ID || ids.contains(&id))
    }
}

impl Landing {
    /// Who wrote what landed at a path.
    pub(super) fn contributors(&self, path: &str) -> Option<&Contributors> {
        let at =
            self.contributors.binary_search_by(|(known, _)| known.as_slice().cmp(path.as_bytes()));
        at.ok().map(|at| &self.contributors[at].1)
    }

    /// The paths that its branches wrote and left again: a record may have stood there. Each record
    /// of a landing asks, so they are looked for once.
    pub(super) fn left_again(&self) -> impl Iterator<Item = &str> {
        let left = self.left_again.get_or_init(|| {
            let changed = self.records.iter().chain(&self.approvals).chain(&self.policy);
            let landed: HashSet<&str> = changed.map(|changed| changed.path.as_str()).collect();
            let paths = self.contributors.iter();
            let paths = paths.filter_map(|(path, _)| std::str::from_utf8(path).ok());
            let left = paths.filter(|path| !landed.contains(path) && is_record(path));
            left.map(str::to_owned).collect()
        });
        left.iter().map(String::as_str)
    }
}

/// A commit, and why what it says of itself is not known: the tree that it brought still is.
fn read_commit(repo: &Repo, id: ObjectId) -> Result<(Commit, Option<&'static str>), Error> {
    match repo.commit(id) {
        Ok(commit) => Ok((commit, None)),
        Err(Error::Malformed { reason, .. }) => {
            Ok((Commit::of_nobody(id, &repo.header(id)?), Some(reason)))
        }
        Err(error) => Err(error),
    }
}

/// A path as text. One that is not UTF-8 begins with what no path holds, so that no two are one.
fn shown(path: &[u8]) -> String {
    match std::str::from_utf8(path) {
        Ok(path) => path.to_owned(),
        Err(_) => format!("\0{}", path.escape_ascii()),
    }
}

/// A link or a submodule holds no text of this register.
fn file_of(side: Option<Side>) -> Option<ObjectId> {
    side.filter(|side| matches!(side.mode, Mode::File | Mode::Executable)).map(|side| side.blob)
}

/// A file's name without folder and ending.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name)
}

/// Whether a file is called like a record: the gate judges both spellings, and so does the trail.
pub(super) fn is_record(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}
