//! The whole register: every record that was ever on the mainline, with its verdict, and what the
//! verdicts stand on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::filed::approved_id;
use super::judge::{self, Event};
use super::landed::{Changed, Landed, stem};
use super::life::Life;
use super::policies::{POLICY_ID, Policies};
use super::reason::Reason;
use super::verdict::{Trail, Verdict};
use crate::git::ObjectId;
use crate::model::window::{self, Status};
use crate::policy::{Evidence, Revocation};
use crate::source::Record;

/// The verdicts of a register.
pub(crate) struct Audit {
    /// By id.
    pub(crate) trails: Vec<Trail>,
    pub(crate) policies: Policies,
    /// The same of ids that people approved or rejected, and nobody has filed.
    unfiled: Vec<Trail>,
    /// Every id that ever was, also of records that were not judged, of which only the file is known.
    pub(crate) ids: BTreeSet<String>,
}

/// What verdicts are made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A text that is proposed is judged by them.
    Judging,
    Looking,
}

/// Somebody outside of git says that the mainline stood here at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// Its name, or the start of it.
    pub(crate) commit: String,
    /// Seconds since 1970, UTC.
    pub(crate) moment: i64,
    /// The place of the commit on the mainline; none where it is not on it.
    pub(crate) position: Option<usize>,
}

impl Audit {
    /// What reports count in the history of each record, by id.
    pub(crate) fn lives(&self) -> Vec<Life> {
        let policy = self.policies.settled().map(|policy| &**policy);
        self.trails.par_iter().map(|trail| trail.life(policy)).collect()
    }

    /// Judges everything that landed. `anchors` were given from outside.
    pub(crate) fn new(landed: &Landed, anchors: &[Anchor]) -> Self {
        Self::of(landed, anchors, |_| true, Purpose::Judging)
    }

    /// The same for those who only look: without what is asked where a change is judged.
    pub(crate) fn to_read(landed: &Landed, anchors: &[Anchor]) -> Self {
        Self::of(landed, anchors, |_| true, Purpose::Looking)
    }

    /// The same for some records.
    pub(crate) fn of_records(landed: &Landed, ids: &[&str], anchors: &[Anchor]) -> Self {
        Self::of(landed, anchors, |known| ids.contains(&known), Purpose::Judging)
    }

    fn of(
        landed: &Landed,
        anchors: &[Anchor],
        is_wanted: impl Fn(&str) -> bool,
        purpose: Purpose,
    ) -> Self {
        let policies = Policies::read(landed);
        let Events { of_records, of_unfiled, ids } = events(landed, is_wanted);
        let compromised = compromised(&policies);
        let mut trails: Vec<Trail> = of_records
            .into_par_iter()
            .map(|(id, events)| {
                let mut trail = judge::trail(landed, &policies, id, &events);
                doubt(&mut trail, landed, &compromised, anchors);
                if purpose == Purpose::Looking {
                    trail.forget_what_proposals_ask();
                }
                trail
            })
            .collect();
        trails.sort_by(|a, b| a.id.cmp(&b.id));
        let unfiled = of_unfiled.into_iter().filter(|_| purpose == Purpose::Judging);
        let unfiled = unfiled.map(|(id, events)| judge::trail(landed, &policies, id, &events));
        Self { trails, unfiled: unfiled.collect(), policies, ids }
    }

    pub(crate) fn trail(&self, id: &str) -> Option<&Trail> {
        let at = self.trails.binary_search_by(|trail| trail.id.as_str().cmp(id)).ok()?;
        self.trails.get(at)
    }

    /// The same, also where all that landed is what somebody said of a text: nobody is done with
    /// that when the text comes.
    pub(crate) fn heard(&self, id: &str) -> Option<&Trail> {
        self.trail(id).or_else(|| self.unfiled.iter().find(|trail| trail.id == id))
    }
}

/// What happened to each id that is wanted, oldest first.
struct Events<'a> {
    of_records: BTreeMap<&'a str, Vec<Event>>,
    /// Whoever approves something that never was has made no record of it.
    of_unfiled: BTreeMap<&'a str, Vec<Event>>,
    /// All ids that ever were.
    ids: BTreeSet<String>,
}

fn events(landed: &Landed, is_wanted: impl Fn(&str) -> bool) -> Events<'_> {
    let mut events: BTreeMap<&str, Vec<Event>> = BTreeMap::new();
    // What stands at each path, and which files have an id.
    let mut ids: HashMap<&str, &str> = HashMap::new();
    let mut files: HashMap<&str, BTreeMap<&str, ObjectId>> = HashMap::new();
    for (index, landing) in landed.landings.iter().enumerate() {
        let mut touched: BTreeSet<&str> = BTreeSet::new();
        for Changed { path, after, .. } in &landing.records {
            let before = ids.remove(path.as_str());
            if let Some(id) = before {
                files.entry(id).or_default().remove(path.as_str());
                touched.insert(id);
            }
            let Some(blob) = *after else { continue };
            let id = match (landed.id_in(blob), before) {
                (Some(stated), _) => stated,
                // Whatever it is called, it is none of those that are wanted.
                (None, _) if landed.is_other(blob) => continue,
                // A text that cannot be read is still that of the record which stood there.
                (None, Some(before)) => before,
                (None, None) => stem(path),
            };
            files.entry(id).or_default().insert(path, blob);
            ids.insert(path, id);
            touched.insert(id);
        }
        let approved = landing.approvals.iter().filter_map(|it| approved_id(&it.path));
        touched.extend(approved);
        for id in touched.into_iter().filter(|id| is_wanted(id)) {
            let files = files.get(&id).into_iter().flatten();
            let files = files.map(|(path, blob)| ((*path).to_owned(), *blob)).collect();
            events.entry(id).or_default().push(Event { landing: index, files });
        }
    }
    let (of_records, mut of_unfiled): (BTreeMap<_, _>, BTreeMap<_, _>) =
        events.into_iter().partition(|(id, _)| files.contains_key(id));
    of_unfiled.remove(POLICY_ID);
    let mut ids = landed.names.clone();
    ids.extend(files.into_keys().map(str::to_owned));
    Events { of_records, of_unfiled, ids }
}

/// The keys that any policy in force called compromised, with the day.
fn compromised(policies: &Policies) -> HashMap<String, chrono::NaiveDate> {
    let keys = policies.in_force().iter().flat_map(|policy| &policy.people);
    let keys = keys.flat_map(|person| &person.keys);
    let mut days = HashMap::new();
    for key in keys {
        if let Some(revoked) = key.revoked
            && revoked.reason == Revocation::Compromised
        {
            let day = days.entry(key.fingerprint()).or_insert(revoked.date);
            *day = revoked.date.min(*day);
        }
    }
    days
}

/// Takes back what stands on a key that somebody else had, on a date that cannot be, or on a mainline
/// that was rewritten.
fn doubt(
    trail: &mut Trail,
    landed: &Landed,
    compromised: &HashMap<String, chrono::NaiveDate>,
    anchors: &[Anchor],
) {
    let is_good = |verdict| matches!(verdict, Verdict::Approved | Verdict::ApprovedLate);
    if !is_good(trail.verdict) {
        return;
    }
    let off = anchors.iter().filter(|anchor| anchor.position.is_none());
    let mut signs: Vec<Reason> =
        off.map(|anchor| Reason::AnchorOffMainline { anchor: anchor.commit.clone() }).collect();
    let approved = trail.revisions.iter().rev().find(|it| it.state.is_approved());
    let mut gaps = Vec::new();
    for counted in approved.into_iter().flat_map(|it| &it.evidence) {
        if counted.kind != Evidence::Signed {
            continue;
        }
        if counted.depends_on_day && landed.clock.is_odd(counted.position) {
            signs.push(Reason::OddDate { commit: counted.commit });
        }
        let Some((key, &date)) =
            counted.key.as_ref().and_then(|key| compromised.get_key_value(key))
        else {
            continue;
        };
        let is_older = anchors.iter().any(|anchor| {
            anchor.position.is_some_and(|position| counted.position <= position)
                && anchor.moment < super::clock::start_of(date)
        });
        if !is_older {
            let (person, key) = (counted.person.clone(), key.clone());
            gaps.push(Reason::Compromised { person, key, date });
        }
    }
    if !signs.is_empty() {
        (trail.verdict, trail.why) = (Verdict::Suspect, signs);
    } else if !gaps.is_empty() {
        (trail.verdict, trail.why) = (Verdict::Indeterminate, gaps);
    }
}

impl Trail {
    /// Whether somebody has to act on it: lapsed, unapproved, suspect, deleted while open, or
    /// approved late outside of an emergency's days.
    pub(crate) fn is_failing(&self, late_days: u32) -> bool {
        match self.verdict {
            Verdict::Lapsed | Verdict::Unapproved | Verdict::Suspect => true,
            Verdict::Deleted => !self.why.is_empty(),
            Verdict::ApprovedLate => !self.is_excused(late_days),
            Verdict::Approved | Verdict::Closed | Verdict::Indeterminate => false,
        }
    }

    /// Whether its beginning is not in this clone.
    pub(crate) fn is_cut(&self) -> bool {
        self.why.iter().any(|reason| matches!(reason, Reason::HistoryMissing { .. }))
    }

    /// What the record that stands on the mainline is on a day; none where there is none.
    pub(crate) fn status(&self, today: chrono::NaiveDate) -> Option<Status> {
        self.text.as_ref().map(|text| window::status(&text.exception, true, today))
    }

    /// The text that was approved last.
    pub(crate) fn approved_text(&self) -> Option<&Record> {
        let approved = self.revisions.iter().rev().find(|it| it.state.is_approved());
        approved.and_then(|it| it.text.as_deref())
    }

    /// The title that it has, or had last.
    pub(crate) fn title(&self) -> Option<&str> {
        let last = self.revisions.iter().rev().find_map(|it| it.text.as_ref());
        last.map(|text| text.exception.title.as_str()).filter(|title| !title.is_empty())
    }
}
