//! EXC302: two open exceptions from one control at one place.
//!
//! Near-linear: each target looks up its own prefixes, so that a register of hundreds of thousands
//! of records costs as many look-ups as it has path segments. Of the many pairs that a broad
//! target can make, each record reports one for each of its controls, the nearest.

use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::reach::Reach;
use crate::model::{Exception, Target, enclosing};
use crate::register::Register;
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Register(check) };

const CODE: Code = Code::error("EXC302", "overlapping-scope");

const DOCS: &str = r#"## What it checks

That no two open exceptions cover the same control at the same place: that no target of one equals a target of the other or lies within it. Paths are compared by whole segments and without regard to case. Two exceptions whose `bindings` say what they leave alone there, and name nothing in common (another tool, assignment, policy, ID, file or package), do not overlap. The finding stands in the record whose path comes later.

## Why it matters

Whoever closes one of the two leaves the deviation in place under the other. And the two can disagree: on the risk, on the owner, on the last day.

## Example

```yaml
# exceptions/EXC-2026-9T4B.yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-proxy
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
```

## Instead

```yaml
# exceptions/EXC-2026-9T4B.yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
```
"#;

/// Controls times targets of the longest record that the schema takes. A longer one is an error
/// already, and would cost as much as a whole register.
const MAX_PAIRS: usize = 50 * 200;

/// One target of one record, in a form in which prefixes can be compared.
struct Claim {
    /// Index into the open records, which stand in the order of their paths.
    record: usize,
    scope: usize,
    /// See [`Target::key`].
    path: String,
}

/// Records with one target that are looked at for one that overlaps.
const MAX_AT_ONE: usize = 32;

/// Where two records meet, as the later one reports it.
struct Overlap {
    scope: usize,
    other: usize,
    other_scope: usize,
    relation: Relation,
    /// Length of the common path: the longer, the nearer.
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    Same,
    /// The later record's target lies within the other's.
    Within,
    /// The later record's target contains the other's.
    Around,
}

fn check(register: &Register, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let records: Vec<&Record> = register.open().collect();
    let claims = claims(&records);
    let mut at: HashMap<(&str, &str), Vec<&Claim>> = HashMap::with_capacity(claims.len());
    for claim in &claims {
        for control in &records[claim.record].exception.controls {
            let known = at.entry((control, &claim.path)).or_default();
            if known.len() < MAX_AT_ONE {
                known.push(claim);
            }
        }
    }
    let pairs_of = |claim: &'_ Claim| {
        let mut pairs = Vec::new();
        for control in &records[claim.record].exception.controls {
            for prefix in enclosing(&claim.path) {
                let covers = at.get(&(control.as_str(), prefix)).into_iter().flatten();
                let mut covers = covers.filter(|it| meets(&records, it.record, claim.record));
                pairs.extend(covers.next().map(|&cover| (control.as_str(), cover)));
            }
        }
        pairs
    };
    let pairs: Vec<Vec<(&str, &Claim)>> = claims.par_iter().map(pairs_of).collect();
    let mut overlaps: HashMap<(usize, &str), Overlap> = HashMap::new();
    for (claim, pairs) in claims.iter().zip(pairs) {
        pairs.into_iter().for_each(|(control, cover)| note(&mut overlaps, control, cover, claim));
    }
    let mut overlaps: Vec<_> = overlaps.into_iter().collect();
    overlaps.sort_unstable_by_key(|&(at, _)| at);
    findings.extend(
        overlaps
            .iter()
            .map(|((record, control), overlap)| explain(&records, *record, control, overlap)),
    );
}

fn claims(records: &[&Record]) -> Vec<Claim> {
    let of_record = |(record, open): (usize, &&Record)| -> Vec<Claim> {
        let exception = &open.exception;
        if exception.controls.len() * exception.scope.len() > MAX_PAIRS {
            return Vec::new();
        }
        let targets = exception.scope.iter().enumerate();
        let claim = |(scope, text): (usize, &String)| {
            let path = Target::parse(text).ok()?.key();
            Some(Claim { record, scope, path })
        };
        targets.filter_map(claim).collect()
    };
    records.par_iter().enumerate().flat_map_iter(of_record).collect()
}

/// Whether two records may leave the same thing alone where their targets meet.
fn meets(records: &[&Record], a: usize, b: usize) -> bool {
    is_other(records, a, b) && !are_apart(&records[a].exception, &records[b].exception)
}

/// Whether both say in bindings what they leave alone, and have nothing of it in common.
fn are_apart(a: &Exception, b: &Exception) -> bool {
    let reaches = |it: &Exception| -> Option<Vec<Reach>> {
        it.bindings.iter().map(|binding| binding.reach(it)).collect()
    };
    if a.bindings.is_empty() || b.bindings.is_empty() {
        return false;
    }
    let (Some(a), Some(b)) = (reaches(a), reaches(b)) else { return false };
    a.iter().all(|a| b.iter().all(|b| a.is_apart_from(b)))
}

/// Records of one id are one exception twice, which is another rule's finding.
fn is_other(records: &[&Record], a: usize, b: usize) -> bool {
    let (a_id, b_id) = (&records[a].exception.id, &records[b].exception.id);
    a != b && (a_id.is_empty() || !a_id.eq_ignore_ascii_case(b_id))
}

/// Keeps an overlap for the later of two records, if it is the nearest so far.
fn note<'a>(
    overlaps: &mut HashMap<(usize, &'a str), Overlap>,
    control: &'a str,
    cover: &Claim,
    claim: &Claim,
) {
    let is_same = cover.path.len() == claim.path.len();
    let (later, other, relation) = match cover.record < claim.record {
        true => (claim, cover, Relation::Within),
        false => (cover, claim, Relation::Around),
    };
    let overlap = Overlap {
        scope: later.scope,
        other: other.record,
        other_scope: other.scope,
        relation: if is_same { Relation::Same } else { relation },
        depth: cover.path.len(),
    };
    let known = overlaps.entry((later.record, control)).or_insert(Overlap { depth: 0, ..overlap });
    if known.depth < overlap.depth {
        *known = overlap;
    }
}

fn explain(records: &[&Record], at: usize, control: &str, overlap: &Overlap) -> Finding {
    let (record, other) = (records[at], records[overlap.other]);
    let other_id = match other.exception.id.as_str() {
        "" => other.file().path(),
        id => id,
    };
    let place = record.at(&format!("/scope/{}", overlap.scope));
    let other_place = other.at(&format!("/scope/{}", overlap.other_scope));
    let (message, label) = match overlap.relation {
        Relation::Same => {
            (format!("`{other_id}` excepts the same target from `{control}`"), "the same target")
        }
        Relation::Within => (
            format!("`{other_id}` excepts a target around this one from `{control}`"),
            "this contains it",
        ),
        Relation::Around => (
            format!("`{other_id}` excepts a target within this one from `{control}`"),
            "this lies within it",
        ),
    };
    let is_bound = !record.exception.bindings.is_empty() || !other.exception.bindings.is_empty();
    let help = match is_bound {
        false => "remove the target from one of the two, or close one of them as `superseded`",
        true => {
            "remove the target from one of the two, close one of them as `superseded` with its \
             `bindings` in the other, or say in the `bindings` of both what each is about"
        }
    };
    CODE.finding(place, message).label(other_place, label).help(help).record(&record.exception.id)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::register;
    use crate::rules::testing::{POLICY, RECORD, overlaid, policy, report_of, today};
    use crate::text::SourceFile;

    fn found(records: &[(&str, &str)]) -> String {
        report_of(&RULE, records, "")
    }

    #[test]
    fn the_later_record_is_told_how_the_two_meet() {
        let records = [
            ("a.yaml", "id: A\nscope: [azure:/s/one/g]\n"),
            ("b.yaml", "id: B\nscope: [azure:/s/two, azure:/s/One/G]\n"),
            ("c.yaml", "id: C\nscope: [azure:/s/two/g]\n"),
            ("d.yaml", "id: D\nscope: [azure:/s/three/g]\n"),
            ("e.yaml", "id: E\nscope: [azure:/s/three]\n"),
        ];
        insta::assert_snapshot!(found(&records), @r"
        b.yaml:5:23 error[EXC302]: `A` excepts the same target from `AZ-NET-004`
          a.yaml:5:9 the same target
          help: remove the target from one of the two, or close one of them as `superseded`
        c.yaml:5:9 error[EXC302]: `B` excepts a target around this one from `AZ-NET-004`
          b.yaml:5:9 this contains it
          help: remove the target from one of the two, or close one of them as `superseded`
        e.yaml:5:9 error[EXC302]: `D` excepts a target within this one from `AZ-NET-004`
          d.yaml:5:9 this lies within it
          help: remove the target from one of the two, or close one of them as `superseded`
        ");
    }

    #[test]
    fn neighbours_other_kinds_other_controls_and_closed_records_do_not_overlap() {
        let records = [
            ("a.yaml", "id: A\nscope: [azure:/s/one]\n"),
            ("b.yaml", "id: B\nscope: [azure:/s/one-more, github:/s/one]\n"),
            ("c.yaml", "id: C\ncontrols: [LOG-002]\nscope: [azure:/s/one]\n"),
            (
                "d.yaml",
                "id: D\nscope: [azure:/s/one]\nclosed: {date: 2026-11-10, outcome: withdrawn, note: n}\n",
            ),
        ];
        assert_eq!(found(&records), "");
    }

    #[test]
    fn what_is_bound_to_different_things_does_not_overlap_and_what_shares_one_does() {
        let record = |id: &str, bindings: &str| {
            format!("id: {id}\nscope: [azure:/s/one]\nbindings: [{bindings}]\n")
        };
        let met = |one: &str, other: &str| {
            let (a, b) = (record("A", one), record("B", other));
            found(&[("a.yaml", &a), ("b.yaml", &b)]).contains("EXC302")
        };
        let cve = |ids: &str| format!("{{tool: trivy, ids: [{ids}]}}");
        assert!(!met(&cve("CVE-1"), &cve("CVE-2")));
        assert!(met(&cve("CVE-1, CVE-2"), &cve("CVE-2, CVE-3")));
        assert!(met(&cve("CVE-1"), &cve("'*'")), "all of them");
        assert!(!met(&cve("CVE-1"), "{tool: grype, ids: [CVE-1]}"), "another tool");
        assert!(met(&cve("CVE-1"), ""), "one that says nothing is about all");
        assert!(met(&cve("CVE-1"), "{tool: trivy}"), "one that is no good says nothing");
        let azure = |name: &str| format!("{{tool: azure-policy, assignment: /s/{name}}}");
        assert!(!met(&azure("a"), &azure("b")));
        assert!(met(&azure("a"), &azure("A")));
        let kyverno = |rest: &str| format!("{{tool: kyverno, policy: p, {rest}}}");
        assert!(!met(&kyverno("rules: [a]"), &kyverno("rules: [b]")));
        assert!(met(&kyverno("rules: ['a*']"), &kyverno("rules: [b]")), "a pattern");
        // The first at a target need not be the one that overlaps.
        let records =
            [record("A", &cve("CVE-1")), record("B", &cve("CVE-2")), record("C", &cve("CVE-2"))];
        let names = ["a.yaml", "b.yaml", "c.yaml"];
        let records: Vec<(&str, &str)> =
            names.into_iter().zip(records.iter().map(String::as_str)).collect();
        let report = found(&records);
        assert!(report.starts_with("c.yaml") && report.matches("EXC302").count() == 1, "{report}");
    }

    #[test]
    fn one_record_may_name_a_target_and_its_part() {
        assert_eq!(found(&[("a.yaml", "scope: [azure:/s, azure:/s/one]\n")]), "");
    }

    #[test]
    fn a_record_reports_the_nearest_once_for_each_control() {
        let records = [
            ("a.yaml", "id: A\nscope: [azure:/s]\n"),
            ("b.yaml", "id: B\ncontrols: [LOG-002]\nscope: [azure:/s/one]\n"),
            ("c.yaml", "id: C\ncontrols: [AZ-NET-004, LOG-002]\nscope: [azure:/s/one/g]\n"),
            ("d.yaml", "id: D\nscope: [azure:/s/one/g/x]\n"),
        ];
        insta::assert_snapshot!(found(&records), @r"
        c.yaml:4:9 error[EXC302]: `A` excepts a target around this one from `AZ-NET-004`
          a.yaml:5:9 this contains it
          help: remove the target from one of the two, or close one of them as `superseded`
        c.yaml:4:9 error[EXC302]: `B` excepts a target around this one from `LOG-002`
          b.yaml:4:9 this contains it
          help: remove the target from one of the two, or close one of them as `superseded`
        d.yaml:5:9 error[EXC302]: `C` excepts a target around this one from `AZ-NET-004`
          c.yaml:4:9 this contains it
          help: remove the target from one of the two, or close one of them as `superseded`
        ");
    }

    #[test]
    fn one_id_twice_is_left_to_the_rule_about_ids() {
        assert_eq!(found(&[("a.yaml", "id: A\n"), ("b.yaml", "id: a\n")]), "");
    }

    #[test]
    fn a_target_around_is_found_whatever_else_its_record_names() {
        let records = [
            ("a.yaml", "id: A\nscope: [azure:/s/x, azure:/s/one/g]\n"),
            ("b.yaml", "id: B\nscope: [azure:/s/x, azure:/s/one]\n"),
            ("c.yaml", "id: C\nscope: [azure:/s/one]\n"),
        ];
        let found = found(&records);
        assert_eq!(found.matches("error[EXC302]").count(), 2, "{found}");
    }

    /// Comparing every pair with [`Target::covers`] says which records have a finding.
    #[test]
    fn the_prefixes_find_what_comparing_every_pair_finds() {
        let paths =
            ["azure:/a", "azure:/A/b", "azure:/a/b/c", "azure:/a/bc", "github:/a", "azure:/b"];
        let targets = paths.map(|path| Target::parse(path).expect("a target"));
        let policy = policy(POLICY);
        for first in 0..paths.len() {
            for second in 0..paths.len() {
                for third in 0..paths.len() {
                    let chosen = [first, second, third];
                    let file = |(n, at): (usize, &usize)| {
                        let changes = format!("id: R{n}\nscope: [{}]\n", paths[*at]);
                        let path = format!("exceptions/{n}.yaml");
                        Arc::new(SourceFile::new(path, overlaid(RECORD, &changes)))
                    };
                    let files = chosen.iter().enumerate().map(file).collect();
                    let register = register::from_files("r", files, &policy.record_schema);
                    let mut findings = Vec::new();
                    let context = Context { policy: &policy, today: today() };
                    check(&register, &context, &mut findings);
                    let found: Vec<String> =
                        findings.iter().filter_map(|finding| finding.record.clone()).collect();
                    let meets = |n: usize| {
                        let target = &targets[chosen[n]];
                        let earlier = chosen[..n].iter().map(|&at| &targets[at]);
                        earlier.into_iter().any(|it| it.covers(target) || target.covers(it))
                    };
                    let expected: Vec<String> =
                        (0..3).filter(|&n| meets(n)).map(|n| format!("R{n}")).collect();
                    assert_eq!(found, expected, "{:?}", chosen.map(|at| paths[at]));
                }
            }
        }
    }

    /// The schema refuses such records; no product of two lists is walked through for them.
    #[test]
    fn a_record_that_the_schema_refuses_for_its_length_is_not_compared() {
        let of = |id: &str, controls: usize, targets: usize| {
            let list = |n: usize, one: &dyn Fn(usize) -> String| {
                (0..n).map(one).collect::<Vec<_>>().join(", ")
            };
            let controls = list(controls, &|n| format!("C-{n}"));
            let targets = list(targets, &|n| format!("s:/{n}"));
            format!("id: {id}\ncontrols: [{controls}]\nscope: [{targets}]\n")
        };
        let found_in = |controls, targets| {
            let [a, b] = ["A", "B"].map(|id| of(id, controls, targets));
            found(&[("a.yaml", &a), ("b.yaml", &b)]).matches("error[EXC302]").count()
        };
        let most = |list: &str| {
            let schema = crate::source::record_schema(&[]);
            schema["properties"][list]["maxItems"].as_u64().expect("a limit") as usize
        };
        let (controls, targets) = (most("controls"), most("scope"));
        assert_eq!(found_in(controls, targets), controls);
        assert_eq!(found_in(controls + 1, targets), 0);
        assert_eq!(found_in(controls, targets + 1), 0);
    }

    /// Quadratic work would be 200 million comparisons here, and one finding each.
    #[test]
    fn a_register_of_twenty_thousand_records_has_one_finding_a_record() {
        let record = |n: usize| {
            let changes = match n {
                0 => "id: R0\nscope: [azure:/s]\n".to_owned(),
                n => format!("id: R{n}\nscope: [azure:/s/{}/g/{n}]\n", n % 100),
            };
            Arc::new(SourceFile::new(format!("exceptions/{n:05}.yaml"), overlaid(RECORD, &changes)))
        };
        let policy = policy(POLICY);
        let files = (0..20_000).map(record).collect();
        let register = register::from_files("exceptions", files, &policy.record_schema);
        let mut findings = Vec::new();
        check(&register, &Context { policy: &policy, today: today() }, &mut findings);
        assert_eq!(findings.len(), 19_999);
    }
}
