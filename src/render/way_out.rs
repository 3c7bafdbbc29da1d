//! What to do about a text that is not approved, in words: who can, and how.

use crate::history::{OwnCommit, Reason, Squashes, WayOut, short};
use crate::text::shell_word;

/// Persons that are named.
const MAX_NAMED: usize = 6;

/// The command that approves a text, and who can run it. `rev` is where the text stands, if that is
/// not the work tree.
pub(crate) fn fix(id: &str, rev: Option<&str>, way: &WayOut) -> String {
    let first = match way.unknown.as_slice() {
        [] => String::new(),
        unknown => format!("add {} to `people` of the policy; then ", quoted(unknown)),
    };
    if way.approvers.is_empty() {
        return format!(
            "{first}give somebody a role in `people` of the policy that may approve it: everybody who has one wrote or requested it"
        );
    }
    let who = persons(way);
    if !way.takes_signatures {
        return format!(
            "{first}have it merged by {who}: the policy accepts no signature at this risk"
        );
    }
    let rev = rev.map_or_else(String::new, |rev| format!(" --rev {}", shell_word(rev)));
    format!("{first}`exc approve {}{rev}`, by {who}", shell_word(id))
}

/// What may still show that an approval by a compromised key is good; none where no key is.
pub(crate) fn of_doubts(why: &[Reason]) -> Option<String> {
    let date = why.iter().find_map(|reason| match reason {
        Reason::Compromised { date, .. } => Some(date),
        _ => None,
    })?;
    Some(format!(
        "`exc audit --anchor SHA@TIME`, where somebody outside noted before {date} that the mainline stood at SHA; else change what the record asks for, and have that approved with another key"
    ))
}

/// What a squash would do to an approval whose signer committed it; none where the mainline gets no
/// squashes. `into` is its name.
pub(crate) fn squashed(
    id: &str,
    own: &OwnCommit,
    squashes: Squashes,
    into: &str,
) -> Option<String> {
    let OwnCommit { person, commit } = own;
    let start = format!("`{person}` signed for `{id}`, and committed that in {}", short(*commit));
    let void = format!("makes `{person}` an author of the change, which voids the signature");
    let when = match squashes {
        Squashes::NotSeen => return None,
        Squashes::Seen(like) => {
            format!("a squash, as {} on `{into}` looks like, {void}", short(like))
        }
        Squashes::Unknown => format!("if it is squashed, that {void}"),
    };
    let id = shell_word(id);
    Some(format!(
        "{start}: {when}; merge it without a squash, or have somebody else commit the file (`exc approve {id} --print`, then `exc approve --add FILE` by the requester)"
    ))
}

/// Those who can, and whether they are enough.
pub(crate) fn persons(way: &WayOut) -> String {
    let n = way.approvers.len();
    let mut named: Vec<String> =
        way.approvers.iter().take(MAX_NAMED).map(|id| format!("`{id}`")).collect();
    if n > MAX_NAMED {
        named.push(format!("{} more", n - MAX_NAMED));
    }
    let quorum = way.quorum as usize;
    let named = match (named.as_slice(), n == quorum) {
        ([one], _) => one.clone(),
        ([first @ .., last], is_all) => {
            format!("{} {} {last}", first.join(", "), if is_all { "and" } else { "or" })
        }
        ([], _) => "nobody".to_owned(),
    };
    match (quorum, n) {
        (quorum, n) if n < quorum => format!("{named}, where it takes {quorum}"),
        (quorum, n) if quorum > 1 && n > quorum => format!("{quorum} of {named}"),
        _ => named,
    }
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(approvers: &[&str], quorum: u32) -> WayOut {
        WayOut {
            approvers: approvers.iter().map(|id| (*id).to_owned()).collect(),
            quorum,
            unknown: Vec::new(),
            takes_signatures: true,
        }
    }

    #[test]
    fn whoever_can_is_named_and_whether_that_is_enough() {
        let said = |approvers: &[&str], quorum| persons(&way(approvers, quorum));
        assert_eq!(said(&["a"], 1), "`a`");
        assert_eq!(said(&["a", "b"], 1), "`a` or `b`");
        assert_eq!(said(&["a", "b"], 2), "`a` and `b`");
        assert_eq!(said(&["a", "b", "c"], 2), "2 of `a`, `b` or `c`");
        assert_eq!(said(&["a"], 2), "`a`, where it takes 2");
        assert_eq!(
            said(&["a", "b", "c", "d", "e", "f", "g"], 1),
            "`a`, `b`, `c`, `d`, `e`, `f` or 1 more"
        );
    }

    #[test]
    fn a_command_stands_only_where_it_works() {
        let fix = |way: &WayOut| super::fix("EXC-1", Some("main"), way);
        assert_eq!(fix(&way(&["a"], 1)), "`exc approve EXC-1 --rev main`, by `a`");
        assert!(!fix(&way(&[], 1)).contains("exc approve"));
        assert!(
            !fix(&WayOut { takes_signatures: false, ..way(&["a"], 1) }).contains("exc approve")
        );
        let unknown = WayOut { unknown: vec!["x@example.com".to_owned()], ..way(&["a"], 1) };
        assert!(fix(&unknown).starts_with("add `x@example.com` to `people` of the policy; then "));
    }
}
