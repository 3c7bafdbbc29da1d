//! Who wrote what a landing brought to the mainline.
//!
//! The commits that a landing brought are those which can be reached from it and from no older
//! commit of the mainline. That is found by giving every commit to the oldest landing that reaches
//! it, once for the whole chain, so that no date decides.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::chain::Chain;
use super::commit::{Address, Commit};
use super::delta::{FileChange, Folder, Touch};
use super::objects::Header;
use super::{Error, ObjectId, Repo};

/// Commits that are looked at, of all branches together.
const MAX_COMMITS: usize = 5_000_000;

/// The commits that each commit of a chain brought to it.
pub(crate) struct Landings {
    /// Without the commit of the chain itself, which stands as the key.
    brought: HashMap<ObjectId, Brought>,
    /// Of every commit that was brought, and of the chain.
    headers: HashMap<ObjectId, Header>,
}

#[derive(Default)]
pub(super) struct Brought {
    pub(super) commits: Vec<ObjectId>,
    pub(super) missing: Option<ObjectId>,
}

/// Who wrote what a landing brought to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contributors {
    /// Each role of each commit.
    pub(crate) people: Vec<Contributor>,
    pub(crate) completeness: Completeness,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contributor {
    pub(crate) who: Address,
    pub(crate) role: Role,
    pub(crate) commit: ObjectId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Author,
    Committer,
    CoAuthor,
}

/// Whether everybody who wrote it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completeness {
    Complete,
    /// The landing is one commit, as after a squash or a rebase: git may not have the branch, nor
    /// who wrote on it.
    OneCommit,
    /// This clone lacks an object that may name more people.
    Missing(ObjectId),
}

impl Repo {
    /// What each commit of a chain brought. Reads the header of every commit, once.
    pub(crate) fn landings(&self, chain: &Chain) -> Result<Landings, Error> {
        let mut headers: HashMap<ObjectId, Header> =
            chain.links.iter().map(|link| (link.id, link.header.clone())).collect();
        let mut seen: HashSet<ObjectId> = chain.links.iter().map(|link| link.id).collect();
        let mut brought = HashMap::new();
        // Below the end of an incomplete chain, nothing tells what had landed before.
        let mut missing = chain.missing;
        seen.extend(missing);
        for link in chain.links.iter().rev() {
            let mut own = Brought { commits: Vec::new(), missing };
            let mut pending: Vec<ObjectId> = link.header.parents.iter().skip(1).copied().collect();
            pending.reverse();
            while let Some(id) = pending.pop() {
                if !seen.insert(id) {
                    continue;
                }
                match self.header(id) {
                    Ok(header) => {
                        own.commits.push(id);
                        pending.extend(header.parents.iter().rev());
                        headers.insert(id, header);
                    }
                    // What lies below may be reached by later landings too.
                    Err(Error::Missing { .. }) => missing = missing.or(Some(id)),
                    Err(error) => return Err(error),
                }
                if seen.len() > MAX_COMMITS {
                    return Err(self.too_many());
                }
            }
            own.missing = own.missing.or(missing);
            brought.insert(link.id, own);
        }
        Ok(Landings { brought, headers })
    }

    /// Who wrote what commits of the chain changed in a folder against their first parents: for each
    /// of them, in their order, by path. A path that its branches wrote and left again is there
    /// too, for a record that was moved. The committers of a forge are among the people: who these
    /// are is the policy's business.
    pub(crate) fn contributors(
        &self,
        landings: &Landings,
        touches: &[Touch],
        folder: &str,
    ) -> Result<Vec<BTreeMap<Vec<u8>, Contributors>>, Error> {
        let mut search = Search { repo: self, landings, walk: Folder::new(self, folder) };
        touches.iter().map(|touch| search.contributors(touch)).collect()
    }

    /// The same for commits that have not landed, given with their headers, as one whole.
    pub(super) fn contributors_of(
        &self,
        commits: &Brought,
        headers: HashMap<ObjectId, Header>,
        folder: &str,
        [mainline, head]: [ObjectId; 2],
    ) -> Result<BTreeMap<Vec<u8>, Contributors>, Error> {
        let landings = Landings { brought: HashMap::new(), headers };
        let mut search =
            Search { repo: self, landings: &landings, walk: Folder::new(self, folder) };
        let (mut written, mut missing) = search.written_on_branches(commits)?;
        if missing.is_none() && !commits.commits.is_empty() {
            let trees = [self.header(mainline)?.tree, self.header(head)?.tree];
            let changes = search.walk.between(Some(trees[0]), Some(trees[1]))?;
            for change in changes.iter().filter(|change| is_other_text(change)) {
                let Some(side) = change.new else { continue };
                if !written.contains_key(&change.path) {
                    let origins = search.origins(&[head], &change.path, side.blob, &mut missing)?;
                    written.insert(change.path.clone(), origins);
                }
            }
        }
        let completeness = missing.map_or(Completeness::Complete, Completeness::Missing);
        search.named(written, completeness)
    }

    fn too_many(&self) -> Error {
        let reason = format!("it has more than {MAX_COMMITS} commits");
        Error::Unreadable { path: self.path.clone(), reason }
    }
}

struct Search<'a> {
    repo: &'a Repo,
    landings: &'a Landings,
    walk: Folder<'a>,
}

impl Search<'_> {
    fn contributors(&mut self, touch: &Touch) -> Result<BTreeMap<Vec<u8>, Contributors>, Error> {
        let commit = self.repo.commit(touch.commit)?;
        let landed = touch.changes.iter().filter(|change| is_other_text(change));
        if commit.parents.len() < 2 {
            let people = authors_of(&commit);
            let alone = Contributors { people, completeness: Completeness::OneCommit };
            return Ok(landed.map(|change| (change.path.clone(), alone.clone())).collect());
        }
        let first = touch.parent.map(|id| self.tree_of(id)).transpose()?;
        // A branch of one commit often changes just that.
        self.walk.keep(first, Some(commit.tree), &touch.changes)?;
        let (mut written, mut missing) = match self.landings.brought.get(&touch.commit) {
            Some(brought) => self.written_on_branches(brought)?,
            None => (BTreeMap::new(), Some(touch.commit)),
        };
        // A text that is that of no parent is the work of the merge itself, and so is one that no
        // branch wrote: whoever merged chose an older one.
        let mut own: Vec<Vec<u8>> = landed
            .clone()
            .map(|change| &change.path)
            .filter(|path| !written.contains_key(*path))
            .cloned()
            .collect();
        match self.unlike_others(commit.tree, landed, &commit.parents[1..]) {
            Ok(paths) => own.extend(paths),
            Err(Error::Missing { id, .. }) => missing = missing.or(Some(id)),
            Err(error) => return Err(error),
        }
        for path in own {
            let text = touch.changes.iter().find(|change| change.path == path);
            let text = text.and_then(|change| change.new).map(|side| side.blob);
            let older = match text {
                Some(text) => self.origins(&commit.parents[1..], &path, text, &mut missing)?,
                None => Vec::new(),
            };
            let commits = written.entry(path).or_default();
            commits.extend(older);
            if commits.first() != Some(&touch.commit) {
                commits.insert(0, touch.commit);
            }
        }
        let completeness = missing.map_or(Completeness::Complete, Completeness::Missing);
        self.named(written, completeness)
    }

    /// The commits that wrote the text which some commits hold at a path, whenever that was: it may
    /// have been written and left again before anything landed with it.
    fn origins(
        &mut self,
        holders: &[ObjectId],
        path: &[u8],
        text: ObjectId,
        missing: &mut Option<ObjectId>,
    ) -> Result<Vec<ObjectId>, Error> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut pending = Vec::new();
        for &holder in holders {
            let tree = self.tree_of(holder)?;
            pending.extend(self.walk.has(tree, path, Some(text))?.then_some(holder));
        }
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            if seen.len() > MAX_COMMITS {
                return Err(self.repo.too_many());
            }
            let n_pending = pending.len();
            for parent in self.repo.header(id)?.parents {
                let has_it = self.tree_of(parent);
                match has_it.and_then(|tree| self.walk.has(tree, path, Some(text))) {
                    Ok(has_it) => pending.extend(has_it.then_some(parent)),
                    Err(Error::Missing { id, .. }) => *missing = missing.or(Some(id)),
                    Err(error) => return Err(error),
                }
            }
            if pending.len() == n_pending {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// The people of the commits that wrote each path.
    fn named(
        &self,
        written: BTreeMap<Vec<u8>, Vec<ObjectId>>,
        completeness: Completeness,
    ) -> Result<BTreeMap<Vec<u8>, Contributors>, Error> {
        let mut known: HashMap<ObjectId, Vec<Contributor>> = HashMap::new();
        for &id in written.values().flatten() {
            if let Entry::Vacant(place) = known.entry(id) {
                place.insert(people_of(&self.repo.commit(id)?));
            }
        }
        let named = |(path, commits): (Vec<u8>, Vec<ObjectId>)| {
            let people = commits.iter().flat_map(|id| known[id].iter().cloned()).collect();
            (path, Contributors { people, completeness })
        };
        Ok(written.into_iter().map(named).collect())
    }

    /// The commits of a landing's branches that wrote each path, and what this clone lacks to know
    /// them all.
    fn written_on_branches(&mut self, brought: &Brought) -> Result<Written, Error> {
        let mut missing = brought.missing;
        let mut written: BTreeMap<Vec<u8>, Vec<ObjectId>> = BTreeMap::new();
        for &id in &brought.commits {
            let landings = self.landings;
            let Some(header) = landings.headers.get(&id) else { continue };
            match self.unlike_all(header.tree, &header.parents) {
                Ok(paths) => {
                    for path in paths {
                        written.entry(path).or_default().push(id);
                    }
                }
                Err(Error::Missing { id, .. }) => missing = missing.or(Some(id)),
                Err(error) => return Err(error),
            }
        }
        Ok((written, missing))
    }

    /// The paths whose text is not that of any parent.
    fn unlike_all(&mut self, tree: ObjectId, parents: &[ObjectId]) -> Result<Vec<Vec<u8>>, Error> {
        let first = parents.first().map(|&id| self.tree_of(id)).transpose()?;
        let changes = self.walk.between(first, Some(tree))?;
        let changes = changes.iter().filter(|change| is_other_text(change));
        self.unlike_others(tree, changes, parents.get(1..).unwrap_or_default())
    }

    /// Of changes of a tree against a first parent, the paths whose new text is not that of another
    /// parent.
    fn unlike_others<'c>(
        &mut self,
        tree: ObjectId,
        changes: impl Iterator<Item = &'c FileChange>,
        others: &[ObjectId],
    ) -> Result<Vec<Vec<u8>>, Error> {
        let mut changes: Vec<&FileChange> = changes.collect();
        for &other in others {
            if changes.is_empty() {
                break;
            }
            let other = self.tree_of(other)?;
            if self.walk.is_same(tree, other)? {
                return Ok(Vec::new());
            }
            let mut unlike = Vec::new();
            for change in changes {
                if !self.walk.has(other, &change.path, change.new.map(|side| side.blob))? {
                    unlike.push(change);
                }
            }
            changes = unlike;
        }
        Ok(changes.into_iter().map(|change| change.path.clone()).collect())
    }

    fn tree_of(&self, commit: ObjectId) -> Result<ObjectId, Error> {
        match self.landings.headers.get(&commit) {
            Some(header) => Ok(header.tree),
            None => Ok(self.repo.header(commit)?.tree),
        }
    }
}

/// A change of the mode alone writes no text.
fn is_other_text(change: &FileChange) -> bool {
    change.old.map(|side| side.blob) != change.new.map(|side| side.blob)
}

/// Those who made a commit on a branch, or a merge.
fn people_of(commit: &Commit) -> Vec<Contributor> {
    let mut people = authors_of(commit);
    people.push(contributor(commit, &commit.committer.who, Role::Committer));
    people
}

/// Without the committer: one commit may have been carried to the mainline by a person who wrote
/// nothing of it, and who counts only as the author that this person may be too.
fn authors_of(commit: &Commit) -> Vec<Contributor> {
    let co_authors = commit.co_authors();
    let co_authors = co_authors.iter().map(|who| contributor(commit, who, Role::CoAuthor));
    let author = contributor(commit, &commit.author.who, Role::Author);
    std::iter::once(author).chain(co_authors).collect()
}

fn contributor(commit: &Commit, who: &Address, role: Role) -> Contributor {
    Contributor { who: who.clone(), role, commit: commit.id }
}

/// The commits that wrote each path, and an object that is missing.
type Written = (BTreeMap<Vec<u8>, Vec<ObjectId>>, Option<ObjectId>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::{DANA, History};

    const LEE: &str = "Lee <lee@example.com>";
    const KIM: &str = "Kim <kim@example.com>";
    const EVE: &str = "Eve <eve@example.com>";
    const BO: &str = "Co-authored-by: Bo <bo@example.com>\n";

    fn by(history: &History, who: &str, parents: &[ObjectId], text: &str) -> ObjectId {
        history.commit_by(who, who, "change\n", parents, &[("r/a", text)])
    }

    /// Who wrote each path, as `path: name role, ...`, and whether that is all.
    fn wrote(history: &History, tip: ObjectId) -> (Vec<String>, Completeness) {
        let repo = history.repo();
        let chain = repo.chain(tip).unwrap();
        let landings = repo.landings(&chain).unwrap();
        let mut touches = repo.changes_on(&chain, "r").unwrap();
        touches.retain(|touch| touch.commit == tip);
        let found = repo.contributors(&landings, &touches, "r").unwrap().remove(0);
        let completeness = found.values().next().expect("a path").completeness;
        let line = |(path, found): (&Vec<u8>, &Contributors)| {
            let people: Vec<String> =
                found.people.iter().map(|it| format!("{} {:?}", it.who.name, it.role)).collect();
            format!("{}: {}", String::from_utf8_lossy(path), people.join(", "))
        };
        (found.iter().map(line).collect(), completeness)
    }

    #[test]
    fn those_who_would_land_are_known_before_the_merge() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let main = by(&history, EVE, &[root], "0");
        let side = history.commit_by(LEE, KIM, BO, &[root], &[("r/a", "2")]);
        let head = history.commit_by(LEE, LEE, "elsewhere", &[side], &[("r/a", "2"), ("x", "")]);
        let found = history.repo().contributors_since(main, head, "r").expect("the people");
        let people = found.values().flat_map(|found| &found.people);
        let names: Vec<&str> = people.map(|it| it.who.name.as_str()).collect();
        assert_eq!(names, ["Lee", "Bo", "Kim"]);
        assert!(history.repo().contributors_since(main, root, "r").expect("nobody").is_empty());
    }

    #[test]
    fn those_who_wrote_on_the_branch_contributed_and_the_one_who_merged_it_did_not() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let side = history.commit_by(LEE, DANA, BO, &[root], &[("r/a", "2")]);
        let idle = history.commit_by(EVE, EVE, "", &[side], &[("r/a", "2"), ("x", "1")]);
        let merge = history.commit_by(KIM, KIM, BO, &[root, idle], &[("r/a", "2"), ("x", "1")]);
        let people = "r/a: Lee Author, Bo CoAuthor, Dana Committer".to_owned();
        assert_eq!(wrote(&history, merge), (vec![people], Completeness::Complete));
    }

    #[test]
    fn whoever_merges_a_text_that_no_parent_has_contributed_too() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let side = by(&history, LEE, &[root], "2");
        let merge = by(&history, KIM, &[root, side], "3");
        let people = "r/a: Kim Author, Kim Committer, Lee Author, Lee Committer".to_owned();
        assert_eq!(wrote(&history, merge), (vec![people], Completeness::Complete));
    }

    #[test]
    fn whoever_brings_an_older_text_back_by_a_merge_wrote_it() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let newer = by(&history, LEE, &[root], "2");
        let side = history.commit_by(EVE, EVE, "", &[root], &[("r/a", "1"), ("x", "1")]);
        let merge = history.commit_by(KIM, KIM, "", &[newer, side], &[("r/a", "1"), ("x", "1")]);
        let people = "r/a: Kim Author, Kim Committer, Dana Author, Dana Committer";
        assert_eq!(wrote(&history, merge).0, [people]);
    }

    /// Whoever wrote it long before, and took it away again, wrote it.
    #[test]
    fn a_text_that_an_earlier_landing_brought_and_left_has_its_author() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let written = history.commit_by(EVE, EVE, "", &[root], &[("r/a", "1"), ("r/b", "2")]);
        let left = history.commit_by(EVE, EVE, "", &[written], &[("r/a", "1")]);
        let first = history.commit_by(KIM, KIM, "", &[root, left], &[("r/a", "1"), ("x", "1")]);
        let files = &[("r/a", "1"), ("r/b", "2"), ("x", "1")];
        let back = history.commit_by(LEE, LEE, "", &[first, written], files);
        let merge = history.commit_by(KIM, KIM, "", &[first, back], files);
        let people = wrote(&history, merge).0;
        assert!(people[0].contains("Eve Author"), "{people:?}");
    }

    #[test]
    fn of_one_commit_the_committer_is_no_contributor_and_the_branch_is_not_known() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let squash = history.commit_by(LEE, KIM, BO, &[root], &[("r/a", "2")]);
        let people = "r/a: Lee Author, Bo CoAuthor".to_owned();
        assert_eq!(wrote(&history, squash), (vec![people], Completeness::OneCommit));
        assert_eq!(wrote(&history, root).1, Completeness::OneCommit);
    }

    #[test]
    fn strangers_whose_work_came_from_the_mainline_are_none() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let side = history.commit_by(LEE, LEE, "", &[root], &[("r/a", "1"), ("r/b", "1")]);
        let main = by(&history, EVE, &[root], "2");
        let both = [("r/a", "2"), ("r/b", "1")];
        let back = history.commit_by(LEE, LEE, "", &[side, main], &both);
        let merge = history.commit_by(KIM, KIM, "", &[main, back], &both);
        assert_eq!(wrote(&history, merge).0, ["r/b: Lee Author, Lee Committer"]);
    }

    #[test]
    fn a_branch_that_landed_before_is_not_searched_again_whatever_its_dates() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let early = by(&history, EVE, &[root], "2");
        let late = by(&history, LEE, &[early], "3");
        let first = by(&history, KIM, &[root, early], "2");
        let second = by(&history, KIM, &[first, late], "3");
        assert_eq!(wrote(&history, second).0, ["r/a: Lee Author, Lee Committer"]);
    }

    #[test]
    fn a_record_that_moved_on_its_branch_keeps_its_first_writers() {
        let history = History::new();
        let root = history.commit_by(DANA, DANA, "", &[], &[("x", "1")]);
        let draft = history.commit_by(EVE, EVE, "", &[root], &[("x", "1"), ("r/draft", "1")]);
        let moved = history.commit_by(LEE, LEE, "", &[draft], &[("x", "1"), ("r/a", "1")]);
        let merge = history.commit_by(KIM, KIM, "", &[root, moved], &[("x", "1"), ("r/a", "1")]);
        assert_eq!(
            wrote(&history, merge).0,
            [
                "r/a: Lee Author, Lee Committer",
                "r/draft: Lee Author, Lee Committer, Eve Author, Eve Committer"
            ]
        );
    }

    #[test]
    fn every_branch_of_an_octopus_is_searched() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let one = history.commit_by(LEE, LEE, "", &[root], &[("r/a", "1"), ("r/b", "1")]);
        let two = history.commit_by(EVE, EVE, "", &[root], &[("r/a", "1"), ("r/c", "1")]);
        let all = [("r/a", "1"), ("r/b", "1"), ("r/c", "1")];
        let merge = history.commit_by(KIM, KIM, "", &[root, one, two], &all);
        assert_eq!(
            wrote(&history, merge).0,
            ["r/b: Lee Author, Lee Committer", "r/c: Eve Author, Eve Committer"]
        );
    }

    #[test]
    fn a_branch_that_this_clone_does_not_have_makes_the_list_incomplete() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let early = by(&history, EVE, &[root], "2");
        let late = by(&history, LEE, &[early], "3");
        let merge = by(&history, KIM, &[root, late], "3");
        history.forget(early);
        let (people, completeness) = wrote(&history, merge);
        assert_eq!(completeness, Completeness::Missing(early));
        assert!(!people[0].contains("Eve"), "{people:?}");
    }

    #[test]
    fn a_change_of_the_mode_writes_no_text() {
        let history = History::new();
        let root = by(&history, DANA, &[], "1");
        let tree = history.tree(&[("r/a", "1", 0o100_755)]);
        let side = history.commit_tree(EVE, EVE, "", &[root], tree);
        let last = by(&history, LEE, &[side], "2");
        let merge = by(&history, KIM, &[root, last], "2");
        assert_eq!(wrote(&history, merge).0, ["r/a: Lee Author, Lee Committer"]);
    }
}
