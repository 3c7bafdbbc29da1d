//! `exc init`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use exc::Outcome;

use crate::support::Workspace;

/// Every file below the directory with its text, but those of git.
fn files(w: &Workspace) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![w.root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with(".git") {
                folders.push(path);
            } else if path.is_file() {
                files.insert(path.clone(), std::fs::read_to_string(path).expect("a text"));
            }
        }
    }
    files
}

#[test]
fn a_new_register_passes_its_own_check() {
    let w = Workspace::empty();
    w.git();
    let said = w.run(&["init"]);
    assert_eq!(
        said.out,
        "\
wrote schemas/exception.schema.json               schema of a record
wrote schemas/policy.schema.json                  schema of the policy
wrote schemas/exception.example.yaml              a record to copy from
wrote .github/workflows/exc.yml                   CI: the gate, and the review as a comment
wrote .github/workflows/exceptions-digest.yml     CI: an issue for each owner, by a schedule
wrote .github/PULL_REQUEST_TEMPLATE/exception.md  the questions of a review
wrote .github/CODEOWNERS                          who reviews: fill in
wrote .gitattributes                              keeps signed approvals byte for byte
wrote exceptions/policy.yaml                      the policy: add your controls
"
    );
    assert_eq!(
        said.err,
        "
next:
  1. in exceptions/policy.yaml: add your controls, and under `people` who approves
  2. exc check                     judge the register
  3. exc new                       file the first record, like schemas/exception.example.yaml
  4. make the job `exceptions` a required check, and say where it gets `exc` from:
     set the repository variables EXC_SOURCE and EXC_REVISION
  5. gh pr create --template exception.md
                                   the review's questions in a pull request
"
    );
    w.exc(&["check"]);
    assert_eq!(w.names("exceptions"), ["policy.yaml"]);
}

#[test]
fn a_schema_that_lacks_a_field_of_the_policy_is_named_with_what_renews_it() {
    let w = Workspace::empty();
    w.git();
    w.exc(&["init", "--ci", "none"]);
    let policy = w.read("exceptions/policy.yaml") + "fields: {cost_center: {type: string}}\n";
    w.write("exceptions/policy.yaml", policy);
    let said = w.run(&["init", "--ci", "none"]);
    let note = "schemas/exception.schema.json is not the schema of this register, and editors go by it: `exc schema exception -o schemas/exception.schema.json` writes it\n";
    assert_eq!((said.code(), said.err.as_str()), (0, note));
    w.exc(&["schema", "exception", "-o", "schemas/exception.schema.json"]);
    assert_eq!(w.run(&["init", "--ci", "none"]).err, "nothing was missing\n");
    // One that is not there is written as that of the register.
    std::fs::remove_file(w.path("schemas/exception.schema.json")).expect("it is removed");
    w.exc(&["init", "--ci", "none"]);
    assert!(w.read("schemas/exception.schema.json").contains("cost_center"));
}

#[test]
fn a_second_run_changes_nothing_and_says_what_is_kept() {
    for forge in ["github", "gitlab", "none"] {
        let w = Workspace::empty();
        w.git();
        let first = w.exc(&["init", "--ci", forge]);
        w.write(".gitlab-ci.yml", "include: [{local: .gitlab/*.yml}]\n");
        let before = files(&w);
        // Another day would make another example.
        let said = w.run(&["--today", "2027-03-01", "init", "--ci", forge]);
        assert_eq!((said.outcome, said.err.as_str()), (Outcome::Success, "nothing was missing\n"));
        assert_eq!(said.out, first.replace("wrote ", "kept  "));
        assert!(files(&w) == before, "{forge}: a file has changed");
    }
}

#[test]
fn a_later_run_adds_what_is_missing_and_nothing_else() {
    let w = Workspace::empty();
    w.git();
    w.exc(&["init", "--ci", "none"]);
    let policy = w.read("exceptions/policy.yaml").replace("mainline: main", "mainline: trunk");
    w.write("exceptions/policy.yaml", &policy);
    let before = files(&w);
    let out = w.exc(&["init", "--ci", "github"]);
    let written: Vec<&str> = out.lines().filter(|line| line.starts_with("wrote")).collect();
    assert_eq!(written.len(), 4, "{out}");
    // Each forge reads code owners of its own.
    assert!(w.exc(&["init", "--ci", "gitlab"]).contains("wrote .gitlab/CODEOWNERS "));
    assert!(written.iter().all(|line| line.starts_with("wrote .github/")), "{out}");
    let after = files(&w);
    assert!(before.iter().all(|(path, text)| after.get(path) == Some(text)));
    // The policy that is there says which branch is the mainline.
    assert!(w.read(".github/workflows/exc.yml").contains("branches: [trunk]"));
}

#[test]
fn the_example_is_no_record_until_it_is_copied_into_the_register() {
    let w = Workspace::empty();
    w.exc(&["init"]);
    assert!(w.run(&["list"]).out.is_empty());
    let example = w.read("schemas/exception.example.yaml");
    let policy = w.read("exceptions/policy.yaml");
    w.write("exceptions/EXC-2026-0EX1.yaml", &example);
    assert_eq!(w.codes(), [""; 0], "without a catalogue");
    let catalogue =
        "controls:\n  - {id: NET-004, title: No public network access, max_days: 120}\n";
    w.write("exceptions/policy.yaml", policy.replace("controls: []\n", catalogue));
    assert_eq!(w.codes(), [""; 0], "with a catalogue");
}

#[test]
fn every_file_of_the_ci_is_yaml_and_names_the_register_that_it_is_for() {
    let w = Workspace::empty();
    for forge in ["github", "gitlab"] {
        w.exc(&["init", "--ci", forge, "--register", "governance/our waivers"]);
    }
    for file in [
        ".github/workflows/exc.yml",
        ".github/workflows/exceptions-digest.yml",
        ".gitlab/exc.yml",
        ".gitlab/exc-digest.yml",
    ] {
        let text = w.read(file);
        serde_yaml::from_str::<serde_yaml::Value>(&text).expect(file);
        assert!(text.contains("exc --register 'governance/our waivers' "), "{file}: {text}");
        assert!(!text.contains("@EXC@") && !text.contains("@MAINLINE@"), "{file}: {text}");
    }
    let said = w.run(&["init", "--register", "a\nb"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("cannot be named in the job of a CI"), "{}", said.err);
}

#[test]
fn the_policy_names_the_branch_that_is_about_to_be_born() {
    let w = Workspace::empty();
    let repo = w.git();
    repo.set_head("refs/heads/trunk").unwrap();
    w.exc(&["init"]);
    assert!(w.read("exceptions/policy.yaml").contains("\nmainline: trunk\n"));
    assert!(w.read(".github/workflows/exc.yml").contains("branches: [trunk]"));
}

#[test]
fn an_existing_policy_is_left_alone() {
    let w = Workspace::new();
    let before = w.read("exceptions/policy.yaml");
    let out = w.exc(&["init"]);
    assert!(out.contains("kept  exceptions/policy.yaml "), "{out}");
    assert_eq!(w.read("exceptions/policy.yaml"), before);
    assert!(w.path("schemas").exists());
}

#[test]
fn a_file_that_exists_is_kept_and_named() {
    let w = Workspace::empty();
    w.write("schemas/policy.schema.json", "mine");
    w.write(".github/workflows/exc.yml", "mine too");
    let said = w.run(&["init"]);
    assert_eq!(said.outcome, Outcome::Success);
    assert!(said.out.contains("kept  schemas/policy.schema.json "), "{}", said.out);
    assert!(said.out.contains("kept  .github/workflows/exc.yml "), "{}", said.out);
    assert_eq!(w.read("schemas/policy.schema.json"), "mine");
    assert_eq!(w.read(".github/workflows/exc.yml"), "mine too");
}

#[test]
fn attributes_that_exist_are_kept_and_told_what_to_add_until_they_have_it() {
    let line = "/exceptions/approvals/** -text";
    let w = Workspace::empty();
    w.exc(&["init"]);
    assert_eq!(w.read(".gitattributes"), format!("{line}\n"));

    let w = Workspace::empty();
    w.write(".gitattributes", "* text=auto\n");
    let said = w.run(&["init"]);
    let command =
        format!("\nkeep signed approvals byte for byte:\n  echo '{line}' >> .gitattributes\n");
    assert!(said.err.ends_with(&command), "{}", said.err);
    assert_eq!(w.read(".gitattributes"), "* text=auto\n");

    let w = Workspace::empty();
    w.write(".gitattributes", format!("* text=auto\n{line}\n"));
    let said = w.run(&["init"]);
    assert!(!said.err.contains("echo"), "{}", said.err);
}

#[test]
fn code_owners_that_exist_are_kept_and_told_what_to_add_until_they_have_it() {
    for place in ["CODEOWNERS", ".github/CODEOWNERS"] {
        let w = Workspace::empty();
        w.write(place, "* @example-org/everybody\n");
        let said = w.run(&["init", "--ci", "github"]);
        let lines = format!(
            "
add to {place}, with your own reviewers:
  /exceptions/             @your-org/risk-reviewers
  /exceptions/policy.yaml  @your-org/policy-owners
  /.gitattributes          @your-org/policy-owners
  /.github/                @your-org/policy-owners
"
        );
        assert!(said.err.ends_with(&lines), "{}", said.err);
        assert_eq!(w.read(place), "* @example-org/everybody\n");
        w.write(place, "/exceptions/ @example-org/risk\n");
        assert_eq!(w.run(&["init", "--ci", "github"]).err, "nothing was missing\n");
    }
}

#[test]
fn gitlab_gets_jobs_to_include_and_none_gets_no_job() {
    let w = Workspace::empty();
    w.exc(&["init", "--ci", "gitlab"]);
    assert_eq!(
        w.names(".gitlab"),
        ["CODEOWNERS", "exc-digest.yml", "exc.yml", "merge_request_templates"]
    );
    assert!(!w.path(".github").exists());
    // What is for GitLab stays so without being told again.
    w.exc(&["init"]);
    assert!(!w.path(".github").exists());

    let w = Workspace::empty();
    w.exc(&["init", "--ci", "none"]);
    assert_eq!(w.names("."), [".gitattributes", "exceptions", "schemas"]);
}

#[test]
fn in_a_folder_of_a_repository_the_register_goes_to_its_root() {
    let w = Workspace::empty();
    w.git();
    w.write("services/api/main.rs", "");
    w.exc(&["-C", "services/api", "init", "--ci", "none"]);
    assert!(w.path("exceptions/policy.yaml").is_file());
}

#[test]
fn a_bare_repository_holds_no_files() {
    let w = Workspace::empty();
    git2::Repository::init_bare(w.root()).unwrap();
    let said = w.run(&["init"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("is a bare repository"), "{}", said.err);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let elsewhere = tempfile::tempdir().unwrap();
    for link in [".github", "schemas", "exceptions"] {
        let w = Workspace::empty();
        std::os::unix::fs::symlink(elsewhere.path(), w.path(link)).unwrap();
        let said = w.run(&["init", "--ci", "github"]);
        assert_eq!(said.outcome, Outcome::Error, "{link}: {said:?}");
        assert!(said.err.contains("is not a directory"), "{link}: {}", said.err);
        assert_eq!(w.names("."), [link]);
    }
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn nothing_is_promised_that_is_not_there() {
    let w = Workspace::empty();
    w.exc(&["init"]);
    let policy = w.read("exceptions/policy.yaml");
    let mut texts = vec![policy, w.exc(&["schema"]), w.exc(&["schema", "policy"])];
    for command in ["init", "new", "check", "list", "show", "explain", "rules", "schema"] {
        texts.push(w.exc(&[command, "--help"]));
    }
    for text in texts {
        for command in ["export", "import"] {
            assert!(!text.contains(&format!("`exc {command}`")), "{command}: {text}");
        }
    }
}

#[test]
fn what_comes_next_is_said_for_the_register_that_was_named() {
    let w = Workspace::empty();
    let said = w.run(&["init", "--ci", "none", "--register", "governance/our waivers"]);
    let next = "
next:
  1. in governance/our waivers/policy.yaml: add your controls, and under `people` who approves
  2. exc --register 'governance/our waivers' check  judge the register
  3. exc --register 'governance/our waivers' new    file the first record, like governance/schemas/exception.example.yaml
";
    assert_eq!(said.err, next);
    w.exc(&["--register", "governance/our waivers", "check"]);
}

#[test]
fn a_path_with_spaces_is_one_pattern_of_the_code_owners() {
    let w = Workspace::empty();
    w.exc(&["init", "--ci", "github", "--register", "our  waivers"]);
    let text = w.read(".github/CODEOWNERS");
    let line = "\n# /our\\ \\ waivers/policy.yaml  @your-org/policy-owners\n";
    assert!(text.contains(line), "{text}");
    w.write(".github/CODEOWNERS", text.replace("# /", "/"));
    let said = w.run(&["init", "--ci", "github", "--register", "our  waivers"]);
    assert_eq!(said.err, "nothing was missing\n");
    let said = w.run(&["--register", "our  waivers", "doctor"]);
    assert!(said.out.contains("`.github/CODEOWNERS` names reviewers of"), "{}", said.out);
}

#[test]
fn a_name_that_looks_like_a_placeholder_is_a_name() {
    let w = Workspace::empty();
    w.exc(&["init", "--ci", "github", "--register", "@MAINLINE@"]);
    assert!(w.read(".github/workflows/exc.yml").contains("exc --register @MAINLINE@ check"));
    w.exc(&["init", "--ci", "github", "--register", "@CI@"]);
    assert!(w.run(&["init", "--ci", "gitlab", "--register", "@CI@"]).err.contains("next:"));
    assert!(w.read(".gitlab/CODEOWNERS").contains("# /@CI@/policy.yaml "));
}

#[test]
fn a_mainline_of_odd_characters_is_no_pattern_of_the_workflow() {
    for (name, pattern) in [("!it's-c++", r"\!it's-c\+\+"), ("a\"b", "a\"b"), ("no", "no")] {
        let w = Workspace::empty();
        let repo = w.git();
        repo.set_head(&format!("refs/heads/{name}")).expect("a branch");
        w.exc(&["init", "--ci", "github"]);
        let read = |path: &str| -> serde_yaml::Value {
            serde_yaml::from_str(&w.read(path)).expect("YAML")
        };
        let workflow = read(".github/workflows/exc.yml");
        assert_eq!(workflow["on"]["push"]["branches"][0], pattern);
        assert_eq!(read("exceptions/policy.yaml")["mainline"], name);
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_cannot_write_all_files_leaves_none() {
    let w = Workspace::empty();
    w.write(".github/workflows/ours.yml", "mine");
    let before = files(&w);
    // A folder whose name is too long for a system cannot be made.
    let long = "x".repeat(300);
    let said = w.run(&["init", "--register", &long, "--ci", "github"]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(said.err.starts_with("error: cannot create `"), "{}", said.err);
    assert!(said.err.ends_with("\nhint: nothing was written\n"), "{}", said.err);
    assert_eq!(w.names("."), [".github"]);
    assert!(files(&w) == before, "{:?}", files(&w).keys());
}

#[cfg(unix)]
#[test]
fn code_owners_that_cannot_be_read_are_said_to_be_so() {
    let w = Workspace::empty();
    w.write("CODEOWNERS", "#".repeat(3 << 20));
    let said = w.run(&["init", "--ci", "github"]);
    assert_eq!(said.outcome, Outcome::Success);
    assert!(
        said.err.contains("note: cannot read `CODEOWNERS`: it is too large; add this, unless"),
        "{}",
        said.err
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_no_half_of_a_file_and_a_later_run_writes_all() {
    let w = Workspace::empty();
    let line =
        format!("ulimit -f 0; trap '' XFSZ; exec '{}' init --ci github", env!("CARGO_BIN_EXE_exc"));
    let mut shell = std::process::Command::new("/bin/sh");
    let said = shell.args(["-c", &line]).env_clear().current_dir(w.root()).output();
    assert_eq!(said.expect("a shell").status.code(), Some(2));
    assert_eq!(w.names("."), [""; 0]);
    w.exc(&["init", "--ci", "github"]);
    w.exc(&["check"]);
}

#[test]
fn a_register_stands_apart_from_the_files_of_git_of_a_forge_and_from_the_schemas() {
    let w = Workspace::empty();
    w.git();
    for name in [".git/x", ".github", "a/.GitLab/b", "schemas", "x/../schemas/"] {
        let said = w.run(&["init", "--register", name]);
        assert_eq!(said.code(), 2, "{name}: {said:?}");
        assert!(said.err.contains("is for other files than records"), "{}", said.err);
    }
    assert_eq!(w.names("."), [".git"]);
}

#[test]
fn a_register_that_git_ignores_is_said_to_be_so() {
    let w = Workspace::empty();
    w.git();
    w.write(".gitignore", "exceptions\n");
    let note = |name: &str| {
        format!(
            "note: git ignores `exceptions/{name}`, so no commit will hold it: `git check-ignore -v exceptions/{name}` names the line\n"
        )
    };
    for _ in 0..2 {
        let said = w.run(&["init"]);
        assert_eq!(said.code(), 0, "{said:?}");
        assert!(said.err.contains(&note("policy.yaml")), "{}", said.err);
    }
    let said = w.run(&["new", "--draft", "--id", "EXC-2026-NEW0", "--title", "Batch gateway"]);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.contains(&note("EXC-2026-NEW0.yaml")), "{}", said.err);
    w.write(".gitignore", "");
    assert!(!w.run(&["init"]).err.contains("git ignores"));
}

#[test]
fn jobs_that_no_pipeline_of_gitlab_includes_are_told_until_it_does() {
    let w = Workspace::empty();
    w.git();
    let init = || {
        let said = w.run(&["init", "--ci", "gitlab"]);
        assert_eq!(said.outcome, Outcome::Success, "{said:?}");
        said.err
    };
    assert!(init().contains("4. include .gitlab/exc.yml and .gitlab/exc-digest.yml"));
    let told = "\nno job of these runs until .gitlab-ci.yml includes it:\n  include:\n    - local: .gitlab/exc.yml\n    - local: .gitlab/exc-digest.yml\n";
    assert_eq!(init(), told);
    w.write(
        ".gitlab-ci.yml",
        "include:\n  # - local: .gitlab/exc-digest.yml\n  - local: /.gitlab/exc.yml\n",
    );
    let rest = told.replace("    - local: .gitlab/exc.yml\n", "");
    assert_eq!(init(), rest);
    w.write(".gitlab-ci.yml", "include:\n  - local: /.gitlab/*.yml\n");
    assert_eq!(init(), "nothing was missing\n");
}

#[test]
fn what_stands_in_the_place_of_a_file_and_is_none_is_not_called_kept() {
    let w = Workspace::empty();
    w.write("exceptions/policy.yaml/x", "");
    let said = w.run(&["init"]);
    assert_eq!(said.code(), 2);
    assert_eq!(
        said.err,
        "error: `exceptions/policy.yaml` is there, and no regular file\nhint: move it away, and run it again: nothing was written\n"
    );
    assert!(!w.path("schemas").exists());
}
