//! `exc init`.

use exc::Outcome;

use crate::support::Workspace;

#[test]
fn a_new_register_passes_its_own_check() {
    let w = Workspace::empty();
    w.git();
    let out = w.exc(&["init"]);
    assert_eq!(
        out,
        "\
wrote schemas/exception.schema.json  schema of a record
wrote schemas/policy.schema.json     schema of the policy
wrote .github/workflows/exc.yml      CI job that runs `exc check`
wrote .github/CODEOWNERS             who reviews: fill in
wrote .gitattributes                 keeps signed approvals byte for byte
wrote exceptions/policy.yaml         the policy: add your controls
"
    );
    w.exc(&["check"]);
    assert_eq!(w.names("exceptions"), ["policy.yaml"]);
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
fn an_existing_register_is_left_alone() {
    let w = Workspace::new();
    let before = w.read("exceptions/policy.yaml");
    let said = w.run(&["init"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert_eq!(
        said.err,
        "error: there is a register already: `exceptions/policy.yaml` exists\n\
         hint: file a record with `exc new`\n"
    );
    assert_eq!(w.read("exceptions/policy.yaml"), before);
    assert!(!w.path("schemas").exists());
}

#[test]
fn a_file_that_exists_is_kept_and_named() {
    let w = Workspace::empty();
    w.write("schemas/policy.schema.json", "mine");
    w.write(".github/workflows/exc.yml", "mine too");
    let said = w.run(&["init"]);
    assert_eq!(said.outcome, Outcome::Success);
    assert!(said.err.contains("kept  schemas/policy.schema.json, which exists\n"), "{}", said.err);
    assert!(said.err.contains("kept  .github/workflows/exc.yml, which exists\n"), "{}", said.err);
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
    let command = format!("     echo '{line}' >> .gitattributes\n");
    assert!(said.err.ends_with(&command), "{}", said.err);
    assert_eq!(w.read(".gitattributes"), "* text=auto\n");

    let w = Workspace::empty();
    w.write(".gitattributes", format!("* text=auto\n{line}\n"));
    let said = w.run(&["init"]);
    assert!(!said.err.contains("echo"), "{}", said.err);
}

#[test]
fn gitlab_gets_a_job_to_include_and_none_gets_no_job() {
    let w = Workspace::empty();
    w.exc(&["init", "--ci", "gitlab"]);
    assert!(w.read(".gitlab/exc.yml").contains("\n    - exc check\n"));
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
fn the_github_job_can_read_and_nothing_else() {
    let w = Workspace::empty();
    w.exc(&["init", "--ci", "github"]);
    let job = w.read(".github/workflows/exc.yml");
    let yaml: serde_yaml::Value = serde_yaml::from_str(&job).unwrap();
    assert_eq!(
        yaml["permissions"],
        serde_yaml::from_str::<serde_yaml::Value>("contents: read").unwrap()
    );
    assert_eq!(yaml["jobs"]["exceptions"]["steps"][0]["with"]["persist-credentials"], false);
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
        for command in ["reconcile", "export", "import"] {
            assert!(!text.contains(&format!("`exc {command}`")), "{command}: {text}");
        }
    }
}
