//! The least that any check of a register costs, for the benchmark to compare with.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::register::{self, Entry, MAX_RECORD_SIZE, Reader, Store};
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
    let measure = |reader: &mut Reader, entry: &Entry| {
        reader.read(entry, MAX_RECORD_SIZE).map_or(0, |(file, _)| measure(&file))
    };
    entries.par_iter().map_init(|| store.reader(), measure).sum()
}
