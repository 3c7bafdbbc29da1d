//! What lines of `.mailmap` say about the people of the policy.
//!
//! <https://git-scm.com/docs/gitmailmap>: the first address of a line is the one that is shown, in
//! the place of the last.

use std::collections::{BTreeSet, HashMap};

use super::{CODE, GitFile, whole_line};
use crate::finding::Finding;
use crate::policy::Policy;

pub(super) fn check(file: &GitFile, policy: &Policy, findings: &mut Vec<Finding>) {
    let (before, after) = (in_effect(file.before.text()), in_effect(file.after.text()));
    let news = after
        .iter()
        .filter(|(shown, (_, now))| before.get(*shown).is_none_or(|(_, before)| before != now));
    let lines: BTreeSet<usize> = news.map(|(_, (line, _))| *line).collect();
    for number in lines {
        let addresses = addresses(file.after.line(number));
        let people: Vec<Option<&str>> = addresses.iter().map(|it| owner(policy, it)).collect();
        let Some(known) = people.iter().flatten().next() else { continue };
        // Two addresses of one person are no disguise.
        if addresses.len() > 1 && people.iter().all(|person| person.as_ref() == Some(known)) {
            continue;
        }
        let place = whole_line(&file.after, number);
        let message =
            format!("git shows commits of `{known}` under another name, or others as theirs");
        let help = "remove the line; other addresses of a person belong in `people` of the policy";
        findings.push(CODE.finding(place, message).help(help));
    }
}

/// A part of a person that git shows in another way: the address and the name as a commit has them,
/// in lower case as git compares them, and whether it is the address that is shown.
type Shown = (String, String, bool);

/// For each, the number of the last line about it, which decides, and what is shown instead.
fn in_effect(text: &str) -> HashMap<Shown, (usize, String)> {
    let mut effects = HashMap::new();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    for (index, line) in lines {
        let Some((name, first, rest)) = person(line) else { continue };
        let (old_name, email) = match person(rest) {
            Some((old_name, email, _)) => (old_name, email),
            None => ("", first),
        };
        let shown = |is_address| (email.to_lowercase(), old_name.to_lowercase(), is_address);
        if !name.is_empty() {
            effects.insert(shown(false), (index + 1, name.to_owned()));
        }
        if email != first {
            effects.insert(shown(true), (index + 1, first.to_owned()));
        }
    }
    effects
}

/// A name, which may be empty, the address after it, and what follows.
fn person(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('<')?;
    let (email, rest) = rest.split_once('>')?;
    Some((name.trim(), email.trim(), rest))
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

    #[test]
    fn the_last_line_about_an_address_decides_so_their_order_counts() {
        let check = |before: &str, after: &str| git_file_report(".mailmap", before, after);
        let theirs = "Alice Kim <alice@example.com> <lee@example.com>\n";
        let own = "Lee Park <lee@work.example> <LEE@example.com>\n";
        insta::assert_snapshot!(check(&format!("{theirs}{own}"), &format!("{own}{theirs}")), @"
        .mailmap:2:1 error[EXC407]: git shows commits of `alice` under another name, or others as theirs
          help: remove the line; other addresses of a person belong in `people` of the policy
        ");
        let repeated = check(&format!("{theirs}{own}"), &format!("{theirs}{own}{theirs}"));
        assert!(repeated.starts_with(".mailmap:3:1"), "{repeated}");
        let gone = check(&format!("{theirs}{own}"), theirs);
        assert!(gone.starts_with(".mailmap:1:1"), "{gone}");
        assert_eq!(check(&format!("{own}{theirs}"), &format!("{theirs}{own}")), "");
    }
}
