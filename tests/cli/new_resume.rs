//! Going on with a draft: it is filed once, under the id and with the comments that it has.

use std::fs;
use std::process::Stdio;

use exc::Outcome;

use crate::new::ANSWERS;
use crate::new_drafts::Desk;
use crate::support::process::{program, shown};
use crate::support::pty::Session;
use crate::support::{POLICY, Workspace, good_record};

/// A draft that lacks nothing, with comments of its author.
fn draft() -> String {
    good_record()
        .replace("\nexpires: 2027-01-31", "\n# Agreed on Monday.\nexpires: 2027-01-31  # with Lee")
        .replace("K7QD", "MYNE")
}

/// A desk on which that is kept.
fn kept() -> Desk {
    let desk = Desk::new("exit 1");
    desk.edit(&["--id", "EXC-2026-MYNE"]);
    desk.w.write(".git/exc/drafts/EXC-2026-MYNE.yaml", format!("#: of the template\n{}", draft()));
    desk
}

#[test]
fn a_draft_is_filed_under_its_own_id_as_it_was_written() {
    let desk = kept();
    let said = desk.w.run(&["new", "--resume"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(said.out, "exceptions/EXC-2026-MYNE.yaml\n");
    assert_eq!(desk.w.read("exceptions/EXC-2026-MYNE.yaml"), draft());
    assert!(desk.kept().is_empty());
}

#[test]
fn a_flag_changes_its_own_value_of_a_draft_and_no_comment() {
    for verb in [&["new", "--resume"][..], &["new", "--edit", "--resume"]] {
        let desk = kept();
        desk.script("editor", "grep -q '^title: Another title until June' \"$1\"");
        let said = desk.w.run(&[verb, &["--title", "Another title until June"]].concat());
        assert_eq!(said.outcome, Outcome::Success, "{said:?}");
        let before = draft();
        let title = before.lines().find(|line| line.starts_with("title: ")).expect("a title");
        assert_eq!(
            desk.w.read("exceptions/EXC-2026-MYNE.yaml"),
            before.replace(title, "title: Another title until June"),
            "{verb:?}"
        );
    }
}

#[test]
fn answers_to_what_a_draft_lacks_leave_its_comments() {
    let desk = kept();
    let open =
        draft().replace("The vendor offers no private link before 2027-02 (ticket 48213).", "TODO");
    assert!(open.contains("blocker: TODO\n"), "{open}");
    desk.w.write(".git/exc/drafts/EXC-2026-MYNE.yaml", &open);
    let answers = "The vendor offers no private link before March (ticket 48213).\n\n\n\n";
    let said = desk.w.on_terminal(&["new", "--resume"], answers);
    assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
    let text = desk.w.read("exceptions/EXC-2026-MYNE.yaml");
    assert_eq!(
        text,
        open.replace("TODO", "The vendor offers no private link before March (ticket 48213).")
    );
}

#[test]
fn several_processes_file_a_draft_once() {
    let desk = kept();
    let start = |_| {
        let mut new = program(&desk.w);
        new.args(["new", "--resume", "--today", "2026-11-20"]).env("TMPDIR", desk.w.root());
        new.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs")
    };
    let children: Vec<_> = (0..8).map(start).collect();
    let ended = children.into_iter().map(|it| shown(&it.wait_with_output().expect("it ends")));
    let ended: Vec<_> = ended.collect();
    let n_filed = ended.iter().filter(|(code, ..)| *code == Some(0)).count();
    assert_eq!(n_filed, 1, "{ended:?}");
    assert_eq!(desk.w.names("exceptions"), ["EXC-2026-MYNE.yaml", "policy.yaml"]);
    for (code, _, err) in ended {
        assert!(code == Some(0) || code == Some(2), "{err}");
    }
}

#[test]
fn a_draft_that_is_filed_is_not_filed_again_and_an_id_of_somebody_else_is_replaced() {
    let desk = Desk::new("exit 1");
    desk.w.write("mine.yaml", draft());
    desk.w.exc(&["new", "--resume", "mine.yaml"]);
    assert_eq!(desk.w.read("mine.yaml"), draft());
    let said = desk.w.run(&["--register", "exceptions", "new", "--resume", "mine.yaml"]);
    let show = "hint: look at it with `exc --register exceptions show EXC-2026-MYNE`; ";
    assert!(said.err.contains(show), "{}", said.err);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(
        said.err.starts_with("error: the draft was filed already, as `EXC-2026-MYNE`: nothing"),
        "{}",
        said.err
    );
    let other = draft()
        .replace("service:/model-proxy/api", "service:/batch/api")
        .replace("\ntitle: Model proxy", "\ntitle: Batch gateway");
    desk.w.write("other.yaml", other);
    let said = desk.w.run(&["new", "--resume", "other.yaml"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert!(said.err.contains("note: the id `EXC-2026-MYNE` is taken"), "{}", said.err);
    let text = desk.w.read(said.out.trim_end());
    assert!(text.contains("# Agreed on Monday.\n") && !text.contains("MYNE"), "{text}");
}

#[test]
fn a_path_is_one_of_the_directory_that_was_named() {
    let w = Workspace::new();
    w.git();
    w.write("notes/mine.yaml", draft());
    let said = w.run(&["-C", "exceptions", "new", "--resume", "../notes/mine.yaml"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(w.read("notes/mine.yaml"), draft());
    // A draft that is kept is one, however its path is written, and goes once it is filed.
    let desk = kept();
    let path = "exceptions/../.git/exc/../exc/drafts/EXC-2026-MYNE.yaml";
    desk.w.exc(&["new", "--resume", path]);
    assert!(desk.kept().is_empty());
}

#[test]
fn a_draft_outside_of_a_repository_is_found_by_its_path_and_goes_once_it_is_filed() {
    let w = Workspace::new();
    let all: Vec<&str> = ANSWERS.lines().collect();
    let (first, rest) = all.split_at(6);
    let said = w.on_terminal(&["new"], &(first.join("\n") + "\n"));
    assert_eq!(said.outcome, Outcome::Error);
    let command = said.err.rsplit('`').nth(1).expect("a command").to_owned();
    let path = command.strip_prefix("exc new --resume ").expect("its path");
    assert!(path.starts_with("exc-draft-"), "{command}");
    let said = w.on_terminal(&["new", "--resume", path], &(rest.join("\n") + "\n"));
    assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
    assert_eq!(w.names("."), ["exceptions"]);
}

#[test]
fn an_interrupt_says_where_the_answers_are_if_there_are_any() {
    let w = Workspace::new();
    w.git();
    let mut session = Session::start(&w, &["new", "--id", "EXC-2026-NEW0"], &[]);
    session.wait_for("title: ").wait_for("> ").press(b"\x03");
    let (code, said) = session.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(!said.contains("the draft is kept"), "{said}");
    let mut session = Session::start(&w, &["-C", ".", "new", "--id", "EXC-2026-NEW0"], &[]);
    session
        .answer("title: ", "Batch gateway keeps a public endpoint until the June release")
        .wait_for("control: ")
        .wait_for("> ")
        .press(b"\x03");
    let (code, said) = session.end();
    assert_eq!(code, Some(130), "{said}");
    let end = "the draft is kept in .git/exc/drafts/EXC-2026-NEW0.yaml: `exc -C . new --resume` goes on with it\n";
    // The terminal may echo the key late.
    assert!(said.contains(end), "{said}");
}

#[test]
fn a_draft_that_cannot_be_read_is_edited_as_it_is_and_takes_no_flag() {
    let desk = kept();
    desk.w.write(".git/exc/drafts/EXC-2026-MYNE.yaml", "title: [\n");
    let said = desk.edit(&["--resume", "--title", "Another title"]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(
        said.err.contains("hint: `exc new --edit --resume` opens it in an editor, without other"),
        "{}",
        said.err
    );
    desk.script("editor", "grep -q '^title: \\[' \"$1\" && exit 7");
    let said = desk.edit(&["--resume"]);
    assert!(said.err.contains("exit status: 7"), "{}", said.err);
    assert_eq!(desk.kept(), ["title: [\n"]);
}

#[test]
fn nothing_of_a_template_gets_into_a_record_even_where_it_was_changed() {
    let desk = Desk::new("");
    let script = format!(
        "sed -i.bak -e 's|^#: A new exception|#: My exception|' -e '/^[^#]/d' \"$1\"; cat >>\"$1\" <<'END'\n{}END\n",
        draft()
    );
    desk.script("editor", &script);
    let said = desk.edit(&["--id", "EXC-2026-MYNE"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(desk.w.read("exceptions/EXC-2026-MYNE.yaml"), draft());
}

#[test]
fn what_is_said_of_a_record_after_editing_names_its_own_line() {
    let desk = kept();
    let soon = draft()
        .replace("opened: 2026-11-05", "opened: 2026-09-25")
        .replace("expires: 2027-01-31", "expires: 2026-12-11");
    desk.w.write(".git/exc/drafts/EXC-2026-MYNE.yaml", soon);
    desk.script("editor", "grep -q '^#: ' \"$1\"");
    let said = desk.edit(&["--resume"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    let text = desk.w.read("exceptions/EXC-2026-MYNE.yaml");
    let line = 1 + text.lines().position(|it| it.starts_with("expires: ")).expect("an end");
    let place = format!("--> exceptions/EXC-2026-MYNE.yaml:{line}:10\n");
    assert!(said.err.contains("warning[EXC208]") && said.err.contains(&place), "{}", said.err);
}

#[test]
fn an_answer_that_is_refused_at_the_end_is_asked_for_again() {
    let w = Workspace::new();
    let flags = ["new", "--id", "EXC-2026-NEW0", "--end-state", "We needed this"];
    let mut answers: Vec<&str> = ANSWERS.lines().collect();
    answers.retain(|it| !it.starts_with("Traffic enters"));
    // Before the question whether to write it: again, and the answer.
    let last = answers.pop();
    answers.extend([
        "a",
        "Traffic enters through the private endpoint pe-proxy.",
        last.unwrap_or_default(),
    ]);
    let said = w.on_terminal(&flags, &(answers.join("\n") + "\n"));
    assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
    assert!(said.err.contains("error[EXC111]"), "{}", said.err);
    let asked = said.err.split("answer that again (a)").nth(1).expect("it is asked");
    let questions: Vec<&str> =
        asked.lines().filter(|line| line.starts_with("end state: ")).collect();
    assert_eq!(questions.len(), 1, "{asked}");
    assert!(!asked.contains("\nticket: "), "{asked}");
    let text = w.read("exceptions/EXC-2026-NEW0.yaml");
    assert!(text.contains("end_state: Traffic enters through the private endpoint pe-proxy.\n"));
}

#[test]
fn an_address_that_a_flag_gives_stays_with_the_name_that_is_known_for_it() {
    let w = Workspace::new();
    let people = "people:\n  - {id: dana, name: Dana Ruiz, emails: [dana.ruiz@example.com]}\n";
    w.write("exceptions/policy.yaml", format!("{POLICY}{people}"));
    let said = w.on_terminal(
        &["new", "--id", "EXC-2026-NEW0", "--owner-email", "dana.ruiz@example.com"],
        ANSWERS,
    );
    assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
    let text = w.read("exceptions/EXC-2026-NEW0.yaml");
    let owner = "owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}\n";
    assert!(text.contains(owner), "{text}");
    // Of an address that nobody knows, the name is asked for, and no other address is taken.
    let target = ANSWERS.replace("service:/model-proxy/api", "service:/batch/api");
    let typed = target.replacen(
        "\n\nai-platform\n",
        "\nLee Park <lee.park@example.com>\nKim Roe\nai-platform\n",
        1,
    );
    let said = w.on_terminal(
        &["new", "--id", "EXC-2026-NEW1", "--owner-email", "kim.roe@example.com"],
        &typed,
    );
    assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
    assert!(said.err.contains("the address is `kim.roe@example.com`: write the name alone\n"));
    let text = w.read("exceptions/EXC-2026-NEW1.yaml");
    assert!(text.contains("owner: {name: Kim Roe, email: kim.roe@example.com, team"), "{text}");
}

#[test]
fn a_folder_of_drafts_that_cannot_be_looked_into_is_said_to_be_so() {
    let desk = kept();
    let folder = desk.w.path(".git/exc/drafts");
    fs::remove_dir_all(&folder).expect("a folder");
    desk.w.write(".git/exc/drafts", "a file");
    let said = desk.w.run(&["new", "--resume"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.starts_with("error: cannot look for drafts: "), "{}", said.err);
}

#[test]
fn the_policy_is_no_draft() {
    let w = Workspace::new();
    w.git();
    let before = w.read("exceptions/policy.yaml");
    let links = ["exceptions/policy.yaml", "exceptions/../exceptions/policy.yaml"];
    for path in links {
        for words in [&["new", "--resume", path][..], &["new", "--edit", "--resume", path]] {
            let said = w.run(words);
            assert_eq!((said.code(), said.out.as_str()), (2, ""), "{said:?}");
            let error =
                "error: `exceptions/policy.yaml` is no draft: it is the policy of the register\n";
            assert!(said.err.starts_with(error), "{}", said.err);
        }
    }
    assert_eq!(w.read("exceptions/policy.yaml"), before);
}

#[test]
fn what_is_wrong_with_a_file_of_ones_own_is_told_of_that_file_and_of_the_flags_that_were_given() {
    let desk = kept();
    let title = "title: Model proxy keeps a public endpoint until vendor private link ships";
    desk.w.write("mine.yaml", draft().replace(title, "title: tbd").replace("MYNE", "FACE"));
    let said = desk.w.run(&["new", "--resume", "mine.yaml", "--plan", "to do"]);
    let text = &said.err;
    assert!(text.contains("error[EXC110]: `title` holds a placeholder: `tbd`\n"), "{said:?}");
    assert!(text.contains("--> <record from mine.yaml>:"), "{text}");
    assert!(text.contains("error[EXC110]: `--plan`: `plan` holds"), "{text}");
}
