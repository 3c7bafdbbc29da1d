//! Two years of a register of four teams, from which every report is made: exceptions that ended as
//! promised, some that were renewed again and again, one that lapsed, one that nobody approved, an
//! emergency, a cliff, and a control that three teams keep deviating from.
//!
//! It is told up to 2026-11-20.

use super::history::History;

/// The day on which the reports are made.
pub(crate) const TODAY: &str = "2026-11-20";

const POLICY: &str = "\
version: 1
register: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11
approvals:
  quorum: {high: 1, critical: 1}
  accept: {high: [landing, signed], critical: [landing, signed]}
  roles: {approve: [approver], critical: [approver]}
  unknown_contributor: {high: distinct, critical: distinct}
budgets: {per_team: 4, per_control: 5}
cliff: {records: 3}
controls:
  - {id: NET-004, title: No public network access, owner: cloud-security, targets: 40, frameworks: [\"ISO-42001:A.4.5\"]}
  - {id: LOG-002, title: Prompt logs reach the central store, owner: observability, targets: 25}
  - {id: KEY-003, title: Keys are rotated every 90 days, owner: identity, max_days: 180}
  - {id: EVAL-001, title: The safety evaluation runs before release, owner: evaluation}
  - {id: KV-001, title: Soft delete on key vaults, never_exempt: true}
people:
  - {id: alice, name: Alice Kim, emails: [alice@example.com], roles: [approver]}
  - {id: bob, name: Bob Roe, emails: [bob@example.com], roles: [approver]}
  - {id: carol, name: Carol Park, emails: [carol@example.com]}
";

/// A record of the story, as it is filed.
struct Filed {
    id: &'static str,
    title: &'static str,
    control: &'static str,
    target: &'static str,
    risk: &'static str,
    owner: (&'static str, &'static str),
    blocker: &'static str,
    opened: &'static str,
    expires: &'static str,
}

impl Filed {
    fn text(&self) -> String {
        let Self { id, title, control, target, risk, owner: (name, team), blocker, .. } = self;
        let email = name.to_lowercase().replace(' ', ".");
        format!(
            "id: {id}
title: {title}
controls: [{control}]
scope: [\"{target}\"]
risk: {{level: {risk}, statement: What the control would keep out may come in.}}
owner: {{name: {name}, email: {email}@example.com, team: {team}}}
requester: {{name: Carol Park, email: carol@example.com}}
justification:
  blocker: {blocker}
  end_state: The control is met without an exception.
compensating_controls:
  - description: An allow-list of two addresses
    reduces: use from outside
    owner: net-ops@example.com
    evidence: run 8841
    verified: {opened}
    verify_every: 90d
remediation:
  plan: Move to the vendor's next release.
  milestones:
    - {{due: {expires}, what: The release is in production}}
opened: {opened}
expires: {expires}
renewals: []
reviews: []
",
            opened = self.opened,
            expires = self.expires
        )
    }

    fn path(&self) -> String {
        path(self.id)
    }
}

fn path(id: &str) -> String {
    format!("exceptions/{id}.yaml")
}

const DANA: (&str, &str) = ("Dana Ruiz", "ai-platform");
const FARID: (&str, &str) = ("Farid Ostrowe", "support");
const INES: (&str, &str) = ("Ines Vandermolen", "claims");
const SANNA: (&str, &str) = ("Sanna Quirola", "evaluation");

/// The vendor that several wait for.
const VENDOR: &str = "The vendor's region offers no private link before the spring release.";

/// The converter that two wait for.
const CONVERTER: &str = "The converter of the log format is not certified yet.";

/// What happened, in order.
pub(crate) fn two_years() -> History {
    let mut it = History::with_policy(POLICY, "2024-11-20");
    let proxy = Filed {
        id: "EXC-2025-AAAA",
        title: "Model proxy keeps a public endpoint",
        control: "NET-004",
        target: "service:/model-proxy/api",
        risk: "high",
        owner: DANA,
        blocker: VENDOR,
        opened: "2025-01-10",
        expires: "2025-03-31",
    };
    file(&mut it, &proxy, "alice");
    // Renewed three times, once too late, and still there.
    let keys = Filed {
        id: "EXC-2025-BBBB",
        title: "Upload key is not rotated",
        control: "KEY-003",
        target: "service:/labelling/upload",
        risk: "medium",
        owner: FARID,
        blocker: "The interface of the vendor accepts one key at a time.",
        opened: "2025-02-03",
        expires: "2025-07-31",
    };
    file(&mut it, &keys, "bob");
    close(&mut it, proxy.id, "2025-03-20");
    renew(&mut it, keys.id, "2025-07-20", ("2025-07-31", "2026-01-15"), "The interface moved.");
    renew(&mut it, keys.id, "2026-01-10", ("2026-01-15", "2026-07-01"), "It moved once more.");
    // Expired, and nobody has closed it.
    let index = Filed {
        id: "EXC-2026-HHHH",
        title: "Index logs in the vendor's format",
        control: "LOG-002",
        target: "service:/retrieval/index",
        risk: "medium",
        owner: SANNA,
        blocker: CONVERTER,
        opened: "2026-05-04",
        expires: "2026-10-30",
    };
    file(&mut it, &index, "alice");
    let logs = Filed {
        id: "EXC-2026-FFFF",
        title: "Batch logs stay local",
        control: "LOG-002",
        target: "service:/batch/scoring",
        risk: "low",
        owner: DANA,
        blocker: CONVERTER,
        opened: "2026-06-20",
        expires: "2026-12-15",
    };
    file(&mut it, &logs, "bob");
    renew(&mut it, keys.id, "2026-07-20", ("2026-07-01", "2026-12-01"), "It is in preview.");
    // Three teams, one control, one vendor; two of them end on the same day as the logs.
    let shared = [
        ("EXC-2026-CCCC", "service:/model-proxy/api", DANA, "2026-08-03", "2026-12-15"),
        ("EXC-2026-DDDD", "service:/model-proxy", FARID, "2026-09-01", "2027-02-26"),
        ("EXC-2026-EEEE", "service:/claims/intake", INES, "2026-09-15", "2026-12-15"),
    ];
    for (id, target, owner, opened, expires) in shared {
        let filed = Filed {
            id,
            title: "Endpoint stays public until the private link ships",
            control: "NET-004",
            target,
            risk: "medium",
            owner,
            blocker: VENDOR,
            opened,
            expires,
        };
        file(&mut it, &filed, "alice");
    }
    let sandbox = Filed {
        id: "EXC-2026-JJJJ",
        title: "Sandbox keeps a public endpoint",
        control: "NET-004",
        target: "service:/sandbox/red-team",
        risk: "high",
        owner: SANNA,
        blocker: "The outside testers have no addresses of their own.",
        opened: "2026-09-20",
        expires: "2026-12-18",
    };
    file(&mut it, &sandbox, "bob");
    // Squashed by somebody who names nobody: nobody approved it.
    let evaluation = Filed {
        id: "EXC-2026-GGGG",
        title: "Wording changes skip the evaluation",
        control: "EVAL-001",
        target: "service:/release-notes/writer",
        risk: "medium",
        owner: SANNA,
        blocker: "The evaluation takes nine hours and the wording changes daily.",
        opened: "2026-10-01",
        expires: "2027-01-20",
    };
    it.w.write(evaluation.path(), evaluation.text());
    it.squash("carol", "2026-10-01", "File it (#31)\n");
    // Extended by a push that calls itself a typo.
    it.replace(&sandbox.path(), "expires: 2026-12-18", "expires: 2027-03-12");
    it.push("carol", "2026-11-02", "fix typo");
    // Only proposed.
    let proposed = Filed {
        id: "EXC-2026-KKKK",
        title: "Pilot keeps prompts for two weeks",
        control: "LOG-002",
        target: "service:/pilot/chat",
        risk: "low",
        owner: INES,
        blocker: "The pilot measures quality over two weeks and needs its prompts.",
        opened: "2026-11-12",
        expires: "2027-02-05",
    };
    it.w.write(proposed.path(), proposed.text());
    it
}

fn file(it: &mut History, filed: &Filed, approver: &str) {
    it.w.write(filed.path(), filed.text());
    it.merge("carol", approver, filed.opened);
}

fn close(it: &mut History, id: &str, day: &str) {
    it.replace(
        &path(id),
        "reviews: []\n",
        &format!(
            "reviews: []\nclosed: {{date: {day}, outcome: remediated, note: The endpoint is private.}}\n"
        ),
    );
    it.merge("carol", "alice", day);
}

fn renew(it: &mut History, id: &str, day: &str, (from, until): (&str, &str), reason: &str) {
    let path = path(id);
    it.replace(
        &path,
        &format!("expires: {from}\nrenewals"),
        &format!("expires: {until}\nrenewals"),
    );
    let entry = format!(
        "  - {{date: {day}, until: {until}, reason: {reason}, evidence: ticket of {day}}}\n"
    );
    let text = it.w.read(&path);
    let text = match text.contains("renewals: []\n") {
        true => text.replace("renewals: []\n", &format!("renewals:\n{entry}")),
        false => text.replace("reviews: []\n", &format!("{entry}reviews: []\n")),
    };
    it.w.write(&path, text);
    it.merge("carol", "bob", day);
}
