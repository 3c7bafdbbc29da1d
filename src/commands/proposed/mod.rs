//! The texts that are proposed, beside the mainline that they are proposed to, as `exc approve` and
//! `exc verify` ask for them.
//!
//! Invariant: policy and people are those that the mainline has settled; what is proposed judges
//! nothing, least of all itself.

mod shown;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::revisions::resolve;
use super::settled::Found;
use super::trail::{self, HistoryArgs, Story};
use super::{Failure, Globals, Workspace, findings, naming, show};
use crate::env::Env;
use crate::finding::{Finding, Level};
use crate::git::{Mainline, Mode, NoRevision, ObjectId, Repo, TreeEntry};
use crate::history::{
    Audit, Branch, Ground, MAX_APPROVAL_SIZE, POLICY_ID, Proposal, Squashes, Trail, Vote, Wanted,
};
use crate::policy::{self, Policy};
use crate::register::{
    self, ApprovalFile, MAX_RECORD_SIZE, POLICY_FILE, Register, Snapshot, Store,
};
use crate::source::{self, Record, RecordSchema};
use crate::text::{SourceFile, shell_word};

/// Which texts are looked at.
#[derive(Debug, clap::Args)]
pub(crate) struct Texts {
    /// Read the texts of REF, such as the fetched head of a pull request, not of the work tree
    #[arg(long, value_name = "REF")]
    rev: Option<String>,
    /// Compare with the history of REF [default: the policy's mainline, of `origin` where there is one]
    #[arg(long, value_name = "REF")]
    mainline: Option<String>,
}

/// A register as it is proposed, and the mainline.
pub(crate) struct Proposed<'w> {
    pub(crate) workspace: &'w Workspace,
    pub(crate) repo: Repo,
    /// None where this clone is shallow and does not have it.
    pub(crate) mainline: Option<Mainline>,
    /// The commit of the texts as it was named; none for the work tree.
    pub(crate) rev: Option<String>,
    /// The ids that were asked for, whole.
    pub(crate) ids: Vec<String>,
    /// Whether this clone has the whole history.
    pub(crate) is_complete: bool,
    pub(crate) notes: Vec<String>,
    /// Whether changes come to the mainline as squashes.
    pub(crate) squashes: Squashes,
    pub(crate) register: Register,
    store: Store,
    /// The commit of the texts, or the one that the work tree stands on.
    head: Option<ObjectId>,
    audit: Option<Audit>,
    branch: Branch,
    approvals: BTreeMap<String, Vec<ApprovalFile>>,
}

/// One text, and what it takes to have it approved.
pub(crate) struct Matter<'p> {
    pub(crate) id: String,
    /// None where the record states no last day, to which a statement is bound.
    pub(crate) proposal: Option<Proposal<'p>>,
    pub(crate) path: String,
    pub(crate) title: String,
    text: Text<'p>,
}

enum Text<'p> {
    Record(&'p Record),
    /// With what is wrong with it.
    Policy(Box<Policy>, Vec<Finding>),
}

impl<'w> Proposed<'w> {
    pub(crate) fn read(
        workspace: &'w Workspace,
        texts: &Texts,
        ids: &[String],
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Self> {
        let repo = trail::repository(workspace)?;
        let (store, head) = match &texts.rev {
            Some(name) => {
                let commit = resolve(&repo, name, "name a branch or a commit with `--rev REF`")?;
                let repository = repo.directory().to_owned();
                let folder = workspace.name.clone();
                (Store::Commit(Snapshot { repository, commit, folder }), Some(commit))
            }
            None => (workspace.store.clone(), head(&repo)?),
        };
        let ids = naming::in_store(ids, &store, workspace)?;
        let story = story(workspace, &repo, texts, &ids, globals, env)?;
        let is_complete = story.as_ref().is_some_and(|story| story.landed.missing.is_none());
        let branch = match (&story, head) {
            (Some(story), Some(head)) if is_complete => {
                let ends = [story.mainline.tip, head];
                Branch::since(&repo, &story.landed, ends, &workspace.name).map_err(Failure::from)?
            }
            _ => Branch::default(),
        };
        let notes = story.as_ref().map(|story| story.notes(None)).transpose()?.unwrap_or_default();
        let named: Vec<&str> = ids.iter().map(String::as_str).collect();
        let audit = story.as_ref().map(|story| match named.as_slice() {
            [] => Audit::new(&story.landed, &[]),
            named => Audit::of_records(&story.landed, named, &[]),
        });
        let approvals = register::approvals(&store, &workspace.name, MAX_APPROVAL_SIZE as u64)
            .map_err(Failure::new)?;
        let register = Register {
            name: workspace.name.clone(),
            records: Vec::new(),
            blobs: Vec::new(),
            findings: Vec::new(),
            unreadable: Vec::new(),
        };
        let settled = audit.as_ref().and_then(|audit| audit.policies.settled());
        let squashes = match (&story, settled) {
            (Some(story), Some(policy)) => story.landed.squashes(policy),
            _ => Squashes::Unknown,
        };
        let mainline = story.map(|story| story.mainline);
        let mut proposed = Self {
            workspace,
            repo,
            mainline,
            rev: texts.rev.clone(),
            ids,
            is_complete,
            notes,
            squashes,
            register,
            store,
            head,
            audit,
            branch,
            approvals,
        };
        let schema = &proposed.judge()?.record_schema;
        proposed.register = proposed.texts(schema);
        proposed.restore_line_breaks()?;
        Ok(proposed)
    }

    /// The records that are asked for; all of them where no id is named, or one that no record has.
    fn texts(&self, schema: &RecordSchema) -> Register {
        let (store, name) = (&self.store, &self.workspace.name);
        if !self.ids.is_empty() {
            let stating = register::load_stating(store, name, schema, &self.ids);
            let found: HashSet<&str> = stating.exceptions().map(|it| it.id.as_str()).collect();
            if self.ids.iter().all(|id| id == POLICY_ID || found.contains(id.as_str())) {
                return stating;
            }
        }
        register::load(store, name, schema)
    }

    /// Refuses a clone that lacks a part of the history.
    pub(crate) fn demand_history(&self) -> Result<(), Failure> {
        if self.is_complete {
            return Ok(());
        }
        Err(Failure::new(
            "this clone is shallow: what was approved before, and who wrote the text, is not known",
        )
        .hint("get the rest of the history: `git fetch --unshallow`"))
    }

    /// The policy that judges: the one that the mainline has settled. Where this clone does not
    /// have it, that of the work tree, with which nothing is called approved.
    pub(crate) fn judge(&self) -> Result<&Policy, Failure> {
        let Some(audit) = &self.audit else { return Ok(&self.workspace.policy) };
        audit.policies.in_force().last().map(|policy| &**policy).ok_or_else(|| {
            let name = self.mainline.as_ref().map_or("", |mainline| &mainline.name);
            Failure::new(format!("`{name}` holds no policy yet, so nobody can approve"))
                .hint("merge the policy first: the first one is trusted without an approval")
        })
    }

    /// Whether the newest policy of the mainline waits for an approval.
    pub(crate) fn is_policy_open(&self) -> bool {
        self.audit.as_ref().is_some_and(|audit| audit.policies.is_unsettled())
    }

    fn ground(&self) -> Result<Ground<'_>, Failure> {
        let (policy, branch) = (self.judge()?, &self.branch);
        Ok(Ground { policy, branch, is_complete: self.is_complete })
    }

    /// The text with an id; `policy.yaml` is that of the policy.
    pub(crate) fn matter(&self, id: &str) -> Result<Matter<'_>, Failure> {
        if id == POLICY_ID {
            return self.policy_matter();
        }
        let is_meant = |record: &&Record| record.exception.id == id;
        let found: Vec<&Record> = self.register.records.iter().filter(is_meant).collect();
        match found.as_slice() {
            [] => Err(self.missing(id)),
            [record] => self.record_matter(record),
            several => {
                let paths: Vec<String> =
                    several.iter().map(|it| format!("`{}`", it.file().path())).collect();
                let message = format!("several records have the id `{id}`: {}", paths.join(", "));
                Err(Failure::new(message).hint("give one of them another id"))
            }
        }
    }

    /// Where a record is that is not among the texts.
    fn missing(&self, id: &str) -> Failure {
        let trail = self.audit.as_ref().and_then(|audit| audit.trail(id));
        let (Some(trail), Some(mainline)) = (trail, &self.mainline) else {
            return show::unknown(&self.register, id);
        };
        let (register, name) = (&self.register.name, &mainline.name);
        let message = format!("there is no record `{id}` in `{register}`");
        Failure::new(message).hint(match trail.text {
            Some(_) => format!("it is on `{name}`: name that with `--rev {}`", shell_word(name)),
            None => {
                format!("it is no longer on `{name}`: `exc history {}` shows why", shell_word(id))
            }
        })
    }

    /// All texts, the policy last.
    pub(crate) fn matters(&self) -> Result<Vec<Matter<'_>>, Failure> {
        let records = self.register.records.iter().map(|record| self.record_matter(record));
        records.chain([self.policy_matter()]).collect()
    }

    fn record_matter<'p>(&'p self, record: &'p Record) -> Result<Matter<'p>, Failure> {
        let exception = &record.exception;
        Ok(Matter {
            id: exception.id.clone(),
            proposal: Proposal::of_record(self.ground()?, self.trail(record), record),
            path: record.file().path().to_owned(),
            title: exception.title.clone(),
            text: Text::Record(record),
        })
    }

    fn policy_matter(&self) -> Result<Matter<'_>, Failure> {
        let path = format!("{}/{POLICY_FILE}", self.workspace.name);
        let unusable = |findings: Vec<Finding>| {
            let first = findings.first().map_or_else(String::new, |it| format!(": {}", it.message));
            Failure::new(format!("the policy `{path}` cannot be used{first}"))
                .hint("`exc check` there shows all that is wrong with it")
        };
        let (file, _) = self.store.policy(&self.workspace.name).map_err(unusable)?;
        let file = self.with_stored_breaks(&file)?;
        let (policy, findings) = policy::load(&file).map_err(unusable)?;
        let policies = self.audit.as_ref().map(|audit| &audit.policies);
        Ok(Matter {
            id: POLICY_ID.to_owned(),
            proposal: Some(Proposal::of_policy(self.ground()?, policies, &policy, &path)),
            title: "the policy of the register".to_owned(),
            path,
            text: Text::Policy(Box::new(policy), findings),
        })
    }

    fn trail(&self, record: &Record) -> Option<&Trail> {
        self.audit.as_ref()?.heard(&record.exception.id)
    }

    /// What keeps a text from being signed: what the rules refuse in it alone, under the settled
    /// policy, and what deceives.
    pub(crate) fn errors(
        &self,
        matter: &Matter<'_>,
        env: &Env<'_>,
    ) -> Result<Vec<Finding>, Failure> {
        let mut findings = match &matter.text {
            Text::Policy(_, findings) => findings.clone(),
            Text::Record(record) => {
                let policy = self.judge()?;
                findings::alone_under(policy, record.file(), &self.workspace.name, env.today)
            }
        };
        findings.retain(|it| is_in_the_way(it) && it.place.file.path() == matter.path);
        Ok(findings)
    }

    /// Whether the commit that is looked at holds the text, so that whoever wrote it is known.
    pub(crate) fn is_committed(&self, matter: &Matter<'_>) -> Result<bool, Failure> {
        let file = match &matter.text {
            Text::Record(record) => record.file(),
            Text::Policy(policy, _) => policy.file(),
        };
        Ok(self.stored(file.path())?.is_some_and(|stored| stored == file.text()))
    }

    /// What the files among the approvals of a text are worth.
    pub(crate) fn votes(&self, proposal: &Proposal<'_>, env: &Env<'_>) -> Vec<Vote> {
        let files = self.approvals.get(proposal.id()).into_iter().flatten();
        let vote = |file: &ApprovalFile| match &file.bytes {
            Ok(bytes) => proposal.vote(&file.path, bytes, env.today),
            Err(reason) => Vote::unreadable(&file.path, reason),
        };
        files.map(vote).chain(proposal.left_again(env.today)).collect()
    }

    /// What a file among the approvals of an id holds.
    pub(crate) fn approval(&self, id: &str, path: &str) -> Option<&[u8]> {
        let mut files = self.approvals.get(id)?.iter();
        files.find(|file| file.path == path)?.bytes.as_deref().ok()
    }

    /// The stored text of a work tree's file whose line breaks git writes in another way: that is
    /// what is approved.
    fn with_stored_breaks(&self, file: &Arc<SourceFile>) -> Result<Arc<SourceFile>, Failure> {
        if !matches!(self.store, Store::Directory(_)) || !file.text().contains("\r\n") {
            return Ok(Arc::clone(file));
        }
        let stored = self.stored(file.path())?;
        let plain = file.text().replace("\r\n", "\n");
        Ok(match stored.filter(|stored| *stored == plain) {
            Some(stored) => Arc::new(SourceFile::new(file.path(), stored)),
            None => Arc::clone(file),
        })
    }

    fn restore_line_breaks(&mut self) -> Result<(), Failure> {
        for at in 0..self.register.records.len() {
            let file = Arc::clone(self.register.records[at].file());
            let stored = self.with_stored_breaks(&file)?;
            if !Arc::ptr_eq(&file, &stored)
                && let (Some(record), _) = source::load(&stored, &self.judge()?.record_schema)
            {
                self.register.records[at] = record;
            }
        }
        Ok(())
    }

    /// The text at a path of the commit that is looked at.
    fn stored(&self, path: &str) -> Result<Option<String>, Failure> {
        let Some(head) = self.head else { return Ok(None) };
        let entry = self.repo.entry_at(head, path)?;
        let is_file = |entry: &TreeEntry| matches!(entry.mode, Mode::File | Mode::Executable);
        let Some(entry) = entry.filter(is_file) else { return Ok(None) };
        let bytes = self.repo.blob(entry.id, MAX_RECORD_SIZE)?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    }
}

/// Whether nobody should sign a text with this: an error, and text that deceives at any level.
pub(crate) fn is_in_the_way(finding: &Finding) -> bool {
    finding.level == Level::Error || finding.code.id.starts_with("EXC6")
}

/// The commit that is checked out; none before the first.
fn head(repo: &Repo) -> Result<Option<ObjectId>, Failure> {
    match repo.resolve("HEAD") {
        Ok(head) => Ok(Some(head)),
        Err(NoRevision::Unreadable(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// The history of the mainline; none where this clone is too shallow to have one.
fn story(
    workspace: &Workspace,
    repo: &Repo,
    texts: &Texts,
    ids: &[String],
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Option<Story>> {
    if texts.mainline.is_none()
        && repo.is_shallow()
        && Found::read(repo, workspace)?.mainline.is_none()
    {
        return Ok(None);
    }
    let history = HistoryArgs::of_mainline(texts.mainline.as_deref());
    let named: Vec<&str> = ids.iter().map(String::as_str).collect();
    let wanted = match named.as_slice() {
        [] => Wanted::Everything,
        named => Wanted::records(named),
    };
    Story::read(workspace, &history, wanted, globals, env).map(Some)
}
