//! The texts that landed, each read and parsed once.
//!
//! What a text of a file changes in the one before it is found while the trees of both are at hand;
//! what is kept of a record is far less.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::landed::{Files, Wanted, is_record, stem};
use super::lineage::Digest;
use crate::changes::{self, Kind};
use crate::git::{Contributors, Error, ObjectId, Repo};
use crate::register::{MAX_POLICY_SIZE, MAX_RECORD_SIZE};
use crate::source::{self, Record};
use crate::text::SourceFile;

/// Files that are read before they are handed on to be parsed.
const BATCH: usize = 512;
/// Ids that are looked for in the bytes of a text; for more, parsing costs no more.
const MAX_IDS: usize = 64;

/// What a file says.
pub(super) enum Text {
    Record(Arc<Record>),
    /// A file that is no record: a policy, an approval.
    Bytes(Vec<u8>),
    /// A record that nobody asks about.
    Other,
    /// The reason is for people.
    Unreadable(String),
    Missing,
}

/// The texts of a history.
#[derive(Default)]
pub(super) struct Texts {
    records: HashMap<ObjectId, Text>,
    /// The same bytes may stand where a record does and where none does.
    others: HashMap<ObjectId, Text>,
    /// What a text changes in the one before it in its file.
    kinds: HashMap<[ObjectId; 2], Kind>,
}

/// A text that a branch wrote, and may have left again.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(super) content: Digest,
    pub(super) text: Arc<Record>,
}

/// A file to be read.
#[derive(Clone, Copy)]
struct Pending<'a> {
    blob: ObjectId,
    path: &'a str,
    is_record: bool,
}

/// What could be read of a file.
type Read<'a> = (Pending<'a>, Result<Content, Text>);

enum Content {
    Bytes(Vec<u8>),
    /// A record that somebody has read.
    Known(Box<Record>),
}

impl Texts {
    pub(super) fn read(repo: &Repo, files: &[Files], wanted: Wanted<'_>) -> Result<Self, Error> {
        let pending = pending(files);
        let texts = Mutex::new(Self::default());
        let mut result = Ok(());
        // Objects are read here, one after the other, while others parse what has been read.
        rayon::in_place_scope(|scope| {
            let mut batch = Vec::with_capacity(BATCH);
            for file in pending.chunk_by(|a, b| a.path == b.path) {
                for &version in file {
                    match content(repo, version, wanted) {
                        Ok(content) => batch.push((version, content)),
                        Err(error) => return result = Err(error),
                    }
                }
                if batch.len() >= BATCH {
                    let batch = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                    scope.spawn(|_| add(&texts, parsed(batch, wanted)));
                }
            }
            scope.spawn(|_| add(&texts, parsed(batch, wanted)));
        });
        result?;
        Ok(texts.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// What stands where a record does.
    pub(super) fn get(&self, blob: ObjectId) -> Option<&Text> {
        self.records.get(&blob)
    }

    pub(super) fn record(&self, blob: ObjectId) -> Option<&Arc<Record>> {
        match self.get(blob) {
            Some(Text::Record(record)) => Some(record),
            _ => None,
        }
    }

    pub(super) fn bytes(&self, blob: ObjectId) -> Option<&[u8]> {
        match self.others.get(&blob) {
            Some(Text::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    fn of(&mut self, file: Pending<'_>) -> &mut HashMap<ObjectId, Text> {
        if file.is_record { &mut self.records } else { &mut self.others }
    }

    /// Whether this clone has all of them.
    pub(super) fn are_whole(&self) -> bool {
        let texts = self.records.values().chain(self.others.values());
        !texts.into_iter().any(|text| matches!(text, Text::Missing))
    }

    /// Whether this clone lacks a text.
    pub(super) fn is_missing(&self, blob: ObjectId) -> bool {
        matches!(self.get(blob), Some(Text::Missing) | None)
    }

    /// Why a text cannot be judged, in words for people.
    pub(super) fn why_unreadable(&self, blob: ObjectId) -> String {
        match self.get(blob) {
            Some(Text::Unreadable(reason)) => reason.clone(),
            _ => format!("this clone lacks the object {blob}"),
        }
    }

    /// What a text changes in another one, where the two stood in a file one after the other.
    pub(super) fn kind(&self, before: ObjectId, after: ObjectId) -> Option<Kind> {
        self.kinds.get(&[before, after]).copied()
    }
}

/// The text of a record as the history knows it; none where the file is missing or no record.
pub(crate) fn read_text(repo: &Repo, path: &str, blob: ObjectId) -> Option<Arc<Record>> {
    let bytes = repo.blob(blob, MAX_RECORD_SIZE).ok()??;
    let file = Pending { blob, path, is_record: true };
    match kept(record(file, Content::Bytes(bytes), Wanted::Everything).ok()?) {
        Text::Record(record) => Some(record),
        Text::Bytes(_) | Text::Other | Text::Unreadable(_) | Text::Missing => None,
    }
}

/// Whether a file may be a rejection.
pub(super) fn may_reject(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"decision: reject").is_some()
}

/// The texts that commits wrote at the paths of records. What this clone lacks is left out: whoever
/// wrote it is not known either.
pub(super) fn drafts<'a>(
    repo: &Repo,
    writers: impl IntoIterator<Item = (&'a Vec<u8>, &'a Contributors)>,
) -> Result<Vec<Draft>, Error> {
    let mut known = HashSet::new();
    let mut drafts = Vec::new();
    for (path, written) in writers {
        let Some(path) = std::str::from_utf8(path).ok().filter(|it| is_record(it)) else {
            continue;
        };
        let commits: HashSet<ObjectId> = written.people.iter().map(|it| it.commit).collect();
        for commit in commits {
            let bytes = match repo.entry_at(commit, path) {
                Ok(Some(entry)) if entry.mode.is_file() && known.insert(entry.id) => {
                    repo.blob(entry.id, MAX_RECORD_SIZE)
                }
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            let text = match bytes {
                Ok(bytes) => bytes.and_then(|bytes| String::from_utf8(bytes).ok()),
                Err(Error::Missing { .. }) => continue,
                Err(error) => return Err(error),
            };
            let file = text.map(|text| Arc::new(SourceFile::new(path, text)));
            let text = file.and_then(|file| source::load_unchecked(&file)).map(Arc::new);
            drafts.extend(
                text.map(|text| Draft { content: Digest::of(text.file().text().as_bytes()), text }),
            );
        }
    }
    drafts.sort_by(|a, b| a.text.file().text().cmp(b.text.file().text()));
    Ok(drafts)
}

/// The files that landed, each text once: those of a path together, oldest first.
fn pending(files: &[Files]) -> Vec<Pending<'_>> {
    let mut known = HashSet::new();
    let mut pending = Vec::new();
    for Files { policy, records, approvals } in files {
        let others = policy.iter().chain(approvals).map(|it| (it, false));
        for (changed, is_record) in records.iter().map(|it| (it, true)).chain(others) {
            // What was there before has landed before, but for a boundary, which holds it all.
            if let Some(blob) = changed.after.filter(|blob| known.insert((*blob, is_record))) {
                pending.push(Pending { blob, path: &changed.path, is_record });
            }
        }
    }
    pending.sort_by(|a, b| a.path.cmp(b.path));
    pending
}

fn content(
    repo: &Repo,
    file: Pending<'_>,
    wanted: Wanted<'_>,
) -> Result<Result<Content, Text>, Error> {
    if file.is_record && wanted.is_other(file.blob) {
        return Ok(Err(Text::Other));
    }
    if file.is_record
        && let Some(record) = wanted.known(file.path, file.blob)
    {
        return Ok(Ok(Content::Known(Box::new(record))));
    }
    let limit = if file.is_record { MAX_RECORD_SIZE } else { MAX_POLICY_SIZE };
    match repo.blob(file.blob, limit) {
        Ok(Some(bytes)) => Ok(Ok(Content::Bytes(bytes))),
        Ok(None) => Ok(Err(Text::Unreadable(format!("it has more than {limit} bytes")))),
        Err(Error::Missing { .. }) => Ok(Err(Text::Missing)),
        Err(error) => Err(error),
    }
}

fn add(texts: &Mutex<Texts>, more: Texts) {
    let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
    texts.records.extend(more.records);
    texts.others.extend(more.others);
    texts.kinds.extend(more.kinds);
}

fn parsed(batch: Vec<Read<'_>>, wanted: Wanted<'_>) -> Texts {
    let mut texts = Texts::default();
    let mut before: Option<(Pending<'_>, Record)> = None;
    for (file, content) in batch {
        let record = match content.and_then(|content| record(file, content, wanted)) {
            Ok(record) => record,
            Err(text) => {
                texts.of(file).insert(file.blob, text);
                continue;
            }
        };
        if let Some((older, text)) = before.take() {
            if older.path == file.path {
                let kind = changes::compare(Some(&text), Some(&record)).kind;
                texts.kinds.insert([older.blob, file.blob], kind);
            }
            texts.of(older).insert(older.blob, kept(text));
        }
        before = Some((file, record));
    }
    texts.records.extend(before.map(|(file, record)| (file.blob, kept(record))));
    texts
}

/// What stays of a record.
fn kept(mut record: Record) -> Text {
    record.shed_tree();
    record.shed_for_history();
    Text::Record(Arc::new(record))
}

fn record(file: Pending<'_>, content: Content, wanted: Wanted<'_>) -> Result<Record, Text> {
    let bytes = match content {
        Content::Known(record) => return Ok(*record),
        Content::Bytes(bytes) => bytes,
    };
    if !file.is_record {
        return Err(Text::Bytes(bytes));
    }
    if let Wanted::Records { ids, .. } = wanted
        && ids.len() <= MAX_IDS
        && !ids.iter().any(|id| stem(file.path) == *id || source::may_hold(&bytes, id))
    {
        return Err(Text::Other);
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(Text::Unreadable("it is not UTF-8".to_owned()));
    };
    let source = Arc::new(SourceFile::new(file.path, text));
    source::load_unchecked(&source)
        .ok_or_else(|| Text::Unreadable("it is not the YAML of a record".to_owned()))
}
