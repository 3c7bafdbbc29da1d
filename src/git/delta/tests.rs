//! Changes of folders, compared with what git itself says about the same history.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use git2::ObjectType;

use super::*;
use crate::git::testing::{DANA, History};

/// A change as `path old-mode old-blob new-mode new-blob`.
type Line = (Vec<u8>, String, String, String, String);

fn text(change: &FileChange) -> String {
    let side = |side: Option<Side>| side.map_or("-".to_owned(), |side| format!("{:?}", side.mode));
    let path = String::from_utf8_lossy(&change.path);
    format!("{path} {} {}", side(change.old), side(change.new))
}

fn texts(touches: &[Touch]) -> Vec<Vec<String>> {
    touches.iter().map(|touch| touch.changes.iter().map(text).collect()).collect()
}

#[test]
fn each_commit_that_touches_the_folder_comes_oldest_first_with_its_changes() {
    let history = History::new();
    let first = history.commit(&[], &[("r/a", "1"), ("r/s/b", "1"), ("x", "1")]);
    let idle = history.commit(&[first], &[("r/a", "1"), ("r/s/b", "1"), ("x", "2")]);
    let moved = history.commit(&[idle], &[("r/a", "1"), ("r/t/b", "1"), ("x", "2")]);
    let gone = history.commit(&[moved], &[("x", "2")]);
    let repo = history.repo();
    let touches = repo.changes_on(&repo.chain(gone).unwrap(), "r").unwrap();
    let commits: Vec<_> = touches.iter().map(|touch| (touch.commit, touch.parent)).collect();
    assert_eq!(commits, [(first, None), (moved, Some(idle)), (gone, Some(moved))]);
    assert_eq!(
        texts(&touches),
        [
            vec!["r/a - File", "r/s/b - File"],
            vec!["r/s/b File -", "r/t/b - File"],
            vec!["r/a File -", "r/t/b File -"],
        ]
    );
    let change = &touches[1].changes;
    assert_eq!(change[0].old, change[1].new);
    assert_eq!(repo.changes_on(&repo.chain(gone).unwrap(), "nowhere/at all").unwrap(), []);
}

#[test]
fn two_commits_are_compared_wherever_they_stand() {
    let history = History::new();
    let first = history.commit(&[], &[("r/a", "1"), ("x", "1")]);
    let left = history.commit(&[first], &[("r/a", "2"), ("x", "1")]);
    let right = history.commit(&[first], &[("r/b", "1"), ("x", "2")]);
    let repo = history.repo();
    let between = |old, new| -> Vec<String> {
        repo.changes_between(old, new, "r").unwrap().iter().map(text).collect()
    };
    assert_eq!(between(left, right), ["r/a File -", "r/b - File"]);
    assert_eq!(between(right, left), ["r/a - File", "r/b File -"]);
    assert_eq!(between(left, first), ["r/a File File"]);
    assert_eq!(between(left, left), [""; 0]);
}

#[test]
fn the_oldest_commit_of_a_shallow_clone_does_not_add_every_file() {
    let history = History::new();
    let first = history.commit(&[], &[("r/a", "1")]);
    let second = history.commit(&[first], &[("r/a", "1"), ("r/b", "1")]);
    let third = history.commit(&[second], &[("r/a", "2"), ("r/b", "1")]);
    history.forget(first);
    let repo = history.repo();
    let touches = repo.changes_on(&repo.chain(third).unwrap(), "r").unwrap();
    assert_eq!(texts(&touches), [["r/a File File"]]);
}

#[test]
fn a_folder_that_becomes_a_link_is_seen() {
    let history = History::new();
    let first = history.commit(&[], &[("r/a", "1")]);
    let tree = history.tree(&[("r", "elsewhere", 0o120_000)]);
    let link = history.commit_tree(DANA, DANA, "", &[first], tree);
    let repo = history.repo();
    let touches = repo.changes_on(&repo.chain(link).unwrap(), "r").unwrap();
    assert_eq!(texts(&touches)[1], ["r - Symlink", "r/a File -"]);
}

#[test]
fn a_missing_tree_is_an_error_that_names_it() {
    let history = History::new();
    let first = history.commit(&[], &[("r/a", "1")]);
    let second = history.commit(&[first], &[("r/a", "2")]);
    let folder = history.repo().entry_at(second, "r").unwrap().expect("a folder").id;
    history.forget(folder);
    let repo = history.repo();
    let error = repo.changes_on(&repo.chain(second).unwrap(), "r").unwrap_err();
    assert!(matches!(error, Error::Missing { id, .. } if id == folder), "{error}");
}

/// A tree of entries in the given order, whatever git thinks of it.
fn raw_tree(history: &History, entries: &[(&str, &str, ObjectId)]) -> ObjectId {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend(format!("{mode} {name}\0").bytes());
        bytes.extend(id.0.as_bytes());
    }
    history.object(ObjectType::Tree, &bytes)
}

#[test]
fn trees_that_share_their_parts_endlessly_are_refused() {
    let history = History::new();
    let blob = history.object(ObjectType::Blob, b"x");
    let names: Vec<String> = (10..60).map(|n| format!("n{n}")).collect();
    let mut tree = raw_tree(&history, &[("100644", "a", blob)]);
    for _ in 0..6 {
        let entries: Vec<_> = names.iter().map(|name| ("40000", name.as_str(), tree)).collect();
        tree = raw_tree(&history, &entries);
    }
    let repo = history.repo();
    let error = Folder { max_entries: 1_000, ..Folder::new(&repo, "") }.between(None, Some(tree));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("too many files change below"), "{error}");

    let mut tree = raw_tree(&history, &[("100644", "a", blob)]);
    for _ in 0..=MAX_DEPTH {
        tree = raw_tree(&history, &[("40000", "n", tree)]);
    }
    let error = Folder::new(&repo, "").between(None, Some(tree)).unwrap_err().to_string();
    assert!(error.contains("nested more than 256 deep"), "{error}");
}

#[test]
fn a_tree_out_of_order_hides_no_change() {
    let history = History::new();
    let (one, two) =
        (history.object(ObjectType::Blob, b"1"), history.object(ObjectType::Blob, b"2"));
    let old = raw_tree(&history, &[("100644", "a", one), ("100644", "b", one)]);
    let repo = history.repo();
    for entries in [
        [("100644", "b", one), ("100644", "a", two), ("100644", "c", one)],
        [("100644", "a", one), ("100644", "a", two), ("100644", "b", one)],
        [("100644", "b", one), ("100644", "a", one), ("100644", "a", two)],
    ] {
        let new = raw_tree(&history, &entries);
        let changes = Folder::new(&repo, "").between(Some(old), Some(new)).unwrap();
        let is_seen = |change: &FileChange| {
            change.path == b"a" && change.new.is_some_and(|side| side.blob == two)
        };
        assert!(changes.iter().any(is_seen), "{changes:?}");
    }
}

#[test]
fn a_text_stands_where_one_entry_alone_says_so() {
    let history = History::new();
    let blobs = [b"1", b"2"].map(|text| history.object(ObjectType::Blob, text));
    let folder = raw_tree(&history, &[("100644", "b", blobs[0])]);
    let inner = [("100644", "a", blobs[0]), ("40000", "f", folder), ("100644", "t", blobs[0])];
    let root = |inner: &[_]| raw_tree(&history, &[("40000", "r", raw_tree(&history, inner))]);
    let (repo, one) = (history.repo(), root(&inner));
    let mut walk = Folder::new(&repo, "r");
    let mut has = |root, path: &str, text| walk.has(root, path.as_bytes(), text).unwrap();
    for (path, text) in [("r/a", blobs[0]), ("r/f/b", blobs[0])] {
        assert!(has(one, path, Some(text)), "{path}");
        assert!(!has(one, path, Some(blobs[1])) && !has(one, path, None), "{path}");
    }
    for path in ["r/x", "r/f", "r/x/a", "r/a/b"] {
        assert!(has(one, path, None) && !has(one, path, Some(blobs[0])), "{path}");
    }
    let twice = root(&[inner[0], ("100644", "a", blobs[1])]);
    assert!(!has(twice, "r/a", Some(blobs[0])) && !has(twice, "r/a", Some(blobs[1])));
}

#[test]
fn one_entry_among_very_many_is_found_wherever_it_stands() {
    let history = History::new();
    let blobs = [b"1", b"2"].map(|text| history.object(ObjectType::Blob, text));
    let names: Vec<String> = (1_000..1_400).map(|n| format!("n{n}")).collect();
    let all: Vec<_> = names.iter().map(|name| ("100644", name.as_str(), blobs[0])).collect();
    let old = raw_tree(&history, &all);
    let repo = history.repo();
    for index in [0, 1, 31, 32, 33, 199, 398, 399] {
        let mut other = all.clone();
        other[index].2 = blobs[1];
        let changed = raw_tree(&history, &other);
        other.remove(index);
        let gone = raw_tree(&history, &other);
        for (new, is_there) in [(changed, true), (gone, false)] {
            let changes = Folder::new(&repo, "").between(Some(old), Some(new)).unwrap();
            assert_eq!(changes.len(), 1, "{index}");
            assert_eq!(changes[0].path, names[index].as_bytes());
            assert_eq!(changes[0].new.is_some(), is_there);
        }
    }
}

#[test]
fn a_damaged_tree_is_refused_and_named() {
    let history = History::new();
    let blob = history.object(ObjectType::Blob, b"1");
    let good = raw_tree(&history, &[("100644", "a", blob)]);
    let bad = history.object(ObjectType::Tree, b"100644 a");
    let repo = history.repo();
    for (old, new) in [(good, bad), (bad, good)] {
        let error = Folder::new(&repo, "").between(Some(old), Some(new)).unwrap_err();
        assert!(error.to_string().contains(&bad.to_string()), "{error}");
    }
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

type Files = BTreeMap<String, (String, i32)>;

/// A path that is no folder of another and has none among the others above it.
fn fits(files: &Files, path: &str) -> bool {
    let clashes = |other: &String| {
        other.starts_with(&format!("{path}/")) || path.starts_with(&format!("{other}/"))
    };
    !files.keys().any(clashes)
}

fn edit(files: &mut Files, drawn: &mut Drawn) {
    const FOLDERS: [&str; 7] =
        ["", "reg/", "reg/2026/", "reg/2026/x/", "reg.d/", "a/reg/", "reg/b.c/"];
    const NAMES: [&str; 8] = ["a", "b", "b.c", "b-c", "2026", "x", "reg", "z\u{fc}"];
    let folder = FOLDERS[drawn.below(7) as usize];
    let path = format!("{folder}{}", NAMES[drawn.below(8) as usize]);
    let known: Vec<String> = files.keys().cloned().collect();
    let chosen = known.get(drawn.below(known.len() as u64 + 1) as usize).cloned();
    match (drawn.below(10), chosen) {
        (0, Some(old)) => drop(files.remove(&old)),
        (1, Some(old)) => {
            let file = files.remove(&old).unwrap();
            let new = if fits(files, &path) { path } else { old };
            files.insert(new, file);
        }
        (2, Some(old)) => {
            let modes = [0o100_644, 0o100_755, 0o120_000];
            files.get_mut(&old).unwrap().1 = modes[drawn.below(3) as usize];
        }
        (3, _) if drawn.below(3) == 0 => files.retain(|path, _| !path.starts_with(folder)),
        _ if fits(files, &path) => {
            files.insert(path, (drawn.below(4).to_string(), 0o100_644));
        }
        _ => {}
    }
}

/// A history with merges, some of which take neither side as it is.
fn drawn_history(seed: u64) -> (History, ObjectId) {
    let (history, mut drawn) = (History::new(), Drawn(seed));
    let mut commits: Vec<(ObjectId, Files)> = Vec::new();
    for _ in 0..60 {
        let first = commits.last().cloned();
        let mut parents: Vec<ObjectId> = first.iter().map(|(id, _)| *id).collect();
        let mut files = first.map(|(_, files)| files).unwrap_or_default();
        if !commits.is_empty() && drawn.below(4) == 0 {
            let (side, others) = commits[drawn.below(commits.len() as u64) as usize].clone();
            parents.push(side);
            for (path, file) in others {
                if drawn.below(2) == 0 && fits(&files, &path) {
                    files.insert(path, file);
                }
            }
        }
        for _ in 0..drawn.below(4) {
            edit(&mut files, &mut drawn);
        }
        let listed: Vec<(&str, &str, i32)> = files
            .iter()
            .map(|(path, (text, mode))| (path.as_str(), text.as_str(), *mode))
            .collect();
        let tree = history.tree(&listed);
        let id = history.commit_tree(DANA, DANA, "change\n", &parents, tree);
        // Some commits stay on the side.
        let position = commits.len().saturating_sub(drawn.below(3) as usize);
        commits.insert(position, (id, files));
    }
    let tip = commits.last().expect("a commit").0;
    (history, tip)
}

/// What git says; none where there is no git, which is allowed outside of CI only.
fn git_says(
    history: &History,
    tip: ObjectId,
    folder: &str,
) -> Option<BTreeMap<String, BTreeSet<Line>>> {
    let mut git = Command::new("git");
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_"))
    {
        git.env_remove(name);
    }
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "").current_dir(history.path());
    git.args(["log", "--first-parent", "--raw", "-z", "--no-renames", "--no-abbrev", "--root"]);
    git.args(["--format=commit %H", &tip.to_string(), "--", folder]);
    let output = match git.output() {
        Ok(output) => output,
        Err(error) => {
            #[expect(clippy::disallowed_methods, reason = "a test may ask where it runs")]
            let is_ci = std::env::var_os("CI").is_some();
            assert!(!is_ci, "git is needed to compare with: {error}");
            #[expect(clippy::print_stderr, reason = "a comparison that is left out says so")]
            {
                eprintln!("not compared with git: {error}");
            }
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut said: BTreeMap<String, BTreeSet<Line>> = BTreeMap::new();
    let mut commit = String::new();
    let mut fields = output.stdout.split(|&byte| byte == 0).filter(|field| !field.is_empty());
    while let Some(field) = fields.next() {
        let field = String::from_utf8(field.to_vec()).unwrap();
        let field = field.trim_start_matches('\n');
        if let Some(id) = field.strip_prefix("commit ") {
            commit = id.to_owned();
            said.insert(commit.clone(), BTreeSet::new());
            continue;
        }
        let words: Vec<&str> = field.trim_start_matches(':').split(' ').collect();
        let path = fields.next().expect("a path follows").to_vec();
        let [old_mode, new_mode, old, new, _] = words[..] else { panic!("{field}") };
        let line = (path, old_mode.into(), old.into(), new_mode.into(), new.into());
        said.get_mut(&commit).expect("a commit came first").insert(line);
    }
    Some(said)
}

fn we_say(touches: &[Touch]) -> BTreeMap<String, BTreeSet<Line>> {
    let side = |side: Option<Side>| match side {
        None => ("000000".to_owned(), "0".repeat(40)),
        Some(Side { mode, blob }) => {
            let mode = match mode {
                Mode::File => "100644",
                Mode::Executable => "100755",
                Mode::Symlink => "120000",
                other => panic!("{other:?}"),
            };
            (mode.to_owned(), blob.to_string())
        }
    };
    let line = |change: &FileChange| {
        let ((old_mode, old), (new_mode, new)) = (side(change.old), side(change.new));
        (change.path.clone(), old_mode, old, new_mode, new)
    };
    let said = touches.iter().map(|touch| {
        let lines: BTreeSet<Line> = touch.changes.iter().map(line).collect();
        assert_eq!(lines.len(), touch.changes.len(), "a change is said twice");
        (touch.commit.to_string(), lines)
    });
    said.collect()
}

#[test]
fn git_says_the_same_about_drawn_histories() {
    let mut n_changes = 0;
    for seed in 0..6 {
        let (history, tip) = drawn_history(seed);
        let repo = history.repo();
        let chain = repo.chain(tip).unwrap();
        for folder in ["reg", "reg/2026", "reg/2026/x", "a/reg", "reg.d"] {
            let Some(said) = git_says(&history, tip, folder) else { return };
            let touches = repo.changes_on(&chain, folder).unwrap();
            n_changes += said.values().map(BTreeSet::len).sum::<usize>();
            assert_eq!(we_say(&touches), said, "seed {seed}, folder {folder}");
        }
    }
    assert!(n_changes > 200, "{n_changes}");
}
