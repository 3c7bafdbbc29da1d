//! What a merge of a change into a branch makes of a folder, file by file.
//!
//! Invariant: no text is merged. A file is as the change has it where the change touches it, and as
//! the branch has it otherwise.

use std::collections::BTreeMap;

use super::listing::{Child, Kind};
use super::store::{At, Folders, Merge};
use crate::git::{Error, Mode, ObjectId, Repo, TreeEntry};

/// The register's own folder on all three sides.
pub(super) fn top(merge: &Merge) -> Result<At, Error> {
    let repo = Repo::open(&merge.into.repository)?;
    let folder = |commit| -> Result<Option<ObjectId>, Error> {
        let found = repo.entry_at(commit, &merge.into.folder)?;
        Ok(found.filter(|found| found.mode == Mode::Folder).map(|found| found.id))
    };
    let (base, into, head) = (folder(merge.base)?, folder(merge.into.commit)?, folder(merge.head)?);
    Ok(At::Folders(Folders { base, into, head }))
}

/// What a folder holds once it is merged, in the order of names.
pub(super) fn children(repo: &Repo, folders: &Folders) -> Result<Vec<Child>, Error> {
    let mut by_name: BTreeMap<Vec<u8>, [Option<TreeEntry>; 3]> = BTreeMap::new();
    for (side, tree) in [folders.base, folders.into, folders.head].into_iter().enumerate() {
        for entry in tree.map(|tree| repo.tree(tree)).transpose()?.unwrap_or_default() {
            let sides = by_name.entry(entry.name.clone()).or_default();
            if let Some(twin) = sides[side].replace(entry) {
                let name = String::from_utf8_lossy(&twin.name).into_owned();
                let reason = format!("a folder of the register names `{name}` twice");
                return Err(Error::Unreadable { path: repo.directory().to_owned(), reason });
            }
        }
    }
    Ok(by_name.into_values().filter_map(|[base, into, head]| merged(base, into, head)).collect())
}

/// What stands at a name on three sides, as one.
fn merged(
    base: Option<TreeEntry>,
    into: Option<TreeEntry>,
    head: Option<TreeEntry>,
) -> Option<Child> {
    if head == base {
        return into.map(Child::from);
    }
    let is_folder = |side: &Option<TreeEntry>| match side {
        Some(entry) => entry.mode == Mode::Folder,
        None => true,
    };
    if into == base || !(is_folder(&into) && is_folder(&head)) {
        return head.map(Child::from);
    }
    let id = |side: &Option<TreeEntry>| {
        side.as_ref().filter(|entry| entry.mode == Mode::Folder).map(|entry| entry.id)
    };
    let folders = Folders { base: id(&base), into: id(&into), head: id(&head) };
    let name = into.or(head)?.name;
    Some(Child { name, at: At::Folders(folders), kind: Ok(Kind::Folder) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::History;
    use crate::register::{Snapshot, Store, list};

    type Files<'a> = &'a [(&'a str, &'a str)];

    /// The files that a merge of `head` into `into` leaves, each with its text.
    fn merged(base: Files<'_>, into: Files<'_>, head: Files<'_>) -> Vec<String> {
        let history = History::new();
        let base = history.commit(&[], base);
        let (into, head) = (history.commit(&[base], into), history.commit(&[base], head));
        let repository = history.repo().directory().to_owned();
        let into = Snapshot { repository, commit: into, folder: "r".to_owned() };
        let store = Store::Merged(Merge { into, base, head });
        let (listing, reader) = (list(&store, "r"), store.reader());
        assert!(listing.findings.is_empty(), "{:?}", listing.findings);
        let text = |entry| reader.read(entry, 100).expect("a text").0.text().to_owned();
        let entries = listing.entries.iter();
        entries.map(|entry| format!("{} {}", &entry.name[2..], text(entry))).collect()
    }

    #[test]
    fn what_one_side_leaves_alone_is_as_on_the_other() {
        let base: Files<'_> = &[("r/a.yaml", "1"), ("r/b.yaml", "1"), ("r/c/d.yaml", "1")];
        let into: Files<'_> = &[("r/a.yaml", "2"), ("r/b.yaml", "1"), ("r/c/d.yaml", "1")];
        let head: Files<'_> = &[("r/a.yaml", "1"), ("r/b.yaml", "3"), ("r/c/d.yaml", "1")];
        assert_eq!(merged(base, into, head), ["a.yaml 2", "b.yaml 3", "c/d.yaml 1"]);
        assert_eq!(merged(base, base, head), ["a.yaml 1", "b.yaml 3", "c/d.yaml 1"]);
        assert_eq!(merged(base, into, base), ["a.yaml 2", "b.yaml 1", "c/d.yaml 1"]);
    }

    #[test]
    fn folders_that_both_sides_change_are_merged_file_by_file() {
        let base: Files<'_> = &[("r/c/a.yaml", "1"), ("r/c/b.yaml", "1"), ("r/c/gone.yaml", "1")];
        let into: Files<'_> = &[("r/c/a.yaml", "2"), ("r/c/b.yaml", "1"), ("r/c/gone.yaml", "1")];
        let head: Files<'_> = &[("r/c/a.yaml", "1"), ("r/c/b.yaml", "1"), ("r/c/new.yaml", "3")];
        assert_eq!(merged(base, into, head), ["c/a.yaml 2", "c/b.yaml 1", "c/new.yaml 3"]);
        // A folder that one side empties takes with it what it held, and nothing that is new.
        let away: Files<'_> = &[("r/z.yaml", "9")];
        assert_eq!(merged(base, into, away), ["z.yaml 9"]);
        let into: Files<'_> = &[("r/c/a.yaml", "1"), ("r/c/more.yaml", "2")];
        assert_eq!(merged(base, into, away), ["c/more.yaml 2", "z.yaml 9"]);
        assert_eq!(merged(&[("x", "")], into, away), ["c/a.yaml 1", "c/more.yaml 2", "z.yaml 9"]);
    }

    #[test]
    fn what_both_change_is_as_the_change_has_it() {
        let (base, into): (Files<'_>, Files<'_>) = (&[("r/a.yaml", "1")], &[("r/a.yaml", "2")]);
        assert_eq!(merged(base, into, &[("r/a.yaml", "3")]), ["a.yaml 3"]);
        assert_eq!(merged(base, into, &[("r/b.yaml", "3")]), ["b.yaml 3"]);
        assert_eq!(merged(base, &[("x", "")], &[("r/a.yaml", "3")]), ["a.yaml 3"]);
        assert_eq!(merged(base, into, &[("r/a.yaml/b.yaml", "3")]), ["a.yaml/b.yaml 3"]);
    }

    #[test]
    fn the_policy_is_that_of_the_side_that_changed_it() {
        let history = History::new();
        let policy = |text| [("r/policy.yaml", text)];
        let base = history.commit(&[], &policy("1"));
        let (later, other) =
            (history.commit(&[base], &policy("2")), history.commit(&[base], &policy("3")));
        let merged = |into, head| {
            let repository = history.repo().directory().to_owned();
            let into = Snapshot { repository, commit: into, folder: "r".to_owned() };
            let reading = Store::Merged(Merge { into, base, head }).policy("r");
            reading.expect("a policy").0.text().to_owned()
        };
        assert_eq!(
            [merged(later, base), merged(base, later), merged(later, other)],
            ["2", "2", "3"]
        );
    }

    /// Whoever lists only one of the two has not judged the other.
    #[test]
    fn a_folder_that_names_a_file_twice_is_not_judged() {
        let history = History::new();
        let base = history.commit(&[], &[("r/a.yaml", "1")]);
        let blob = history.repo().entry_at(base, "r/a.yaml").unwrap().expect("a file").id;
        let raw = |entries: &[(&str, ObjectId)]| {
            let mut bytes = Vec::new();
            for (header, id) in entries {
                bytes.extend(header.bytes().chain([0]));
                let hex = id.to_string();
                let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
                bytes.extend((0..40).step_by(2).map(byte));
            }
            history.object(git2::ObjectType::Tree, &bytes)
        };
        let folder = raw(&[("100644 a.yaml", blob), ("100644 a.yaml", blob)]);
        let head =
            history.commit_tree("A <a@x>", "A <a@x>", "x", &[base], raw(&[("40000 r", folder)]));
        let into = history.commit(&[base], &[("r/a.yaml", "1"), ("r/b.yaml", "1")]);
        let repository = history.repo().directory().to_owned();
        let into = Snapshot { repository, commit: into, folder: "r".to_owned() };
        let listing = list(&Store::Merged(Merge { into, base, head }), "r");
        assert!(listing.findings[0].message.contains("names `a.yaml` twice"));
        assert!(listing.findings[0].code.unjudged && listing.entries.is_empty());
    }
}
