//! A chart: a picture with its insight in words, and the same data as a table.

use maud::{Markup, html};

use super::anchors::Anchors;
use super::drawing::{self, Picture};
use super::table::{folded, state};
use super::{Safe, count, shown};
use crate::report::document::{Chart, Drawing, Grid, Timeline};

pub(super) fn chart(chart: &Chart, anchors: &Anchors<'_>) -> Markup {
    let picture = drawing::draw(&chart.drawing);
    let is_wide = picture.as_ref().is_some_and(Picture::is_wide);
    html! {
        figure.chart.wide[is_wide] #{ "c-" (chart.key) } data-chart=(chart.key) {
            figcaption {
                h3 { (Safe(&chart.title)) }
                @if !chart.insight.is_empty() {
                    p.insight { (Safe(&chart.insight)) }
                }
            }
            @if let Some(picture) = picture {
                section.scroll.picture tabindex="0" aria-labelledby={ "c-" (chart.key) "-title" } {
                    (image(chart, &picture))
                }
                @if !chart.definition.is_empty() {
                    p.definition { (shown::sentence(chart.definition)) }
                }
                details.numbers {
                    summary { "The numbers in this chart" }
                    section.scroll.large tabindex="0" aria-label={ "Numbers: " (Safe(&chart.title)) } {
                        (numbers(chart, anchors))
                    }
                }
            } @else {
                p.empty { "Nothing to draw." }
            }
        }
    }
}

fn image(chart: &Chart, picture: &Picture) -> Markup {
    let name = format!("c-{}-title", chart.key);
    let description = format!("c-{}-desc", chart.key);
    let Picture { width, height, .. } = *picture;
    html! {
        svg.fluid[picture.is_fluid()].long[picture.is_long()] role="img" aria-labelledby=(name) aria-describedby=(description)
            viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) {
            title #(name) { (Safe(&chart.title)) }
            desc #(description) { (Safe(&chart.insight)) }
            (picture.content)
        }
    }
}

fn numbers(chart: &Chart, anchors: &Anchors<'_>) -> Markup {
    match &chart.drawing {
        Drawing::Area(grid)
        | Drawing::Columns(grid)
        | Drawing::Bars(grid)
        | Drawing::Matrix(grid) => grid_numbers(grid, &chart.title, anchors),
        Drawing::Timeline(timeline) => timeline_numbers(timeline, &chart.title, anchors),
    }
}

fn grid_numbers(grid: &Grid, caption: &str, anchors: &Anchors<'_>) -> Markup {
    let is_sum = grid.series.len() > 1;
    html! {
        table {
            caption { span.caption { (Safe(caption)) } }
            thead {
                tr {
                    th scope="col" { (Safe(grid.axis)) }
                    @for series in &grid.series { th.n scope="col" { (Safe(&series.name)) } }
                    @if is_sum { th.n scope="col" { "total" } }
                    @if !grid.marks.is_empty() { th scope="col" { "note" } }
                }
            }
            tbody {
                @for (at, label) in grid.labels.iter().enumerate() {
                    tr {
                        th scope="row" { (Safe(label)) }
                        @for series in &grid.series {
                            @match series.values.get(at) {
                                Some((value, ids)) => td.n data-value=(value) {
                                    (folded(&value.to_string(), ids, anchors))
                                },
                                None => td {},
                            }
                        }
                        @if is_sum { td.n { (grid.total(at)) } }
                        @if !grid.marks.is_empty() {
                            td.x {
                                @for (_, reason) in grid.marks.iter().filter(|(mark, _)| *mark == at) {
                                    (Safe(reason)) " "
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn timeline_numbers(timeline: &Timeline, caption: &str, anchors: &Anchors<'_>) -> Markup {
    html! {
        table {
            caption {
                span.caption { (Safe(caption)) }
                span.n { " " (count(timeline.rows.len(), "record")) }
            }
            thead {
                tr {
                    @for title in ["record", "what", "from", "first promised", "last valid day"] {
                        th scope="col" { (title) }
                    }
                }
            }
            tbody {
                @for life in &timeline.rows {
                    tr {
                        th scope="row" { (shown::link(&life.id, anchors)) }
                        td.x { (Safe(&life.label)) }
                        td { (life.start.to_string()) }
                        td { @if let Some(day) = life.promised { (day.to_string()) } }
                        td { (state(&life.end.to_string(), life.tone)) }
                    }
                }
            }
        }
    }
}
