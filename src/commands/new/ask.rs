//! The questions of `exc new`, in the order in which they are asked.
//!
//! Questions go to standard error, so that standard output holds the path of the new file alone.

use std::sync::Arc;

use chrono::NaiveDate;

use super::draft::Draft;
use super::filing::Filing;
use super::flags;
use super::kept::Kept;
use super::prompt::{Conversation, Question};
use crate::commands::parse_date;
use crate::env::Env;
use crate::finding::Place;
use crate::model::{CompensatingControl, Field, FieldKind, Lifetime, RiskLevel, window};
use crate::source::{self, schema};

/// Asks for everything that a draft lacks; of an emergency, for what has to be known.
pub(super) fn fill(
    draft: &mut Draft,
    filing: &Filing<'_>,
    kept: &mut Kept,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    kept.remember(env);
    let mut talk = begin(draft, filing, kept, env);
    talk.say(&format!("filing an exception in `{}`", filing.workspace.name));
    talk.say("Ctrl-D gives up; nothing is written before the end, and the answers are kept");
    if talk.draft.exception.emergency.is_some() {
        talk.title()?;
        talk.controls()?;
        talk.scope()?;
        talk.who()?;
    } else {
        talk.what()?;
        talk.who()?;
        talk.why()?;
        talk.compensating()?;
        talk.way_back()?;
        talk.fields()?;
        talk.end()?;
    }
    talk.say("");
    Ok(())
}

/// Asks again for what was forgotten at these places.
pub(super) fn again(
    draft: &mut Draft,
    pointers: &[&str],
    filing: &Filing<'_>,
    kept: &mut Kept,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let mut talk = begin(draft, filing, kept, env);
    pointers.iter().try_for_each(|pointer| talk.again(pointer))?;
    talk.say("");
    Ok(())
}

fn begin<'a, 'e>(
    draft: &'a mut Draft,
    filing: &'a Filing<'_>,
    kept: &'a mut Kept,
    env: &'a mut Env<'e>,
) -> Conversation<'a, 'e> {
    let Filing { workspace, register, globals, .. } = filing;
    let is_bold = globals.style(env).color;
    Conversation { env, workspace, register, draft, kept, is_bold, is_unkept: false }
}

/// Words of a title that say anything.
const MIN_WORDS: usize = 3;

/// What to say of a title that tells nobody what is excepted.
fn terseness(title: &str) -> Option<String> {
    (title.split_whitespace().count() < MIN_WORDS).then(|| {
        "note: lists and digests show this title alone: at the end, `--title` with a longer one replaces it".to_owned()
    })
}

impl Conversation<'_, '_> {
    pub(super) fn title(&mut self) -> anyhow::Result<()> {
        self.text(
            Question::new("title", "one line: what is excepted, and until which event", "/title")
                .remark(terseness),
            |draft| &mut draft.exception.title,
        )
    }

    fn what(&mut self) -> anyhow::Result<()> {
        self.title()?;
        self.controls()?;
        self.scope()?;
        self.risk()?;
        self.risk_statement()
    }

    pub(super) fn risk_statement(&mut self) -> anyhow::Result<()> {
        self.text(
            Question::new(
                "risk statement",
                "what could go wrong, and whom or what it would hurt",
                "/risk/statement",
            ),
            |draft| &mut draft.exception.risk.statement,
        )
    }

    pub(super) fn risk(&mut self) -> anyhow::Result<()> {
        if self.draft.exception.risk.level.is_some() {
            return Ok(());
        }
        let policy = &self.workspace.policy;
        // What a control allows counts at each risk.
        let is_named = |id: &String| self.draft.exception.controls.contains(id);
        let limit =
            policy.controls.iter().filter(|it| is_named(&it.id)).filter_map(|it| it.max_days);
        let limit = limit.min();
        let meanings = [
            "a lapse would be a nuisance",
            "limited harm, contained by what is in place",
            "confidential data or production could be harmed",
            "serious harm is likely if it is abused",
        ];
        let levels = RiskLevel::ALL.into_iter().zip(meanings).map(|(level, meaning)| {
            let days = limit.into_iter().chain([policy.durations.max_days.get(level)]).min();
            let days = window::n_days(days.unwrap_or_default().into());
            format!("  {:<9} at most {days}: {meaning}", level.as_str())
        });
        let question =
            Question::new("risk", "how much is at stake meanwhile:", "/risk/level").explain(levels);
        self.ask(question, |draft, answer| {
            let names = RiskLevel::ALL.map(|level| level.as_str().to_owned());
            let wanted = answer.to_ascii_lowercase();
            // `m` is enough.
            let level =
                RiskLevel::ALL.into_iter().find(|level| level.as_str().starts_with(&wanted));
            let level = level.ok_or_else(|| format!("use {}", schema::list(&names)))?;
            draft.exception.risk.level = Some(level);
            Ok(())
        })?;
        Ok(())
    }

    fn why(&mut self) -> anyhow::Result<()> {
        self.blocker()?;
        self.end_state()
    }

    pub(super) fn blocker(&mut self) -> anyhow::Result<()> {
        self.text(
            Question::new(
                "blocker",
                "what keeps the control from being met today: a fact that can be checked",
                "/justification/blocker",
            ),
            |draft| &mut draft.exception.justification.blocker,
        )
    }

    pub(super) fn end_state(&mut self) -> anyhow::Result<()> {
        self.text(
            Question::new(
                "end state",
                "what will be true when the exception can be closed",
                "/justification/end_state",
            ),
            |draft| &mut draft.exception.justification.end_state,
        )
    }

    pub(super) fn compensating(&mut self) -> anyhow::Result<()> {
        let is_low = self.draft.exception.risk.level == Some(RiskLevel::Low);
        let n_given = self.draft.exception.compensating_controls.len();
        if n_given == 0 {
            loop {
                let at = self.draft.exception.compensating_controls.len();
                let pointer = format!("/compensating_controls/{at}/description");
                let (label, explanation) = match (at, is_low) {
                    (0, false) => ("compensating control", "what lowers the risk meanwhile"),
                    (0, true) => (
                        "compensating control",
                        "what lowers the risk meanwhile; at low risk it may be empty",
                    ),
                    _ => ("another compensating control", "empty if there is none"),
                };
                let question = Question::new(label, explanation, &pointer);
                let question = if at > 0 || is_low { question.optional() } else { question };
                let is_answered = self.ask(question, |draft, answer| {
                    let description = answer.to_owned();
                    draft
                        .exception
                        .compensating_controls
                        .push(CompensatingControl { description, ..Default::default() });
                    Ok(())
                })?;
                if !is_answered {
                    break;
                }
                self.compensating_parts(at, true)?;
            }
        }
        for at in 0..n_given {
            self.compensating_parts(at, false)?;
        }
        self.draft.has_compensating = true;
        Ok(())
    }

    /// What belongs to a compensating control: the required parts, and with `all` the others too.
    pub(super) fn compensating_parts(&mut self, at: usize, all: bool) -> anyhow::Result<()> {
        let pointer = |key: &str| format!("/compensating_controls/{at}/{key}");
        let question = Question::new(
            "compensating control",
            "what lowers the risk meanwhile",
            &pointer("description"),
        );
        self.text(question, |draft| &mut draft.exception.compensating_controls[at].description)?;
        if all {
            let question = Question::new(
                "reduces",
                "which part of the risk it lowers; may be empty",
                &pointer("reduces"),
            );
            self.text(question.optional(), |draft| {
                &mut draft.exception.compensating_controls[at].reduces
            })?;
        }
        let owner = self.draft.exception.owner.email.clone();
        let question =
            Question::new("its owner", "e-mail of whoever keeps it working", &pointer("owner"));
        self.text(question.default(&owner), |draft| {
            &mut draft.exception.compensating_controls[at].owner
        })?;
        let question =
            Question::new("its evidence", "where to see that it works", &pointer("evidence"));
        self.text(question, |draft| &mut draft.exception.compensating_controls[at].evidence)?;
        let exception = &self.draft.exception;
        let control = &exception.compensating_controls[at];
        let is_known = control.verified.is_some();
        let is_needed = flags::needs_verification(exception) || !control.verify_every.is_empty();
        if !all && (is_known || !is_needed) {
            return Ok(());
        }
        let explanation = match is_needed {
            true => "the day it was last shown to work",
            false => "the day it was last shown to work; may be empty",
        };
        let question = Question::new("verified", explanation, &pointer("verified"));
        let question = if is_needed { question } else { question.optional() };
        let is_verified = self.ask(question, |draft, answer| {
            let date = date(answer)?;
            draft.exception.compensating_controls[at].verified = Some(date);
            Ok(())
        })?;
        if is_verified && self.draft.exception.compensating_controls[at].verify_every.is_empty() {
            let question = Question::new(
                "verify every",
                "how long that holds, such as 30d",
                &pointer("verify_every"),
            );
            self.ask(question.default("30d"), |draft, answer| {
                Lifetime::parse(answer).ok_or("write a length of time: 30d, 4w, 3m or 1y")?;
                draft.exception.compensating_controls[at].verify_every = answer.to_owned();
                Ok(())
            })?;
        }
        Ok(())
    }

    fn way_back(&mut self) -> anyhow::Result<()> {
        self.plan()?;
        self.ticket()?;
        self.milestones()
    }

    pub(super) fn plan(&mut self) -> anyhow::Result<()> {
        self.text(
            Question::new("plan", "what will be done to meet the control", "/remediation/plan"),
            |draft| &mut draft.exception.remediation.plan,
        )
    }

    pub(super) fn ticket(&mut self) -> anyhow::Result<()> {
        self.text(
            Question::new(
                "ticket",
                "address of the work item that tracks the plan; may be empty",
                "/remediation/ticket",
            )
            .optional(),
            |draft| &mut draft.exception.remediation.ticket,
        )
    }

    pub(super) fn milestones(&mut self) -> anyhow::Result<()> {
        if !self.draft.exception.remediation.milestones.is_empty() {
            return Ok(());
        }
        let question = |at| {
            let pointer = format!("/remediation/milestones/{at}");
            let label = if at == 0 { "milestone" } else { "another milestone" };
            let explanation = "a step and the day it is due, as 2027-01-15=WHAT; may be empty";
            Question::new(label, explanation, &pointer).optional()
        };
        self.entries(question, |draft, answer| {
            let milestone = flags::parse_milestone(answer)?;
            draft.exception.remediation.milestones.push(milestone);
            Ok(())
        })
    }

    /// The fields that the policy adds and demands.
    pub(super) fn fields(&mut self) -> anyhow::Result<()> {
        let policy = &self.workspace.policy;
        for (name, field) in flags::required_fields(self.draft, policy) {
            let pointer = format!("/{name}");
            let question = Question::new(name, &field_form(field), &pointer);
            self.ask(question, |draft, answer| {
                flags::set_field(draft, policy, name, answer).map_err(|error| error.to_string())
            })?;
        }
        Ok(())
    }
}

pub(super) fn date(answer: &str) -> Result<NaiveDate, String> {
    parse_date(answer).map_err(|_| {
        let place = Place::file(&Arc::default());
        let finding = source::dates::not_a_date(place, answer);
        format!("{}: {}", finding.message, finding.help.unwrap_or_default())
    })
}

/// What a field that the register adds takes.
fn field_form(field: &Field) -> String {
    let form = match field.kind {
        FieldKind::String if !field.values.is_empty() => schema::list(&field.values),
        FieldKind::String => "text".to_owned(),
        FieldKind::Integer => "a whole number".to_owned(),
        FieldKind::Boolean => "`true` or `false`".to_owned(),
        FieldKind::Date => "a date, YYYY-MM-DD".to_owned(),
    };
    match &field.description {
        Some(description) => format!("{description} ({form})"),
        None => form,
    }
}
