//! The process in words, as the policy sets it: for people who have to follow it, and for the binder
//! of whoever audits it.
//!
//! Invariant: every sentence says what `exc` does with this policy. What a key says is taken from the
//! policy, never from its defaults.

use chrono::NaiveDate;

use super::document::{
    Block, Cell, Column, Document, Origin, Row, Section, Span, Stamp, Table, Text, Tone,
};
use crate::model::RiskLevel;
use crate::policy::{Accepted, Elsewhere, Evidence, Policy, UnknownContributor};

/// Makes the report of a register's policy.
pub(crate) fn document(policy: &Policy, origin: Origin, today: NaiveDate) -> Document {
    let lead = Text::of(
        "Whoever cannot meet a control yet files an exception by pull request. It says why, where, for how long, who answers for it and what lowers the risk meanwhile; somebody else approves that exact text; and it ends on a day.",
    );
    Document {
        report: "policy",
        title: "How exceptions work".to_owned(),
        lead,
        stamp: Stamp { today, registers: vec![origin], filters: Vec::new() },
        notes: Vec::new(),
        sections: vec![
            workflow(policy),
            justification(policy),
            durations(policy),
            approvals(policy),
            after_the_fact(policy),
            reviews(policy),
            gate(policy),
            scope(policy),
            people(policy),
            catalogue(policy),
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
        let rows = policy.fields.iter().map(|(name, field)| Row {
            group: None,
            tone: Tone::Plain,
            cells: vec![
                Cell::Code(name.clone()),
                Cell::Text(if field.required { "required" } else { "optional" }.to_owned()),
                Cell::text(&field.values.join(", ")),
                Cell::text(field.description.as_deref().unwrap_or_default()),
            ],
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
    let rows = RiskLevel::ALL.iter().map(|&risk| Row {
        group: None,
        tone: Tone::Plain,
        cells: vec![
            Cell::Text(risk.to_string()),
            number(durations.max_days.get(risk)),
            number(policy.review_every_days.get(risk)),
        ],
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

/// The kinds of evidence that count, weakest first.
fn accepted(accept: Accepted) -> String {
    let kinds = [Evidence::Trailer, Evidence::Landing, Evidence::Signed];
    let kinds = kinds.into_iter().filter(|kind| accept.contains(*kind));
    kinds.map(Evidence::as_str).collect::<Vec<_>>().join(", ")
}

fn approvals(policy: &Policy) -> Section {
    let approvals = &policy.approvals;
    let rows = RiskLevel::ALL.iter().map(|&risk| {
        let roles = match risk {
            RiskLevel::Critical => &approvals.roles.critical,
            _ => &approvals.roles.approve,
        };
        let unknown = match approvals.unknown_contributor.get(risk) {
            UnknownContributor::Distinct => "counts as another person",
            UnknownContributor::Unapproved => "nobody can approve it",
        };
        let may = policy.people.iter().filter(|it| approvals.is_approver(it, risk));
        let may: Vec<&str> = may.map(|person| person.id.as_str()).collect();
        Row {
            group: None,
            tone: if may.is_empty() { Tone::Warn } else { Tone::Plain },
            cells: vec![
                Cell::Text(risk.to_string()),
                number(approvals.quorum.get(risk).0),
                Cell::Text(accepted(approvals.accept.get(risk))),
                Cell::Text(roles.join(", ")),
                Cell::Text(unknown.to_owned()),
                match may.is_empty() {
                    true => Cell::State("nobody".to_owned(), Tone::Bad),
                    false => Cell::Text(may.join(", ")),
                },
            ],
        }
    });
    let change = &approvals.policy_change;
    let persons = match change.quorum.0 {
        1 => "1 person".to_owned(),
        n => format!("{n} persons"),
    };
    section(
        "approvals",
        "Who approves it",
        "Never whoever requested it, wrote it or changed it. An approval is one of that exact text; what it allows is read from the policy as it was before the change.",
        vec![
            Block::Table(Table {
                key: "approvals",
                caption: "Approvals by risk".to_owned(),
                definition: "Evidence, weakest first: trailer, a line such as `Approved-by:` on the commit that landed; landing, the author of the merge; signed, an SSH signature of the exact text. Who contributes without being in `people` counts as another person, or nobody can approve what they wrote.",
                columns: vec![
                    Column::fixed("risk", "risk"),
                    Column::fixed("quorum", "persons"),
                    Column::elastic("evidence", "evidence that counts"),
                    Column::elastic("roles", "roles"),
                    Column::extra("unknown", "unknown contributor"),
                    Column::elastic("people", "who may"),
                ],
                rows: rows.collect(),
                empty: "None.",
            }),
            list(vec![
                "A wider scope, a later last valid day, fewer compensating controls or another reason has to be approved again; until then the exception has lapsed.".to_owned(),
                "Less for a shorter time, a closing, a review, a later verification and a changed title need nobody.".to_owned(),
                format!(
                    "A change of this policy takes {persons}, by {}, under the policy before it.",
                    accepted(change.accept)
                ),
            ]),
        ],
    )
}

fn after_the_fact(policy: &Policy) -> Section {
    let days = policy.approvals.late_days;
    section(
        "emergencies",
        "When it cannot wait",
        "",
        vec![list(vec![
            "An emergency is filed with what is known and says so (`emergency`, with the moment and the reason).".to_owned(),
            match days {
                0 => "Its approval has to come with it: this policy gives no day after it.".to_owned(),
                1 => "Its approval may follow within 1 day after it landed; after that it is late, and `exc audit` says so for ever.".to_owned(),
                n => format!("Its approval may follow within {n} days after it landed; after that it is late, and `exc audit` says so for ever."),
            },
        ])],
    )
}

fn reviews(policy: &Policy) -> Section {
    let budgets = &policy.budgets;
    let mut items = vec![
        "Somebody other than the owner looks at each active exception as often as its risk demands (see how long it may run), and appends the day and a note to `reviews`; what is overdue shows in `exc check` and `exc report expiry`.".to_owned(),
        "The portfolio is read as a whole with `exc report portfolio`: what belongs together, what stays, and which policy to improve rather than grant the next exception.".to_owned(),
        format!(
            "A control with {} open exceptions or more of {} teams or more is one whose policy to improve; an exception is old after {} days, and a serial one from {} renewals on.",
            policy.portfolio.friction.records,
            policy.portfolio.friction.teams,
            policy.portfolio.old_days,
            policy.portfolio.serial_renewals
        ),
        format!("{} exceptions that end on one day are a cliff.", policy.cliff.records),
    ];
    items.extend(
        budgets
            .per_team
            .map(|n| format!("A team is within its budget with {n} open exceptions at most.")),
    );
    items.extend(
        budgets
            .per_control
            .map(|n| format!("A control is within its budget with {n} open exceptions at most.")),
    );
    section("reviews", "Who looks at it again", "", vec![list(items)])
}

fn gate(policy: &Policy) -> Section {
    let grace = match policy.gate.grace_days {
        0 => "An exception that expires fails every pull request on the day after its last valid one.".to_owned(),
        1 => "An exception that expires fails the pull requests of others from the second day after its last valid one on.".to_owned(),
        n => format!("An exception that expires fails the pull requests of others once {n} days have passed after its last valid one."),
    };
    let elsewhere = match policy.gate.elsewhere {
        Elsewhere::Error => {
            "What is wrong elsewhere in the register fails a pull request too, and names who has to act."
        }
        Elsewhere::Warning => {
            "What is wrong elsewhere in the register only warns in a pull request, and names who has to act."
        }
    };
    let set = policy.rules.iter().map(|(code, level)| format!("`{code}` is {}.", level.as_str()));
    let mut items = vec![
        "A pull request that touches the register is refused while what it changes has an error; no record can excuse itself.".to_owned(),
        elsewhere.to_owned(),
        grace,
        "Records are never deleted, ids never used twice, past renewals never rewritten.".to_owned(),
    ];
    items.extend(set);
    section("gate", "What CI refuses", "", vec![list(items)])
}

fn scope(policy: &Policy) -> Section {
    let rows = policy.scope.iter().map(|(kind, levels)| Row {
        group: None,
        tone: Tone::Plain,
        cells: vec![
            Cell::Code(kind.clone()),
            Cell::Text(levels.levels.join(" → ")),
            Cell::text(levels.broadest.as_deref().unwrap_or("any")),
        ],
    });
    section(
        "scope",
        "Where it may reach",
        "A target is written `kind:/path`; one that takes in another is broader.",
        vec![Block::Table(Table {
            key: "scope",
            caption: "Kinds of targets".to_owned(),
            definition: "Levels stand broadest first. What is broader than the broadest level is refused.",
            columns: vec![
                Column::fixed("kind", "kind"),
                Column::elastic("levels", "levels"),
                Column::fixed("broadest", "broadest that is allowed"),
            ],
            rows: rows.collect(),
            empty: "None.",
        })],
    )
}

fn people(policy: &Policy) -> Section {
    let with_role = policy.people.iter().filter(|person| !person.roles.is_empty());
    let rows = with_role.map(|person| Row {
        group: None,
        tone: Tone::Plain,
        cells: vec![
            Cell::text(&person.id),
            Cell::text(&person.name),
            Cell::Text(person.roles.join(", ")),
            number(person.keys.iter().filter(|key| key.revoked.is_none()).count()),
        ],
    });
    section(
        "people",
        "Who has a role",
        "",
        vec![Block::Table(Table {
            key: "people",
            caption: "People with a role".to_owned(),
            definition: "Keys are those with which they sign, without revoked ones.",
            columns: vec![
                Column::fixed("person", "id"),
                Column::elastic("name", "name"),
                Column::elastic("roles", "roles"),
                Column::fixed("keys", "keys"),
            ],
            rows: rows.collect(),
            empty: "Nobody: nothing can be approved until `people` of the policy names somebody.",
        })],
    )
}

fn catalogue(policy: &Policy) -> Section {
    let rows = policy.controls.iter().map(|control| Row {
        group: None,
        tone: Tone::Plain,
        cells: vec![
            Cell::Code(control.id.clone()),
            Cell::text(&control.title),
            match (control.never_exempt, control.max_days) {
                (true, _) => Cell::State("never".to_owned(), Tone::Bad),
                (false, Some(days)) => Cell::Text(format!("{days} days of one grant")),
                (false, None) => Cell::Text("as the risk allows".to_owned()),
            },
            Cell::text(&control.owner),
            control.targets.map_or(Cell::Empty, number),
            Cell::text(&control.frameworks.join(", ")),
        ],
    });
    section(
        "catalogue",
        "The controls",
        "An exception names the controls from which it deviates; only these can be named.",
        vec![Block::Table(Table {
            key: "controls",
            caption: "Catalogue of controls".to_owned(),
            definition: "Frameworks are the outside requirements that a control answers to. Targets are those that it covers, where somebody counts them.",
            columns: vec![
                Column::fixed("control", "control"),
                Column::elastic("title", "title"),
                Column::fixed("exceptions", "exceptions"),
                Column::elastic("owner", "kept by"),
                Column::extra("targets", "targets"),
                Column::elastic("frameworks", "frameworks"),
            ],
            rows: rows.collect(),
            empty: "The policy names no control yet: add them to `controls`.",
        })],
    )
}
