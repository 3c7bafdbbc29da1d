//! What all formats have in common: the same findings, the same bytes, fingerprints that last.

use super::Format;
use super::testing::{FORMATS, TOO_LONG, file, place, rendered, sample, summary};
use super::viewers::{commands, xml_elements};

/// `(errors, warnings)` as each format counts them.
fn counts(format: Format, output: &str) -> (usize, usize) {
    let level = |value: &serde_json::Value, key: &str| value[key].as_str().map(str::to_owned);
    let json = || serde_json::from_str::<serde_json::Value>(output).expect("JSON");
    let count = |levels: Vec<Option<String>>, error: &[&str]| {
        let is_error =
            |level: &&Option<String>| level.as_deref().is_some_and(|level| error.contains(&level));
        let n_errors = levels.iter().filter(is_error).count();
        (n_errors, levels.len() - n_errors)
    };
    let of = |list: &serde_json::Value, key: &str| {
        list.as_array().expect("a list").iter().map(|entry| level(entry, key)).collect()
    };
    match format {
        Format::Text => (
            output.lines().filter(|line| line.starts_with("error[")).count(),
            output.lines().filter(|line| line.starts_with("warning[")).count(),
        ),
        Format::Json => count(of(&json()["findings"], "level"), &["error"]),
        Format::Gitlab => count(of(&json(), "severity"), &["blocker", "critical", "major"]),
        Format::Sarif => count(of(&json()["runs"][0]["results"], "level"), &["error"]),
        Format::Github => {
            count(commands(output).into_iter().map(|it| Some(it.name)).collect(), &["error"])
        }
        Format::Junit => {
            let n = xml_elements(output).iter().filter(|name| *name == "failure").count();
            let n_warnings = output.matches("<failure type=\"warning\"").count();
            (n - n_warnings, n_warnings)
        }
    }
}

proptest::proptest! {
    #[test]
    fn every_format_counts_the_same_findings(
        chosen in proptest::collection::vec(0..5_usize, 0..40),
    ) {
        let sample = sample();
        let mut found: Vec<_> = chosen.iter().map(|&index| sample[index].clone()).collect();
        crate::finding::sort(&mut found);
        let is_warning = |level| level == crate::finding::Level::Warning;
        let n_warnings = found.iter().filter(|finding| is_warning(finding.level)).count();
        let expected = (found.len() - n_warnings, n_warnings);
        for format in FORMATS {
            let expected = match format {
                // As many annotations as GitHub shows.
                Format::Github => (expected.0.min(10), expected.1.min(10)),
                _ => expected,
            };
            proptest::prop_assert_eq!(
                counts(format, &rendered(format, &found)), expected, "{:?}", format
            );
        }
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    for format in FORMATS {
        assert_eq!(rendered(format, &sample()), rendered(format, &sample()));
    }
}

#[test]
fn fingerprints_are_unique_and_outlive_an_edit_further_up() {
    let twice: Vec<_> =
        sample().into_iter().flat_map(|finding| [finding.clone(), finding]).collect();
    let report: serde_json::Value =
        serde_json::from_str(&rendered(Format::Gitlab, &twice)).expect("JSON");
    let mut prints: Vec<&str> = report
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["fingerprint"].as_str())
        .collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), 10);

    let print = |text: &str| {
        let found =
            TOO_LONG.finding(place(&file("exceptions/a.yaml", text), "2027", "/expires"), "x");
        let output = rendered(Format::Sarif, &[found]);
        let log: serde_json::Value = serde_json::from_str(&output).expect("JSON");
        log["runs"][0]["results"][0]["partialFingerprints"]["primaryLocationLineHash"].clone()
    };
    assert_eq!(print("expires: 2027\n"), print("# more\nexpires:   2027\n"));
}

#[test]
fn a_summary_that_does_not_fit_is_cut_visibly() {
    let many: Vec<_> = sample().into_iter().cycle().take(2_000).collect();
    let page = summary(&many, 10_000);
    assert!(page.len() <= 10_000, "{}", page.len());
    assert!(page.contains("**Cut here: "), "{page}");
    let n_rows = page
        .lines()
        .filter(|line| line.starts_with("| error") || line.starts_with("| warning"))
        .count();
    assert!(page.contains(&format!("{} of 2000 findings do not fit", 2_000 - n_rows)), "{page}");
}
