//! What lines of `.mailmap` say about the people of the policy.
//!
//! <https://git-scm.com/docs/gitmailmap>: the first address of a line is the one that is shown, in
//! the place of the last.

use std::collections::HashSet;

use super::{CODE, GitFile, whole_line};
use crate::finding::Finding;
use crate::policy::Policy;

pub(super) fn check(file: &GitFile, policy: &Policy, findings: &mut Vec<Finding>) {
    let known: HashSet<&str> = file.before.text().lines().map(str::trim).collect();
    for (index, line) in file.after.text().lines().enumerate() {
        if known.contains(line.trim()) || line.starts_with('#') {
            continue;
        }
        let addresses = addresses(line);
        let people: Vec<Option<&str>> = addresses.iter().map(|it| owner(policy, it)).collect();
        let Some(known) = people.iter().flatten().next() else { continue };
        // Two addresses of one person are no disguise.
        if addresses.len() > 1 && people.iter().all(|person| person.as_ref() == Some(known)) {
            continue;
        }
        let place = whole_line(&file.after, index + 1);
        let message =
            format!("git shows commits of `{known}` under another name, or others as theirs");
        let help = "remove the line; other addresses of a person belong in `people` of the policy";
        findings.push(CODE.finding(place, message).help(help));
    }
}

/// The addresses that a line names.
fn addresses(line: &str) -> Vec<&str> {
    line.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0.trim())).collect()
}

/// The person in the policy to whom an address belongs.
fn owner<'a>(policy: &'a Policy, address: &str) -> Option<&'a str> {
    let is_theirs = |email: &String| email.eq_ignore_ascii_case(address);
    let person = policy.people.iter().find(|person| person.emails.iter().any(is_theirs));
    person.map(|person| person.id.as_str())
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::git_file_report;

    #[test]
    fn the_people_of_the_policy_keep_their_names() {
        let check = |after: &str| git_file_report(".mailmap", "", after);
        assert_eq!(check("Lee <lee@example.com> <l@example.com>\n"), "");
        assert_eq!(check("Alice Kim <alice@example.com> <alice.kim@example.com>\n"), "");
        insta::assert_snapshot!(check("Alice Kim <alice@example.com> <lee@example.com>\n"), @"
        .mailmap:1:1 error[EXC407]: git shows commits of `alice` under another name, or others as theirs
          help: remove the line; other addresses of a person belong in `people` of the policy
        ");
        assert_ne!(check("Lee <lee@example.com> <ALICE@example.com>\n"), "");
        assert_ne!(check("Alice K. <alice@example.com>\n"), "");
    }
}
