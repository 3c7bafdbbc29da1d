//! What `--allow-unknown` lets pass, and where: nobody allows what nobody sees.

use serde::Serialize;

use crate::bridge::Allowed;

/// Places that a line names.
const MAX_PLACES: usize = 10;

/// Where the suppressions stand that a name lets pass.
#[derive(Serialize)]
pub(crate) struct View<'a> {
    name: &'a str,
    suppressions: Vec<PlaceView<'a>>,
}

#[derive(Serialize)]
struct PlaceView<'a> {
    path: &'a str,
    line: usize,
    column: usize,
}

pub(crate) fn views(allowed: &[Allowed]) -> Vec<View<'_>> {
    let views = allowed.iter().map(|Allowed { name, places }| View {
        name,
        suppressions: places
            .iter()
            .map(|place| PlaceView {
                path: &place.path,
                line: place.position.line,
                column: place.position.column,
            })
            .collect(),
    });
    views.collect()
}

/// `` `--allow-unknown demo` lets 2 pass: a.json:3, b.json:8 ``, a line for each name that meets something.
pub(crate) fn lines(allowed: &[Allowed]) -> Vec<String> {
    let some = allowed.iter().filter(|it| !it.places.is_empty());
    let line = |Allowed { name, places }: &Allowed| {
        let first = places.iter().take(MAX_PLACES);
        let mut shown: Vec<String> =
            first.map(|it| format!("{}:{}", it.path, it.position.line)).collect();
        if let Some(n_more) = places.len().checked_sub(MAX_PLACES).filter(|n| *n > 0) {
            shown.push(format!("{n_more} more"));
        }
        format!("`--allow-unknown {name}` lets {} pass: {}", places.len(), shown.join(", "))
    };
    some.map(line).collect()
}
