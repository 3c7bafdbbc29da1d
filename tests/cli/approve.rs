//! `exc approve`, with keys that `ssh-keygen` makes and signs with.

use std::path::Path;
use std::process::Child;

use exc::Outcome;

use crate::support::signing::{FOLDER, ID, World, openssh, person, public, steady};
use crate::support::{RECORD_PATH, good_record, record};

#[test]
fn a_signed_approval_is_verified_merged_and_called_signed() {
    let Some(world) = World::new() else { return };
    let said = world.approve("alice", &[]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    insta::assert_snapshot!(steady(&world, &format!("{}-------\n{}", said.out, said.err)), @"
exceptions/approvals/EXC-2026-K7QD/[TEXT]-[LINEAGE].alice.approval
-------
EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
  new: exceptions/EXC-2026-K7QD.yaml

  grants, at high risk: valid through 2027-01-31 (UTC), 72 days left
    from AZ-NET-004
    at service:/model-proxy/api
  answers for it: Dana Ruiz <dana.ruiz@example.com>
  asked for it: Lee Park <lee.park@example.com>
  approvals at risk `high`: 0 of 1 (signed)
  compared with what is settled on main at [COMMIT]

  the whole text:
  id: EXC-2026-K7QD
  title: Model proxy keeps a public endpoint until vendor private link ships
  controls + AZ-NET-004
  scope + service:/model-proxy/api
  risk.level: high
  risk.statement: A leaked key could be used from anywhere.
  owner.name: Dana Ruiz
  owner.email: dana.ruiz@example.com
  owner.team: ai-platform
  requester.name: Lee Park
  requester.email: lee.park@example.com
  justification.blocker: The vendor offers no private link before 2027-02
    (ticket 48213).
  justification.end_state: Traffic enters through the private endpoint
    pe-model-proxy.
  compensating_controls.0: {description: IP allow-list limited to the two
    egress addresses of the CI network, reduces: use of a leaked key from
    outside, owner: net.ops@example.com, evidence:
    https://example.com/runs/8841, verified: 2026-11-02, verify_every: 30d}
  remediation.plan: Migrate to private link in the vendor's 2027-02 release.
  opened: 2026-11-05
  expires: 2027-01-31
next:
  git add exceptions/approvals/EXC-2026-K7QD/[TEXT]-[LINEAGE].alice.approval
  git commit -m 'exceptions: alice approves EXC-2026-K7QD'
  git push -u origin topic
where pull requests are squashed, anyone but `alice` has to commit it: a squash names all authors of the branch, and whoever wrote the text cannot approve it. Print it with `exc approve EXC-2026-K7QD --print`, and the requester puts it in place with `exc approve --add FILE`
");
    let (path, _) = world.approval();
    assert_eq!(said.out, format!("{path}\n"));

    let said = world.w.run(&["verify"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    insta::assert_snapshot!(steady(&world, &said.out), @"
EXC-2026-K7QD  HAS WHAT THE POLICY DEMANDS
  new: exceptions/EXC-2026-K7QD.yaml
  approvals at risk `high`: 1 of 1 (signed): alice (signed)
  approved by alice, key SHA256:[KEY]
    exceptions/approvals/EXC-2026-K7QD/[TEXT]-[LINEAGE].alice.approval

1 text compared with main at [COMMIT] on 2026-11-20 (UTC): 1 with what the
  policy demands
");

    world.commit("topic", "lee.park@example.com", &["topic"]);
    world.merge("dana@example.com");
    let said = world.w.run(&["history", ID]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert!(said.out.contains("approved by alice (signed)"), "{}", said.out);

    let again = world.w.run(&["verify", ID]);
    assert_eq!(again.outcome, Outcome::Success, "{again:?}");
    insta::assert_snapshot!(steady(&world, &again.out), @"
EXC-2026-K7QD  APPROVED ON MAIN
  identical: exceptions/EXC-2026-K7QD.yaml
  on the mainline: alice (signed)
  approved by alice, key SHA256:[KEY]
    exceptions/approvals/EXC-2026-K7QD/[TEXT]-[LINEAGE].alice.approval

1 text compared with main at [COMMIT] on 2026-11-20 (UTC): 1 approved on the
  mainline
");
    let json = world.w.run(&["verify", "--format", "json"]);
    insta::assert_snapshot!(steady(&world, &json.out), @r#"
{
  "schema_version": 1,
  "tool_version": "0.1.0",
  "today": "2026-11-20",
  "coverage": {
    "complete": true,
    "mainline": "main",
    "tip": "[COMMIT]",
    "notes": []
  },
  "records": [
    {
      "id": "EXC-2026-K7QD",
      "path": "exceptions/EXC-2026-K7QD.yaml",
      "verdict": "not-needed",
      "kind": "identical",
      "expires": "2027-01-31",
      "risk": "high",
      "needed": 0,
      "accepted": [
        "signed"
      ],
      "evidence": [
        {
          "kind": "signed",
          "person": "alice"
        }
      ],
      "approvals": [
        {
          "path": "exceptions/approvals/EXC-2026-K7QD/[TEXT]-[LINEAGE].alice.approval",
          "person": "alice",
          "decision": "approve",
          "key": "SHA256:[KEY]",
          "current": true,
          "counts": true,
          "why": null
        }
      ],
      "rejected_by": [],
      "why": [],
      "notes": [
        "the mainline has settled this very text"
      ],
      "not_evaluated": []
    }
  ]
}
"#);
    let (path, text) = world.approval();
    world.w.write(&path, text.replace("signed-at: 2026", "signed-at: 2025"));
    let changed = world.w.run(&["verify", ID]);
    assert!(changed.out.contains("is not what the key of `alice` signed"), "{}", changed.out);
    let needless = world.approve("bob", &[]);
    assert_eq!((needless.outcome, needless.out.as_str()), (Outcome::Success, ""), "{needless:?}");
    insta::assert_snapshot!(needless.err, @"`EXC-2026-K7QD` needs no approval: the mainline has settled this very text");
}

#[cfg(unix)]
#[test]
fn what_was_written_verifies_with_the_commands_of_openssh() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    let (path, _) = world.approval();
    world.w.write("allowed_signers", format!("alice {}\n", public(&world.w, "alice")));
    let script = format!(
        "sed '/^-----BEGIN SSH/,$d' {path} > s && sed -n '/^-----BEGIN SSH/,$p' {path} > s.sig && \
         ssh-keygen -Y verify -f allowed_signers -I alice -n exc-approval-v1 -s s.sig < s"
    );
    let status = openssh(&world.w, "sh").args(["-c", &script]).status().expect("a shell");
    assert!(status.success());
}

#[test]
fn nobody_approves_what_they_requested_or_wrote() {
    let Some(world) = World::new() else { return };
    let said = world.approve("lee", &["--key", "mallory"]);
    assert_eq!(said.outcome, Outcome::Error, "an option stands twice: {said:?}");
    let said = world.w.run(&["approve", ID, "--as", "lee", "--yes"]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    insta::assert_snapshot!(steady(&world, &said.err), @"
refused: `EXC-2026-K7QD`: `lee` also wrote it in [COMMIT]; a different person must approve
hint: ask `alice` or `bob`
");

    world.w.write(RECORD_PATH, good_record().replace("2027-01-31", "2027-01-30"));
    world.commit("topic", "alice@example.com", &["topic"]);
    let said = world.approve("alice", &[]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    insta::assert_snapshot!(steady(&world, &said.err), @"
refused: `EXC-2026-K7QD`: `alice` also wrote it in [COMMIT]; a different person must approve
hint: ask `bob`
");
    assert!(!world.has_approvals());
    assert_eq!(world.approve("bob", &[]).outcome, Outcome::Success);
}

#[test]
fn a_person_or_a_key_that_the_policy_does_not_list_is_refused() {
    let Some(world) = World::new() else { return };
    let said = world.approve("mallory", &[]);
    assert_eq!(said.outcome, Outcome::Findings);
    insta::assert_snapshot!(steady(&world, &said.err), @"
refused: `EXC-2026-K7QD`: `mallory` is not in `people` of the settled policy
hint: `people` of the policy on the mainline says who may approve; name one of them with `--as PERSON`
");

    let said = world.w.run(&["approve", ID, "--as", "alice", "--key", "mallory", "--yes"]);
    assert_eq!(said.outcome, Outcome::Findings);
    let last: Vec<&str> = said.err.lines().rev().take(2).collect();
    insta::assert_snapshot!(steady(&world, &last.join("\n")), @r#"
hint: name another with `--key FILE`; to add this one, put `{key: "ssh-ed25519 [KEY]", from: 2026-11-20}` under `keys` of `alice` in the policy, and have that approved
refused: `EXC-2026-K7QD`: the key `SHA256:[KEY]` is not among the keys of `alice` in the settled policy
"#);
    std::fs::remove_file(world.w.path("mallory.pub")).expect("the public half");
    let said = world.w.run(&["approve", ID, "--as", "alice", "--key", "mallory", "--yes"]);
    assert_eq!(said.outcome, Outcome::Findings, "seen once it has signed: {said:?}");
    assert!(!world.has_approvals());
}

/// Otherwise whoever proposes a record could add a key to the policy beside it.
#[test]
fn the_policy_of_the_mainline_says_whose_keys_count() {
    let Some(world) = World::new() else { return };
    let own = public(&world.w, "mallory");
    let policy = world.w.read("exceptions/policy.yaml") + &person("mallory", "approver", &own);
    world.w.write("exceptions/policy.yaml", policy);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    let said = world.approve("mallory", &[]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    assert!(said.err.contains("`mallory` is not in `people` of the settled policy"), "{said:?}");
}

#[test]
fn text_with_an_error_or_that_deceives_is_not_approved_and_may_be_rejected() {
    let Some(world) = World::new() else { return };
    for bad in [
        good_record().replace("ticket 48213", "ticket \u{202e}48213"),
        format!("{}expiry: 2027-01-31\n", good_record()),
    ] {
        world.w.write(RECORD_PATH, bad);
        let said = world.approve("alice", &[]);
        assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
        assert!(said.err.contains("error[EXC"), "{}", said.err);
        assert!(said.err.contains("refused: `EXC-2026-K7QD`: the text has errors"), "{said:?}");
        assert!(!world.has_approvals());
    }
    let said = world.approve("alice", &["--reject"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    let (_, text) = world.approval();
    assert!(text.contains("decision: reject\n"), "{text}");
    let said = world.w.run(&["verify", ID]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    assert!(said.out.contains("`alice` rejected this text"), "{}", said.out);
}

#[test]
fn whoever_rejects_is_told_how_to_hand_over_the_rejection_and_not_an_approval() {
    let Some(world) = World::new() else { return };
    let said = world.approve("alice", &["--reject"]);
    assert!(said.err.contains("`exc approve EXC-2026-K7QD --reject --print`"), "{}", said.err);
    assert!(said.err.contains("whoever wrote the text cannot reject it"), "{}", said.err);
    assert!(said.err.contains("alice rejects EXC-2026-K7QD: WHY'"), "{}", said.err);
    assert!(said.err.contains("a rejection holds no reason: say it in the place of WHY"));
}

#[test]
fn an_approved_text_is_not_rejected_but_closed() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    world.merge("dana@example.com");
    let before = world.w.names(FOLDER);
    let said = world.approve("bob", &["--reject"]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    insta::assert_snapshot!(steady(&world, &said.err), @"
refused: `EXC-2026-K7QD`: this text is settled on `main`, and a rejection does not take back an approval
hint: nothing was written; what ends it is to close it: `closed: {date: 2026-11-20, outcome: revoked, note: WHY}` in `exceptions/EXC-2026-K7QD.yaml`, which needs no approval
");
    assert_eq!(world.w.names(FOLDER), before);
    let closed = "closed: {date: 2026-11-20, outcome: revoked, note: A key leaked.}";
    world.w.write(RECORD_PATH, format!("{}{closed}\n", good_record()));
    assert_eq!(world.w.run(&["check"]).outcome, Outcome::Success);
    let said = world.approve("bob", &[]);
    assert!(said.err.contains("needs no approval"), "{}", said.err);
    let said = world.approve("bob", &["--reject"]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    assert!(said.err.contains("a rejection changes nothing"), "{}", said.err);
    let said = world.w.run(&["approve", "policy.yaml", "--as", "bob", "--reject", "--yes"]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
}

#[test]
fn a_change_that_allows_no_more_needs_no_approval() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    world.merge("dana@example.com");
    world.switch("topic");
    let approved = world.w.names(FOLDER);
    for (old, new, kind) in [
        ("2027-01-31", "2027-01-30", "tightening"),
        ("Model proxy keeps", "The model proxy keeps", "cosmetic"),
    ] {
        world.w.write(RECORD_PATH, good_record().replace(old, new));
        let said = world.approve("bob", &[]);
        assert_eq!(said.outcome, Outcome::Success, "{said:?}");
        assert!(said.err.contains(&format!("it is `{kind}`")), "{}", said.err);
    }
    assert_eq!(world.w.names(FOLDER), approved);
    world.w.write(RECORD_PATH, good_record().replace("2027-01-31", "2027-02-01"));
    let said = world.approve("bob", &[]);
    assert!(said.err.contains("note: this text is not committed"), "{}", said.err);
    assert!(said.err.contains("expires 2027-01-31 → 2027-02-01: 1 day later"), "{}", said.err);
    assert_eq!(world.w.names(FOLDER).len(), 2);
}

#[test]
fn a_printed_approval_is_added_by_whoever_can_push() {
    let Some(world) = World::new() else { return };
    let printed = world.approve("alice", &["--print"]);
    assert_eq!(printed.outcome, Outcome::Success, "{printed:?}");
    assert!(printed.out.starts_with("exc-approval/v1\n") && !world.has_approvals());

    // As a form on a page sends it.
    let pasted = format!("\r\n{}\r\n", printed.out.replace('\n', "\r\n"));
    world.w.write("pasted.txt", &pasted);
    let said = world.w.run(&["approve", "--add", "pasted.txt"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    // Who adds it is told what is left to do, and not to do what is done.
    assert!(said.err.contains("anyone but `alice` has to commit it"), "{}", said.err);
    assert!(!said.err.contains("--print") && !said.err.contains("--add"), "{}", said.err);
    assert_eq!(world.approval().1, printed.out);
    let said = world.w.run_with(&["approve", "--add", "-"], &pasted, exc::Terminal::default());
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    // Who has signed already gets it again.
    assert_eq!(world.approve("alice", &["--print"]).out, printed.out);
    assert_eq!(world.approve("alice", &[]).out, "");

    let quoted: String = printed.out.lines().map(|line| format!("> {line}\n")).collect();
    world.w.write("pasted.txt", format!("> ```\n{quoted}> ```\n"));
    std::fs::remove_file(world.w.path(world.approval().0)).expect("removed");
    let said = world.w.run(&["approve", "--add", "pasted.txt"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(world.approval().1, printed.out);

    world.w.write("pasted.txt", printed.out.replace("risk: high", "risk: low"));
    let said = world.w.run(&["approve", "--add", "pasted.txt"]);
    assert_eq!(said.outcome, Outcome::Findings);
    insta::assert_snapshot!(steady(&world, &said.err), @"
refused: `EXC-2026-K7QD`: `exceptions/approvals/EXC-2026-K7QD/[TEXT]-[LINEAGE].alice.approval`: the approval says `risk: low`, and the record `high`
hint: nothing was written; have the text as it is now approved
");
    world.w.write("pasted.txt", "Approved-by: alice\n");
    let said = world.w.run(&["approve", "--add", "pasted.txt"]);
    insta::assert_snapshot!(steady(&world, &said.err), @"
error: this is no approval: the approval has no signature
hint: write the approval anew with `exc approve ID`
");
}

#[test]
fn the_text_of_a_fetched_revision_is_approved_whatever_the_work_tree_holds() {
    let Some(world) = World::new() else { return };
    world.switch("main");
    std::fs::remove_file(world.w.path(RECORD_PATH)).expect("the record");
    let said = world.approve("alice", &[]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    let said = world.approve("alice", &["--rev", "topic"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    let lee = world.w.run(&["approve", ID, "--rev", "topic", "--as", "lee", "--yes"]);
    assert_eq!(lee.outcome, Outcome::Findings, "{lee:?}");
    world.w.write(RECORD_PATH, good_record());
    assert_eq!(world.w.run(&["verify", ID]).outcome, Outcome::Success);
}

/// Git writes the line breaks of a work tree as it is told; what is approved is what it stores.
#[test]
fn line_breaks_that_only_the_work_tree_has_are_not_signed() {
    let Some(world) = World::new() else { return };
    world.w.write(RECORD_PATH, good_record().replace('\n', "\r\n"));
    let said = world.approve("alice", &[]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert!(!said.err.contains("not committed"), "{}", said.err);
    assert_eq!(world.w.run(&["verify", ID]).outcome, Outcome::Success);
    world.w.write(RECORD_PATH, good_record());
    assert_eq!(world.w.run(&["verify", ID]).outcome, Outcome::Success);
    // A break that git does not store the other way is a part of the text.
    world.w.write(RECORD_PATH, good_record().replacen('\n', "\r\n", 1) + "tags: []\n");
    assert_eq!(world.w.run(&["verify", ID]).outcome, Outcome::Findings);
}

#[test]
fn it_works_from_another_directory_on_several_texts_at_once() {
    let Some(world) = World::new() else { return };
    let there = ["-C", "exceptions", "--register", ".", "approve", ID, "policy.yaml"];
    let said = world.w.run(&[&there[..], &["--as", "alice", "--key", "../alice", "-y"]].concat());
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(said.out, format!("{}\n", world.approval().0));
    assert!(said.err.contains("`policy.yaml` needs no approval"), "{}", said.err);
    let again = world.approve("alice", &[]);
    assert!(again.err.contains("`alice` has said so already"), "{}", again.err);
    let unknown = world.w.run(&["approve", "EXC-2026-K7QE", "--as", "alice", "-y"]);
    assert!(unknown.err.contains("did you mean `EXC-2026-K7QD`?"), "{}", unknown.err);
    let two = world.w.run(&["approve", ID, "policy.yaml", "--print", "--as", "bob", "-y"]);
    assert_eq!(two.outcome, Outcome::Error, "{two:?}");
}

#[test]
fn a_person_is_asked_on_a_terminal_and_nowhere_else() {
    let Some(world) = World::new() else { return };
    let ask = ["approve", ID, "--as", "alice", "--key", "alice"];
    let said = world.w.run(&ask);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("whether `alice` signs `EXC-2026-K7QD` cannot be asked"), "{said:?}");
    let silent = world.w.on_terminal(&[&ask[..], &["--no-input"]].concat(), "y\n");
    assert_eq!(silent.outcome, Outcome::Error);
    let no = world.w.on_terminal(&ask, "\n");
    assert_eq!(no.outcome, Outcome::Error);
    assert!(no.err.contains("Approve this text as alice? [y/N] "), "{}", no.err);
    assert!(no.err.contains("nothing was signed, as you said"), "{}", no.err);
    assert!(!world.has_approvals());
    let yes = world.w.on_terminal(&ask, "perhaps\ny\n");
    assert_eq!(yes.outcome, Outcome::Success, "{yes:?}");
    world.approval();
}

#[test]
fn the_person_is_whose_key_is_named_or_whose_address_git_knows() {
    let Some(world) = World::with_vars(&[("GIT_AUTHOR_EMAIL", "bob@example.com")]) else { return };
    let said = world.w.run(&["approve", ID, "--key", "alice", "--print", "--yes"]);
    assert!(said.out.contains("approver: alice\n"), "{said:?}");
    let said = world.w.run(&["approve", ID, "--yes"]);
    assert_eq!(said.outcome, Outcome::Error, "no key is named: {said:?}");
    insta::assert_snapshot!(said.err.lines().rev().take(2).collect::<Vec<_>>().join("\n"), @"
hint: name one with `--key FILE`, set it with `git config --global user.signingkey ~/.ssh/id_ed25519.pub`, or give it to the agent with `ssh-add`
error: there is no key of `bob` to sign with
");
    let key = world.w.path("bob.pub").display().to_string().replace(".pub", "");
    world.w.write("gitconfig", format!("[user]\n\tsigningkey = {key}\n"));
    let said = world.w.run(&["approve", ID, "--print", "--yes"]);
    assert!(said.out.contains("approver: bob\n"), "{said:?}");
}

/// What the repository itself configures runs no program and chooses no key.
#[cfg(unix)]
#[test]
fn a_hostile_configuration_of_the_repository_is_not_obeyed() {
    let Some(world) = World::new() else { return };
    let (trap, sprung) = (world.w.path("trap.sh"), world.w.path("sprung"));
    world.w.write(
        "trap.sh",
        format!("#!/bin/sh\ntouch {}\nexec ssh-keygen \"$@\"\n", sprung.display()),
    );
    let can_run = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&trap, can_run).expect("it can run");
    let trap = trap.display().to_string();
    let mut config = world.repo.config().expect("a configuration");
    for (key, value) in [
        ("gpg.ssh.program", trap.as_str()),
        ("gpg.format", "ssh"),
        ("user.signingkey", &world.w.path("alice").display().to_string()),
        ("gpg.ssh.defaultKeyCommand", &trap),
    ] {
        config.set_str(key, value).expect("written");
    }
    let said = world.w.run(&["approve", ID, "--as", "alice", "--yes"]);
    assert_eq!(said.outcome, Outcome::Error, "its key is not taken: {said:?}");
    assert!(said.err.contains("there is no key of `alice` to sign with"), "{said:?}");
    // That it is not taken is said, with what names a key.
    assert!(said.err.contains("of this repository's own configuration is not used"), "{said:?}");
    let way = format!("`--key {}`", world.w.path("alice").display());
    assert!(said.err.contains(&way), "{said:?}");
    let named = world.approve("alice", &[]);
    assert_eq!(named.outcome, Outcome::Success);
    assert!(!named.err.contains("own configuration"), "{named:?}");
    assert!(!sprung.exists());
}

/// An agent that ends with the test.
struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_key_of_the_agent_that_the_policy_lists_signs() {
    let Some(world) = World::with_vars(&[("SSH_AUTH_SOCK", "[HOME]/agent")]) else { return };
    let socket = world.w.path("agent");
    let started = openssh(&world.w, "ssh-agent").arg("-D").arg("-a").arg(&socket).spawn();
    let _agent = Agent(started.expect("ssh-agent runs"));
    let since = std::time::Instant::now();
    while !socket.exists() && since.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    for name in ["mallory", "alice"] {
        let mut add = openssh(&world.w, "ssh-add");
        let added = add.env("SSH_AUTH_SOCK", &socket).arg(world.w.path(name)).status();
        assert!(added.expect("ssh-add runs").success());
        std::fs::remove_file(world.w.path(name)).expect("only the agent has it");
    }
    let said = world.w.run(&["approve", ID, "--as", "alice", "--yes"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    let (path, _) = world.approval();
    std::fs::remove_file(world.w.path(path)).expect("the approval");
    // The same where git's configuration names the key itself.
    world
        .w
        .write("gitconfig", format!("[user]\n\tsigningkey = key::{}\n", public(&world.w, "alice")));
    let said = world.w.run(&["approve", ID, "--as", "alice", "--yes"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(world.w.run(&["verify", ID]).outcome, Outcome::Success);
}

#[test]
fn a_change_of_the_policy_is_approved_like_a_record() {
    let Some(world) = World::new() else { return };
    let longer = world.w.read("exceptions/policy.yaml").replace("high: 1", "high: 2");
    world.w.write("exceptions/policy.yaml", &longer);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    let approve =
        |name| world.w.run(&["approve", "policy.yaml", "--as", name, "--key", name, "--yes"]);
    let said = approve("alice");
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    insta::assert_snapshot!(steady(&world, &said.err), @"
policy.yaml  the policy of the register
  policy change: exceptions/policy.yaml
  stricter: approvals.quorum.high: raised from 1 to 2

  approvals: 0 of 1 (landing or signed)
  compared with what is settled on main at [COMMIT]
next:
  git add exceptions/approvals/policy.yaml/[TEXT]-[LINEAGE].alice.approval
  git commit -m 'exceptions: alice approves policy.yaml'
  git push -u origin topic
where pull requests are squashed, anyone but `alice` has to commit it: a squash names all authors of the branch, and whoever wrote the text cannot approve it. Print it with `exc approve policy.yaml --print`, and the requester puts it in place with `exc approve --add FILE`
");
    assert_eq!(world.w.names("exceptions/approvals"), ["policy.yaml"]);
    let said = world.w.run(&["verify", "policy.yaml"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    world.commit("topic", "lee.park@example.com", &["topic"]);
    world.merge("lee.park@example.com");
    let said = world.w.run(&["audit"]);
    assert!(said.out.contains("approved by alice (signed)"), "{}", said.out);
    assert_eq!(world.w.run(&["verify", "policy.yaml"]).outcome, Outcome::Success);
}

#[test]
fn a_bare_repository_is_no_place_to_sign() {
    let Some(world) = World::new() else { return };
    let bare = tempfile::tempdir().expect("a folder");
    git2::build::RepoBuilder::new()
        .bare(true)
        .clone(&world.w.root().display().to_string(), bare.path())
        .expect("a clone");
    let place = bare.path().display().to_string();
    let said = world.w.run(&["-C", &place, "approve", ID, "--as", "alice"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("is a bare repository: it has no files"), "{said:?}");
    assert!(Path::new(&place).join("HEAD").exists());
}

/// What the gate says about the branch, whose approvals are committed first.
fn gate(world: &World) -> (String, u8) {
    world.commit("topic", "lee.park@example.com", &["topic"]);
    let said = world.w.run(&["check", "--base", "main", "--head", "topic"]);
    (said.out.clone(), said.code())
}

#[test]
fn the_gate_demands_signatures_where_nothing_else_counts() {
    let Some(world) = World::new() else { return };
    let (out, code) = gate(&world);
    assert!(
        out.contains("error[EXC501]: at high risk it needs 1 signed approval, and has 0"),
        "{out}"
    );
    assert_eq!(code, 1);
    world.approve("alice", &[]);
    let (out, code) = gate(&world);
    let has = "`EXC-2026-K7QD` needs 1 approval at high risk (signed), has 1: alice (signed)";
    assert!(out.contains(has), "{out}");
    assert_eq!(code, 0, "{out}");
    // Another text has no approval.
    let text = world.w.read(RECORD_PATH).replace("expires: 2027-01-31", "expires: 2027-01-30");
    world.w.write(RECORD_PATH, text);
    let (out, code) = gate(&world);
    assert!(out.contains("the approval is for another text"), "{out}");
    assert_eq!(code, 1);
}

/// A register in which Alice approved the record and Bob rejected it, all of it on the mainline.
fn rejected() -> Option<World> {
    let world = World::new()?;
    world.approve("alice", &[]);
    world.approve("bob", &["--reject"]);
    world.merge("dana@example.com");
    Some(world)
}

/// What the gate says about a branch that starts at the mainline, with what stands on the disk.
fn gate_on_main(world: &World) -> (String, u8) {
    world.commit("topic", "lee.park@example.com", &["main"]);
    let said = world.w.run(&["check", "--base", "main", "--head", "topic"]);
    (said.out.clone(), said.code())
}

/// The file in which somebody approved or rejected the record.
fn file_of(world: &World, person: &str) -> String {
    let names = world.w.names(FOLDER);
    let name = names.iter().find(|name| name.contains(&format!(".{person}.")));
    format!("{FOLDER}/{}", name.expect("a file"))
}

#[test]
fn a_rejection_is_taken_back_by_nobody_but_whoever_signed_it() {
    let Some(world) = rejected() else { return };
    let path = file_of(&world, "bob");
    let text = world.w.read(&path);
    std::fs::remove_file(world.w.path(&path)).expect("removed");
    let (out, code) = gate_on_main(&world);
    assert!(
        out.contains("error[EXC408]: the rejection of `EXC-2026-K7QD` by `bob` is removed"),
        "{out}"
    );
    assert_eq!(code, 1, "{out}");
    world.w.write(&path, text.replace("decision: reject", "decision: approve"));
    let (out, _) = gate_on_main(&world);
    assert!(
        out.contains("error[EXC408]: the rejection of `EXC-2026-K7QD` by `bob` is edited"),
        "{out}"
    );
    // By Bob it may become an approval.
    world.w.write(&path, &text);
    let said = world.approve("bob", &[]);
    assert_eq!(said.code(), 0, "{}", said.err);
    assert!(world.w.read(&path).contains("decision: approve"));
    let (out, code) = gate_on_main(&world);
    assert!(!out.contains("EXC408") && !out.contains("EXC409"), "{out}");
    assert_eq!(code, 0, "{out}");
}

#[test]
fn an_approval_that_goes_is_worth_a_warning() {
    let Some(world) = rejected() else { return };
    std::fs::remove_file(world.w.path(file_of(&world, "alice"))).expect("removed");
    let (out, _) = gate_on_main(&world);
    assert!(
        out.contains("warning[EXC409]: the approval of `EXC-2026-K7QD` by `alice` is removed"),
        "{out}"
    );
    assert!(!out.contains("EXC408"), "{out}");
}

#[test]
fn a_rejection_that_landed_and_is_gone_is_heard_by_the_gate_and_by_who_asks() {
    let Some(world) = rejected() else { return };
    let path = file_of(&world, "bob");
    std::fs::remove_file(world.w.path(path)).expect("removed");
    world.commit("main", "dana@example.com", &["main"]);
    world.w.write(RECORD_PATH, format!("{}# a comment\n", world.w.read(RECORD_PATH)));
    world.approve("alice", &[]);
    let (out, code) = gate_on_main(&world);
    assert!(out.contains("error[EXC501]: `bob` has rejected this text"), "{out}");
    assert_eq!(code, 1, "{out}");
    let said = world.w.run(&["verify", ID]);
    assert!(said.out.contains("`bob` rejected this text"), "{}", said.out);
    assert_eq!(said.code(), 1, "{}", said.out);
}

#[test]
fn a_part_of_an_id_means_a_record_of_the_revision_that_is_read() {
    let Some(world) = World::new() else { return };
    world.commit("topic", "lee.park@example.com", &["main"]);
    std::fs::remove_file(world.w.path(RECORD_PATH)).expect("removed");
    let verified = |part: &str| world.w.run(&["verify", part, "--rev", "topic"]);
    let said = verified("k7qd");
    assert!(said.out.contains("EXC-2026-K7QD"), "{said:?}");
    assert!(world.w.run(&["verify", "k7qd"]).err.contains("there is no record `k7qd`"));

    // Whoever sees another one here may mean that.
    world.w.write("exceptions/EXC-2026-K7QA.yaml", record("EXC-2026-K7QA", "high", "2027-01-31"));
    let said = verified("k7q");
    assert_eq!(said.code(), 2);
    let expected = "`k7q` is a part of 2 ids: `EXC-2026-K7QA`, `EXC-2026-K7QD`";
    assert!(said.err.contains(expected), "{said:?}");
    assert!(verified("k7qd").out.contains("EXC-2026-K7QD"));
}

#[test]
fn a_rejection_whose_record_never_landed_and_that_is_gone_is_heard_by_the_gate() {
    let Some(world) = World::new() else { return };
    world.approve("bob", &["--reject"]);
    let (path, record) = (file_of(&world, "bob"), world.w.read(RECORD_PATH));
    std::fs::remove_file(world.w.path(RECORD_PATH)).expect("removed");
    world.commit("main", "dana@example.com", &["main"]);
    std::fs::remove_file(world.w.path(&path)).expect("removed");
    world.commit("main", "dana@example.com", &["main"]);
    world.w.write(RECORD_PATH, record);
    world.approve("alice", &[]);
    let (out, code) = gate_on_main(&world);
    assert!(out.contains("error[EXC501]: `bob` has rejected this text"), "{out}");
    assert_eq!(code, 1, "{out}");
    let said = world.w.run(&["verify", ID]);
    assert!(said.out.contains("`bob` rejected this text"), "{}", said.out);
    let said = world.w.run(&["review", "--base", "main", "--head", "topic"]);
    assert!(said.out.contains("`bob` rejected this text"), "{}", said.out);
}

#[test]
fn a_rejection_that_its_branch_removes_again_is_heard_by_the_gate() {
    let Some(world) = World::new() else { return };
    world.approve("bob", &["--reject"]);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    std::fs::remove_file(world.w.path(file_of(&world, "bob"))).expect("removed");
    world.approve("alice", &[]);
    let (out, code) = gate(&world);
    assert!(out.contains("error[EXC501]: `bob` has rejected this text"), "{out}");
    assert_eq!(code, 1, "{out}");
}

#[test]
fn what_stands_among_the_approvals_and_approves_nothing_is_seen() {
    let Some(world) = rejected() else { return };
    let own = world.w.read(file_of(&world, "alice"));
    assert_eq!(world.w.run(&["check", "--fail-on", "warning"]).code(), 0);
    for (path, text, expected) in [
        (
            "EXC-2026-K7QD/alice.txt",
            "approved in the meeting\n",
            "this is no approval: the approval has no signature",
        ),
        ("EXC-2026-K7QD/copy.alice.approval", &own, "stands elsewhere"),
        ("EXC-2026-ZZZZ/a.approval", &own, "stands elsewhere"),
        (
            "README",
            "text\n",
            "error[EXC006]: this file is no approval: those stand in `approvals/ID/`",
        ),
        ("EXC-2026-K7QD/old/a.approval", &own, "error[EXC006]: this file is no approval"),
    ] {
        let path = format!("exceptions/approvals/{path}");
        world.w.write(&path, text);
        let out = world.w.run(&["check"]).out;
        assert!(out.contains(expected), "{path}: {out}");
        assert!(out.contains("EXC502") || out.contains("EXC006"), "{path}: {out}");
        std::fs::remove_file(world.w.path(&path)).expect("removed");
    }
    // An approval whose record is gone.
    std::fs::remove_file(world.w.path(RECORD_PATH)).expect("removed");
    let out = world.w.run(&["check"]).out;
    assert!(
        out.contains("warning[EXC502]: it is about `EXC-2026-K7QD`, which is no record here"),
        "{out}"
    );
    assert!(out.contains("help: restore the record `EXC-2026-K7QD`, "), "{out}");
}

#[test]
fn the_gate_hears_a_rejection() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    world.approve("bob", &["--reject"]);
    let (out, code) = gate(&world);
    assert!(out.contains("error[EXC501]: `bob` has rejected this text"), "{out}");
    assert_eq!(code, 1);
}

#[test]
fn a_rejection_of_an_earlier_text_of_the_branch_holds_or_is_told() {
    let Some(world) = World::new() else { return };
    world.approve("bob", &["--reject"]);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    world.w.write(RECORD_PATH, format!("{}# a comment\n", world.w.read(RECORD_PATH)));
    world.approve("alice", &[]);
    let (out, code) = gate(&world);
    assert!(out.contains("error[EXC501]: `bob` has rejected this text"), "{out}");
    assert_eq!(code, 1, "{out}");
    let said = world.w.run(&["verify", ID]);
    assert!(said.out.contains("`bob` rejected this text"), "{}", said.out);
    let text = world.w.read(RECORD_PATH).replace("48213", "48213, asked again on 2026-11-18");
    world.w.write(RECORD_PATH, text);
    world.approve("alice", &[]);
    let (out, code) = gate(&world);
    assert!(
        out.contains("another text of it was rejected by bob: see whether this one answers that"),
        "{out}"
    );
    assert_eq!(code, 0, "{out}");
}

#[test]
fn the_gate_counts_no_signature_of_whoever_requested_it() {
    let Some(world) = World::new() else { return };
    let text = world.w.read(RECORD_PATH).replace("lee.park@example.com", "alice@example.com");
    world.w.write(RECORD_PATH, text);
    world.approve("alice", &[]);
    let (out, code) = gate(&world);
    assert!(out.contains("needs 1 signed approval, and has 0"), "{out}");
    assert_eq!(code, 1);
}

/// What is shown before Alice is asked.
fn page(world: &World, more: &[&str]) -> String {
    let arguments = [&["approve", ID, "--as", "alice", "--key", "alice"][..], more].concat();
    let said = world.w.run(&arguments);
    let (page, _) = said.err.split_once("error: whether").unwrap_or((&said.err, ""));
    page.to_owned()
}

#[test]
fn a_page_says_first_what_changes_and_grants_and_the_whole_text_where_it_is_new_or_asked_for() {
    let Some(world) = World::new() else { return };
    let new = page(&world, &[]);
    insta::assert_snapshot!(steady(&world, &new), @"
EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
  new: exceptions/EXC-2026-K7QD.yaml

  grants, at high risk: valid through 2027-01-31 (UTC), 72 days left
    from AZ-NET-004
    at service:/model-proxy/api
  answers for it: Dana Ruiz <dana.ruiz@example.com>
  asked for it: Lee Park <lee.park@example.com>
  approvals at risk `high`: 0 of 1 (signed)
  compared with what is settled on main at [COMMIT]

  the whole text:
  id: EXC-2026-K7QD
  title: Model proxy keeps a public endpoint until vendor private link ships
  controls + AZ-NET-004
  scope + service:/model-proxy/api
  risk.level: high
  risk.statement: A leaked key could be used from anywhere.
  owner.name: Dana Ruiz
  owner.email: dana.ruiz@example.com
  owner.team: ai-platform
  requester.name: Lee Park
  requester.email: lee.park@example.com
  justification.blocker: The vendor offers no private link before 2027-02
    (ticket 48213).
  justification.end_state: Traffic enters through the private endpoint
    pe-model-proxy.
  compensating_controls.0: {description: IP allow-list limited to the two
    egress addresses of the CI network, reduces: use of a leaked key from
    outside, owner: net.ops@example.com, evidence:
    https://example.com/runs/8841, verified: 2026-11-02, verify_every: 30d}
  remediation.plan: Migrate to private link in the vendor's 2027-02 release.
  opened: 2026-11-05
  expires: 2027-01-31
");
    world.approve("alice", &[]);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    world.merge("dana@example.com");
    world.w.write(RECORD_PATH, good_record().replace("2027-01-31", "2027-02-02"));
    world.commit("topic", "lee.park@example.com", &["main"]);
    insta::assert_snapshot!(steady(&world, &page(&world, &[])), @"
EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
  extension: exceptions/EXC-2026-K7QD.yaml
  expires 2027-01-31 → 2027-02-02: 2 days later

  grants, at high risk: valid through 2027-02-02 (UTC), 74 days left
    from AZ-NET-004
    at service:/model-proxy/api
  answers for it: Dana Ruiz <dana.ruiz@example.com>
  asked for it: Lee Park <lee.park@example.com>
  approvals at risk `high`: 0 of 1 (signed)
  note: this text is not committed; whoever commits it wrote it, and cannot
    approve it
  compared with what is settled on main at [COMMIT]
");
    let full = page(&world, &["--full"]);
    assert!(full.contains("the whole text:") && full.contains("justification.blocker:"), "{full}");
    // Nothing of a new text is left out.
    for line in new.split("the whole text:").nth(1).expect("the text").lines().skip(1) {
        assert!(line.contains("2027-01-31") || full.contains(line), "{line}");
    }
}

/// What the gate notes about an approval that its signer committed.
fn warned(world: &World) -> Option<String> {
    let said = world.w.run(&["check", "--base", "main", "--head", "topic"]);
    assert_eq!(said.code(), 0, "{said:?}");
    let line = said.out.lines().find(|line| line.contains("and committed that in"))?;
    Some(steady(world, line))
}

#[test]
fn an_approval_at_a_detached_tip_is_told_how_it_gets_into_the_pull_request() {
    let Some(world) = World::new() else { return };
    let said = world.approve("alice", &[]);
    assert!(!said.err.contains("open a pull request"), "{}", said.err);
    world.repo.set_head_detached(world.tip("topic").expect("a tip")).expect("a detached tip");
    let said = world.approve("bob", &[]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    let way = "\
  git push -u origin approval/EXC-2026-K7QD
and open a pull request of it into the branch that proposes the text; whoever may push there pushes it there instead: `git push origin HEAD:BRANCH`
";
    assert!(said.err.contains(way), "{}", said.err);
}

#[test]
fn a_signer_who_commits_the_approval_is_told_what_a_squash_would_do() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    world.commit("topic", "alice@example.com", &["topic"]);
    insta::assert_snapshot!(warned(&world).expect("a note"), @"note: `alice` signed for `EXC-2026-K7QD`, and committed that in [COMMIT]: if it is squashed, that makes `alice` an author of the change, which voids the signature; merge it without a squash, or have somebody else commit the file (`exc approve EXC-2026-K7QD --print`, then `exc approve --add FILE` by the requester)");
    let review = world.w.run(&["review", "--base", "main", "--head", "topic"]).out;
    assert!(review.contains("`alice` signed for `EXC-2026-K7QD`"), "{review}");
    let verify = world.w.run(&["verify", ID]);
    assert_eq!(verify.outcome, Outcome::Success, "{verify:?}");
    assert!(verify.out.contains("note: `alice` signed for `EXC-2026-K7QD`"), "{}", verify.out);
    // Whoever asked for it commits it.
    let topic = world.repo.find_commit(world.tip("topic").expect("a tip")).expect("a commit");
    let first = topic.parent_id(0).expect("a parent");
    world.repo.reference("refs/heads/topic", first, true, "test").expect("a branch");
    world.commit("topic", "lee.park@example.com", &["topic"]);
    assert_eq!(warned(&world), None);
}

#[test]
fn where_the_mainline_gets_merges_alone_a_signer_may_commit_the_approval() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    world.commit("topic", "alice@example.com", &["topic"]);
    world.merge("bob@example.com");
    let text = world.w.read(RECORD_PATH).replace("2027-01-31", "2027-02-02");
    world.w.write(RECORD_PATH, text);
    world.commit("topic", "lee.park@example.com", &["main"]);
    world.switch("topic");
    world.approve("alice", &[]);
    world.commit("topic", "alice@example.com", &["topic"]);
    assert_eq!(world.w.run(&["verify", ID]).outcome, Outcome::Success);
    let said = world.w.run(&["review", "--base", "main", "--head", "topic"]).out;
    assert!(said.contains("has        1 of 1: alice (signed)"), "{said}");
    assert!(!said.contains("committed that in"), "{said}");
}

#[test]
fn a_signer_may_commit_the_approval_of_a_text_that_has_landed() {
    let Some(world) = World::new() else { return };
    // It lands without the approval that it needs.
    world.merge("bob@example.com");
    world.commit("topic", "lee.park@example.com", &["main"]);
    world.switch("topic");
    let said = world.approve("alice", &[]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert!(!said.err.contains("squash"), "{}", said.err);
    world.commit("topic", "alice@example.com", &["topic"]);
    let review = world.w.run(&["review", ID, "--base", "main", "--head", "topic"]).out;
    assert!(review.contains("1 of 1: alice (signed)"), "{review}");
    assert!(!review.contains("and committed that in"), "{review}");
}

#[test]
fn a_change_of_approvals_alone_shows_the_records_that_get_them() {
    let Some(world) = World::new() else { return };
    // It lands without the approval that it needs.
    world.merge("bob@example.com");
    world.commit("topic", "lee.park@example.com", &["main"]);
    world.switch("topic");
    assert_eq!(world.approve("alice", &[]).outcome, Outcome::Success);
    world.commit("topic", "alice@example.com", &["topic"]);
    let review = |format: &str| {
        world.w.run(&["review", "--base", "main", "--head", "topic", "--format", format]).out
    };
    let page = review("text");
    for said in [
        "UNCHANGED, APPROVED OR REJECTED, where an approval grants: NEW",
        "change     approved by alice, 1 of 1 approvals",
        ": 1 approved or rejected",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let comment = review("markdown");
    assert!(comment.contains("- approved by alice, 1 of 1 approvals"), "{comment}");
    let out: serde_json::Value = serde_json::from_str(&review("json")).expect("JSON");
    let given = &out["records"][0]["given"][0];
    assert_eq!((&given["person"], &given["counts"]), (&"alice".into(), &true.into()), "{given}");
    assert_eq!(out["records"][0]["approval"]["met"], true);

    // What merely stands there is no news.
    world.commit("later", "lee.park@example.com", &["topic"]);
    let page = world.w.run(&["review", "--base", "topic", "--head", "later"]).out;
    assert!(page.starts_with("no record differs"), "{page}");

    assert_eq!(world.approve("bob", &["--reject"]).outcome, Outcome::Success);
    let page = world.w.run(&["review"]).out;
    assert!(page.contains("rejected by bob, and no approval outvotes that"), "{page}");
}

#[test]
fn an_approval_of_the_policy_alone_shows_what_it_approves() {
    let Some(world) = World::new() else { return };
    let longer = world.w.read("exceptions/policy.yaml").replace("high: 1", "high: 2");
    world.w.write("exceptions/policy.yaml", &longer);
    world.merge("lee.park@example.com");
    let review = || world.w.run(&["review", "--base", "main", "--head", "topic"]).out;
    world.commit("topic", "lee.park@example.com", &["main"]);
    assert!(review().starts_with("note: the policy on main has a change"), "{}", review());
    let said = world.w.run(&["approve", "policy.yaml", "--as", "alice", "--key", "alice", "--yes"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    world.commit("topic", "lee.park@example.com", &["topic"]);
    let page = review();
    assert!(page.contains("policy.yaml  the policy of the register"), "{page}");
    assert!(page.contains("has 1: alice (signed)"), "{page}");
}
