//! What a suppression comes to, against records whose state is given.

use super::*;
use crate::bridge::Known;
use crate::model::reach::Dimension;
use crate::model::{Binding as Tie, CompensatingControl, Person};
use crate::text::Span;

const ASSIGNMENT: &str =
    "/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/deny";
const GROUP: &str = "azure:/subscriptions/s/resourceGroups/g";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// A record about a place, bound to the assignment and these references of definitions.
fn exception(id: &str, scope: &str, references: &[&str]) -> Exception {
    let binding = Tie {
        tool: Some(Tool::AzurePolicy),
        assignment: ASSIGNMENT.to_owned(),
        definition_references: references.iter().map(|it| (*it).to_owned()).collect(),
        ..Tie::default()
    };
    Exception {
        id: id.to_owned(),
        scope: vec![scope.to_owned()],
        bindings: vec![binding],
        owner: Person::default(),
        ..Exception::default()
    }
}

fn in_force(exception: &Exception) -> Holding<'_> {
    holding(exception, State::InForce(day("2027-01-31")))
}

fn holding(exception: &Exception, state: State) -> Holding<'_> {
    Holding { exception, path: "exceptions/a.yaml", state, fault: None }
}

/// An exemption that says this, hangs there and takes out these references.
fn exemption(said: &str, scope: &str, references: &[&str]) -> Suppression {
    let reach = Reach::of(Tool::AzurePolicy)
        .limited(Dimension::Place, [scope.to_owned()])
        .limited(Dimension::Policy, [ASSIGNMENT.to_owned()])
        .limited(Dimension::Id, references.iter().map(|it| (*it).to_owned()));
    Suppression {
        span: Span::new(0, 0),
        name: "a".to_owned(),
        said: vec![said.to_owned()],
        reach: Ok(vec![reach]),
        end: End::midnight(day("2027-02-01")),
        made: None,
        known: Known::default(),
        notes: Vec::new(),
    }
}

/// The verdict, its record and the bindings that nothing has met.
fn judged(holdings: &[Holding<'_>], suppression: &Suppression) -> (Judged, usize) {
    let (hierarchy, ids) = (Hierarchy::default(), Regex::new("^EXC-.*$").expect("a pattern"));
    let bindings = Bindings::of(Tool::AzurePolicy, holdings, &hierarchy, &ids);
    let mut used = BTreeSet::new();
    let judged = bindings.judge(suppression, day("2026-11-20"), &mut used);
    (judged, bindings.unused(&used).len())
}

fn verdict(holdings: &[Holding<'_>], suppression: &Suppression) -> Verdict {
    judged(holdings, suppression).0.verdict
}

#[test]
fn a_suppression_ends_with_its_record_and_not_a_second_later() {
    let record = exception("EXC-1", GROUP, &["r"]);
    let held = [in_force(&record)];
    let mut suppression = exemption("", GROUP, &["r"]);
    assert_eq!(judged(&held, &suppression).0.record.as_deref(), Some("EXC-1"));
    assert_eq!(judged(&held, &suppression).1, 0);
    assert_eq!(verdict(&held, &suppression), Verdict::Covered);
    suppression.end = End::At("2027-02-01T00:00:01Z".parse().expect("a moment"));
    assert_eq!(verdict(&held, &suppression), Verdict::Outlives);
    suppression.end = End::Never;
    assert_eq!(verdict(&held, &suppression), Verdict::Outlives);
    suppression.end = End::midnight(day("2026-11-20"));
    assert_eq!(verdict(&held, &suppression), Verdict::Ended);
}

#[test]
fn whatever_state_a_record_is_in_decides_what_it_covers() {
    let record = exception("EXC-1", GROUP, &[]);
    let suppression = exemption("", GROUP, &[]);
    for (state, expected) in [
        (State::Expired(day("2026-11-19")), Verdict::RecordExpired),
        (State::Closed, Verdict::RecordExpired),
        (State::Unapproved("not approved".to_owned()), Verdict::RecordUnapproved),
        (State::Unknown("no history".to_owned()), Verdict::Unknown),
    ] {
        assert_eq!(verdict(&[holding(&record, state)], &suppression), expected);
    }
}

#[test]
fn a_record_that_is_named_covers_nothing_but_what_it_is_bound_to() {
    let record = exception("EXC-1", GROUP, &[]);
    let held = [in_force(&record)];
    let elsewhere = "azure:/subscriptions/t";
    assert_eq!(verdict(&held, &exemption("", elsewhere, &[])), Verdict::Orphan);
    let (judged, unused) = judged(&held, &exemption("for EXC-1: vendor", elsewhere, &[]));
    assert_eq!((judged.verdict, unused), (Verdict::Wider, 0));
    // A name that begins like it is another one.
    let (judged, _) = self::judged(&held, &exemption("EXC-12", elsewhere, &[]));
    assert_eq!(judged.verdict, Verdict::Orphan);
    assert_eq!(judged.why[1], "it names `EXC-12`, which no record has");
}

#[test]
fn of_several_records_one_that_covers_it_is_told_whatever_the_others_are() {
    let (wide, old) =
        (exception("EXC-1", "azure:/subscriptions/s", &[]), exception("EXC-2", GROUP, &[]));
    let held = [holding(&old, State::Expired(day("2026-11-19"))), in_force(&wide)];
    let (judged, _) = judged(&held, &exemption("EXC-2", GROUP, &[]));
    assert_eq!((judged.verdict, judged.record.as_deref()), (Verdict::Narrower, Some("EXC-1")));
    let group = GROUP.trim_start_matches("azure:");
    assert_eq!(judged.why, [format!("narrower in scope {group}")]);
}

#[test]
fn two_records_cover_together_what_none_covers_alone() {
    let (one, two) = (exception("EXC-1", GROUP, &["a"]), exception("EXC-2", GROUP, &["b"]));
    let both = [in_force(&one), in_force(&two)];
    let suppression = exemption("", GROUP, &["a", "b"]);
    let (whole, unused) = judged(&both, &suppression);
    assert_eq!((whole.verdict, unused), (Verdict::Covered, 0));
    assert_eq!(whole.why, ["`EXC-1` and `EXC-2` cover it together"]);
    assert_eq!(verdict(&both[..1], &suppression), Verdict::Wider);
}

#[test]
fn a_binding_that_cannot_be_relied_on_covers_nothing() {
    let record = exception("EXC-1", GROUP, &[]);
    let broken = Holding { fault: Some("its scope is broken".to_owned()), ..in_force(&record) };
    assert_eq!(verdict(&[broken], &exemption("", GROUP, &[])), Verdict::Orphan);
    let broken = Holding { fault: Some("its scope is broken".to_owned()), ..in_force(&record) };
    let (judged, _) = judged(&[broken], &exemption("EXC-1", GROUP, &[]));
    assert_eq!((judged.verdict, &*judged.why[0]), (Verdict::Unknown, "its scope is broken"));
}

#[test]
fn the_worst_part_of_a_suppression_is_its_verdict() {
    let record = exception("EXC-1", GROUP, &[]);
    let mut suppression = exemption("", GROUP, &[]);
    let other = exemption("", "azure:/subscriptions/t", &[]).reach.expect("a reach");
    suppression.reach.as_mut().expect("a reach").extend(other);
    assert_eq!(verdict(&[in_force(&record)], &suppression), Verdict::Orphan);
    suppression.reach = Ok(Vec::new());
    assert_eq!(verdict(&[in_force(&record)], &suppression), Verdict::Unknown);
}

#[test]
fn what_a_suppression_claims_has_to_fit_the_controls_of_its_record() {
    let bare = exception("EXC-1", GROUP, &[]);
    let mut guarded = bare.clone();
    guarded.compensating_controls.push(CompensatingControl::default());
    // What somebody has to look at, and what is said besides.
    let told = |exception: &Exception, is_mitigated: Option<bool>, scope: &str| {
        let held = [in_force(exception)];
        let (hierarchy, ids) = (Hierarchy::default(), Regex::new("^EXC-.*$").expect("a pattern"));
        let bindings = Bindings::of(Tool::AzurePolicy, &held, &hierarchy, &ids);
        let suppression = Suppression {
            known: Known { is_mitigated, ..Known::default() },
            ..exemption("", scope, &[])
        };
        let judged = bindings.judge(&suppression, day("2026-11-20"), &mut BTreeSet::new());
        (bindings.misfit(&suppression, &judged), judged.why)
    };
    let (note, why) = told(&bare, Some(true), GROUP);
    assert!(note.is_some_and(|it| it.contains("`EXC-1` lists no compensating control")));
    assert_eq!(why, [""; 0]);
    let (note, why) = told(&guarded, Some(false), GROUP);
    assert_eq!(note, None);
    assert!(why[0].contains("`Mitigated` would say so"), "{why:?}");
    for (exception, is_mitigated) in
        [(&bare, Some(false)), (&guarded, Some(true)), (&bare, None), (&guarded, None)]
    {
        assert_eq!(told(exception, is_mitigated, GROUP), (None, Vec::new()));
    }
    // Nothing can be said without a record.
    assert_eq!(told(&bare, Some(true), "azure:/subscriptions/t").0, None);
}

/// Bindings to whatever Trivy finds in a package, in a file, and in folders.
fn open_bindings(n: usize) -> Vec<Exception> {
    let tie = |packages: Vec<String>, paths: Vec<String>| Tie {
        tool: Some(Tool::Trivy),
        ids: vec!["*".to_owned()],
        packages,
        paths,
        ..Tie::default()
    };
    let record = |at: usize| Exception {
        id: format!("EXC-{at}"),
        bindings: match at {
            0 => vec![tie(Vec::new(), vec!["vendor/**".to_owned()])],
            _ => vec![
                tie(vec![format!("pkg:npm/p{at}@1")], Vec::new()),
                tie(Vec::new(), vec![format!("src/f{at}")]),
            ],
        },
        ..Exception::default()
    };
    (0..n).map(record).collect()
}

fn of_trivy(limits: &[(Dimension, &str)]) -> Suppression {
    let mut reach = Reach::of(Tool::Trivy);
    for (dimension, value) in limits {
        reach.limit(*dimension, [(*value).to_owned()]);
    }
    Suppression { reach: Ok(vec![reach]), ..exemption("", GROUP, &[]) }
}

#[test]
fn a_binding_to_whatever_is_found_is_met_by_its_package_or_its_path() {
    use Dimension::{Id, Package, Path};
    let records = open_bindings(100);
    let held: Vec<Holding<'_>> = records.iter().map(in_force).collect();
    let (hierarchy, ids) = (Hierarchy::default(), Regex::new("^EXC-.*$").expect("a pattern"));
    let bindings = Bindings::of(Tool::Trivy, &held, &hierarchy, &ids);
    for (limits, verdict, record) in [
        (&[(Id, "CVE-1"), (Package, "pkg:npm/p77@1")][..], Verdict::Narrower, "EXC-77"),
        (&[(Package, "pkg:npm/p77@1")], Verdict::Covered, "EXC-77"),
        (&[(Package, "pkg:npm/p77@1"), (Path, "a")], Verdict::Narrower, "EXC-77"),
        (&[(Path, "./src/f77")], Verdict::Covered, "EXC-77"),
        (&[(Id, "CVE-1"), (Path, "src/f77")], Verdict::Narrower, "EXC-77"),
        (&[(Path, "vendor/a/b")], Verdict::Narrower, "EXC-0"),
        // Beyond all that it meets, as the first one shows.
        (&[(Path, "src/*")], Verdict::Wider, "EXC-1"),
        (&[(Package, "pkg:npm/p77")], Verdict::Wider, "EXC-0"),
        (&[(Package, "pkg:npm/q@1")], Verdict::Wider, "EXC-0"),
        (&[(Path, "../src/f77")], Verdict::Unknown, "EXC-0"),
        (&[], Verdict::Wider, "EXC-0"),
    ] {
        let judged = bindings.judge(&of_trivy(limits), day("2026-11-20"), &mut BTreeSet::new());
        let found = (judged.verdict, judged.record.as_deref());
        assert_eq!(found, (verdict, Some(record)), "{limits:?}");
    }
}

/// Pair by pair this would not end.
#[test]
fn many_bindings_to_whatever_is_found_meet_many_suppressions_without_ids() {
    let n = 20_000;
    let records = open_bindings(n);
    let held: Vec<Holding<'_>> = records.iter().map(in_force).collect();
    let (hierarchy, ids) = (Hierarchy::default(), Regex::new("^EXC-.*$").expect("a pattern"));
    let bindings = Bindings::of(Tool::Trivy, &held, &hierarchy, &ids);
    let mut used = BTreeSet::new();
    for at in 1..n {
        let one = of_trivy(&[(Dimension::Package, &format!("pkg:npm/p{at}@1"))]);
        assert_eq!(bindings.judge(&one, day("2026-11-20"), &mut used).verdict, Verdict::Covered);
    }
    assert_eq!(used.len(), n - 1);
}

/// As many records as suppressions, each with one binding and what it leaves alone.
fn compared(
    tool: Tool,
    n: usize,
    tie: impl Fn(usize) -> Tie,
    live: impl Fn(usize) -> Reach,
) -> usize {
    let record = |at: usize| Exception {
        id: format!("EXC-{at}"),
        bindings: vec![Tie { tool: Some(tool), ..tie(at) }],
        ..Exception::default()
    };
    let records: Vec<Exception> = (0..n).map(record).collect();
    let held: Vec<Holding<'_>> = records.iter().map(in_force).collect();
    let (hierarchy, ids) = (Hierarchy::default(), Regex::new("^EXC-.*$").expect("a pattern"));
    let bindings = Bindings::of(tool, &held, &hierarchy, &ids);
    for at in 0..n {
        let one = Suppression { reach: Ok(vec![live(at)]), ..exemption("", GROUP, &[]) };
        let judged = bindings.judge(&one, day("2026-11-20"), &mut BTreeSet::new());
        let found = (judged.verdict <= Verdict::Narrower, judged.record);
        assert_eq!(found, (true, Some(format!("EXC-{at}"))), "{tool} {at}");
    }
    bindings.n_compared.get()
}

#[test]
fn a_suppression_is_compared_with_few_of_many_bindings_whatever_limits_them() {
    use Dimension::{Id, Namespace, Package, Path, Policy, PolicyKind};
    let texts = |texts: &[String]| texts.to_vec();
    let all = || vec!["*".to_owned()];
    let n = 400;
    let folder = |at| format!("src/d{at:04}");
    let of_trivy = |path: String| {
        Reach::of(Tool::Trivy).limited(Id, ["AVD-1".to_owned()]).limited(Path, [path])
    };
    let counts = [
        compared(
            Tool::Checkov,
            n,
            |at| Tie { ids: texts(&[format!("CKV_{at:04}_*")]), ..Tie::default() },
            |at| Reach::of(Tool::Checkov).limited(Id, [format!("CKV_{at:04}_1")]),
        ),
        compared(
            Tool::Checkov,
            n,
            |at| Tie { ids: texts(&[format!("CKV_{at:04}_*")]), ..Tie::default() },
            |at| Reach::of(Tool::Checkov).limited(Id, [format!("CKV_{at:04}_1*")]),
        ),
        compared(
            Tool::Checkov,
            n,
            |at| Tie { ids: texts(&[format!("*_{at:04}")]), ..Tie::default() },
            |at| Reach::of(Tool::Checkov).limited(Id, [format!("CKV_{at:04}")]),
        ),
        compared(
            Tool::Trivy,
            n,
            |at| Tie { ids: all(), paths: texts(&[folder(at) + "/**/*.lock"]), ..Tie::default() },
            |at| of_trivy(folder(at) + "/a/x.lock"),
        ),
        compared(
            Tool::Trivy,
            n,
            |at| Tie { ids: all(), paths: texts(&[format!("**/{at:04}.lock")]), ..Tie::default() },
            |at| of_trivy(format!("a/{at:04}.lock")),
        ),
        // One finding in many places.
        compared(
            Tool::Trivy,
            n,
            |at| Tie {
                ids: texts(&["AVD-1".to_owned()]),
                paths: texts(&[folder(at) + "/**"]),
                ..Tie::default()
            },
            |at| of_trivy(folder(at) + "/x"),
        ),
        compared(
            Tool::Trivy,
            n,
            |at| Tie {
                ids: all(),
                paths: texts(&["go.sum".to_owned()]),
                packages: texts(&[format!("pkg:golang/a.b/m{at:04}")]),
                ..Tie::default()
            },
            |at| {
                let package = format!("pkg:golang/a.b/m{at:04}@v1");
                of_trivy("go.sum".to_owned()).limited(Package, [package])
            },
        ),
        compared(
            Tool::Kyverno,
            n,
            |at| Tie {
                policy: "no-root".to_owned(),
                resources: crate::model::Resources {
                    namespaces: texts(&[format!("n{at:04}-*")]),
                    ..Default::default()
                },
                ..Tie::default()
            },
            |at| {
                Reach::of(Tool::Kyverno)
                    .limited(Policy, ["no-root".to_owned()])
                    .limited(PolicyKind, ["ClusterPolicy".to_owned()])
                    .limited(Namespace, [format!("n{at:04}-a")])
            },
        ),
    ];
    assert!(counts.iter().all(|count| *count <= 4 * n), "{counts:?}");
}

#[test]
fn what_has_no_file_or_package_in_common_with_a_binding_is_an_orphan() {
    use Dimension::{Id, Package, Path};
    let tie = |id: &str, paths: &[&str], packages: &[&str]| Exception {
        id: "EXC-1".to_owned(),
        bindings: vec![Tie {
            tool: Some(Tool::Trivy),
            ids: vec![id.to_owned()],
            paths: paths.iter().map(|it| (*it).to_owned()).collect(),
            packages: packages.iter().map(|it| (*it).to_owned()).collect(),
            ..Tie::default()
        }],
        ..Exception::default()
    };
    let of_path = |path| (Path, path);
    let (cve, azure) = ((Id, "CVE-1"), "pkg:golang/github.com/Azure/x@v1");
    let (hierarchy, ids) = (Hierarchy::default(), Regex::new("^EXC-.*$").expect("a pattern"));
    for (record, limits, expected) in [
        (tie("*", &["vendor/a"], &[]), &[cve, of_path("src/a")][..], Verdict::Orphan),
        (tie("CVE-1", &["vendor/a"], &[]), &[cve, of_path("src/a")], Verdict::Orphan),
        (tie("*", &["vendor/**"], &[]), &[cve, of_path("src/**")], Verdict::Orphan),
        (tie("*", &["vendor/**"], &[]), &[cve, of_path("vendor2/a")], Verdict::Orphan),
        (tie("*", &["src/*.lock"], &[]), &[cve, of_path("src/*.sum")], Verdict::Orphan),
        (tie("*", &["vendor/a"], &[azure]), &[cve, of_path("src/a")], Verdict::Orphan),
        (tie("*", &[], &[azure]), &[cve, (Package, "pkg:npm/x")], Verdict::Orphan),
        (tie("*", &["a"], &[azure]), &[of_path("a"), (Package, "pkg:npm/x")], Verdict::Orphan),
        // What may meet it does not stand alone.
        (tie("*", &["vendor/a"], &[]), &[cve], Verdict::Wider),
        (tie("*", &["vendor/a"], &[]), &[cve, (Package, azure)], Verdict::Wider),
        (tie("*", &["vendor/a"], &[]), &[of_path("**/a")], Verdict::Wider),
        (tie("*", &["vendor/a"], &[]), &[of_path("Vendor/A")], Verdict::Wider),
        (tie("*", &["vendor/a"], &[]), &[of_path("src/../a")], Verdict::Unknown),
        (tie("*", &[], &[azure]), &[cve, of_path("src/a")], Verdict::Wider),
        (tie("*", &[], &[azure]), &[(Package, "pkg:golang/github.com/azure/x")], Verdict::Wider),
        (tie("*", &[], &[azure]), &[(Package, "pkg:golang/github.com/Azure/x@v2")], Verdict::Wider),
    ] {
        let held = [in_force(&record)];
        let bindings = Bindings::of(Tool::Trivy, &held, &hierarchy, &ids);
        let mut suppression = of_trivy(limits);
        let judge =
            |it: &Suppression| bindings.judge(it, day("2026-11-20"), &mut BTreeSet::new()).verdict;
        assert_eq!(judge(&suppression), expected, "{} {limits:?}", record.bindings[0]);
        // Where it names the record, somebody takes the two for the same.
        suppression.said = vec!["EXC-1".to_owned()];
        assert_ne!(judge(&suppression), Verdict::Orphan, "{} {limits:?}", record.bindings[0]);
    }
}

#[test]
fn of_many_records_that_one_suppression_names_the_first_are_looked_at() {
    let record = exception("EXC-1", GROUP, &[]);
    let said: Vec<String> = (0..100_000).map(|at| format!("EXC-X{at}")).collect();
    let (judged, _) =
        judged(&[in_force(&record)], &exemption(&said.join(" "), "azure:/subscriptions/t", &[]));
    assert_eq!((judged.verdict, judged.why.len()), (Verdict::Orphan, 1 + MAX_NAMED));
}
