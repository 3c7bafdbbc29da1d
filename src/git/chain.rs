//! The mainline as a list: from a tip along the first parents, as the commits themselves name
//! them.
//!
//! Invariant: a clone that lacks history is recognised by the object that is missing, never by a
//! flag, so that the oldest commit of a shallow clone is not taken for the first one.

use super::objects::Header;
use super::{Error, ObjectId, Repo};

/// Commits along the first parents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Newest first.
    pub(crate) links: Vec<Link>,
    /// The first parent of the oldest link where this clone does not have it: the clone is shallow
    /// or partial, and what the oldest link changed cannot be known.
    pub(crate) missing: Option<ObjectId>,
}

/// A commit on a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: ObjectId,
    pub(crate) header: Header,
}

impl Repo {
    /// The chain of first parents that ends at a tip.
    pub(crate) fn chain(&self, tip: ObjectId) -> Result<Chain, Error> {
        let mut links = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next {
            let header = match self.header(id) {
                Ok(header) => header,
                Err(Error::Missing { .. }) if !links.is_empty() => {
                    return Ok(Chain { links, missing: Some(id) });
                }
                Err(error) => return Err(error),
            };
            next = header.parents.first().copied();
            links.push(Link { id, header });
        }
        Ok(Chain { links, missing: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::History;

    #[test]
    fn the_chain_follows_first_parents_only_newest_first() {
        let history = History::new();
        let first = history.commit(&[], &[("a", "1")]);
        let side = history.commit(&[first], &[("a", "2")]);
        let second = history.commit(&[first], &[("b", "1")]);
        let merge = history.commit(&[second, side], &[("a", "2"), ("b", "1")]);
        let chain = history.repo().chain(merge).unwrap();
        let ids: Vec<ObjectId> = chain.links.iter().map(|link| link.id).collect();
        assert_eq!((ids, chain.missing), (vec![merge, second, first], None));
        assert_eq!(chain.links[0].header.parents, [second, side]);
    }

    #[test]
    fn the_chain_of_a_clone_without_history_ends_where_it_does_and_says_so() {
        let history = History::new();
        let first = history.commit(&[], &[("a", "1")]);
        let second = history.commit(&[first], &[("a", "2")]);
        let third = history.commit(&[second], &[("a", "3")]);
        history.forget(first);
        let chain = history.repo().chain(third).unwrap();
        assert_eq!((chain.links.len(), chain.missing), (2, Some(first)));
        let error = history.repo().chain(first).unwrap_err();
        assert!(matches!(error, Error::Missing { id, .. } if id == first), "{error}");
    }

    #[test]
    fn neither_grafts_nor_replacements_nor_a_list_of_shallow_commits_change_the_chain() {
        let history = History::new();
        let first = history.commit(&[], &[("a", "1")]);
        let second = history.commit(&[first], &[("a", "2")]);
        let other = history.commit(&[], &[("a", "9")]);
        history.write(".git/info/grafts", &format!("{second}\n"));
        history.write(".git/shallow", &format!("{second}\n"));
        history.write(&format!(".git/refs/replace/{second}"), &format!("{other}\n"));
        let chain = history.repo().chain(second).unwrap();
        let ids: Vec<ObjectId> = chain.links.iter().map(|link| link.id).collect();
        assert_eq!((ids, chain.missing), (vec![second, first], None));
    }

    #[test]
    fn a_commit_on_the_chain_that_is_none_is_an_error() {
        let history = History::new();
        let tip = history.raw(b"tree nothing\n\n");
        let error = history.repo().chain(tip).unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    }
}
