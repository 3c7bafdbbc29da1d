//! The draft of a record about a suppression: what is known, what the tool said as comments, and what
//! is missing.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;

use crate::bridge::import::{Fate, Left, beginning};
use crate::bridge::{End, Format, Located, Suppression};
use crate::commands::new::draft::Draft;
use crate::commands::new::filing::Place;
use crate::commands::new::identity;
use crate::commands::new::ids::Ids;
use crate::commands::{Failure, Globals, Workspace, findings, holdings, mainline, shown_path};
use crate::env::Env;
use crate::finding::Level;
use crate::git::Identity;
use crate::model::{Exception, Person};
use crate::register::Register;
use crate::render::Safe;
use crate::rules::{self, Context};
use crate::source::{self, Record};
use crate::text::{SourceFile, shell_word};

/// Characters of a text of the tool that a comment or a title shows.
const MAX_SHOWN: usize = 160;
/// Drafts that are written at once.
const MAX_AT_ONCE: usize = 16;
/// Lines of what the tool says that the comments show.
const MAX_LINES: usize = 20;

/// Where drafts go.
pub(super) struct Drawer<'a> {
    format: &'a Format,
    workspace: &'a Workspace,
    /// Records whose bindings can be relied on.
    sound: HashSet<&'a str>,
    ids: Ids,
    /// The files that are called by an id or hold a record of it, by that id in capitals.
    files: HashMap<String, PathBuf>,
    /// Ids that went to others in this run.
    drawn: HashSet<String>,
    identity: Identity,
    words: String,
}

/// A draft without an id.
pub(super) struct Begun {
    draft: Draft,
    /// What it takes in: the same for two that take in the same.
    pub(super) what: String,
    missing: Vec<String>,
    today: NaiveDate,
}

/// A draft that is ready to be written.
pub(super) struct Sheet {
    pub(super) id: String,
    pub(super) place: Place,
    file: Arc<SourceFile>,
    pub(super) missing: Vec<String>,
}

/// What became of a sheet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Now,
    /// Somebody has written the same, at the same time.
    Already,
    /// Something else stands there by now.
    Otherwise,
}

/// Writes drafts, each whole or not at all, several at once, since each waits for the disk. What is
/// written stays, also where another cannot be.
pub(super) fn write_all(sheets: &[&Sheet], root: &Path) -> Vec<anyhow::Result<Written>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut written = Vec::new();
        while let Some((at, sheet)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            sheets.get(at).map(|sheet| (at, sheet))
        } {
            written.push((at, sheet.write(root)));
        }
        written
    };
    let n_threads = MAX_AT_ONCE.min(sheets.len());
    let mut written: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        let ends = threads.into_iter().map(|it| it.join().unwrap_or_else(|it| resume_unwind(it)));
        ends.flatten().collect()
    });
    written.sort_by_key(|(at, _)| *at);
    written.into_iter().map(|(_, written)| written).collect()
}

impl Sheet {
    fn write(&self, root: &Path) -> anyhow::Result<Written> {
        let text = self.file.text();
        if self.place.write(text, root)? {
            return Ok(Written::Now);
        }
        let is_same = std::fs::read(&self.place.path).is_ok_and(|it| it == text.as_bytes());
        Ok(if is_same { Written::Already } else { Written::Otherwise })
    }
}

impl<'a> Drawer<'a> {
    pub(super) fn new(
        format: &'a Format,
        workspace: &'a Workspace,
        register: &Register,
        sound: HashSet<&'a str>,
        globals: &Globals,
        env: &Env<'_>,
    ) -> anyhow::Result<Self> {
        let ids = Ids::new(register, workspace, Some(env.today), globals.words())?;
        let identity = identity(workspace, env)?;
        let (drawn, words) = (HashSet::new(), globals.words());
        let files = files(register, &workspace.root);
        Ok(Self { format, workspace, sound, ids, files, drawn, identity, words })
    }

    /// What can be known of a suppression, or why it cannot be adopted.
    pub(super) fn begin(
        &self,
        suppression: &Suppression,
        place: &Located,
        today: NaiveDate,
    ) -> Result<Begun, String> {
        let begun = beginning(suppression, self.format.tool, &self.workspace.policy)?;
        let (name, email) = self.identity.clone();
        let exception = Exception {
            title: shortened(&begun.title),
            // A day that is over before the record begins is none that it could have.
            expires: begun.expires.filter(|last| *last >= today),
            opened: Some(today),
            requester: Person {
                name: name.unwrap_or_default().trim().to_owned(),
                email: email.unwrap_or_default().trim().to_owned(),
                team: String::new(),
            },
            ..begun
        };
        let mut draft = Draft::about(exception);
        draft.leave_fields_open(&self.workspace.policy);
        let of_reach = |key: &str| matches!(key, "scope" | "bindings");
        let reach = draft.entries().into_iter().filter(|(key, _)| of_reach(key));
        let what: Vec<String> = reach.map(|(_, value)| value.on_a_line()).collect();
        let what = what.join(" ");
        let missing = draft.open(&self.workspace.policy);
        draft.head = self.head(suppression, place, today);
        self.judge(&draft, today)?;
        Ok(Begun { draft, what, missing, today })
    }

    /// Refuses a draft whose bindings nobody could rely on.
    fn judge(&self, draft: &Draft, today: NaiveDate) -> Result<(), String> {
        let policy = &self.workspace.policy;
        let file: Arc<SourceFile> = draft.file("draft.yaml", None);
        let (record, found) = source::load(&file, &policy.record_schema);
        let Some(record) = record else {
            let first = found.first().map(|finding| finding.message.as_str()).unwrap_or_default();
            return Err(format!("no record can hold it: {first}"));
        };
        let context = Context { policy, today };
        let of_bindings = rules::check_bindings(&record, &context);
        match holdings::fault(&record.exception, found.iter().chain(&of_bindings)) {
            Some(fault) => Err(format!("no record can hold it: {fault}")),
            None if record.exception.bindings != draft.exception.bindings => {
                Err("no record can hold its texts as they are".to_owned())
            }
            None => Ok(()),
        }
    }

    /// A draft under the id that follows from what it takes in; or why there is none.
    pub(super) fn settle(
        &mut self,
        mut begun: Begun,
        env: &Env<'_>,
    ) -> anyhow::Result<Result<Sheet, Fate>> {
        for id in self.ids.of_text(&begun.what)? {
            let known = self.files.get(&id.to_ascii_uppercase());
            let is_of_another =
                self.sound.contains(id.as_str()) && !known.is_some_and(|path| is_cut_off(path));
            if is_of_another || self.drawn.contains(&id) {
                continue;
            }
            let place = Place::of(&id, begun.today, self.workspace)?;
            begun.draft.exception.id.clone_from(&id);
            let file = begun.draft.file(&place.name, place.schema.as_deref());
            let here =
                known.or_else(|| Some(&place.path).filter(|path| is_other(path, file.text())));
            if here.is_some() || self.ids.is_taken(&id) {
                let why = vec![self.taken(&id, here.map(PathBuf::as_path), env)];
                return Ok(Err(Fate::Refused(Left { record: Some(id), why })));
            }
            self.drawn.insert(id.clone());
            let missing = to_do(begun.missing, &file, self.workspace, begun.today);
            return Ok(Ok(Sheet { id, place, file, missing }));
        }
        let message = "the ids that follow from the suppression are taken";
        Err(Failure::new(message).hint("file it with `exc new`").into())
    }

    /// Why an id cannot be taken: a file has it that says nothing of the suppression, or the mainline.
    fn taken(&self, id: &str, here: Option<&Path>, env: &Env<'_>) -> String {
        let words = &self.words;
        match here {
            Some(path) => {
                let path = shown_path(path, env);
                let word = shell_word(&path);
                format!(
                    "`{path}` has the id that it gets, and says nothing of it, as a draft that was cut \
                     off: finish it, as `{words} check {word}` says, or delete it, and run this again"
                )
            }
            None => format!(
                "the mainline has `{id}`, the id that it gets, and it is not bound to it here: take that \
                 record from there, and run this again"
            ),
        }
    }

    /// The comments: what the tool said, and what is to be done.
    fn head(&self, suppression: &Suppression, place: &Located, today: NaiveDate) -> String {
        let Suppression { name, said, end, made, notes, .. } = suppression;
        let mut lines = vec![format!(
            "Adopted on {today} by `exc import {}`, from {}:{}. What the tool has there:",
            self.format.name, place.path, place.position.line
        )];
        let mut told = vec![name.as_str()];
        for text in said.iter().chain(notes).chain(made).flat_map(|text| text.lines()) {
            let text = text.trim();
            if !text.is_empty() && !told.contains(&text) && told.len() <= MAX_LINES {
                told.push(text);
            }
        }
        lines.extend(told.iter().map(|text| format!("  {text}")));
        lines.push(match end {
            End::Never | End::Dropped => "  it never ends".to_owned(),
            End::Untimed => "  the tool knows no ends".to_owned(),
            end => format!("  it ends at {end}"),
        });
        lines.push(format!("What says TODO nobody has said yet; `{} check` names it.", self.words));
        lines.iter().fold(String::new(), |mut head, line| {
            let _ = writeln!(head, "# {}", shortened(line));
            head
        })
    }
}

/// What is missing in a draft, and after it what the tool says that no record may.
fn to_do(
    missing: Vec<String>,
    file: &Arc<SourceFile>,
    workspace: &Workspace,
    today: NaiveDate,
) -> Vec<String> {
    let mut keys = missing;
    let key_of = |text: &str| text.split(['.', '/', ' ']).next().unwrap_or_default().to_owned();
    for finding in findings::alone(file, workspace, today) {
        let key = key_of(finding.place.pointer.trim_start_matches('/'));
        if finding.level == Level::Error
            && !key.is_empty()
            && !keys.iter().any(|known| key_of(known) == key)
        {
            keys.push(key);
        }
    }
    keys
}

/// The files of a register, by the ids that they hold and those that they are called by.
fn files(register: &Register, root: &Path) -> HashMap<String, PathBuf> {
    let of_record =
        |record: &Record| (record.exception.id.clone(), record.file().path().to_owned());
    let records: Vec<(String, String)> = register.records.iter().map(of_record).collect();
    let paths = records.iter().map(|(_, path)| path).chain(&register.unreadable);
    let by_name = paths.map(|path| (mainline::stem(path).to_owned(), path.clone()));
    let all: Vec<(String, String)> = by_name.chain(records.iter().cloned()).collect();
    all.into_iter().map(|(id, path)| (id.to_ascii_uppercase(), root.join(path))).collect()
}

/// Whether something else than this text stands at a path: what another run has written meanwhile is the
/// same.
fn is_other(path: &Path, text: &str) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|it| {
        !it.is_file() || !std::fs::read(path).is_ok_and(|found| found == text.as_bytes())
    })
}

/// Whether a file is a draft of an import that ends before what every record has behind its bindings: these
/// may be cut off, too.
fn is_cut_off(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let is_draft = |line: &str| line.starts_with('#') && line.contains("by `exc import ");
    text.lines().any(is_draft) && !text.lines().any(|line| line.starts_with("opened:"))
}

/// A text of somebody else on one line, with nothing in it that deceives, and not too long.
fn shortened(text: &str) -> String {
    let safe = Safe(text).to_string();
    match safe.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", safe[..at].trim_end()),
        None => safe.trim_end().to_owned(),
    }
}
