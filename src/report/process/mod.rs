//! The process in words, as the policy sets it: for people who have to follow it, and for the binder
//! of whoever audits it.
//!
//! [`oversight`] says who approves, looks again and refuses; [`reach`] which controls and places there
//! are.
//!
//! Invariant: every sentence says what `exc` does with this policy. What a key says is taken from the
//! policy, never from its defaults.

mod oversight;
mod reach;

use chrono::NaiveDate;

use super::document::{Block, Cell, Column, Document, Row, Section, Span, Stamp, Table, Text};
use crate::model::RiskLevel;
use crate::policy::Policy;

/// Makes the report of a register's policy.
pub(crate) fn document(policy: &Policy, register: &str, today: NaiveDate) -> Document {
    let mut lead = Text::of(
        "Whoever cannot meet a control yet files an exception by pull request. It says why, where, for how long, who answers for it and what lowers the risk meanwhile; somebody else approves that exact text; and it ends on a day.",
    );
    lead.0.push(Span::Plain(" This is the process of ".to_owned()));
    lead.0.push(Span::Code(register.to_owned()));
    lead.0.push(Span::Plain(", as its policy sets it.".to_owned()));
    Document {
        report: "policy",
        title: "How exceptions work".to_owned(),
        lead,
        stamp: Stamp {
            today,
            registers: Vec::new(),
            filters: Vec::new(),
            options: vec![format!("--today {today}")],
        },
        notes: Vec::new(),
        sections: vec![
            workflow(policy),
            justification(policy),
            durations(policy),
            oversight::approvals(policy),
            oversight::after_the_fact(policy),
            oversight::reviews(policy),
            oversight::gate(policy),
            reach::scope(policy),
            oversight::people(policy),
            reach::catalogue(policy),
        ],
        principal: "controls",
    }
}

fn section(key: &'static str, title: &str, lead: &str, blocks: Vec<Block>) -> Section {
    Section { key, title: title.to_owned(), lead: Text::of(lead), blocks }
}

/// Sentences in which values stand in backticks; the values are those of the policy's own keys.
fn list(items: Vec<String>) -> Block {
    Block::List(items.iter().map(|item| Text::of(item)).collect())
}

fn number(n: impl TryInto<i64>) -> Cell {
    Cell::Number(n.try_into().unwrap_or(i64::MAX), Vec::new())
}

fn workflow(policy: &Policy) -> Section {
    let mut merge = Text::of("The pull request is merged into the mainline, ");
    merge.0.push(Span::Code(policy.mainline.clone()));
    merge.0.push(Span::Plain(", where the exception is active from then on.".to_owned()));
    let items = vec![
        Text::of("The requester files one record with `exc new`, in a pull request."),
        Text::of(
            "CI judges it with `exc check`, by the policy of the branch into which it goes; what is incomplete, vague, too broad or too long is refused, with the line and the reason.",
        ),
        Text::of(
            "The reviewer reads one page, `exc review`: what it allows, what is wrong with it, the questions that decide, and what the team and the control have already.",
        ),
        Text::of(
            "Approvers approve that exact text, by their merge or by a signature (`exc approve`), as the risk demands.",
        ),
        merge,
        Text::of(
            "The owner renews it with a new reason and new evidence, or closes it once the control is met; a later change of what was approved has to be approved again.",
        ),
        Text::of(
            "`exc audit` proves from git who approved which text, when, by what kind of evidence.",
        ),
    ];
    Section {
        key: "workflow",
        title: "From filing to closing".to_owned(),
        lead: Text::default(),
        blocks: vec![Block::List(items)],
    }
}

fn justification(policy: &Policy) -> Section {
    let mut items = vec![
        "The controls that are not met yet, by their ids in the catalogue below.".to_owned(),
        "The scope: the smallest set of targets that solves the problem, without wildcards.".to_owned(),
        "The risk: a level, `low` to `critical`, and a sentence that says what may happen.".to_owned(),
        "One owner, a person who answers for it, and the requester, who may not approve it.".to_owned(),
        "The blocker: which fact stands in the way today; and the end state: what it looks like once the control is met. Phrases that would fit every record are refused.".to_owned(),
        "Compensating controls with what each reduces, who keeps it working, and how that was last verified; only at low risk there may be none.".to_owned(),
        "The plan of the remediation, with milestones where it has any.".to_owned(),
        "The day on which it is opened, and the last day on which it holds (UTC).".to_owned(),
    ];
    let n_own = policy.vague.len() + policy.placeholders.len();
    if n_own > 0 {
        items.push(format!(
            "This policy names {n_own} more phrases that count as no reason (`vague`, `placeholders`)."
        ));
    }
    let mut blocks = vec![list(items)];
    if !policy.fields.is_empty() {
        let rows = policy.fields.iter().map(|(name, field)| {
            Row::of(vec![
                Cell::Code(name.clone()),
                Cell::Text(if field.required { "required" } else { "optional" }.to_owned()),
                Cell::text(&field.values.join(", ")),
                Cell::text(field.description.as_deref().unwrap_or_default()),
            ])
        });
        blocks.push(Block::Table(Table {
            key: "fields",
            caption: "Fields of this register".to_owned(),
            definition: "",
            columns: vec![
                Column::fixed("field", "field"),
                Column::fixed("required", "required"),
                Column::elastic("values", "values"),
                Column::elastic("description", "what it says"),
            ],
            rows: rows.collect(),
            empty: "None.",
        }));
    }
    section("justification", "What an exception has to say", "", blocks)
}

fn durations(policy: &Policy) -> Section {
    let durations = &policy.durations;
    let rows = RiskLevel::ALL.iter().map(|&risk| {
        Row::of(vec![
            Cell::Text(risk.to_string()),
            number(durations.max_days.get(risk)),
            number(policy.review_every_days.get(risk)),
        ])
    });
    let renewals = match durations.max_renewals {
        0 => "An exception cannot be renewed.".to_owned(),
        1 => "An exception can be renewed once, with a new reason and new evidence.".to_owned(),
        n => format!(
            "An exception can be renewed {n} times, each with a new reason and new evidence."
        ),
    };
    section(
        "durations",
        "How long it may run",
        "Nothing is open-ended.",
        vec![
            Block::Table(Table {
                key: "durations",
                caption: "Days by risk".to_owned(),
                definition: "A grant counts from `opened`, or from the day of the renewal, to the last valid day. A control of the catalogue may allow less.",
                columns: vec![
                    Column::fixed("risk", "risk"),
                    Column::fixed("max_days", "days of one grant, at most"),
                    Column::fixed("review_every_days", "days between reviews, at most"),
                ],
                rows: rows.collect(),
                empty: "None.",
            }),
            list(vec![
                renewals,
                format!(
                    "In all it may run for {} days, counted from its first landing or `opened`, whichever is earlier; renewals and days are counted from the history, whatever a record claims.",
                    durations.max_total_days
                ),
                format!(
                    "From {} days before its last valid day on, `exc check` warns.",
                    policy.warn_within_days
                ),
                "After its last valid day it is expired: it is renewed or closed, and `exc check` fails until it is.".to_owned(),
            ]),
        ],
    )
}
