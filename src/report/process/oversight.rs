//! Who approves an exception, who looks at it again, and what CI refuses.

use super::{list, number, section};
use crate::model::RiskLevel;
use crate::policy::{Accepted, Elsewhere, Evidence, Policy, UnknownContributor};
use crate::report::document::{Block, Cell, Column, Row, Section, Table, Tone};

/// The kinds of evidence that count, weakest first.
fn accepted(accept: Accepted) -> String {
    let kinds = [Evidence::Trailer, Evidence::Landing, Evidence::Signed];
    let kinds = kinds.into_iter().filter(|kind| accept.contains(*kind));
    kinds.map(Evidence::as_str).collect::<Vec<_>>().join(" or ")
}

pub(super) fn approvals(policy: &Policy) -> Section {
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
        let quorum = approvals.quorum.get(risk).0 as usize;
        Row {
            group: None,
            tone: if may.len() < quorum { Tone::Warn } else { Tone::Plain },
            cells: vec![
                Cell::Text(risk.to_string()),
                number(approvals.quorum.get(risk).0),
                Cell::Text(accepted(approvals.accept.get(risk))),
                Cell::Text(roles.join(", ")),
                Cell::Text(unknown.to_owned()),
                match may.len() {
                    0 => Cell::State("nobody".to_owned(), Tone::Bad),
                    n if n < quorum => {
                        Cell::State(format!("{}: fewer than it takes", may.join(", ")), Tone::Bad)
                    }
                    _ => Cell::Text(may.join(", ")),
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
        "Never whoever requested it, wrote it or changed it. An approval holds for one exact text; what it allows is read from the policy as it was before the change.",
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
                    "A change of this policy takes {persons}, with the evidence {}, under the policy before it.",
                    accepted(change.accept)
                ),
            ]),
        ],
    )
}

pub(super) fn after_the_fact(policy: &Policy) -> Section {
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

pub(super) fn reviews(policy: &Policy) -> Section {
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

pub(super) fn gate(policy: &Policy) -> Section {
    let grace = match policy.gate.grace_days {
        0 => "An exception that has expired fails every pull request from the day after its last valid one on.".to_owned(),
        1 => "An exception that has expired fails the pull requests of others from the second day after its last valid one on.".to_owned(),
        n => format!("An exception that has expired fails the pull requests of others once {n} days have passed after its last valid one."),
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

pub(super) fn people(policy: &Policy) -> Section {
    let with_role = policy.people.iter().filter(|person| !person.roles.is_empty());
    let rows = with_role.map(|person| {
        Row::of(vec![
            Cell::text(&person.id),
            Cell::text(&person.name),
            Cell::Text(person.roles.join(", ")),
            number(person.keys.iter().filter(|key| key.revoked.is_none()).count()),
        ])
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
