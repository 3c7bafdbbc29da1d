//! Whether `CODEOWNERS` asks somebody to review what the gate stands on.

use super::Site;
use super::files::Files;
use crate::render::doctor::Check;

/// Where a forge looks for the file, the first one that is there.
const PLACES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];
const NAME: &str = "code-owners";

/// A line with the people who are asked, if any.
struct Rule<'a> {
    pattern: &'a str,
    has_owners: bool,
}

pub(super) fn checks(site: &Site, files: &Files<'_>) -> Vec<Check> {
    if site.store.is_none() {
        return Vec::new();
    }
    let mut found = None;
    for place in PLACES {
        match files.text(place) {
            Ok(None) => {}
            Ok(Some(text)) => {
                found = Some((place, text));
                break;
            }
            Err(reason) => {
                let message = format!("`{place}` cannot be read: {reason}");
                return vec![Check::unjudged(NAME, message, "check its permissions")];
            }
        }
    }
    let guarded = guarded(site, files);
    let Some((place, text)) = found else {
        let message = "no `CODEOWNERS`: nobody has to be asked before the register changes";
        let help =
            format!("write to `.github/CODEOWNERS`, with your own reviewers:\n{}", lines(&guarded));
        return vec![Check::note(NAME, message, help)];
    };
    let rules = rules(&text);
    let missing: Vec<String> = guarded
        .into_iter()
        .filter(|path| {
            !rules.iter().rev().find(|it| covers(it.pattern, path)).is_some_and(|it| it.has_owners)
        })
        .collect();
    if missing.is_empty() {
        let message = format!("`{place}` names reviewers of the register and of what guards it");
        return vec![Check::ok(NAME, message)];
    }
    let paths: Vec<String> = missing.iter().map(|path| format!("`{path}`")).collect();
    let message = format!("`{place}` asks nobody to review {}", paths.join(", "));
    let help = format!("add to `{place}`, with your own reviewers:\n{}", lines(&missing));
    vec![Check::note(NAME, message, help)]
}

fn lines(paths: &[String]) -> String {
    paths.iter().map(|path| format!("{path} @your-org/reviewers")).collect::<Vec<_>>().join("\n")
}

/// What a change must not touch unseen; folders end in `/`.
fn guarded(site: &Site, files: &Files<'_>) -> Vec<String> {
    let mut paths = vec![
        format!("/{}/", site.name),
        format!("/{}", site.policy_path()),
        "/.gitattributes".to_owned(),
    ];
    let ci = [".github/workflows/", ".gitlab/", ".gitlab-ci.yml"];
    let ci = ci.into_iter().filter(|path| files.has(path.trim_end_matches('/')));
    paths.extend(ci.map(|path| format!("/{path}")));
    paths
}

fn rules(text: &str) -> Vec<Rule<'_>> {
    let mut rules = Vec::new();
    let mut has_default = false;
    for line in text.lines() {
        let line = line.split_once(" #").map_or(line, |(line, _)| line).trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // A section of GitLab, which may name reviewers for the lines below it.
        if line.starts_with(['[', '^']) {
            has_default = line.rsplit_once(']').is_some_and(|(_, rest)| rest.contains('@'));
            continue;
        }
        let (pattern, owners) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        rules.push(Rule { pattern, has_owners: has_default || owners.contains('@') });
    }
    rules
}

/// Whether a pattern is sure to be about a path, or about all of a folder.
fn covers(pattern: &str, path: &str) -> bool {
    let path = path.trim_start_matches('/');
    let is_folder = path.ends_with('/');
    if matches!(pattern, "*" | "**" | "/**" | "/**/*" | "**/*" | "/") {
        return true;
    }
    let is_anchored = pattern.trim_end_matches('/').contains('/');
    let pattern = pattern.trim_start_matches('/');
    if !is_anchored {
        let name = pattern.trim_end_matches('/');
        return path.split('/').any(|part| part == name);
    }
    // All that is directly in a folder, and nothing further down.
    if let Some(above) = pattern.strip_suffix("/*") {
        let parent = path.rsplit_once('/').map(|(parent, _)| parent);
        return !is_folder && parent == Some(above);
    }
    let below = ["/**/*", "/**", "/"].iter().find_map(|end| pattern.strip_suffix(end));
    let above = below.unwrap_or(pattern);
    let rest = path.strip_prefix(above);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_about_what_it_names_and_all_below() {
        for pattern in ["*", "/**", "/a/exceptions/", "a/exceptions", "/a/", "/a/**", "exceptions/"]
        {
            assert!(covers(pattern, "/a/exceptions/"), "{pattern}");
            assert!(covers(pattern, "/a/exceptions/policy.yaml"), "{pattern}");
        }
        for pattern in ["/exceptions/", "/a/exc", "b", "/a/exceptions/2026/", "*.yaml"] {
            assert!(!covers(pattern, "/a/exceptions/"), "{pattern}");
        }
        assert!(covers("/a/exceptions/*", "/a/exceptions/policy.yaml"));
        assert!(!covers("/a/exceptions/*", "/a/exceptions/"));
        assert!(covers("policy.yaml", "/a/exceptions/policy.yaml"));
    }

    #[test]
    fn a_line_without_reviewers_asks_nobody() {
        let text = "# /a/ @x\n/b/ @x # why\n/c/\n[Risk] @y\n/d/\n^[Other]\n/e/\n";
        let found: Vec<(&str, bool)> =
            rules(text).iter().map(|rule| (rule.pattern, rule.has_owners)).collect();
        assert_eq!(found, [("/b/", true), ("/c/", false), ("/d/", true), ("/e/", false)]);
    }
}
