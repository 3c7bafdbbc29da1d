//! A report with every block, every cell and every drawing, and hostile text wherever text stands.

use super::testing::{chart, figure, today};
use crate::report::document::{
    Block, Cell, Column, Document, Drawing, Grid, History, Life, Origin, Quantity, Row, Section,
    Series, Span, Stamp, Table, Text, Timeline, Tone,
};

/// Texts that try to be more than text on a page.
pub(super) const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></svg></table></script></style><b>",
    "javascript:alert(1)",
    "<!-- ]]> &lt;b&gt; &amp; &#60;",
    "a\u{202e}b\u{2066}c\u{61c}\u{200f}d\u{200b}e",
    "\u{1b}]0;title\u{7}\u{0}\n\r\t",
    "{{ x }} ${x} <%= x %>",
];

/// A report in which every text of a record, a person or a file says `text`.
pub(super) fn hostile(text: &str) -> Document {
    let id = || text.to_owned();
    let span =
        || Text(vec![Span::Plain(id()), Span::Strong(id()), Span::Code(id()), Span::Id(id())]);
    let grid = |key: &'static str| Grid {
        axis: key,
        labels: vec![id(), id()],
        series: vec![
            Series {
                key: id(),
                name: id(),
                tone: Tone::Plain,
                values: vec![(1, vec![id()]), (2, vec![])],
            },
            Series {
                key: id(),
                name: id(),
                tone: Tone::Plain,
                values: vec![(3, vec![]), (0, vec![])],
            },
        ],
        marks: vec![(0, id()), (1, id())],
    };
    let life = Life {
        id: id(),
        label: id(),
        start: today(),
        promised: None,
        end: today(),
        tone: Tone::Warn,
    };
    let drawings = [
        ("h_area", Drawing::Area(grid("month"))),
        ("h_columns", Drawing::Columns(grid("week"))),
        ("h_bars", Drawing::Bars(grid("control"))),
        ("h_matrix", Drawing::Matrix(grid("team"))),
        ("h_lives", Drawing::Timeline(Timeline { today: today(), rows: vec![life] })),
    ];
    let cells = vec![
        Cell::Id(id()),
        Cell::Text(id()),
        Cell::Number(1, vec![id()]),
        Cell::Quantity(Quantity::Count(1), vec![id()]),
        Cell::Date(today()),
        Cell::Ids(vec![id()]),
        Cell::Code(id()),
        Cell::State(id(), Tone::Bad),
        Cell::Empty,
    ];
    let columns = cells.iter().map(|_| Column::elastic("h_column", "Column")).collect();
    let table = Table {
        key: "h_table",
        caption: id(),
        definition: "",
        columns,
        rows: vec![Row { group: Some(id()), tone: Tone::Bad, cells }],
        empty: "",
    };
    let mut blocks = vec![
        Block::List(vec![span()]),
        Block::Figures(vec![figure("h_figure", text, Tone::Bad, vec![id(); 50])]),
        Block::Table(table),
    ];
    blocks.extend(drawings.into_iter().map(|(key, drawing)| chart(key, text, text, drawing)));
    let origin = Origin {
        name: id(),
        n_records: 1,
        unreadable: vec![id()],
        history: Some(History { mainline: id(), tip: id(), is_complete: false }),
    };
    Document {
        report: "expiry",
        title: id(),
        lead: span(),
        stamp: Stamp {
            today: today(),
            registers: vec![origin],
            filters: vec![id()],
            options: vec![id()],
        },
        notes: vec![span()],
        sections: vec![Section { key: "h_section", title: id(), lead: span(), blocks }],
        principal: "h_table",
    }
}
