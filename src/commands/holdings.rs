//! All records, as the mainline's history and the calendar make them: what the bridge to tools stands
//! on.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::cache::CacheArgs;
use super::mainline::Landed;
use super::trail::HistoryArgs;
use super::verdicts::Verdicts;
use super::{Globals, Workspace};
use crate::bridge::grant::Approval;
use crate::bridge::matching::{Holding, State};
use crate::env::Env;
use crate::finding::{Finding, Level};
use crate::history::{Verdict, Wanted};
use crate::model::Exception;
use crate::model::window::Status;
use crate::register::{self, Register};
use crate::rules::{self, Context};
use crate::source::{Record, schema};

/// A register with what its history says.
pub(super) struct Judged {
    filed: Filed,
    verdicts: Verdicts,
    landed: Landed,
}

impl Judged {
    /// Reads both. What a gate says, or tools are told, is decided by the history itself, not by what
    /// was kept of it.
    pub(super) fn read(
        workspace: &Workspace,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Self> {
        let mut filed = Filed::read(workspace, env.today);
        filed.register.learn_blobs();
        let register = &filed.register;
        let history = HistoryArgs::of_day(None);
        let cache = CacheArgs { no_cache: true };
        let known = register.with_blobs().filter_map(|(record, blob)| Some((blob?, record)));
        let known = known.collect();
        let wanted = Wanted::Beside(&known);
        let verdicts = Verdicts::read(workspace, &history, cache, wanted, globals, env)?;
        let landed = Landed::read(workspace, register, Some(verdicts.found()), globals, env)?;
        drop(known);
        Ok(Self { filed, verdicts, landed })
    }

    pub(super) fn holdings(&self, today: NaiveDate) -> Vec<Holding<'_>> {
        self.filed.holdings(|record| self.state(record, today))
    }

    /// What a record allows today.
    fn state(&self, record: &Record, today: NaiveDate) -> State {
        let status = self.landed.status(record, today);
        match (status, record.exception.expires) {
            (Status::Closed, _) => State::Closed,
            (Status::Expired, Some(last)) => State::Expired(last),
            (Status::Proposed, _) => State::Unapproved("not on the mainline yet".to_owned()),
            (_, None) => State::Unapproved("without a last valid day".to_owned()),
            (_, Some(last)) => match self.verdicts.judge(record, status, &self.landed) {
                (_, Some(true)) => State::InForce(last),
                (Some(Verdict::Approved | Verdict::ApprovedLate), Some(false)) => {
                    State::Unapproved("changed here since it was approved".to_owned())
                }
                (Some(verdict), Some(false)) => State::Unapproved(verdict.as_str().to_owned()),
                (None, Some(false)) => State::Unapproved("unapproved".to_owned()),
                (_, None) => State::Unknown(
                    "whether the record is approved cannot be told from git here: see `exc audit`"
                        .to_owned(),
                ),
            },
        }
    }

    /// Who approved what a record allows today.
    pub(super) fn approval(&self, id: &str) -> Approval {
        let deciding = self.verdicts.trail(id).and_then(|trail| trail.deciding());
        deciding.map_or_else(Approval::default, |revision| Approval {
            by: revision.evidence.iter().map(|counted| counted.person.clone()).collect(),
            on: revision.approved_on(),
            commit: revision.commit.to_string(),
        })
    }

    /// Ends without taking a large history apart, which would only cost time: the process is about to
    /// end.
    pub(super) fn forget(self) -> Register {
        std::mem::forget(self.verdicts);
        self.filed.register
    }
}

/// A register whose bindings were judged while the text around them was at hand.
pub(super) struct Filed {
    pub(super) register: Register,
    of_bindings: Vec<Finding>,
}

impl Filed {
    pub(super) fn read(workspace: &Workspace, today: NaiveDate) -> Self {
        let context = Context { policy: &workspace.policy, today };
        let of_bindings = |record: &Record| match record.exception.bindings.is_empty() {
            true => Vec::new(),
            false => rules::check_bindings(record, &context),
        };
        let (store, schema) = (&workspace.store, &workspace.policy.record_schema);
        let (register, of_bindings) =
            register::load_whole_and_inspect(store, &workspace.name, schema, &of_bindings);
        Self { register, of_bindings }
    }

    /// All records with what each allows.
    pub(super) fn holdings(&self, state: impl Fn(&Record) -> State) -> Vec<Holding<'_>> {
        let mut of_path: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in self.register.findings.iter().chain(&self.of_bindings) {
            of_path.entry(finding.place.file.path()).or_default().push(finding);
        }
        let holdings = self.register.records.iter().map(|record| {
            let (exception, path) = (&*record.exception, record.file().path());
            let found = of_path.get(path).into_iter().flatten().copied();
            Holding { exception, path, state: state(record), fault: fault(exception, found) }
        });
        holdings.collect()
    }
}

/// Why the bindings of an exception cannot be relied on, where `found` is wrong with its record and
/// with them.
pub(super) fn fault<'f>(
    exception: &Exception,
    mut found: impl Iterator<Item = &'f Finding>,
) -> Option<String> {
    let bindings = &exception.bindings;
    if bindings.is_empty() {
        return None;
    }
    let has_place = bindings.iter().any(|it| it.tool.is_some_and(|tool| tool.place().is_some()));
    let key = |finding: &'f Finding| finding.place.pointer.split('/').nth(1);
    let is_of_reach = |finding: &&'f Finding| {
        finding.level == Level::Error
            && match key(finding) {
                // What is missing beside the bindings says nothing against them.
                None => finding.code != &schema::MISSING_FIELD,
                Some("scope") => has_place,
                Some(key) => key == "bindings",
            }
    };
    let finding = found.find(is_of_reach)?;
    let what = match key(finding) {
        Some("bindings") => "its binding is no good",
        _ => "the record cannot be relied on",
    };
    Some(format!("{what}: {}", finding.message))
}
