//! Suppressions against the bindings of a register: which are covered, and what is wrong with the
//! rest.
//!
//! A binding is found by what it names (an assignment, a policy, an id) and where it hangs, in an
//! index, or because the suppression names its record. A suppression is covered if each part of it
//! lies within a binding of a record that is in force, and it ends no later than that record.

mod claim;
mod comparison;
mod names;
mod open;
#[cfg(test)]
mod properties;
mod stems;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use regex::Regex;

use self::names::Names;
pub(crate) use self::verdict::{Judged, State, Verdict};
use super::{End, Suppression};
use crate::model::reach::{Hierarchy, Reach};
use crate::model::{Exception, Tool};

/// Parts into which a suppression is taken, at most, to see whether several bindings cover it.
const MAX_PARTS: usize = 1_000;
/// Narrower bindings that are compared with a suppression around them, at most.
const MAX_BELOW: usize = 16;
/// Management groups that are compared with a suppression of which nothing says that they hold it.
const MAX_GROUPS: usize = 256;
/// Records that the texts of a suppression name and that are looked at, and ids that no record has.
const MAX_NAMED: usize = 64;
/// Bytes of an id that no record has, at most.
const MAX_STRANGER: usize = 64;

/// A record as it stands with its approvals.
#[derive(Debug)]
pub(crate) struct Holding<'a> {
    pub(crate) exception: &'a Exception,
    pub(crate) path: &'a str,
    pub(crate) state: State,
    /// Why its bindings cannot be relied on, where they cannot be read as they are written.
    pub(crate) fault: Option<String>,
}

/// A binding of a record, by its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) record: String,
    pub(crate) path: String,
    pub(crate) index: usize,
    pub(crate) shown: String,
}

/// The bindings of a register to one tool, by what they name and where they hang.
pub(crate) struct Bindings<'a> {
    tool: Tool,
    holdings: &'a [Holding<'a>],
    by_id: HashMap<&'a str, usize>,
    /// Bytes of the longest id that a text is searched for.
    longest_id: usize,
    bindings: Vec<Binding>,
    /// The bindings of each record.
    of_record: HashMap<usize, Vec<usize>>,
    /// Those that can be relied on.
    names: Names,
    hierarchy: &'a Hierarchy,
    ids: &'a Regex,
    /// How often a binding was compared with a part of a suppression.
    #[cfg(test)]
    n_compared: std::cell::Cell<usize>,
}

struct Binding {
    holding: usize,
    index: usize,
    shown: String,
    reach: Reach,
}

impl<'a> Bindings<'a> {
    /// `ids` is the form of the register's ids.
    pub(crate) fn of(
        tool: Tool,
        holdings: &'a [Holding<'a>],
        hierarchy: &'a Hierarchy,
        ids: &'a Regex,
    ) -> Self {
        let mut all = Self {
            tool,
            holdings,
            by_id: HashMap::new(),
            longest_id: MAX_STRANGER,
            bindings: Vec::new(),
            of_record: HashMap::new(),
            names: Names::of(tool),
            hierarchy,
            ids,
            #[cfg(test)]
            n_compared: std::cell::Cell::new(0),
        };
        for (at, holding) in holdings.iter().enumerate() {
            all.by_id.insert(&holding.exception.id, at);
            all.longest_id = all.longest_id.max(holding.exception.id.len());
            for (index, binding) in holding.exception.bindings.iter().enumerate() {
                if binding.tool != Some(tool) {
                    continue;
                }
                let Some(reach) = binding.reach(holding.exception) else { continue };
                all.add(Binding { holding: at, index, shown: binding.to_string(), reach });
            }
        }
        all
    }

    fn add(&mut self, binding: Binding) {
        let at = self.bindings.len();
        // What cannot be relied on is looked at only for a suppression that names its record.
        if self.holdings[binding.holding].fault.is_none() {
            self.names.add(at, &binding.reach);
        }
        self.of_record.entry(binding.holding).or_default().push(at);
        self.bindings.push(binding);
    }

    /// Judges a suppression; `used` learns which bindings it meets.
    pub(crate) fn judge(
        &self,
        suppression: &Suppression,
        today: NaiveDate,
        used: &mut BTreeSet<usize>,
    ) -> Judged {
        if suppression.end.is_over(today) {
            let why = vec![match &suppression.end {
                End::Dropped => format!("{} drops the entry", self.tool),
                end => format!("it ended at {end}"),
            }];
            return Judged { verdict: Verdict::Ended, record: None, why };
        }
        let (named, strangers) = self.named(suppression);
        let mut judged = match &suppression.reach {
            Err(reason) => {
                let record = named.first().map(|&at| self.holdings[at].exception.id.clone());
                Judged { verdict: Verdict::Unknown, record, why: vec![reason.clone()] }
            }
            Ok(parts) => {
                let judged = parts.iter().map(|part| self.part(part, suppression, &named, used));
                let worst = judged.max_by_key(|judged| judged.verdict);
                worst.unwrap_or_else(|| Judged {
                    verdict: Verdict::Unknown,
                    record: None,
                    why: vec!["it takes out nothing that could be compared".to_owned()],
                })
            }
        };
        if judged.verdict > Verdict::Narrower {
            let told = strangers.iter().map(|id| format!("it names `{id}`, which no record has"));
            judged.why.extend(told);
        }
        judged.why.extend(self.modesty(suppression, &judged));
        judged
    }

    /// The first records that a suppression names, and ids that it names and no record has.
    fn named(&self, suppression: &Suppression) -> (Vec<usize>, Vec<String>) {
        let (mut named, mut strangers) = (Vec::new(), Vec::new());
        for text in &suppression.said {
            for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')) {
                let mut starts = beginnings(word, self.longest_id);
                if let Some(&at) = starts.clone().find_map(|id| self.by_id.get(id)) {
                    if named.len() < MAX_NAMED && !named.contains(&at) {
                        named.push(at);
                    }
                } else if let Some(id) = starts.find(|id| self.ids.is_match(id))
                    && strangers.len() < MAX_NAMED
                    && !strangers.iter().any(|known| known == id)
                {
                    strangers.push(id.to_owned());
                }
            }
        }
        (named, strangers)
    }

    fn part(
        &self,
        part: &Reach,
        suppression: &Suppression,
        named: &[usize],
        used: &mut BTreeSet<usize>,
    ) -> Judged {
        let whole = self.best(part, suppression, named, used);
        // Several bindings may cover together what none covers alone.
        if whole.verdict > Verdict::Narrower
            && whole.verdict != Verdict::Orphan
            && let Some(parts) = part.parts(MAX_PARTS)
        {
            let mut met = BTreeSet::new();
            let mut judged = Vec::new();
            for part in &parts {
                let one = self.best(part, suppression, named, &mut met);
                let is_covered = one.verdict <= Verdict::Narrower;
                judged.push(one);
                if !is_covered {
                    break;
                }
            }
            if judged.last().is_some_and(|last| last.verdict <= Verdict::Narrower) {
                used.extend(met);
                let records: BTreeSet<String> =
                    judged.iter().filter_map(|judged| judged.record.clone()).collect();
                let list: Vec<String> = records.iter().map(|id| format!("`{id}`")).collect();
                let why = match list.len() {
                    1 => Vec::new(),
                    _ => vec![format!("{} cover it together", list.join(" and "))],
                };
                let record = records.into_iter().next();
                return Judged { verdict: Verdict::Covered, record, why };
            }
        }
        whole
    }

    /// The verdict of the binding that covers a reach, or comes closest to it.
    fn best(
        &self,
        part: &Reach,
        suppression: &Suppression,
        named: &[usize],
        used: &mut BTreeSet<usize>,
    ) -> Judged {
        let is_apart = |at: &usize| self.bindings[*at].reach.is_apart_from(part);
        let mut candidates = self.names.near(part, self.hierarchy, is_apart);
        for holding in named {
            candidates.extend(self.of_record.get(holding).into_iter().flatten());
        }
        let mut best: Option<((bool, bool, Verdict), usize, Judged)> = None;
        for at in candidates {
            let judged = self.against(&self.bindings[at], part, suppression);
            let is_named = named.contains(&self.bindings[at].holding);
            let rank = (judged.verdict > Verdict::Narrower, !is_named, judged.verdict);
            if best.as_ref().is_none_or(|(other, ..)| rank < *other) {
                best = Some((rank, at, judged));
            }
        }
        if let Some((_, at, judged)) = best {
            used.insert(at);
            return judged;
        }
        match named.first() {
            None => Judged {
                verdict: Verdict::Orphan,
                record: None,
                why: vec!["no record is bound to it".to_owned()],
            },
            Some(&at) => {
                let id = &self.holdings[at].exception.id;
                let why = format!(
                    "it names `{id}`, which has no binding to {}: nothing says what that covers",
                    self.tool
                );
                Judged { verdict: Verdict::Unknown, record: Some(id.clone()), why: vec![why] }
            }
        }
    }

    /// The bindings of records in force that no suppression has met.
    pub(crate) fn unused(&self, used: &BTreeSet<usize>) -> Vec<Bound> {
        let all = self.bindings.iter().enumerate().filter(|(at, _)| !used.contains(at));
        let all = all.map(|(_, binding)| (binding, &self.holdings[binding.holding]));
        let in_force = all.filter(|(_, holding)| matches!(holding.state, State::InForce(_)));
        let bound = in_force.map(|(binding, holding)| Bound {
            record: holding.exception.id.clone(),
            path: holding.path.to_owned(),
            index: binding.index,
            shown: binding.shown.clone(),
        });
        bound.collect()
    }
}

/// A word, and what it is without its last parts: people append what they like to an id. The longest
/// first, so that no id is taken for the beginning of another one.
fn beginnings(word: &str, longest: usize) -> impl Iterator<Item = &str> + Clone {
    let ends = word.match_indices('-').map(|(at, _)| at).take_while(move |at| *at <= longest);
    let ends: Vec<usize> = ends.chain([word.len()]).collect();
    ends.into_iter().rev().map(|end| &word[..end])
}
