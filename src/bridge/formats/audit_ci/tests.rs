//! What audit-ci makes of its configuration.

use super::super::testing;
use super::*;

const ONE: &str = "GHSA-aaaa-bbbb-cccc";

/// All but what follows from the level.
fn all(text: &str) -> Vec<Suppression> {
    let found = testing::all(&FORMAT, "audit-ci.jsonc", text);
    found.into_iter().filter(|it| !it.name.starts_with("level ")).collect()
}

fn fault(bytes: &[u8]) -> (usize, String) {
    testing::fault(&FORMAT, "audit-ci.json", bytes)
}

fn with_expiry(expiry: &str) -> Suppression {
    all(&format!("{{allowlist: [{{a: {{active: true, expiry: {expiry}}}}}]}}")).remove(0)
}

#[test]
fn ids_modules_and_paths_are_read_in_all_three_syntaxes() {
    let found = all("{
            // audit-ci
            low: true,
            'allowlist': [
                \"GHSA-aaaa-bbbb-cccc\",
                {\"lodash\": {active: true, notes: 'EXC-2026-AAAA', expiry: '2027-02-01'}},
                'GHSA-aaaa-bbbb-cccc|a>*',
            ],
        }");
    let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
    assert_eq!(names, [ONE, "lodash", "GHSA-aaaa-bbbb-cccc|a>*"]);
    assert_eq!((&found[0].end, &*found[1].said[0]), (&End::Never, "EXC-2026-AAAA"));
    assert_eq!(found[1].end, End::midnight("2027-02-01".parse().expect("a day")));
    assert_eq!(found[1].notes, ["all advisories of the module `lodash`"]);
    let reach = Reach::of(Tool::AuditCi)
        .limited(Dimension::Id, [ONE.to_owned()])
        .limited(Dimension::Path, ["a>*".to_owned()]);
    assert_eq!(found[2].reach, Ok(vec![reach]));
}

#[test]
fn what_is_less_severe_than_the_level_is_left_alone_and_without_one_everything() {
    let of = |text: &str| {
        let found = testing::all(&FORMAT, "audit-ci.jsonc", text);
        assert!(found.iter().all(|it| it.reach.is_err() && it.end == End::Never), "{text}");
        found.into_iter().map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(of("{low: true}"), [""; 0]);
    assert_eq!(of("{l: true, critical: true}"), [""; 0]);
    assert_eq!(of("{moderate: true}"), ["level moderate"]);
    assert_eq!(of("{critical: true, 'skip-dev': true}"), ["level critical", "skip-dev"]);
    assert_eq!(of("{c: true, h: 'true', low: false}"), ["level high"]);
    for text in ["{allowlist: []}", "{}", "{low: false}", "{high: 1}"] {
        assert_eq!(of(text), ["level none"], "{text}");
    }
}

#[test]
fn an_entry_without_active_allows_nothing_and_the_first_of_two_counts() {
    let found = all("{allowlist: [{a: {}}, 'a', {b: {active: true}, c: {active: true}}]}");
    let ends: Vec<&End> = found.iter().map(|it| &it.end).collect();
    assert_eq!(ends, [&End::Dropped, &End::Dropped, &End::Never]);
    assert!(found[2].reach.as_ref().is_err_and(|why| why.contains("several ids")));
}

#[test]
fn what_the_tool_orders_or_matches_in_a_way_of_its_own_is_never_taken_for_ended() {
    assert!(all("{allowlist: ['G*>qs']}")[0].reach.is_err());
    let small = "{allowlist: [{'GHSA-a': {active: true, expiry: '02/01/0032'}}]}";
    assert!(all(small)[0].reach.is_err());
    for text in ["{a: ['x'], allowlist: ['y']}", "{// x\u{2028} 'allowlist': ['y']\n}"] {
        let (input, read) = match Input::new("a.json5", text.as_bytes()) {
            Ok(input) => (text, read(&input).map(|found| found.len())),
            Err((_, fault)) => (text, Err(fault)),
        };
        assert!(read.is_err(), "{input}: {read:?}");
    }
}

#[test]
fn a_bare_date_is_midnight_in_utc_and_a_bad_one_allows_nothing() {
    let at = |text: &str| End::At(text.parse().expect("a moment"));
    for (expiry, end) in [
        ("'2027-02-01'", at("2027-02-01T00:00:00Z")),
        ("'2027-02-01T00:00:01Z'", at("2027-02-01T00:00:01Z")),
        ("1801440000000", at("2027-02-01T00:00:00Z")),
        ("'2027-02-01T10:00'", End::LocalMidnight("2027-02-02".parse().expect("a day"))),
        ("''", End::Never),
        ("'31/12/2030'", End::Dropped),
        ("'soon'", End::Dropped),
        ("-1", End::Dropped),
    ] {
        assert_eq!(with_expiry(expiry).end, end, "{expiry}");
    }
    assert!(with_expiry("'31 Dec 2030'").reach.is_err());
}

#[test]
fn whatever_widens_a_path_is_no_longer_within_it() {
    let reach = |id: &str| reach(id, &mut Vec::new()).expect("a reach");
    let covers = |outer: &str, inner: &str| testing::covers(&reach(outer), &reach(inner));
    for (outer, inner) in [
        ("GHSA-1|a>b", "GHSA-1|a>b"),
        ("GHSA-1|a>*", "GHSA-1|a>@s/b>c"),
        ("GHSA-1", "GHSA-1|a>b"),
        ("*|a>b", "GHSA-1|a>b"),
        ("*>b", "GHSA-1|a>b"),
    ] {
        assert!(covers(outer, inner), "{outer} {inner}");
    }
    for (outer, inner) in [
        ("GHSA-1|a>b", "GHSA-1"),
        ("GHSA-1|a>b", "GHSA-1|*"),
        ("GHSA-1|a>b", "GHSA-2|a>b"),
        ("GHSA-1|a>b", "*|a>b"),
        ("GHSA-1|a>b", "GHSA-*|a>b"),
        ("GHSA-1|a>*", "GHSA-1|*>b"),
        ("GHSA-1|a>b", "*>b"),
        ("GHSA-1", "lodash"),
    ] {
        assert!(!covers(outer, inner), "{outer} {inner}");
    }
}

#[test]
fn an_id_alone_has_its_reason_in_a_comment() {
    let text = "{allowlist: [\n  'x',\n  // EXC-2026-AAAA:\n  // pinned\n  'a', // EXC-2026-BBBB\n  'b', /* c */\n]}";
    let said: Vec<Vec<String>> = all(text).into_iter().map(|it| it.said).collect();
    let expected: [&[&str]; 3] =
        [&[], &["// EXC-2026-BBBB", "// EXC-2026-AAAA:", "// pinned"], &["/* c */"]];
    assert_eq!(said, expected);
}

#[test]
fn a_path_without_an_advisory_matches_nothing() {
    assert_eq!(all("{allowlist: ['a>b']}")[0].end, End::Dropped);
}

#[test]
fn what_every_object_has_is_a_module_as_a_text_and_no_id_of_a_mapping() {
    let found = all("{allowlist: ['constructor', '__proto__', 'toString']}");
    let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["constructor", "__proto__", "toString"]);
    assert!(found.iter().all(|it| it.end == End::Never && it.reach.is_ok()));
    for name in RESERVED {
        let one = format!("{{allowlist: [\n{{'{name}': {{active: true}}}}]}}");
        let (line, message) = fault(one.as_bytes());
        assert_eq!((line, message.contains(&format!("`{name}`"))), (2, true), "{message}");
        let two = one.replace("}}", "}, lodash: {active: true}}");
        assert!(all(&two)[0].reach.is_err(), "{two}");
        // Of what it says the tool takes nothing for `active`.
        let within = format!("{{allowlist: [{{lodash: {{'{name}': {{active: true}}}}}}]}}");
        assert_eq!(all(&within)[0].end, End::Dropped, "{within}");
    }
}

#[test]
fn a_key_with_dots_that_the_tool_takes_for_an_entry_is_unknown() {
    for key in ["allowlist.lodash.active", "a.lodash.active", "allowlist.0"] {
        let found = all(&format!("{{allowlist: ['a'], '{key}': true}}"));
        assert_eq!((found.len(), &*found[1].name), (2, key));
        assert!(found[1].reach.is_err() && found[1].end == End::Never, "{key}");
    }
    assert_eq!(all("{allowlist: ['a'], 'report.type': 'full'}").len(), 1);
}

#[test]
fn a_moment_later_than_is_counted_here_has_not_come_to_pass() {
    assert!(with_expiry("8640000000000000").reach.is_err());
    assert_eq!(with_expiry("8640000000000001").end, End::Dropped);
}

#[test]
fn lists_of_old_versions_are_unknown() {
    let found = all("{whitelist: ['lodash'], advisories: [1]}");
    assert!(found.iter().all(|it| it.reach.is_err() && it.end == End::Never));
    assert_eq!(found.len(), 2);
}

#[test]
fn what_makes_the_tool_stop_is_a_fault_with_its_place() {
    assert_eq!(fault(b"{\"allowlist\": [\n1337]}").0, 2);
    assert_eq!(fault(b"{\"allowlist\": [\n{}]}").0, 2);
    assert_eq!(fault(b"{\"allowlist\": 'a'}").1, "`allowlist` is a text, not a list");
    assert_eq!(
        fault(b"{\"allowlist\": [true]}").1,
        "`allowlist` is a truth value, not a list of ids"
    );
    assert_eq!(fault(b"{\"allowlist\": [").0, 1);
    assert!(fault(&[0xFF, 0xFE, 0x61, 0]).1.contains("UTF-16"));
    assert!(read(&Input::new("audit-ci.json", b"\xEF\xBB\xBF{}").expect("UTF-8")).is_ok());
}
