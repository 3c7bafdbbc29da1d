//! The shape of the code: layers, names and documentation.

use std::fs;
use std::path::{Path, PathBuf};

/// A module may use what stands before it, and itself.
const LAYERS: [&str; 19] = [
    "text", "model", "git", "finding", "source", "register", "policy", "changes", "history",
    "rules", "report", "bridge", "render", "env", "commands", "cli", "floor", "lib", "main",
];
/// Words that say nothing in the name of a file.
const EMPTY_WORDS: [&str; 9] =
    ["util", "utils", "helper", "helpers", "common", "manager", "handler", "info", "data"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below some folders, relative to the package.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut pending: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = pending.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("the folder is read").path();
            match path.is_dir() {
                true => pending.push(path),
                false if path.extension().is_some_and(|extension| extension == "rs") => {
                    found.push(path.strip_prefix(root()).expect("below the root").to_owned());
                }
                false => {}
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).expect("a source is text")
}

/// The module at the top of the crate that a file belongs to.
fn layer(path: &Path) -> String {
    let inside = path.strip_prefix("src").expect("a source of the library");
    let first = inside.components().next().expect("a file has a name");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The modules at the top of the crate that a line of code names.
fn used(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or_default();
    let mut used = Vec::new();
    for (_, after) in code.match_indices("crate::").map(|(at, it)| (at, &code[at + it.len()..])) {
        let names = match after.strip_prefix('{') {
            Some(list) => list.split(',').collect(),
            None => vec![after],
        };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let words = names.into_iter().map(|name| name.trim());
        used.extend(words.map(|name| name.split(|c: char| !is_word(c)).next().unwrap_or_default()));
    }
    used.retain(|name| !name.is_empty());
    used
}

fn depth(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
}

#[test]
fn a_module_uses_only_what_stands_before_it() {
    let mut faults = Vec::new();
    for path in sources(&["src"]) {
        let layer = layer(&path);
        let Some(own) = depth(&layer) else {
            faults.push(format!("{}: `{layer}` is no layer", path.display()));
            continue;
        };
        for (index, line) in read(&path).lines().enumerate() {
            // The fixtures of rules are for the tests of every layer.
            if line.contains("crate::rules::testing") {
                continue;
            }
            for module in used(line) {
                let is_below = depth(module).is_some_and(|other| other <= own);
                // The root of the crate re-exports nothing but what `main` needs.
                if !is_below && layer != "lib" && layer != "main" {
                    let line = index + 1;
                    faults.push(format!("{}:{line}: {layer} uses {module}", path.display()));
                }
            }
        }
    }
    assert_eq!(faults, [""; 0]);
}

#[test]
fn an_edge_to_a_later_module_is_seen() {
    assert_eq!(used("use crate::finding::{Code, Finding};"), ["finding"]);
    assert_eq!(used("use crate::{finding, render::Safe};"), ["finding", "render"]);
    assert_eq!(
        used("    let x = crate::rules::check(crate::text::y); // crate::cli"),
        ["rules", "text"]
    );
    assert_eq!(used("//! [`crate::cli`]"), [""; 0]);
    assert!(depth("text") < depth("rules") && depth("rules") < depth("render"));
}

/// What a run writes is written whole or not at all, which one module sees to.
#[test]
fn files_are_written_in_one_place() {
    let ways =
        ["fs::write(", "fs::copy(", "fs::rename(", "File::create", ".write(true)", ".append(true)"];
    // The summary of a step belongs to the runner, and is added to.
    let other = [(Path::new("src/commands/check/mod.rs"), ".append(true)")];
    let for_tests = ["testing", "tests", "scenarios", "agreement", "check_attr"];
    let mut faults = Vec::new();
    for path in sources(&["src"]) {
        let name = path.to_string_lossy().into_owned();
        let is_for_tests = name.split(['/', '.']).any(|word| for_tests.contains(&word));
        if is_for_tests || path.starts_with("src/commands/writing") {
            continue;
        }
        let text = read(&path);
        let code = text.split("\n#[cfg(test").next().unwrap_or_default();
        let code = code.split("\n#[cfg(all(test").next().unwrap_or_default();
        let found = ways
            .iter()
            .filter(|way| code.contains(**way) && !other.contains(&(path.as_path(), **way)));
        faults.extend(found.map(|way| format!("{name}: {way}")));
    }
    assert_eq!(faults, [""; 0], "write with `commands::writing`");
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let silent: Vec<PathBuf> = sources(&["src", "tests", "benches"])
        .into_iter()
        .filter(|path| !read(path).starts_with("//! "))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn no_name_of_a_file_is_an_empty_word() {
    let mut faults = sources(&["src", "tests", "benches"]);
    faults.retain(|path| {
        let name = path.to_string_lossy().into_owned();
        name.split(['/', '_', '-', '.']).any(|word| EMPTY_WORDS.contains(&word))
    });
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn every_file_of_these_tests_is_run() {
    let main = read(Path::new("tests/cli/main.rs"));
    let mut forgotten = sources(&["tests/cli"]);
    forgotten.retain(|path| {
        let inside = path.strip_prefix("tests/cli").expect("below tests/cli");
        let first = inside.components().next().expect("a file has a name").as_os_str();
        let name = first.to_string_lossy().trim_end_matches(".rs").to_owned();
        name != "main" && !main.lines().any(|line| line == format!("mod {name};"))
    });
    assert!(forgotten.is_empty(), "{forgotten:?}");
}
