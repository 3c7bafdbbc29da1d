//! The pages of an evidence pack, as Markdown.

use std::fmt::Write as _;

use super::text::{by, marks, outcome};
use super::{AuditPage, Evidence, Judged};
use crate::history::{Trail, Verdict, short};
use crate::model::window;
use crate::render::markdown::{escaped, prose};

/// What an auditor of a policy exception process verifies (CSA AI Controls Matrix, GRC-04), and
/// where this pack, or one command, answers it.
const QUESTIONS: [(&str, &str, &str); 10] = [
    (
        "1a",
        "a formal, documented exception process exists",
        "[policy.yaml](policy.yaml): durations, approvals, reviews and the gate, enforced by rules",
    ),
    (
        "1b",
        "it is part of the wider governance framework",
        "the catalogue `controls` in [policy.yaml](policy.yaml), with `frameworks`",
    ),
    (
        "2a",
        "approval workflow, justification, expiry and conditions for renewal or review",
        "`approvals`, `durations`, `review_every_days` in [policy.yaml](policy.yaml); each record's page",
    ),
    (
        "2b",
        "operational policies are covered",
        "the catalogue `controls` in [policy.yaml](policy.yaml), and `controls` of each record",
    ),
    (
        "2c",
        "approved exceptions are communicated and tracked centrally",
        "this register, [audit.json](audit.json); owner and team of each record",
    ),
    (
        "3a",
        "controls prevent unauthorised deviations",
        "[findings.json](findings.json), what the gate in CI says about this register",
    ),
    (
        "3b",
        "a governance body reviews approved exceptions periodically",
        "`reviews` of each record; `EXC210` in [findings.json](findings.json) where one is overdue",
    ),
    (
        "4a",
        "a sample meets approval, justification and expiry requirements",
        "the table below, one page for each record",
    ),
    (
        "4b",
        "recent and emergency changes have their exceptions",
        "`approved late` and `emergency` below; `emergency` of each record",
    ),
    (
        "CCM",
        "exceptions are tracked, authorised, evidenced and reviewed",
        "[audit.json](audit.json): every revision with its evidence",
    ),
];

/// The first page: what the pack is, what it answers, and what it holds.
pub(crate) fn index(
    page: &AuditPage<'_>,
    population: usize,
    folder_name: &dyn Fn(&str) -> String,
    register: &str,
) -> String {
    let mut text = String::new();
    let n = page.records.len();
    let _ = writeln!(
        text,
        "# Evidence pack\n\n{n} of {population} records of <code>{}</code>, as {} held it at {}, judged on {} (UTC).\n",
        escaped(register),
        escaped(page.mainline),
        page.tip,
        page.today
    );
    let whole = if page.is_complete { "is complete" } else { "is incomplete" };
    let _ = writeln!(text, "The history that this was read from {whole}.");
    for note in page.notes.iter().chain(page.problems) {
        let _ = writeln!(text, "- {}", prose(note));
    }
    text.push_str("\n## What the auditor verifies\n\n| | | where |\n| --- | --- | --- |\n");
    for (number, question, answer) in QUESTIONS {
        let _ = writeln!(text, "| {number} | {question} | {answer} |");
    }
    text.push_str("\n## Records\n\n| record | verdict | approved by | valid through | not covered |\n| --- | --- | --- | --- | --- |\n");
    for Judged { trail, emergency, .. } in page.records {
        let mark = if emergency.is_some() { ", emergency" } else { "" };
        let evidence = trail.deciding().map(|it| by(&it.evidence)).unwrap_or_default();
        let expires = trail.text.as_ref().and_then(|it| it.exception.expires);
        let expires = expires.map_or(String::new(), |day| day.to_string());
        let gaps = trail.gaps.iter().map(|gap| match gap.n_days() {
            1 => gap.from.to_string(),
            n => format!("{} to {} ({n} days)", gap.from, gap.through),
        });
        let since = trail.uncovered_since(page.today).map(|since| format!("since {since}"));
        let gaps = gaps.chain(since).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            text,
            "| [{}](records/{}/README.md) | {}{mark} | {} | {expires} | {gaps} |",
            escaped(&trail.id),
            folder_name(&trail.id),
            said(trail.verdict),
            escaped(&evidence)
        );
    }
    text.push_str("\n## Policy\n\n| commit | |\n| --- | --- |\n");
    for revision in page.policies {
        let line = super::policies::policy(revision);
        let line = line.strip_prefix("policy: ").unwrap_or(&line);
        let (commit, rest) = line.split_once(' ').unwrap_or((line, ""));
        let _ = writeln!(text, "| {} | {} |", escaped(commit), prose(rest));
    }
    text
}

/// The page of one record.
pub(crate) fn page_of_record(
    page: &AuditPage<'_>,
    judged: &Judged<'_>,
    evidence: &Evidence<'_>,
) -> String {
    let trail = judged.trail;
    let mut text = String::new();
    let _ = writeln!(text, "# {}\n", escaped(&trail.id));
    if let Some(title) = trail.title() {
        let _ = writeln!(text, "{}\n", escaped(title));
    }
    let _ = writeln!(text, "**{}**", said(trail.verdict));
    for reason in &trail.why {
        let _ = writeln!(text, "- {}", prose(&reason.to_string()));
    }
    if let Some(expires) = trail.text.as_ref().and_then(|it| it.exception.expires) {
        let _ = writeln!(text, "\n{}.", window::describe(expires, page.today));
    }
    let _ = writeln!(
        text,
        "Renewals, counted from history: {}. First promised: {}. Days granted in all: {}.\n",
        trail.renewals,
        trail.first_promised.map_or("none".to_owned(), |day| day.to_string()),
        trail.days_granted.map_or("unknown".to_owned(), |days| days.to_string())
    );
    let marks = marks(trail, judged.emergency.as_ref(), page.late_days, page.today);
    for mark in &marks {
        let _ = writeln!(text, "- {}", prose(mark));
    }
    if !marks.is_empty() {
        text.push('\n');
    }
    if evidence.has_approved {
        text.push_str("- [approved.yaml](approved.yaml): the text as it was approved\n");
    }
    if evidence.has_current {
        text.push_str("- [current.yaml](current.yaml): the text that stands on the mainline\n");
    }
    trail_table(trail, &mut text);
    text.push_str("\n## Findings\n\n");
    if evidence.findings.is_empty() {
        text.push_str("None.\n");
    }
    for finding in evidence.findings {
        let line = finding.place.start().line;
        let _ = writeln!(
            text,
            "- {} {} (line {line}): {}",
            finding.level.as_str(),
            finding.code.id,
            prose(&finding.message)
        );
    }
    text
}

fn trail_table(trail: &Trail, text: &mut String) {
    text.push_str("\n## Trail\n\n| landed | commit | change | outcome | why |\n| --- | --- | --- | --- | --- |\n");
    for revision in &trail.revisions {
        let day = revision.day().map_or("no date".to_owned(), |day| day.to_string());
        let why = revision.why.iter().chain(&revision.notes);
        let why: Vec<String> = why.map(|reason| prose(&reason.to_string())).collect();
        let _ = writeln!(
            text,
            "| {day} | {} | {} | {} | {} |",
            short(revision.commit),
            revision.kind.as_str(),
            escaped(&outcome(revision)),
            why.join("<br>")
        );
    }
}

fn said(verdict: Verdict) -> &'static str {
    super::text::said(verdict)
}
