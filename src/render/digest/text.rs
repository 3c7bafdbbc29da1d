//! The digest as plain text, for a terminal or a mail.

use std::io::{self, Write};

use super::{NO_HISTORY, address, by_record, heading};
use crate::render::page::wrapped;
use crate::render::{Safe, Style};
use crate::report::digest::{Digest, Urgency};

pub(super) fn write(digest: &Digest, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, style };
    page.line(0, &heading(digest), Some("1"))?;
    for path in &digest.unreadable {
        page.line(0, &format!("note: `{path}` could not be read"), None)?;
    }
    if !digest.has_history {
        page.line(0, &format!("note: {NO_HISTORY}"), None)?;
    }
    for party in &digest.parties {
        let email = address(party).map(|email| format!(" <{email}>")).unwrap_or_default();
        writeln!(page.out)?;
        page.line(0, &format!("{}{email}", party.name), Some("1"))?;
        for tasks in by_record(&party.tasks) {
            let first = tasks[0];
            let owner = first.owner.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
            writeln!(page.out)?;
            page.line(2, &format!("{}  {}{owner}", first.id, first.title), None)?;
            for task in tasks {
                let color = match task.urgency {
                    Urgency::Expired | Urgency::Unapproved => Some("31"),
                    Urgency::Overdue => Some("33"),
                    Urgency::Soon => None,
                };
                let what = format!("{}: {}", task.urgency.as_str(), task.what);
                page.line(4, &what, color)?;
                page.line(6, &task.act, None)?;
            }
        }
    }
    Ok(())
}

struct Page<'a> {
    out: &'a mut dyn Write,
    style: Style,
}

impl Page<'_> {
    /// A text, whose further lines stand a little further in.
    fn line(&mut self, indentation: usize, text: &str, color: Option<&str>) -> io::Result<()> {
        let room = self.style.width.map(|width| width.saturating_sub(indentation + 2));
        for (at, line) in wrapped(&Safe(text).to_string(), room).iter().enumerate() {
            let indentation = if at == 0 { indentation } else { indentation + 2 };
            match color.filter(|_| self.style.color) {
                Some(color) => {
                    writeln!(self.out, "{:indentation$}\u{1b}[{color}m{line}\u{1b}[0m", "")?;
                }
                None => writeln!(self.out, "{:indentation$}{line}", "")?,
            }
        }
        Ok(())
    }
}
