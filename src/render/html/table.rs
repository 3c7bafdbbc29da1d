//! A table: what a program can read beside what people read, and groups under their heading.

use maud::{Markup, html};

use super::anchors::Anchors;
use super::{Safe, count, shown};
use crate::report::document::{Cell, Column, Row, Table, Tone, Weight};

/// Rows that may stand on a screen before the table gets a height of its own.
const LARGE: usize = 60;
/// Bytes of a text that need not break.
const SHORT: usize = 28;
/// Ids that may stand in a cell before they are folded away.
const FEW: usize = 6;

pub(super) fn table(table: &Table, anchors: &Anchors<'_>) -> Markup {
    if table.rows.is_empty() {
        return html! {
            div.empty data-table=(table.key) {
                p.caption { (Safe(&table.caption)) }
                p { (Safe(table.empty)) }
            }
        };
    }
    let caption = format!("t-{}", table.key);
    let columns = Shape::all(table);
    html! {
        section.scroll.large[table.rows.len() > LARGE] tabindex="0" aria-labelledby=(caption) {
            table data-table=(table.key) {
                caption {
                    span.caption #(caption) { (Safe(&table.caption)) }
                    span.n { " " (table.rows.len()) }
                    @if !table.definition.is_empty() {
                        span.definition { (shown::sentence(table.definition)) }
                    }
                }
                thead {
                    tr {
                        @for shape in &columns {
                            th.n[shape.is_numeric].x[shape.is_wide()] scope="col"
                                data-key=(shape.column.key) data-below=[shape.keys_below()] {
                                (Safe(shape.column.title))
                                // What stands below with a name of its own is not named here too.
                                @for under in shape.below.iter().filter(|it| !it.is_numeric) {
                                    ", " (Safe(under.column.title))
                                }
                            }
                        }
                    }
                }
                @for group in table.rows.chunk_by(|one, next| one.group == next.group) {
                    tbody {
                        @if let Some(name) = group.first().and_then(|row| row.group.as_ref()) {
                            tr.group {
                                th scope="rowgroup" colspan=(columns.len()) {
                                    (Safe(name)) span.n { " " (group.len()) }
                                }
                            }
                        }
                        @for row in group {
                            (line(row, &columns, anchors))
                        }
                    }
                }
            }
        }
    }
}

/// How the cells of a column stand.
struct Shape {
    at: usize,
    column: Column,
    is_numeric: bool,
    /// Whether its texts may break.
    is_elastic: bool,
    /// The columns that stand in the same cell.
    below: Vec<Self>,
}

impl Shape {
    /// The columns that have cells of their own.
    fn all(table: &Table) -> Vec<Self> {
        let is_own = |at: &usize| table.columns[*at].under.is_none() && table.says_something(*at);
        (0..table.columns.len()).filter(is_own).map(|at| Self::of(table, at)).collect()
    }

    fn of(table: &Table, at: usize) -> Self {
        let mut cells = table.rows.iter().filter_map(|row| row.cells.get(at));
        let column = table.columns[at];
        let mut texts = cells.clone().filter_map(|cell| match cell {
            Cell::Text(text) | Cell::Code(text) => Some(text),
            _ => None,
        });
        let is_below = |it: &usize| table.columns[*it].under == Some(column.key);
        let below = (0..table.columns.len()).filter(is_below);
        Self {
            at,
            column,
            is_elastic: column.weight != Weight::Fixed && texts.any(|text| text.len() > SHORT),
            is_numeric: cells.any(Cell::is_numeric),
            below: below.map(|it| Self::of(table, it)).collect(),
        }
    }

    /// Whether it takes room for texts that break.
    fn is_wide(&self) -> bool {
        self.is_elastic || self.below.iter().any(|it| it.is_elastic)
    }

    /// The keys of what stands in the same cell.
    fn keys_below(&self) -> Option<String> {
        let keys: Vec<&str> = self.below.iter().map(|it| it.column.key).collect();
        (!keys.is_empty()).then(|| keys.join(" "))
    }
}

fn line(row: &Row, columns: &[Shape], anchors: &Anchors<'_>) -> Markup {
    let tone = (row.tone != Tone::Plain).then_some(row.tone.as_str());
    html! {
        tr id=[anchors.name(row)] class=[tone] {
            @for shape in columns {
                @let cell = row.cells.get(shape.at).unwrap_or(&Cell::Empty);
                @let class = match (shape.is_numeric, shape.is_elastic) {
                    (true, _) => Some("n"),
                    (_, true) => Some("x"),
                    _ => None,
                };
                @let value = value(cell);
                // The first column names what the row is about.
                @if shape.at == 0 && !matches!(cell, Cell::Empty) {
                    th scope="row" class=[class] data-value=[value] { (inside(cell, shape, row, anchors)) }
                } @else {
                    td class=[class] data-value=[value] { (inside(cell, shape, row, anchors)) }
                }
            }
        }
    }
}

/// A value and what stands below it, in the order in which the head names the keys.
fn inside(cell: &Cell, shape: &Shape, row: &Row, anchors: &Anchors<'_>) -> Markup {
    html! {
        (content(cell, row, anchors))
        @for it in &shape.below {
            @let cell = row.cells.get(it.at).unwrap_or(&Cell::Empty);
            // A number, a word or ids below another value say whose they are.
            @let is_named = it.is_numeric || matches!(cell, Cell::State(..) | Cell::Ids(_));
            small.n[it.is_numeric].named[is_named] data-value=[value(cell)] {
                @if is_named && !matches!(cell, Cell::Empty) {
                    (Safe(it.column.title)) ": "
                }
                (content(cell, row, anchors))
            }
        }
    }
}

/// What a program reads, where that is not the text of the cell.
fn value(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Number(n, ids) if !ids.is_empty() => Some(n.to_string()),
        Cell::Quantity(quantity, _) => Some(shown::value(*quantity)),
        _ => None,
    }
}

fn content(cell: &Cell, row: &Row, anchors: &Anchors<'_>) -> Markup {
    match cell {
        Cell::Empty => html! {},
        Cell::Text(text) => html! { (Safe(text)) },
        Cell::Number(n, ids) => folded(&n.to_string(), ids, anchors),
        Cell::Quantity(quantity, ids) => folded(&quantity.words(), ids, anchors),
        Cell::Date(day) => html! { (day.to_string()) },
        // A link to the row in which it stands would lead nowhere.
        Cell::Id(id) if anchors.name(row).is_some() => html! { code { (Safe(id)) } },
        Cell::Id(id) => shown::link(id, anchors),
        Cell::Ids(ids) if ids.len() > FEW => folded(&count(ids.len(), "record"), ids, anchors),
        Cell::Ids(ids) => html! {
            @for (index, id) in ids.iter().enumerate() {
                @if index > 0 { " " }
                (shown::link(id, anchors))
            }
        },
        Cell::Code(code) => html! { code { (Safe(code)) } },
        Cell::State(word, tone) => state(word, *tone),
    }
}

/// A word for how something stands, with a shape and a color beside it.
pub(super) fn state(word: &str, tone: Tone) -> Markup {
    html! { span.state.(tone.as_str()) { (Safe(word)) } }
}

/// Words that open to the records behind them.
pub(super) fn folded(words: &str, ids: &[String], anchors: &Anchors<'_>) -> Markup {
    html! {
        @if ids.is_empty() {
            (Safe(words))
        } @else {
            details { summary { (Safe(words)) } (shown::ids(ids, anchors)) }
        }
    }
}
