//! A report for people, at a terminal or in a log.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::columns::{Heading, Laid, laid};
use super::drawings::drawn;
use super::{Look, harmless, is_unknown, listed, origins, plain, words};
use crate::render::page::wrapped;
use crate::report::document::{
    Block, Cell, Chart, Column, Document, Drawing, Figure, Table, Text, Tone,
};

/// Columns where the terminal does not say how many it has.
const WIDTH: usize = 80;
/// Columns that stand below a row where a line has no room for them.
const BELOW: [&str; 2] = ["title", "act"];
/// Ids behind a figure.
const MAX_IDS: usize = 4;

/// What pictures are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strokes {
    /// Nothing is drawn: somebody reads a log, or a program does.
    None,
    Ascii,
    Blocks,
}

pub(super) fn write(document: &Document, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut ascii = Ascii(out);
    let out: &mut dyn Write = match look.strokes {
        Strokes::Ascii => &mut ascii,
        _ => &mut *ascii.0,
    };
    let is_wordy = document.figures().next().is_none();
    let mut page = Page { out, look, is_wordy };
    page.heading(&document.title, 0)?;
    if !document.stamp.filters.is_empty() {
        page.line(0, &format!("only {}", document.stamp.filters.join(" ")))?;
    }
    page.text(0, &document.lead)?;
    for note in &document.notes {
        page.line(0, &format!("note: {}", plain(note)))?;
    }
    for section in document.shown() {
        writeln!(page.out)?;
        page.heading(&section.title, 0)?;
        page.text(0, &section.lead)?;
        for (at, block) in section.blocks.iter().enumerate() {
            if at > 0 || !section.lead.is_empty() {
                writeln!(page.out)?;
            }
            match block {
                Block::List(items) => {
                    for item in items {
                        page.beside("- ", &plain(item))?;
                    }
                }
                Block::Figures(figures) => page.figures(figures)?,
                Block::Table(table) => page.table(table)?,
                Block::Chart(chart) => page.chart(chart)?,
            }
        }
    }
    writeln!(page.out)?;
    for origin in origins(document) {
        page.line(0, &origin)?;
    }
    let further = match document.figures().next() {
        Some(_) => {
            "`--format html` defines each number and draws it, `--format json` holds all of it"
        }
        None => "`--format html` makes a page of it",
    };
    page.line(0, &format!("judged on {} (UTC); {further}", document.stamp.today))
}

struct Page<'a> {
    out: &'a mut dyn Write,
    look: Look,
    /// Whether its tables are sentences, of which none may be cut.
    is_wordy: bool,
}

impl Page<'_> {
    fn width(&self) -> usize {
        self.look.style.width.unwrap_or(WIDTH)
    }

    fn colored(&self, text: &str, color: &str) -> String {
        match self.look.style.color {
            true => format!("\u{1b}[{color}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    fn heading(&mut self, text: &str, indentation: usize) -> io::Result<()> {
        let text = self.colored(&harmless(text), "1");
        writeln!(self.out, "{:indentation$}{text}", "")
    }

    fn text(&mut self, indentation: usize, text: &Text) -> io::Result<()> {
        match text.is_empty() {
            true => Ok(()),
            false => self.line(indentation, &plain(text)),
        }
    }

    fn line(&mut self, indentation: usize, text: &str) -> io::Result<()> {
        let room = self.width().saturating_sub(indentation);
        for line in wrapped(&harmless(text), Some(room)) {
            writeln!(self.out, "{:indentation$}{line}", "")?;
        }
        Ok(())
    }

    fn beside(&mut self, bullet: &str, text: &str) -> io::Result<()> {
        let room = self.width().saturating_sub(bullet.len());
        for (at, line) in wrapped(&harmless(text), Some(room)).iter().enumerate() {
            let bullet = if at == 0 { bullet } else { "  " };
            writeln!(self.out, "{bullet}{line}")?;
        }
        Ok(())
    }

    fn figures(&mut self, figures: &[Figure]) -> io::Result<()> {
        let numbers: Vec<String> = figures.iter().map(|it| it.quantity.words()).collect();
        let wide = numbers.iter().zip(figures).filter(|(_, it)| !is_unknown(it.quantity));
        let width = wide.map(|(number, _)| number.chars().count()).max().unwrap_or(1).min(24);
        let label = figures.iter().map(|it| it.label().chars().count()).max().unwrap_or(0);
        for (figure, number) in figures.iter().zip(&numbers) {
            let gap = width.saturating_sub(number.chars().count());
            let number = match color(figure.tone) {
                Some(color) => self.colored(number, color),
                None => number.clone(),
            };
            // As many whole ids as fit beside the label.
            let room = self.look.style.width.map(|screen| screen.saturating_sub(width + label + 6));
            let lists = (1..=MAX_IDS).rev().map(|n| harmless(&listed(&figure.ids, n)));
            let mut lists = lists.filter(|ids| room.is_none_or(|room| ids.width() <= room));
            let ids = lists.next().unwrap_or_default();
            let line = match ids.is_empty() {
                true => figure.label(),
                false => format!("{:label$}  {ids}", figure.label()),
            };
            writeln!(self.out, "  {:gap$}{number}  {line}", "")?;
        }
        Ok(())
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        if table.rows.is_empty() {
            return self.line(0, table.empty);
        }
        self.line(0, &format!("{}:", table.caption))?;
        let is_numeric = |at: usize| {
            table.rows.iter().any(|row| row.cells.get(at).is_some_and(Cell::is_numeric))
        };
        let headings = table.columns.iter().enumerate().map(|(at, column)| Heading {
            title: column.title.to_owned(),
            weight: column.weight,
            is_numeric: is_numeric(at),
        });
        let headings: Vec<Heading> = headings.collect();
        let cells = |cells: &[Cell]| cells.iter().map(|cell| harmless(&words(cell))).collect();
        let rows: Vec<Vec<String>> = table.rows.iter().map(|row| cells(&row.cells)).collect();
        let has_rule = self.look.strokes == Strokes::Blocks;
        let width = self.look.style.width;
        let Laid { lines, n_before, left_out, is_cut } = laid(&headings, &rows, width, has_rule);
        if self.is_wordy && (is_cut || !left_out.is_empty()) {
            return self.stacked(&headings, &rows);
        }
        let mut group = None;
        for (at, line) in lines.iter().enumerate() {
            let row = at.checked_sub(n_before).and_then(|at| table.rows.get(at));
            if let Some(row) = row
                && row.group.is_some()
                && group != row.group.as_ref()
            {
                group = row.group.as_ref();
                let heading = group.map(|it| harmless(it)).unwrap_or_default();
                let heading = self.colored(&heading, "1");
                writeln!(self.out, "{heading}")?;
            }
            let line = match row.and_then(|row| color(row.tone)) {
                Some(color) => self.colored(line, color),
                None => line.clone(),
            };
            writeln!(self.out, "{line}")?;
            if let Some(cells) = at.checked_sub(n_before).and_then(|at| rows.get(at)) {
                self.below(&table.columns, cells, &left_out)?;
            }
        }
        let gone = left_out.iter().filter(|&&at| !BELOW.contains(&table.columns[at].key));
        let gone: Vec<&str> = gone.map(|&at| table.columns[at].title).collect();
        if !gone.is_empty() {
            self.line(0, &format!("(left out for want of room: {})", gone.join(", ")))?;
        }
        Ok(())
    }

    /// What somebody acts on and had no room in its line; a command stays whole, to be copied.
    fn below(
        &mut self,
        columns: &[Column],
        cells: &[String],
        left_out: &[usize],
    ) -> io::Result<()> {
        for key in BELOW {
            let at = left_out.iter().find(|&&at| columns[at].key == key);
            let Some(cell) = at.and_then(|&at| cells.get(at)).filter(|cell| !cell.is_empty())
            else {
                continue;
            };
            match key {
                "act" => writeln!(self.out, "    {cell}")?,
                _ => self.line(4, cell)?,
            }
        }
        Ok(())
    }

    /// Rows as paragraphs, where each word of them matters and a line has no room for it.
    fn stacked(&mut self, headings: &[Heading], rows: &[Vec<String>]) -> io::Result<()> {
        for row in rows {
            let mut cells = row.iter().zip(headings).filter(|(cell, _)| !cell.is_empty());
            if let Some((first, _)) = cells.next() {
                self.line(2, first)?;
            }
            for (cell, heading) in cells {
                self.line(4, &format!("{}: {cell}", heading.title))?;
            }
        }
        Ok(())
    }

    fn chart(&mut self, chart: &Chart) -> io::Result<()> {
        self.line(0, &format!("{}: {}", chart.title, chart.insight))?;
        let is_bare = self.look.strokes == Strokes::None;
        // What nothing is drawn of would only repeat the sentence, or a table.
        if is_bare && matches!(chart.drawing, Drawing::Timeline(_)) {
            return Ok(());
        }
        let width = self.look.style.width.map(|width| width.saturating_sub(2));
        for line in drawn(&chart.drawing, self.look.strokes, width) {
            writeln!(self.out, "  {}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Spells our own signs for a terminal that has only ASCII; texts of records are not ours.
struct Ascii<'a>(&'a mut dyn Write);

impl Write for Ascii<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let spelled = text.replace('…', "~").replace('→', "->").replace('·', ".");
        self.0.write_all(spelled.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn color(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain | Tone::Good => None,
        Tone::Warn => Some("33"),
        Tone::Bad => Some("31"),
        Tone::Quiet => Some("2"),
    }
}
