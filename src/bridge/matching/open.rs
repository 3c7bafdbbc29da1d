//! Bindings that name the same, or nothing at all: by what else limits them.

use std::collections::HashMap;

use super::stems::Stems;
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach, Stem, package_family};

/// By packages, and by paths; with Kyverno, whose resources lie in no files, by namespaces instead.
#[derive(Debug, Default)]
pub(super) struct Open {
    of_package: HashMap<String, Vec<usize>>,
    /// Those that no package limits.
    of_path: Stems,
    /// Those that packages limit, too.
    of_both: Stems,
    with_path: Vec<usize>,
    with_package: Vec<usize>,
    with_both: Vec<usize>,
    /// Those that nothing of this limits.
    rest: Vec<usize>,
}

/// Bindings, one after the other.
pub(super) type Several<'a> = Box<dyn Iterator<Item = usize> + 'a>;

impl Open {
    pub(super) fn add(&mut self, at: usize, reach: &Reach) {
        let (packages, stems) = keys(reach);
        for key in packages.iter().flatten() {
            self.of_package.entry(key.clone()).or_default().push(at);
        }
        let (index, list) = match (packages, &stems) {
            (None, None) => return self.rest.push(at),
            (None, Some(_)) => (&mut self.of_path, &mut self.with_path),
            (Some(_), Some(_)) => (&mut self.of_both, &mut self.with_both),
            (Some(_), None) => (&mut self.of_both, &mut self.with_package),
        };
        stems.iter().flatten().for_each(|stem| index.add(stem, at));
        list.push(at);
    }

    /// All bindings that a reach may lie within, and then, to be taken one by one, those that it may meet
    /// all the same.
    pub(super) fn near(&self, part: &Reach) -> (Vec<usize>, Several<'_>) {
        let (packages, stems) = keys(part);
        let mut around = self.rest.clone();
        for key in packages.iter().flatten() {
            around.extend(self.of_package.get(key).into_iter().flatten());
        }
        for stem in stems.iter().flatten() {
            around.extend(self.of_path.around(stem));
        }
        let stems = stems.filter(|stems| !stems.iter().any(|stem| stem.is_odd));
        let mut beside = met(&self.of_path, &self.with_path, stems.clone());
        if packages.is_none() {
            let both = met(&self.of_both, &self.with_both, stems);
            let with_package = self.with_package.iter().copied();
            beside = Box::new(beside.chain(with_package).chain(both));
        }
        (around, beside)
    }
}

/// Of bindings that paths limit, those that some values may meet; all of them where there are none.
fn met<'a>(index: &'a Stems, all: &'a [usize], stems: Option<Vec<Stem>>) -> Several<'a> {
    match stems {
        None => Box::new(all.iter().copied()),
        Some(stems) => Box::new(
            stems
                .into_iter()
                .flat_map(|stem| index.around(&stem).into_iter().chain(index.beside(&stem))),
        ),
    }
}

/// The packages and the beginnings of the paths that limit a reach; none where nothing does, or what does
/// cannot be told.
fn keys(reach: &Reach) -> (Option<Vec<String>>, Option<Vec<Stem>>) {
    let dimension = match reach.tool {
        Tool::Kyverno => Dimension::Namespace,
        _ => Dimension::Path,
    };
    let packages = reach.values(Dimension::Package);
    let paths = reach.values(dimension);
    (
        packages.and_then(|values| values.map(package_family).collect()),
        paths.and_then(|values| values.map(|path| Stem::of(reach.tool, dimension, path)).collect()),
    )
}
