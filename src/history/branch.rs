//! What a branch has that is not on the mainline: who wrote it, and what it wrote and left again.

use std::collections::{BTreeMap, HashSet};

use super::landed::Landed;
use super::texts::{Draft, drafts, may_reject};
use crate::git::{Contributors, Error, ObjectId, Repo};
use crate::register::{APPROVALS, MAX_POLICY_SIZE};

/// What a branch would bring.
#[derive(Debug, Default)]
pub(crate) struct Branch {
    /// Those who wrote it, by path.
    pub(super) writers: BTreeMap<Vec<u8>, Contributors>,
    /// The texts of records that it wrote, where there is a rejection: it may be about one of these.
    pub(super) drafts: Vec<Draft>,
    /// The rejections that it wrote and left again, by path.
    pub(super) rejections: Vec<(String, Vec<u8>)>,
}

impl Branch {
    /// What leads to `head` and is not on the mainline, whose history has landed.
    pub(crate) fn since(
        repo: &Repo,
        landed: &Landed,
        [mainline, head]: [ObjectId; 2],
        folder: &str,
    ) -> Result<Self, Error> {
        let writers = repo.contributors_since(mainline, head, folder)?;
        let among = format!("{folder}/{APPROVALS}/");
        let among = among.trim_start_matches('/');
        let mut has_rejection = landed.has_rejection();
        let mut rejections = Vec::new();
        for (path, written) in &writers {
            let path = std::str::from_utf8(path).ok().filter(|path| path.starts_with(among));
            let Some(path) = path else { continue };
            let kept = file_at(repo, head, path)?;
            let mut known = HashSet::new();
            let commits = written.people.iter().map(|it| it.commit);
            for commit in [head].into_iter().chain(commits) {
                let file = file_at(repo, commit, path)?.filter(|file| known.insert(*file));
                let bytes = file.map(|file| repo.blob(file, MAX_POLICY_SIZE)).transpose()?;
                let Some(bytes) = bytes.flatten().filter(|bytes| may_reject(bytes)) else {
                    continue;
                };
                has_rejection = true;
                if file != kept {
                    rejections.push((path.to_owned(), bytes));
                }
            }
        }
        let drafts = if has_rejection { drafts(repo, &writers)? } else { Vec::new() };
        Ok(Self { writers, drafts, rejections })
    }
}

fn file_at(repo: &Repo, commit: ObjectId, path: &str) -> Result<Option<ObjectId>, Error> {
    let entry = repo.entry_at(commit, path)?.filter(|entry| entry.mode.is_file());
    Ok(entry.map(|entry| entry.id))
}
