//! Pages for people at a terminal: short lines, what decides first, and no meaning in colors alone.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::Page;
use super::changes::{self, Told};
use super::words::{self, MAX_LISTED};
use crate::changes::Kind;
use crate::finding::Level;
use crate::history::{POLICY_ID, Stage};
use crate::render::page::wrapped;
use crate::render::trail::emergency;
use crate::render::{Safe, Style, policies};
use crate::report::policies::PolicyChange;
use crate::report::review::Reviewed;
use crate::report::review::questions::Answer;

/// Columns where the terminal does not say how many it has.
const WIDTH: usize = 80;
/// The narrowest text that is worth wrapping.
const MIN_TEXT: usize = 24;
/// Where text stands beside the name of its section.
const SECTION: usize = 13;
/// Columns by which further lines stand to the right of whatever may begin a line.
const HANG: usize = 4;
/// Columns of an answer, and of a question in few words.
const ANSWER: usize = 18;
const QUESTION: usize = 20;
/// Columns of a label below a section.
const LABEL: usize = 11;

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const PLAIN: &str = "\u{1b}[0m";

pub(super) fn write(page: &Page<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet { out, style };
    for caution in page.cautions {
        sheet.line(0, 2, &format!("caution: {caution}"), RED)?;
    }
    if !page.cautions.is_empty() {
        writeln!(sheet.out)?;
    }
    if let Some(policy) = page.policy {
        sheet.policy(policy, page.rev)?;
    }
    for it in page.records {
        sheet.record(it, page)?;
        writeln!(sheet.out)?;
    }
    for note in page.notes {
        sheet.line(0, 2, &format!("note: {note}"), "")?;
    }
    for lost in page.unreadable {
        sheet.line(0, 2, &format!("error: {lost}"), RED)?;
    }
    sheet.line(0, 2, &words::summary(page), "")
}

struct Sheet<'a> {
    out: &'a mut dyn Write,
    style: Style,
}

impl Sheet<'_> {
    fn policy(&mut self, change: &PolicyChange<'_>, rev: Option<&str>) -> io::Result<()> {
        let headline = policies::headline(change);
        self.line(0, 4, &format!("{}  the policy of the register", POLICY_ID), BOLD)?;
        let color = if change.weaker.is_empty() { "" } else { RED };
        self.line(2, 4, &format!("POLICY: {headline}"), color)?;
        for (at, sentence) in policies::differences(change).into_iter().enumerate() {
            self.told(if at == 0 { "change" } else { "" }, &sentence.into())?;
        }
        self.section("approval", &policies::approval(change, rev))?;
        writeln!(self.out)
    }

    fn record(&mut self, it: &Reviewed<'_>, page: &Page<'_>) -> io::Result<()> {
        let exception = it.exception();
        self.line(0, 4, &format!("{}  {}", exception.id, exception.title), BOLD)?;
        let (kind, more) = words::headline(it, page.today);
        let color = if it.change.kind > Kind::Other { RED } else { "" };
        self.line(2, 4, &format!("{kind}: {more}"), color)?;
        self.line(2, 4, &words::glance(it), "")?;
        if let Some(stated) = &it.emergency {
            let color =
                if matches!(stated.stage, Some(Stage::Overdue { .. })) { RED } else { YELLOW };
            self.line(2, 4, &emergency(stated, page.today), color)?;
        }
        self.section("asked by", &words::person(&exception.requester))?;
        self.section("owned by", &words::person(&exception.owner))?;
        writeln!(self.out)?;
        self.changes(it)?;
        self.findings(it)?;
        self.questions(it)?;
        self.lines("besides", &words::others(it))?;
        self.approval(it, page.rev)?;
        let (sum, lines) = words::trail(it);
        self.section("trail", &sum)?;
        lines.iter().try_for_each(|line| self.line(4, 8, line, ""))
    }

    fn changes(&mut self, it: &Reviewed<'_>) -> io::Result<()> {
        let changes = changes::changes(it);
        let misstatement = words::misstatement(it);
        for (at, told) in changes.iter().enumerate() {
            self.told(if at == 0 { "change" } else { "" }, told)?;
        }
        if let Some(text) = &misstatement {
            self.section(if changes.is_empty() { "change" } else { "" }, text)?;
        }
        if let Some((line, granted)) = changes::granted(it) {
            self.beside("grants", &line, RED)?;
            granted.iter().try_for_each(|told| self.told("", told))?;
        }
        let name = if it.is_whole() { "what" } else { "unchanged" };
        let mut last = "";
        for (at, stated) in it.stated.iter().enumerate() {
            let label = if stated.label == last { "" } else { stated.label };
            last = stated.label;
            self.beside_label(if at == 0 { name } else { "" }, label, &stated.text)?;
        }
        let has_granted = it.granted.is_some();
        match changes.is_empty() && !has_granted && misstatement.is_none() && it.stated.is_empty() {
            true => Ok(()),
            false => writeln!(self.out),
        }
    }

    fn told(&mut self, name: &str, Told { text, below }: &Told) -> io::Result<()> {
        self.section(name, text)?;
        for (label, text) in below {
            let color = match *label {
                "+" => GREEN,
                "-" => RED,
                _ => "",
            };
            self.labelled(label, text, color)?;
        }
        Ok(())
    }

    fn findings(&mut self, it: &Reviewed<'_>) -> io::Result<()> {
        for (at, finding) in it.findings.iter().take(MAX_LISTED).enumerate() {
            let name = if at == 0 { "findings" } else { "" };
            let color = if finding.level == Level::Error { RED } else { YELLOW };
            let text = format!("{} {}", finding.level.as_str(), words::finding(finding, it));
            self.beside(name, &text, color)?;
        }
        match it.findings.len() {
            0 => self.section("findings", "none")?,
            n if n > MAX_LISTED => {
                let text = format!("and {} more, see `exc check`", n - MAX_LISTED);
                self.section("", &text)?;
            }
            _ => {}
        }
        writeln!(self.out)
    }

    /// The answer first, since that is what the eye looks for.
    fn questions(&mut self, it: &Reviewed<'_>) -> io::Result<()> {
        for question in words::questions(it) {
            let color = match question.answer {
                Answer::Yes => GREEN,
                Answer::No => RED,
                Answer::ForYou => YELLOW,
            };
            let (answer, short) = (question.answer.said(), words::short(question.topic));
            let start = format!(
                "  {}{short:<QUESTION$}",
                self.colored(&format!("{answer:<ANSWER$}"), color)
            );
            self.hanging(&start, 2 + ANSWER + QUESTION, &question.fact, "")?;
        }
        if it.questions.is_empty() { Ok(()) } else { writeln!(self.out) }
    }

    fn approval(&mut self, it: &Reviewed<'_>, rev: Option<&str>) -> io::Result<()> {
        let mut last = "";
        for (at, (label, text)) in words::approval(it, rev).into_iter().enumerate() {
            let shown = if label == last { "" } else { label };
            last = label;
            self.beside_label(if at == 0 { "approval" } else { "" }, shown, &text)?;
        }
        writeln!(self.out)
    }

    fn lines(&mut self, name: &str, lines: &[String]) -> io::Result<()> {
        for (at, line) in lines.iter().enumerate() {
            self.section(if at == 0 { name } else { "" }, line)?;
        }
        if lines.is_empty() { Ok(()) } else { writeln!(self.out) }
    }

    /// A text beside the name of its section.
    fn section(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.beside(name, text, "")
    }

    fn beside(&mut self, name: &str, text: &str, color: &str) -> io::Result<()> {
        let start = format!("{:<SECTION$}", format!("  {name}"));
        self.hanging(&start, SECTION + HANG, text, color)
    }

    /// A text beside a label, beside the name of its section.
    fn beside_label(&mut self, name: &str, label: &str, text: &str) -> io::Result<()> {
        let start = format!("{:<SECTION$}{label:<LABEL$}", format!("  {name}"));
        self.hanging(&start, SECTION + LABEL, text, "")
    }

    /// A text behind a sign or a label, below a section's line. Every line of a text that is gone
    /// or came has its sign, so that none passes for the other.
    fn labelled(&mut self, label: &str, text: &str, color: &str) -> io::Result<()> {
        let indentation = SECTION + 2;
        if !matches!(label, "+" | "-") {
            let start = format!("{:indentation$}{label:<LABEL$}", "");
            return self.hanging(&start, indentation + LABEL, text, color);
        }
        for line in self.pieces(text, indentation + 2) {
            let line = self.colored(&format!("{label} {line}"), color);
            writeln!(self.out, "{:indentation$}{line}", "")?;
        }
        Ok(())
    }

    fn line(&mut self, first: usize, further: usize, text: &str, color: &str) -> io::Result<()> {
        self.hanging(&" ".repeat(first), further, text, color)
    }

    /// Text from where `start` ends, wrapped; its further lines begin at a column.
    fn hanging(&mut self, start: &str, column: usize, text: &str, color: &str) -> io::Result<()> {
        for (at, line) in self.pieces(text, column).into_iter().enumerate() {
            let line = self.colored(&line, color);
            match at {
                0 => writeln!(self.out, "{start}{line}")?,
                _ => writeln!(self.out, "{:column$}{line}", "")?,
            }
        }
        Ok(())
    }

    /// A text in lines that fit beside a column. A word that is longer than that stays whole, so
    /// that it can be copied, unless it is longer than any screen.
    fn pieces(&self, text: &str, column: usize) -> Vec<String> {
        let width = self.style.width.unwrap_or(WIDTH);
        wrapped(&shown(text), Some(width.saturating_sub(column).max(MIN_TEXT)))
    }

    fn colored(&self, text: &str, color: &str) -> String {
        match self.style.color && !color.is_empty() && text.width() > 0 {
            true => format!("{color}{text}{PLAIN}"),
            false => text.to_owned(),
        }
    }
}

/// Characters of one text that people read; `exc show` has it whole.
const MAX_SHOWN: usize = 1200;

fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", Safe(&text[..end])),
        None => Safe(text).to_string(),
    }
}
