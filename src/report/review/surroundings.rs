//! Files that decide how a change is judged, shown or approved, and so deserve a look when they
//! change together with records.

use crate::register::POLICY_FILE;

/// Files by name, in whatever folder.
const NAMES: [(&str, &str); 9] = [
    (".gitattributes", "git shows and diffs files by it"),
    (".mailmap", "git shows people by it"),
    ("CODEOWNERS", "it says who has to review"),
    (".gitlab-ci.yml", "it runs the checks"),
    (".gitlab-ci.yaml", "it runs the checks"),
    ("azure-pipelines.yml", "it runs the checks"),
    ("azure-pipelines.yaml", "it runs the checks"),
    ("bitbucket-pipelines.yml", "it runs the checks"),
    ("Jenkinsfile", "it runs the checks"),
];
/// Folders of which every file counts.
const FOLDERS: [&str; 6] =
    [".github/workflows/", ".github/actions/", ".gitlab/ci/", ".circleci/", ".buildkite/", ".ci/"];

/// What is worth saying about a path that changes; `register` is the register's folder.
pub(crate) fn caution(path: &str, register: &str) -> Option<&'static str> {
    if path == format!("{register}/{POLICY_FILE}") {
        return Some("it counts once it is approved; until then the one before it judges");
    }
    // What `.gitlab-ci.yml` includes, as it does the jobs that `exc init` writes.
    let is_included = path.starts_with(".gitlab/") && path.ends_with(".yml");
    if is_included || FOLDERS.iter().any(|folder| path.starts_with(folder)) {
        return Some("it runs the checks");
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    // Not every file system tells the cases of letters apart.
    let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_about_records_is_known_and_nothing_else() {
        for path in [
            "exceptions/policy.yaml",
            ".gitattributes",
            "exceptions/.gitattributes",
            ".mailmap",
            ".github/CODEOWNERS",
            "docs/codeowners",
            ".github/workflows/exc.yml",
            ".gitlab-ci.yml",
            ".gitlab/exc.yml",
        ] {
            assert!(caution(path, "exceptions").is_some(), "{path}");
        }
        for path in [
            "exceptions/EXC-2026-K7QD.yaml",
            "src/policy.yaml",
            "README.md",
            ".github/x",
            ".gitlab/x.md",
        ] {
            assert_eq!(caution(path, "exceptions"), None, "{path}");
        }
    }
}
