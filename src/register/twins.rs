//! The records of a register that has been read, for another one that may hold the same.

use std::collections::{HashMap, HashSet};

use super::Register;
use super::store::{At, Entry};
use crate::git::{Mode, ObjectId};
use crate::source::Record;

/// Records by their paths, each with the object of git that it is, where that is known. Nothing was
/// found in their files, so that all there is to say of one is the record.
pub(super) struct Twins<'a> {
    by_path: HashMap<&'a str, (&'a Record, Option<ObjectId>)>,
}

impl<'a> Twins<'a> {
    pub(super) fn of(register: &'a Register) -> Self {
        let found: HashSet<&str> =
            register.findings.iter().map(|it| it.place.file.path()).collect();
        let records = register.records.iter().zip(&register.blobs);
        let by_path = records.map(|(record, blob)| (record.file().path(), (record, *blob)));
        Self { by_path: by_path.filter(|(path, _)| !found.contains(path)).collect() }
    }

    /// The record of a file of a commit, if it has been read already.
    pub(super) fn of_entry(&self, entry: &Entry) -> Option<Record> {
        let At::Object { id, mode: Mode::File } = entry.at else { return None };
        let (record, blob) = self.by_path.get(entry.name.as_str())?;
        let blob = blob.or_else(|| ObjectId::of_file(record.file().text().as_bytes()))?;
        (blob == id).then(|| record.share())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::git::testing::History;
    use crate::register::{Snapshot, Store, load, load_beside};
    use crate::rules::testing::RECORD;
    use crate::source::RecordSchema;

    #[test]
    fn what_is_the_same_is_not_read_again_and_what_has_a_finding_is() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let marked = format!("\u{feff}{RECORD}");
        let other = format!("{RECORD}# another text\n");
        for (name, text) in [("same", RECORD), ("edited", RECORD), ("marked", &marked)] {
            let path = directory.path().join(format!("{name}.yaml"));
            std::fs::write(path, text).expect("a record is written");
        }
        let history = History::new();
        let commit = history.commit(
            &[],
            &[
                ("r/edited.yaml", &other),
                ("r/gone.yaml", RECORD),
                ("r/marked.yaml", &marked),
                ("r/same.yaml", RECORD),
            ],
        );
        let repository = history.repo().directory().to_owned();
        let store = Store::Commit(Snapshot { repository, commit, folder: "r".to_owned() });
        let schema = RecordSchema::new(&[]).expect("the schema is a schema");
        let after = load(&Store::Directory(directory.path().to_owned()), "r", &schema);

        let (alone, beside) =
            (load(&store, "r", &schema), load_beside(&after, &store, "r", &schema));

        let texts = |register: &Register| -> Vec<(String, String)> {
            let files = register.records.iter().map(Record::file);
            files.map(|it| (it.path().to_owned(), it.text().to_owned())).collect()
        };
        assert_eq!(texts(&beside), texts(&alone));
        assert_eq!(beside.blobs, alone.blobs);
        let found = |register: &Register| -> Vec<(&'static str, String)> {
            let findings = register.findings.iter();
            findings.map(|it| (it.code.id, it.place.file.path().to_owned())).collect()
        };
        assert_eq!(found(&beside), found(&alone));
        assert!(
            found(&alone).contains(&("EXC021", "r/marked.yaml".to_owned())),
            "{:?}",
            found(&alone)
        );
        let shared = beside.records.iter().filter(|record| {
            after.records.iter().any(|it| Arc::ptr_eq(&it.exception, &record.exception))
        });
        let shared: Vec<&str> = shared.map(|it| it.file().path()).collect();
        assert_eq!(shared, ["r/same.yaml"]);
    }
}
