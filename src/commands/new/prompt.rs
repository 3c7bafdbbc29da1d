//! How a question is asked: again, with the reason, until the rules accept the answer.

use chrono::NaiveDate;

use super::draft::Draft;
use crate::commands::{Workspace, read_answer};
use crate::env::Env;
use crate::finding::{Finding, Level};
use crate::register::Register;
use crate::render::Safe;
use crate::rules::{self, Context};
use crate::source;

/// A question, and the place in the record that its answer fills.
pub(super) struct Question<'a> {
    label: &'a str,
    explanation: Vec<String>,
    /// What an empty answer means.
    default: Option<String>,
    is_optional: bool,
    pointer: String,
}

pub(super) struct Conversation<'a, 'e> {
    pub(super) env: &'a mut Env<'e>,
    pub(super) workspace: &'a Workspace,
    pub(super) draft: &'a mut Draft,
    pub(super) is_bold: bool,
}

impl<'a> Question<'a> {
    pub(super) fn new(label: &'a str, explanation: &str, pointer: &str) -> Self {
        Self {
            label,
            explanation: vec![explanation.to_owned()],
            default: None,
            is_optional: false,
            pointer: pointer.to_owned(),
        }
    }

    pub(super) fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    pub(super) fn default(mut self, default: &str) -> Self {
        self.default = Some(default.to_owned()).filter(|text| !text.is_empty());
        self
    }

    pub(super) fn explain(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.explanation.extend(lines);
        self
    }
}

impl Conversation<'_, '_> {
    /// Asks for a text that is not there yet.
    pub(super) fn text(
        &mut self,
        question: Question<'_>,
        part: impl Fn(&mut Draft) -> &mut String,
    ) -> anyhow::Result<()> {
        if part(self.draft).is_empty() {
            self.ask(question, |draft, answer| {
                *part(draft) = answer.to_owned();
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Asks for the entries of an empty list, until an optional one is left out.
    pub(super) fn entries<'q>(
        &mut self,
        question: impl Fn(usize) -> Question<'q>,
        add: impl Fn(&mut Draft, &str) -> Result<(), String>,
    ) -> anyhow::Result<()> {
        let mut at = 0;
        while self.ask(question(at), &add)? {
            at += 1;
        }
        Ok(())
    }

    /// Asks until `set` and the rules accept the answer; `false` where an optional one is empty.
    pub(super) fn ask(
        &mut self,
        question: Question<'_>,
        set: impl Fn(&mut Draft, &str) -> Result<(), String>,
    ) -> anyhow::Result<bool> {
        let (bold, plain) = if self.is_bold { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let mut lines = question.explanation.iter();
        let first = lines.next().map(String::as_str).unwrap_or_default();
        let _ = writeln!(self.env.err, "\n{bold}{}{plain}: {}", Safe(question.label), Safe(first));
        lines.for_each(|line| self.say(line));
        let prompt = match &question.default {
            Some(default) => format!("[{}] > ", Safe(default)),
            None => "> ".to_owned(),
        };
        loop {
            let mut answer = read_answer(self.env, &prompt)?;
            if answer.is_empty() {
                match &question.default {
                    Some(default) => answer.clone_from(default),
                    None if question.is_optional => return Ok(false),
                    None => {
                        self.say("an answer is needed");
                        continue;
                    }
                }
            }
            let mut trial = self.draft.clone();
            if let Err(reason) = set(&mut trial, &answer) {
                self.say(&reason);
                continue;
            }
            let refusals = refusals(&trial, &question.pointer, self.workspace, self.env.today);
            if refusals.is_empty() {
                *self.draft = trial;
                return Ok(true);
            }
            for finding in refusals {
                self.say(&finding.message);
                if let Some(help) = finding.help {
                    self.say(&format!("  {help}"));
                }
            }
        }
    }

    pub(super) fn say(&mut self, line: &str) {
        // A question that cannot be shown is not answered either, which ends the conversation.
        let _ = writeln!(self.env.err, "{}", Safe(line));
    }
}

/// What rules refuse at one place of a draft.
fn refusals(draft: &Draft, pointer: &str, workspace: &Workspace, today: NaiveDate) -> Vec<Finding> {
    let name = format!("{}/draft.yaml", workspace.name);
    let file = draft.file(&name, None);
    let (record, findings) = source::load(&file, &workspace.policy.record_schema);
    let register = Register {
        name: workspace.name.clone(),
        records: record.into_iter().collect(),
        blobs: Vec::new(),
        findings,
        unreadable: Vec::new(),
    };
    let context = Context { policy: &workspace.policy, today };
    let mut findings = rules::check(&register, &context);
    findings.retain(|finding| finding.level == Level::Error && finding.place.pointer == pointer);
    findings
}
