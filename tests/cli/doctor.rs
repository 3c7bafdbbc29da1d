//! `exc doctor`.

use exc::Outcome;
use git2::{IndexAddOption, Repository};
use insta::assert_snapshot;
use serde_json::Value;

use crate::support::history::History;
use crate::support::{POLICY, RECORD_PATH, Workspace, good_record, record};

const ALICE: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDZwEucLJtpL4Je+ps062aqrNE4+1wATZLqQJHs0miz4";
const BOB: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDevs6zxb4tDOgcoPoUQWoMuOB0mo2cciikuXwJ1GfKgLP7dfmCE3syEnJFzlF5qWatn6ZS82DLzuol8MSwXEiw=";

fn person(id: &str, roles: &str, keys: &str) -> String {
    format!("  - {{id: {id}, name: {id}, emails: [{id}@example.com], roles: [{roles}]{keys}}}\n")
}

fn key(key: &str, more: &str) -> String {
    format!(", keys: [{{key: \"{key}\"{more}}}]")
}

fn policy(people: &[String]) -> String {
    format!("{POLICY}people:\n{}", people.concat())
}

fn healthy_policy() -> String {
    let roles = "approver, risk-owner";
    policy(&[person("alice", roles, &key(ALICE, "")), person("bob", roles, &key(BOB, ""))])
}

/// A clone without a fault, and its repository.
fn healthy() -> (Workspace, Repository) {
    let w = Workspace::new();
    let repo = w.git();
    w.write("exceptions/policy.yaml", healthy_policy());
    w.write(RECORD_PATH, good_record());
    w.write(".gitattributes", "/exceptions/approvals/** -text\n");
    w.write(".github/CODEOWNERS", "* @everybody\n");
    w.commit(&repo, "main");
    (w, repo)
}

/// The checks of a name, each as status, message and help.
#[track_caller]
fn checks(w: &Workspace, name: &str) -> Vec<(String, String, String)> {
    let said = w.run(&["doctor", "--format", "json"]);
    let json: Value = serde_json::from_str(&said.out).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let checks = json["checks"].as_array().expect("a list").iter();
    let named = checks.filter(|check| check["name"] == name);
    named
        .map(|check| (text(&check["status"]), text(&check["message"]), text(&check["help"])))
        .collect()
}

/// The only check of a name.
#[track_caller]
fn check(w: &Workspace, name: &str, status: &str, message: &str, help: &str) {
    let found = checks(w, name);
    let [found] = found.try_into().unwrap_or_else(|found| panic!("{name}: {found:?}"));
    assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), (status, message, help));
}

#[test]
fn a_healthy_clone_is_said_to_be_one() {
    let (w, _) = healthy();
    let shown = w.shown(&["doctor"]);
    let tip = shown.split(" at ").nth(1).and_then(|rest| rest.get(..12)).expect("a tip").to_owned();
    assert_snapshot!(shown.replace(&tip, "[TIP]"), @r"
    ok        register      `exceptions` has 1 record
    ok        repository    it can be read
    ok        history       it is complete
    ok        objects       nothing was left out when this was cloned
    ok        replace-refs  git shows every object as it is
    ok        grafts        git shows every commit with its own parents
    ok        mainline      `main` at [TIP]
    ok        policy        the newest one on `main` is in force
    ok        people        2 people, enough to approve at every risk
    ok        keys          none ends within 30 days
    ok        attributes    no line changes how records are read, shown or merged
    ok        approvals     their bytes stay as they were signed
    ok        code-owners   `.github/CODEOWNERS` names reviewers of the register and of what guards it
    ok        layout        at most 1 record in one folder

    14 ok on 2026-11-20 (UTC)
    [exit status: 0]
    ");
}

#[test]
fn an_ill_clone_is_told_what_mends_it_worst_first() {
    let (w, repo) = healthy();
    let tip = repo.refname_to_id("refs/heads/main").unwrap();
    w.write(".git/shallow", format!("{tip}\n"));
    w.write(".git/info/grafts", format!("{tip}\n"));
    repo.reference(&format!("refs/replace/{tip}"), tip, true, "test").unwrap();
    repo.config().unwrap().set_bool("remote.origin.promisor", true).unwrap();
    w.write(".mailmap", "Dana <dana@example.com>\n");
    w.write(".gitattributes", "*.yaml -diff\n");
    w.write(".github/CODEOWNERS", "/exceptions/ @x\n/exceptions/policy.yaml\n");
    w.write("exceptions/policy.yaml", format!("{POLICY}mainline: trunk\n"));
    let shown = w.shown(&["doctor"]);
    let (hex, short) = (tip.to_string(), tip.to_string()[..12].to_owned());
    assert_snapshot!(shown.replace(&hex, "[TIP]").replace(&short, "[TIP]"), @r#"
    problem   history       this clone is shallow: older commits, and who approved what in them, are missing
                            help: git fetch --unshallow
                                  in CI, clone all of it: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` on GitLab, `fetchDepth: 0` on Azure Pipelines
    problem   objects       a partial clone: git fetches what is missing from `origin`, `exc` never does
                            help: git fetch --refetch --no-filter origin && git config --unset-all remote.origin.promisor && git config --unset-all remote.origin.partialclonefilter
    problem   replace-refs  git shows others in the place of 1 object, which `exc` does not: `[TIP]`
                            help: git replace -d [TIP]
    problem   grafts        git shows other parents than commits have, which `exc` does not
                            help: rm "$(git rev-parse --git-common-dir)/info/grafts"
    problem   mainline      the policy's mainline is `trunk`, and there is no such branch
                            help: write `mainline: main` into `exceptions/policy.yaml`
    problem   people        nobody is in `people`, so nobody can approve
                            help: add to `exceptions/policy.yaml`, with your own: people: [{id: alice, name: Alice Kim, emails: [alice@example.com], roles: [approver]}]
    problem   attributes    `.gitattributes:1` says `-diff` of `*.yaml`: git shows a change as `Binary files differ`
                            help: echo '/exceptions/** !diff' >> .gitattributes
    note      approvals     no line of `.gitattributes` keeps the bytes of `exceptions/approvals/` as they were signed
                            help: echo '/exceptions/approvals/** -text' >> .gitattributes
    note      code-owners   `.github/CODEOWNERS` asks nobody to review `/exceptions/policy.yaml`, `/.gitattributes`
                            help: add to `.github/CODEOWNERS`, with your own reviewers:
                                  /exceptions/policy.yaml @your-org/reviewers
                                  /.gitattributes @your-org/reviewers
    note      mailmap       `.mailmap` renames people in `git log`; `exc` reads what commits say
                            help: compare with `git log --no-mailmap`
    ok        register      `exceptions` has 1 record
    ok        repository    it can be read
    ok        layout        at most 1 record in one folder

    7 problems, 3 notes, 3 ok on 2026-11-20 (UTC)
    [exit status: 1]
    "#);
}

#[test]
fn the_json_is_a_list_of_checks() {
    let (w, _) = healthy();
    let json: Value = serde_json::from_str(&w.exc(&["doctor", "--format", "json"])).unwrap();
    assert_eq!((&json["schema_version"], &json["today"]), (&1.into(), &"2026-11-20".into()));
    assert_eq!(
        json["checks"][0],
        serde_json::json!({
            "name": "register", "status": "ok", "message": "`exceptions` has 1 record", "help": null,
        })
    );
}

#[test]
fn a_branch_that_is_not_there_is_fetched_or_named() {
    let (w, repo) = healthy();
    repo.remote("origin", "https://example.com/x.git").unwrap();
    w.write("exceptions/policy.yaml", format!("{}mainline: trunk\n", healthy_policy()));
    check(
        &w,
        "mainline",
        "problem",
        "the policy's mainline is `trunk`, and there is no such branch",
        "git fetch origin +refs/heads/trunk:refs/remotes/origin/trunk\n\
         or write `mainline: main` into `exceptions/policy.yaml`",
    );
}

#[test]
fn a_clone_of_an_empty_remote_is_told_how_the_first_branch_gets_there() {
    let remote = tempfile::tempdir().expect("a folder");
    git2::Repository::init_bare(remote.path()).expect("a remote");
    let w = Workspace::new();
    let repo = w.git();
    repo.remote("origin", &remote.path().display().to_string()).expect("a remote");
    let said = w.run(&["doctor"]);
    let help = "help: git fetch origin
                        or, if nothing is there yet: git add exceptions && git commit && git push -u origin HEAD:refs/heads/main
";
    assert!(said.out.contains("  mainline"), "{}", said.out);
    assert!(squeezed(&said.out).contains(&squeezed(help)), "{}", said.out);
    assert!(!said.out.contains("+refs/heads/main"), "{}", said.out);
}

#[test]
fn the_first_commit_has_all_that_init_writes() {
    let w = Workspace::empty();
    w.git();
    w.exc(&["init", "--ci", "github"]);
    let said = w.run(&["doctor"]);
    let help = "git add exceptions schemas .gitattributes .github && git commit";
    assert!(said.out.contains(help), "{}", said.out);
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn without_a_commit_there_is_a_note() {
    let w = Workspace::new();
    w.git();
    let found = checks(&w, "mainline");
    assert_eq!(found[0].0, "note", "{found:?}");
}

/// What is said of the attributes of a work tree with this file.
fn attributes(text: &str) -> Vec<String> {
    let (w, _) = healthy();
    w.write(".gitattributes", text);
    let found = checks(&w, "attributes");
    found.into_iter().map(|(status, message, _)| format!("{status}: {message}")).collect()
}

#[test]
fn lines_that_change_records_are_named() {
    assert_snapshot!(
        attributes(
            "* text=auto\n\
             [attr]quiet -diff\n\
             *.yaml quiet filter=lfs ident working-tree-encoding=UTF-16\n\
             /exceptions/** merge=union linguist-generated export-ignore\n\
             /exceptions/*.yaml eol=crlf diff=yaml\n"
        ).join("\n"),
        @r"
        problem: `.gitattributes:3` says `-diff` of `*.yaml`: git shows a change as `Binary files differ`
        problem: `.gitattributes:3` says `filter=lfs` of `*.yaml`: a program makes the bytes of the work tree
        problem: `.gitattributes:3` says `ident` of `*.yaml`: git writes into the files of a work tree
        problem: `.gitattributes:3` says `working-tree-encoding=UTF-16` of `*.yaml`: a work tree has other bytes than the commit
        problem: `.gitattributes:4` says `merge=union` of `/exceptions/**`: two changes of a record merge without a conflict
        problem: `.gitattributes:4` says `linguist-generated` of `/exceptions/**`: the forge folds changes away in a review
        note: `.gitattributes:1` says `text=auto` of `*`: a work tree may have other line ends than the commit
        note: `.gitattributes:4` says `export-ignore` of `/exceptions/**`: `git archive` leaves it out
        note: `.gitattributes:5` says `eol=crlf` of `/exceptions/*.yaml`: a work tree may have other line ends than the commit
        note: `.gitattributes:5` says `diff=yaml` of `/exceptions/*.yaml`: git may show a change by way of a program
        "
    );
}

#[test]
fn lines_about_other_files_or_with_harmless_words_are_not() {
    let ok = ["ok: no line changes how records are read, shown or merged"];
    for text in [
        "*.rs -diff\ndocs/** filter=x\n*.png binary\n",
        "* -text diff merge=text -filter -ident linguist-generated=false\n",
        "#* -diff\n!*.yaml -diff\n",
    ] {
        assert_eq!(attributes(text), ok, "{text}");
    }
}

/// What the doctor prescribes has to cure.
#[test]
fn the_line_that_is_prescribed_takes_it_back() {
    for words in [
        "text=auto",
        "eol=lf",
        "-diff",
        "diff=x",
        "binary",
        "filter=x",
        "ident",
        "merge=ours",
        "linguist-generated",
        "working-tree-encoding=UTF-16",
        "export-ignore",
    ] {
        let (w, _) = healthy();
        w.write(".gitattributes", format!("* {words}\n"));
        let found = checks(&w, "attributes");
        assert_eq!(found.len(), 1, "{words}: {found:?}");
        assert_ne!(found[0].0, "ok", "{words}");
        let line = found[0].2.strip_prefix("echo '").expect("a command");
        let line = line.strip_suffix("' >> .gitattributes").expect("a command");
        w.write(".gitattributes", format!("* {words}\n{line}\n"));
        assert_eq!(checks(&w, "attributes")[0].0, "ok", "{words}: {line}");
    }
}

#[test]
fn attributes_of_folders_and_of_the_repository_count_too() {
    for (path, shown) in [
        ("exceptions/.gitattributes", "exceptions/.gitattributes"),
        ("exceptions/2026/.gitattributes", "exceptions/2026/.gitattributes"),
        (".git/info/attributes", ".git/info/attributes"),
    ] {
        let (w, _) = healthy();
        w.write(path, "* -diff\n");
        let found = checks(&w, "attributes");
        assert!(found[0].1.starts_with(&format!("`{shown}:1` says `-diff`")), "{found:?}");
        assert_eq!(found[0].2, format!("remove `-diff` from line 1 of `{shown}`"));
    }
}

#[test]
fn approvals_are_to_be_kept_byte_for_byte() {
    let (w, _) = healthy();
    for (text, status) in [
        ("*.approval -text\n", "ok"),
        ("* -text\n", "ok"),
        ("*.approval binary\n", "ok"),
        ("", "note"),
        ("*.approval -text\n* text=auto\n", "note"),
    ] {
        w.write(".gitattributes", text);
        assert_eq!(checks(&w, "approvals")[0].0, status, "{text:?}");
    }
    w.write("exceptions/approvals/EXC-2026-K7QD/a.approval", "signed");
    check(
        &w,
        "approvals",
        "problem",
        "no line of `.gitattributes` keeps the bytes of `exceptions/approvals/` as they were signed",
        "echo '/exceptions/approvals/** -text' >> .gitattributes",
    );
}

/// What is said of people and keys under a policy.
fn said_of(people: &[String]) -> String {
    let (w, _) = healthy();
    w.write("exceptions/policy.yaml", policy(people));
    let all = checks(&w, "people").into_iter().chain(checks(&w, "keys"));
    all.map(|(status, message, _)| format!("{status}: {message}\n")).collect()
}

#[test]
fn roles_that_nobody_has_and_quorums_that_nobody_reaches_are_told() {
    assert_snapshot!(said_of(&[person("alice", "approver", "")]), @r"
    problem: high risk takes 2 approvals, and only 1 person can approve
    problem: nobody can approve at critical risk
    note: no key is listed of `alice`, so nothing that they sign counts
    ");
}

#[test]
fn where_only_signatures_count_everybody_needs_a_key() {
    let both = "approver, risk-owner";
    assert_snapshot!(
        said_of(&[person("alice", both, &key(ALICE, "")), person("bob", both, "")]),
        @r"
        problem: critical risk takes signed approvals, and `bob` has no valid key
        ok: none ends within 30 days
        "
    );
    assert_snapshot!(
        said_of(&[
            person("alice", both, &key(ALICE, "")),
            person("bob", both, &key(BOB, "")),
            person("carol", both, ""),
        ]),
        @r"
        note: critical risk takes signed approvals, and `carol` has no valid key
        ok: none ends within 30 days
        "
    );
}

#[test]
fn whoever_may_approve_and_cannot_sign_is_told() {
    let (w, _) = healthy();
    let landing = "approvals: {accept: {critical: [landing, signed]}}\n";
    let people = [
        person("alice", "approver, risk-owner", &key(ALICE, "")),
        person("bob", "approver, risk-owner", ""),
        person("carol", "", ""),
    ];
    w.write("exceptions/policy.yaml", format!("{}{landing}", policy(&people)));
    check(
        &w,
        "keys",
        "note",
        "no key is listed of `bob`, so nothing that they sign counts",
        "`ssh-keygen -t ed25519` makes one; add its `.pub` line to `keys` in `exceptions/policy.yaml`",
    );
}

#[test]
fn history_that_is_missing_is_told_whatever_git_says_of_the_clone() {
    let (w, repo) = healthy();
    let first = repo.refname_to_id("refs/heads/main").unwrap();
    w.write("exceptions/README", "text\n");
    w.commit(&repo, "main");
    crate::support::branches::forget(&w, first);
    let message = format!(
        "the commit {} is missing, and with it who approved what before",
        &first.to_string()[..12]
    );
    check(&w, "history", "problem", &message, "git fetch --refetch --no-filter");
}

#[test]
fn keys_that_end_are_told_before_and_after() {
    let both = "approver, risk-owner";
    let of = |more: &str| {
        let found = said_of(&[
            person("alice", both, &key(ALICE, more)),
            person("bob", both, &key(BOB, "")),
        ]);
        found.lines().rfind(|line| line.contains("`alice`")).unwrap_or("nothing").to_owned()
    };
    assert_eq!(of(", until: 2026-12-21"), "nothing");
    assert_eq!(
        of(", until: 2026-12-20"),
        "note: the last key of `alice` is valid through 2026-12-20, 30 days left"
    );
    assert_eq!(
        of(", until: 2026-11-20"),
        "note: the last key of `alice` is valid through 2026-11-20, 0 days left"
    );
    for over in [
        ", until: 2026-11-19",
        ", revoked: {date: 2026-11-20, reason: superseded}",
        ", revoked: {date: 2027-11-20, reason: compromised}",
    ] {
        assert_eq!(of(over), "problem: no key of `alice` is valid any more", "{over}");
    }
}

#[test]
fn a_key_that_lasts_longer_is_enough() {
    let both = "approver, risk-owner";
    let keys = format!(", keys: [{{key: \"{ALICE}\", until: 2026-01-01}}, {{key: \"{BOB}\"}}]");
    let said = said_of(&[person("alice", both, &keys), person("bob", both, "")]);
    assert!(said.contains("ok: none ends within 30 days"), "{said}");
}

#[test]
fn whoever_is_asked_to_review_is_looked_up_as_a_forge_does() {
    let (w, _) = healthy();
    w.write(".github/workflows/exc.yml", "");
    for (text, missing) in [
        ("* @x\n", ""),
        ("* @x\n/exceptions/policy.yaml\n", "`/exceptions/policy.yaml`"),
        ("/exceptions/ @x\n/.github/ @x\n", "`/.gitattributes`"),
        ("# * @x\n/.gitattributes @x\n/.github/ @x\n", "`/exceptions/`, `/exceptions/policy.yaml`"),
    ] {
        w.write(".github/CODEOWNERS", text);
        let (status, message, _) = checks(&w, "code-owners").remove(0);
        match missing {
            "" => assert_eq!(status, "ok", "{text}: {message}"),
            missing => assert_eq!(
                (status.as_str(), message),
                ("note", format!("`.github/CODEOWNERS` asks nobody to review {missing}"))
            ),
        }
    }
}

#[test]
fn a_large_flat_folder_is_to_be_split() {
    let (w, _) = healthy();
    for n in 0..1_000 {
        w.write(format!("exceptions/EXC-2026-{n:04}.yaml"), "");
    }
    check(
        &w,
        "layout",
        "note",
        "`exceptions` holds 1001 records, and git walks large folders slowly",
        "write `layout: year-month` into `exceptions/policy.yaml`: new records then go to a folder of their month",
    );
}

#[test]
fn a_policy_that_cannot_be_used_keeps_the_rest_from_nobody() {
    let (w, _) = healthy();
    w.write("exceptions/policy.yaml", "version: 7\n");
    let said = w.run(&["doctor"]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(said.out.starts_with("unjudged  register"), "{}", said.out);
    assert!(said.out.contains("ok        history"), "{}", said.out);
}

#[test]
fn without_a_register_or_a_repository_there_is_nothing_to_judge() {
    let w = Workspace::empty();
    let said = w.run(&["doctor"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert_snapshot!(w.redacted(&said.out), @r"
    unjudged  register    no register: `exceptions/policy.yaml` is neither in `[ROOT]` nor above it
                          help: run `exc init` to start one, or name one with `--register DIR`
    unjudged  repository  there is no git repository here, and so no trail
                          help: git init

    2 unjudged on 2026-11-20 (UTC)
    ");
}

#[test]
fn a_repository_of_another_format_is_told_what_to_do() {
    for (extension, help) in [
        ("objectFormat = sha256", "git fast-export"),
        ("refStorage = reftable", "git refs migrate --ref-format=files"),
    ] {
        let (w, repo) = healthy();
        repo.config().unwrap().set_i32("core.repositoryformatversion", 1).unwrap();
        let config = w.read(".git/config");
        w.write(".git/config", format!("{config}[extensions]\n\t{extension}\n"));
        let found = checks(&w, "format");
        assert!(found[0].0 == "unjudged" && found[0].2.contains(help), "{found:?}");
        assert_eq!(w.run(&["doctor"]).outcome, Outcome::Error);
        assert_eq!(checks(&w, "people")[0].0, "ok");
    }
}

/// Only the superuser can give a repository away; elsewhere there is nothing to see.
#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_names_the_command_that_trusts_it() {
    let (w, _) = healthy();
    for path in ["", ".git"] {
        if std::os::unix::fs::chown(w.path(path), Some(65_534), Some(65_534)).is_err() {
            return;
        }
    }
    let (status, message, help) = checks(&w, "repository").remove(0);
    assert_eq!(status, "unjudged", "{message}");
    assert!(help.contains("git config --global --add safe.directory "), "{help}");
    assert_eq!(checks(&w, "people")[0].0, "ok");
}

#[test]
fn a_bare_repository_is_looked_at_as_its_mainline_has_it() {
    let (w, repo) = healthy();
    let mut index = repo.index().unwrap();
    index.add_path(std::path::Path::new(".gitattributes")).unwrap();
    w.write(".gitattributes", "*.yaml -diff\n");
    index.add_path(std::path::Path::new(".gitattributes")).unwrap();
    index.write().unwrap();
    w.commit(&repo, "main");
    let bare = Workspace::empty();
    git2::build::RepoBuilder::new()
        .bare(true)
        .clone(&w.root().display().to_string(), bare.root())
        .unwrap();
    let repository = checks(&bare, "repository").remove(0);
    assert_eq!(repository.0, "note", "{repository:?}");
    let attributes = checks(&bare, "attributes").remove(0);
    assert!(attributes.1.starts_with("`.gitattributes:1` says `-diff`"), "{attributes:?}");
}

#[test]
fn text_of_others_stays_harmless() {
    let (w, _) = healthy();
    w.write(".gitattributes", "\"*\\033[2J.yaml\" -diff\n");
    w.write("exceptions/policy.yaml", format!("{}mainline: \"a\\e[2J\"\n", healthy_policy()));
    w.write("exceptions/EXC-2026-K7QE.yaml", record("EXC-2026-K7QE", "low", "2027-01-31"));
    for format in ["text", "json"] {
        let said = w.run(&["doctor", "--format", format]);
        assert!(!said.out.contains('\u{1b}'), "{}", said.out);
        assert!(said.out.contains("1b"), "{}", said.out);
    }
}

#[test]
fn a_register_that_git_ignores_is_a_problem() {
    let (w, repo) = healthy();
    let mut index = repo.index().expect("an index");
    let tracked = index.add_all(["exceptions"], IndexAddOption::DEFAULT, None);
    tracked.and_then(|()| index.write()).expect("what is committed is in the index");
    let new = "git ignores new records in `exceptions`";
    let command = |name: &str| format!("git check-ignore -v exceptions/{name}");
    w.write(".gitignore", "exceptions\n");
    check(&w, "ignored", "problem", new, &command("EXC-0000-0000.yaml"));
    assert_eq!(w.run(&["doctor"]).code(), 1);
    let other = "exceptions/EXC-2026-9T4B.yaml";
    w.write(other, good_record().replace("K7QD", "9T4B"));
    let message = format!("git ignores `{other}`, so no commit holds it");
    check(&w, "ignored", "problem", &message, &command("EXC-2026-9T4B.yaml"));
    index.clear().and_then(|()| index.write()).expect("an empty index");
    let message = "git ignores `exceptions/policy.yaml`, so no commit holds it";
    check(&w, "ignored", "problem", message, &command("policy.yaml"));
    w.write(".gitignore", "*.log\n");
    assert_eq!(checks(&w, "ignored"), []);
}

#[test]
fn a_schema_that_lacks_a_field_of_the_policy_is_noted_with_the_command_that_mends_it() {
    let (w, _) = healthy();
    assert_eq!(checks(&w, "schema"), [], "no schema misleads nobody");
    let path = "schemas/exception.schema.json";
    w.write(path, "");
    w.exc(&["schema", "exception", "-o", path]);
    check(&w, "schema", "ok", &format!("`{path}` is up to date"), "");
    // How it is laid out is nobody's business.
    let value: Value = serde_json::from_str(&w.read(path)).expect("JSON");
    w.write(path, value.to_string());
    check(&w, "schema", "ok", &format!("`{path}` is up to date"), "");
    let fields = format!("{}fields: {{cost_centre: {{type: integer}}}}\n", healthy_policy());
    w.write("exceptions/policy.yaml", fields);
    let message = format!("`{path}` is not the schema of this register, and editors go by it");
    let command = format!("exc schema exception -o {path}");
    check(&w, "schema", "note", &message, &command);
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    w.exc(&words);
    check(&w, "schema", "ok", &format!("`{path}` is up to date"), "");
    assert!(w.read(path).contains("cost_centre"));
}

#[test]
fn a_policy_that_nobody_approved_is_named_with_the_command_that_approves_it() {
    let mut history = History::approved();
    let ok = "the newest one on `main` is in force";
    check(&history.w, "policy", "ok", ok, "");
    history.replace("exceptions/policy.yaml", "quorum: {high: 1}", "quorum: {high: 2}");
    check(&history.w, "policy", "ok", ok, "");
    history.push("carol", "2026-11-12", "policy");
    let commit = history.main.to_string()[..7].to_owned();
    let message = format!(
        "nobody approved the newest one, of {commit} on `main`: an older one says who may approve, and what counts"
    );
    let help = "exc approve policy.yaml\n`exc audit` says what is missing";
    check(&history.w, "policy", "problem", &message, help);
    assert_eq!(history.w.run(&["doctor"]).outcome, Outcome::Findings);

    let mut history = History::approved();
    history.replace("exceptions/policy.yaml", "quorum: {high: 1}", "quorum: {high: 2}");
    history.merge("carol", "alice", "2026-11-12");
    check(&history.w, "policy", "ok", ok, "");
}
