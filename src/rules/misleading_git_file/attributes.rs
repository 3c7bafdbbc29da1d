//! What lines of `.gitattributes` do to the register's files.
//!
//! <https://git-scm.com/docs/gitattributes>. An attribute that is not known to be harmless counts:
//! it may be a macro, or mean something to a forge.

use super::CODE;
use crate::finding::Finding;
use crate::rules::Proposal;
use crate::rules::proposal::GitFile;

/// Attributes that change neither what a reviewer sees nor what a merge makes.
const HARMLESS: [&str; 9] = [
    "text",
    "eol",
    "crlf",
    "whitespace",
    "delta",
    "conflict-marker-size",
    "linguist-language",
    "linguist-detectable",
    "gitlab-language",
];

/// Bytes of patterns times bytes of paths that are compared. What is left then counts as a match:
/// whoever writes so many patterns does not get to hide one of them.
const MAX_EFFORT: usize = 200_000_000;

pub(super) fn check(file: &GitFile, proposal: &Proposal<'_>, findings: &mut Vec<Finding>) {
    let folder = file.after.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut effort = 0;
    let mut touches = |pattern: &str| {
        proposal.files().any(|path| {
            let is_possible = ends_alike(pattern, &path);
            effort += if is_possible { pattern.len() * path.len() } else { 0 };
            is_possible && (effort > MAX_EFFORT || is_match(pattern, folder, &path))
        })
    };
    for (place, line) in file.added() {
        let Some((pattern, attributes)) = parse(line) else { continue };
        let hiding: Vec<&str> = attributes.into_iter().filter(|it| hides(it)).collect();
        if !hiding.is_empty() && touches(pattern) {
            let message = format!("`{}` applies to files of the register now", hiding.join(" "));
            let help = "leave the register out of the pattern, or remove the line";
            findings.push(CODE.finding(place, message).help(help));
        }
    }
    for (place, line) in file.removed() {
        let Some((pattern, attributes)) = parse(line) else { continue };
        let shields: Vec<&str> = attributes.into_iter().filter(|it| shields(it)).collect();
        if !shields.is_empty() && touches(pattern) {
            let message = format!("`{}` applies to the register no longer", shields.join(" "));
            findings.push(CODE.finding(place, message).help("restore the line"));
        }
    }
}

/// The pattern of a line and its attributes; a macro has its name for a pattern.
fn parse(line: &str) -> Option<(&str, Vec<&str>)> {
    let rest = match line.strip_prefix('"') {
        // A quoted pattern is rare, and may mean any file.
        Some(quoted) => {
            return Some(("*", quoted.rsplit_once('"')?.1.split_whitespace().collect()));
        }
        None => line,
    };
    let (pattern, attributes) = rest.split_once(char::is_whitespace)?;
    Some((pattern, attributes.split_whitespace().collect()))
}

/// Whether an attribute, as it is written, may make a file look other than it is.
fn hides(attribute: &str) -> bool {
    let name = attribute.trim_start_matches(['-', '!']);
    let name = name.split('=').next().unwrap_or(name);
    !HARMLESS.contains(&name) && !shields(attribute)
}

/// Whether an attribute switches off what may make a file look other than it is.
fn shields(attribute: &str) -> bool {
    const HIDING_WHERE_SET: [&str; 9] = [
        "filter",
        "ident",
        "working-tree-encoding",
        "encoding",
        "linguist-generated",
        "linguist-vendored",
        "gitlab-generated",
        "export-ignore",
        "export-subst",
    ];
    let unset = attribute.strip_prefix(['-', '!']).or_else(|| attribute.strip_suffix("=false"));
    unset.is_some_and(|name| HIDING_WHERE_SET.contains(&name))
        || ["diff", "!diff", "merge", "!merge"].contains(&attribute)
}

/// Whether a pattern in the file of a folder is that of a path, as git understands it: without a
/// slash it is about the last part of a path, with one about all of it. A pattern that matches a
/// folder matches nothing in it.
fn is_match(pattern: &str, folder: &str, path: &str) -> bool {
    if pattern.starts_with("[attr]") {
        return false;
    }
    let path = match folder {
        "" => Some(path),
        folder => path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
    };
    let Some(path) = path else { return false };
    match pattern.contains('/') {
        true => glob(pattern.trim_start_matches('/').as_bytes(), path.as_bytes()),
        false => glob(pattern.as_bytes(), path.rsplit('/').next().unwrap_or(path).as_bytes()),
    }
}

/// Whether a path ends with what a pattern says literally at its end: most patterns are told apart
/// by that alone.
fn ends_alike(pattern: &str, path: &str) -> bool {
    let is_sign = |byte: &u8| b"*?[]\\/".contains(byte);
    let (pattern, path) = (pattern.as_bytes().iter().rev(), path.as_bytes().iter().rev());
    let mut pairs = pattern.take_while(|byte| !is_sign(byte)).zip(path);
    pairs.all(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// Matches a path with `*`, `**`, `?` and `\`; a set in brackets may be any character. Case is
/// ignored, as git does on some machines.
fn glob(pattern: &[u8], path: &[u8]) -> bool {
    // What is matched up to here, for each end of the path: no pattern makes this slow.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    let mut rest = pattern;
    while let Some((&sign, after)) = rest.split_first() {
        rest = after;
        let mut next = vec![false; path.len() + 1];
        match sign {
            b'*' => {
                let is_deep = rest.first() == Some(&b'*');
                while rest.first() == Some(&b'*') {
                    rest = &rest[1..];
                }
                // `**/` may be no folder at all.
                if is_deep && rest.first() == Some(&b'/') {
                    rest = &rest[1..];
                }
                let mut open = false;
                for at in 0..=path.len() {
                    open |= reached[at];
                    next[at] = open;
                    open &= is_deep || path.get(at) != Some(&b'/');
                }
            }
            b'?' | b'[' => {
                if let Some(end) = rest.iter().position(|&byte| byte == b']')
                    && sign == b'['
                {
                    rest = &rest[end + 1..];
                }
                for at in 0..path.len() {
                    next[at + 1] = reached[at] && path[at] != b'/';
                }
            }
            sign => {
                let mut sign = sign;
                if let (b'\\', Some((&escaped, after))) = (sign, rest.split_first()) {
                    (sign, rest) = (escaped, after);
                }
                for at in 0..path.len() {
                    next[at + 1] = reached[at] && path[at].eq_ignore_ascii_case(&sign);
                }
            }
        }
        reached = next;
    }
    reached[path.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::git_file_report;

    #[test]
    fn a_pattern_matches_as_git_says() {
        let path = "exceptions/2026/EXC-2026-K7QD.yaml";
        for pattern in [
            "*",
            "*.yaml",
            "EXC-*",
            "exc-2026-k7qd.yaml",
            "exceptions/**",
            "/exceptions/**/*.yaml",
            "**/EXC-2026-K7QD.yaml",
            "exceptions/*/EXC-????-*.yaml",
            "*.[xy]aml",
            "**",
            "exceptions/**/2026/*",
            "exceptions\\/2026/*",
        ] {
            assert!(is_match(pattern, "", path) && ends_alike(pattern, path), "{pattern}");
        }
        for pattern in [
            "*.png",
            "exceptions",
            "exceptions/",
            "exceptions/*.yaml",
            "/EXC-*",
            "2026/*.yaml",
            "docs/**",
            "[attr]x",
            "*.yam",
        ] {
            assert!(!is_match(pattern, "", path), "{pattern}");
        }
        assert!(is_match("2026/*", "exceptions", path));
        assert!(is_match("*.yaml", "exceptions/2026", path));
        assert!(!is_match("*.yaml", "exceptions/2025", path));
    }

    #[test]
    fn what_hides_a_text_counts_and_what_is_about_lines_does_not() {
        for attribute in [
            "-diff",
            "binary",
            "filter=lfs",
            "working-tree-encoding=UTF-16",
            "ident",
            "merge=ours",
            "linguist-generated",
            "linguist-generated=true",
            "export-ignore",
            "mine",
            "diff=x",
        ] {
            assert!(hides(attribute), "{attribute}");
        }
        for attribute in ["text=auto", "-text", "eol=lf", "-filter", "!diff", "diff", "-ident"] {
            assert!(!hides(attribute), "{attribute}");
        }
    }

    #[test]
    fn lines_that_were_there_or_are_about_other_files_are_nothing_new() {
        let check = |before: &str, after: &str| git_file_report(".gitattributes", before, after);
        assert_eq!(check("*.yaml -diff\n", "# c\n*.yaml -diff\n*.png filter=lfs\n"), "");
        assert_eq!(check("*.yaml -diff\n", ""), "");
        insta::assert_snapshot!(check("", "*.png -diff\n  *.yaml -diff text\n"), @"
        .gitattributes:2:3 error[EXC407]: `-diff` applies to files of the register now
          help: leave the register out of the pattern, or remove the line
        ");
        insta::assert_snapshot!(check("* -diff\nexceptions/** diff\n", "* -diff\n"), @"
        .gitattributes:2:1 error[EXC407]: `diff` applies to the register no longer
          help: restore the line
        ");
    }

    #[test]
    fn a_pattern_that_tries_everything_is_not_slow() {
        let pattern = "*a".repeat(2_000);
        assert!(!glob(pattern.as_bytes(), "a".repeat(1_000).as_bytes()));
    }
}
