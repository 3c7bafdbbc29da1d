//! The sections of a report and what they are made of.

use maud::{Markup, html};

use super::anchors::Anchors;
use super::{Safe, chart, count, shown, table};
use crate::report::document::{Block, Figure, Quantity, Section};

pub(super) fn section(section: &Section, anchors: &Anchors<'_>) -> Markup {
    html! {
        section.part #{ "s-" (section.key) } aria-labelledby={ "h-" (section.key) } {
            h2 #{ "h-" (section.key) } { (Safe(&section.title)) }
            @if !section.lead.is_empty() {
                p.opening { (shown::text(&section.lead, anchors)) }
            }
            @for run in section.blocks.chunk_by(is_side_by_side) {
                @match run {
                    [Block::Chart(_), Block::Chart(_), ..] => {
                        div.charts { @for it in run { (block(it, anchors)) } }
                    }
                    _ => @for it in run { (block(it, anchors)) },
                }
            }
        }
    }
}

/// Small charts that follow each other share a line where there is room.
fn is_side_by_side(one: &Block, next: &Block) -> bool {
    matches!((one, next), (Block::Chart(_), Block::Chart(_)))
}

fn block(block: &Block, anchors: &Anchors<'_>) -> Markup {
    match block {
        Block::List(items) => html! {
            ul.points { @for item in items { li { (shown::text(item, anchors)) } } }
        },
        Block::Figures(figures) => html! {
            ul.tiles { @for figure in figures { (tile(figure, anchors)) } }
        },
        Block::Table(table) => table::table(table, anchors),
        Block::Chart(chart) => chart::chart(chart, anchors),
    }
}

/// A number, what it is, and the records behind it.
fn tile(figure: &Figure, anchors: &Anchors<'_>) -> Markup {
    html! {
        li.tile.(figure.tone.as_str()) #{ "f-" (figure.key) }
            data-figure=(figure.key) data-value=(shown::value(figure.quantity)) {
            p.number { (number(figure.quantity)) }
            p.label { (shown::unbroken(&figure.label())) }
            @if !figure.definition.is_empty() {
                p.definition { (shown::sentence(figure.definition)) }
            }
            @if !figure.ids.is_empty() {
                details {
                    summary { (count(figure.ids.len(), "record")) }
                    (shown::ids(&figure.ids, anchors))
                }
            }
        }
    }
}

/// The number large, what it is measured in small.
fn number(quantity: Quantity) -> Markup {
    match quantity {
        Quantity::Count(n) => html! { (n) },
        Quantity::Days(days) => html! {
            (days) small { @if days.abs() == 1 { " day" } @else { " days" } }
        },
        Quantity::Share { part, whole } => match Quantity::percent(part, whole) {
            Some(percent) => html! { (percent) " %" small { " " (part) " of " (whole) } },
            None => html! { span.words { "none" } },
        },
        Quantity::None | Quantity::NeedsHistory => html! {
            span.words { (quantity.words()) }
        },
    }
}
