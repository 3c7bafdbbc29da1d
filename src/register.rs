//! All records under one directory, and what could not be read there.
//!
//! Invariant: nothing in the directory is skipped in silence. What is no record has a finding.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use crate::finding::{Code, Finding, Place};
use crate::model::Exception;
use crate::source::{self, Record, RecordSchema, characters};
use crate::text::{SourceFile, shell_word};

pub(crate) const TOO_LARGE: Code = Code::unjudged("EXC005", "file-too-large");
pub(crate) const STRAY_FILE: Code = Code::error("EXC006", "stray-file").adjustable();
pub(crate) const SYMLINK: Code = Code::unjudged("EXC007", "symlink");
pub(crate) const NOT_A_FILE: Code = Code::unjudged("EXC008", "not-a-regular-file");
pub(crate) const COLLIDING_NAMES: Code = Code::error("EXC009", "colliding-names");
pub(crate) const UNREADABLE: Code = Code::unjudged("EXC010", "unreadable-file");
pub(crate) const EXECUTABLE: Code = Code::warning("EXC022", "executable-file");
pub(crate) const UNPORTABLE_NAME: Code = Code::error("EXC024", "unportable-name");

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
    /// What is wrong with the files themselves.
    pub(crate) findings: Vec<Finding>,
    /// The files that could not be judged.
    pub(crate) unreadable: Vec<String>,
}

/// A file of a register before it is read.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    /// The path as people know it, relative to the root of the repository.
    pub(crate) name: String,
    /// The name's bytes where it is not UTF-8.
    pub(crate) name_bytes: Option<Vec<u8>>,
}

/// The register's files that may be records, and findings for everything else.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) entries: Vec<Entry>,
    pub(crate) findings: Vec<Finding>,
}

/// What a folder of a register is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    /// The register itself: policy and records.
    Top,
    Records,
    /// Signed approvals, which are no records.
    Approvals,
}

/// Lists a register directory, whose policy file and approvals are left out. `name` is how people
/// know the directory.
pub(crate) fn list(directory: &Path, name: &str) -> Listing {
    let mut listing = Listing::default();
    let top = Folder { path: directory.to_owned(), name: name.to_owned(), area: Area::Top };
    let mut pending = vec![top];
    while !pending.is_empty() {
        let listed: Vec<(Listing, Vec<Folder>)> =
            std::mem::take(&mut pending).par_iter().map(list_folder).collect();
        for (folder, below) in listed {
            listing.entries.extend(folder.entries);
            listing.findings.extend(folder.findings);
            pending.extend(below);
        }
    }
    listing.entries.par_sort_unstable_by(|a, b| a.name.cmp(&b.name));
    listing.names();
    listing
}

/// A folder of a register that is still to be listed.
struct Folder {
    path: PathBuf,
    name: String,
    area: Area,
}

/// The files of one folder, and the folders in it.
fn list_folder(folder: &Folder) -> (Listing, Vec<Folder>) {
    let mut listing = Listing::default();
    let mut below = Vec::new();
    let children = fs::read_dir(&folder.path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let children = match children {
        Ok(children) => children,
        Err(error) => {
            listing.findings.push(unreadable(&nameless(&folder.name), &error));
            return (listing, below);
        }
    };
    for child in children {
        let file_name = child.file_name();
        let (name, name_bytes) = displayed(&folder.name, &file_name);
        let entry = Entry { path: child.path(), name, name_bytes };
        let is_top = folder.area == Area::Top;
        match child.file_type() {
            Err(error) => listing.findings.push(unreadable(&entry.source(""), &error)),
            Ok(kind) if is_top && file_name == POLICY_FILE && kind.is_file() => {}
            Ok(kind) if kind.is_dir() => {
                let area = match folder.area {
                    Area::Top if file_name == APPROVALS => Area::Approvals,
                    Area::Top => Area::Records,
                    area => area,
                };
                below.push(Folder { path: entry.path, name: entry.name, area });
            }
            Ok(kind) => listing.add(entry, kind, folder.area),
        }
    }
    (listing, below)
}

/// Reads all records of a register directory.
pub(crate) fn load(directory: &Path, name: &str, schema: &RecordSchema) -> Register {
    read_all(directory, name, schema, None).0
}

/// Looks at a record while it is fresh.
type Inspection<'a> = &'a (dyn Fn(&Record) -> Vec<Finding> + Sync);

/// Reads all records of a register directory, looks at each, and keeps of it what rules about the
/// whole register need ([`Exception::without_texts`]). Gives what was found besides what is wrong
/// with the files.
pub(crate) fn load_and_inspect(
    directory: &Path,
    name: &str,
    schema: &RecordSchema,
    inspect: Inspection<'_>,
) -> (Register, Vec<Finding>) {
    read_all(directory, name, schema, Some(inspect))
}

fn read_all(
    directory: &Path,
    name: &str,
    schema: &RecordSchema,
    inspect: Option<Inspection<'_>>,
) -> (Register, Vec<Finding>) {
    let Listing { entries, mut findings } = list(directory, name);
    let (records, found): (Vec<Option<Record>>, Vec<Found>) = entries
        .into_par_iter()
        .map(|entry| match read(&entry, MAX_RECORD_SIZE) {
            Ok((file, mut findings)) => {
                let (mut record, found) = source::load(&file, schema);
                findings.extend(found);
                let mut inspected = Vec::new();
                if let Some(record) = &mut record {
                    if let Some(inspect) = inspect {
                        inspected = inspect(record);
                        record.shed_texts();
                    }
                    record.shed_tree();
                }
                (record, (findings, inspected))
            }
            Err(findings) => (None, (findings, Vec::new())),
        })
        .unzip();
    let mut all_inspected = Vec::new();
    for (found, inspected) in found {
        findings.extend(found);
        all_inspected.extend(inspected);
    }
    (assemble(name, records, findings), all_inspected)
}

/// What is wrong with a file, and what an inspection of its record found.
type Found = (Vec<Finding>, Vec<Finding>);

/// Reads all records from texts, as if they stood in a directory.
#[cfg(test)]
pub(crate) fn from_files(
    name: &str,
    files: Vec<Arc<SourceFile>>,
    schema: &RecordSchema,
) -> Register {
    let (records, findings): (Vec<_>, Vec<_>) =
        files.par_iter().map(|file| source::load(file, schema)).unzip();
    assemble(name, records, findings.into_iter().flatten().collect())
}

fn assemble(name: &str, records: Vec<Option<Record>>, findings: Vec<Finding>) -> Register {
    #[expect(clippy::filter_map_identity, reason = "unlike `flatten`, this moves no record")]
    let mut records: Vec<Record> = records.into_iter().filter_map(|record| record).collect();
    records.sort_by(|a, b| a.file().path().cmp(b.file().path()));
    let is_unjudged = |finding: &&Finding| finding.code.unjudged;
    let mut unreadable: Vec<String> = findings
        .iter()
        .filter(is_unjudged)
        .map(|finding| finding.place.file.path().to_owned())
        .collect();
    unreadable.sort();
    unreadable.dedup();
    Register { name: name.to_owned(), records, findings, unreadable }
}

impl Register {
    /// The records whose exception has not been closed.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| record.exception.is_open())
    }

    pub(crate) fn exceptions(&self) -> impl Iterator<Item = &Exception> {
        self.records.iter().map(|record| &record.exception)
    }
}

/// Reads a file that must be a regular one of at most `max_size` bytes of UTF-8. What only
/// deserves a warning comes with the text; the error is why there is none.
pub(crate) fn read(
    entry: &Entry,
    max_size: u64,
) -> Result<(Arc<SourceFile>, Vec<Finding>), Vec<Finding>> {
    let file = match open(&entry.path) {
        Ok(file) => file,
        Err(error) if is_symlink_error(&error) => return Err(vec![symlink(&entry.source(""))]),
        Err(error) => return Err(vec![unreadable(&entry.source(""), &error)]),
    };
    let metadata = match file.metadata() {
        Ok(metadata) => metadata,
        Err(error) => return Err(vec![unreadable(&entry.source(""), &error)]),
    };
    if !metadata.is_file() {
        return Err(vec![not_a_file(&entry.source(""))]);
    }
    if metadata.len() > max_size {
        return Err(vec![too_large(&entry.source(""), max_size)]);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    if let Err(error) = file.take(max_size + 1).read_to_end(&mut bytes) {
        return Err(vec![unreadable(&entry.source(""), &error)]);
    }
    if bytes.len() as u64 > max_size {
        return Err(vec![too_large(&entry.source(""), max_size)]);
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let file = entry.source(String::from_utf8_lossy(error.as_bytes()));
            let finding =
                characters::not_utf8(&file, error.as_bytes(), error.utf8_error().valid_up_to());
            return Err(vec![finding]);
        }
    };
    let file = entry.source(text);
    let findings = if is_executable(&metadata) { vec![executable(&file)] } else { Vec::new() };
    Ok((file, findings))
}

impl Entry {
    fn source(&self, text: impl Into<String>) -> Arc<SourceFile> {
        Arc::new(SourceFile::new(&self.name, text).with_path_bytes(self.name_bytes.clone()))
    }
}

impl Listing {
    fn add(&mut self, entry: Entry, kind: fs::FileType, area: Area) {
        let is_record = kind.is_file() && area != Area::Approvals && is_yaml(&entry.name);
        let is_text = entry.name_bytes.is_none() && !entry.name.contains(char::is_control);
        if is_record && is_text {
            self.entries.push(entry);
            return;
        }
        let file = entry.source("");
        if kind.is_symlink() {
            self.findings.push(symlink(&file));
        } else if !kind.is_file() {
            self.findings.push(not_a_file(&file));
        } else if !is_text {
            let message = "the file's name is not printable text";
            self.findings.push(
                UNPORTABLE_NAME
                    .finding(Place::file(&file), message)
                    .help("rename the file to its id with `.yaml`"),
            );
        } else if area == Area::Approvals {
            if is_yaml(&entry.name) {
                let message = "a record among the approvals is not judged";
                let finding = STRAY_FILE.finding(Place::file(&file), message);
                self.findings.push(finding.help("move it out of `approvals/`"));
            }
        } else {
            let finding = STRAY_FILE.finding(
                Place::file(&file),
                "this file is no record: only `*.yaml` and `*.yml` are",
            );
            let name = entry.name.rsplit('/').next().unwrap_or_default();
            // What a desktop or an editor leaves behind never was a record.
            let help = match name.starts_with('.') || name.ends_with('~') {
                true => format!(
                    "run `rm -- {}`, and name it in `.gitignore` so that it is never committed",
                    shell_word(&entry.name)
                ),
                false => {
                    "move it out of the register, or rename it to its id with `.yaml`".to_owned()
                }
            };
            self.findings.push(finding.help(help));
        }
    }

    /// Names that other file systems cannot keep apart, or cannot hold.
    fn names(&mut self) {
        let folded = |name: &str| match name.is_ascii() {
            true => name.to_ascii_lowercase(),
            false => name.nfc().flat_map(char::to_lowercase).collect(),
        };
        let mut by_name: Vec<(String, &Entry)> =
            self.entries.par_iter().map(|entry| (folded(&entry.name), entry)).collect();
        by_name.par_sort_unstable_by(|a, b| (&a.0, &a.1.name).cmp(&(&b.0, &b.1.name)));
        for pair in by_name.windows(2) {
            if pair[0].0 == pair[1].0 {
                let message = format!(
                    "the name differs from `{}` only in case or in Unicode form",
                    pair[0].1.name
                );
                let place = Place::file(&pair[1].1.source(""));
                let finding = COLLIDING_NAMES.finding(place, message);
                self.findings
                    .push(finding.help("rename one of them; some file systems keep only one"));
            }
        }
        for entry in &self.entries {
            if let Some(bad) = entry.name.split('/').find(|part| is_reserved(part)) {
                let message = format!("`{bad}` cannot be a file name on Windows");
                let finding = UNPORTABLE_NAME.finding(Place::file(&entry.source("")), message);
                self.findings.push(finding.help("rename the file to its id with `.yaml`"));
            }
        }
    }
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Names that Windows keeps for devices, and characters that it refuses.
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>
fn is_reserved(name: &str) -> bool {
    const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
    const PORTS: [&str; 2] = ["COM", "LPT"];
    let stem = name.split('.').next().unwrap_or_default();
    let is_port = |stem: &str| {
        let (kind, number) = stem.split_at_checked(3).unwrap_or((stem, ""));
        PORTS.iter().any(|port| port.eq_ignore_ascii_case(kind))
            && matches!(number.as_bytes(), [digit] if digit.is_ascii_digit())
    };
    DEVICES.iter().any(|device| device.eq_ignore_ascii_case(stem))
        || is_port(stem)
        || name.ends_with([' ', '.'])
        || name.bytes().any(|byte| b"<>:\"\\|?*".contains(&byte))
}

/// The name that people see, and its bytes where they are not UTF-8.
pub(crate) fn displayed(parent: &str, name: &std::ffi::OsStr) -> (String, Option<Vec<u8>>) {
    match name.to_str() {
        Some(name) => (format!("{parent}/{name}"), None),
        None => {
            let bytes = name.as_encoded_bytes();
            let mut shown = format!("{parent}/");
            for chunk in bytes.utf8_chunks() {
                shown.push_str(chunk.valid());
                chunk.invalid().iter().for_each(|byte| shown.push_str(&format!("\\x{byte:02x}")));
            }
            let whole = [parent.as_bytes(), b"/", bytes].concat();
            (shown, Some(whole))
        }
    }
}

fn nameless(name: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new(name, ""))
}

fn symlink(file: &Arc<SourceFile>) -> Finding {
    let finding = SYMLINK.finding(Place::file(file), "a symbolic link is not followed");
    finding.help("put the record itself here")
}

fn not_a_file(file: &Arc<SourceFile>) -> Finding {
    let finding = NOT_A_FILE.finding(Place::file(file), "this is no regular file");
    finding.help("remove it from the register")
}

fn too_large(file: &Arc<SourceFile>, max_size: u64) -> Finding {
    let message = format!("the file is larger than {} KiB", max_size / 1024);
    TOO_LARGE.finding(Place::file(file), message).help("keep evidence elsewhere and link to it")
}

fn unreadable(file: &Arc<SourceFile>, error: &io::Error) -> Finding {
    let finding = UNREADABLE.finding(Place::file(file), format!("cannot be read: {error}"));
    finding.help("check its permissions, and that it still exists")
}

fn executable(file: &Arc<SourceFile>) -> Finding {
    let finding = EXECUTABLE.finding(Place::file(file), "the file is executable");
    finding.help(format!("run `chmod -x {}`", shell_word(file.path())))
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    // A FIFO must not block, and a link put here after listing must not be followed.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn is_symlink_error(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

#[cfg(not(unix))]
fn is_symlink_error(_error: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
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
        let (register, _) =
            pool.install(|| load_and_inspect(directory.path(), "exceptions", &schema, &inspect));

        let judged: Vec<&str> = register.records.iter().map(|it| it.file().path()).collect();
        assert_eq!(judged, ["exceptions/a.yaml", "exceptions/c.yaml"]);
        assert_eq!(register.unreadable, ["exceptions/b.yaml"]);
        let unjudged = register.findings.iter().find(|it| it.code.unjudged).expect("a finding");
        assert_eq!(unjudged.code.id, "EXC010");
        assert_eq!(unjudged.place.file.path(), "exceptions/b.yaml");
    }
}
