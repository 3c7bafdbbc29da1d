//! What Checkov is told to skip: `.checkov.yaml`.
//!
//! Sources: <https://github.com/bridgecrewio/checkov/blob/main/README.md#configuration-using-a-config-file>,
//! and in <https://github.com/bridgecrewio/checkov/tree/main/checkov>: `runner_filter.py` for checks,
//! `common/runners/base_runner.py` (`filter_ignored_paths`) for paths. Every rule here is taken from
//! these:
//!
//! - Keys are the options of the command line. A list may stand as one text with commas.
//! - `skip-check` names checks, by patterns of `*` and `?`, or a severity: all checks up to it.
//! - `skip-path` is a regular expression that is found anywhere in a path. One that begins with `^`
//!   and holds nothing else that it would read is a folder or a file; any other is not computed.
//! - `skip-framework` and `skip-cve-package` leave out all checks of a framework, all
//!   vulnerabilities of a package.
//! - `soft-fail` and `soft-fail-on` report and let pass; so does `hard-fail-on` with all that it does
//!   not name. `baseline` names a file of findings that are left alone, which is not read here.
//! - `block-list-secret-scan` names files in which no secrets are looked for.
//! - Nothing ends.

use crate::bridge::input::{Fault, Input, Node, comments};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

pub(crate) const FORMAT: Format = Format {
    name: "checkov",
    about: "what Checkov skips: `.checkov.yaml`",
    tool: Tool::Checkov,
    read,
};

const SEVERITIES: [&str; 6] = ["NONE", "INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
const LISTS: [&str; 6] = [
    "skip-check",
    "skip-path",
    "skip-framework",
    "skip-cve-package",
    "soft-fail-on",
    "block-list-secret-scan",
];
/// Keys besides those of [`LISTS`] by which something is left alone.
const OTHERS: [&str; 3] = ["soft-fail", "baseline", "hard-fail-on"];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let Some(root) = input.first_yaml()? else { return Ok(Vec::new()) };
    root.expect("the file", "a mapping", |it| it.value.is_map().then_some(()))?;
    let mut found = Vec::new();
    for entry in root.entries().iter().filter(|entry| !entry.value.is_null()) {
        // The parser of arguments takes a key with its dashes, too.
        let key = entry.key.strip_prefix("--").unwrap_or(&entry.key);
        let value = &entry.value;
        if let Some(meant) = abbreviated(key) {
            let mut unknown = suppression(value, key, "", &comments::beside(input, value));
            unknown.reach = Err(format!("Checkov may take `{key}` for `{meant}`: write that out"));
            found.push(unknown);
            continue;
        }
        if LISTS.contains(&key) {
            for (node, texts) in listed(value, key)? {
                let beside = comments::beside(input, node);
                let of = |text: &String| suppression(node, key, text, &beside);
                found.extend(texts.iter().map(of));
            }
        } else if key == "soft-fail" && !is_off(value) {
            found.push(suppression(value, key, "", &comments::beside(input, value)));
        } else if key == "baseline" {
            let text = value.expect(key, "a text", Node::written)?;
            found.push(suppression(value, key, &text, &comments::beside(input, value)));
        } else if key == "hard-fail-on" {
            let named = listed(value, key)?.into_iter().flat_map(|(_, texts)| texts);
            let named = named.collect::<Vec<_>>().join(", ");
            if !named.is_empty() {
                found.push(suppression(value, key, &named, &comments::beside(input, value)));
            }
        }
    }
    Ok(found)
}

/// The key that its beginning may stand for, as the parser of arguments takes it.
fn abbreviated(key: &str) -> Option<&'static str> {
    let bare = key.trim_start_matches('-');
    let known = LISTS.into_iter().chain(OTHERS);
    let mut meant = known.filter(|known| !bare.is_empty() && known.starts_with(bare));
    let is_exact = LISTS.contains(&key) || OTHERS.contains(&key);
    meant.next().filter(|_| !is_exact)
}

/// Whether a switch is off. Several words turn one on, and what is neither is not taken for off.
fn is_off(value: &Node) -> bool {
    let written = value.written().unwrap_or_default().to_ascii_lowercase();
    ["false", "no", "off", "n", "0"].contains(&written.as_str())
}

/// The texts of each item of a list, or of one text with commas. Regular expressions may hold commas.
fn listed<'a>(node: &'a Node, key: &str) -> Result<Vec<(&'a Node, Vec<String>)>, Fault> {
    let mut found = Vec::new();
    for node in node.items().unwrap_or(std::slice::from_ref(node)) {
        let text = node.expect(key, "a list of texts", Node::written)?;
        let mut texts: Vec<String> = match key {
            "skip-path" => vec![text],
            _ => text.split(',').map(|text| text.trim().to_owned()).collect(),
        };
        texts.retain(|text| !text.is_empty());
        found.push((node, texts));
    }
    Ok(found)
}

/// One entry under a key, with the comments beside it.
fn suppression(node: &Node, key: &str, text: &str, beside: &[String]) -> Suppression {
    let mut notes = Vec::new();
    if key.starts_with("soft-fail") || key == "hard-fail-on" {
        notes.push("findings are reported, and the run does not fail".to_owned());
    }
    let name = match key {
        "skip-check" => text.to_owned(),
        key if text.is_empty() => key.to_owned(),
        key => format!("{key} {text}"),
    };
    let mut said = vec![name.clone()];
    said.extend_from_slice(beside);
    Suppression {
        span: node.span,
        name,
        said,
        reach: reach(key, text).map(|reach| vec![reach]),
        end: End::Untimed,
        made: None,
        known: Known::default(),
        notes,
    }
}

fn reach(key: &str, text: &str) -> Result<Reach, String> {
    let mut reach = Reach::of(Tool::Checkov);
    match key {
        "baseline" => return Err(format!("the findings in `{text}` are not read here")),
        "soft-fail" => {}
        "skip-path" => match paths(text) {
            Some(paths) => reach.limit(Dimension::Path, paths),
            None => reach.condition(format!("path =~ {text}")),
        },
        "hard-fail-on" => reach.condition(format!("check not in {text}")),
        "block-list-secret-scan" => reach.condition(format!("secrets in {text}")),
        "skip-framework" => reach.condition(format!("framework = {text}")),
        "skip-cve-package" => reach.condition(format!("package = {text}")),
        _ if SEVERITIES.contains(&text.to_uppercase().as_str()) => {
            reach.condition(format!("severity <= {}", text.to_uppercase()));
        }
        // All checks, by their pattern.
        _ if text.chars().all(|c| c == '*') => {}
        _ => reach.limit(Dimension::Id, [text.to_owned()]),
    }
    Ok(reach)
}

/// `a/b/**` for `^a/b/`; for `^a/b$` also `a/b`, which may be a file or a folder.
fn paths(pattern: &str) -> Option<Vec<String>> {
    let rest = pattern.strip_prefix('^')?.replace("\\.", "\u{1}");
    let (path, is_exact) = match rest.strip_suffix('$') {
        Some(path) => (path, true),
        None => (rest.strip_suffix('/')?, false),
    };
    let is_literal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '\u{1}');
    // Whether a path begins with the root depends on how Checkov was called.
    let is_path = !path.is_empty() && !path.starts_with('/') && path.chars().all(is_literal);
    let path = path.replace('\u{1}', ".");
    let itself = Some(path.clone()).filter(|_| is_exact);
    is_path.then(|| itself.into_iter().chain([format!("{path}/**")]).collect())
}

#[cfg(test)]
mod tests {
    use super::super::claims::{fault, read, rows, widened};
    use super::*;

    const FILE: &str = ".checkov.yaml";

    #[test]
    fn whatever_is_skipped_is_read_with_the_comment_beside_it() {
        let text = "
framework: [terraform]
skip-check:
  # EXC-2026-AAAA
  - CKV_AWS_1 # vendor
  - CKV_AWS_2*
  - low
skip-path:
  - ^modules/legacy/
  - ^a/main\\.tf$
  - examples
skip-framework: helm, dockerfile
skip-cve-package: [requests]
soft-fail: true
soft-fail-on: CKV_AWS_3
baseline: .checkov.baseline
";
        assert_eq!(
            rows(&FORMAT, FILE, text),
            [
                "5:5 CKV_AWS_1: ids CKV_AWS_1; untimed",
                "6:5 CKV_AWS_2*: ids CKV_AWS_2*; untimed",
                "7:5 low: where severity <= LOW; untimed",
                "9:5 skip-path ^modules/legacy/: paths modules/legacy/**; untimed",
                "10:5 skip-path ^a/main\\.tf$: paths a/main.tf, a/main.tf/**; untimed",
                "11:5 skip-path examples: where path =~ examples; untimed",
                "12:17 skip-framework helm: where framework = helm; untimed",
                "12:17 skip-framework dockerfile: where framework = dockerfile; untimed",
                "13:20 skip-cve-package requests: where package = requests; untimed",
                "14:12 soft-fail: all; untimed",
                "15:15 soft-fail-on CKV_AWS_3: ids CKV_AWS_3; untimed",
                "16:11 baseline .checkov.baseline: unknown, the findings in `.checkov.baseline` \
                 are not read here; untimed",
            ]
        );
        let found = read(&FORMAT, FILE, text);
        assert_eq!(found[0].said, ["CKV_AWS_1", "# EXC-2026-AAAA", "# vendor"]);
        assert_eq!(found[9].notes, ["findings are reported, and the run does not fail"]);
    }

    #[test]
    fn what_is_not_named_to_fail_hard_passes_and_no_secret_is_looked_for_in_a_blocked_file() {
        let text = "hard-fail-on: [CKV_NONE_0, HIGH]\nblock-list-secret-scan: [prod.env]\n";
        assert_eq!(
            rows(&FORMAT, FILE, text),
            [
                "1:15 hard-fail-on CKV_NONE_0, HIGH: where check not in CKV_NONE_0, HIGH; untimed",
                "2:26 block-list-secret-scan prod.env: where secrets in prod.env; untimed",
            ]
        );
        assert_eq!(read(&FORMAT, FILE, "hard-fail-on: []\n"), []);
    }

    #[test]
    fn a_list_may_be_one_text_and_nothing_may_be_skipped() {
        let text = "\u{feff}skip-check: CKV_1,CKV_2\nsoft-fail: false\nskip-path:\n";
        let names: Vec<_> = read(&FORMAT, FILE, text).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["CKV_1", "CKV_2"]);
        assert_eq!(rows(&FORMAT, FILE, ""), [""; 0]);
    }

    #[test]
    fn a_switch_is_off_only_in_the_words_for_that() {
        for on in ["soft-fail: yes", "soft-fail: 'True'", "soft-fail: on", "--soft-fail: true"] {
            assert_eq!(read(&FORMAT, FILE, on).len(), 1, "{on}");
        }
        for off in ["soft-fail: no", "soft-fail: False", "soft-fail:"] {
            assert_eq!(read(&FORMAT, FILE, off), [], "{off}");
        }
        assert_eq!(read(&FORMAT, FILE, "--skip-check: [CKV_1]")[0].name, "CKV_1");
    }

    #[test]
    fn what_is_no_such_file_is_a_fault_with_its_place() {
        let of = |text: &str| fault(&FORMAT, FILE, text.as_bytes());
        assert_eq!(of("a"), "1:1: `the file` is a text, not a mapping");
        assert_eq!(
            of("skip-check: {a: b}"),
            "1:13: `skip-check` is a mapping, not a list of texts"
        );
        assert_eq!(of("skip-path: [[a]]"), "1:13: `skip-path` is a list, not a list of texts");
        assert!(of("skip-check: [a").starts_with("1:"), "{}", of("skip-check: [a"));
        assert!(fault(&FORMAT, FILE, b"\xFE\xFF\0s").contains("UTF-16"));
    }

    #[test]
    fn whatever_widens_an_entry_is_seen() {
        let of = |key: &str, value: &str| format!("{key}: ['{value}']");
        widened(
            &FORMAT,
            FILE,
            &of("skip-check", "CKV_AWS_1?"),
            &[
                &of("skip-check", "CKV_AWS_1*"),
                &of("skip-check", "CKV_AWS_[12]?"),
                &of("skip-check", "*"),
                &of("skip-check", "MEDIUM"),
                &of("skip-path", "^a/"),
                "soft-fail: true",
            ],
        );
        widened(
            &FORMAT,
            FILE,
            &of("skip-path", "^a/b/"),
            &[
                &of("skip-path", "^a/"),
                &of("skip-path", "a/b/"),
                &of("skip-path", "^a/b"),
                &of("skip-path", "^a.b/"),
            ],
        );
    }

    #[test]
    fn a_key_that_checkov_may_take_for_one_that_skips_is_unknown() {
        for key in ["skip-ch", "-skip-check", "skip-p", "---skip-path", "b"] {
            let found = super::read(
                &Input::new(".checkov.yaml", format!("{key}: ['.*']").as_bytes()).expect("UTF-8"),
            );
            let found = found.expect("suppressions");
            assert!(found.len() == 1 && found[0].reach.is_err(), "{key}: {found:?}");
        }
        assert_eq!(paths("^/app/"), None, "it depends on how Checkov is called");
    }
}
