//! What loosens a policy, and what does not.

use super::*;
use crate::policy::testing::policy;

const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDZwEucLJtpL4Je+ps062aqrNE4+1wATZLqQJHs0miz4";

fn between(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (policy(before).expect("usable"), policy(after).expect("usable"));
    let found = loosened(&before, &after, &|_| RuleLevel::Warning);
    found.iter().map(|it| format!("{} {}", it.pointer, it.how)).collect()
}

/// Going there is looser, and going back is not.
#[track_caller]
fn check(before: &str, after: &str, expected: &str) {
    let line = |text: &str| format!("{text}\n");
    let (before, after) = (line(before), line(after));
    assert_eq!(between(&before, &after), [expected], "{before}{after}");
    assert_eq!(between(&after, &before), [""; 0], "{after}{before}");
    assert_eq!(between(&after, &after), [""; 0]);
}

#[test]
fn a_limit_that_is_raised_or_dropped_is_looser() {
    for (key, before, after, expected) in [
        (
            "durations",
            "max_days: {high: 90}",
            "max_days: {high: 91}",
            "/durations/max_days/high raised from 90 to 91",
        ),
        (
            "durations",
            "max_total_days: 540",
            "max_total_days: 541",
            "/durations/max_total_days raised from 540 to 541",
        ),
        (
            "durations",
            "max_renewals: 2",
            "max_renewals: 3",
            "/durations/max_renewals raised from 2 to 3",
        ),
        (
            "review_every_days",
            "low: 180",
            "low: 181",
            "/review_every_days/low raised from 180 to 181",
        ),
        ("gate", "grace_days: 0", "grace_days: 1", "/gate/grace_days raised from 0 to 1"),
        (
            "gate",
            "elsewhere: error",
            "elsewhere: warning",
            "/gate/elsewhere lowered from `error` to `warning`",
        ),
        ("budgets", "per_team: 1", "per_team: 2", "/budgets/per_team raised from 1 to 2"),
        ("budgets", "per_control: 1", "", "/budgets/per_control 1 before, and none now"),
        ("cliff", "records: 5", "records: 6", "/cliff/records raised from 5 to 6"),
    ] {
        check(&format!("{key}: {{{before}}}"), &format!("{key}: {{{after}}}"), expected);
    }
    check(
        "warn_within_days: 30",
        "warn_within_days: 29",
        "/warn_within_days lowered from 30 to 29",
    );
}

#[test]
fn approvals_by_fewer_or_others_or_on_weaker_evidence_are_looser() {
    for (before, after, expected) in [
        ("quorum: {high: 2}", "quorum: {high: 1}", "/approvals/quorum/high lowered from 2 to 1"),
        (
            "accept: {low: [signed]}",
            "accept: {low: [signed, landing]}",
            "/approvals/accept/low `landing` is accepted now",
        ),
        (
            "roles: {approve: [a]}",
            "roles: {approve: [a, b]}",
            "/approvals/roles/approve `b` is added",
        ),
        (
            "roles: {critical: [a]}",
            "roles: {critical: [b, a]}",
            "/approvals/roles/critical `b` is added",
        ),
        (
            "unknown_contributor: {high: unapproved}",
            "unknown_contributor: {high: distinct}",
            "/approvals/unknown_contributor/high softened from `unapproved` to `distinct`",
        ),
        (
            "policy_change: {quorum: 2}",
            "policy_change: {quorum: 1}",
            "/approvals/policy_change/quorum lowered from 2 to 1",
        ),
        (
            "policy_change: {accept: [signed]}",
            "policy_change: {accept: [signed, trailer]}",
            "/approvals/policy_change/accept `trailer` is accepted now",
        ),
        ("late_days: 3", "late_days: 4", "/approvals/late_days raised from 3 to 4"),
        (
            "forge_committers: []",
            "forge_committers: [a@example.com]",
            "/approvals/forge_committers `a@example.com` is added",
        ),
    ] {
        check(&format!("approvals: {{{before}}}"), &format!("approvals: {{{after}}}"), expected);
    }
}

#[test]
fn a_person_a_role_an_address_or_a_key_more_is_looser() {
    let people =
        |more: &str| format!("people: [{{id: a, name: A, emails: [a@example.com]{more}}}]\n");
    let key = |more: &str| people(&format!(", keys: [{{key: \"{ED25519}\"{more}}}]"));
    assert_eq!(between("", &people("")), ["/people/0 `a` is added"]);
    check(&people(""), &people(", roles: [x]"), "/people/0/roles `a` gets the role `x`");
    check(&people(""), &key(""), "/people/0/keys/0 `a` gets a key");
    let longer = "/people/0/keys/0 a key of `a` counts on more days";
    check(&key(", until: 2027-01-01"), &key(", until: 2027-01-02"), longer);
    check(&key(", from: 2026-01-02"), &key(", from: 2026-01-01"), longer);
    check(&key(", until: 2027-01-01"), &key(""), longer);
    check(&key(", revoked: {date: 2026-01-01, reason: compromised}"), &key(""), longer);
    check(
        &key(", revoked: {date: 2026-01-01, reason: compromised}"),
        &key(", revoked: {date: 2026-01-01, reason: superseded}"),
        longer,
    );
}

/// With the address gone, its owner counts as somebody else than themselves.
#[test]
fn an_address_that_moves_or_goes_is_looser_both_ways() {
    let people = |emails: &str| format!("people: [{{id: a, name: A, emails: [{emails}]}}]\n");
    let (one, two) = (people("a@example.com"), people("a@example.com, b@example.com"));
    assert_eq!(between(&one, &two), ["/people/0/emails `a` gets the address `b@example.com`"]);
    assert_eq!(between(&two, &one), ["/people `b@example.com` is removed"]);
    assert_eq!(between(&one, ""), ["/people `a@example.com` is removed"]);
}

#[test]
fn what_forbids_less_of_controls_scope_fields_and_words_is_looser() {
    let control = |more: &str| format!("controls: [{{id: A-1, title: A{more}}}]");
    check(
        &control(", never_exempt: true"),
        &control(""),
        "/controls/0/never_exempt dropped for `A-1`",
    );
    check(&control(", max_days: 9"), &control(""), "/controls/0/max_days 9 before, and none now");
    assert_eq!(between("", &control("")), [""; 0]);
    let scope = |broadest: &str| format!("scope: {{x: {{levels: [a, b]{broadest}}}}}");
    check(
        &scope(", broadest: b"),
        &scope(", broadest: a"),
        "/scope/x/broadest widened from `b` to `a`",
    );
    check(&scope(", broadest: a"), &scope(""), "/scope/x/broadest widened from `a` to `any`");
    check("groups: [x]", "", "/groups `x` is removed");
    check("vague: [x]", "", "/vague `x` is removed");
    check("placeholders: [x]", "", "/placeholders `x` is removed");
    let field = |more: &str| format!("fields: {{f: {{type: string{more}}}}}");
    check(&field(", required: true"), &field(""), "/fields/f/required dropped");
    check(&field(", pattern: x"), &field(""), "/fields/f/pattern changed");
    check(&field(", enum: [a]"), &field(", enum: [a, b]"), "/fields/f/enum `b` is added");
    check(&field(", enum: [a]"), &field(""), "/fields/f/enum dropped");
}

#[test]
fn a_level_of_a_rule_that_is_lowered_is_looser_whoever_set_it() {
    check(
        "rules: {EXC022: error}",
        "rules: {EXC022: warning}",
        "/rules/EXC022 lowered from `error` to `warning`",
    );
    check("rules: {EXC022: error}", "", "/rules/EXC022 lowered from `error` to `warning`");
    check("", "rules: {EXC022: \"off\"}", "/rules/EXC022 lowered from `warning` to `off`");
}

#[test]
fn what_names_the_register_its_mainline_and_its_ids_stays() {
    assert_eq!(between("", "mainline: x\n"), ["/mainline changed from `main` to `x`"]);
    let found = between("", "ids: {pattern: x}\n");
    assert_eq!(found.len(), 1, "{found:?}");
}
