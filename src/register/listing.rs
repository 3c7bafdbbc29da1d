//! What a register's folders hold: the files that may be records, and findings for all the rest.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fmt, fs, io};

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::faults::{
    COLLIDING_NAMES, STRAY_FILE, UNPORTABLE_NAME, lost, nameless, not_a_file, symlink, unreadable,
};
use super::store::{At, Entry, Lent, Reader, Readers, Store};
use super::{APPROVALS, POLICY_FILE, merging};
use crate::finding::{Finding, Place};
use crate::git::{self, Mode, Repo, TreeEntry};
use crate::text::shell_word;

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

/// What something in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    Symlink,
    /// A device, a pipe, a submodule: nothing that holds a record.
    Other,
}

/// A folder of a register that is still to be listed.
struct Folder {
    at: At,
    name: String,
    area: Area,
    depth: usize,
}

/// Something in a folder.
pub(super) struct Child {
    pub(super) name: Vec<u8>,
    pub(super) at: At,
    pub(super) kind: io::Result<Kind>,
}

/// Folders below each other that a register may have.
const MAX_DEPTH: usize = 16;
/// Files that a register may have: a commit can name one folder again and again.
const MAX_FILES: usize = 1_000_000;
/// Folders that are listed side by side.
const MAX_AT_ONCE: usize = 64;

/// Lists a register, whose policy file and approvals are left out. `name` is how people know it.
pub(crate) fn list(store: &Store, name: &str) -> Listing {
    list_with(&Readers::of(store), name, None)
}

/// The same, or only what stands in the folders that lead to these paths.
pub(super) fn list_with(
    readers: &Readers<'_>,
    name: &str,
    paths: Option<&BTreeSet<String>>,
) -> Listing {
    let mut listing = Listing::default();
    let at = match top(readers.store()) {
        Ok(Some(at)) => at,
        // The policy is missed before anybody lists a folder that a commit does not have.
        Ok(None) => return listing,
        Err(error) => {
            listing.findings.push(lost(&nameless(name), &error));
            return listing;
        }
    };
    let mut pending = vec![Folder { at, name: name.to_owned(), area: Area::Top, depth: 0 }];
    while !pending.is_empty() {
        // Few at once: folders that share their trees can stand for more files than any disk holds.
        let folders = pending.split_off(pending.len().saturating_sub(MAX_AT_ONCE));
        let list = |reader: &mut Lent<'_>, folder: &Folder| list_folder(reader, folder);
        let listed: Vec<(Listing, Vec<Folder>)> =
            folders.par_iter().map_init(|| readers.lend(), list).collect();
        for (folder, below) in listed {
            listing.entries.extend(folder.entries);
            listing.findings.extend(folder.findings);
            let is_asked_for = |it: &Folder| paths.is_none_or(|paths| leads_to(&it.name, paths));
            pending.extend(below.into_iter().filter(is_asked_for));
        }
        if listing.entries.len() + pending.len() > MAX_FILES {
            let reason = format!("it holds more than {MAX_FILES} files");
            let finding = unreadable(&nameless(name), &reason);
            listing.findings.push(finding.help("split the register, or remove what is no record"));
            break;
        }
    }
    listing.entries.par_sort_unstable_by(|a, b| a.name.cmp(&b.name));
    listing.names();
    listing
}

/// Whether one of some paths lies in a folder.
fn leads_to(folder: &str, paths: &BTreeSet<String>) -> bool {
    let start = format!("{folder}/");
    let next = paths.range(start.clone()..).next();
    next.is_some_and(|path| path.starts_with(&start))
}

/// The register's own folder.
fn top(store: &Store) -> Result<Option<At>, git::Error> {
    let snapshot = match store {
        Store::Directory(directory) => return Ok(Some(At::Path(directory.clone()))),
        Store::Merged(merge) => return merging::top(merge).map(Some),
        Store::Commit(snapshot) => snapshot,
    };
    let repo = Repo::open(&snapshot.repository)?;
    let found = repo.entry_at(snapshot.commit, &snapshot.folder)?;
    Ok(found.map(|found| At::Object { id: found.id, mode: found.mode }))
}

/// The files of one folder, and the folders in it.
fn list_folder(reader: &Reader, folder: &Folder) -> (Listing, Vec<Folder>) {
    let mut listing = Listing::default();
    let mut below = Vec::new();
    let children = match children(reader, folder) {
        Ok(children) => children,
        Err(finding) => {
            listing.findings.push(*finding);
            return (listing, below);
        }
    };
    for Child { name: file_name, at, kind } in children {
        let (name, name_bytes) = displayed(&folder.name, &file_name);
        let entry = Entry { at, name, name_bytes };
        let is_top = folder.area == Area::Top;
        match kind {
            Err(error) => listing.findings.push(unreadable(&entry.source(""), &error)),
            Ok(Kind::File) if is_top && file_name == POLICY_FILE.as_bytes() => {}
            Ok(Kind::Folder) => {
                let area = match folder.area {
                    Area::Top if file_name == APPROVALS.as_bytes() => Area::Approvals,
                    Area::Top => Area::Records,
                    area => area,
                };
                let depth = folder.depth + 1;
                below.push(Folder { at: entry.at, name: entry.name, area, depth });
            }
            // An approval stands in the folder of its record, and nothing stands beside these.
            Ok(Kind::File)
                if folder.area == Area::Approvals && folder.depth != 2 && !is_yaml(&entry.name) =>
            {
                let message = "this file is no approval: those stand in `approvals/ID/`";
                let finding = STRAY_FILE.finding(Place::file(&entry.source("")), message);
                listing.findings.push(finding.help("move it out of the register"));
            }
            Ok(kind) => listing.add(entry, kind, folder.area),
        }
    }
    (listing, below)
}

fn children(reader: &Reader, folder: &Folder) -> Result<Vec<Child>, Box<Finding>> {
    let fail = |error: &dyn fmt::Display| unreadable(&nameless(&folder.name), error);
    if folder.depth > MAX_DEPTH {
        let reason = format_args!("it lies more than {MAX_DEPTH} folders deep");
        return Err(Box::new(fail(&reason).help("move its records up")));
    }
    match &folder.at {
        At::Path(path) => on_disk(path).map_err(|error| Box::new(fail(&error))),
        At::Object { id, .. } => {
            let tree = reader.repo().and_then(|repo| repo.tree(*id));
            let tree = tree.map_err(|error| Box::new(lost(&nameless(&folder.name), &error)))?;
            Ok(tree.into_iter().map(Child::from).collect())
        }
        At::Folders(folders) => {
            let merged = reader.repo().and_then(|repo| merging::children(repo, folders));
            merged.map_err(|error| Box::new(lost(&nameless(&folder.name), &error)))
        }
    }
}

fn on_disk(path: &Path) -> io::Result<Vec<Child>> {
    let child = |child: io::Result<fs::DirEntry>| {
        let child = child?;
        let name = child.file_name().into_encoded_bytes();
        Ok(Child { name, at: At::Path(child.path()), kind: child.file_type().map(Kind::from) })
    };
    fs::read_dir(path)?.map(child).collect()
}

impl From<TreeEntry> for Child {
    fn from(TreeEntry { name, mode, id }: TreeEntry) -> Self {
        let kind = match mode {
            Mode::Folder => Kind::Folder,
            Mode::File | Mode::Executable => Kind::File,
            Mode::Symlink => Kind::Symlink,
            Mode::Submodule | Mode::Unknown => Kind::Other,
        };
        Self { name, at: At::Object { id, mode }, kind: Ok(kind) }
    }
}

impl From<fs::FileType> for Kind {
    fn from(kind: fs::FileType) -> Self {
        match () {
            () if kind.is_dir() => Self::Folder,
            () if kind.is_file() => Self::File,
            () if kind.is_symlink() => Self::Symlink,
            () => Self::Other,
        }
    }
}

impl Listing {
    fn add(&mut self, entry: Entry, kind: Kind, area: Area) {
        let is_record = kind == Kind::File && area != Area::Approvals && is_yaml(&entry.name);
        let is_text = entry.name_bytes.is_none() && !entry.name.contains(char::is_control);
        if is_record && is_text {
            self.entries.push(entry);
            return;
        }
        let file = entry.source("");
        if kind == Kind::Symlink {
            self.findings.push(symlink(&file));
        } else if kind != Kind::File {
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
pub(crate) fn displayed(parent: &str, name: &[u8]) -> (String, Option<Vec<u8>>) {
    match std::str::from_utf8(name) {
        Ok(name) => ([parent, "/", name].concat(), None),
        Err(_) => {
            let mut shown = format!("{parent}/");
            for chunk in name.utf8_chunks() {
                shown.push_str(chunk.valid());
                chunk.invalid().iter().for_each(|byte| shown.push_str(&format!("\\x{byte:02x}")));
            }
            let whole = [parent.as_bytes(), b"/", name].concat();
            (shown, Some(whole))
        }
    }
}
