//! The only way to say that something is wrong.
//!
//! Invariant: plain data. A finding knows where it stands and what would fix it, never how it is printed.

use std::sync::Arc;

use crate::model::Person;
use crate::text::{Position, SourceFile, Span};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Level {
    Warning,
    Error,
}

/// What makes a finding appear: a change of the register, or the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Structural,
    Calendar,
}

/// What a rule is called, and what its findings are unless the policy says otherwise.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// `EXC203`; never reused.
    pub(crate) id: &'static str,
    /// `duration-too-long`.
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    pub(crate) kind: Kind,
    /// Whether the policy may set another level; completeness, expiry and approval are not negotiable.
    pub(crate) adjustable: bool,
    /// Whether the file could not be judged at all, which is exit code 2.
    pub(crate) unjudged: bool,
}

/// A place in a file.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) span: Span,
    /// JSON pointer of the value (RFC 6901); empty for the whole file.
    pub(crate) pointer: String,
}

/// A second place that explains the first.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) place: Place,
    pub(crate) text: String,
}

/// The one edit that mends what a finding says, where there is nothing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fix {
    /// Quotes make the value the text that it was meant to be.
    Quote,
    /// The key of the value is meant to be another.
    Rename(String),
    /// The value is meant to be this one, which needs no quotes.
    Spell(String),
}

/// What a rule says about a place in a file.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) code: &'static Code,
    pub(crate) level: Level,
    /// What is wrong: lower case, no period, values in backticks.
    pub(crate) message: String,
    pub(crate) place: Place,
    pub(crate) labels: Vec<Label>,
    /// The edit or the command that fixes it.
    pub(crate) help: Option<String>,
    /// What `exc check --fix` does about it.
    pub(crate) fix: Option<Fix>,
    /// The id of the record that the finding is about.
    pub(crate) record: Option<String>,
    /// Who has to act, for findings that come from the clock or from elsewhere.
    pub(crate) owner: Option<Person>,
    /// Whether it stands in a file that the change at hand leaves alone.
    pub(crate) is_elsewhere: bool,
}

impl Level {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Structural => "structural",
            Self::Calendar => "calendar",
        }
    }
}

impl Code {
    /// An error that comes from a change and that no policy can soften.
    pub(crate) const fn error(id: &'static str, name: &'static str) -> Self {
        Self {
            id,
            name,
            level: Level::Error,
            kind: Kind::Structural,
            adjustable: false,
            unjudged: false,
        }
    }

    /// A warning; the policy may raise it or turn it off.
    pub(crate) const fn warning(id: &'static str, name: &'static str) -> Self {
        Self { level: Level::Warning, adjustable: true, ..Self::error(id, name) }
    }

    /// An error for a file that cannot be judged (exit code 2).
    pub(crate) const fn unjudged(id: &'static str, name: &'static str) -> Self {
        Self { unjudged: true, ..Self::error(id, name) }
    }

    /// The same, coming from the clock.
    pub(crate) const fn calendar(self) -> Self {
        Self { kind: Kind::Calendar, ..self }
    }

    /// The same, with a level that the policy may set.
    pub(crate) const fn adjustable(self) -> Self {
        Self { adjustable: true, ..self }
    }

    pub(crate) fn finding(&'static self, place: Place, message: impl Into<String>) -> Finding {
        Finding {
            code: self,
            level: self.level,
            message: message.into(),
            place,
            labels: Vec::new(),
            help: None,
            fix: None,
            record: None,
            owner: None,
            is_elsewhere: false,
        }
    }
}

impl Place {
    /// A whole file, shown as its first line and column.
    pub(crate) fn file(file: &Arc<SourceFile>) -> Self {
        Self::span(file, Span::default())
    }

    /// A range of a file that belongs to no value.
    pub(crate) fn span(file: &Arc<SourceFile>, span: Span) -> Self {
        Self { file: Arc::clone(file), span, pointer: String::new() }
    }

    pub(crate) fn start(&self) -> Position {
        self.file.position(self.span.start)
    }

    pub(crate) fn end(&self) -> Position {
        self.file.position(self.span.end)
    }
}

impl Finding {
    pub(crate) fn label(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    pub(crate) fn record(mut self, id: impl Into<String>) -> Self {
        self.record = Some(id.into());
        self
    }

    pub(crate) fn owner(mut self, owner: &Person) -> Self {
        self.owner = Some(owner.clone());
        self
    }
}

/// Sorts worst first: errors before warnings, then by path, place and code, so that the order is
/// the same on every machine.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        b.level
            .cmp(&a.level)
            .then_with(|| a.place.file.path().cmp(b.place.file.path()))
            .then_with(|| a.place.span.cmp(&b.place.span))
            .then_with(|| a.code.id.cmp(b.code.id))
            .then_with(|| a.message.cmp(&b.message))
    });
}
