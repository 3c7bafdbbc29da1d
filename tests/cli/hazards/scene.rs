//! Where a command runs again and again: what stood there before, and what stands there after it has
//! run undisturbed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Writer;
use crate::support::process::{program, shown};
use crate::support::signing::World;
use crate::support::{self, RECORD_PATH, Said, Workspace, good_record};

/// Files by path, without what differs from run to run.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

pub(super) struct Scene {
    pub(super) words: &'static [&'static str],
    pub(super) w: Workspace,
    /// What stands there before the command runs, byte by byte.
    found: BTreeMap<String, Vec<u8>>,
    pub(super) before: Files,
    pub(super) after: Files,
    /// How the command ends where nothing happens to it.
    pub(super) code: Option<i32>,
    /// How long it takes.
    pub(super) duration: Duration,
}

impl Scene {
    /// A scene in which the command has run once; none where a program is missing.
    pub(super) fn new(writer: &Writer) -> Option<Self> {
        let w = (writer.world)()?;
        let (found, before) = (raw(&w), files(&w));
        let (after, code, duration) = (Files::new(), None, Duration::ZERO);
        let mut scene = Self { words: writer.words, w, found, before, after, code, duration };
        let start = Instant::now();
        let output = scene.start(0).wait_with_output().expect("it ends");
        scene.duration = start.elapsed();
        let (code, out, err) = shown(&output);
        scene.code = code;
        scene.after = files(&scene.w);
        let words = scene.words;
        assert!(matches!(code, Some(0 | 1)), "{words:?}: {code:?} {out}{err}");
        assert_ne!(scene.after, scene.before, "{words:?} writes: {out}{err}");
        assert_eq!(leftovers(&scene.w), [""; 0], "{words:?}");
        scene.reset();
        Some(scene)
    }

    /// The words of the nth who runs the command.
    pub(super) fn words(&self, nth: usize) -> Vec<String> {
        self.words.iter().map(|word| word.replace("{n}", &(nth + 1).to_string())).collect()
    }

    /// Whether it matters who runs the command, and so, how often.
    pub(super) fn is_one_for_each(&self) -> bool {
        self.words.iter().any(|word| word.contains("{n}"))
    }

    /// The command as a process.
    pub(super) fn start(&self, nth: usize) -> Child {
        let mut command = program(&self.w);
        command.args(self.words(nth));
        self.spawn(command)
    }

    /// Starts a process in the environment of the scene, on its day.
    pub(super) fn spawn(&self, mut command: Command) -> Child {
        command.args(["--today", "2026-11-20"]).envs(self.w.vars()).env("TMPDIR", self.w.root());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program runs")
    }

    /// Runs the command to its end, undisturbed.
    pub(super) fn run(&self, nth: usize) -> Said {
        let words = self.words(nth);
        self.w.run(&words.iter().map(String::as_str).collect::<Vec<&str>>())
    }

    /// Puts everything back as it was.
    pub(super) fn reset(&self) {
        let _ = fs::remove_dir_all(self.w.path(".git/exc"));
        for name in leftovers(&self.w) {
            let path = self.w.path(name);
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
        for path in raw(&self.w).keys().filter(|path| !self.found.contains_key(*path)) {
            fs::remove_file(self.w.path(path)).expect("it is removed");
        }
        // A folder that is not empty stays.
        let folders = folders(self.w.root());
        let below = folders.iter().filter(|folder| *folder != self.w.root());
        below.for_each(|folder| drop(fs::remove_dir(folder)));
        for (path, bytes) in &self.found {
            if fs::read(self.w.path(path)).ok().as_ref() != Some(bytes) {
                self.w.write(path, bytes);
            }
        }
    }

    /// Whether each file is whole, as it was or as it becomes; what stands there is given.
    #[track_caller]
    pub(super) fn whole(&self, what: &str) -> Files {
        let now = files(&self.w);
        for (path, bytes) in &now {
            let is_whole = [&self.before, &self.after].iter().any(|it| it.get(path) == Some(bytes));
            let text = String::from_utf8_lossy(bytes);
            assert!(is_whole, "{:?}, {what}: {path} is neither old nor new:\n{text}", self.words);
        }
        let mut kept = self.before.keys().filter(|path| self.after.contains_key(*path));
        assert!(
            kept.all(|path| now.contains_key(path)),
            "{:?}, {what}: a file is gone",
            self.words
        );
        now
    }
}

/// What stands in a workspace outside of git's directory, and is complete.
pub(super) fn files(w: &Workspace) -> Files {
    raw(w).into_iter().map(|(path, bytes)| (path.clone(), steady(&path, &bytes))).collect()
}

/// A file without what differs from run to run.
pub(super) fn steady(path: &str, bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_owned() };
    if path.ends_with(".approval") {
        let is_whole = text.starts_with("exc-approval/v1\n")
            && text.ends_with("\n-----END SSH SIGNATURE-----\n");
        return if is_whole { b"a whole approval".to_vec() } else { bytes.to_owned() };
    }
    let register = regex::Regex::new("register: [0-9a-f]{8}-[0-9a-f-]{27}").expect("a pattern");
    register.replace_all(text, "register: [NAME]").into_owned().into_bytes()
}

fn raw(w: &Workspace) -> BTreeMap<String, Vec<u8>> {
    let (root, mut files) = (w.root(), BTreeMap::new());
    for folder in folders(root) {
        for entry in fs::read_dir(&folder).expect("a folder is read") {
            let entry = entry.expect("an entry");
            let path = entry.path();
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            if entry.file_type().is_ok_and(|it| it.is_file()) && !is_leftover(&name) {
                files.insert(name, fs::read(path).expect("a file is read"));
            }
        }
    }
    files
}

/// The folders of a workspace but git's, those below others first.
fn folders(root: &Path) -> Vec<std::path::PathBuf> {
    let mut folders = vec![root.to_owned()];
    let mut nth = 0;
    while let Some(folder) = folders.get(nth).cloned() {
        nth += 1;
        // One that is temporary may be gone by now.
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let below = entries.filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()));
        folders.extend(below.map(|it| it.path()).filter(|path| !path.ends_with(".git")));
    }
    folders.reverse();
    folders
}

/// The temporary files and folders, also those below git's directory.
pub(super) fn leftovers(w: &Workspace) -> Vec<String> {
    let (root, mut found) = (w.root(), Vec::new());
    let kept = [w.path(".git/exc"), w.path(".git/exc/drafts")];
    for folder in folders(root).iter().chain(&kept) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            if is_leftover(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// Whether a path is one of a file that is not complete, or of a folder for another program.
fn is_leftover(path: &str) -> bool {
    path.starts_with("exc-") || path.split('/').any(|name| name.starts_with(".exc-"))
}

pub(super) fn nothing() -> Option<Workspace> {
    Some(Workspace::empty())
}

pub(super) fn no_record() -> Option<Workspace> {
    Some(Workspace::new())
}

/// A register with a record, beside which a result stands that is older.
pub(super) fn record() -> Option<Workspace> {
    let w = Workspace::with_record();
    ["exc.1", "schema.json", "exc.bash", "page.txt", "found.txt", "found.sarif"]
        .iter()
        .for_each(|name| w.write(format!("kept/{name}"), "older\n"));
    Some(w)
}

/// Three records that somebody has changed.
fn three(change: impl Fn(&str) -> String) -> Workspace {
    let w = Workspace::new();
    for nth in 0..3 {
        let id = format!("EXC-2026-AAA{nth}");
        let text = support::record(&id, "high", "2027-01-31");
        let text = text.replace("model-proxy/api", &format!("service-{nth}"));
        w.write(format!("exceptions/{id}.yaml"), change(&text));
    }
    w
}

pub(super) fn hurried() -> Option<Workspace> {
    Some(three(|text| text.replace("title:", "title:   ")))
}

pub(super) fn faulty() -> Option<Workspace> {
    Some(three(|text| text.replace("opened: 2026-11-05", "opened: 2026/11/05")))
}

/// An editor that writes a record without a fault.
pub(super) fn editor() -> Option<Workspace> {
    let w = Workspace::new();
    w.git();
    w.write("filled.yaml", good_record());
    let editor = format!("/bin/cp '{}'", w.path("filled.yaml").display());
    Some(w.var("EDITOR", editor))
}

/// A record on the mainline.
pub(super) fn landed() -> Option<Workspace> {
    let w = Workspace::with_record();
    let repo = w.git();
    w.commit(&repo, "main");
    w.write(RECORD_PATH, good_record());
    Some(w)
}

/// What a scanner ignores, and nobody has filed.
pub(super) fn ignored() -> Option<Workspace> {
    let w = Workspace::new();
    w.write(".trivyignore", "CVE-2026-1\nCVE-2026-2 exp:2027-02-01\nCVE-2026-3\n");
    Some(w)
}

/// A record that is to be approved, and somebody with a key.
pub(super) fn keys() -> Option<Workspace> {
    World::new().map(|world| world.w)
}

/// The same with an approval that was printed.
pub(super) fn printed() -> Option<Workspace> {
    let world = World::new()?;
    let said = world.approve("alice", &["--print"]);
    assert_eq!(said.code(), 0, "{said:?}");
    world.w.write("pasted.txt", said.out);
    Some(world.w)
}
