//! The pages of the guide, and what a newcomer types after the README: every command that they
//! show is run, in order, in one shell, and prints what they say.
//!
//! A page is a story. Its `sh` blocks are run as they stand; a line that ends with
//! `# exits with 1` has to. `<!-- output -->` and a `text` block say what the block before printed,
//! of which `…` on a line of its own leaves out some. `<!-- guide: … -->` is what the reader does
//! not see: who sits at the keyboard, which day it is, and what others do meanwhile, in the words of
//! `guide/people.sh`; a `yaml` block right below is its standard input, for what is put into a file.
//!
//! Where `git` or `ssh-keygen` is missing the tests say so and pass, except where `CI` is set.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;

use super::support::{POLICY, Workspace};

const PEOPLE: &str = include_str!("guide/people.sh");

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).expect("the document is there")
}

/// Whether a program is there; where it is not, that is said.
fn is_installed(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--help").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            #[expect(clippy::disallowed_methods, reason = "a runner has every program")]
            let is_ci = std::env::var_os("CI").is_some();
            assert!(!is_ci, "{program} is missing, and CI is set");
            #[expect(clippy::print_stderr, reason = "what did not run is said")]
            {
                eprintln!("not run: {program} is not installed");
            }
            false
        }
        _ => true,
    }
}

/// A page as a script, and what each of its blocks has to print.
#[derive(Default)]
struct Story {
    script: String,
    blocks: Vec<Block>,
}

struct Block {
    line: usize,
    output: Option<String>,
}

impl Story {
    fn of(text: &str) -> Self {
        let mut story = Self::default();
        let lines: Vec<&str> = text.lines().collect();
        let mut at = 0;
        while at < lines.len() {
            at = story.read(&lines, at);
        }
        story
    }

    /// Reads what begins at a line, and says where the next begins.
    fn read(&mut self, lines: &[&str], at: usize) -> usize {
        let line = lines[at];
        let (hidden, next) = if line == "<!-- guide:" {
            let n = lines[at..].iter().position(|line| *line == "-->").expect("the comment ends");
            (Some(lines[at + 1..at + n].join("\n")), at + n + 1)
        } else {
            let hidden = line.strip_prefix("<!-- guide: ").and_then(|it| it.strip_suffix(" -->"));
            (hidden.map(str::to_owned), at + 1)
        };
        if let Some(hidden) = hidden {
            self.script.push_str(&hidden);
            if lines[next] != "```yaml" {
                self.script.push('\n');
                return next;
            }
            let (block, next) = block(lines, next);
            self.script.push_str(&format!(" <<'END_OF_BLOCK'\n{block}\nEND_OF_BLOCK\n"));
            return next;
        }
        match line {
            "```sh" => {
                let (block, next) = block(lines, at);
                let commands = commands(&block);
                let n = self.blocks.len();
                self.script.push_str(&format!("{{\n{commands}}} >\"$outputs/{n}\" 2>&1\n"));
                self.blocks.push(Block { line: at + 1, output: None });
                next
            }
            "```text" => {
                assert_eq!(lines[at - 1], "<!-- output -->", "line {}: nobody compares it", at + 1);
                let (block, next) = block(lines, at);
                self.blocks.last_mut().expect("a command is before its output").output =
                    Some(block);
                next
            }
            _ => next,
        }
    }
}

/// What stands in the block that begins at a line, and where it ends.
fn block(lines: &[&str], at: usize) -> (String, usize) {
    let n = lines[at..].iter().position(|line| *line == "```").expect("the block ends");
    (lines[at + 1..at + n].join("\n"), at + n + 1)
}

/// The commands of a block, where one that has to fail fails nothing.
fn commands(block: &str) -> String {
    let mut script = String::new();
    let mut command = String::new();
    for line in block.lines() {
        command.push_str(line);
        command.push('\n');
        if line.ends_with('\\') {
            continue;
        }
        match command.trim_end().rsplit_once(" # exits with ") {
            None => script.push_str(&command),
            Some((command, code)) => script.push_str(&format!(
                "if {command}\nthen code=0; else code=$?; fi\n[ \"$code\" = {code} ]\n"
            )),
        }
        command.clear();
    }
    script
}

/// Runs a page in an empty directory, and compares what it prints.
#[track_caller]
fn tell(page: &str, text: &str) {
    if !is_installed("git") || !is_installed("ssh-keygen") {
        return;
    }
    let story = Story::of(text);
    assert!(story.blocks.len() > 1, "{page} has commands");
    let w = Workspace::empty();
    w.write("story.sh", format!("{PEOPLE}\npeople\n{}", story.script));
    for folder in ["root", "outputs"] {
        fs::create_dir(w.path(folder)).expect("a folder is made");
    }
    let program = PathBuf::from(env!("CARGO_BIN_EXE_exc"));
    #[expect(clippy::disallowed_methods, reason = "the programs are those of this machine")]
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program.parent().expect("a folder").display());
    let mut shell = Command::new("sh");
    shell.arg("-e").arg(w.path("story.sh")).current_dir(w.path("root")).stdin(Stdio::null());
    shell.env_clear().env("PATH", path).env("outputs", w.path("outputs")).env("LC_ALL", "C.UTF-8");
    let run = shell.output().expect("a shell");

    let printed = |n: usize| fs::read_to_string(w.path("outputs").join(n.to_string())).ok();
    if !run.status.success() {
        let n = (0..story.blocks.len()).take_while(|n| printed(*n).is_some()).count();
        let last = n.checked_sub(1);
        let at = last.map_or(0, |n| story.blocks[n].line);
        let out = last.and_then(printed).unwrap_or_default();
        let err = String::from_utf8_lossy(&run.stderr);
        panic!("{page}: {} in or after the block at line {at}:\n{out}\n{err}", run.status);
    }
    let root = w.root().canonicalize().expect("a folder").display().to_string();
    for (n, block) in story.blocks.iter().enumerate() {
        let printed = printed(n).expect("it was run");
        if let Some(expected) = &block.output {
            let (is, said) = (steady(&printed.replace(&root, "[ROOT]")), steady(expected));
            let line = block.line;
            assert!(holds(&said, &is), "{page}: what follows line {line} should say:\n{printed}");
        }
    }
}

/// The text without what differs from run to run.
fn steady(text: &str) -> String {
    let mut text = text.trim_end().to_owned();
    for (pattern, name) in [
        (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "[REGISTER]"),
        (r"\b[0-9a-f]{64}\b", "[SHA256]"),
        (r"\b[0-9a-f]{7,40}\b", "[COMMIT]"),
        (r"SHA256:[A-Za-z0-9+/]{43}", "SHA256:[KEY]"),
        (r"T\d\d:\d\d:\d\dZ", "T[TIME]Z"),
    ] {
        text = Regex::new(pattern).expect("a pattern").replace_all(&text, name).into_owned();
    }
    text
}

/// Whether a text is what was said of it, where `…` stands for any lines.
fn holds(said: &str, text: &str) -> bool {
    let said: Vec<&str> = said.lines().collect();
    let text: Vec<&str> = text.lines().collect();
    let mut parts = said.split(|line| *line == "…");
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut rest = rest;
    let mut last: Option<&[&str]> = None;
    for part in parts {
        // What stands between two omissions is looked for as early as possible.
        if let Some(part) = last.filter(|part| !part.is_empty()) {
            let Some(at) = rest.windows(part.len()).position(|lines| lines == part) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        last = Some(part);
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[test]
fn an_output_may_leave_out_lines_and_nothing_else() {
    let text = "a\nb\nc\nd";
    for said in ["a\nb\nc\nd", "…\nd", "a\n…", "…\nb\n…", "a\n…\nd", "…\nb\n…\nd", "…"]
    {
        assert!(holds(said, text), "{said}");
    }
    for said in ["a\nb", "b\n…", "…\nc", "a\n…\nb", "…\nc\n…\nb\n…", "a\n…\na"] {
        assert!(!holds(said, text), "{said}");
    }
}

#[test]
fn the_page_for_requesters_holds() {
    tell("docs/requester.md", &document("docs/requester.md"));
}

#[test]
fn the_page_for_reviewers_holds() {
    tell("docs/reviewer.md", &document("docs/reviewer.md"));
}

#[test]
fn the_page_for_the_platform_team_holds() {
    tell("docs/platform.md", &document("docs/platform.md"));
}

#[test]
fn the_page_for_auditors_holds() {
    tell("docs/auditor.md", &document("docs/auditor.md"));
}

#[test]
fn the_page_on_reports_is_true() {
    tell("docs/reports.md", &document("docs/reports.md"));
}

#[test]
fn the_page_for_enforcement_tools_does_what_it_says() {
    tell("docs/enforcement.md", &document("docs/enforcement.md"));
}

#[test]
fn from_nothing_to_a_closed_exception_as_the_readme_says() {
    let readme = document("README.md");
    let (_, section) =
        readme.split_once("## From nothing to a closed exception\n").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("another section");
    tell("README.md, from nothing to a closed exception", section);
}

#[test]
fn each_line_that_the_platform_team_may_write_is_one_of_a_policy() {
    let page = document("docs/platform.md");
    let cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").nth(1));
    let written = cells.filter_map(|cell| cell.strip_prefix('`')?.split('`').next());
    let lines: Vec<&str> = written.filter(|line| line.contains(": ")).collect();
    assert!(lines.len() > 4, "{lines:?}");
    for line in lines {
        let w = Workspace::empty();
        w.write("exceptions/policy.yaml", format!("{POLICY}{line}\n"));
        let check = w.run(&["check"]);
        assert_eq!(check.code(), 0, "`{line}`: {}{}", check.out, check.err);
    }
}

/// The address that a heading has.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().replace(' ', "-")
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).expect("a folder");
    let mut pages: Vec<PathBuf> = docs.map(|entry| entry.expect("an entry").path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.extend(["README.md", "SECURITY.md"].map(|name| root.join(name)));
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let mut broken = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).expect("a page is text");
        for found in link.captures_iter(&text) {
            let target = &found[1];
            if target.starts_with("https://") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => page.clone(),
                file => page.parent().expect("a folder").join(file),
            };
            let is_there = || {
                let text = fs::read_to_string(&file).unwrap_or_default();
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                headings.any(|line| anchor(line.trim_start_matches('#').trim()) == heading)
            };
            if !file.exists() || (!heading.is_empty() && !is_there()) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert_eq!(broken, [""; 0]);
}
