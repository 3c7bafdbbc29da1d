//! Lines of `.gitattributes` that change how files of the register are read, shown or merged.

use super::Site;
use super::files::{Files, join, on_disk};
use crate::git::attributes::{Attribute, Line, Macros, Subject, Value, line_below, lines};
use crate::register::APPROVALS;
use crate::render::doctor::Check;
use crate::text::shell_word;

pub(crate) const FILE: &str = ".gitattributes";
const RECORDS: [&str; 2] = [".yaml", ".yml"];
const APPROVAL: [&str; 1] = [".approval"];

/// A file of attributes, weaker ones first.
struct Source {
    /// As people know it.
    path: String,
    /// The folder whose files it is about; empty for the root.
    base: String,
    lines: Vec<Line>,
}

/// What an attribute does to a file.
#[derive(Clone, Copy)]
struct Effect {
    is_problem: bool,
    what: &'static str,
    /// What takes it back in a later line.
    undone: &'static str,
}

/// A line that does something to files of a folder.
struct Touch {
    path: String,
    number: usize,
    pattern: String,
    attribute: String,
    effect: Effect,
}

/// What all files together do to the files of a folder.
#[derive(Default)]
struct Reading {
    touches: Vec<Touch>,
    /// A line keeps all of them as they are committed, line ends included.
    is_raw: bool,
}

pub(super) fn checks(site: &Site, files: &Files<'_>) -> Vec<Check> {
    if site.store.is_none() {
        return Vec::new();
    }
    let sources = match sources(site, files) {
        Ok(sources) => sources,
        Err((path, reason)) => {
            let message = format!("`{path}` cannot be read: {reason}");
            return vec![Check::unjudged(
                "attributes",
                message,
                "check what it is, and its permissions",
            )];
        }
    };
    let records = read(&sources, &site.name, &RECORDS);
    let mut checks: Vec<Check> = records.touches.iter().map(|touch| touched(site, touch)).collect();
    if checks.is_empty() {
        let message = "no line changes how records are read, shown or merged";
        checks.push(Check::ok("attributes", message));
    }
    checks.push(approvals(site, files, &sources));
    checks
}

/// The files that may be about the register.
fn sources(site: &Site, files: &Files<'_>) -> Result<Vec<Source>, (String, String)> {
    let folders = files.folders_with(FILE, &site.name).map_err(|it| (site.name.clone(), it))?;
    let mut sources = Vec::new();
    for base in folders {
        let path = join(&base, FILE);
        let text = files.text(&path).map_err(|reason| (path.clone(), reason))?;
        sources.extend(text.map(|text| Source { path, base, lines: lines(&text) }));
    }
    if let Ok(Some(repo)) = &site.repo {
        let path = ".git/info/attributes".to_owned();
        let own = repo.shared_directory().join("info/attributes");
        let text = on_disk(&own).map_err(|reason| (path.clone(), reason))?;
        sources.extend(text.map(|text| Source { path, base: String::new(), lines: lines(&text) }));
    }
    Ok(sources)
}

/// What the lines do to the files of a folder whose names end so.
fn read(sources: &[Source], folder: &str, endings: &[&str]) -> Reading {
    let mut macros = Macros::default();
    sources.iter().for_each(|source| macros.learn(&source.lines));
    let mut reading = Reading::default();
    for source in sources {
        for line in &source.lines {
            let Subject::Paths(pattern) = &line.subject else { continue };
            if !line.may_match(&source.base, folder, endings) {
                continue;
            }
            let covers = line.covers(&source.base, folder, endings);
            for attribute in macros.expand(line) {
                match effect(&attribute) {
                    Some(effect) if !(attribute.name == "eol" && reading.is_raw) => {
                        reading.is_raw &= !is_about_text(&attribute);
                        reading.touches.push(Touch {
                            path: source.path.clone(),
                            number: line.number,
                            pattern: pattern.clone(),
                            attribute: shown(&attribute),
                            effect,
                        });
                    }
                    None if covers => reading.take_back(&attribute),
                    _ => {}
                }
            }
        }
    }
    reading
}

impl Reading {
    /// What a harmless word about all files does to what stood before.
    fn take_back(&mut self, attribute: &Attribute) {
        if is_about_text(attribute) {
            self.is_raw = attribute.value == Value::Unset;
            if !self.is_raw {
                return;
            }
        }
        self.touches.retain(|touch| {
            let name = touch.attribute.trim_start_matches('-');
            let name = name.split('=').next().unwrap_or_default();
            let is_moot = self.is_raw && matches!(name, "text" | "crlf" | "eol");
            name != attribute.name && !is_moot
        });
    }
}

fn is_about_text(attribute: &Attribute) -> bool {
    matches!(attribute.name.as_str(), "text" | "crlf")
}

/// What an attribute does; `None` where it does nothing that misleads.
fn effect(attribute: &Attribute) -> Option<Effect> {
    let is_yes = match &attribute.value {
        Value::Set => true,
        Value::Text(value) => !matches!(value.as_str(), "false" | "unset"),
        Value::Unset | Value::Unspecified => false,
    };
    let problem = |what, undone| Some(Effect { is_problem: true, what, undone });
    let note = |what, undone| Some(Effect { is_problem: false, what, undone });
    match (attribute.name.as_str(), &attribute.value) {
        ("text" | "crlf" | "eol", _) if is_yes => {
            note("a work tree may have other line ends than the commit", "-text")
        }
        ("working-tree-encoding", Value::Text(encoding))
            if !encoding.eq_ignore_ascii_case("utf-8") =>
        {
            problem("a work tree has other bytes than the commit", "-working-tree-encoding")
        }
        ("filter", Value::Text(_)) => {
            problem("a program makes the bytes of the work tree", "-filter")
        }
        ("ident", _) if is_yes => problem("git writes into the files of a work tree", "-ident"),
        ("diff", Value::Unset) => problem("git shows a change as `Binary files differ`", "!diff"),
        ("diff", Value::Text(_)) => note("git may show a change by way of a program", "!diff"),
        ("merge", Value::Text(driver)) if !matches!(driver.as_str(), "text" | "binary") => {
            problem("two changes of a record merge without a conflict", "!merge")
        }
        ("linguist-generated" | "gitlab-generated", _) if is_yes => problem(
            "the forge folds changes away in a review",
            "-linguist-generated -gitlab-generated",
        ),
        ("export-ignore", _) if is_yes => note("`git archive` leaves it out", "-export-ignore"),
        _ => None,
    }
}

fn shown(attribute: &Attribute) -> String {
    let name = &attribute.name;
    match &attribute.value {
        Value::Set => name.clone(),
        Value::Unset => format!("-{name}"),
        Value::Unspecified => format!("!{name}"),
        Value::Text(value) => format!("{name}={value}"),
    }
}

fn touched(site: &Site, touch: &Touch) -> Check {
    let Touch { path, number, pattern, attribute, effect } = touch;
    let message = format!("`{path}:{number}` says `{attribute}` of `{pattern}`: {}", effect.what);
    // A line of the root cannot overrule one of a folder.
    let help = match path == FILE {
        true => append(site, &line_below(&site.name, effect.undone)),
        false => format!("remove `{attribute}` from line {number} of `{path}`"),
    };
    match effect.is_problem {
        true => Check::problem("attributes", message, help),
        false => Check::note("attributes", message, help),
    }
}

fn append(site: &Site, line: &str) -> String {
    format!("echo {} >> {}", shell_word(line), shell_word(&site.attributes))
}

/// The line that keeps the signed approvals of a register byte for byte.
pub(crate) fn approvals_line(register: &str) -> String {
    line_below(&join(register, APPROVALS), "-text")
}

/// Whether the text of the root's file keeps them so.
pub(crate) fn keeps_approvals(text: &str, register: &str) -> bool {
    let source = Source { path: FILE.to_owned(), base: String::new(), lines: lines(text) };
    read(&[source], &join(register, APPROVALS), &APPROVAL).is_raw
}

/// A signature holds for exact bytes, which a checkout on another system must not change.
fn approvals(site: &Site, files: &Files<'_>, sources: &[Source]) -> Check {
    let name = "approvals";
    let folder = join(&site.name, APPROVALS);
    if read(sources, &folder, &APPROVAL).is_raw {
        return Check::ok(name, "their bytes stay as they were signed");
    }
    let message = format!("no line of `{FILE}` keeps the bytes of `{folder}/` as they were signed");
    let help = append(site, &approvals_line(&site.name));
    match files.has(&folder) {
        true => Check::problem(name, message, help),
        false => Check::note(name, message, help),
    }
}
