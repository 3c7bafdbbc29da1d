//! What belongs together: exceptions that one decision or one piece of work would end.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{RiskLevel, Target, enclosing};
use crate::report::document::{Block, Cell, Column, Row, Section, Table, Text};
use crate::report::ledger::{Entry, Ledger, ids};

/// Clusters that are listed; what is beyond is smaller.
const MAX_CLUSTERS: usize = 60;
/// Words, of more than three letters, without which a blocker says too little to be compared.
const MIN_WORDS: usize = 3;

/// What the records of a cluster share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shared {
    /// One control, and targets of which one takes in another.
    ControlAndScope,
    Blocker,
    ControlAndOwner,
    ControlAndTeam,
}

struct Cluster<'a> {
    shared: Shared,
    what: String,
    entries: Vec<&'a Entry<'a>>,
}

impl Shared {
    fn words(self) -> &'static str {
        match self {
            Self::ControlAndScope => "control and scope",
            Self::Blocker => "blocker",
            Self::ControlAndOwner => "control and owner",
            Self::ControlAndTeam => "control and team",
        }
    }
}

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    let open: Vec<&Entry<'_>> = ledger.open().collect();
    let mut clusters = overlapping(&open);
    clusters.extend(with_one_blocker(&open));
    clusters.extend(alike_by_control(&open, Shared::ControlAndOwner, |it| {
        Some(it.exception.owner.email.to_lowercase()).filter(|it| !it.is_empty())
    }));
    clusters.extend(alike_by_control(&open, Shared::ControlAndTeam, |it| {
        Some(it.exception.owner.team.to_lowercase()).filter(|it| !it.is_empty())
    }));
    // Those that share more say more; the same records are told once.
    clusters.sort_by_key(|it| it.shared);
    let mut told: BTreeSet<Vec<String>> = BTreeSet::new();
    clusters.retain(|it| told.insert(ids(it.entries.iter().copied())));
    clusters.sort_by(|a, b| {
        let rank = |it: &Cluster<'_>| (std::cmp::Reverse(it.entries.len()), it.shared);
        (rank(a), &a.what).cmp(&(rank(b), &b.what))
    });
    clusters.truncate(MAX_CLUSTERS);
    let rows = clusters.iter().map(|it| {
        let teams: BTreeSet<&str> = it.entries.iter().map(|it| it.team()).collect();
        let worst = it.entries.iter().filter_map(|it| it.exception.risk.level).max();
        Row::of(vec![
            Cell::Text(it.shared.words().to_owned()),
            Cell::records(ids(it.entries.iter().copied())),
            Cell::Text(it.what.clone()),
            Cell::Text(worst.map_or("?", RiskLevel::as_str).to_owned()),
            Cell::Text(teams.into_iter().collect::<Vec<_>>().join(", ")),
            Cell::Ids(ids(it.entries.iter().copied())),
        ])
    });
    Section {
        key: "clusters",
        title: "What belongs together?".to_owned(),
        lead: Text::of(
            "Several exceptions that share something may be ended by one decision, or be one exception.",
        ),
        blocks: vec![Block::Table(Table {
            key: "clusters",
            caption: "Open exceptions that share something".to_owned(),
            definition: "Control and scope: one control, and each has a target that takes in, or lies within, one of another's. Blocker: the same words of more than three letters, whatever their case and order, three at least. Control and owner, control and team: as they say. The same records are listed once, by what they share most.",
            columns: vec![
                Column::fixed("shared", "they share"),
                Column::fixed("records", "records"),
                Column::elastic("what", "which"),
                Column::fixed("risk", "highest risk"),
                Column::extra("teams", "teams").under("what"),
                Column::elastic("ids", "ids"),
            ],
            rows: rows.collect(),
            empty: "No two open exceptions share any of these.",
        })],
    }
}

fn with_one_blocker<'a>(open: &[&'a Entry<'a>]) -> Vec<Cluster<'a>> {
    let mut by_words: BTreeMap<String, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in open {
        if let Some(words) = blocker(entry) {
            by_words.entry(words).or_default().push(entry);
        }
    }
    let clusters = by_words.into_values().filter(|entries| entries.len() > 1).map(|entries| {
        let what = entries[0].exception.justification.blocker.clone();
        Cluster { shared: Shared::Blocker, what, entries }
    });
    clusters.collect()
}

fn alike_by_control<'a>(
    open: &[&'a Entry<'a>],
    shared: Shared,
    key: impl Fn(&Entry<'_>) -> Option<String>,
) -> Vec<Cluster<'a>> {
    let mut by_key: BTreeMap<(&str, String), Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in open {
        let Some(key) = key(entry) else { continue };
        for control in &entry.controls {
            by_key.entry((control.as_str(), key.clone())).or_default().push(entry);
        }
    }
    let clusters = by_key.into_iter().filter(|(_, entries)| entries.len() > 1);
    let clusters = clusters.map(|((control, _), entries)| {
        let who = match shared {
            Shared::ControlAndOwner => entries[0].owner(),
            _ => entries[0].team(),
        };
        Cluster { shared, what: format!("{control}, {who}"), entries }
    });
    clusters.collect()
}

/// Records of one control whose targets meet. A target and those within it are found by the paths
/// around it, so that many records cost little more than few.
fn overlapping<'a>(open: &[&'a Entry<'a>]) -> Vec<Cluster<'a>> {
    let mut places: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    for (at, entry) in open.iter().enumerate() {
        for control in &entry.controls {
            for target in entry.targets() {
                places.entry((control, target.key())).or_default().push(at);
            }
        }
    }
    let mut clusters: BTreeMap<(&str, usize), BTreeSet<usize>> = BTreeMap::new();
    let mut groups = Groups::new(open.len());
    let mut joined: Vec<usize> = Vec::new();
    let mut last = None;
    for ((control, path), records) in &places {
        if last != Some(*control) {
            collect(&mut clusters, last, &mut groups, &mut joined);
            last = Some(*control);
        }
        for around in enclosing(path) {
            let Some(others) = places.get(&(*control, around.to_owned())) else { continue };
            let (Some(&other), Some(&first)) = (others.first(), records.first()) else { continue };
            groups.join(other, first);
            joined.extend([other, first]);
        }
        for pair in records.windows(2) {
            groups.join(pair[0], pair[1]);
            joined.extend(pair);
        }
    }
    collect(&mut clusters, last, &mut groups, &mut joined);
    let clusters = clusters.into_iter().filter(|(_, members)| members.len() > 1);
    let clusters = clusters.map(|((control, _), members)| {
        let entries: Vec<&Entry<'_>> = members.iter().map(|&at| open[at]).collect();
        let targets = entries.iter().flat_map(|it| it.targets());
        // The broadest of them names the place.
        let widest = targets.min_by_key(|target| (target.n_segments(), target.to_string()));
        let place = widest.map(|target: Target<'_>| target.to_string()).unwrap_or_default();
        Cluster { shared: Shared::ControlAndScope, what: format!("{control}, {place}"), entries }
    });
    clusters.collect()
}

/// Notes which records of a control were joined, and parts them for the next one.
fn collect<'a>(
    clusters: &mut BTreeMap<(&'a str, usize), BTreeSet<usize>>,
    control: Option<&'a str>,
    groups: &mut Groups,
    joined: &mut Vec<usize>,
) {
    let Some(control) = control else { return };
    joined.sort_unstable();
    joined.dedup();
    for &record in joined.iter() {
        let group = groups.of(record);
        clusters.entry((control, group)).or_default().insert(record);
    }
    groups.part(joined);
    joined.clear();
}

/// The words of a blocker, whatever their order and case; none where they are too few to say anything.
fn blocker(entry: &Entry<'_>) -> Option<String> {
    let text = entry.exception.justification.blocker.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3);
    let words: BTreeSet<&str> = words.collect();
    (words.len() >= MIN_WORDS).then(|| words.into_iter().collect::<Vec<_>>().join(" "))
}

/// Sets of records that are joined one by one.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    /// Makes each of these records a set of its own again.
    fn part(&mut self, records: &[usize]) {
        records.iter().for_each(|&at| self.0[at] = at);
    }

    /// The least of the records that are joined with one.
    fn of(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        let (least, other) = (a.min(b), a.max(b));
        self.0[other] = least;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_has_one_least_member() {
        let mut groups = Groups::new(5);
        groups.join(3, 4);
        groups.join(4, 1);
        assert_eq!((0..5).map(|at| groups.of(at)).collect::<Vec<_>>(), [0, 1, 2, 1, 1]);
    }
}
