//! What reports are made of: the records of one register or several, each with what its history says.
//!
//! Invariant: an id is qualified by its register where there are several, so that it is one everywhere.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::document::{Origin, Quantity, Stamp};
use crate::finding::Finding;
use crate::history::{Life, Verdict};
use crate::model::window::{Status, days_after, days_left, is_past};
use crate::model::{Exception, RiskLevel, Target};
use crate::policy::Policy;
use crate::text::shell_word;

/// Registers, and the records of them that a report is about.
pub(crate) struct Ledger<'a> {
    pub(crate) today: NaiveDate,
    pub(crate) holdings: Vec<Holding<'a>>,
    /// Those that pass the filters, by id.
    pub(crate) entries: Vec<Entry<'a>>,
    /// The filters, as options of the command.
    pub(crate) filters: Vec<String>,
}

/// A register with its policy and its history.
pub(crate) struct Holding<'a> {
    pub(crate) origin: Origin,
    pub(crate) policy: &'a Policy,
    /// What is wrong with its records, worst first.
    pub(crate) findings: &'a [Finding],
    /// By id; none where the history is not there, or not all of it.
    pub(crate) lives: Option<&'a [Life]>,
}

/// A record with everything that is known about it.
#[derive(Clone)]
pub(crate) struct Entry<'a> {
    /// Qualified where there are several registers.
    pub(crate) id: String,
    pub(crate) exception: &'a Exception,
    /// From the root of its repository.
    pub(crate) path: &'a str,
    pub(crate) status: Status,
    /// None where git cannot tell.
    pub(crate) in_force: Option<bool>,
    pub(crate) verdict: Option<Verdict>,
    /// None where it never landed, or the history is not there.
    pub(crate) life: Option<&'a Life>,
    pub(crate) policy: &'a Policy,
    /// Its place among the registers.
    pub(crate) holding: usize,
    /// The owner, the team and the controls by one name each, however they are written.
    pub(crate) owner: String,
    pub(crate) team: String,
    pub(crate) controls: Vec<String>,
    /// What a command about it takes besides its id, so that it is about this register.
    pub(crate) option: &'a str,
}

impl<'a> Ledger<'a> {
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp {
            today: self.today,
            registers: self.holdings.iter().map(|it| it.origin.clone()).collect(),
            filters: self.filters.clone(),
            options: vec![format!("--today {}", self.today)],
        }
    }

    /// The records that are not closed.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Entry<'a>> + Clone {
        self.entries.iter().filter(|entry| entry.status != Status::Closed)
    }

    /// Whether every register has its whole history here. What never was has none to ask.
    pub(crate) fn has_history(&self) -> bool {
        let is_empty = |it: &Holding<'_>| {
            it.origin.n_records == 0
                && it.origin.history.is_none()
                && it.origin.unreadable.is_empty()
        };
        self.holdings.iter().all(|it| it.lives.is_some() || is_empty(it))
    }

    /// A quantity that only the whole history tells.
    pub(crate) fn if_known(&self, quantity: impl FnOnce() -> Quantity) -> Quantity {
        if self.has_history() { quantity() } else { Quantity::NeedsHistory }
    }

    /// What histories say: of the records that pass the filters, and without filters also of those
    /// that are gone, of which nobody knows here what a filter would say. Each with its id as it is shown.
    pub(crate) fn lives(&self) -> Vec<(String, &'a Life)> {
        let mut lives: Vec<(String, &Life)> =
            self.entries.iter().filter_map(|it| Some((it.id.clone(), it.life?))).collect();
        if self.filters.is_empty() {
            let known: std::collections::HashSet<(usize, &str)> =
                self.entries.iter().map(|it| (it.holding, it.exception.id.as_str())).collect();
            for (at, holding) in self.holdings.iter().enumerate() {
                let gone = holding.lives.into_iter().flatten();
                let gone = gone.filter(|life| !known.contains(&(at, life.id.as_str())));
                lives.extend(gone.map(|life| (self.qualified(at, &life.id), life)));
            }
        }
        lives.sort_by(|a, b| a.0.cmp(&b.0));
        lives
    }

    /// An id as it is shown.
    fn qualified(&self, holding: usize, id: &str) -> String {
        match self.holdings.len() {
            1 => id.to_owned(),
            _ => format!("{}/{id}", self.holdings[holding].origin.name),
        }
    }

    /// The open records by something that each has one of.
    pub(crate) fn open_by<K: Ord>(
        &self,
        key: impl Fn(&Entry<'a>) -> K,
    ) -> BTreeMap<K, Vec<&Entry<'a>>> {
        let mut groups: BTreeMap<K, Vec<&Entry<'a>>> = BTreeMap::new();
        for entry in self.open() {
            groups.entry(key(entry)).or_default().push(entry);
        }
        groups
    }

    /// The title of a control in the catalogue; where registers differ, each of theirs.
    pub(crate) fn control_title(&self, id: &str) -> String {
        let titles = self.holdings.iter().filter_map(|it| it.policy.control(id));
        let mut titles: Vec<&str> = titles.map(|(_, control)| control.title.as_str()).collect();
        titles.dedup();
        titles.join(" / ")
    }
}

impl<'a> Entry<'a> {
    pub(crate) fn is_open(&self) -> bool {
        self.status != Status::Closed
    }

    pub(crate) fn expires(&self) -> Option<NaiveDate> {
        self.exception.expires
    }

    /// Days to the last valid day, 0 on it and negative after it.
    pub(crate) fn days_left(&self, today: NaiveDate) -> Option<i64> {
        self.expires().map(|expires| days_left(expires, today))
    }

    /// The owner as people call them.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    pub(crate) fn team(&self) -> &str {
        if self.team.is_empty() { "no team" } else { &self.team }
    }

    /// A command about it, such as `exc show EXC-2026-K7QD`.
    pub(crate) fn command(&self, verb: &str) -> String {
        format!("exc {verb} {}{}", shell_word(&self.exception.id), self.option)
    }

    pub(crate) fn risk(&self) -> &'static str {
        self.exception.risk.level.map_or("?", RiskLevel::as_str)
    }

    /// How often it was renewed: as the history counts, or as it says where there is none.
    pub(crate) fn renewals(&self) -> usize {
        self.life.map_or(self.exception.renewals.len(), |life| life.renewals)
    }

    /// Renewals that the policy still allows.
    pub(crate) fn renewals_left(&self) -> usize {
        self.policy.durations.max_renewals.saturating_sub(self.renewals())
    }

    /// The last day by which somebody has to review it; none where it is not active.
    pub(crate) fn review_due(&self) -> Option<NaiveDate> {
        let (last, _) = self.exception.last_look().filter(|_| self.status == Status::Active)?;
        let every = self.policy.review_every_days.get(self.exception.risk.level?);
        Some(days_after(last, every))
    }

    /// Its age: days since its first approval, or since it began where nobody has approved it.
    pub(crate) fn age(&self, today: NaiveDate) -> Option<i64> {
        let since = match self.life {
            Some(life) => life.approved.or(life.begun()),
            None => self.exception.opened,
        };
        since.map(|since| crate::model::window::days_between(since, today).max(0))
    }

    /// Whether history shows that somebody approved it once.
    pub(crate) fn was_approved(&self) -> bool {
        self.life.is_some_and(|life| life.approved.is_some())
    }

    /// Whether it stands on the mainline with a text that nobody has approved.
    pub(crate) fn waits_for_approval(&self) -> bool {
        matches!(self.verdict, Some(Verdict::Lapsed | Verdict::Unapproved))
    }

    /// Whether what stands here goes further than the text that was approved.
    pub(crate) fn is_changed(&self) -> bool {
        let is_approved = matches!(self.verdict, Some(Verdict::Approved | Verdict::ApprovedLate));
        self.status == Status::Active && self.in_force == Some(false) && is_approved
    }

    /// Whether git cannot tell who approved it.
    pub(crate) fn is_unknown(&self) -> bool {
        self.verdict == Some(Verdict::Indeterminate)
    }

    /// The same, or only what somebody should look into.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.is_unknown() || self.verdict == Some(Verdict::Suspect)
    }

    /// Who may approve the text that waits for it, by their ids in the policy. Of one that has not
    /// landed nobody knows here who wrote it, but for whoever requests it.
    pub(crate) fn approvers(&self) -> Vec<String> {
        if let Some(way) = self.life.and_then(|life| life.way.as_ref()) {
            return way.approvers.clone();
        }
        let Some(risk) = self.exception.risk.level.filter(|_| self.status == Status::Proposed)
        else {
            return Vec::new();
        };
        let asks = |it: &crate::policy::Person| {
            let asking = [&self.exception.requester.email, &self.exception.owner.email];
            it.emails.iter().any(|own| asking.iter().any(|it| it.eq_ignore_ascii_case(own)))
        };
        let people = self.policy.people.iter();
        let may = people.filter(|it| self.policy.approvals.is_approver(it, risk) && !asks(it));
        may.map(|it| it.id.clone()).collect()
    }

    /// How many of them it takes.
    pub(crate) fn n_missing(&self) -> usize {
        let way = self.life.and_then(|life| life.way.as_ref());
        let risk = self.exception.risk.level.unwrap_or(RiskLevel::Critical);
        let quorum = self.policy.approvals.quorum.get(risk).0;
        way.map_or(quorum, |way| way.n_missing) as usize
    }

    /// How many of those that it takes are there.
    pub(crate) fn n_approvals(&self) -> usize {
        let way = self.life.and_then(|life| life.way.as_ref());
        way.map_or(0, |way| way.quorum.saturating_sub(way.n_missing) as usize)
    }

    pub(crate) fn is_expired(&self, today: NaiveDate) -> bool {
        self.is_open() && self.expires().is_none_or(|expires| is_past(expires, today))
    }

    /// What it excepts, as far as that can be read.
    pub(crate) fn targets(&self) -> impl Iterator<Item = Target<'a>> {
        self.exception.scope.iter().filter_map(|text| Target::parse(text).ok())
    }
}

/// The ids of records, in order; one for each, also where two have the same.
pub(crate) fn ids<'a, 'b: 'a>(entries: impl IntoIterator<Item = &'a Entry<'b>>) -> Vec<String> {
    let mut ids: Vec<String> = entries.into_iter().map(|entry| entry.id.clone()).collect();
    ids.sort();
    ids
}
