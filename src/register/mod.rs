//! All records of a register, in a directory or in a commit, and what could not be read there.
//!
//! Invariant: nothing in the register's folder is skipped in silence. What is no record has a finding.

mod approvals;
mod faults;
mod listing;
mod merging;
mod store;
mod twins;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::finding::{Finding, Level};
use crate::git::ObjectId;
use crate::model::Exception;
use crate::source::{self, Record, RecordSchema};
use crate::text::SourceFile;

pub(crate) use approvals::{ApprovalFile, approvals};
pub(crate) use faults::{
    COLLIDING_NAMES, EXECUTABLE, NOT_A_FILE, STRAY_FILE, SYMLINK, TOO_LARGE, UNPORTABLE_NAME,
    UNREADABLE,
};
pub(crate) use listing::{Listing, displayed, list};
use store::Reader;
pub(crate) use store::{Entry, Lent, Merge, Readers, Snapshot, Store, open_file};
use twins::Twins;

/// The file that makes a directory a register.
pub(crate) const POLICY_FILE: &str = "policy.yaml";
/// The directory of signed approvals, which are no records.
pub(crate) const APPROVALS: &str = "approvals";
/// Bytes that a record may have.
pub(crate) const MAX_RECORD_SIZE: u64 = 256 * 1024;
/// Bytes that a policy may have.
pub(crate) const MAX_POLICY_SIZE: u64 = 1024 * 1024;

/// All records of a register, in the order of their paths.
#[derive(Debug)]
pub(crate) struct Register {
    /// The directory as people know it, such as `exceptions`.
    pub(crate) name: String,
    pub(crate) records: Vec<Record>,
    /// The objects of git that hold the records, in their order, where a commit was read.
    pub(crate) blobs: Vec<Option<ObjectId>>,
    /// What is wrong with the files themselves.
    pub(crate) findings: Vec<Finding>,
    /// The files that could not be judged.
    pub(crate) unreadable: Vec<String>,
}

/// Reads all records of a register.
pub(crate) fn load(store: &Store, name: &str, schema: &RecordSchema) -> Register {
    read_all(&Readers::of(store), name, schema, None, Look::None).0
}

/// Reads all records of a register. What stands there as in another one of the same name and schema,
/// which has been read with its texts, is taken from that.
pub(crate) fn load_beside(
    other: &Register,
    store: &Store,
    name: &str,
    schema: &RecordSchema,
) -> Register {
    read_all(&Readers::of(store), name, schema, None, Look::Beside(&Twins::of(other))).0
}

/// Reads the records of a register that have one of these paths, and looks into no other folder.
pub(crate) fn load_named(
    store: &Store,
    name: &str,
    schema: &RecordSchema,
    paths: &BTreeSet<String>,
) -> Register {
    read_all(&Readers::of(store), name, schema, Some(paths), Look::None).0
}

/// Reads the records of a register that state one of these ids, and some that do not: of the others
/// no more than the bytes.
pub(crate) fn load_stating(
    store: &Store,
    name: &str,
    schema: &RecordSchema,
    ids: &[String],
) -> Register {
    read_all(&Readers::of(store), name, schema, None, Look::OnlyAt(ids)).0
}

/// What was made of the text of each file, in the order of their paths.
pub(crate) type Texts<T> = Vec<(Arc<SourceFile>, T)>;

/// Looks at the text of each file that may be a record, whatever it says; with what keeps files
/// from being read.
pub(crate) fn each_text<T: Send>(
    store: &Store,
    name: &str,
    is_wanted: impl Fn(&str) -> bool,
    look: impl Fn(&Arc<SourceFile>) -> T + Sync,
) -> (Texts<T>, Vec<Finding>) {
    let readers = Readers::of(store);
    let Listing { mut entries, mut findings } = listing::list_with(&readers, name, None);
    entries.retain(|entry| is_wanted(&entry.name));
    findings.retain(|finding| is_wanted(finding.place.file.path()));
    let read = |reader: &mut Lent<'_>, entry: Entry| {
        let (file, _) = reader.read(&entry, MAX_RECORD_SIZE)?;
        let made = look(&file);
        Ok((file, made))
    };
    let looked: Vec<Result<_, Vec<Finding>>> =
        entries.into_par_iter().map_init(|| readers.lend(), read).collect();
    let mut texts = Vec::new();
    for result in looked {
        match result {
            Ok(text) => texts.push(text),
            Err(found) => findings.extend(found),
        }
    }
    // A file that is no record is none of the reader's business; one that may be is.
    let is_record = |path: &str| path.ends_with(".yaml") || path.ends_with(".yml");
    let read: BTreeSet<&str> = texts.iter().map(|(file, _)| file.path()).collect();
    findings.retain(|it| {
        let path = it.place.file.path();
        it.code.unjudged || (it.level == Level::Error && is_record(path) && !read.contains(path))
    });
    (texts, findings)
}

/// Looks at a record while it is fresh.
type Inspection<'a> = &'a (dyn Fn(&Record) -> Vec<Finding> + Sync);

/// Who looks at each record, and whether its texts are needed after that.
#[derive(Clone, Copy)]
enum Look<'a> {
    None,
    /// Only at what is not known already.
    Beside(&'a Twins<'a>),
    /// Only at what may state one of these ids.
    OnlyAt(&'a [String]),
    ThenShed(Inspection<'a>),
    ThenKeep(Inspection<'a>),
}

/// Reads all records of a register, looks at each, and keeps of it what rules about the
/// whole register need ([`Exception::without_texts`]). Gives what was found besides what is wrong
/// with the files.
pub(crate) fn load_and_inspect(
    store: &Store,
    name: &str,
    schema: &RecordSchema,
    inspect: Inspection<'_>,
) -> (Register, Vec<Finding>) {
    read_all(&Readers::of(store), name, schema, None, Look::ThenShed(inspect))
}

/// The same, with the texts of the records.
pub(crate) fn load_whole_and_inspect(
    store: &Store,
    name: &str,
    schema: &RecordSchema,
    inspect: Inspection<'_>,
) -> (Register, Vec<Finding>) {
    read_all(&Readers::of(store), name, schema, None, Look::ThenKeep(inspect))
}

fn read_all(
    readers: &Readers<'_>,
    name: &str,
    schema: &RecordSchema,
    paths: Option<&BTreeSet<String>>,
    look: Look<'_>,
) -> (Register, Vec<Finding>) {
    let Listing { mut entries, mut findings } = listing::list_with(readers, name, paths);
    entries.retain(|entry| paths.is_none_or(|paths| paths.contains(&entry.name)));
    let blobs: Vec<Option<ObjectId>> = entries.iter().map(Entry::object).collect();
    let (records, found): (Vec<Option<Record>>, Vec<Found>) = entries
        .into_par_iter()
        .map_init(
            || readers.lend(),
            |reader, entry| {
                if let Look::Beside(twins) = look
                    && let Some(record) = twins.of_entry(&entry)
                {
                    return (Some(record), Found::default());
                }
                read_one(reader, &entry, schema, look)
            },
        )
        .unzip();
    let mut all_inspected = Vec::new();
    for (found, inspected) in found {
        findings.extend(found);
        all_inspected.extend(inspected);
    }
    (assemble(name, records, blobs, findings), all_inspected)
}

/// What is wrong with a file, and what an inspection of its record found.
type Found = (Vec<Finding>, Vec<Finding>);

fn read_one(
    reader: &Reader,
    entry: &Entry,
    schema: &RecordSchema,
    look: Look<'_>,
) -> (Option<Record>, Found) {
    let (file, mut findings) = match reader.read(entry, MAX_RECORD_SIZE) {
        Ok(read) => read,
        Err(findings) => return (None, (findings, Vec::new())),
    };
    if let Look::OnlyAt(ids) = look
        && !ids.iter().any(|id| source::may_hold(file.text().as_bytes(), id))
    {
        return (None, (findings, Vec::new()));
    }
    let (mut record, found) = source::load(&file, schema);
    findings.extend(found);
    let mut inspected = Vec::new();
    if let Some(record) = &mut record {
        if let Look::ThenShed(inspect) | Look::ThenKeep(inspect) = look {
            inspected = inspect(record);
        }
        if matches!(look, Look::ThenShed(_)) {
            record.shed_texts();
        }
        record.shed_tree();
    }
    (record, (findings, inspected))
}

/// Reads all records from texts, as if they stood in a directory.
#[cfg(test)]
pub(crate) fn from_files(
    name: &str,
    files: Vec<Arc<SourceFile>>,
    schema: &RecordSchema,
) -> Register {
    let mut files = files;
    files.sort_by(|a, b| a.path().cmp(b.path()));
    let (records, findings): (Vec<_>, Vec<_>) =
        files.par_iter().map(|file| source::load(file, schema)).unzip();
    let blobs = vec![None; records.len()];
    assemble(name, records, blobs, findings.into_iter().flatten().collect())
}

/// Files, in the order of their paths, as one register.
fn assemble(
    name: &str,
    records: Vec<Option<Record>>,
    mut blobs: Vec<Option<ObjectId>>,
    findings: Vec<Finding>,
) -> Register {
    let mut is_record = records.iter().map(Option::is_some);
    blobs.retain(|_| is_record.next().unwrap_or(false));
    #[expect(clippy::filter_map_identity, reason = "unlike `flatten`, this moves no record")]
    let records: Vec<Record> = records.into_iter().filter_map(|record| record).collect();
    let is_unjudged = |finding: &&Finding| finding.code.unjudged;
    let mut unreadable: Vec<String> = findings
        .iter()
        .filter(is_unjudged)
        .map(|finding| finding.place.file.path().to_owned())
        .collect();
    unreadable.sort();
    unreadable.dedup();
    Register { name: name.to_owned(), records, blobs, findings, unreadable }
}

impl Register {
    /// Learns of each record which object of git it is, where that is not known.
    pub(crate) fn learn_blobs(&mut self) {
        let known = self.records.par_iter().zip(&mut self.blobs);
        known.filter(|(_, blob)| blob.is_none()).for_each(|(record, blob)| {
            *blob = ObjectId::of_file(record.file().text().as_bytes());
        });
    }

    /// The records with the objects of git that they are, where those are known.
    pub(crate) fn with_blobs(&self) -> impl Iterator<Item = (&Record, Option<ObjectId>)> {
        self.records.iter().zip(self.blobs.iter().copied())
    }

    /// The records whose exception has not been closed.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| record.exception.is_open())
    }

    /// The open records by their last valid day.
    pub(crate) fn ends(&self) -> BTreeMap<NaiveDate, Vec<&Record>> {
        let mut ends: BTreeMap<NaiveDate, Vec<&Record>> = BTreeMap::new();
        for record in self.open() {
            if let Some(expires) = record.exception.expires {
                ends.entry(expires).or_default().push(record);
            }
        }
        ends
    }

    pub(crate) fn exceptions(&self) -> impl Iterator<Item = &Exception> {
        self.records.iter().map(|record| &*record.exception)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn f6_a_file_that_goes_between_listing_and_opening_is_unjudged_and_the_rest_is_judged() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = |name: &str| directory.path().join(name);
        for name in ["a.yaml", "b.yaml", "c.yaml"] {
            fs::write(path(name), "id: EXC-2026-K7QD\n").expect("a record is written");
        }
        // Whoever is read first takes away the next.
        let inspect = |record: &Record| {
            if record.file().path() == "exceptions/a.yaml" {
                fs::remove_file(path("b.yaml")).expect("the record is listed and not read");
            }
            Vec::new()
        };
        let schema = RecordSchema::new(&[]).expect("the schema is a schema");
        // One thread reads in the order of the names.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let store = Store::Directory(directory.path().to_owned());
        let (register, _) =
            pool.install(|| load_and_inspect(&store, "exceptions", &schema, &inspect));

        let judged: Vec<&str> = register.records.iter().map(|it| it.file().path()).collect();
        assert_eq!(judged, ["exceptions/a.yaml", "exceptions/c.yaml"]);
        assert_eq!(register.unreadable, ["exceptions/b.yaml"]);
        let unjudged = register.findings.iter().find(|it| it.code.unjudged).expect("a finding");
        assert_eq!(unjudged.code.id, "EXC010");
        assert_eq!(unjudged.place.file.path(), "exceptions/b.yaml");
    }

    #[test]
    fn what_states_an_id_is_read_however_it_is_written_and_what_states_another_is_not() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for (name, text) in [
            ("another.yaml", "id: EXC-2026-ZZZZ\n"),
            ("escaped.yaml", "id: \"EXC-2026-\\x4B7QD\"\n"),
            ("folded.yaml", "id: >-\n  EXC-2026-K7QD\n"),
            ("plain.yaml", "id: EXC-2026-K7QD\n"),
            ("quoted.yaml", "id: 'it''s'\n"),
        ] {
            fs::write(directory.path().join(name), text).expect("a record is written");
        }
        let schema = RecordSchema::new(&[]).expect("the schema is a schema");
        let store = Store::Directory(directory.path().to_owned());
        let read = |id: &str| {
            let register = load_stating(&store, "r", &schema, &[id.to_owned()]);
            let records = register.records.iter();
            records.map(|it| it.file().path().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(read("EXC-2026-K7QD"), ["r/escaped.yaml", "r/folded.yaml", "r/plain.yaml"]);
        assert!(read("it's").contains(&"r/quoted.yaml".to_owned()));
    }
}
