//! Where two commits last were one, read from the commits themselves.
//!
//! Dates say only in which order to look: wrong ones make the search longer, never its answer
//! different.

use std::collections::{BinaryHeap, HashMap};

use super::{Error, ObjectId, Repo};

const LEFT: u8 = 1;
const RIGHT: u8 = 2;
const BOTH: u8 = LEFT | RIGHT;
/// Reached from a commit that both sides reach, so it is not the last common one.
const OLDER: u8 = 4;

impl Repo {
    /// The last common ancestor of two commits. `None` where they have none; an error where this
    /// clone lacks the history to tell, or where there are several, as after merges in both
    /// directions: against any one of them, a change can look like none.
    pub(crate) fn merge_base(
        &self,
        left: ObjectId,
        right: ObjectId,
    ) -> Result<Option<ObjectId>, Error> {
        let mut search = Search {
            repo: self,
            seen: HashMap::new(),
            queue: BinaryHeap::new(),
            n_open: 0,
            missing: None,
        };
        search.mark(left, LEFT)?;
        search.mark(right, RIGHT)?;
        let mut found = Vec::new();
        while search.n_open > 0 {
            if let Some(common) = search.step()? {
                found.push(common);
            }
        }
        if found.len() > 1 {
            // One may be an ancestor of another, which shows once all below them is marked.
            while !search.queue.is_empty() {
                search.step()?;
            }
            if let Some(missing) = search.missing {
                return Err(missing);
            }
            found.retain(|id| search.flags(*id) & OLDER == 0);
        }
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err(Error::Ambiguous { path: self.path.clone(), left, right }),
        }
    }
}

struct Search<'a> {
    repo: &'a Repo,
    seen: HashMap<ObjectId, Seen>,
    /// What is to be marked further, by claimed date.
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How much of the queue may still lead to a last common commit.
    n_open: usize,
    /// An object that this clone lacks below a common commit.
    missing: Option<Error>,
}

struct Seen {
    parents: Vec<ObjectId>,
    claimed: i64,
    flags: u8,
    is_queued: bool,
    is_found: bool,
}

impl Seen {
    fn is_open(&self) -> bool {
        self.is_queued && self.flags & OLDER == 0
    }
}

impl Search<'_> {
    fn flags(&self, id: ObjectId) -> u8 {
        self.seen.get(&id).map_or(0, |seen| seen.flags)
    }

    fn mark(&mut self, id: ObjectId, flags: u8) -> Result<(), Error> {
        if !self.seen.contains_key(&id) {
            let header = match self.repo.header(id) {
                Ok(header) => header,
                Err(error @ Error::Missing { .. }) if flags & OLDER != 0 => {
                    self.missing = Some(error);
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            let (parents, claimed) = (header.parents, header.claimed);
            let seen = Seen { parents, claimed, flags: 0, is_queued: false, is_found: false };
            self.seen.insert(id, seen);
        }
        let Some(seen) = self.seen.get_mut(&id) else { return Ok(()) };
        if seen.flags & flags == flags {
            return Ok(());
        }
        let was_open = seen.is_open();
        seen.flags |= flags;
        if !seen.is_queued {
            seen.is_queued = true;
            self.queue.push((seen.claimed, id));
        }
        self.n_open += usize::from(seen.is_open());
        self.n_open -= usize::from(was_open);
        Ok(())
    }

    /// Marks the parents of one commit; says which it is where both sides reach it for the first
    /// time.
    fn step(&mut self) -> Result<Option<ObjectId>, Error> {
        let Some((_, id)) = self.queue.pop() else { return Ok(None) };
        let Some(seen) = self.seen.get_mut(&id) else { return Ok(None) };
        self.n_open -= usize::from(seen.is_open());
        seen.is_queued = false;
        let mut flags = seen.flags;
        let is_common = flags & BOTH == BOTH;
        let is_new = is_common && flags & OLDER == 0 && !seen.is_found;
        seen.is_found |= is_new;
        if is_common {
            flags |= OLDER;
        }
        for parent in seen.parents.clone() {
            self.mark(parent, flags)?;
        }
        Ok(is_new.then_some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::History;

    /// A commit at a moment, so that dates can lie.
    fn at(history: &History, seconds: i64, parents: &[ObjectId]) -> ObjectId {
        let tree = history.tree(&[("n", &format!("{seconds} {parents:?}"), 0o100_644)]);
        let parents: String = parents.iter().map(|id| format!("parent {id}\n")).collect();
        let who = format!("A <a@x.org> {seconds} +0000");
        history.raw(format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\nx").as_bytes())
    }

    #[test]
    fn the_base_is_where_two_branches_parted() {
        let history = History::new();
        let root = at(&history, 1, &[]);
        let fork = at(&history, 2, &[root]);
        let left = at(&history, 3, &[fork]);
        let right = at(&history, 4, &[at(&history, 5, &[fork])]);
        let repo = history.repo();
        assert_eq!(repo.merge_base(left, right).unwrap(), Some(fork));
        assert_eq!(repo.merge_base(fork, right).unwrap(), Some(fork));
        assert_eq!(repo.merge_base(left, left).unwrap(), Some(left));
        assert_eq!(repo.merge_base(left, at(&history, 9, &[])).unwrap(), None);
    }

    #[test]
    fn of_two_bases_none_is_taken_whatever_their_dates() {
        let history = History::new();
        let root = at(&history, 1, &[]);
        let (a, b) = (at(&history, 2, &[root]), at(&history, 3, &[root]));
        let (left, right) = (at(&history, 4, &[a, b]), at(&history, 5, &[b, a]));
        let error = history.repo().merge_base(left, right).expect_err("two bases");
        assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
    }

    #[test]
    fn history_that_this_clone_lacks_is_an_error_only_where_it_is_needed() {
        let history = History::new();
        let root = at(&history, 1, &[]);
        let fork = at(&history, 2, &[root]);
        let (left, right) = (at(&history, 3, &[fork]), at(&history, 4, &[fork]));
        history.forget(root);
        let repo = history.repo();
        assert_eq!(repo.merge_base(left, right).unwrap(), Some(fork));
        let other = at(&history, 5, &[]);
        let error = repo.merge_base(left, other).unwrap_err();
        assert!(matches!(error, Error::Missing { id, .. } if id == root), "{error}");
    }

    #[test]
    fn drawn_histories_with_lying_dates_have_the_base_that_the_definition_asks_for() {
        let mut state = 1_u64;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            (state >> 33) % n
        };
        let history = History::new();
        let mut commits: Vec<(ObjectId, Vec<usize>)> = Vec::new();
        for n in 0..40_usize {
            let n_parents = below(3).min(n as u64);
            let parents: Vec<usize> =
                (0..n_parents).map(|_| n - 1 - below(n.min(6) as u64) as usize).collect();
            let ids: Vec<ObjectId> = parents.iter().map(|&parent| commits[parent].0).collect();
            commits.push((at(&history, below(1_000) as i64, &ids), parents));
        }
        let ancestors = |of: usize| {
            let (mut found, mut pending) = (std::collections::BTreeSet::new(), vec![of]);
            while let Some(next) = pending.pop() {
                if found.insert(next) {
                    pending.extend(&commits[next].1);
                }
            }
            found
        };
        let repo = history.repo();
        for left in 0..commits.len() {
            for right in 0..left {
                let common = &ancestors(left) & &ancestors(right);
                let is_last = |&base: &usize| {
                    !common.iter().any(|&other| other != base && ancestors(other).contains(&base))
                };
                let last: Vec<ObjectId> =
                    common.iter().copied().filter(is_last).map(|base| commits[base].0).collect();
                let found = repo.merge_base(commits[left].0, commits[right].0);
                match last.as_slice() {
                    [] => assert_eq!(found, Ok(None), "{left} {right}"),
                    [one] => assert_eq!(found, Ok(Some(*one)), "{left} {right}"),
                    _ => assert!(matches!(found, Err(Error::Ambiguous { .. })), "{left} {right}"),
                }
            }
        }
    }
}
