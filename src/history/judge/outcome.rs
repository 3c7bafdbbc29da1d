//! What a walk through a record's history comes to: its trail and the verdict.

use std::sync::Arc;

use super::Walk;
use crate::history::cover::{Cover, cover};
use crate::history::lineage::Digest;
use crate::history::reason::Reason;
use crate::history::renewals::mark_renewals;
use crate::history::verdict::{Revision, State, Trail, Verdict};
use crate::model::window::days_between;

impl Walk<'_> {
    pub(super) fn finish(mut self) -> Trail {
        let renewals = mark_renewals(self.landed, &mut self.revisions);
        let (verdict, why) = self.verdict();
        let text = match (self.is_deleted, self.files.as_slice()) {
            (false, [(_, blob)]) => self.landed.texts.record(*blob).map(Arc::clone),
            _ => None,
        };
        let register = self.policies.in_force().first().map_or("", |it| &it.register);
        let beginning = || Digest::beginning(register, self.id);
        let lineage = self.lineage.unwrap_or_else(beginning);
        let first = self.revisions.iter().find_map(|it| it.text.as_ref());
        // What came before may have promised another day.
        let is_whole = self.landed.missing.is_none();
        let first = first.filter(|_| is_whole);
        let first_promised = first.and_then(|text| text.exception.expires);
        let days_granted = text.as_ref().filter(|_| is_whole).and_then(|text| {
            let landed = self.revisions.first().and_then(Revision::day);
            let from = [landed, text.exception.opened].into_iter().flatten().min()?;
            Some(days_between(from, text.exception.expires?))
        });
        let Cover { gaps, through: covered_through } = cover(&self.revisions, &self.landed.clock);
        Trail {
            id: self.id.to_owned(),
            renewals,
            verdict,
            why,
            text,
            settled: self.settled.map(|(_, settled)| settled),
            wrote: self.wrote,
            older: self.older,
            rejections: self.rejections,
            lineage,
            first_promised,
            days_granted,
            gaps,
            covered_through,
            revisions: self.revisions,
        }
    }

    fn verdict(&self) -> (Verdict, Vec<Reason>) {
        let Some(last) = self.revisions.last() else { return (Verdict::Indeterminate, Vec::new()) };
        if let Some(object) = self.landed.missing {
            let mut why = vec![Reason::HistoryMissing { object }];
            why.extend(self.gap.clone());
            return (Verdict::Indeterminate, why);
        }
        if let Some(gap) = self.gap.as_ref().or(self.lost.as_ref()) {
            return (Verdict::Indeterminate, vec![gap.clone()]);
        }
        if self.is_deleted {
            return (Verdict::Deleted, last.why.clone());
        }
        if let Some(open) = &self.open {
            let why = self.revisions[open.revision].why.clone();
            let is_unknown = why.iter().any(|it| it.is_gap());
            let verdict = match (is_unknown, self.was_approved) {
                (true, _) => Verdict::Indeterminate,
                (false, true) => Verdict::Lapsed,
                (false, false) => Verdict::Unapproved,
            };
            return (verdict, why);
        }
        let newest = self.settled.as_ref().map(|(_, text)| text).or(last.text.as_ref());
        let is_closed = newest.is_some_and(|text| !text.exception.is_open());
        if is_closed {
            return (Verdict::Closed, self.closed_unapproved().into_iter().collect());
        }
        let approved = self.revisions.iter().rev().find(|it| it.state.is_approved());
        match approved.map(|it| it.state) {
            Some(State::ApprovedLate { .. }) => (Verdict::ApprovedLate, Vec::new()),
            Some(_) => (Verdict::Approved, Vec::new()),
            None => (Verdict::Unapproved, Vec::new()),
        }
    }

    /// What a closed text lacks: nobody approved what was open since it was filed, or filed again.
    pub(super) fn closed_unapproved(&self) -> Option<Reason> {
        if !self.was_approved {
            return Some(Reason::ClosedUnapproved);
        }
        let deleted = self.revisions.iter().rposition(|it| it.state == State::Deleted)?;
        let since = &self.revisions[deleted..];
        let was_open = since.iter().any(|it| it.state == State::Open);
        let is_approved = since.iter().any(|it| it.state.is_approved());
        (was_open && !is_approved).then_some(Reason::UnapprovedSinceDeleted)
    }
}
