//! What landed on the mainline, and the texts that did: all that verdicts are made from.
//!
//! The only file of the history that reads a repository; everything below it is pure over these
//! values. Records are found by the id that stands in them, wherever their file lies.
//!
//! Invariant: an object that this clone lacks is said to be missing; nothing takes its place.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::clock::Clock;
use super::filed::approved_id;
use crate::git::{
    Chain, Commit, Contributors, Error, FileChange, Mode, ObjectId, Repo, Side, Touch,
};
use crate::register::{APPROVALS, MAX_POLICY_SIZE, MAX_RECORD_SIZE, POLICY_FILE};
use crate::source::{self, Record};
use crate::text::SourceFile;

/// What happened to a register on the mainline.
pub(crate) struct Landed {
    /// The commits that changed something in the register, oldest first.
    pub(crate) landings: Vec<Landing>,
    /// A commit of the mainline that this clone lacks: what happened before is not known.
    pub(crate) missing: Option<ObjectId>,
    pub(crate) clock: Clock,
    pub(super) texts: HashMap<ObjectId, Text>,
}

/// A commit of the mainline that changed something in the register.
pub(crate) struct Landing {
    pub(crate) commit: Commit,
    /// Its place on the mainline, from the oldest that is known, 0.
    pub(crate) position: usize,
    /// Everything that the register holds, since the commit before it is missing.
    pub(crate) is_boundary: bool,
    pub(super) policy: Option<Changed>,
    pub(super) records: Vec<Changed>,
    pub(super) approvals: Vec<Changed>,
    /// Who wrote what landed, by path.
    pub(super) contributors: BTreeMap<Vec<u8>, Contributors>,
}

/// A file before and after.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    /// From the root of the repository.
    pub(super) path: String,
    pub(super) before: Option<ObjectId>,
    pub(super) after: Option<ObjectId>,
}

/// What a file says.
pub(super) enum Text {
    Record(Arc<Record>),
    /// A file that is no record: a policy, an approval.
    Bytes(Vec<u8>),
    /// The reason is for people.
    Unreadable(String),
    Missing,
}

/// What is asked of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted<'a> {
    Everything,
    /// The texts of one record and the policies; others are read only as far as it takes to see
    /// that they are none of this record.
    Record(&'a str),
}

impl Landed {
    /// Reads the history of the register in `folder` that ends at the newest commit of a chain.
    pub(crate) fn read(
        repo: &Repo,
        chain: &Chain,
        folder: &str,
        wanted: Wanted<'_>,
    ) -> Result<Self, Error> {
        let landings = repo.landings(chain)?;
        let n_links = chain.links.len();
        let position: HashMap<ObjectId, usize> =
            chain.links.iter().enumerate().map(|(at, link)| (link.id, n_links - 1 - at)).collect();
        let mut touches = Vec::new();
        if let (Some(_), Some(oldest)) = (chain.missing, chain.links.last()) {
            let alone = Chain { links: vec![oldest.clone()], missing: None };
            touches = repo.changes_on(&alone, folder)?;
        }
        let n_boundary = touches.len();
        touches.extend(repo.changes_on(chain, folder)?);
        let mut read = Vec::with_capacity(touches.len());
        for (index, touch) in touches.iter().enumerate() {
            let commit = repo.commit(touch.commit)?;
            let position = position.get(&touch.commit).copied().unwrap_or_default();
            read.push(Landing::new(commit, position, index < n_boundary, touch, folder));
        }
        let texts = read_texts(repo, &read, wanted)?;
        let is_asked = |landing: &Landing| !landing.is_boundary && landing.is_about(wanted, &texts);
        let (asked, touches): (Vec<&mut Landing>, Vec<Touch>) =
            read.iter_mut().zip(touches).filter(|(landing, _)| is_asked(landing)).unzip();
        let contributors = repo.contributors(&landings, &touches, folder)?;
        for (landing, contributors) in asked.into_iter().zip(contributors) {
            let named = |(path, people): (Vec<u8>, _)| (shown(&path).into_bytes(), people);
            landing.contributors = contributors.into_iter().map(named).collect();
        }
        let clock = Clock::new(chain.links.iter().rev().map(|link| link.header.claimed()));
        Ok(Self { landings: read, missing: chain.missing, clock, texts })
    }

    /// The same, where nothing can have been made after `now`.
    pub(crate) fn until(self, now: i64) -> Self {
        Self { clock: self.clock.until(now), ..self }
    }

    /// The approvals of a record that ever landed, oldest first, each with its path.
    pub(crate) fn approvals_of(&self, id: &str) -> Vec<(&str, &[u8])> {
        let landed = self.landings.iter().flat_map(|landing| &landing.approvals);
        let own = landed.filter(|it| approved_id(&it.path) == Some(id));
        own.filter_map(|it| Some((it.path.as_str(), self.bytes(it.after?)?))).collect()
    }

    pub(super) fn record(&self, blob: ObjectId) -> Option<&Arc<Record>> {
        match self.texts.get(&blob) {
            Some(Text::Record(record)) => Some(record),
            _ => None,
        }
    }

    pub(super) fn bytes(&self, blob: ObjectId) -> Option<&[u8]> {
        match self.texts.get(&blob) {
            Some(Text::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Why a text cannot be judged, in words for people.
    pub(super) fn why_unreadable(&self, blob: ObjectId) -> String {
        match self.texts.get(&blob) {
            Some(Text::Unreadable(reason)) => reason.clone(),
            _ => format!("this clone lacks the object {blob}"),
        }
    }

    /// The id that a text states.
    pub(super) fn id_in(&self, blob: ObjectId) -> Option<&str> {
        let stated = self.record(blob).map(|record| record.exception.id.as_str());
        stated.filter(|id| !id.is_empty())
    }
}

impl Landing {
    fn new(
        commit: Commit,
        position: usize,
        is_boundary: bool,
        touch: &Touch,
        folder: &str,
    ) -> Self {
        let mut landing = Self {
            commit,
            position,
            is_boundary,
            policy: None,
            records: Vec::new(),
            approvals: Vec::new(),
            contributors: BTreeMap::new(),
        };
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
                landing.policy = Some(changed);
            } else if below.starts_with(&format!("{APPROVALS}/")) {
                landing.approvals.push(changed);
            } else if below.ends_with(".yaml") {
                landing.records.push(changed);
            }
        }
        landing
    }
}

impl Landing {
    /// The paths that its branches wrote and left again: a record may have stood there.
    pub(super) fn left_again(&self) -> impl Iterator<Item = &str> {
        let landed: HashSet<&str> = self
            .records
            .iter()
            .chain(&self.approvals)
            .chain(&self.policy)
            .map(|changed| changed.path.as_str())
            .collect();
        let paths = self.contributors.keys().filter_map(|path| std::str::from_utf8(path).ok());
        paths.filter(move |path| !landed.contains(path) && path.ends_with(".yaml"))
    }

    /// Whether it is worth knowing who wrote what landed: it has to do with a policy, or with a
    /// record that is asked for.
    fn is_about(&self, wanted: Wanted<'_>, texts: &HashMap<ObjectId, Text>) -> bool {
        let Wanted::Record(id) = wanted else { return true };
        let is_own = |changed: &Changed| {
            let sides = [changed.before, changed.after];
            let texts = sides.iter().flatten().map(|blob| texts.get(blob));
            // What is not known may be its own, and so may what stands under its name.
            stem(&changed.path) == id
                || texts.into_iter().any(|text| match text {
                    Some(Text::Record(record)) => record.exception.id == id,
                    Some(Text::Bytes(_)) => false,
                    Some(Text::Unreadable(_) | Text::Missing) | None => true,
                })
        };
        self.policy.is_some() || self.records.iter().any(is_own)
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
    name.strip_suffix(".yaml").unwrap_or(name)
}

/// A file to be read, once.
struct Pending<'a> {
    blob: ObjectId,
    path: &'a str,
    is_record: bool,
}

/// Files that are read before they are parsed together, which bounds what is held at once.
const BATCH: usize = 4096;

fn read_texts(
    repo: &Repo,
    landings: &[Landing],
    wanted: Wanted<'_>,
) -> Result<HashMap<ObjectId, Text>, Error> {
    let mut known = HashSet::new();
    let mut pending = Vec::new();
    for landing in landings {
        let others = landing.policy.iter().chain(&landing.approvals);
        let files = landing.records.iter().map(|it| (it, true)).chain(others.map(|it| (it, false)));
        for (changed, is_record) in files {
            // What was there before has landed before, but for a boundary, which holds it all.
            if let Some(blob) = changed.after.filter(|blob| known.insert(*blob)) {
                pending.push(Pending { blob, path: &changed.path, is_record });
            }
        }
    }
    let mut texts = HashMap::with_capacity(pending.len());
    for batch in pending.chunks(BATCH) {
        let mut read = Vec::with_capacity(batch.len());
        for file in batch {
            let limit = if file.is_record { MAX_RECORD_SIZE } else { MAX_POLICY_SIZE };
            let bytes = match repo.blob(file.blob, limit) {
                Ok(Some(bytes)) => Ok(bytes),
                Ok(None) => Err(Text::Unreadable(format!("it has more than {limit} bytes"))),
                Err(Error::Missing { .. }) => Err(Text::Missing),
                Err(error) => return Err(error),
            };
            read.push((file, bytes));
        }
        let parsed = read.into_par_iter().map(|(file, bytes)| {
            (file.blob, bytes.map_or_else(|text| text, |bytes| text_of(file, bytes, wanted)))
        });
        texts.par_extend(parsed);
    }
    Ok(texts)
}

fn text_of(file: &Pending<'_>, bytes: Vec<u8>, wanted: Wanted<'_>) -> Text {
    if !file.is_record {
        return Text::Bytes(bytes);
    }
    if let Wanted::Record(id) = wanted
        && stem(file.path) != id
        && memchr::memmem::find(&bytes, id.as_bytes()).is_none()
        && memchr::memchr(b'\\', &bytes).is_none()
    {
        return Text::Bytes(Vec::new());
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Text::Unreadable("it is not UTF-8".to_owned());
    };
    let source = Arc::new(SourceFile::new(file.path, text));
    match source::load_unchecked(&source) {
        Some(mut record) => {
            record.shed_tree();
            record.shed_for_history();
            Text::Record(Arc::new(record))
        }
        None => Text::Unreadable("it is not the YAML of a record".to_owned()),
    }
}
