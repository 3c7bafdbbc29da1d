//! One record as a page for people.

use std::io::{self, Write};

use chrono::NaiveDate;
use unicode_width::UnicodeWidthStr;

use super::{Listed, Safe, Style, count};
use crate::model::{CompensatingControl, Milestone, Person, window};

/// Columns of a label, its indentation included.
const LABEL: usize = 15;
/// The narrowest text that is worth wrapping.
const MIN_TEXT: usize = 24;

/// What a page says beside the record itself.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) today: NaiveDate,
    /// Whether it is in force, and why; none where there is no history to ask.
    pub(crate) in_force: Option<String>,
    /// What has become of the approval of an emergency.
    pub(crate) emergency: Option<String>,
    /// The title of each of the record's controls, where the policy's catalogue has it.
    pub(crate) control_titles: Vec<Option<String>>,
    pub(crate) n_errors: usize,
    pub(crate) n_warnings: usize,
    /// The command that shows the findings.
    pub(crate) check_command: String,
}

/// Writes the page of a record.
pub(crate) fn write(
    record: &Listed<'_>,
    setting: &Setting,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { out, style };
    page.head(record, setting)?;
    page.reasons(record, setting)?;
    page.compensating(&record.exception.compensating_controls, setting.today)?;
    page.remediation(record, setting.today)?;
    page.past(record)?;
    page.further(record)?;
    page.foot(record, setting)
}

struct Page<'a> {
    out: &'a mut dyn Write,
    style: Style,
}

impl Page<'_> {
    fn head(&mut self, record: &Listed<'_>, setting: &Setting) -> io::Result<()> {
        let exception = record.exception;
        let bold = if self.style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let (id, title) = (Safe(&exception.id), Safe(&exception.title));
        writeln!(self.out, "{}{id}  {title}{}\n", bold.0, bold.1)?;
        let until = match exception.expires {
            Some(expires) => window::describe(expires, setting.today),
            None => "it names no last valid day".to_owned(),
        };
        let until = match &exception.closed {
            None => until,
            Some(closed) => {
                let outcome = closed.outcome.map_or("?", |outcome| outcome.as_str());
                format!("{outcome}, {}", date(closed.date))
            }
        };
        self.field("status", &format!("{}: {until}", record.status.as_str()))?;
        self.field("in force", setting.in_force.as_deref().unwrap_or_default())?;
        self.field("risk", exception.risk.level.map_or("?", |level| level.as_str()))?;
        self.field("", &exception.risk.statement)?;
        let titles = setting.control_titles.iter().map(Option::as_deref);
        for (at, (control, title)) in exception.controls.iter().zip(titles).enumerate() {
            let title = title.unwrap_or("(not in the catalogue of the policy)");
            self.field(if at == 0 { "controls" } else { "" }, &format!("{control}  {title}"))?;
        }
        self.list("scope", &exception.scope)?;
        let bindings: Vec<String> = exception.bindings.iter().map(ToString::to_string).collect();
        self.list("bindings", &bindings)?;
        self.field("owner", &person(&exception.owner))?;
        self.field("requester", &person(&exception.requester))?;
        self.field("opened", &date(exception.opened))?;
        self.field("data", &exception.data_classification)?;
        self.field("tags", &exception.tags.join(", "))?;
        for (name, value) in &record.fields {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.field(name, &value)?;
        }
        Ok(())
    }

    fn reasons(&mut self, record: &Listed<'_>, setting: &Setting) -> io::Result<()> {
        let exception = record.exception;
        self.heading("why")?;
        self.field("blocker", &exception.justification.blocker)?;
        self.field("end state", &exception.justification.end_state)?;
        if let Some(emergency) = &exception.emergency {
            let stated = format!("declared {}: {}", emergency.declared, emergency.reason);
            self.field("emergency", &stated)?;
            self.field("", setting.emergency.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }

    fn compensating(
        &mut self,
        controls: &[CompensatingControl],
        today: NaiveDate,
    ) -> io::Result<()> {
        self.heading("compensating controls")?;
        if controls.is_empty() {
            return writeln!(self.out, "  none");
        }
        for (at, control) in controls.iter().enumerate() {
            let number = format!("  {}. ", at + 1);
            self.beside(&number, number.len(), &control.description)?;
            self.field("   reduces", &control.reduces)?;
            self.field("   owner", &control.owner)?;
            self.field("   evidence", &control.evidence)?;
            self.field("   verified", &freshness(control, today))?;
        }
        Ok(())
    }

    fn remediation(&mut self, record: &Listed<'_>, today: NaiveDate) -> io::Result<()> {
        let remediation = &record.exception.remediation;
        self.heading("remediation")?;
        self.field("plan", &remediation.plan)?;
        self.field("ticket", &remediation.ticket)?;
        for (at, step) in remediation.milestones.iter().enumerate() {
            self.field(if at == 0 { "milestones" } else { "" }, &milestone(step, today))?;
        }
        Ok(())
    }

    /// What has happened to the exception since it was filed.
    fn past(&mut self, record: &Listed<'_>) -> io::Result<()> {
        let exception = record.exception;
        if !exception.renewals.is_empty() {
            self.heading("renewals")?;
        }
        for renewal in &exception.renewals {
            let until = date(renewal.until);
            self.field(&date(renewal.date), &format!("until {until}: {}", renewal.reason))?;
            self.field("", &renewal.evidence)?;
        }
        if !exception.reviews.is_empty() {
            self.heading("reviews")?;
        }
        for review in &exception.reviews {
            self.field(&date(review.date), &format!("{}: {}", review.by, review.note))?;
        }
        if let Some(closed) = &exception.closed {
            self.heading("closed")?;
            self.field(&date(closed.date), &closed.note)?;
        }
        Ok(())
    }

    fn further(&mut self, record: &Listed<'_>) -> io::Result<()> {
        let links = &record.exception.links;
        if links.is_empty() {
            return Ok(());
        }
        self.heading("links")?;
        let (shown, hidden): (Vec<_>, Vec<_>) =
            links.iter().partition(|link| link.starts_with("https://"));
        for link in &shown {
            self.beside("  ", 2, link)?;
        }
        match hidden.len() {
            0 => Ok(()),
            n => writeln!(self.out, "  ({} not shown: not https)", count(n, "link")),
        }
    }

    fn foot(&mut self, record: &Listed<'_>, setting: &Setting) -> io::Result<()> {
        writeln!(self.out)?;
        self.field("file", record.path)?;
        let mut parts = Vec::new();
        if setting.n_errors > 0 {
            parts.push(count(setting.n_errors, "error"));
        }
        if setting.n_warnings > 0 {
            parts.push(count(setting.n_warnings, "warning"));
        }
        match parts.is_empty() {
            true => self
                .field("findings", &format!("none in the record alone on {} (UTC)", setting.today)),
            false => {
                let (found, command) = (parts.join(", "), &setting.check_command);
                let text = format!(
                    "{found} in the record alone on {} (UTC), see `{command}`",
                    setting.today
                );
                self.field("findings", &text)
            }
        }
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        match self.style.color {
            true => writeln!(self.out, "\n\u{1b}[1m{text}\u{1b}[0m"),
            false => writeln!(self.out, "\n{text}"),
        }
    }

    fn list(&mut self, label: &str, items: &[String]) -> io::Result<()> {
        for (at, item) in items.iter().enumerate() {
            self.field(if at == 0 { label } else { "" }, item)?;
        }
        Ok(())
    }

    /// A label and its text, wrapped beside it; nothing where the text is empty.
    fn field(&mut self, label: &str, text: &str) -> io::Result<()> {
        let label = format!("  {}", Safe(label));
        let gap = LABEL.saturating_sub(label.width()).max(1);
        self.beside(&format!("{label}{:gap$}", ""), LABEL, text)
    }

    fn beside(&mut self, label: &str, indentation: usize, text: &str) -> io::Result<()> {
        // Lines of a text are kept; everything else in it is made harmless.
        let room = self.style.width.map(|width| width.saturating_sub(indentation).max(MIN_TEXT));
        let lines = text.lines().flat_map(|line| wrapped(&Safe(line).to_string(), room));
        for (at, line) in lines.enumerate() {
            let before = if at == 0 { label.to_owned() } else { " ".repeat(indentation) };
            writeln!(self.out, "{}", format!("{before}{line}").trim_end())?;
        }
        Ok(())
    }
}

/// A line in pieces of at most `room` columns, broken at spaces; a long word stays whole, so that
/// an address can be copied.
pub(super) fn wrapped(line: &str, room: Option<usize>) -> Vec<String> {
    let Some(room) = room else { return vec![line.to_owned()] };
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last_mut().expect("there is a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.width() + 1 + word.width() <= room {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn date(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "?".to_owned(), |date| date.to_string())
}

fn person(person: &Person) -> String {
    let address = format!("{} <{}>", person.name, person.email);
    if person.team.is_empty() { address } else { format!("{address}, {}", person.team) }
}

/// When a compensating control was last shown to work, and how long that holds.
fn freshness(control: &CompensatingControl, today: NaiveDate) -> String {
    let Some(verified) = control.verified else { return "never".to_owned() };
    match control.holds_until() {
        None => verified.to_string(),
        Some(next) if window::is_past(next, today) => {
            let days = window::n_days(window::days_between(next, today));
            format!("{verified}, was due again on {next}, {days} ago")
        }
        Some(next) => {
            let days = window::n_days(window::days_left(next, today));
            format!("{verified}, due again by {next}, {days} left")
        }
    }
}

fn milestone(milestone: &Milestone, today: NaiveDate) -> String {
    let state = match (milestone.done, milestone.due) {
        (Some(done), _) => format!("  (done {done})"),
        (None, Some(due)) if window::is_past(due, today) => {
            format!("  ({} late)", window::n_days(window::days_between(due, today)))
        }
        (None, _) => String::new(),
    };
    format!("{}  {}{state}", date(milestone.due), milestone.what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_spaces_and_addresses_stay_whole() {
        assert_eq!(wrapped("one two three", Some(7)), ["one two", "three"]);
        let address = "https://example.com/a/very/long/path";
        assert_eq!(wrapped(&format!("see {address} now"), Some(10)), ["see", address, "now"]);
        assert_eq!(wrapped("one two three", None), ["one two three"]);
    }

    #[test]
    fn a_verification_holds_through_its_last_day() {
        let control = CompensatingControl {
            verified: "2026-11-02".parse().ok(),
            verify_every: "18d".to_owned(),
            ..CompensatingControl::default()
        };
        let on = |day: &str| freshness(&control, day.parse().unwrap());
        assert_eq!(on("2026-11-20"), "2026-11-02, due again by 2026-11-20, 0 days left");
        assert_eq!(on("2026-11-22"), "2026-11-02, was due again on 2026-11-20, 2 days ago");
    }
}
