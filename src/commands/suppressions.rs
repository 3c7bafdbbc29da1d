//! Files of enforcement tools that a command line names, and what they hold.

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;

use super::{Failure, Globals};
use crate::bridge::formats::FORMATS;
use crate::bridge::input::{Fault, Input};
use crate::bridge::{Format, Located, Suppression, Unread, hierarchy};
use crate::env::Env;
use crate::model::reach::Hierarchy;
use crate::text::Position;

/// Some files of a tool.
#[derive(Default)]
pub(super) struct Files {
    /// What each holds, without what an earlier one holds, too.
    pub(super) read: Vec<(Input, Vec<Suppression>)>,
    pub(super) unread: Vec<Unread>,
}

/// The formats as the help lists them.
pub(super) fn named() -> impl Iterator<Item = PossibleValue> {
    FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about))
}

impl Files {
    pub(super) fn read(
        format: &Format,
        paths: &[PathBuf],
        globals: &Globals,
        env: &Env<'_>,
    ) -> Self {
        let mut files = Self::default();
        // What is listed twice, by several listings of what is inherited, is one; where the two say
        // something else, both are judged.
        let mut known: HashSet<(String, String)> = HashSet::new();
        for path in paths {
            let read = match read(path, globals, env) {
                Ok(read) => read,
                Err(failure) => {
                    let position = Position { line: 1, column: 1 };
                    let place = Located { path: path.display().to_string(), position };
                    let (message, is_of_another_shape) = (failure.to_string(), false);
                    files.unread.push(Unread { place, message, is_of_another_shape });
                    continue;
                }
            };
            let read = read.and_then(|input| match (format.read)(&input) {
                Ok(suppressions) => Ok((input, suppressions)),
                Err(fault) => Err((input, fault)),
            });
            match read {
                Ok((input, mut suppressions)) => {
                    let key = |it: &Suppression| Some((it.known.id.clone()?, it.key()));
                    suppressions.retain(|it| key(it).is_none_or(|key| !known.contains(&key)));
                    known.extend(suppressions.iter().filter_map(key));
                    files.read.push((input, suppressions));
                }
                Err((input, fault)) => {
                    let place = Located::of(&input, fault.span);
                    let (message, is_of_another_shape) = (fault.message, true);
                    files.unread.push(Unread { place, message, is_of_another_shape });
                }
            }
        }
        files
    }
}

/// Says which files could not be read, and what the format takes where one is something else.
pub(super) fn tell_unread(
    format: &Format,
    unread: &[Unread],
    globals: &Globals,
    env: &mut Env<'_>,
) {
    for Unread { place: Located { path, position }, message, .. } in unread {
        let text = format!("{path}:{}:{}: {message}", position.line, position.column);
        super::tell(env, &format!("error: {text}"));
    }
    if unread.iter().any(|it| it.is_of_another_shape) {
        globals.note(env, &format!("hint: `{}` reads {}", format.name, format.about));
    }
}

/// Says which names of an option no suppression has, and whether there are any.
pub(super) fn tell_strangers<'s>(
    option: &str,
    names: &[String],
    known: impl Iterator<Item = &'s Suppression> + Clone,
    globals: &Globals,
    env: &mut Env<'_>,
) -> bool {
    let is_strange = |name: &&String| {
        let name = std::slice::from_ref(*name);
        !known.clone().any(|suppression| suppression.is_called(name))
    };
    let strangers: Vec<&String> = names.iter().filter(is_strange).collect();
    for name in &strangers {
        globals.note(env, &format!("hint: `{option} {name}` meets no suppression of this name"));
    }
    !strangers.is_empty()
}

/// The hierarchy of management groups in a file; an empty one where none is named.
pub(super) fn read_hierarchy(
    path: Option<&Path>,
    globals: &Globals,
    env: &Env<'_>,
) -> Result<Hierarchy, Failure> {
    let Some(path) = path else { return Ok(Hierarchy::default()) };
    let read = read(path, globals, env)?.and_then(|input| match hierarchy::read(&input) {
        Ok(hierarchy) => Ok(hierarchy),
        Err(fault) => Err((input, fault)),
    });
    read.map_err(|(input, fault)| {
        let Located { path, position } = Located::of(&input, fault.span);
        let place = format!("{path}:{}:{}", position.line, position.column);
        Failure::new(format!("{place}: {}", fault.message)).hint(
            "write it with `az account management-group show --name ROOT --expand --recurse -o json`",
        )
    })
}

/// Bytes that a file of a tool may have.
const MAX_SIZE: u64 = 256 << 20;

/// The text of a file that a person named.
fn read(
    path: &Path,
    globals: &Globals,
    env: &Env<'_>,
) -> Result<Result<Input, (Input, Fault)>, Failure> {
    let shown = path.display().to_string();
    let path = globals.cwd(env).join(path);
    let failed = |error: io::Error| Failure::new(format!("cannot read `{shown}`: {error}"));
    let metadata = std::fs::metadata(&path).map_err(failed)?;
    // What a shell hands over, as `<(az …)` and `/dev/stdin`, is a pipe; one in a repository waits for
    // somebody who never writes.
    let is_handed_over = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    if metadata.is_dir() || !(metadata.is_file() || is_handed_over) {
        return Err(Failure::new(format!("cannot read `{shown}`: it is no regular file")));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&path).map_err(failed)?;
    file.take(MAX_SIZE + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > MAX_SIZE {
        true => Err(Failure::new(format!("`{shown}` has more than {} MiB", MAX_SIZE >> 20))),
        false => Ok(Input::new(&shown, &bytes)),
    }
}
