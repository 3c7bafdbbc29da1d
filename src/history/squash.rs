//! What a squash does to a signed approval: it names all authors of the branch as authors of its one
//! commit, and whoever wrote a text cannot approve it.

use super::landed::Landed;
use super::proposal::Proposal;
use super::statement::Decision;
use super::tally::Vote;
use crate::git::{ObjectId, trailers};
use crate::policy::Policy;

/// An approval whose signer brought it to the branch too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnCommit {
    pub(crate) person: String,
    pub(crate) commit: ObjectId,
}

/// Whether changes come to a mainline as squashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Squashes {
    /// The newest commit that looks like one.
    Seen(ObjectId),
    /// Changes of the register came by merges alone.
    NotSeen,
    Unknown,
}

impl Proposal<'_> {
    /// The approvals that count now, and would not after a squash. A text that has landed already
    /// gets no other authors by one.
    pub(crate) fn own_commits(&self, votes: &[Vote]) -> Vec<OwnCommit> {
        if self.is_on_mainline {
            return Vec::new();
        }
        let counted = votes.iter().filter(|vote| vote.refusal.is_none());
        let own = counted.filter_map(|vote| {
            let stated = vote.stated.as_ref().filter(|it| it.decision == Decision::Approve)?;
            let people = &self.demand.policy.people;
            let person = people.iter().find(|person| person.id == stated.approver)?;
            let brought = self.branch.writers.get(vote.path.as_bytes())?;
            let own = brought.people.iter().find(|it| person.has_address(&it.who.email))?;
            Some(OwnCommit { person: person.id.clone(), commit: own.commit })
        });
        own.collect()
    }
}

impl Landed {
    /// How changes of the register came to the mainline lately, as far as commits show it: a forge
    /// commits a squash itself, and names the pull request or the authors of the branch.
    pub(crate) fn squashes(&self, policy: &Policy) -> Squashes {
        let mut has_merge = false;
        for commit in &self.recent {
            has_merge |= commit.parents.len() > 1;
            let is_forge = policy.approvals.is_forge(&commit.committer.who.email);
            if commit.parents.len() == 1 && is_forge && names_a_branch(&commit.message) {
                return Squashes::Seen(commit.id);
            }
        }
        if has_merge { Squashes::NotSeen } else { Squashes::Unknown }
    }
}

fn names_a_branch(message: &[u8]) -> bool {
    let text = String::from_utf8_lossy(message);
    let subject = text.lines().next().unwrap_or_default().trim_end();
    let number = subject.strip_suffix(')').and_then(|it| it.rsplit_once("(#"));
    let has_number = number.is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_author = |key: &str| key.eq_ignore_ascii_case("co-authored-by");
    has_number || trailers(message).is_ok_and(|all| all.iter().any(|it| is_author(&it.key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_squash_names_its_pull_request_or_the_authors_of_the_branch() {
        assert!(names_a_branch(b"File it (#7)\n"));
        assert!(names_a_branch(b"File it\n\nWhy.\n\nCo-authored-by: A <a@example.com>\n"));
        for message in ["File it\n", "File it (#x)\n", "File it (#)\n", "(7)\n"] {
            assert!(!names_a_branch(message.as_bytes()), "{message}");
        }
    }
}
