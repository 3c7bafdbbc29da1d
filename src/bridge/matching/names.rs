//! The bindings of a register by what they name, where they hang and what else limits them, so that a
//! suppression is compared with those alone that may have something to do with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::open::{Open, Several};
use super::stems::Stems;
use super::{MAX_BELOW, MAX_GROUPS};
use crate::model::reach::{Dimension, Hierarchy, Reach, Stem, lowest};
use crate::model::{Tool, enclosing};

/// Where management groups stand in the order of places.
const GROUPS: &str = "azure:/managementgroups/";

pub(super) struct Names {
    tool: Tool,
    /// Policies or ids, and what names each.
    of_text: HashMap<String, usize>,
    groups: Vec<Group>,
    /// The groups of patterns, and all others where the tool has patterns.
    patterns: Stems,
    texts: Stems,
    /// What names none of these.
    unnamed: Open,
    named: Open,
}

/// Bindings of one name.
struct Group {
    name: String,
    all: Vec<usize>,
    /// Where the tool has places.
    by_place: BTreeMap<String, Vec<usize>>,
    /// Where it has none.
    open: Open,
}

impl Names {
    pub(super) fn of(tool: Tool) -> Self {
        Self {
            tool,
            of_text: HashMap::new(),
            groups: Vec::new(),
            patterns: Stems::default(),
            texts: Stems::default(),
            unnamed: Open::default(),
            named: Open::default(),
        }
    }

    pub(super) fn add(&mut self, at: usize, reach: &Reach) {
        let Some(names) = reach.values(key_dimension(self.tool)) else {
            return self.unnamed.add(at, reach);
        };
        self.named.add(at, reach);
        for name in names {
            let group = self.group(name);
            group.all.push(at);
            if reach.tool.place().is_none() {
                group.open.add(at, reach);
                continue;
            }
            for place in places(reach) {
                group.by_place.entry(place).or_default().push(at);
            }
        }
    }

    fn group(&mut self, name: &str) -> &mut Group {
        let n_groups = self.groups.len();
        let at = *self.of_text.entry(name.to_owned()).or_insert(n_groups);
        if at == n_groups {
            if let Some(stem) = self.stem(name) {
                let is_pattern = is_pattern(self.tool, name);
                let stems = if is_pattern { &mut self.patterns } else { &mut self.texts };
                stems.add(&stem, at);
            }
            let (name, by_place) = (name.to_owned(), BTreeMap::new());
            self.groups.push(Group { name, all: Vec::new(), by_place, open: Open::default() });
        }
        &mut self.groups[at]
    }

    fn stem(&self, name: &str) -> Option<Stem> {
        Stem::of(self.tool, key_dimension(self.tool), name)
    }

    /// The bindings that a reach may lie within, and a few that it meets and does not lie within, to show
    /// how far beyond them it is; none that is apart from it.
    pub(super) fn near(
        &self,
        part: &Reach,
        hierarchy: &Hierarchy,
        is_apart: impl Fn(&usize) -> bool,
    ) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut n_left = MAX_BELOW;
        let mut take = |(around, beside): (Vec<usize>, Several<'_>)| {
            found.extend(around.into_iter().filter(|at| !is_apart(at)));
            for at in beside.filter(|at| !is_apart(at)).take(n_left) {
                n_left -= usize::from(found.insert(at));
            }
        };
        take(self.unnamed.near(part));
        let Some(names) = part.values(key_dimension(self.tool)) else {
            // It lies within none that names something.
            let (around, beside) = self.named.near(part);
            take((Vec::new(), Box::new(around.into_iter().chain(beside))));
            return found;
        };
        for name in names {
            let stem = self.stem(name);
            for at in stem.iter().flat_map(|stem| self.patterns.around(stem)) {
                take(self.groups[at].open.near(part));
            }
            match stem.filter(|_| is_pattern(self.tool, name)) {
                Some(stem) => take((Vec::new(), self.meeting(&stem))),
                None => match self.of_text.get(name).map(|at| &self.groups[*at]) {
                    Some(group) if self.tool.place().is_some() => {
                        take((group.at(part, hierarchy), Box::new(std::iter::empty())));
                    }
                    Some(group) => take(group.open.near(part)),
                    None => {}
                },
            }
        }
        found
    }

    /// The bindings whose names a pattern may let through, but for those around it.
    fn meeting<'a>(&'a self, stem: &Stem) -> Several<'a> {
        let Stem { front, back, .. } = stem.clone();
        let texts = self.texts.around(stem).into_iter().chain(self.texts.beside(stem));
        let is_met = move |at: &usize| {
            let name = &self.groups[*at].name;
            name.starts_with(&front) && name.ends_with(&back)
        };
        let groups = self.patterns.beside(stem).chain(texts.filter(is_met));
        Box::new(groups.flat_map(|at| self.groups[at].all.iter().copied()))
    }
}

impl Group {
    /// Those around a place, and some within it.
    fn at(&self, part: &Reach, hierarchy: &Hierarchy) -> Vec<usize> {
        let mut found = Vec::new();
        for place in places(part) {
            for around in enclosing(&place) {
                found.extend(self.by_place.get(around).into_iter().flatten());
            }
            for group in hierarchy.around(lowest(&place)) {
                found.extend(self.by_place.get(group).into_iter().flatten());
            }
            // Of the others it takes the hierarchy to say that they hold it.
            let groups = self.by_place.range(GROUPS.to_owned()..);
            let groups = groups.take_while(|(key, _)| key.starts_with(GROUPS));
            found.extend(groups.take(MAX_GROUPS).flat_map(|(_, bindings)| bindings));
            let below = format!("{place}/");
            let within = self.by_place.range(below.clone()..);
            let within = within.take_while(|(key, _)| key.starts_with(&below));
            found.extend(within.take(MAX_BELOW).flat_map(|(_, bindings)| bindings));
        }
        found
    }
}

/// The dimension in which every binding to the tool names something.
fn key_dimension(tool: Tool) -> Dimension {
    match tool {
        Tool::AzurePolicy | Tool::Kyverno => Dimension::Policy,
        _ => Dimension::Id,
    }
}

/// Whether what a binding to the tool names may be several.
fn is_pattern(tool: Tool, text: &str) -> bool {
    let has_patterns = matches!(tool, Tool::Kyverno | Tool::Checkov | Tool::AuditCi);
    has_patterns && text.contains(['*', '?', '['])
}

fn places(reach: &Reach) -> Vec<String> {
    match reach.values(Dimension::Place) {
        Some(places) => places.map(str::to_owned).collect(),
        None => vec![String::new()],
    }
}
