//! What a branch has that is not on the mainline: who wrote it, and what it wrote and left again.

use std::collections::BTreeMap;

use super::texts::{Draft, drafts, may_reject};
use crate::git::{Contributors, Error, ObjectId, Repo};
use crate::register::{APPROVALS, MAX_POLICY_SIZE};

/// What a branch would bring.
#[derive(Debug, Default)]
pub(crate) struct Branch {
    /// Those who wrote it, by path.
    pub(super) writers: BTreeMap<Vec<u8>, Contributors>,
    /// The texts of records that it wrote, where it has a rejection: it may be about one of these.
    pub(super) drafts: Vec<Draft>,
}

impl Branch {
    /// What leads to `head` and is not on the mainline that ends at `mainline`.
    pub(crate) fn since(
        repo: &Repo,
        mainline: ObjectId,
        head: ObjectId,
        folder: &str,
    ) -> Result<Self, Error> {
        let writers = repo.contributors_since(mainline, head, folder)?;
        let among = format!("{folder}/{APPROVALS}/");
        let mut has_rejection = false;
        let paths = writers.keys().filter_map(|path| std::str::from_utf8(path).ok());
        for path in paths.filter(|path| path.starts_with(among.trim_start_matches('/'))) {
            let entry = repo.entry_at(head, path)?.filter(|entry| entry.mode.is_file());
            let bytes = entry.map(|entry| repo.blob(entry.id, MAX_POLICY_SIZE)).transpose()?;
            has_rejection |= bytes.flatten().is_some_and(|bytes| may_reject(&bytes));
        }
        let drafts = if has_rejection { drafts(repo, &writers)? } else { Vec::new() };
        Ok(Self { writers, drafts })
    }
}
