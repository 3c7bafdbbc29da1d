//! The branch into which a change goes, as the CI says it.
//!
//! Invariant: pure, over a look-up of variables. Their values are hints from somebody else: they
//! name a branch or a commit, are never read as an expression, and what was used is printed.

use serde_json::Value;

use crate::commands::Failure;
use crate::text::shell_word;

/// What a CI says about the base of the change that it runs for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Detected {
    /// The name of a branch, with the variable that holds it.
    pub(super) branch: Option<Named>,
    /// The name of a commit of it, which may be older than its tip.
    pub(super) commit: Option<Named>,
    /// What fetches it.
    pub(super) fetch: String,
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) value: String,
    pub(super) source: &'static str,
}

/// Looks up what is set and not empty.
pub(super) type Variable<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// Bytes that the name of a branch may have, and each part of it: git keeps one as a file, which it
/// locks, and libgit2 reads no longer ones.
const MAX_NAME: usize = 960;
const MAX_PART: usize = 250;

/// A CI: its variables, and how it is told to fetch history.
struct Service {
    branch: &'static str,
    commit: Option<&'static str>,
    advice: &'static str,
}

const GITHUB: Service = Service {
    branch: "GITHUB_BASE_REF",
    commit: None,
    advice: "give `actions/checkout` the input `fetch-depth: 0`",
};

/// <https://docs.gitlab.com/ci/variables/predefined_variables/>,
/// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>,
/// <https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>,
/// <https://buildkite.com/docs/pipelines/configure/environment-variables>.
const SERVICES: [Service; 6] = [
    GITHUB,
    Service {
        branch: "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        commit: Some("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
        advice: "set the variable `GIT_DEPTH: \"0\"`",
    },
    Service {
        branch: "SYSTEM_PULLREQUEST_TARGETBRANCH",
        commit: None,
        advice: "give the step `checkout: self` the key `fetchDepth: 0`",
    },
    Service {
        branch: "BITBUCKET_PR_DESTINATION_BRANCH",
        commit: Some("BITBUCKET_PR_DESTINATION_COMMIT"),
        advice: "set `clone: {depth: full}`",
    },
    Service {
        branch: "CHANGE_TARGET",
        commit: None,
        advice: "let the checkout fetch all branches without a depth",
    },
    Service {
        branch: "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
        commit: None,
        advice: "let the checkout fetch without a depth",
    },
];

/// The base that the environment names; `None` where the run is for no change. `event` is the text
/// of the file in which GitHub describes what happened.
pub(super) fn detect(
    variable: Variable<'_>,
    event: Option<&str>,
    has_head: bool,
) -> Result<Option<Detected>, Failure> {
    let name = variable("GITHUB_EVENT_NAME");
    let event = event.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let in_event = |pointer: &str| {
        let value = event.as_ref()?.pointer(pointer)?.as_str()?;
        Some(value).filter(|value| !value.is_empty())
    };
    if name == Some("merge_group") {
        return merge_group(in_event("/merge_group/base_sha")).map(Some);
    }
    let set = SERVICES
        .iter()
        .find_map(|it| Some((it, variable(it.branch).or_else(|| variable(it.commit?))?)));
    let Some((service, _)) = set else { return Ok(None) };
    let is_github = service.branch == GITHUB.branch;
    if is_github && name == Some("pull_request_target") && !has_head {
        let message = "under `pull_request_target` the base is checked out, not the change";
        let hint = "use the event `pull_request`, or fetch the change and name it: `git fetch origin refs/pull/N/head`, then `--head FETCH_HEAD`";
        return Err(Failure::new(message).hint(hint));
    }
    let is_buildkite = service.branch.starts_with("BUILDKITE_");
    if is_buildkite && variable("BUILDKITE_PULL_REQUEST") == Some("false") {
        return Ok(None);
    }
    let branch = variable(service.branch)
        .map(|value| named(value.strip_prefix("refs/heads/").unwrap_or(value), service.branch))
        .transpose()?;
    let commit = match service.commit {
        Some(source) => variable(source).map(|value| commit(value, source)),
        None if is_github => in_event("/pull_request/base/sha")
            .map(|value| commit(value, "pull_request.base.sha in GITHUB_EVENT_PATH")),
        None => None,
    };
    let commit = commit.transpose()?;
    let fetch = fetch(branch.as_ref().map(|it| it.value.as_str()), service.advice);
    Ok(Some(Detected { branch, commit, fetch }))
}

/// An entry of a merge queue, which may hold several pull requests.
fn merge_group(base: Option<&str>) -> Result<Detected, Failure> {
    let source = "merge_group.base_sha in GITHUB_EVENT_PATH";
    let Some(base) = base else {
        let message = format!("this runs for a merge group, and there is no {source}");
        return Err(Failure::new(message).hint("name the base with `--base REF`"));
    };
    let fetch = fetch(None, GITHUB.advice);
    Ok(Detected { branch: None, commit: Some(commit(base, source)?), fetch })
}

/// A value that can be printed, is no option to any program, and no expression to git: what
/// `git check-ref-format` refuses would not be read as a name.
fn named(value: &str, source: &'static str) -> Result<Named, Failure> {
    refuse_long(value, source)?;
    let is_sign = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    if value.starts_with('-')
        || value.contains(is_sign)
        || value.contains("..")
        || value.contains("@{")
    {
        let message = format!("{source} holds `{value}`, which names no branch");
        return Err(Failure::new(message).hint("name the base with `--base REF`"));
    }
    Ok(Named { value: value.to_owned(), source })
}

/// A value that is too long for a name is not shown either.
fn refuse_long(value: &str, source: &'static str) -> Result<(), Failure> {
    let n_longest = value.split('/').map(str::len).max().unwrap_or_default();
    let reason = match value.len() {
        n if n > MAX_NAME => format!("{n} bytes, and the name of a branch has at most {MAX_NAME}"),
        _ if n_longest > MAX_PART => format!(
            "a part of {n_longest} bytes, and between two `/` the name of a branch has at most {MAX_PART}"
        ),
        _ => return Ok(()),
    };
    let message = format!("{source} holds {reason}");
    Err(Failure::new(message).hint("name the base with `--base REF`"))
}

fn commit(value: &str, source: &'static str) -> Result<Named, Failure> {
    refuse_long(value, source)?;
    let is_commit =
        (7..=64).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_commit {
        let message = format!("{source} holds `{value}`, which names no commit");
        return Err(Failure::new(message).hint("name the base with `--base REF`"));
    }
    named(value, source)
}

fn fetch(branch: Option<&str>, advice: &str) -> String {
    match branch {
        Some(branch) => {
            let refs = format!("+refs/heads/{branch}:refs/remotes/origin/{branch}");
            format!("{advice}, or run `git fetch origin {}`", shell_word(&refs))
        }
        None => format!("{advice}, or run `git fetch --unshallow`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, as `branch commit`, or why it is refused.
    fn found(vars: &[(&str, &str)], event: Option<&str>) -> String {
        let variable = |name: &str| {
            let value = vars.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            value.filter(|value| !value.is_empty())
        };
        let named = |named: Option<Named>| {
            named.map_or("-".to_owned(), |it| format!("{} ({})", it.value, it.source))
        };
        match detect(&variable, event, false) {
            Ok(None) => "none".to_owned(),
            Ok(Some(it)) => format!("{} {}", named(it.branch), named(it.commit)),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn every_ci_says_where_a_change_goes() {
        let event = r#"{"pull_request": {"base": {"sha": "0123456789abcdef"}}}"#;
        let queue = r#"{"merge_group": {"base_sha": "0123456789abcdef"}}"#;
        for (vars, event, expected) in [
            (&[("GITHUB_BASE_REF", "main")][..], None, "main (GITHUB_BASE_REF) -"),
            (
                &[("GITHUB_BASE_REF", "main"), ("GITHUB_EVENT_NAME", "pull_request")],
                Some(event),
                "main (GITHUB_BASE_REF) 0123456789abcdef (pull_request.base.sha in GITHUB_EVENT_PATH)",
            ),
            (
                &[("GITHUB_BASE_REF", ""), ("GITHUB_EVENT_NAME", "merge_group")],
                Some(queue),
                "- 0123456789abcdef (merge_group.base_sha in GITHUB_EVENT_PATH)",
            ),
            (
                &[
                    ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "release/1"),
                    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "0123456789"),
                ],
                None,
                "release/1 (CI_MERGE_REQUEST_TARGET_BRANCH_NAME) 0123456789 (CI_MERGE_REQUEST_DIFF_BASE_SHA)",
            ),
            (
                &[("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")],
                None,
                "main (SYSTEM_PULLREQUEST_TARGETBRANCH) -",
            ),
            (
                &[
                    ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
                    ("BITBUCKET_PR_DESTINATION_COMMIT", "0123456789ab"),
                ],
                None,
                "main (BITBUCKET_PR_DESTINATION_BRANCH) 0123456789ab (BITBUCKET_PR_DESTINATION_COMMIT)",
            ),
            (&[("CHANGE_TARGET", "main")], None, "main (CHANGE_TARGET) -"),
            (
                &[("BUILDKITE_PULL_REQUEST", "12"), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main")],
                None,
                "main (BUILDKITE_PULL_REQUEST_BASE_BRANCH) -",
            ),
        ] {
            assert_eq!(found(vars, event), expected, "{vars:?}");
        }
    }

    #[test]
    fn a_run_for_no_change_has_no_base() {
        let push = r#"{"ref": "refs/heads/main"}"#;
        assert_eq!(found(&[], None), "none");
        assert_eq!(
            found(&[("GITHUB_BASE_REF", ""), ("GITHUB_EVENT_NAME", "push")], Some(push)),
            "none"
        );
        let buildkite =
            [("BUILDKITE_PULL_REQUEST", "false"), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main")];
        assert_eq!(found(&buildkite, None), "none");
        assert_eq!(found(&[("CI_COMMIT_BRANCH", "main")], None), "none");
    }

    #[test]
    fn a_merge_group_without_a_base_is_not_judged_as_if_nothing_changed() {
        let group = [("GITHUB_EVENT_NAME", "merge_group")];
        let expected = "error: this runs for a merge group, and there is no merge_group.base_sha in GITHUB_EVENT_PATH";
        for event in [None, Some("{"), Some("{}"), Some(r#"{"merge_group": {"base_sha": ""}}"#)] {
            assert_eq!(found(&group, event), expected);
        }
    }

    #[test]
    fn a_value_that_is_no_branch_and_no_commit_is_refused() {
        for value in [
            "--upload-pack=x",
            "-n",
            "main\n::error::",
            "a\u{1b}[2J",
            "main~1",
            "a..b",
            "a:b",
            "@{-1}",
        ] {
            let said = found(&[("GITHUB_BASE_REF", value)], None);
            assert!(said.starts_with("error: GITHUB_BASE_REF holds"), "{said}");
        }
        for value in ["main", "HEAD~1", "0123", "0123456789; rm"] {
            let said = found(&[("BITBUCKET_PR_DESTINATION_COMMIT", value)], None);
            assert!(said.starts_with("error: BITBUCKET_PR_DESTINATION_COMMIT holds"), "{said}");
        }
    }

    #[test]
    fn a_value_that_is_too_long_is_called_that_and_is_not_shown() {
        let long = "abcd/".repeat(200);
        for (variable, value) in [
            ("GITHUB_BASE_REF", long.clone()),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", format!("refs/heads/{long}")),
            ("BITBUCKET_PR_DESTINATION_COMMIT", long.clone()),
        ] {
            let said = found(&[(variable, &value)], None);
            let expected = "holds 1000 bytes, and the name of a branch has at most 960";
            assert_eq!(said, format!("error: {variable} {expected}"));
        }
        let long = format!("release/{}", "a".repeat(251));
        assert_eq!(
            found(&[("GITHUB_BASE_REF", &long)], None),
            "error: GITHUB_BASE_REF holds a part of 251 bytes, and between two `/` the name of a branch has at most 250"
        );
        let longest = format!("release/{}", "a".repeat(250));
        assert!(found(&[("GITHUB_BASE_REF", &longest)], None).starts_with(&longest));
    }

    #[test]
    fn where_the_base_is_checked_out_the_change_has_to_be_named() {
        let vars = |name: &str| match name {
            "GITHUB_BASE_REF" => Some("main"),
            "GITHUB_EVENT_NAME" => Some("pull_request_target"),
            _ => None,
        };
        assert!(detect(&vars, None, false).is_err());
        assert!(detect(&vars, None, true).expect("a base").is_some());
    }

    #[test]
    fn the_command_that_fetches_quotes_what_the_environment_says() {
        let vars = |name: &str| (name == "CHANGE_TARGET").then_some("a;b");
        let detected = detect(&vars, None, false).expect("a name").expect("a base");
        assert!(
            detected
                .fetch
                .ends_with("`git fetch origin '+refs/heads/a;b:refs/remotes/origin/a;b'`"),
            "{}",
            detected.fetch
        );
    }
}
