//! The commands that ask, as a person meets them: the program on a terminal of its own.

use crate::support::pty::Session;
use crate::support::signing::{ID, World};
use crate::support::{RECORD_PATH, Workspace, good_record, record};

/// Answers the questions up to the blocker.
#[track_caller]
fn begin(session: &mut Session, target: &str) {
    session
        .answer("title: ", "Batch gateway keeps a public endpoint until the June release")
        .answer("control: ", "network")
        .answer("is one of these meant?", "1")
        .answer("another control: ", "")
        .answer("scope: ", target)
        .answer("another target: ", "")
        .answer("risk: ", "low")
        .answer("risk statement: ", "A leaked key could be used from anywhere.")
        .answer("requester: ", "")
        .answer("owner: ", "ruiz")
        .answer("is one of these meant?", "1");
}

fn repository() -> Workspace {
    let w = Workspace::with_record();
    let repo = w.git();
    w.commit(&repo, "main");
    repo.remote("origin", "https://example.com/register.git").expect("a remote");
    w
}

#[test]
fn a_whole_filing_ends_in_a_record_that_the_check_accepts() {
    let w = repository();
    let mut session = Session::start(&w, &["new", "--id", "EXC-2026-NEW0"], &[]);
    begin(&mut session, "service:/batch/api");
    session
        .answer("team: ", "")
        .answer("blocker: ", "we needed this to work")
        .wait_for("could stand in every record")
        .answer("", "The vendor offers no private link before June (ticket 48213).")
        .answer("end state: ", "Traffic enters through the private endpoint pe-batch.")
        .answer("compensating control: ", "")
        .answer("plan: ", "Migrate to private link in the June release.")
        .answer("ticket: ", "")
        .answer("milestone: ", "")
        .answer("expires: ", "")
        .wait_for("similar exceptions are open:")
        .wait_for("EXC-2026-K7QD")
        .wait_for("write it? [Y/n] ")
        .type_line("y");
    let (code, said) = session.end();
    assert_eq!(code, Some(0), "{said}");
    let end = "\
exceptions/EXC-2026-NEW0.yaml
next:
  git switch -c exception/EXC-2026-NEW0
  git add exceptions/EXC-2026-NEW0.yaml
  git commit -m 'exceptions: file EXC-2026-NEW0'
  git push -u origin exception/EXC-2026-NEW0
and open a pull request: it is proposed until it is merged
";
    assert!(said.ends_with(end), "{said}");
    let text = w.read("exceptions/EXC-2026-NEW0.yaml");
    assert!(
        text.contains("owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}")
    );
    // 120 days after the first day is a Saturday.
    assert!(text.contains("expires: 2027-03-19\n"), "{text}");
    assert!(w.codes().is_empty(), "{:?}", w.codes());
}

/// Lines that are longer than a terminal of 80 columns, and no command to copy.
fn too_long(said: &str) -> Vec<&str> {
    let is_command = |line: &str| line.starts_with("  git ") || line.starts_with("  exc ");
    // What is typed ahead may stand anywhere.
    let is_typed = |line: &str| line.contains("service:/batch/api");
    let long = said.lines().filter(|line| line.chars().count() > 80);
    long.filter(|line| !is_command(line) && !is_typed(line)).collect()
}

#[test]
fn what_is_asked_and_refused_fits_into_80_columns() {
    let w = repository();
    let mut session = Session::start_in(80, &w, &["new", "--id", "EXC-2026-NEW0"], &[]);
    begin(&mut session, "service:/batch/api");
    session
        .answer("team: ", "")
        .answer("blocker: ", "we needed this to work")
        .wait_for("could stand")
        .answer("", "No private link before June (ticket 48213).")
        .answer("end state: ", "Traffic enters through the private endpoint pe-batch.")
        .answer("compensating control: ", "")
        .answer("plan: ", "Migrate to private link in the June release.")
        .answer("ticket: ", "")
        .answer("milestone: ", "")
        .answer("expires: ", "2027-12-31")
        .wait_for("> ")
        .type_line("2027-03-19")
        .wait_for("similar exceptions are open:")
        .wait_for("write it? [Y/n] ")
        .type_line("n");
    let (_, said) = session.end();
    assert_eq!(too_long(&said), [] as [&str; 0], "{said}");
    // What a control allows is what the question of the risk says.
    assert!(said.contains("  low       at most 120 days:"), "{said}");
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let way = "hint: `exc new --resume --title …` changes an answer, as each flag does, and `exc new --resume --edit` all of them in an editor; the draft is kept in";
    assert!(words.contains(way), "{said}");
}

#[test]
fn the_summary_of_a_check_fits_into_80_columns() {
    let w = repository();
    let (_, said) = Session::start_in(80, &w, &["check", "--base", "main"], &[]).end();
    assert!(said.contains("judged on 2026-11-20"), "{said}");
    assert_eq!(too_long(&said), [] as [&str; 0], "{said}");
}

#[test]
fn an_answer_that_the_terminal_cuts_is_asked_for_again() {
    let w = repository();
    let mut session = Session::start(&w, &["new"], &[]);
    // As long as a terminal takes it, its end included.
    let longest = "long ".repeat(1_000);
    session
        .answer("title: ", &longest)
        .wait_for("what came after is lost")
        .wait_for("> ")
        .type_line("Batch gateway keeps a public endpoint until the June release")
        .wait_for("control: ")
        .press(b"\x03");
    let (_, said) = session.end();
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn what_is_too_broad_or_excepted_already_is_said_at_once() {
    let w = repository();
    let mut session = Session::start(&w, &["new"], &[]);
    session
        .answer("title: ", "Batch gateway keeps a public endpoint until the June release")
        .answer("control: ", "1")
        .answer("another control: ", "")
        .answer("scope: ", "azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b")
        .wait_for("covers everything in one of `subscriptions`")
        .answer("", "service:/model-proxy/api")
        .wait_for("`EXC-2026-K7QD` excepts it already")
        .wait_for("> ")
        .press(b"\x04");
    let (code, said) = session.end();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error: the input has ended: nothing was written\n"), "{said}");
    assert!(said.contains("`exc new --resume` goes on with it"), "{said}");
    assert_eq!(w.names("exceptions"), ["EXC-2026-K7QD.yaml", "policy.yaml"]);
}

#[test]
fn an_interrupt_writes_no_record_and_loses_no_answer() {
    let w = repository();
    let mut session = Session::start(&w, &["new", "--id", "EXC-2026-NEW0"], &[]);
    begin(&mut session, "service:/batch/api");
    session.wait_for("team: ").wait_for("> ").press(b"\x03");
    let (code, said) = session.end();
    assert_eq!(code, Some(130), "{said}");
    assert_eq!(w.names("exceptions"), ["EXC-2026-K7QD.yaml", "policy.yaml"]);
    assert_eq!(w.names(".git/exc/drafts"), ["EXC-2026-NEW0.yaml"]);
    let mut session = Session::start(&w, &["new", "--resume"], &[]);
    session.wait_for("team: ").wait_for("> ").press(b"\x03");
    assert_eq!(session.end().0, Some(130));
}

#[test]
fn a_draft_that_rules_refuse_goes_back_to_the_editor() {
    let w = repository();
    let fill = good_record().replace("service:/model-proxy/api", "service:/batch/api");
    w.write("filled.yaml", fill.replace("K7QD", "NEW0"));
    w.write(
        "vague.yaml",
        fill.replace("K7QD", "NEW0").replace(
            "The vendor offers no private link before 2027-02 (ticket 48213).",
            "we needed this",
        ),
    );
    w.write(
        "edit.sh",
        "test -e again && cp filled.yaml \"$1\" || cp vague.yaml \"$1\"; touch again\n",
    );
    let vars = [("EDITOR", "sh edit.sh"), ("PATH", "/usr/bin:/bin")];
    let mut session = Session::start(&w, &["new", "--edit", "--id", "EXC-2026-NEW0"], &vars);
    session
        .wait_for("the draft is in .git/exc/drafts/EXC-2026-NEW0.yaml")
        .wait_for("error[EXC111]")
        .wait_for("--> .git/exc/drafts/EXC-2026-NEW0.yaml:")
        .wait_for("edit it again (e)")
        .wait_for("[e] ")
        .type_line("");
    let (code, said) = session.end();
    assert_eq!(code, Some(0), "{said}");
    let text = w.read("exceptions/EXC-2026-NEW0.yaml");
    assert_eq!(text, w.read("filled.yaml"));
    assert!(w.names(".git/exc/drafts").is_empty());
    assert_eq!(w.read(RECORD_PATH), good_record());
}

#[test]
fn a_draft_is_kept_whatever_becomes_of_the_editor() {
    let w = repository();
    let kill = "echo 'title: Mine' >> \"$1\"; kill -KILL $$\n";
    w.write("edit.sh", kill);
    let vars = [("VISUAL", "sh edit.sh"), ("EDITOR", "false")];
    let session = Session::start(&w, &["new", "--edit", "--id", "EXC-2026-NEW0"], &vars);
    let (code, said) = session.end();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("the editor `sh edit.sh` has failed: "), "{said}");
    let draft = ".git/exc/drafts/EXC-2026-NEW0.yaml";
    assert!(w.read(draft).ends_with("\ntitle: Mine\n"));
    // Ctrl-C while the editor runs ends both, whichever is first, and the draft stays.
    w.write("edit.sh", "echo 'team: Ours' >> \"$1\"; echo ready; exec sleep 60\n");
    let mut session = Session::start(&w, &["new", "--edit", "--resume"], &vars);
    session.wait_for("ready").press(b"\x03");
    let (code, said) = session.end();
    assert!(matches!(code, Some(130 | 2)), "{code:?}: {said}");
    assert!(w.read(draft).ends_with("\ntitle: Mine\nteam: Ours\n"));
    // A program that is not there says so.
    let session =
        Session::start(&w, &["new", "--edit", "--resume"], &[("EDITOR", "no-such-editor")]);
    let (code, said) = session.end();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("the editor `no-such-editor` has failed: exit status: 127"), "{said}");
    assert!(w.read(draft).ends_with("\ntitle: Mine\nteam: Ours\n"));
}

#[test]
fn a_renewal_and_a_closing_are_answered_and_an_interrupt_changes_nothing() {
    let w = repository();
    let renew = || {
        let mut session = Session::start(&w, &["renew", "K7QD"], &[]);
        session
            .answer("last valid day", "80d")
            .answer("what has changed", "The vendor moved it to March")
            .wait_for("where to see that")
            .wait_for("> ");
        session
    };
    let mut session = renew();
    session.press(b"\x03");
    assert_eq!(session.end().0, Some(130));
    assert_eq!(w.read(RECORD_PATH), good_record());
    let mut session = renew();
    session.type_line("https://example.com/1");
    let (code, said) = session.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(w.read(RECORD_PATH).contains("reason: The vendor moved it to March\n"));
    let mut session = Session::start(&w, &["close", "K7QD"], &[]);
    session.answer("why it ends", "remed").answer("what came of it", "The public endpoint is off");
    let (code, said) = session.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(w.read(RECORD_PATH).contains("  outcome: remediated\n"));
}

#[test]
fn a_review_is_answered_and_an_interrupt_changes_nothing() {
    let w = repository();
    let review = || {
        let words = ["record-review", "K7QD", "--by", "alice@example.com"];
        let mut session = Session::start(&w, &words, &[]);
        session.answer("what was looked at", "ok").wait_for("> ");
        session
    };
    let mut session = review();
    session.press(b"\x03");
    assert_eq!(session.end().0, Some(130));
    assert_eq!(w.read(RECORD_PATH), good_record());
    let mut session = review();
    session.type_line("The date of the vendor holds; still needed.");
    let (code, said) = session.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(w.read(RECORD_PATH).contains("note: The date of the vendor holds; still needed."));
}

#[test]
fn an_interrupt_at_the_second_renewal_says_how_to_go_on_with_the_first() {
    let w = repository();
    let other = record("EXC-2026-9T4B", "high", "2027-01-31").replace("/model-proxy/", "/gateway/");
    w.write("exceptions/EXC-2026-9T4B.yaml", other);
    let mut session = Session::start(&w, &["renew", "K7QD", "9T4B"], &[]);
    session
        .answer("until: ", "2027-02-15")
        .answer("reason: ", "The vendor moved it to February (ticket 49020).")
        .answer("evidence: ", "https://example.com/vendor/49020")
        .answer("until: ", "2027-02-12")
        .answer("reason: ", "The gateway waits for the proxy (ticket 49021).")
        .wait_for("evidence: ")
        .wait_for("> ")
        .press(b"\x03");
    let (code, said) = session.end();
    assert_eq!(code, Some(130), "{said}");
    let first = "`exc renew EXC-2026-K7QD --until 2027-02-15 --reason 'The vendor moved it to February (ticket 49020).' --evidence https://example.com/vendor/49020` goes on with it\n";
    let second = "`exc renew EXC-2026-9T4B --until 2027-02-12 --reason 'The gateway waits for the proxy (ticket 49021).'` goes on with it\n";
    assert!(said.contains(&format!("{first}{second}")), "{said}");
    assert_eq!(w.read(RECORD_PATH), good_record());
}

#[test]
fn whoever_approves_is_asked_after_the_text_and_signs_on_yes_alone() {
    let Some(world) = World::new() else { return };
    let words = ["approve", ID, "--as", "alice", "--key", "alice"];
    let vars = [("PATH", "/usr/bin:/bin")];
    let approve = |answer: &str| {
        let mut session = Session::start(&world.w, &words, &vars);
        session
            .wait_for("The vendor offers no private link before 2027-02")
            .wait_for("Approve this text as alice? [y/N] ")
            .type_line("perhaps")
            .wait_for("Approve this text as alice? [y/N] ")
            .type_line(answer);
        session.end()
    };
    let (code, said) = approve("");
    assert_eq!(code, Some(2), "{said}");
    assert!(!world.has_approvals());
    let mut session = Session::start(&world.w, &words, &vars);
    session.wait_for("[y/N] ").press(b"\x03");
    assert_eq!(session.end().0, Some(130));
    assert!(!world.has_approvals());
    let (code, said) = approve("y");
    assert_eq!(code, Some(0), "{said}");
    assert!(world.approval().1.contains("approver: alice"));
}

#[test]
fn an_interrupt_in_the_editor_ends_as_one_at_a_question_does() {
    let w = repository();
    w.write("edit.sh", "echo 'title: Mine' >> \"$1\"; kill -INT $$\n");
    let vars = [("EDITOR", "sh edit.sh"), ("PATH", "/usr/bin:/bin")];
    let session = Session::start(&w, &["new", "--edit", "--id", "EXC-2026-NEW0"], &vars);
    let (code, said) = session.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("`exc new --edit --resume` goes on with it\n"), "{said}");
    assert_eq!(w.names("exceptions"), ["EXC-2026-K7QD.yaml", "policy.yaml"]);
    assert!(w.read(".git/exc/drafts/EXC-2026-NEW0.yaml").ends_with("title: Mine\n"));
}

#[test]
fn a_wrong_answer_in_a_list_is_told_that_enter_ends_it() {
    let w = repository();
    let mut session = Session::start(&w, &["new"], &[]);
    session
        .answer("title: ", "Batch gateway keeps a public endpoint until the June release")
        .answer("control: ", "1")
        .answer("another control: ", "none")
        .wait_for("the policy has no control `none`")
        .wait_for("Enter ends the list")
        .answer("", "")
        .wait_for("scope: ")
        .wait_for("> ")
        .press(b"\x04");
    let (code, said) = session.end();
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn an_editor_that_is_closed_at_once_leaves_a_line_and_no_list() {
    let w = repository();
    let vars = [("EDITOR", "true"), ("PATH", "/usr/bin:/bin")];
    let (code, said) = Session::start(&w, &["new", "--edit"], &vars).end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("nothing was changed, and nothing written; `exc new --edit --resume`"));
    assert!(!said.contains("EXC1"), "{said}");
}

#[test]
fn a_day_that_a_renewal_cannot_have_is_refused_before_anything_is_asked() {
    let w = repository();
    for (day, why) in [("2027-01-01", "is no later"), ("2030-01-01", "is later than")] {
        let (code, said) = Session::start(&w, &["renew", "K7QD", "--until", day], &[]).end();
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(why) && !said.contains("what has changed"), "{said}");
    }
    assert_eq!(w.read(RECORD_PATH), good_record());
}
