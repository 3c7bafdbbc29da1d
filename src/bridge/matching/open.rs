//! Bindings that a suppression may lie within whatever it is called: those to whatever a tool finds, and
//! those that a pattern names.

use std::collections::{BTreeSet, HashMap};

use super::MAX_BELOW;
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach, package};

/// By the packages or the paths that limit them, where each of these is a single one.
#[derive(Debug, Default)]
pub(super) struct Open {
    of_package: HashMap<String, Vec<usize>>,
    of_path: HashMap<String, Vec<usize>>,
    /// The first of these, to show how far beyond a suppression is that lies within none.
    first: Vec<usize>,
    /// All others.
    rest: Vec<usize>,
}

impl Open {
    /// Adds a binding, whose name may be a pattern.
    pub(super) fn add(&mut self, at: usize, reach: &Reach, has_patterns: bool) {
        let packages = reach.values(Dimension::Package);
        let packages =
            packages.and_then(|values| values.map(package).collect::<Option<Vec<String>>>());
        let paths = reach.values(Dimension::Path).filter(|_| is_by_path(reach.tool));
        let paths = paths.and_then(|values| values.map(literal).collect::<Option<Vec<String>>>());
        let (index, keys) = match (packages, paths) {
            _ if has_patterns => return self.rest.push(at),
            (Some(packages), _) => (&mut self.of_package, packages),
            (None, Some(paths)) => (&mut self.of_path, paths),
            (None, None) => return self.rest.push(at),
        };
        for key in keys {
            index.entry(key).or_default().push(at);
        }
        if self.first.len() < MAX_BELOW {
            self.first.push(at);
        }
    }

    /// The bindings that a reach may lie within, and some that it does not.
    pub(super) fn around(&self, part: &Reach) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = self.rest.iter().chain(&self.first).copied().collect();
        let packages = part.values(Dimension::Package).into_iter().flatten().filter_map(package);
        for key in packages {
            found.extend(self.of_package.get(&key).into_iter().flatten());
        }
        for path in part.values(Dimension::Path).into_iter().flatten() {
            found.extend(self.of_path.get(path).into_iter().flatten());
        }
        found
    }
}

/// Whether a path of the tool is that of a file, and not one through dependencies.
fn is_by_path(tool: Tool) -> bool {
    !matches!(tool, Tool::Snyk | Tool::AuditCi)
}

/// A path that is no pattern, and leads nowhere else.
fn literal(path: &str) -> Option<String> {
    let is_plain = !path.contains(['*', '?', '[', '{', '\\']) && !path.contains("..");
    is_plain.then(|| path.to_owned())
}
