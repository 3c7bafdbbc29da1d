//! The bridge to enforcement tools: what they are told to leave alone, against what is excepted.
//!
//! A *suppression* is one entry by which a tool leaves something alone, live in the tool or in its
//! configuration. Each format that holds suppressions has an adapter in [`formats`], one file, which
//! turns a file ([`input`]) into [`Suppression`]s: how far each reaches ([`crate::model::reach`]),
//! when it ends as that tool understands it ([`End`]), and where it stands. [`matching`] compares
//! them with the bindings of the register, and knows no tool.
//!
//! The other way, [`exports`] makes files of tools of what is in force ([`grant`]). How a tool is added, in
//! either direction, is told step by step in `docs/adapters.md`.
//!
//! Invariant: pure. What cannot be read or computed is unknown, never covered.

mod cel;
mod end;
pub(crate) mod exports;
pub(crate) mod formats;
pub(crate) mod grant;
pub(crate) mod hierarchy;
pub(crate) mod import;
pub(crate) mod input;
mod javascript;
pub(crate) mod matching;

use crate::model::Tool;
use crate::model::reach::Reach;
use crate::text::{Position, Span};

pub(crate) use end::End;
use input::{Fault, Input};
use matching::{Bound, Judged, Verdict};

/// A kind of file that holds suppressions.
pub(crate) struct Format {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// What the files are, for the help.
    pub(crate) about: &'static str,
    /// The tool to which the suppressions are addressed.
    pub(crate) tool: Tool,
    /// Reads all suppressions of a file, in the order in which they stand there. A fault is for a file
    /// that is no such file; what is wrong with one suppression is [`Suppression::reach`].
    pub(crate) read: fn(&Input) -> Result<Vec<Suppression>, Fault>,
}

/// One entry by which a tool leaves something alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// Where it stands in its file.
    pub(crate) span: Span,
    /// What people call it: the tool's own name or id for it.
    pub(crate) name: String,
    /// Texts in which the id of a record may stand: names, reasons, comments.
    pub(crate) said: Vec<String>,
    /// What it takes out of the tool's judgement: the union of these. Or why that cannot be told, as
    /// `` its `scope` is an expression ``.
    pub(crate) reach: Result<Vec<Reach>, String>,
    pub(crate) end: End,
    /// Who made it and when, where the tool says so.
    pub(crate) made: Option<String>,
    pub(crate) known: Known,
    /// What else a reader has to know: a date that the tool never reaches, a category that does not
    /// fit.
    pub(crate) notes: Vec<String>,
}

impl Suppression {
    /// What it leaves alone, part by part; nothing where that cannot be told.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.reach.iter().flatten().map(ToString::to_string).collect()
    }

    /// What it has in common with those that leave the same alone for as long, and no others.
    pub(crate) fn key(&self) -> String {
        let reach =
            self.reach.as_ref().map(|parts| parts.iter().map(Reach::key).collect::<Vec<_>>());
        format!("{reach:?} {:?}", self.end)
    }

    /// Whether one of some names is its name, or what its tool tells it from all others by.
    pub(crate) fn is_called(&self, names: &[String]) -> bool {
        let id = self.known.id.as_deref();
        names.iter().any(|name| *name == self.name || id == Some(name.to_lowercase().as_str()))
    }
}

/// How a tool itself knows a suppression, where it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// What tells it from all others that the tool has, in one spelling: listed twice, it is one.
    pub(crate) id: Option<String>,
    /// What the tool shows to people instead of the name.
    pub(crate) title: Option<String>,
    /// Whether it claims that the rule's intent is met by other means; none where the tool has no such
    /// claim.
    pub(crate) is_mitigated: Option<bool>,
    /// What else a reader has to know once its end has passed.
    pub(crate) after_end: Option<&'static str>,
}

/// What the comparison of some files with a register came to.
#[derive(Debug)]
pub(crate) struct Reconciliation {
    pub(crate) format: &'static str,
    pub(crate) tool: Tool,
    /// All suppressions, in the order in which they stand in the files.
    pub(crate) rows: Vec<Row>,
    /// Files, or ends of files, that could not be read.
    pub(crate) unread: Vec<Unread>,
    /// Bindings of records in force for which the files hold nothing.
    pub(crate) unused: Vec<Bound>,
    /// What may be unknown, by each name that somebody gave.
    pub(crate) allowed: Vec<Allowed>,
}

/// What a name of `--allow-unknown` lets pass: all that are called so, in whichever file.
#[derive(Debug)]
pub(crate) struct Allowed {
    pub(crate) name: String,
    /// Where each one stands that would not pass otherwise.
    pub(crate) places: Vec<Located>,
}

impl Allowed {
    /// Nothing yet, for each of some names.
    pub(crate) fn by(names: &[String]) -> Vec<Self> {
        let by = |name: &String| Self { name: name.clone(), places: Vec::new() };
        names.iter().map(by).collect()
    }

    /// Learns of a suppression that does not pass unless it is called so.
    pub(crate) fn meet(&mut self, suppression: &Suppression, place: &Located) {
        if suppression.is_called(std::slice::from_ref(&self.name)) {
            self.places.push(place.clone());
        }
    }
}

/// A suppression with its verdict.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) place: Located,
    pub(crate) name: String,
    /// What it leaves alone, part by part; nothing where that cannot be told.
    pub(crate) reach: Vec<String>,
    pub(crate) end: End,
    pub(crate) made: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) judged: Judged,
    /// Whether it may be unknown, since somebody said so by name.
    pub(crate) is_allowed: bool,
}

/// Why a file could not be read.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) place: Located,
    pub(crate) message: String,
    /// Whether it was read, and is not what the format takes.
    pub(crate) is_of_another_shape: bool,
}

/// A place in a file, as people count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) path: String,
    pub(crate) position: Position,
}

impl Located {
    pub(crate) fn of(input: &Input, span: Span) -> Self {
        let position = input.file.position(span.start);
        Self { path: input.file.path().to_owned(), position }
    }
}

impl Reconciliation {
    /// How many suppressions have each verdict, the worst first; those that none has are left out.
    pub(crate) fn counts(&self) -> Vec<(Verdict, usize)> {
        let n = |verdict| self.rows.iter().filter(|row| row.judged.verdict == verdict).count();
        let all = Verdict::ALL.into_iter().rev().map(|verdict| (verdict, n(verdict)));
        all.filter(|(_, n)| *n > 0).collect()
    }

    /// Whether a suppression leaves something alone that no approved exception allows.
    pub(crate) fn has_shadows(&self) -> bool {
        self.rows.iter().any(|row| row.judged.verdict.is_shadow())
    }

    /// Whether something could not be judged, and nobody said that it may.
    pub(crate) fn is_incomplete(&self) -> bool {
        let is_open = |row: &Row| row.judged.verdict == Verdict::Unknown && !row.is_allowed;
        !self.unread.is_empty() || self.rows.iter().any(is_open)
    }
}
