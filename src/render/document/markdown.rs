//! A report as Markdown that GitHub and GitLab show: tables keep their shape whatever stands in them.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{listed, origins, words};
use crate::render::markdown::escaped;
use crate::report::document::{
    Block, Cell, Chart, Column, Document, Drawing, Figure, Grid, Span, Table, Text,
};

/// Rows of a table that people get to read in a comment.
const MAX_ROWS: usize = 200;
/// Ids behind a figure.
const MAX_IDS: usize = 12;

pub(super) fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let mut page = format!("# {}\n\n", escaped(&document.title));
    paragraph(&mut page, &document.lead);
    for note in &document.notes {
        push(&mut page, format_args!("> **note**: {}\n\n", text(note)));
    }
    for section in document.shown() {
        push(&mut page, format_args!("## {}\n\n", escaped(&section.title)));
        paragraph(&mut page, &section.lead);
        for block in &section.blocks {
            match block {
                Block::List(items) => {
                    for item in items {
                        push(&mut page, format_args!("- {}\n", text(item)));
                    }
                    page.push('\n');
                }
                Block::Figures(it) => figures(&mut page, it),
                Block::Table(it) => table(&mut page, it),
                Block::Chart(it) => chart(&mut page, it),
            }
        }
    }
    let stamp = &document.stamp;
    push(&mut page, format_args!("---\n\njudged on {} (UTC)", stamp.today));
    for origin in origins(document) {
        push(&mut page, format_args!("; {}", escaped(&origin)));
    }
    if !stamp.filters.is_empty() {
        push(&mut page, format_args!("; only {}", escaped(&stamp.filters.join(" "))));
    }
    page.push('\n');
    out.write_all(page.as_bytes())
}

fn push(page: &mut String, arguments: std::fmt::Arguments<'_>) {
    page.write_fmt(arguments).expect("a string takes everything");
}

fn paragraph(page: &mut String, it: &Text) {
    if !it.is_empty() {
        push(page, format_args!("{}\n\n", text(it)));
    }
}

pub(super) fn text(text: &Text) -> String {
    let span = |span: &Span| match span {
        Span::Plain(it) => escaped(it),
        Span::Strong(it) => format!("**{}**", escaped(it)),
        Span::Code(it) => format!("<code>{}</code>", escaped(it)),
        Span::Id(it) => format!("<code>{}</code>", escaped(it)),
    };
    text.0.iter().map(span).collect()
}

fn figures(page: &mut String, figures: &[Figure]) {
    page.push_str("| | | behind it |\n| ---: | --- | --- |\n");
    for figure in figures {
        let ids = escaped(&listed(&figure.ids, MAX_IDS));
        let number = escaped(&figure.quantity.words());
        push(page, format_args!("| **{number}** | {} | {ids} |\n", escaped(&figure.label())));
    }
    page.push_str("\n<details><summary>what these count</summary>\n\n");
    for figure in figures {
        let (label, definition) = (escaped(&figure.label()), text(&Text::of(figure.definition)));
        push(page, format_args!("- **{label}**: {definition}\n"));
    }
    page.push_str("\n</details>\n\n");
}

fn table(page: &mut String, table: &Table) {
    push(page, format_args!("**{}**\n\n", escaped(&table.caption)));
    if table.rows.is_empty() {
        push(page, format_args!("{}\n\n", text(&Text::of(table.empty))));
        return;
    }
    let has_groups = table.rows.iter().any(|row| row.group.is_some());
    header(page, &table.columns, has_groups, |at| {
        table.rows.iter().any(|row| row.cells.get(at).is_some_and(Cell::is_numeric))
    });
    let mut last = None;
    for row in table.rows.iter().take(MAX_ROWS) {
        page.push('|');
        if has_groups {
            // Said once, where it begins.
            let group = row.group.as_ref().filter(|group| last != Some(*group));
            push(page, format_args!(" {} |", group.map(|it| escaped(it)).unwrap_or_default()));
            last = row.group.as_ref();
        }
        for cell in &row.cells {
            let words = escaped(&words(cell));
            match cell {
                Cell::Id(_) | Cell::Code(_) if !words.is_empty() => {
                    push(page, format_args!(" <code>{words}</code> |"));
                }
                _ => push(page, format_args!(" {words} |")),
            }
        }
        page.push('\n');
    }
    page.push('\n');
    if let Some(more) = table.rows.len().checked_sub(MAX_ROWS).filter(|more| *more > 0) {
        push(page, format_args!("and {more} more rows, which the other formats hold\n\n"));
    }
    if !table.definition.is_empty() {
        push(page, format_args!("<sub>{}</sub>\n\n", text(&Text::of(table.definition))));
    }
}

fn header(
    page: &mut String,
    columns: &[Column],
    has_groups: bool,
    is_numeric: impl Fn(usize) -> bool,
) {
    let group = if has_groups { "| " } else { "" };
    let titles: Vec<String> = columns.iter().map(|column| escaped(column.title)).collect();
    push(page, format_args!("{group}| {} |\n", titles.join(" | ")));
    let rules = (0..columns.len()).map(|at| if is_numeric(at) { "---:" } else { "---" });
    let group = if has_groups { "| --- " } else { "" };
    push(page, format_args!("{group}| {} |\n", rules.collect::<Vec<_>>().join(" | ")));
}

/// A chart as the table of its data, without the rows that hold nothing.
fn chart(page: &mut String, chart: &Chart) {
    push(page, format_args!("**{}**: {}\n\n", escaped(&chart.title), escaped(&chart.insight)));
    match &chart.drawing {
        Drawing::Area(it) | Drawing::Columns(it) | Drawing::Bars(it) | Drawing::Matrix(it) => {
            grid(page, it);
        }
        // Its days stand in the table of records.
        Drawing::Timeline(_) => {}
    }
}

fn grid(page: &mut String, grid: &Grid) {
    let told: Vec<usize> = (0..grid.labels.len()).filter(|&at| grid.total(at) > 0).collect();
    if told.is_empty() {
        return;
    }
    let names: Vec<String> = grid.series.iter().map(|series| escaped(&series.name)).collect();
    push(page, format_args!("| {} | {} |\n", escaped(grid.axis), names.join(" | ")));
    push(page, format_args!("| --- |{}\n", " ---: |".repeat(names.len())));
    for &at in told.iter().take(MAX_ROWS) {
        let mark = grid.marks.iter().find(|(label, _)| *label == at);
        let mark = mark.map(|(_, why)| format!(" ({})", escaped(why))).unwrap_or_default();
        let values = grid.series.iter().map(|it| it.values.get(at).map_or(0, |(value, _)| *value));
        let values: Vec<String> = values.map(|value| value.to_string()).collect();
        let label = escaped(&grid.labels[at]);
        push(page, format_args!("| {label}{mark} | {} |\n", values.join(" | ")));
    }
    page.push('\n');
}
