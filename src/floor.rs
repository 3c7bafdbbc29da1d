//! The least that a task of `exc` costs, for the benchmarks to compare with.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use rayon::prelude::*;

use crate::commands::cache::Cache;
use crate::git::{Chain, Mode, Repo, Side, Touch};
use crate::register::{self, Entry, Lent, MAX_RECORD_SIZE, Readers, Store};
use crate::source;
use crate::text::SourceFile;

/// Reads every file of a register directory; gives the number of bytes.
pub fn read(directory: &Path) -> usize {
    files(directory, |file| file.text().len())
}

/// Reads every file and parses it with spans; gives the number of files that hold a mapping.
pub fn read_and_parse(directory: &Path) -> usize {
    files(directory, |file| usize::from(source::parses(file)))
}

fn files(directory: &Path, measure: impl Fn(&Arc<SourceFile>) -> usize + Sync) -> usize {
    let store = Store::Directory(directory.to_owned());
    let entries = register::list(&store, "exceptions").entries;
    let measure = |reader: &mut Lent<'_>, entry: &Entry| {
        reader.read(entry, MAX_RECORD_SIZE).map_or(0, |(file, _)| measure(&file))
    };
    let readers = Readers::of(&store);
    entries.par_iter().map_init(|| readers.lend(), measure).sum()
}

/// Says each change of a folder on the first parents of a branch, oldest first, as
/// `COMMIT OLD-MODE NEW-MODE OLD-BLOB NEW-BLOB PATH` in the words of `git log --raw`.
pub fn changes(
    repository: &Path,
    branch: &str,
    folder: &str,
    mut say: impl FnMut(&[u8]),
) -> Result<()> {
    let (_, _, touches) = walk(repository, branch, folder)?;
    let mut line = Vec::new();
    for touch in &touches {
        for change in &touch.changes {
            let (old, new) = (words(change.old), words(change.new));
            line.clear();
            line.extend(format!("{} {} {} ", touch.commit, old.0, new.0).bytes());
            line.extend(format!("{} {} ", old.1, new.1).bytes());
            line.extend(&change.path);
            say(&line);
        }
    }
    Ok(())
}

/// Finds who contributed to each change of a folder on the first parents of a branch; gives the
/// number of people over all changes.
pub fn contributors(repository: &Path, branch: &str, folder: &str) -> Result<usize> {
    let (repo, chain, touches) = walk(repository, branch, folder)?;
    let mut authorship = repo.authorship(repo.landings(&chain)?, folder);
    let mut n_people = 0;
    for touch in &touches {
        let found = authorship.of_landing(touch, &repo.commit(touch.commit)?)?;
        n_people += found.values().map(|it| it.people.len()).sum::<usize>();
    }
    Ok(n_people)
}

/// Finds the verdict on every record in what an earlier run kept; gives the number of records.
pub fn kept(repository: &Path, branch: &str, folder: &str) -> Result<usize> {
    let repo = Repo::open(repository)?;
    let mainline = repo.mainline(branch)?.with_context(|| format!("there is no `{branch}`"))?;
    let kept = Cache::of(&repo, folder).and_then(|cache| cache.open(&repo, mainline.tip, None));
    let kept = kept.context("nothing is kept")?;
    Ok(kept.ids().filter_map(|id| kept.standing(id)).count())
}

fn walk(repository: &Path, branch: &str, folder: &str) -> Result<(Repo, Chain, Vec<Touch>)> {
    let repo = Repo::open(repository)?;
    let mainline = repo.mainline(branch)?.with_context(|| format!("there is no `{branch}`"))?;
    let chain = repo.chain(mainline.tip)?;
    let touches = repo.changes_on(&chain, folder)?;
    Ok((repo, chain, touches))
}

fn words(side: Option<Side>) -> (&'static str, String) {
    let Some(side) = side else { return ("000000", "0".repeat(40)) };
    let mode = match side.mode {
        Mode::File => "100644",
        Mode::Executable => "100755",
        Mode::Symlink => "120000",
        Mode::Submodule => "160000",
        Mode::Folder | Mode::Unknown => "other",
    };
    (mode, side.blob.to_string())
}
