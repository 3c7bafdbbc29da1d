//! `exc check --fix`: mends what has one meaning, and nothing else.
//!
//! Invariant: no fix adds a finding; one that would is left for somebody to decide.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::Args;
use crate::commands::amending::Desk;
use crate::commands::rewriting::{self, Rewrite, Signed};
use crate::commands::selection::{check_selection, select};
use crate::commands::{Globals, mainline};
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Fix};
use crate::render::{Safe, count};
use crate::source::splice::{self, Change, Value};
use crate::source::{self, RecordSchema, layout};
use crate::text::{SourceFile, dotted};

/// Files whose repairs are tried one by one; each repair takes a look at the whole register.
const MAX_TRIED: usize = 20;
/// Repairs of one file in one run.
const MAX_REPAIRS: usize = 50;
/// What moving keys does, for people.
const IN_ORDER: &str = "keys put in their order";

/// A value or a key that is mended.
struct Repair {
    change: Change,
    /// What it does, for people.
    words: String,
}

/// A file that is mended, by some of its repairs.
struct Mended {
    /// The record's place in the register.
    at: usize,
    text: Rewrite,
    /// What was done, for people.
    done: Vec<String>,
}

/// Mends the files of the register, or shows how. Gives the outcome where nothing is to be judged
/// after that.
pub(super) fn run(
    args: &Args,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Option<Outcome>> {
    let mut desk = Desk::open(globals, env)?;
    let selected = select(&args.paths, globals, env, &desk.workspace)?;
    if let Some(selected) = &selected {
        check_selection(selected, &desk.register, &desk.register.findings, &desk.workspace)?;
    }
    let mut places: Vec<usize> = (0..desk.register.records.len()).collect();
    places.retain(|&at| {
        let path = desk.register.records[at].file().path();
        selected.as_ref().is_none_or(|selected| selected.has(path))
    });
    let (mended, left) = mend(&mut desk, &places, env.today);
    for (path, words, why) in &left {
        let (path, words) = (Safe(path), Safe(words));
        let text = format!("left {path}: {words}, {why}");
        globals.note(env, &text);
    }
    if args.diff {
        globals.print(env, |out| {
            mended.iter().try_for_each(|it| out.write_all(it.text.patch().as_bytes()))
        })?;
        globals.note(env, &sentence(&mended, "`exc check --fix` would mend"));
        let is_selected = |path: &&String| selected.as_ref().is_none_or(|it| it.has(path));
        let n_unreadable = desk.register.unreadable.iter().filter(is_selected).count();
        if n_unreadable > 0 {
            let files = count(n_unreadable, "file");
            globals.note(env, &format!("{files} could not be read: `exc check` says why"));
        }
        return Ok(Some(match (n_unreadable == 0, mended.is_empty()) {
            (false, _) => Outcome::Error,
            (true, false) => Outcome::Findings,
            (true, true) => Outcome::Success,
        }));
    }
    let signed = Signed::read(&desk.workspace);
    for it in &mended {
        let path = it.text.before.path();
        if let Some(note) = it.text.spent(mainline::stem(path), &signed) {
            globals.note(env, &note);
        }
    }
    let rewrites: Vec<&Rewrite> = mended.iter().map(|it| &it.text).collect();
    let (written, result) = rewriting::write(&rewrites, &desk.workspace);
    for it in &mended[..written.len()] {
        let path = Safe(it.text.before.path());
        globals.note(env, &format!("fixed {path}: {}", Safe(&it.done.join("; "))));
    }
    result?;
    globals.note(env, &sentence(&mended, "mended"));
    Ok(None)
}

fn sentence(mended: &[Mended], does: &str) -> String {
    let n = mended.iter().map(|it| it.done.len()).sum();
    match n {
        0 => "there is nothing that can be fixed without asking".to_owned(),
        n => format!("{does} {} in {}", count(n, "thing"), count(mended.len(), "file")),
    }
}

fn repair(finding: &Finding, fix: &Fix) -> Repair {
    let pointer = finding.place.pointer.clone();
    let name = dotted(&pointer);
    let (change, words) = match fix {
        Fix::Quote => {
            let text = finding.place.file.slice(finding.place.span);
            (Change::set(pointer, Value::text(text)), format!("`{name}` quoted"))
        }
        Fix::Spell(value) => {
            (Change::set(pointer, Value::plain(value)), format!("`{name}` written as `{value}`"))
        }
        Fix::Rename(key) => (Change::rename(pointer, key), format!("`{name}` renamed to `{key}`")),
    };
    Repair { change, words }
}

/// The text with what can be mended in it, and what that is; `skipped` is left alone.
fn applied(
    file: &Arc<SourceFile>,
    schema: &RecordSchema,
    skipped: &BTreeSet<String>,
) -> (Arc<SourceFile>, Vec<String>) {
    let mut file = Arc::clone(file);
    let mut done = Vec::new();
    let mut tried = skipped.clone();
    // A key that gets its name tells what stands below it.
    for _ in 0..MAX_REPAIRS {
        let (_, found) = source::load(&file, schema);
        let mut repairs: Vec<Repair> =
            found.iter().filter_map(|it| Some(repair(it, it.fix.as_ref()?))).collect();
        repairs.retain(|it| !tried.contains(&it.words));
        let is_rename = |it: &Repair| matches!(it.change, Change::Rename { .. });
        let Some(next) = repairs.iter().find(|it| is_rename(it)).or(repairs.first()) else { break };
        tried.insert(next.words.clone());
        if let Ok(after) = splice::edited(&file, std::slice::from_ref(&next.change)) {
            file = after;
            done.push(next.words.clone());
        }
    }
    if let Some(after) = layout::in_order(&file).filter(|_| !tried.contains(IN_ORDER)) {
        file = after;
        done.push(IN_ORDER.to_owned());
    }
    (file, done)
}

/// What is left as it is: the path, what would have been done, and why it was not.
type Left = Vec<(String, String, String)>;

/// Mends the records at these places, but for that after which something would be wrong that was
/// not wrong before.
fn mend(desk: &mut Desk, places: &[usize], today: NaiveDate) -> (Vec<Mended>, Left) {
    let before = desk.judge(today);
    let none = BTreeSet::new();
    let mut mended = replaced(desk, places, &none);
    let mut doubtful = Vec::new();
    // What one file makes wrong may stand in another: then all are tried one by one.
    loop {
        let worse = worse(&before, desk.judge(today));
        if worse.is_empty() {
            break;
        }
        let paths: BTreeSet<&str> = worse.iter().map(|it| it.place.file.path()).collect();
        let is_told = |it: &Mended| paths.contains(it.text.before.path());
        let is_any_told = mended.iter().any(is_told);
        let (found, fine): (Vec<Mended>, Vec<Mended>) =
            mended.into_iter().partition(|it| !is_any_told || is_told(it));
        put_back(desk, &found);
        doubtful.extend(found);
        mended = fine;
        if mended.is_empty() {
            break;
        }
    }
    let mut left = Vec::new();
    for (nth, it) in doubtful.into_iter().enumerate() {
        let path = it.text.before.path().to_owned();
        if nth >= MAX_TRIED {
            let why = "not tried: `exc check --fix PATH` tries one file".to_owned();
            left.push((path, it.done.join("; "), why));
            continue;
        }
        let mut skipped: BTreeSet<String> = it.done.iter().cloned().collect();
        for words in it.done {
            skipped.remove(&words);
            let done = replaced(desk, &[it.at], &skipped);
            let worse =
                if done.is_empty() { Vec::new() } else { worse(&before, desk.judge(today)) };
            if let Some(first) = worse.first() {
                let why = format!("after which {} would be found", first.code.id);
                left.push((path.clone(), words.clone(), why));
                skipped.insert(words);
            }
            // The next one is tried on the text as it was found.
            put_back(desk, &done);
        }
        mended.extend(replaced(desk, &[it.at], &skipped));
    }
    mended.sort_by_key(|it| it.at);
    (mended, left)
}

/// What is wrong at a place where that was not wrong before, however much of it there was.
fn worse(before: &[Finding], after: Vec<Finding>) -> Vec<Finding> {
    let key =
        |it: &Finding| (it.code.id, it.place.file.path().to_owned(), it.place.pointer.clone());
    let known: HashSet<_> = before.iter().map(key).collect();
    after.into_iter().filter(|it| !known.contains(&key(it))).collect()
}

/// Puts the mended texts of records into the register, but for those in which nothing can be done.
fn replaced(desk: &mut Desk, places: &[usize], skipped: &BTreeSet<String>) -> Vec<Mended> {
    let schema = &desk.workspace.policy.record_schema;
    let mended = places.iter().filter_map(|&at| {
        let before = Arc::clone(desk.register.records[at].file());
        let (after, done) = applied(&before, schema, skipped);
        (!done.is_empty()).then_some(Mended { at, text: Rewrite { before, after }, done })
    });
    let mended: Vec<Mended> = mended.collect();
    let texts: Vec<_> = mended.iter().map(|it| (it.at, Arc::clone(&it.text.after))).collect();
    let read = desk.replace(&texts);
    mended.into_iter().zip(read).filter_map(|(it, read)| read.map(|_| it)).collect()
}

/// Puts the texts as they were found back into the register.
fn put_back(desk: &mut Desk, mended: &[Mended]) {
    let texts: Vec<_> = mended.iter().map(|it| (it.at, Arc::clone(&it.text.before))).collect();
    desk.replace(&texts);
}
