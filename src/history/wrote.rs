//! Those who wrote or requested a text, and so cannot approve it.
//!
//! Invariant: naming somebody here can only keep that person from approving.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::reason::Reason;
use crate::git::{Address, Completeness, Contributors, ObjectId, Role};
use crate::policy::{Person, Policy};

/// Those who wrote or requested a text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Wrote {
    /// Each once, with the first commit in which they did.
    authors: Vec<(Address, Option<ObjectId>)>,
    /// The same, who committed what others wrote.
    committers: Vec<(Address, Option<ObjectId>)>,
    /// The addresses of the requesters as the texts state them.
    requesters: Vec<String>,
    /// Whether there may be more of them.
    pub(super) is_in_part: bool,
    pub(super) missing: Option<ObjectId>,
    /// A commit of which nobody can tell who made it, and why.
    pub(super) malformed: Option<(ObjectId, String)>,
}

impl Wrote {
    pub(super) fn join(&mut self, other: &Self) {
        let both = [(&mut self.authors, &other.authors), (&mut self.committers, &other.committers)];
        for (known, others) in both {
            let names: HashSet<&Address> = known.iter().map(|(who, _)| who).collect();
            let others = others.iter().filter(|(who, _)| !names.contains(who)).cloned();
            let others: Vec<_> = others.collect();
            known.extend(others);
        }
        other.requesters.iter().for_each(|address| self.requested_by(address));
        self.is_in_part |= other.is_in_part;
        self.missing = self.missing.or(other.missing);
        self.malformed = self.malformed.take().or_else(|| other.malformed.clone());
    }

    /// Adds those who wrote several files.
    pub(super) fn add_all<'a>(&mut self, files: impl IntoIterator<Item = &'a Contributors>) {
        files.into_iter().for_each(|contributors| self.add(contributors));
    }

    fn add(&mut self, contributors: &Contributors) {
        match contributors.completeness {
            Completeness::Complete => {}
            Completeness::OneCommit => self.is_in_part = true,
            Completeness::Missing(object) => self.missing = self.missing.or(Some(object)),
            Completeness::Malformed(commit, reason) => {
                self.malformed.get_or_insert_with(|| (commit, reason.to_owned()));
            }
        }
        for it in &contributors.people {
            let author = (it.who.clone(), Some(it.commit));
            let known = match it.role {
                Role::Committer => &mut self.committers,
                Role::Author | Role::CoAuthor => &mut self.authors,
            };
            if !known.iter().any(|(who, _)| *who == author.0) {
                known.push(author);
            }
        }
    }

    pub(crate) fn requested_by(&mut self, address: &str) {
        let is_known = self.requesters.iter().any(|known| known.eq_ignore_ascii_case(address));
        if !address.is_empty() && !is_known {
            self.requesters.push(address.to_owned());
        }
    }

    /// The addresses of all who wrote or requested it.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let authors = self.authors.iter().chain(&self.committers);
        let authors = authors.map(|(who, _)| who.email.as_str());
        authors.chain(self.requesters.iter().map(String::as_str))
    }

    /// What has to be known first to tell who wrote it.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Reason> {
        let missing = self.missing.map(|object| Reason::Missing { object });
        let malformed = self.malformed.clone();
        let malformed = malformed.map(|(commit, reason)| Reason::Malformed { commit, reason });
        missing.into_iter().chain(malformed)
    }

    /// Why somebody cannot have approved this text.
    pub(super) fn objection(&self, person: &Person) -> Option<Reason> {
        let id = || person.id.clone();
        let mut wrote = self.authors.iter().chain(&self.committers);
        let wrote = wrote.find(|(who, _)| person.has_address(&who.email));
        if let Some((_, commit)) = wrote {
            return Some(Reason::OwnWork { person: id(), commit: *commit });
        }
        let requested = self.requesters.iter().any(|it| person.has_address(it));
        requested.then(|| Reason::OwnRequest { person: id() })
    }

    /// The addresses that belong to nobody in the policy, each once.
    pub(super) fn unknown(&self, policy: &Policy) -> Vec<String> {
        let address = |(who, _): &'_ (Address, Option<ObjectId>)| match who.email.is_empty() {
            true => who.name.clone(),
            false => who.email.clone(),
        };
        // A forge commits what others wrote; it writes nothing itself.
        let committers = self.committers.iter().map(address);
        let committers = committers.filter(|address| !policy.approvals.is_forge(address));
        let mut unknown: Vec<String> = self
            .authors
            .iter()
            .map(address)
            .chain(committers)
            .chain(self.requesters.iter().cloned())
            .filter(|address| policy.person_at(address).is_none())
            .map(|address| address.to_lowercase())
            .collect();
        unknown.sort();
        unknown.dedup();
        unknown
    }
}
