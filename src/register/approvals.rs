//! The signed approvals that a register holds, as bytes.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::{fs, io};

use rayon::prelude::*;

use super::APPROVALS;
use super::store::{At, Entry, Lent, Merge, Readers, Snapshot, Store};
use crate::git::{Mode, ObjectId, Repo, TreeFile};

/// A file among the approvals.
#[derive(Debug)]
pub(crate) struct ApprovalFile {
    /// From the root of the repository.
    pub(crate) path: String,
    /// Why it cannot be read, for people.
    pub(crate) bytes: Result<Vec<u8>, String>,
}

/// The approvals of a register that people know as `name`, by the id whose folder they stand in.
/// No file may have more than `max_size` bytes.
pub(crate) fn approvals(
    store: &Store,
    name: &str,
    max_size: u64,
) -> Result<BTreeMap<String, Vec<ApprovalFile>>, String> {
    let top = format!("{name}/{APPROVALS}");
    let entries = match store {
        Store::Directory(directory) => {
            let folder = directory.join(APPROVALS);
            on_disk(&folder, &top).map_err(|error| format!("cannot read `{top}`: {error}"))?
        }
        Store::Commit(snapshot) => in_commit(snapshot, snapshot.commit, &top)?,
        // An approval that one side adds is there whatever the other does.
        Store::Merged(Merge { into, head, .. }) => {
            let mut entries = in_commit(into, *head, &top)?;
            for entry in in_commit(into, into.commit, &top)? {
                if !entries.iter().any(|known| known.name == entry.name) {
                    entries.push(entry);
                }
            }
            entries
        }
    };
    let read = |reader: &mut Lent<'_>, entry: Entry| {
        let bytes = reader.bytes(&entry, max_size).map_err(|findings| {
            findings.first().map_or_else(String::new, |finding| finding.message.clone())
        });
        ApprovalFile { path: entry.name, bytes }
    };
    let readers = Readers::of(store);
    let files: Vec<ApprovalFile> =
        entries.into_par_iter().map_init(|| readers.lend(), read).collect();
    let mut found: BTreeMap<String, Vec<ApprovalFile>> = BTreeMap::new();
    for file in files {
        let Some(id) = file.path.rsplit('/').nth(1).map(str::to_owned) else { continue };
        found.entry(id).or_default().push(file);
    }
    for files in found.values_mut() {
        files.sort_by(|a, b| a.path.cmp(&b.path));
    }
    Ok(found)
}

fn on_disk(folder: &Path, name: &str) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (path, id) in children(folder)? {
        // A link may lead anywhere.
        if !fs::symlink_metadata(&path)?.is_dir() {
            continue;
        }
        for (path, file) in children(&path)? {
            let name = format!("{name}/{id}/{file}");
            entries.push(Entry { at: At::Path(path), name, name_bytes: None });
        }
    }
    Ok(entries)
}

/// What stands in a folder; nothing where there is none.
fn children(folder: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let child = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.path(), entry.file_name().to_string_lossy().into_owned()))
    };
    entries.map(child).collect()
}

fn in_commit(snapshot: &Snapshot, commit: ObjectId, name: &str) -> Result<Vec<Entry>, String> {
    let folder = &format!("{}/{APPROVALS}", snapshot.folder);
    let repo = Repo::open(&snapshot.repository).map_err(|error| error.to_string())?;
    let files = repo.files_at(commit, folder).map_err(|error| error.to_string())?;
    let entry = |file: TreeFile| {
        let below = file.path.strip_prefix(folder.as_str())?.strip_prefix('/')?.to_owned();
        let at = At::Object { id: file.blob, mode: Mode::File };
        let is_in_a_folder = below.split('/').count() == 2;
        let name = format!("{name}/{below}");
        is_in_a_folder.then_some(Entry { at, name, name_bytes: None })
    };
    Ok(files.into_iter().filter_map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::History;

    fn told(store: &Store) -> Vec<String> {
        let found = approvals(store, "exceptions", 1024).expect("a folder");
        let line = |(id, file): (&String, &ApprovalFile)| match &file.bytes {
            Ok(bytes) => format!("{id} {} {}", file.path, String::from_utf8_lossy(bytes)),
            Err(reason) => format!("{id} {}: {reason}", file.path),
        };
        let files = found.iter().flat_map(|(id, files)| files.iter().map(move |it| (id, it)));
        files.map(line).collect()
    }

    #[test]
    fn approvals_of_a_directory_and_of_a_commit_are_known_by_their_folder() {
        let history = History::new();
        let long = "x".repeat(1025);
        let files = [
            ("r/policy.yaml", "x"),
            ("r/approvals/EXC-1/b.approval", "b"),
            ("r/approvals/EXC-1/a.approval", long.as_str()),
            ("r/approvals/EXC-2/c.approval", "c"),
            ("r/approvals/stray", "x"),
            ("r/approvals/EXC-3/deeper/d.approval", "d"),
        ];
        for (path, text) in files {
            history.write(path, text);
        }
        let expected = "\
EXC-1 exceptions/approvals/EXC-1/a.approval: the file is larger than 1 KiB
EXC-1 exceptions/approvals/EXC-1/b.approval b
EXC-2 exceptions/approvals/EXC-2/c.approval c";
        let directory = Store::Directory(history.path().join("r"));
        let mut on_disk = told(&directory);
        on_disk.retain(|line| !line.contains("EXC-3"));
        assert_eq!(on_disk.join("\n"), expected);
        let commit = Store::Commit(Snapshot {
            repository: history.repo().directory().to_owned(),
            commit: history.commit(&[], &files),
            folder: "r".to_owned(),
        });
        assert_eq!(told(&commit).join("\n"), expected);
        let empty = Store::Directory(history.path().join("nowhere"));
        assert_eq!(told(&empty), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_among_the_approvals_is_not_followed() {
        let history = History::new();
        history.write("r/approvals/EXC-1/a", "a");
        history.write("elsewhere", "b");
        let link = history.path().join("r/approvals/EXC-1/b");
        std::os::unix::fs::symlink(history.path().join("elsewhere"), link).expect("a link");
        let lines = told(&Store::Directory(history.path().join("r")));
        assert!(lines[1].starts_with("EXC-1 exceptions/approvals/EXC-1/b: "), "{lines:?}");
    }
}
