//! A deterministic repository of any size: the same numbers give the same commits.
//!
//! Half of the landings are merges of one to three commits, the others are squashes; every fifth
//! touches the register, the rest touches other files. The stream is the one of `git fast-import`.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, NaiveDate};

use super::record::{Edit, Record};
use super::records;

/// Counted up when the same numbers give another repository.
const VERSION: usize = 1;
/// 2025-01-01 and 2026-11-19: the history goes from the one to the other.
const FIRST_SECOND: i64 = 1_735_689_600;
const LAST_SECOND: i64 = 1_795_046_400;
/// Landings among which one touches the register.
const TOUCH_EVERY: u64 = 5;
const APPROVERS: [&str; 5] = ["Alice Kim", "Bo Lind", "Chris Vega", "Dara Holt", "Eli Stone"];
const N_OTHER_FOLDERS: u64 = 30;
const N_OTHER_FILES: u64 = 100;

/// How records are spread over folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    TwoLevel,
    Year,
    Flat,
}

#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) layout: Layout,
    pub(crate) n_records: usize,
    pub(crate) n_commits: usize,
}

impl Layout {
    pub(crate) const ALL: [Self; 3] = [Self::TwoLevel, Self::Year, Self::Flat];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TwoLevel => "two-level",
            Self::Year => "year",
            Self::Flat => "flat",
        }
    }
}

impl Shape {
    /// The repository of this shape below `cache`, made where it is not there yet.
    pub(crate) fn repository(self, cache: &Path) -> Result<PathBuf> {
        let Self { layout, n_records, n_commits } = self;
        let name = format!("{}-{n_records}-{n_commits}-{VERSION}.git", layout.name());
        let path = cache.join(name);
        if path.is_dir() {
            return Ok(path);
        }
        let unfinished = path.with_extension("unfinished");
        if unfinished.is_dir() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir_all(&unfinished)?;
        git(&unfinished, &["init", "--quiet", "--bare", "--initial-branch=main"])?;
        self.import(&unfinished)?;
        git(&unfinished, &["update-ref", "-d", "refs/heads/side"])?;
        // As a clone looks: packed, with a graph of its commits.
        git(&unfinished, &["repack", "-adfq", "--depth=50", "--window=10"])?;
        git(&unfinished, &["commit-graph", "write", "--reachable", "--no-progress"])?;
        fs::rename(&unfinished, &path)?;
        Ok(path)
    }

    fn import(self, repository: &Path) -> Result<()> {
        let mut command = git_in(repository);
        let mut child = command
            .args(["fast-import", "--quiet", "--done"])
            .stdin(Stdio::piped())
            .spawn()
            .context("cannot run `git fast-import`")?;
        let stdin = child.stdin.take().context("its input is a pipe")?;
        let mut story = Story::new(self, BufWriter::new(stdin));
        story.tell()?;
        story.stream.write_all(b"done\n")?;
        drop(story);
        ensure!(child.wait()?.success(), "`git fast-import` failed");
        Ok(())
    }

    fn path(self, number: usize) -> String {
        let id = records::id(number);
        match self.layout {
            Layout::TwoLevel => format!("exceptions/{:04}/{id}.yaml", number / 100),
            Layout::Year => format!("exceptions/{}/{id}.yaml", 2019 + number * 8 / self.n_records),
            Layout::Flat => format!("exceptions/{id}.yaml"),
        }
    }
}

/// The git program, which reads no configuration but the repository's own.
pub(crate) fn git_in(repository: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "");
    command.arg("-C").arg(repository);
    command
}

fn git(repository: &Path, arguments: &[&str]) -> Result<()> {
    let status = git_in(repository).args(arguments).status().context("cannot run `git`")?;
    ensure!(status.success(), "`git {}` failed", arguments[0]);
    Ok(())
}

/// A path, and the mark of the blob that stands there; none where it is deleted.
type Change = (String, Option<usize>);

struct Story {
    shape: Shape,
    stream: BufWriter<ChildStdin>,
    drawn: Drawn,
    n_marks: usize,
    n_written: usize,
    /// By number; none where it has been deleted.
    records: Vec<Option<Record>>,
    /// Marks of the mainline's commits.
    mainline: Vec<usize>,
}

impl Story {
    fn new(shape: Shape, stream: BufWriter<ChildStdin>) -> Self {
        let (records, mainline) = (Vec::new(), Vec::new());
        Self { shape, stream, drawn: Drawn(1), n_marks: 0, n_written: 0, records, mainline }
    }

    fn tell(&mut self) -> Result<()> {
        self.first()?;
        while self.n_written < self.shape.n_commits {
            let n_left = self.shape.n_commits - self.n_written;
            let changes = match n_left {
                // The last commit files what is left, so that there are as many as were asked for.
                1..4 => self.filed(self.shape.n_records - self.records.len())?,
                _ if self.drawn.below(TOUCH_EVERY) == 0 => self.register_changes()?,
                _ => self.other_changes()?,
            };
            let is_merge = n_left >= 4 && self.drawn.below(2) == 0;
            match is_merge {
                true => self.merge(&changes)?,
                false => self.squash(&changes)?,
            }
        }
        Ok(())
    }

    /// The policy, and every other file.
    fn first(&mut self) -> Result<()> {
        let people: String = APPROVERS.iter().map(|name| person(name)).collect();
        let policy = self.blob(&format!("{}people:\n{people}", records::POLICY))?;
        let mut changes = vec![("exceptions/policy.yaml".to_owned(), Some(policy))];
        for number in 0..N_OTHER_FOLDERS * N_OTHER_FILES {
            let blob = self.blob(&format!("file {number}\n"))?;
            changes.push((other_path(number), Some(blob)));
        }
        let root = self.commit("main", &by(APPROVERS[0]), &by(APPROVERS[0]), "start", &[])?;
        self.changes(&changes)?;
        self.mainline.push(root);
        Ok(())
    }

    /// One commit of the author, which the forge carried to the mainline.
    fn squash(&mut self, changes: &[Change]) -> Result<()> {
        let (author, approver) = (self.author(), self.approver());
        let trailer = match self.drawn.below(2) {
            0 => format!("\n\nReviewed-by: {}", by(approver)),
            _ => String::new(),
        };
        let committer = match self.drawn.below(4) {
            0 => by(approver),
            _ => "GitHub <noreply@github.com>".to_owned(),
        };
        let parent = self.parent(0);
        let message = format!("change {}{trailer}", self.n_written);
        let commit = self.commit("main", &author, &committer, &message, &[parent])?;
        self.changes(changes)?;
        self.mainline.push(commit);
        Ok(())
    }

    /// One to three commits of the author beside the mainline, and the commit that merges them.
    fn merge(&mut self, changes: &[Change]) -> Result<()> {
        let author = self.author();
        let n_commits = 1 + self.drawn.below(3) as usize;
        // A branch may have left the mainline some landings ago.
        let age = self.drawn.below(4) as usize;
        let mut side = self.parent(age);
        let mut all = changes.to_vec();
        for number in 0..n_commits {
            let mut own: Vec<Change> =
                changes.iter().skip(number).step_by(n_commits).cloned().collect();
            if own.is_empty() {
                own = self.other_changes()?;
                all.extend(own.iter().cloned());
            }
            let message = format!("step {number}");
            side = self.commit("side", &author, &author, &message, &[side])?;
            self.changes(&own)?;
        }
        // Now and then an author merges alone.
        let merger = match self.drawn.below(6) {
            0 => author,
            _ => by(self.approver()),
        };
        let parents = [self.parent(0), side];
        let message = format!("merge {}", self.n_written);
        let commit = self.commit("main", &merger, &merger, &message, &parents)?;
        self.changes(&all)?;
        self.mainline.push(commit);
        Ok(())
    }

    /// Changes of several records, so many that all have been filed when the history ends.
    fn register_changes(&mut self) -> Result<Vec<Change>> {
        let n_landings = self.shape.n_commits as u64 / 2 / TOUCH_EVERY;
        let mean = (self.shape.n_records as u64).div_ceil(n_landings.max(1));
        let n_filed = self.drawn.below(2 * mean + 1) as usize;
        let n_filed = n_filed.min(self.shape.n_records - self.records.len());
        let mut changes = self.filed(n_filed)?;
        for _ in 0..self.drawn.below(3 * mean / 2 + 1) {
            changes.extend(self.edited()?);
        }
        match changes.is_empty() {
            true => self.other_changes(),
            false => Ok(changes),
        }
    }

    fn filed(&mut self, n: usize) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for _ in 0..n {
            let number = self.records.len();
            let record = Record::filed(number, self.day());
            let blob = self.blob(&record.text())?;
            self.records.push(Some(record));
            changes.push((self.shape.path(number), Some(blob)));
        }
        Ok(changes)
    }

    /// A change of a record that is there, if the one that is drawn is.
    fn edited(&mut self) -> Result<Option<Change>> {
        if self.records.is_empty() {
            return Ok(None);
        }
        let number = self.drawn.below(self.records.len() as u64) as usize;
        let (path, day) = (self.shape.path(number), self.day());
        let edit = match self.drawn.below(20) {
            0 => None,
            1..9 => Some(Edit::Renew),
            9..13 => Some(Edit::Tighten),
            13..17 => Some(Edit::Reword),
            _ => Some(Edit::Close),
        };
        let (Some(record), Some(edit)) = (&mut self.records[number], edit) else {
            let is_gone = self.records[number].take().is_some();
            return Ok(is_gone.then_some((path, None)));
        };
        record.edit(edit, day);
        let text = record.text();
        Ok(Some((path, Some(self.blob(&text)?))))
    }

    fn other_changes(&mut self) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for _ in 0..=self.drawn.below(3) {
            let path = other_path(self.drawn.below(N_OTHER_FOLDERS * N_OTHER_FILES));
            let blob = self.blob(&format!("change {}\n", self.n_marks))?;
            changes.push((path, Some(blob)));
        }
        Ok(changes)
    }

    fn author(&mut self) -> String {
        let number = self.drawn.below(997);
        format!("Requester Number {number} <requester.{number}@example.com>")
    }

    fn approver(&mut self) -> &'static str {
        APPROVERS[self.drawn.below(APPROVERS.len() as u64) as usize]
    }

    /// The commit of the mainline that is so many landings old.
    fn parent(&self, age: usize) -> usize {
        self.mainline[self.mainline.len().saturating_sub(age + 1)]
    }

    fn second(&self) -> i64 {
        let part = (self.n_written as i64) * (LAST_SECOND - FIRST_SECOND);
        FIRST_SECOND + part / self.shape.n_commits as i64
    }

    fn day(&self) -> NaiveDate {
        DateTime::from_timestamp(self.second(), 0).unwrap_or_default().date_naive()
    }

    fn blob(&mut self, text: &str) -> Result<usize> {
        self.n_marks += 1;
        let mark = self.n_marks;
        write!(self.stream, "blob\nmark :{mark}\ndata {}\n{text}\n", text.len())?;
        Ok(mark)
    }

    fn commit(
        &mut self,
        branch: &str,
        author: &str,
        committer: &str,
        message: &str,
        parents: &[usize],
    ) -> Result<usize> {
        self.n_marks += 1;
        let (mark, second) = (self.n_marks, self.second());
        self.n_written += 1;
        write!(
            self.stream,
            "commit refs/heads/{branch}\nmark :{mark}\nauthor {author} {second} +0000\ncommitter {committer} {second} +0000\ndata {}\n{message}\n",
            message.len()
        )?;
        for (index, parent) in parents.iter().enumerate() {
            let word = if index == 0 { "from" } else { "merge" };
            writeln!(self.stream, "{word} :{parent}")?;
        }
        Ok(mark)
    }

    /// Follows the commit that makes them.
    fn changes(&mut self, changes: &[Change]) -> Result<()> {
        for (path, blob) in changes {
            match blob {
                Some(mark) => writeln!(self.stream, "M 100644 :{mark} {path}")?,
                None => writeln!(self.stream, "D {path}")?,
            }
        }
        Ok(writeln!(self.stream)?)
    }
}

fn other_path(number: u64) -> String {
    format!("src/part{:02}/file{:02}.rs", number / N_OTHER_FILES, number % N_OTHER_FILES)
}

fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}

fn by(name: &str) -> String {
    format!("{name} <{}>", email(name))
}

fn person(name: &str) -> String {
    let id = name.to_lowercase().replace(' ', "-");
    let email = email(name);
    format!("  - {{id: {id}, name: {name}, emails: [{email}], roles: [approver, risk-owner]}}\n")
}

/// Numbers that look drawn, the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}
