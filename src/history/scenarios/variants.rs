//! The histories by each kind of evidence: what a signed approval comes to, and what the same shape
//! comes to where somebody who may approve merges, or is named in the message of the landing.
//!
//! Each row is played three times, in registers whose policy accepts one kind alone.
//! `docs/histories.md` holds the same table.

use rayon::prelude::*;

use super::world::{ANY, Branch, GITHUB, ID, PATH, POLICY, RECORD, World, edit, person, policy};
use crate::history::Verdict::{self, Approved, ApprovedLate, Closed, Deleted, Lapsed, Unapproved};
use crate::policy::Evidence;
use crate::rules::testing::overlaid;

const LATER: &str = "expires: 2024-09-30";
const HIGH: &str = "risk: {level: high, statement: Reachable.}";

/// A history in which approvals are of one kind.
struct Play {
    world: World,
    kind: Evidence,
}

struct Row {
    /// The number of the history, and what tells it from others with that number.
    name: &'static str,
    play: fn(&mut Play),
    signed: Verdict,
    landing: Verdict,
    trailer: Verdict,
    /// Why not all three are the same.
    why: &'static str,
}

impl Play {
    fn new(kind: Evidence) -> Self {
        Self { world: World::with_policy(&policy(&demands(kind))), kind }
    }

    /// A branch of `author` that changes the record, landed with the approval of somebody.
    fn change(&mut self, author: &str, changes: &str, approver: Option<&str>) {
        let mut branch = self.world.branch();
        self.world.edit(&mut branch, author, changes);
        self.land(branch, author, approver);
    }

    /// Lands a branch with the approval of somebody: it is signed there, or whoever approves merges
    /// it, or a squash of its author names the approver.
    fn land(&mut self, mut branch: Branch, author: &str, approver: Option<&str>) {
        match self.kind {
            Evidence::Signed => {
                if let Some(approver) = approver {
                    self.world.sign(&mut branch, author, approver);
                }
                self.world.merge(&branch, "dana");
            }
            Evidence::Landing => self.world.merge(&branch, approver.unwrap_or("dana")),
            Evidence::Trailer => self.world.squash(&branch, author, &naming(approver)),
        }
    }

    fn approved(&mut self) {
        self.change("carol", "", Some("alice"));
    }

    /// The commits of a branch one by one; the message of the last names the approver.
    fn rebase(&mut self, mut branch: Branch, approver: &str) {
        match self.kind {
            Evidence::Signed => {
                self.world.sign(&mut branch, "carol", approver);
                self.world.rebase(&branch, "dana");
            }
            Evidence::Landing => self.world.rebase(&branch, approver),
            Evidence::Trailer => self.world.rebase_as(&branch, "dana", &naming(Some(approver))),
        }
    }

    /// A merge with a text of its own.
    fn evil_merge(&mut self, tips: &[crate::git::ObjectId], by: &str, changes: &str) {
        let mut files = self.world.files.clone();
        edit(&mut files, changes);
        let message = match self.kind {
            Evidence::Trailer => naming(Some("alice")),
            _ => "merge\n".to_owned(),
        };
        self.world.merge_files(tips, by, by, &message, files);
    }

    /// A commit on a branch about something else.
    fn elsewhere(&self, branch: &mut Branch, author: &str) {
        self.world.commit(branch, author, |files| {
            files.insert("README.md".to_owned(), "text\n".to_owned());
        });
    }
}

/// A policy that accepts one kind of evidence for records, and any for itself.
fn demands(kind: Evidence) -> String {
    let kind = kind.as_str();
    format!(
        "approvals:\n  accept: {{low: [{kind}], medium: [{kind}], high: [{kind}], critical: [{kind}]}}\n  policy_change: {{quorum: 1, accept: [landing, signed]}}\n"
    )
}

/// A message that names an approver, as a forge writes it.
fn naming(approver: Option<&str>) -> String {
    let trailer = approver.map(|name| format!("\nApproved-by: {name} <{name}@example.com>\n"));
    format!("Change (#1)\n\nText.\n{}", trailer.unwrap_or_default())
}

/// The rows whose verdict depends on evidence, in the order of their numbers.
const ROWS: &[Row] = &[
    Row {
        name: "01",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "");
            match it.kind {
                Evidence::Signed => {
                    it.world.sign(&mut branch, "carol", "alice");
                    it.world.merge(&branch, "dana");
                }
                Evidence::Landing => it.world.merge(&branch, "alice"),
                Evidence::Trailer => {
                    it.world.merge_as(&branch, "dana", GITHUB, &naming(Some("alice")));
                }
            }
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "02",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "");
            if it.kind == Evidence::Signed {
                it.world.sign(&mut branch, "carol", "alice");
            }
            let named = (it.kind == Evidence::Trailer).then_some("alice");
            it.world.squash(&branch, "carol", &naming(named));
        },
        signed: Approved,
        landing: Unapproved,
        trailer: Approved,
        why: "a squash has one parent, and nobody who merges",
    },
    Row {
        name: "03",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "expires: 2024-01-31");
            it.world.edit(&mut branch, "carol", "expires: 2024-02-28");
            it.rebase(branch, "alice");
        },
        signed: Approved,
        landing: Unapproved,
        trailer: Approved,
        why: "whoever carries a rebase has not merged; of trailers, the last commit's count, as its committer did not write it",
    },
    Row {
        name: "04",
        play: |it| {
            let named = (it.kind == Evidence::Trailer).then_some("alice");
            it.world.push("carol", &naming(named), |files| edit(files, ""));
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "05",
        play: |it| {
            let by_alice = "requester: {name: Alice, email: alice@example.com}";
            it.change("mallory", by_alice, Some("alice"));
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "06 and 52",
        play: |it| {
            let mut branch = it.world.branch();
            let message = "file\n\nCo-authored-by: alice <alice@example.com>\n";
            it.world.commit_as(&mut branch, "carol", message, |files| edit(files, ""));
            match it.kind {
                // A forge lists the authors of a branch in its squash.
                Evidence::Trailer => {
                    let named = "Co-authored-by: alice <alice@example.com>\nApproved-by: alice <alice@example.com>\n";
                    it.world.squash(&branch, "carol", &format!("Change (#1)\n\n{named}"));
                }
                _ => it.land(branch, "carol", Some("alice")),
            }
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "07",
        play: |it| {
            it.approved();
            it.change("carol", LATER, None);
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "08",
        play: |it| {
            it.approved();
            it.change("carol", LATER, Some("bob"));
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "09",
        play: |it| {
            it.approved();
            let wider = "scope: [\"azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b\"]";
            it.world.push_edit("carol", wider);
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "10",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "title: Another title");
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "11",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "expires: 2024-01-31");
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "12",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "expires: 2024-01-31");
            it.world.push_edit("carol", "expires: 2024-03-31");
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "13",
        play: |it| {
            it.approved();
            it.world.push("carol", "clean up\n", |files| {
                files.remove(PATH);
            });
        },
        signed: Deleted,
        landing: Deleted,
        trailer: Deleted,
        why: "",
    },
    Row {
        name: "14",
        play: |it| {
            it.approved();
            let text = it.world.files[PATH].clone();
            it.world.push("carol", "clean up\n", |files| {
                files.remove(PATH);
            });
            it.world.push("carol", "back\n", |files| {
                files.insert(PATH.to_owned(), text);
            });
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "15",
        play: |it| {
            it.approved();
            it.world.push("carol", "move\n", |files| {
                let text = files.remove(PATH).expect("the record");
                files.insert(format!("exceptions/2023/{ID}.yaml"), text);
            });
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "17",
        play: |it| {
            it.approved();
            let mut branch = it.world.branch();
            it.elsewhere(&mut branch, "carol");
            it.evil_merge(&[branch.tip], "bob", LATER);
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "21",
        play: |it| {
            let me_too = policy(&demands(it.kind))
                .replace(&person("mallory", "", ""), &person("mallory", "approver", ""));
            let mut branch = it.world.branch();
            it.world.commit(&mut branch, "carol", |files| {
                files.insert(POLICY.to_owned(), me_too);
            });
            it.world.edit(&mut branch, "carol", "");
            it.land(branch, "carol", Some("mallory"));
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "24",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", HIGH);
            match it.kind {
                Evidence::Signed => it.world.sign(&mut branch, "carol", "bob"),
                Evidence::Landing => {}
                Evidence::Trailer => {
                    let both =
                        format!("{}Approved-by: bob <bob@example.com>\n", naming(Some("alice")));
                    return it.world.squash(&branch, "carol", &both);
                }
            }
            it.land(branch, "carol", Some("alice"));
        },
        signed: Approved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "unsigned evidence supplies one person for each landing",
    },
    Row {
        name: "25",
        play: |it| it.change("carol", HIGH, Some("alice")),
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "26",
        play: |it| {
            it.change("carol", HIGH, Some("alice"));
            let mut branch = it.world.branch();
            it.elsewhere(&mut branch, "carol");
            it.world.history.travel(48);
            it.land(branch, "carol", Some("bob"));
        },
        signed: ApprovedLate,
        landing: Unapproved,
        trailer: Unapproved,
        why: "a landing that does not change the record says nothing of it",
    },
    Row {
        name: "27, medium risk",
        play: |it| it.change("Stranger <stranger@gmail.example>", "", Some("alice")),
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "27, high risk",
        play: |it| {
            let one = demands(it.kind).replace("approvals:\n", "approvals:\n  quorum: {high: 1}\n");
            it.world = World::with_policy(&policy(&one));
            it.change("carol", HIGH, Some("alice"));
            assert_eq!(it.world.verdict(), Approved, "of somebody whom the policy knows");
            it.world = World::with_policy(&policy(&one));
            it.change("Stranger <stranger@gmail.example>", HIGH, Some("alice"));
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "28",
        play: |it| {
            it.approved();
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", LATER);
            if it.kind == Evidence::Signed {
                it.world.sign(&mut branch, "carol", "bob");
            }
            it.world.push_edit("dana", "title: Another title");
            it.evil_merge(&[branch.tip], "erin", LATER);
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "32",
        play: |it| {
            it.approved();
            let mut one = it.world.branch();
            it.world.edit(&mut one, "carol", LATER);
            let mut two = it.world.branch();
            it.elsewhere(&mut two, "dana");
            let by = if it.kind == Evidence::Landing { "alice" } else { "erin" };
            it.evil_merge(&[one.tip, two.tip], by, LATER);
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Approved,
        why: "a message names an approver whatever the commit's shape; whoever makes an octopus is no approver by that",
    },
    Row {
        name: "33",
        play: |it| {
            it.approved();
            it.change("carol", LATER, Some("bob"));
            it.world.push_edit("carol", "expires: 2024-03-31");
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "34",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "closed: {date: 2024-01-20, outcome: remediated}");
        },
        signed: Closed,
        landing: Closed,
        trailer: Closed,
        why: "",
    },
    Row {
        name: "35",
        play: |it| {
            it.approved();
            let text = it.world.files[PATH].clone();
            it.world.push_edit("carol", "closed: {date: 2024-01-20, outcome: remediated}");
            it.world.push("carol", "reopen\n", |files| {
                files.insert(PATH.to_owned(), text);
            });
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "38",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "");
            if it.kind == Evidence::Signed {
                it.world.sign(&mut branch, "carol", "alice");
            }
            let named = (it.kind == Evidence::Trailer).then_some("alice");
            it.world.squash_as(&branch, "carol", "dana", &naming(named));
        },
        signed: Approved,
        landing: Unapproved,
        trailer: Approved,
        why: "a commit that is picked has one parent, and nobody who merges",
    },
    Row {
        name: "39",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "expires: 2030-12-31");
            it.change("carol", LATER, Some("alice"));
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "40",
        play: |it| {
            it.approved();
            let text = it.world.files[PATH].clone();
            it.world.push_edit("carol", LATER);
            it.world.push("carol", "back\n", |files| {
                files.insert(PATH.to_owned(), text);
            });
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "41",
        play: |it| {
            it.approved();
            it.world.push("dana", "clean up\n", |files| {
                files.retain(|path, _| !path.contains("/approvals/"));
            });
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "42",
        play: |it| {
            it.world.push_edit("carol", "");
            it.world.push_edit("carol", "expires: 2024-01-31");
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "43",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "");
            it.world.push("alice", "unrelated\n", |files| {
                files.insert("README.md".to_owned(), "text\n".to_owned());
            });
            it.world.merge_main(&mut branch, "carol");
            it.land(branch, "carol", Some("alice"));
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "47",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "");
            if it.kind == Evidence::Signed {
                it.world.sign(&mut branch, "carol", "alice");
            }
            edit(&mut branch.files, "expires: 2024-12-31");
            let named = (it.kind == Evidence::Trailer).then_some("alice");
            it.world.squash(&branch, "carol", &naming(named));
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Approved,
        why: "a message names no text: whom it names approved whatever landed with it",
    },
    Row {
        name: "48",
        play: |it| {
            let empty = it.world.lineage();
            it.approved();
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", LATER);
            if it.kind != Evidence::Signed {
                return it.land(branch, "carol", Some("bob"));
            }
            let mut statement = it.world.statement(&branch.files, "bob");
            statement.after = empty;
            it.world.put(&mut branch, "carol", &statement, "bob");
            it.world.merge(&branch, "dana");
        },
        signed: Lapsed,
        landing: Approved,
        trailer: Approved,
        why: "unsigned evidence is of the moment of the landing, on top of what stands there then",
    },
    Row {
        name: "50",
        play: |it| {
            it.approved();
            it.world.push("carol", "new id\n", |files| {
                let text = files[PATH].replace("K7QD", "ZZZZ");
                files.insert("exceptions/EXC-2026-ZZZZ.yaml".to_owned(), text);
            });
            let audit = it.world.audit();
            let other = audit.trail("EXC-2026-ZZZZ").map(|trail| trail.verdict);
            assert_eq!(other, Some(Unapproved));
            it.world.push("carol", "the old one goes\n", |files| {
                files.remove(PATH);
            });
        },
        signed: Deleted,
        landing: Deleted,
        trailer: Deleted,
        why: "",
    },
    Row {
        name: "51",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.commit(&mut branch, "carol", |files| {
                let line = "alice <alice@example.com> <mallory@example.com>\n";
                files.insert(".mailmap".to_owned(), line.to_owned());
            });
            it.world.edit(&mut branch, "mallory", "");
            it.land(branch, "carol", Some("alice"));
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "53",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "expires: 2030-12-31");
            it.world.push_edit("carol", "expires: 2027-12-31");
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "54",
        play: |it| {
            it.approved();
            it.change("carol", LATER, Some("bob"));
            let text = it.world.files[PATH].clone();
            it.world.push_edit("carol", "expires: 2024-03-31");
            // The same message again, pushed by whoever wrote the change.
            let named = (it.kind == Evidence::Trailer).then_some("bob");
            it.world.push("carol", &naming(named), |files| {
                files.insert(PATH.to_owned(), text);
            });
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "55",
        play: |it| {
            it.approved();
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "title: A better title");
            it.world.edit(&mut branch, "carol", LATER);
            it.rebase(branch, "alice");
        },
        signed: Approved,
        landing: Lapsed,
        trailer: Approved,
        why: "whoever carries a rebase has not merged",
    },
    Row {
        name: "56",
        play: |it| {
            it.approved();
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", LATER);
            if it.kind == Evidence::Signed {
                it.world.sign(&mut branch, "carol", "bob");
                it.world.push_edit("dana", "expires: 2024-01-31");
                return it.world.merge(&branch, "dana");
            }
            it.world.push_edit("dana", "expires: 2024-01-31");
            it.land(branch, "carol", Some("bob"));
        },
        signed: Lapsed,
        landing: Approved,
        trailer: Approved,
        why: "unsigned evidence is of the moment of the landing: whoever merges sees what the mainline has become",
    },
    Row {
        name: "66",
        play: |it| {
            let weaker =
                demands(it.kind).replace("approvals:\n", "approvals:\n  quorum: {high: 1}\n");
            let mut branch = it.world.branch();
            it.world.commit(&mut branch, "carol", |files| {
                files.insert(POLICY.to_owned(), policy(&weaker));
            });
            it.world.edit(&mut branch, "carol", HIGH);
            it.land(branch, "carol", Some("alice"));
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "71",
        play: |it| {
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "");
            it.world.reject(&mut branch, "bob");
            it.land(branch, "carol", Some("alice"));
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "80",
        play: |it| {
            it.approved();
            let mut branch = it.world.branch();
            it.world.edit(&mut branch, "carol", "expires: 2024-06-30");
            it.world.edit(&mut branch, "carol", LATER);
            it.world.rebase(&branch, "dana");
            assert_eq!(it.world.trail().renewals, 1);
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "82",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "shadow: 1");
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "83",
        play: |it| {
            it.approved();
            it.world.push("carol", "comment\n", |files| {
                files.insert(PATH.to_owned(), format!("{}# seen\n", overlaid(RECORD, "")));
            });
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "84, the role removed before",
        play: |it| {
            remove_role(it);
            it.approved();
        },
        signed: Unapproved,
        landing: Unapproved,
        trailer: Unapproved,
        why: "",
    },
    Row {
        name: "84, the role removed after",
        play: |it| {
            it.approved();
            remove_role(it);
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "85",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "controls: [AZ-NET-004, AZ-KEY-002]");
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
    Row {
        name: "86",
        play: |it| {
            it.change("carol", "controls: [AZ-NET-004, AZ-KEY-002]", Some("alice"));
            it.world.push_edit("carol", "controls: [AZ-NET-004]");
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "87",
        play: |it| {
            it.approved();
            let review = "reviews: [{date: 2023-12-01, by: dana@example.com, note: Needed.}]";
            it.world.push_edit("carol", review);
        },
        signed: Approved,
        landing: Approved,
        trailer: Approved,
        why: "",
    },
    Row {
        name: "88",
        play: |it| {
            it.approved();
            it.world.push_edit("carol", "opened: 2023-11-15");
        },
        signed: Lapsed,
        landing: Lapsed,
        trailer: Lapsed,
        why: "",
    },
];

/// Alice may not approve any more, which Bob approves.
fn remove_role(it: &mut Play) {
    let text = policy(&demands(it.kind));
    let without = text.replace(&person("alice", "approver", ""), &person("alice", "", ""));
    assert_ne!(text, without);
    let mut branch = it.world.branch();
    it.world.commit(&mut branch, "dana", |files| {
        files.insert(POLICY.to_owned(), without);
    });
    it.world.merge(&branch, "bob");
}

#[test]
fn every_history_comes_to_what_the_table_says_by_each_kind_of_evidence() {
    let play = |row: &Row| {
        let mut wrong = Vec::new();
        let expected = [
            (Evidence::Signed, row.signed),
            (Evidence::Landing, row.landing),
            (Evidence::Trailer, row.trailer),
        ];
        for (kind, expected) in expected {
            let mut play = Play::new(kind);
            (row.play)(&mut play);
            if play.world.verdict() != expected {
                wrong.push(format!(
                    "{} by {}: {}, not {}",
                    row.name,
                    kind.as_str(),
                    play.world.said(),
                    expected.as_str()
                ));
            }
        }
        let is_one = row.landing == row.signed && row.trailer == row.signed;
        assert_eq!(is_one, row.why.is_empty(), "{}: a difference has a reason", row.name);
        wrong
    };
    let wrong: Vec<String> = ROWS.par_iter().flat_map_iter(play).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_on_histories_has_the_same_table() {
    let page = include_str!("../../../docs/histories.md");
    for row in ROWS {
        let words = |verdict: Verdict| verdict.as_str().replace('-', " ");
        let line = format!(
            "| {} | {} | {} | {} | {} |",
            row.name,
            words(row.signed),
            words(row.landing),
            words(row.trailer),
            row.why
        );
        let line = line.replace("|  |", "| |");
        assert!(page.contains(&line), "is missing: {line}");
    }
    let n_lines = page.lines().skip_while(|line| !line.starts_with("| row | signed |")).skip(2);
    assert_eq!(n_lines.take_while(|line| line.starts_with('|')).count(), ROWS.len());
}

#[test]
fn where_all_kinds_count_the_strongest_is_named() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.merge_as(&branch, "alice", GITHUB, &naming(Some("alice")));
    assert_eq!(world.told(), ["new approved alice (signed)"]);
}
