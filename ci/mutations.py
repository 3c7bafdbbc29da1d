#!/usr/bin/env python3
"""Takes the rules of the audit trail out one by one and shows which history then comes out wrong.

    python3 ci/mutations.py [NAME...]

Each row removes one rule from a copy of the code and runs the histories of
`src/history/scenarios`. It fails where a rule can go and no test breaks, or not those that are
named here. Prints the table in Markdown.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

# Name, file, what stands there, what takes its place, and tests that must break.
MUTATIONS = [
    ("nobody is kept from approving their own work", "src/history/wrote.rs",
     "fn objection(&self, person: &Person) -> Option<Reason> {\n",
     "fn objection(&self, person: &Person) -> Option<Reason> {\n        if true { return None; }\n",
     ["s05", "s06", "s52", "s97"]),
    ("an approval is good on top of any history", "src/history/binding.rs",
     "if statement.after != self.lineage {", "if false {",
     ["s12", "s14", "s35", "s48", "s54", "s56"]),
    ("only the last text counts, not the chain", "src/history/lineage.rs",
     'Self::of(format!("{self}\\n{content}").as_bytes())', 'Self::of(format!("{content}").as_bytes())',
     ["s54"]),
    ("cosmetic edits advance the lineage", "src/history/verdict.rs",
     "Self::Change(kind) => kind >= changes::Kind::Tightening,",
     "Self::Change(kind) => kind >= changes::Kind::Cosmetic,",
     ["s55"]),
    ("the policy of the landing judges, not that before it", "src/history/policies.rs",
     "self.policies.before.push(before.or(self.settled.filter(|_| before.is_none())));",
     "let _ = before; self.policies.before.push(self.settled);",
     ["s21", "s66"]),
    ("a policy that nobody approved is in force", "src/history/policies.rs",
     "(Some(settled), Some(policy)) if changes::policies_agree(settled, &policy) => {",
     "(Some(_), Some(policy)) if true => {",
     ["s89"]),
    ("a text is compared with the one before it, not with the settled one", "src/history/judge/mod.rs",
     "match known.map_or_else(compared, kind_of) {",
     "let last = self.revisions.last().and_then(|it| it.text.clone());\n        let last = settled.and(last);\n        let _ = (known, compared);\n        match kind(last.as_deref(), text) {",
     ["s53"]),
    ("objects are not hashed again", "src/git/loose.rs",
     "let is_named_so = Oid::hash_object(kind, &bytes).is_ok_and(|found| found == id);",
     "let is_named_so = { let _ = (kind, id); true };", ["s36"]),
    ("signatures are not verified", "src/history/signature.rs",
     "is_of_its_key && public.verify(NAMESPACE, signed.as_bytes(), signature).is_ok()",
     "{ let _ = (&public, signed); is_of_its_key }", []),
    ("any key signs for anybody", "src/history/signature.rs",
     "people.iter().find(|person| person.id == *approver)",
     "people.iter().find(|person| person.id == *approver).and_then(|_| people.iter().find(|it| key_of(it, approval).is_some()))",
     ["a_statement_that_names_alice_needs_the_key_of_alice"]),
    ("contributors whom nobody knows are tolerated", "src/history/evidence.rs",
     "UnknownContributor::Unapproved => why.push(Reason::UnknownContributor { address }),",
     "UnknownContributor::Unapproved => notes.push(Reason::UnknownContributor { address }),",
     ["s27"]),
    ("commits on the branch are not looked at", "src/git/contributors/mod.rs",
     "for &id in &brought.commits {", "for &id in brought.commits.iter().take(0) {",
     ["a_text_written_under_another_name"]),
    ("co-authors are not read", "src/git/contributors/mod.rs",
     "let co_authors = commit.co_authors();", "let co_authors: Vec<Address> = Vec::new();",
     ["s52", "s97"]),
    ("an approval is good in any register", "src/history/binding.rs",
     "if statement.register != self.register {", "if false {", ["s23"]),
    ("an approval is good for any text", "src/history/binding.rs",
     "if statement.content != self.content {", "if false {", ["s47"]),
    ("a clone that lacks history is taken for whole", "src/history/judge/outcome.rs",
     "if let Some(object) = self.landed.missing {", "if let Some(object) = self.landed.missing.filter(|_| false) {",
     ["s20"]),
    ("everybody may approve", "src/history/demand.rs",
     "self.policy.approvals.is_approver(person, self.risk)", "let _ = person; true", ["s21", "s84"]),
    ("one merge supplies several persons", "src/history/evidence.rs",
     "Ok(counted) if taken && !self.counted.contains_key(&counted.person) => {",
     "Ok(counted) if false && taken => {", ["s94"]),
    ("whoever wrote the change may name its approver", "src/history/evidence.rs",
     "let Some(address) = interested_writer(landing, demand, wrote)",
     "let Some(address) = interested_writer(landing, demand, wrote).filter(|_| false)", ["s04"]),
    ("any evidence counts at any risk", "src/history/evidence.rs",
     "let is_accepted = demand.accepted.contains(kind);", "let is_accepted = true;", ["s93"]),
    ("an octopus is a merge like any other", "src/history/evidence.rs",
     "if landing.commit.parents.len() == 2 {", "if landing.commit.parents.len() >= 2 {", ["s32"]),
    ("one approval is enough", "src/history/evidence.rs",
     "if !is_blocked && n_counted >= demand.quorum {", "if !is_blocked && n_counted >= 1 {",
     ["s25", "s26", "s64", "s94"]),
    ("a rejection is not heard", "src/history/evidence.rs",
     "Ok(counted) if approval.statement.decision == Decision::Reject => {",
     "Ok(counted) if false && approval.statement.decision == Decision::Reject => {", ["s71"]),
    ("a rejection counts only where signatures do", "src/history/evidence.rs",
     "match decision == Decision::Reject || demand.accepted.contains(kind) {",
     "match { let _ = decision; demand.accepted.contains(kind) } {", ["every_history_comes_to"]),
    ("a rejection is gone with its file", "src/history/rejections.rs",
     "            if signature::verify(&approval, &judge.people, day).is_err() {",
     "            if true || signature::verify(&approval, &judge.people, day).is_err() {",
     ["a_rejection_that_was_gone_before"]),
    ("a rejection is about one exact text", "src/history/rejections.rs",
     "changes::compare(Some(rejected), Some(text)).kind <= Kind::Upkeep",
     "changes::compare(Some(rejected), Some(text)).kind <= Kind::Identical",
     ["a_rejection_holds_until", "what_was_rejected_on_the_mainline"]),
    ("a rejection is about one history", "src/history/binding.rs",
     "            Decision::Reject => statement.after,",
     "            Decision::Reject => self.lineage,", ["a_rejection_from_before"]),
    ("a rejection is forgotten with the next text", "src/history/rejections.rs",
     "            rejected.contains(person) || !is_same(old, text.map(|text| &**text))",
     "            false && (rejected.contains(person) || !is_same(old, text.map(|text| &**text)))",
     ["a_rejected_text_that_comes_back_under"]),
    ("a rejection of an earlier text of the branch is not heard", "src/history/filed.rs",
     "let Some(subject) = subject.of_draft(&approval.statement, &drafts) else { continue };",
     "let Some(subject) = subject.of_draft(&approval.statement, &drafts).filter(|_| false) else { continue };",
     ["a_rejection_of_a_text_that_the_branch"]),
    ("a rejection is gone with the branch's own file", "src/history/branch.rs",
     "                if file != kept {", "                if false && file != kept {",
     ["a_rejection_that_its_branch_removes"]),
    ("a rejection without a record is not heard", "src/history/audit.rs",
     "self.trail(id).or_else(|| self.unfiled.iter().find(|trail| trail.id == id))",
     "self.trail(id).or_else(|| self.unfiled.iter().find(|_| false))",
     ["a_rejection_that_landed_without"]),
    ("a rejection on the mainline is not about what a branch left", "src/history/branch.rs",
     "let mut has_rejection = landed.has_rejection();",
     "let _ = landed;\n        let mut has_rejection = false;",
     ["a_rejection_on_the_mainline_of_a_text"]),
    ("what a commit says in two ways is taken for something", "src/history/judge/mod.rs",
     "        let Some(reason) = landing.malformed else { return };",
     "        let Some(reason) = landing.malformed.filter(|_| false) else { return };",
     ["s58_a_landing"]),
    ("a commit of a branch that is malformed names nobody", "src/history/wrote.rs",
     "self.malformed.get_or_insert_with(|| (commit, reason.to_owned()));",
     "let _ = (commit, reason);", ["s58_a_commit_of_a_branch", "s58_who_wrote"]),
    ("whoever puts a text back has written it", "src/history/older.rs",
     "        self.known.get(&content).cloned().unwrap_or_default()",
     "        self.known.get(&content).filter(|_| false).cloned().unwrap_or_default()",
     ["a_text_that_is_put_back", "a_text_that_is_filed_again", "a_policy_that_is_put_back"]),
    ("a text with another title is another text", "src/history/older.rs",
     "    Digest::of(changes::substance(&text.reread()).as_bytes())",
     "    let _ = changes::substance;\n    Digest::of(text.file().text().as_bytes())", ["a_text_that_is_put_back"]),
    ("a backdated commit landed when it says", "src/history/clock.rs",
     "let landed = self.latest.get(position).copied()?;",
     "let landed = self.claimed.get(position).copied()?;", ["s63"]),
    ("a compromised key stays good", "src/history/audit.rs",
     "if !is_older {", "if false && !is_older {", ["s62"]),
    ("an anchor off the mainline is nothing", "src/history/audit.rs",
     "let off = anchors.iter().filter(|anchor| anchor.position.is_none());",
     "let off = anchors.iter().filter(|_| false);", ["s18"]),
    ("those who wrote a text that is still open are forgotten", "src/history/judge/mod.rs",
     "        self.wrote.add_all(paths.filter_map(",
     "        self.wrote = Wrote::default();\n        self.wrote.add_all(paths.filter_map(",
     ["s06_also"]),
    ("a second file with an id is not seen", "src/history/judge/mod.rs",
     "            several => {", "            [(path, blob), ..] if self.landed.texts.record(*blob).is_some() => {\n                let text = Arc::clone(self.landed.texts.record(*blob).expect(\"read\"));\n                self.revise(landing, judge, &before, path, *blob, text);\n            }\n            several => {",
     ["s16"]),
    ("a risk that is lowered takes the approvals of the lower one", "src/history/demand.rs",
     "settled.map_or(own, |settled| risk_of(settled).max(own))", "settled.map_or(own, |_| own)",
     ["a_lowered_risk"]),
]


def main() -> int:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    wanted = sys.argv[1:]
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(root, "target"))
    failed = []
    print("| without the rule that | breaks |\n| --- | --- |")
    with tempfile.TemporaryDirectory(dir=seeded(target)) as folder, ThreadPoolExecutor(1) as pool:
        copy = os.path.join(folder, "exc")
        target = os.path.join(target, "mutations")
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("target", ".git"))
        running = []
        for name, path, old, new, expected in MUTATIONS:
            if wanted and not any(part in name for part in wanted):
                continue
            file = os.path.join(copy, path)
            text = open(file, encoding="utf-8").read()
            if text.count(old) != 1:
                failed.append(f"{name}: stands {text.count(old)} times in {path}: {old}")
                continue
            open(file, "w", encoding="utf-8").write(text.replace(old, new))
            tests = build(copy, target)
            open(file, "w", encoding="utf-8").write(text)
            if tests is None:
                failed.append(f"{name}: the code without it does not compile")
                continue
            # The tests of one row run while the next row is built.
            kept = os.path.join(folder, f"tests-{len(running)}")
            shutil.copy(tests, kept)
            failed += [line for row in running[-1:] for line in row.result()]
            running.append(pool.submit(judge, kept, copy, name, expected))
        failed += [line for row in running[-1:] for line in row.result()]
    for line in failed:
        print(f"mutations: {line}", file=sys.stderr)
    return 1 if failed else 0


def seeded(target):
    """A target of its own below the usual one, so that no build without a rule stays behind there.

    What was built of the dependencies is linked into it.
    """
    own = os.path.join(target, "mutations")
    for folder in ["deps", "build", ".fingerprint"]:
        source, link = (os.path.join(it, "debug", folder) for it in (target, own))
        if not os.path.isdir(source) or os.path.isdir(link):
            continue
        is_own = shutil.ignore_patterns("exc-*", "libexc-*", "cli-*", "check-*", "history-*")
        shutil.copytree(source, link, ignore=is_own, copy_function=os.link)
    os.makedirs(own, exist_ok=True)
    return own


def build(copy, target):
    """The path of the tests; none where the code does not compile."""
    result = subprocess.run(
        ["cargo", "test", "--lib", "--no-run", "--locked", "--message-format=json-render-diagnostics"],
        # Nobody steps through these tests.
        cwd=copy, env=dict(os.environ, CARGO_TARGET_DIR=target, CARGO_PROFILE_DEV_DEBUG="0"),
        capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(result.stderr[-2000:], file=sys.stderr)
        return None
    built = [json.loads(line) for line in result.stdout.splitlines()]
    return [it["executable"] for it in built if it.get("executable")][-1]


def judge(tests, copy, name, expected):
    """Runs the tests of the history, prints the row, and returns what is wrong with it."""
    result = subprocess.run(
        [tests, "--quiet", "history::", "--skip", "properties"], cwd=copy,
        env=dict(os.environ, RUST_BACKTRACE="0", CARGO_MANIFEST_DIR=copy),
        capture_output=True, text=True, check=False)
    os.remove(tests)
    failures = re.findall(r"^    history::(\S+)$", result.stdout, re.MULTILINE)
    broken = sorted({failure.rsplit("::", 1)[1] for failure in failures})
    print(f"| {name} | {', '.join(f'`{it}`' for it in broken)} |", flush=True)
    if "test result:" not in result.stdout:
        return [f"{name}: the tests did not end: {(result.stdout + result.stderr)[-2000:]}"]
    missing = [test for test in expected if not any(it.startswith(test) for it in broken)]
    return [f"{name}: breaks {broken or 'nothing'}, not {missing}"] if missing or not broken else []


if __name__ == "__main__":
    sys.exit(main())
