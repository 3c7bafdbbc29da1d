//! The commits that each commit of the mainline brought to it.
//!
//! Those are the ones which can be reached from it and from no older commit of the mainline. They
//! are found by giving every commit to the oldest landing that reaches it, once for the whole chain,
//! so that no date decides.

use std::collections::{HashMap, HashSet};

use super::chain::Chain;
use super::objects::Header;
use super::{Error, ObjectId, Repo};

/// Commits that are looked at, of all branches together.
pub(super) const MAX_COMMITS: usize = 5_000_000;

/// The commits that each commit of a chain brought to it.
pub(crate) struct Landings {
    /// Without the commit of the chain itself, which stands as the key.
    pub(super) brought: HashMap<ObjectId, Brought>,
    /// Of every commit that was brought, and of the chain.
    pub(super) headers: HashMap<ObjectId, Header>,
}

#[derive(Clone, Default)]
pub(super) struct Brought {
    pub(super) commits: Vec<ObjectId>,
    /// An object that this clone lacks to know them all.
    pub(super) missing: Option<ObjectId>,
}

impl Repo {
    /// What each commit of a chain brought. Reads the header of every commit, once.
    pub(crate) fn landings(&self, chain: &Chain) -> Result<Landings, Error> {
        let mut headers: HashMap<ObjectId, Header> =
            chain.links.iter().map(|link| (link.id, link.header.clone())).collect();
        let mut seen: HashSet<ObjectId> = chain.links.iter().map(|link| link.id).collect();
        let mut brought = HashMap::new();
        // Below the end of an incomplete chain, nothing tells what had landed before; and what lies
        // below a commit that is missing may be reached by later landings too.
        let mut missing = chain.missing;
        seen.extend(missing);
        for link in chain.links.iter().rev() {
            let mut commits = Vec::new();
            for &parent in link.header.parents.iter().skip(1) {
                let lacks = self.reach(parent, &mut seen, |id, header| {
                    commits.push(id);
                    headers.insert(id, header);
                })?;
                missing = missing.or(lacks);
            }
            brought.insert(link.id, Brought { commits, missing });
        }
        Ok(Landings { brought, headers })
    }

    /// Visits the commits that lead to one and have not been seen. Gives one that this clone lacks.
    pub(super) fn reach(
        &self,
        tip: ObjectId,
        seen: &mut HashSet<ObjectId>,
        mut visit: impl FnMut(ObjectId, Header),
    ) -> Result<Option<ObjectId>, Error> {
        let mut missing = None;
        let mut pending = vec![tip];
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            if seen.len() > MAX_COMMITS {
                return Err(self.too_many());
            }
            match self.header(id) {
                Ok(header) => {
                    pending.extend(header.parents.iter().rev());
                    visit(id, header);
                }
                Err(Error::Missing { .. }) => missing = missing.or(Some(id)),
                Err(error) => return Err(error),
            }
        }
        Ok(missing)
    }

    pub(super) fn too_many(&self) -> Error {
        let reason = format!("it has more than {MAX_COMMITS} commits");
        Error::Unreadable { path: self.path.clone(), reason }
    }
}
