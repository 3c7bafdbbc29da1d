//! Who wrote what a branch would bring to the mainline, were it merged now.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::landings::Brought;
use super::{Contributors, Error, ObjectId, Repo};

impl Repo {
    /// Who wrote what the commits that lead to `head`, and not to `mainline`, changed in a folder,
    /// by path. Their committers wrote it too.
    pub(crate) fn contributors_since(
        &self,
        mainline: ObjectId,
        head: ObjectId,
        folder: &str,
    ) -> Result<BTreeMap<Vec<u8>, Contributors>, Error> {
        let mut seen = HashSet::new();
        let mut missing = self.reach(mainline, &mut seen, |_, _| {})?;
        let (mut commits, mut headers) = (Vec::new(), HashMap::new());
        let ahead = self.reach(head, &mut seen, |id, header| {
            commits.push(id);
            headers.insert(id, header);
        })?;
        missing = missing.or(ahead);
        self.contributors_of(&Brought { commits, missing }, headers, folder, [mainline, head])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Completeness;
    use crate::git::testing::{DANA, History};

    const LEE: &str = "Lee <lee@example.com>";
    const EVE: &str = "Eve <eve@example.com>";

    fn wrote(history: &History, mainline: ObjectId, head: ObjectId) -> Vec<String> {
        let found = history.repo().contributors_since(mainline, head, "r").expect("a history");
        let line = |(path, found): (&Vec<u8>, &Contributors)| {
            let names: Vec<String> =
                found.people.iter().map(|it| format!("{} {:?}", it.who.name, it.role)).collect();
            format!("{}: {}", String::from_utf8_lossy(path), names.join(", "))
        };
        found.iter().map(line).collect()
    }

    #[test]
    fn authors_and_committers_of_a_branch_wrote_it_and_those_of_the_mainline_did_not() {
        let history = History::new();
        let root = history.commit_by(DANA, DANA, "", &[], &[("r/a", "1")]);
        let main = history.commit_by(EVE, EVE, "", &[root], &[("r/a", "1"), ("r/b", "1")]);
        let side = history.commit_by(LEE, DANA, "", &[root], &[("r/a", "2")]);
        let back = history.commit_by(LEE, LEE, "", &[side, main], &[("r/a", "2"), ("r/b", "1")]);
        assert_eq!(wrote(&history, main, back), ["r/a: Lee Author, Dana Committer"]);
        assert_eq!(wrote(&history, main, main), [""; 0]);
        assert_eq!(wrote(&history, main, root), [""; 0], "what has landed is no branch");
    }

    #[test]
    fn a_branch_that_this_clone_does_not_have_makes_the_list_incomplete() {
        let history = History::new();
        let root = history.commit_by(DANA, DANA, "", &[], &[("r/a", "1")]);
        let early = history.commit_by(EVE, EVE, "", &[root], &[("r/a", "2")]);
        let late = history.commit_by(LEE, LEE, "", &[early], &[("r/a", "2"), ("r/b", "3")]);
        let last = history.commit_by(LEE, LEE, "", &[late], &[("r/a", "2"), ("r/b", "4")]);
        history.forget(early);
        let found = history.repo().contributors_since(root, last, "r").expect("a history");
        let known = &found[&b"r/b".to_vec()];
        assert_eq!(known.completeness, Completeness::Missing(early));
    }
}
