//! How a question is asked: again, with the reason, until the rules accept the answer.

use std::ops::ControlFlow;

use chrono::NaiveDate;
use unicode_width::UnicodeWidthStr as _;

use super::draft::{self, Draft};
use super::kept::Kept;
use super::offers::{self, MAX_LISTED, MAX_SHOWN, Offer};
use crate::commands::{Workspace, findings, read_answer, tell, told};
use crate::env::Env;
use crate::finding::{Finding, Level};
use crate::register::Register;
use crate::render::Safe;

/// What there is to say of an answer.
type Remark<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// A question, and the place in the record that its answer fills.
pub(super) struct Question<'a> {
    label: &'a str,
    explanation: Vec<String>,
    /// What an empty answer means.
    default: Option<String>,
    is_optional: bool,
    /// What no answer does, where it may be left out.
    way_on: &'static str,
    /// The place, and others that an answer may fill besides.
    pointers: Vec<String>,
    offers: Vec<Offer>,
    /// Offers that are shown before anybody answers.
    n_shown: usize,
    /// Whether what only resembles an offer cannot be right.
    is_closed: bool,
    /// Whether an answer is written out in full, and means nothing but itself.
    is_whole: Box<dyn Fn(&str) -> bool + 'a>,
    /// What there is to say of an answer that is accepted.
    remark: Remark<'a>,
}

pub(super) struct Conversation<'a, 'e> {
    pub(super) env: &'a mut Env<'e>,
    pub(super) workspace: &'a Workspace,
    pub(super) register: &'a Register,
    pub(super) draft: &'a mut Draft,
    pub(super) kept: &'a mut Kept,
    pub(super) is_bold: bool,
    /// Whether somebody was told that the answers cannot be kept.
    pub(super) is_unkept: bool,
}

impl<'a> Question<'a> {
    pub(super) fn new(label: &'a str, explanation: &str, pointer: &str) -> Self {
        Self {
            label,
            explanation: vec![explanation.to_owned()],
            default: None,
            is_optional: false,
            way_on: "Enter leaves it out",
            pointers: vec![pointer.to_owned()],
            offers: Vec::new(),
            n_shown: 0,
            is_closed: false,
            is_whole: Box::new(|_| false),
            remark: Box::new(|_| None),
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

    /// Another place that an answer may fill.
    pub(super) fn also(mut self, pointer: &str) -> Self {
        self.pointers.push(pointer.to_owned());
        self
    }

    /// What is known already, of which the first are shown.
    pub(super) fn offers(mut self, offers: Vec<Offer>) -> Self {
        (self.offers, self.n_shown) = (offers, MAX_SHOWN);
        self
    }

    /// The same, of which more are shown.
    pub(super) fn catalogue(mut self, offers: Vec<Offer>) -> Self {
        (self.offers, self.n_shown) = (offers, MAX_LISTED);
        self
    }

    /// Nothing is right but an offer, or what is written out in full.
    pub(super) fn closed(mut self) -> Self {
        self.is_closed = true;
        self
    }

    /// What is known already, which is not shown before somebody means a part of it.
    pub(super) fn lookup(mut self, offers: Vec<Offer>) -> Self {
        self.offers = offers;
        self
    }

    pub(super) fn whole(mut self, is_whole: impl Fn(&str) -> bool + 'a) -> Self {
        self.is_whole = Box::new(is_whole);
        self
    }

    pub(super) fn remark(mut self, remark: impl Fn(&str) -> Option<String> + 'a) -> Self {
        self.remark = Box::new(remark);
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
        loop {
            let mut question = question(at);
            if at > 0 {
                question.way_on = "Enter ends the list";
            }
            if !self.ask(question, &add)? {
                return Ok(());
            }
            at += 1;
        }
    }

    /// Asks until `set` and the rules accept the answer; `false` where an optional one is empty.
    pub(super) fn ask(
        &mut self,
        question: Question<'_>,
        set: impl Fn(&mut Draft, &str) -> Result<(), String>,
    ) -> anyhow::Result<bool> {
        self.pose(&question);
        let mut listed: Vec<&Offer> = question.offers.iter().take(question.n_shown).collect();
        let default = question.default.as_deref();
        let prompt = default.map_or_else(|| "> ".to_owned(), |it| format!("[{}] > ", Safe(it)));
        let mut typed = read_answer(self.env, &prompt)?;
        loop {
            let answer = match (typed.as_str(), default) {
                ("", Some(default)) => ControlFlow::Break(default.to_owned()),
                ("", None) if question.is_optional => return Ok(false),
                ("", None) => {
                    self.say("an answer is needed");
                    ControlFlow::Continue(None)
                }
                _ => self.meant(&question, &typed, &mut listed)?,
            };
            match answer {
                ControlFlow::Break(answer) if self.accepts(&question, &answer, &set) => {
                    return Ok(true);
                }
                ControlFlow::Continue(Some(next)) => typed = next,
                _ => {
                    if question.is_optional {
                        self.say(question.way_on);
                    }
                    typed = read_answer(self.env, &prompt)?;
                }
            }
        }
    }

    fn pose(&mut self, question: &Question<'_>) {
        let mut lines = question.explanation.iter();
        let first = lines.next().map(String::as_str).unwrap_or_default();
        told::question(self.env, question.label, first, self.is_bold);
        lines.for_each(|line| self.say(line));
        let n_known = question.offers.len();
        let shown: Vec<&Offer> = question.offers.iter().take(question.n_shown).collect();
        if !shown.is_empty() {
            self.list(&shown);
            let more = n_known - shown.len();
            match more {
                0 => self.say("a number picks one"),
                _ => self.say(&format!("a number picks one; a part of a name finds {more} more")),
            }
        }
    }

    /// The offers, each with the number that picks it.
    fn list(&mut self, offers: &[&Offer]) {
        let width = offers.iter().map(|offer| offer.answer.width()).max().unwrap_or(0);
        for (index, Offer { answer, about }) in offers.iter().enumerate() {
            let gap = " ".repeat(width - answer.width());
            let label = format!("  {:>2}  {answer}{gap}  ", index + 1);
            told::beside(self.env, &label, about);
        }
    }

    /// What somebody means who typed this: `Break` with the answer, or `Continue` with what was
    /// typed instead, if something was.
    fn meant<'q>(
        &mut self,
        question: &'q Question<'_>,
        typed: &str,
        listed: &mut Vec<&'q Offer>,
    ) -> anyhow::Result<ControlFlow<String, Option<String>>> {
        let mut meant = question.offers.iter().filter(|offer| offer.is_meant_by(typed));
        // Several of one name are told apart by whoever typed it.
        if let (Some(offer), None) = (meant.next(), meant.next()) {
            return Ok(ControlFlow::Break(offer.answer.clone()));
        }
        if let Some(offer) = picked(listed, typed) {
            return Ok(ControlFlow::Break(offer.answer.clone()));
        }
        let found = match (question.is_whole)(typed) {
            true => Vec::new(),
            false => offers::like(&question.offers, typed),
        };
        if found.is_empty() {
            return Ok(ControlFlow::Break(typed.to_owned()));
        }
        self.say(&format!("`{typed}` is not known; is one of these meant?"));
        self.list(&found);
        *listed = found;
        if question.is_closed {
            self.say("a number picks one");
            return Ok(ControlFlow::Continue(None));
        }
        let prompt = format!("a number picks one, Enter keeps `{}` > ", Safe(typed));
        let next = read_answer(self.env, &prompt)?;
        match next.is_empty() {
            true => Ok(ControlFlow::Break(typed.to_owned())),
            false => Ok(ControlFlow::Continue(Some(next))),
        }
    }

    /// Puts an answer into the draft, unless `set` or a rule refuses it, and says what there is to
    /// say of it.
    fn accepts(
        &mut self,
        question: &Question<'_>,
        answer: &str,
        set: impl Fn(&mut Draft, &str) -> Result<(), String>,
    ) -> bool {
        let mut trial = self.draft.clone();
        if let Err(reason) = set(&mut trial, answer) {
            self.say(&reason);
            return false;
        }
        let findings = judged(&trial, &question.pointers, self.workspace, self.env.today);
        for finding in &findings {
            self.say(&finding.message);
            if let Some(help) = &finding.help {
                self.say(&format!("  {help}"));
            }
        }
        let is_accepted = findings.iter().all(|finding| finding.level < Level::Error);
        if is_accepted {
            *self.draft = trial;
            self.keep();
            if let Some(remark) = (question.remark)(answer) {
                self.say(&remark);
            }
        }
        is_accepted
    }

    /// Keeps the answers, in case that the conversation ends before the record is written.
    fn keep(&mut self) {
        let text = self.draft.file("draft.yaml", None).text().to_owned();
        if let Err(error) = self.kept.put(&self.draft.exception.id, &text, self.env)
            && !std::mem::replace(&mut self.is_unkept, true)
        {
            self.say(&format!("note: the answers are not kept: {error:#}"));
        }
    }

    pub(super) fn say(&mut self, line: &str) {
        tell(self.env, line);
    }
}

/// The offer whose number was typed.
fn picked<'q>(listed: &[&'q Offer], typed: &str) -> Option<&'q Offer> {
    let number: usize = typed.parse().ok()?;
    listed.get(number.checked_sub(1)?).copied()
}

/// What rules say about some places of a draft: at the first about whatever stands there, at the
/// others about what was given.
fn judged(
    draft: &Draft,
    pointers: &[String],
    workspace: &Workspace,
    today: NaiveDate,
) -> Vec<Finding> {
    let name = format!("{}/draft.yaml", workspace.name);
    let file = draft.file(&name, None);
    let mut findings = findings::alone(&file, workspace, today);
    findings.retain(|finding| match pointers.iter().position(|it| *it == finding.place.pointer) {
        Some(at) => at == 0 || draft::is_given(finding),
        None => false,
    });
    findings
}
