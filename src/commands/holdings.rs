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
use crate::model::window::Status;
use crate::register::{self, Register};
use crate::rules::{self, Context};
use crate::source::Record;

/// A register with what its history says.
pub(super) struct Judged {
    pub(super) register: Register,
    faults: HashMap<String, String>,
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
        // A binding is judged while the text around it is at hand.
        let context = Context { policy: &workspace.policy, today: env.today };
        let of_bindings = |record: &Record| match record.exception.bindings.is_empty() {
            true => Vec::new(),
            false => rules::check_bindings(record, &context),
        };
        let (store, schema) = (&workspace.store, &workspace.policy.record_schema);
        let (register, found) =
            register::load_whole_and_inspect(store, &workspace.name, schema, &of_bindings);
        let faults = faults(&register, &found);
        let history = HistoryArgs::of_day(None);
        let cache = CacheArgs { no_cache: true };
        let known = register.records.iter().map(|record| (record.file().path(), record)).collect();
        let wanted = Wanted::Beside(&known);
        let verdicts = Verdicts::read(workspace, &history, cache, wanted, globals, env)?;
        let landed = Landed::read(workspace, &register, Some(verdicts.found()), globals, env)?;
        drop(known);
        Ok(Self { register, faults, verdicts, landed })
    }

    pub(super) fn holdings(&self, today: NaiveDate) -> Vec<Holding<'_>> {
        let holdings = self.register.records.iter().map(|record| {
            let (exception, path) = (&*record.exception, record.file().path());
            let fault = self.faults.get(path).filter(|_| !exception.bindings.is_empty());
            Holding { exception, path, state: self.state(record, today), fault: fault.cloned() }
        });
        holdings.collect()
    }

    /// What a record allows today.
    fn state(&self, record: &Record, today: NaiveDate) -> State {
        let status = self.landed.status(record, today);
        match (status, record.exception.expires) {
            (Status::Closed, _) => State::Closed,
            (Status::Expired, Some(last)) => State::Expired(last),
            (Status::Proposed, _) => State::Unapproved("not on the mainline yet".to_owned()),
            (_, None) => State::Unknown("the record has no last valid day".to_owned()),
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
        self.register
    }
}

/// Why what a record says of its reach cannot be relied on, by its path: what is wrong with the file,
/// else with its bindings.
fn faults(register: &Register, of_bindings: &[Finding]) -> HashMap<String, String> {
    let mut faults: HashMap<String, String> = HashMap::new();
    let mut add = |finding: &Finding, what: &str| {
        let path = finding.place.file.path().to_owned();
        faults.entry(path).or_insert_with(|| format!("{what}: {}", finding.message));
    };
    let is_of_reach = |pointer: &str| {
        pointer.is_empty() || ["/scope", "/bindings"].iter().any(|it| pointer.starts_with(it))
    };
    for finding in &register.findings {
        if finding.level == Level::Error && is_of_reach(&finding.place.pointer) {
            add(finding, "the record cannot be relied on");
        }
    }
    of_bindings.iter().for_each(|finding| add(finding, "its binding is no good"));
    faults
}
