//! Records that look complete and say nothing, or that never have to be looked at again: each of
//! them must be found, by the rule that is meant to.

use std::sync::Arc;

use super::testing::{POLICY, RECORD, overlaid, policy, today};
use super::{Context, check};
use crate::register;
use crate::text::SourceFile;

/// The codes that the good record raises with parts replaced.
fn codes(changes: &str) -> Vec<&'static str> {
    let policy = policy(POLICY);
    let file = SourceFile::new("exceptions/EXC-2026-K7QD.yaml", overlaid(RECORD, changes));
    let register = register::from_files("exceptions", vec![Arc::new(file)], &policy.record_schema);
    let findings = check(&register, &Context { policy: &policy, today: today() });
    findings.iter().map(|finding| finding.code.id).collect()
}

/// The good record's compensating control with other keys after its evidence.
fn compensating(keys: &str) -> String {
    format!(
        "compensating_controls:\n  - {{description: IP allow-list of two addresses, owner: net.ops@example.com, evidence: https://example.com/runs/8841{keys}}}\n"
    )
}

fn blocker(text: &str) -> String {
    format!(
        "justification:\n  blocker: {text}\n  end_state: Traffic enters through the private endpoint.\n"
    )
}

fn owner(name: &str, email: &str) -> String {
    format!("owner: {{name: {name}, email: {email}, team: ai-platform}}\n")
}

fn renewals(first: [&str; 3], second: [&str; 3]) -> String {
    let reviews = "reviews: [{date: 2026-11-19, by: board, note: Traffic is internal only}]\n";
    let [day, reason, evidence] = first;
    let first =
        format!("{{date: {day}, until: 2027-01-10, reason: {reason}, evidence: {evidence}}}");
    let [day, reason, evidence] = second;
    let second =
        format!("{{date: {day}, until: 2027-01-31, reason: {reason}, evidence: {evidence}}}");
    format!("renewals:\n  - {first}\n  - {second}\n{reviews}")
}

#[test]
fn nothing_passes_that_never_ends_or_says_nothing() {
    let emergency = |declared: &str| {
        format!("emergency: {{declared: {declared}, reason: The primary region was down.}}\n")
    };
    let (a, b) = ("The vendor moved the preview to January", "The release 4.2 was withdrawn");
    let (x, y) = ("https://example.com/1", "https://example.com/2");
    let cases: Vec<(String, &str)> = vec![
        // A1: every duration counts from `opened`.
        ("opened: 9999-11-05\nexpires: 9999-12-31\n".into(), "EXC213"),
        (emergency("2026-02-31T22:10:00Z"), "EXC201"),
        (emergency("9999-11-05T22:10:00Z"), "EXC213"),
        // A5: verifications that never run out.
        (compensating(", verified: 2026-11-02, verify_every: 9999y"), "EXC215"),
        (compensating(", verified: 2026-11-02, verify_every: 367d"), "EXC215"),
        (compensating(", verified: 2026-11-02, verify_every: 13m"), "EXC215"),
        (compensating(", verified: 0001-01-01"), "EXC209"),
        (compensating(""), "EXC119"),
        // A6: renewals without news.
        (renewals(["2026-11-10", a, x], ["2026-11-12", a, y]), "EXC216"),
        (renewals(["2026-11-10", a, x], ["2026-11-12", b, x]), "EXC216"),
        (renewals(["2026-11-12", a, x], ["2026-11-12", b, y]), "EXC206"),
        // A7: words without content, and owners who are nobody.
        (blocker("a b c d e"), "EXC111"),
        (blocker("xxxxxxxxxx yyyyyy zzz"), "EXC111"),
        (blocker("1 2 3 4 5"), "EXC111"),
        (blocker("T O D O"), "EXC110"),
        (blocker("t.b.d."), "EXC110"),
        (blocker("lorem ipsum dolor sit amet consectetur"), "EXC110"),
        (blocker("Lorem  ipsum dolor sit amet, consectetur adipiscing elit, sed do"), "EXC110"),
        (owner("Dana Ruiz", "noreply@example.com"), "EXC112"),
        (owner("Dana Ruiz", "No-Reply@example.com"), "EXC112"),
        (owner("Dana Ruiz", "donotreply@example.com"), "EXC112"),
        (owner("Dana Ruiz", "postmaster@example.com"), "EXC112"),
        (owner("Dana Ruiz", "admin@example.com"), "EXC112"),
        (owner("Dana Ruiz", "admin+dana@example.com"), "EXC112"),
        (owner("Dana Ruiz", "ai-team+dana@example.com"), "EXC112"),
        (owner("The Team", "dana.ruiz@example.com"), "EXC112"),
        (owner("Team", "dana.ruiz@example.com"), "EXC112"),
        (owner("AI Platform team.", "dana.ruiz@example.com"), "EXC112"),
        (
            "remediation:\n  plan: Migrate to private link in the 2027-02 release.\n  milestones: [{due: 2029-01-15, what: Private endpoint created}]\n".into(),
            "EXC202",
        ),
    ];
    for (changes, code) in cases {
        assert_eq!(codes(&changes), [code], "{changes}");
    }
}

#[test]
fn a_renewal_does_not_repeat_the_blocker() {
    let blocker = "The vendor's region offers no private link before 2027-02 (vendor ticket 48213)";
    let reviews = "reviews: [{date: 2026-11-19, by: board, note: Traffic is internal only}]\n";
    let renewal = format!(
        "renewals: [{{date: 2026-11-12, until: 2027-01-31, reason: \"{blocker}\", evidence: https://example.com/1}}]\n{reviews}"
    );
    assert_eq!(codes(&renewal), ["EXC216"]);
}

#[test]
fn what_is_alike_and_honest_passes() {
    for changes in [
        "opened: 2026-12-20\nexpires: 2027-03-20\n".to_owned(),
        "emergency: {declared: 2026-11-20T22:10:00Z, reason: The primary region was down.}\n"
            .into(),
        compensating(", verified: 2026-11-02, verify_every: 1y"),
        compensating(", verified: 2026-11-02, verify_every: 366d"),
        compensating(", verified: 2026-11-02"),
        format!(
            "risk: {{level: low, statement: A leaked key could be used.}}\n{}",
            compensating("")
        ),
        blocker("A VPN for 7 sites is missing in region X"),
        blocker("The loremaster service of ipsum.example.com offers no private link."),
        owner("Dana Teamer", "dana.ruiz+exc@example.com"),
        owner("Dana Ruiz", "12345+dana@users.noreply.github.com"),
        owner("Dana Ruiz", "administrata@example.com"),
    ] {
        assert_eq!(codes(&changes), [""; 0], "{changes}");
    }
}
