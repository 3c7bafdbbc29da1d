//! A change of the policy, in words and as a frozen view. Text of policies stands in the words as it
//! is: whoever writes them makes it harmless.

use serde::Serialize;

use super::diff::FieldView;
use super::diff::words::{Sentence, sentences};
use super::{count, way_out};
use crate::history::POLICY_ID;
use crate::policy::Person;
use crate::report::policies::{PolicyChange, Said};

/// What it comes to, on one line.
pub(super) fn headline(change: &PolicyChange<'_>) -> String {
    let parts = [
        (change.weaker.len(), "weaker"),
        (change.stricter.len(), "stricter"),
        (change.further.len(), "changed otherwise"),
    ];
    let parts = parts.into_iter().filter(|(n, _)| *n > 0);
    parts.map(|(n, what)| format!("{} {what}", count(n, "key"))).collect::<Vec<_>>().join(", ")
}

/// Everything that differs, what is weaker first.
pub(super) fn differences(change: &PolicyChange<'_>) -> Vec<Sentence> {
    let told = |word: &'static str| {
        move |it: &Said| Sentence {
            text: format!("{word}: {}: {}", it.key, it.how),
            below: Vec::new(),
        }
    };
    let mut all: Vec<Sentence> = change.weaker.iter().map(told("weaker")).collect();
    all.extend(change.stricter.iter().map(told("stricter")));
    all.extend(change.further.iter().flat_map(sentences));
    all
}

/// Who has to approve it, and where nobody was asked who wrote it, who may. `rev` is where its text
/// stands, if that is not the work tree.
pub(super) fn approval(change: &PolicyChange<'_>, rev: Option<&str>) -> String {
    let kinds: Vec<&str> = change.accepted.iter().map(|kind| kind.as_str()).collect();
    let names = |people: &[&Person]| match people.is_empty() {
        true => "nobody".to_owned(),
        false => people.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(", "),
    };
    if change.approvers.is_empty() {
        return "the policy before it names nobody who may approve, so it is trusted".to_owned();
    }
    let quorum = count(change.quorum as usize, "approval");
    let line = format!("takes {quorum} ({}) by the policy before it", kinds.join(" or "));
    let Some(needs) = &change.needs else {
        let may = names(&change.approvers);
        return format!("{line}; may, unless they wrote it: {may}");
    };
    let have = needs.have.iter().map(|(person, kind)| format!("{person} ({})", kind.as_str()));
    let have = match needs.have.len() {
        0 => "has none yet".to_owned(),
        n => format!("has {n}: {}", have.collect::<Vec<_>>().join(", ")),
    };
    let why: Vec<String> =
        needs.barred.iter().chain(&needs.why).map(|it| format!("; {it}")).collect();
    let next = match needs.is_met {
        true => String::new(),
        false => format!("; next: {}", way_out::fix(POLICY_ID, rev, &needs.way)),
    };
    format!("{line}, {have}; may: {}{}{next}", names(&needs.approvers), why.concat())
}

#[derive(Serialize)]
pub(super) struct PolicyView<'a> {
    weaker: Vec<SaidView<'a>>,
    stricter: Vec<SaidView<'a>>,
    changes: Vec<FieldView<'a>>,
    approval: ApprovalView<'a>,
}

#[derive(Serialize)]
struct SaidView<'a> {
    key: &'a str,
    how: &'a str,
}

#[derive(Serialize)]
struct ApprovalView<'a> {
    quorum: u32,
    accepted: Vec<&'static str>,
    /// Those who may; where it is known who wrote it, nobody who did.
    approvers: Vec<&'a str>,
    /// `null` where it was not asked.
    met: Option<bool>,
}

impl<'a> From<&'a PolicyChange<'a>> for PolicyView<'a> {
    fn from(change: &'a PolicyChange<'a>) -> Self {
        let said = |all: &'a [Said]| {
            all.iter().map(|it| SaidView { key: &it.key, how: &it.how }).collect()
        };
        let approvers = change.needs.as_ref().map_or(&change.approvers, |needs| &needs.approvers);
        Self {
            weaker: said(&change.weaker),
            stricter: said(&change.stricter),
            changes: change.further.iter().map(FieldView::from).collect(),
            approval: ApprovalView {
                quorum: change.quorum,
                accepted: change.accepted.iter().map(|kind| kind.as_str()).collect(),
                approvers: approvers.iter().map(|person| person.id.as_str()).collect(),
                met: change.needs.as_ref().map(|needs| needs.is_met),
            },
        }
    }
}
