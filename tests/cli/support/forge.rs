//! A repository with the CI jobs of a forge, whose scripts run as a runner runs them, and that forge,
//! which keeps issues and comments in files.
//!
//! Where a program is missing a test says so and passes, except where `CI` is set.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_yaml::Value;

use super::Workspace;

/// Text that does something wherever it is taken for more than text.
pub(crate) const HOSTILE: &str =
    "$(touch pwned) `touch pwned` \"; touch pwned; ' --> @everyone ${{ secrets.X }}";
const PROGRAMS: [&str; 2] = ["bash", "jq"];
/// What a script finds of the programs that speak to a forge.
const STUBS: [(&str, &str); 3] = [
    ("gh", include_str!("../forges/gh")),
    ("curl", include_str!("../forges/curl")),
    ("apk", include_str!("../forges/apk")),
];

/// A repository with a register and the jobs of a forge, and that forge.
pub(crate) struct Forge {
    pub(crate) w: Workspace,
    pub(crate) repo: git2::Repository,
}

impl Forge {
    /// None where a program is missing.
    #[expect(clippy::disallowed_methods, reason = "whether this is CI is asked of the process")]
    #[expect(clippy::print_stderr, reason = "what did not run is said")]
    pub(crate) fn new(ci: &str) -> Option<Self> {
        let has = |program: &&str| Command::new(program).arg("--version").output().is_ok();
        if let Some(missing) = PROGRAMS.iter().find(|program| !has(program)) {
            assert!(std::env::var_os("CI").is_none(), "{missing} is missing, and CI is set");
            eprintln!("not run: {missing} is not installed");
            return None;
        }
        let w = Workspace::empty();
        let repo = w.git();
        w.exc(&["init", "--ci", ci]);
        let exc = std::fs::canonicalize(env!("CARGO_BIN_EXE_exc")).expect("the program is there");
        w.write("temp/forge/comments.json", "[]");
        w.write("temp/bin/.keep", "");
        std::os::unix::fs::symlink(exc, w.path("temp/bin/exc")).expect("a link");
        for (name, text) in STUBS {
            let path = format!("temp/bin/{name}");
            w.write(&path, text);
            let executable = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(w.path(&path), executable).expect("an executable");
        }
        w.commit(&repo, "main");
        Some(Self { w, repo })
    }

    pub(crate) fn yaml(&self, file: &str) -> Value {
        serde_yaml::from_str(&self.w.read(file)).expect("YAML")
    }

    /// Runs a script as a runner does; it must succeed, and nothing of a record may be a command.
    #[track_caller]
    pub(crate) fn run(&self, script: &str, folder: &str, vars: &[(&str, &str)]) {
        self.run_in(&["bash", "-e", "-o", "pipefail", "-c"], script, folder, vars);
    }

    /// Runs a job of GitLab in the shell that its image has.
    #[track_caller]
    pub(crate) fn run_job(&self, jobs: &Value, name: &str, vars: &[(&str, &str)]) {
        let shell: &[&str] = match jobs[name]["image"].as_str().expect("an image") {
            image if image.starts_with("alpine:") => &["sh", "-e", "-c"],
            _ => &["bash", "-e", "-o", "pipefail", "-c"],
        };
        self.run_in(shell, &job(jobs, name), "", vars);
    }

    #[track_caller]
    fn run_in(&self, shell: &[&str], script: &str, folder: &str, vars: &[(&str, &str)]) {
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.w.path("temp/bin").display());
        let temp = self.w.path("temp");
        for file in ["temp/output", "temp/summary"] {
            self.w.write(file, "");
        }
        let output = Command::new(shell[0])
            .args(&shell[1..])
            .arg(script)
            .current_dir(self.w.path(folder))
            .env_clear()
            .env("PATH", path)
            .env("HOME", &temp)
            .env("RUNNER_TEMP", &temp)
            .env("FORGE", self.w.path("temp/forge"))
            .env("GITHUB_OUTPUT", self.w.path("temp/output"))
            .env("GITHUB_STEP_SUMMARY", self.w.path("temp/summary"))
            .envs(vars.iter().copied())
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{script}\n{output:?}");
        for place in ["pwned", "temp/pwned", "temp/digest/pwned", "temp/exc-review/pwned"] {
            assert!(!self.w.path(place).exists(), "a record has run a command");
        }
    }

    pub(crate) fn forge_file(&self, name: &str) -> String {
        std::fs::read_to_string(self.forge(name)).unwrap_or_default()
    }

    /// The comments below the pull request.
    pub(crate) fn comments(&self) -> serde_json::Value {
        serde_json::from_str(&self.forge_file("comments.json")).expect("JSON")
    }

    fn forge(&self, name: &str) -> PathBuf {
        self.w.path("temp/forge").join(name)
    }

    /// The texts of issues or notes in order.
    pub(crate) fn texts(&self, kind: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.forge(kind)) else { return Vec::new() };
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).expect("a text")).collect()
    }

    /// Commits what the register holds now to the mainline.
    pub(crate) fn land(&self) {
        self.w.commit(&self.repo, "main");
    }

    /// Commits it to a branch that leaves the mainline, and gives its newest commit.
    pub(crate) fn propose(&self) -> String {
        let tip = self.repo.refname_to_id("refs/heads/main").expect("a mainline");
        for name in ["refs/remotes/origin/main", "refs/heads/change"] {
            self.repo.reference(name, tip, true, "").expect("a reference");
        }
        self.w.commit(&self.repo, "change");
        self.repo.refname_to_id("refs/heads/change").expect("a branch").to_string()
    }

    /// Puts `exc` where a job of GitLab finds what it built before.
    pub(crate) fn built(&self) {
        self.w.write(".exc-bin/bin/.keep", "");
        std::os::unix::fs::symlink(self.w.path("temp/bin/exc"), self.w.path(".exc-bin/bin/exc"))
            .expect("a link");
    }
}

/// The script of a step that a workflow of GitHub names.
#[track_caller]
pub(crate) fn step(workflow: &Value, job: &str, name: &str) -> String {
    let steps = workflow["jobs"][job]["steps"].as_sequence().expect("steps");
    let step = steps.iter().find(|step| step["name"] == name).expect("a step of this name");
    step["run"].as_str().expect("a script").to_owned()
}

/// The script of a job of GitLab.
#[track_caller]
fn job(jobs: &Value, name: &str) -> String {
    let lines = jobs[name]["script"].as_sequence().expect("a script");
    lines.iter().map(|line| line.as_str().expect("a line").to_owned() + "\n").collect()
}

/// Actions are pinned, nothing is put into a script, and the checkout leaves no token behind.
#[track_caller]
pub(crate) fn steps_are_safe(file: &str, job: &Value) {
    for step in job["steps"].as_sequence().expect("steps") {
        if let Some(action) = step["uses"].as_str() {
            let (_, revision) = action.split_once('@').expect("a revision");
            let is_hash = revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_hash, "{file}: {action}");
            if action.starts_with("actions/checkout@") {
                assert_eq!(step["with"]["persist-credentials"], false, "{file}");
            }
        }
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "{file}: {script}");
    }
}
