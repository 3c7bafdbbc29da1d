//! Whether `CODEOWNERS` asks somebody to review what the gate stands on; and how a path is written
//! there.

use super::Site;
use super::files::Files;
use crate::render::doctor::Check;

/// Where a forge looks for the file, the first one that is there.
const PLACES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];
const NAME: &str = "code-owners";

/// A line with the people who are asked, if any.
struct Rule {
    /// Without backslashes.
    pattern: String,
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
            !rules.iter().rev().find(|it| covers(&it.pattern, path)).is_some_and(|it| it.has_owners)
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
    let line = |path: &String| format!("{} @your-org/reviewers", pattern(path));
    paths.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A path as a pattern of `CODEOWNERS`: what has a meaning there gets a backslash, as GitHub and
/// GitLab read it. No forge takes a bracket by its word, so any one character stands for it.
pub(crate) fn pattern(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '[' | ']' => pattern.push('?'),
            c if c.is_whitespace() || "*?#\\".contains(c) => pattern.extend(['\\', c]),
            c => pattern.push(c),
        }
    }
    pattern
}

/// The pattern of a line, without its backslashes, and what stands behind it.
fn pattern_and_owners(line: &str) -> (String, &str) {
    let mut pattern = String::new();
    let mut characters = line.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => pattern.extend(characters.next().map(|(_, escaped)| escaped)),
            ' ' | '\t' => return (pattern, &line[at..]),
            c => pattern.push(c),
        }
    }
    (pattern, "")
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

fn rules(text: &str) -> Vec<Rule> {
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
        let (pattern, owners) = pattern_and_owners(line);
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
    let rest = behind(path, above);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a path has behind a beginning, in which a question mark is any one character.
fn behind<'a>(path: &'a str, beginning: &str) -> Option<&'a str> {
    let mut rest = path.chars();
    for wanted in beginning.chars() {
        let is = rest.next()?;
        if wanted != is && (wanted != '?' || is == '/') {
            return None;
        }
    }
    Some(rest.as_str())
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
    fn a_path_is_one_pattern_whatever_characters_it_has_and_is_read_back() {
        let path = "/our waivers/#1 (a*b)/";
        assert_eq!(pattern(path), "/our\\ waivers/\\#1\\ (a\\*b)/");
        let line = format!("{}  @a/b", pattern(path));
        assert_eq!(pattern_and_owners(&line), (path.to_owned(), "  @a/b"));
        assert_eq!(pattern("/a[b]/"), "/a?b?/");
        assert!(covers("/a?b?/", "/a[b]/") && !covers("/a?b/", "/a[b]/"));
    }

    #[test]
    fn a_line_without_reviewers_asks_nobody() {
        let text = "# /a/ @x\n/b/ @x # why\n/c/\n[Risk] @y\n/d/\n^[Other]\n/e/\n";
        let found: Vec<(String, bool)> =
            rules(text).into_iter().map(|rule| (rule.pattern, rule.has_owners)).collect();
        let wanted = [("/b/", true), ("/c/", false), ("/d/", true), ("/e/", false)];
        assert_eq!(found, wanted.map(|(pattern, has_owners)| (pattern.to_owned(), has_owners)));
    }
}
