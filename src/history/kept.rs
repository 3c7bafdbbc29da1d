//! The verdicts of a register as bytes, for a cache: written once, and read again in parts.
//!
//! ```text
//! exc-history 0005 000004632117 9f86d081…       the length of the head, and its SHA-256
//! {"tool":"0.1.0","about":{…},"entries":[…]}     the head: one entry for each record
//! [null,{"id":"EXC-2026-K7QD",…}]…               the trails, found by their entries
//! [{"id":"EXC-2026-K7QD",…}]                      the lives of all records, behind the trails
//! ```
//!
//! Texts are not in it: a trail names the objects of git that hold them. The form belongs to one
//! version of the tool and is promised to nobody.
//!
//! Invariant: what is read is what was written, or nothing. It is a memory and no evidence: whoever
//! can write it can make it say anything, so that nothing which decides may read it.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::audit::Audit;
use super::life::Life;
use super::lineage::Digest;
use super::standing::Standing;
use super::verdict::{Trail, Verdict};
use crate::git::ObjectId;
use crate::source::Record;

/// Changes whenever a verdict or the form may differ from what the same version of the tool wrote.
const FORMAT: &str = "exc-history 0005";
const TOOL: &str = env!("CARGO_PKG_VERSION");
/// Bytes of the first line.
const FIRST_LINE: usize = FORMAT.len() + 1 + 12 + 1 + 64 + 1;
/// Trails that are written at once.
const PART: usize = 256;
/// Bytes that are set aside for a head before any of it has been read.
const FIRST_GUESS: usize = 8 * 1024 * 1024;

/// The history that the verdicts are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    /// The register, from the root of the repository.
    pub(crate) folder: String,
    /// The tip of the mainline.
    pub(crate) tip: ObjectId,
    /// The register's tree at the tip; none where there is none.
    pub(crate) tree: Option<ObjectId>,
    /// The settled policy: its path, and the file that holds it.
    pub(crate) policy: Option<(String, ObjectId)>,
    /// The latest moment that a commit of the mainline claims.
    pub(crate) latest: i64,
    /// The commits whose claims contradict their neighbours, with what they claim.
    pub(crate) odd: Vec<(ObjectId, i64)>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    tool: String,
    about: About,
    /// By id.
    entries: Vec<Entry>,
    lives: Place,
}

/// Bytes behind the head.
#[derive(Serialize, Deserialize)]
struct Place {
    /// Counted from the end of the head.
    at: u64,
    length: u64,
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    id: String,
    verdict: Verdict,
    /// The file that holds the text which stands on the mainline.
    text: Option<ObjectId>,
    /// Where its trail is, counted from the end of the head.
    at: u64,
    length: u64,
    digest: Digest,
}

/// Verdicts that were written before; trails are read when they are asked for.
pub(crate) struct Kept<S> {
    head: Head,
    trails_at: u64,
    source: S,
}

/// Some trails, and how long each of them is.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    places: Vec<(u64, Digest)>,
}

/// Writes the trails of a register, which stand in the order of their ids, in parts that follow each
/// other: as one they would take as much memory again.
pub(crate) fn encode(about: About, audit: &Audit) -> serde_json::Result<Vec<Vec<u8>>> {
    let trails = audit.trails.as_slice();
    let encoded: Vec<Part> =
        trails.par_chunks(PART).map(part).collect::<serde_json::Result<_>>()?;
    let mut at = 0;
    let places = encoded.iter().flat_map(|part| &part.places);
    let entries = trails.iter().zip(places).map(|(trail, &(length, digest))| {
        let Standing { verdict, text } = trail.standing();
        let entry = Entry { id: trail.id.clone(), verdict, text, at, length, digest };
        at += length;
        entry
    });
    let entries = entries.collect();
    let lives = serde_json::to_vec(&audit.lives())?;
    let place = Place { at, length: lives.len() as u64, digest: Digest::of(&lives) };
    let head = Head { tool: TOOL.to_owned(), about, entries, lives: place };
    let head = serde_json::to_vec(&head)?;
    let first_line = format!("{FORMAT} {:012} {}\n", head.len(), Digest::of(&head));
    let trails = encoded.into_iter().map(|part| part.bytes);
    let before = [first_line.into_bytes(), head].into_iter();
    Ok(before.chain(trails).chain([lives]).collect())
}

fn part(trails: &[Trail]) -> serde_json::Result<Part> {
    let mut part = Part::default();
    for trail in trails {
        let start = part.bytes.len();
        serde_json::to_writer(&mut part.bytes, &(place_of_settled(trail), trail))?;
        let own = &part.bytes[start..];
        part.places.push((own.len() as u64, Digest::of(own)));
    }
    Ok(part)
}

/// The revision whose text is the settled one.
fn place_of_settled(trail: &Trail) -> Option<usize> {
    let settled = trail.settled.as_ref()?;
    let is_settled = |text: &Arc<Record>| Arc::ptr_eq(text, settled);
    trail.revisions.iter().rposition(|it| it.text.as_ref().is_some_and(is_settled))
}

impl<S: Read + Seek> Kept<S> {
    /// Reads everything but the trails; none where it is damaged, or written by another version.
    pub(crate) fn open(mut source: S) -> Option<Self> {
        let first_line = exactly(&mut source, FIRST_LINE as u64)?;
        let first_line = std::str::from_utf8(&first_line).ok()?;
        let (length, digest) =
            first_line.strip_prefix(FORMAT)?.strip_prefix(' ')?.trim_end().split_once(' ')?;
        let length: u64 = length.parse().ok()?;
        let head = exactly(&mut source, length)?;
        if Digest::parse(digest) != Some(Digest::of(&head)) {
            return None;
        }
        let head: Head = serde_json::from_slice(&head).ok()?;
        let trails_at = (FIRST_LINE as u64).checked_add(length)?;
        (head.tool == TOOL).then_some(Self { head, trails_at, source })
    }

    /// The trail of a record with its texts, which `read` finds at a path and by their names; none
    /// where something is damaged or missing.
    pub(crate) fn trail(
        &mut self,
        id: &str,
        mut read: impl FnMut(&str, ObjectId) -> Option<Arc<Record>>,
    ) -> Option<Trail> {
        let (at, length, digest) = self.entry(id).map(|it| (it.at, it.length, it.digest))?;
        let bytes = self.part(at, length, digest)?;
        let (settled, mut trail): (Option<usize>, Trail) = serde_json::from_slice(&bytes).ok()?;
        for revision in &mut trail.revisions {
            if let Some(blob) = revision.blob {
                revision.text = Some(read(revision.path.as_deref()?, blob)?);
            }
        }
        trail.text = trail.revisions.last().and_then(|it| it.text.clone());
        trail.settled = match settled {
            Some(at) => Some(trail.revisions.get(at)?.text.clone()?),
            None => None,
        };
        (trail.id == id).then_some(trail)
    }

    /// What reports count in the history of each record, by id; none where it is damaged.
    pub(crate) fn lives(&mut self) -> Option<Vec<Life>> {
        let Place { at, length, digest } = self.head.lives;
        let lives: Vec<Life> = serde_json::from_slice(&self.part(at, length, digest)?).ok()?;
        lives.is_sorted_by(|a, b| a.id < b.id).then_some(lives)
    }

    fn part(&mut self, at: u64, length: u64, digest: Digest) -> Option<Vec<u8>> {
        self.source.seek(SeekFrom::Start(self.trails_at.checked_add(at)?)).ok()?;
        let bytes = exactly(&mut self.source, length)?;
        (Digest::of(&bytes) == digest).then_some(bytes)
    }
}

impl<S> Kept<S> {
    pub(crate) fn about(&self) -> &About {
        &self.head.about
    }

    /// Every id that ever was, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.head.entries.iter().map(|entry| entry.id.as_str())
    }

    pub(crate) fn standing(&self, id: &str) -> Option<Standing> {
        self.entry(id).map(|&Entry { verdict, text, .. }| Standing { verdict, text })
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        let entries = &self.head.entries;
        let at = entries.binary_search_by(|entry| entry.id.as_str().cmp(id)).ok()?;
        entries.get(at)
    }
}

/// The next bytes of a source; none where there are fewer.
fn exactly(source: &mut impl Read, length: u64) -> Option<Vec<u8>> {
    let guess = usize::try_from(length).unwrap_or(FIRST_GUESS).min(FIRST_GUESS);
    let mut bytes = Vec::with_capacity(guess);
    source.take(length).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}
