//! A report as JSON: figures, tables and charts by their keys.
//!
//! A promise: keys are only ever added. Titles, labels and definitions are for people and may change.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::render::json::{SCHEMA_VERSION, TOOL_VERSION};
use crate::report::document::{
    Block, Cell, Chart, Document, Drawing, Figure, Grid, Quantity, Section, Table, Timeline,
};

pub(super) fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let figures = document.figures().map(|it| (it.key.to_owned(), figure(it)));
    let tables = document.tables().map(|it| (it.key.to_owned(), table(it)));
    let charts = document.charts().map(|it| (it.key.to_owned(), chart(it)));
    let registers = document.stamp.registers.iter().map(|origin| {
        json!({
            "name": origin.name,
            "records": origin.n_records,
            "unreadable": origin.unreadable,
            "mainline": origin.history.as_ref().map(|it| &it.mainline),
            "tip": origin.history.as_ref().map(|it| &it.tip),
            "complete": origin.history.as_ref().is_some_and(|it| it.is_complete),
        })
    });
    let view = json!({
        "schema_version": SCHEMA_VERSION,
        "tool_version": TOOL_VERSION,
        "today": document.stamp.today.to_string(),
        "report": document.report,
        "title": document.title,
        "lead": super::plain(&document.lead),
        "registers": registers.collect::<Vec<_>>(),
        "filters": document.stamp.filters,
        "notes": document.notes.iter().map(super::plain).collect::<Vec<_>>(),
        "sections": document.sections.iter().map(section).collect::<Vec<_>>(),
        "figures": figures.collect::<Map<_, _>>(),
        "tables": tables.collect::<Map<_, _>>(),
        "charts": charts.collect::<Map<_, _>>(),
    });
    crate::render::json::write(&view, out)
}

/// What a section says in sentences.
fn section(section: &Section) -> Value {
    let items = section.blocks.iter().filter_map(|block| match block {
        Block::List(items) => Some(items),
        _ => None,
    });
    json!({
        "key": section.key,
        "title": section.title,
        "lead": super::plain(&section.lead),
        "items": items.flatten().map(super::plain).collect::<Vec<_>>(),
    })
}

fn figure(figure: &Figure) -> Value {
    let mut view = json!({
        "label": figure.label(),
        "value": value(figure.quantity),
        "unit": unit(figure.quantity),
        "ids": figure.ids,
        "definition": figure.definition,
    });
    if let Quantity::Share { part, whole } = figure.quantity {
        view["part"] = part.into();
        view["whole"] = whole.into();
    }
    view
}

/// A number, in percent where it is a share; null where there is none.
fn value(quantity: Quantity) -> Value {
    match quantity {
        Quantity::Count(n) => n.into(),
        Quantity::Days(days) => days.into(),
        Quantity::Share { part, whole } => Quantity::percent(part, whole).into(),
        Quantity::None | Quantity::NeedsHistory => Value::Null,
    }
}

/// What a number counts, or why there is none.
fn unit(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Count(_) => "count",
        Quantity::Days(_) => "days",
        Quantity::Share { .. } => "percent",
        Quantity::None => "none",
        Quantity::NeedsHistory => "needs-full-history",
    }
}

/// Rows as objects. Where a column counts records, `COLUMN_ids` holds them.
fn table(table: &Table) -> Value {
    let has_ids = |column: usize| {
        table.rows.iter().any(|row| {
            matches!(row.cells.get(column), Some(Cell::Number(_, ids) | Cell::Quantity(_, ids)) if !ids.is_empty())
        })
    };
    let has_ids: Vec<bool> = (0..table.columns.len()).map(has_ids).collect();
    let rows = table.rows.iter().map(|row| {
        let mut view = Map::new();
        if let Some(group) = &row.group {
            view.insert("group".to_owned(), group.as_str().into());
        }
        for ((column, cell), has_ids) in table.columns.iter().zip(&row.cells).zip(&has_ids) {
            view.insert(column.key.to_owned(), self::cell(cell));
            if let (Cell::Number(_, ids) | Cell::Quantity(_, ids), true) = (cell, has_ids) {
                view.insert(format!("{}_ids", column.key), ids.clone().into());
            }
        }
        Value::Object(view)
    });
    rows.collect()
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) | Cell::Id(text) | Cell::Code(text) | Cell::State(text, _) => {
            text.as_str().into()
        }
        Cell::Number(number, _) => (*number).into(),
        Cell::Quantity(quantity, _) => value(*quantity),
        Cell::Date(day) => day.to_string().into(),
        Cell::Ids(ids) => ids.clone().into(),
    }
}

fn chart(chart: &Chart) -> Value {
    let (kind, drawn) = match &chart.drawing {
        Drawing::Area(it) => ("area", grid(it)),
        Drawing::Columns(it) => ("columns", grid(it)),
        Drawing::Bars(it) => ("bars", grid(it)),
        Drawing::Matrix(it) => ("matrix", grid(it)),
        Drawing::Timeline(it) => ("timeline", timeline(it)),
    };
    json!({
        "title": chart.title,
        "insight": chart.insight,
        "definition": chart.definition,
        "kind": kind,
        "drawn": drawn,
    })
}

fn grid(grid: &Grid) -> Value {
    let series = grid.series.iter().map(|series| {
        let values: Vec<usize> = series.values.iter().map(|(value, _)| *value).collect();
        let ids: Vec<&Vec<String>> = series.values.iter().map(|(_, ids)| ids).collect();
        let mut view = json!({"key": series.key, "name": series.name, "values": values});
        if ids.iter().any(|ids| !ids.is_empty()) {
            view["ids"] = json!(ids);
        }
        view
    });
    let marks =
        grid.marks.iter().map(|(at, why)| json!({"label": grid.labels.get(*at), "why": why}));
    json!({
        "axis": grid.axis,
        "labels": grid.labels,
        "series": series.collect::<Vec<_>>(),
        "marks": marks.collect::<Vec<_>>(),
    })
}

fn timeline(timeline: &Timeline) -> Value {
    let rows = timeline.rows.iter().map(|row| {
        json!({
            "id": row.id,
            "start": row.start.to_string(),
            "first_promised": row.promised.map(|day| day.to_string()),
            "expires": row.end.to_string(),
        })
    });
    json!({"rows": rows.collect::<Vec<_>>()})
}
