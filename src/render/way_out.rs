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
    let quorum = way.quorum as usize;
    let who = persons(&way.approvers, quorum);
    if !way.takes_signatures {
        let how = if way.takes_merge { "have it merged" } else { "have it land again, merged" };
        return format!("{first}{how} by {who}: the policy accepts no signature at this risk");
    }
    if way.takes_merge && quorum == 1 && way.signers.is_empty() {
        return format!("{first}have it merged by {who}, which is its approval");
    }
    let rev = rev.map_or_else(String::new, |rev| format!(" --rev {}", shell_word(rev)));
    let by = match way.signers.len() < quorum {
        true => format!("{who}, once `people` of the policy has their keys"),
        false => persons(&way.signers, quorum),
    };
    let merge = match (way.takes_merge, quorum) {
        (false, _) => String::new(),
        (true, 1) if way.signers == way.approvers => "; or its merge, by one of them".to_owned(),
        (true, 1) => format!("; or its merge, by {who}"),
        (true, _) => format!("; its merge is the approval of one, by {who}"),
    };
    format!("{first}`exc approve {}{rev}`, by {by}{merge}", shell_word(id))
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
pub(crate) fn persons(approvers: &[String], quorum: usize) -> String {
    let n = approvers.len();
    let mut named: Vec<String> =
        approvers.iter().take(MAX_NAMED).map(|id| format!("`{id}`")).collect();
    if n > MAX_NAMED {
        named.push(format!("{} more", n - MAX_NAMED));
    }
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

    fn ids(approvers: &[&str]) -> Vec<String> {
        approvers.iter().map(|id| (*id).to_owned()).collect()
    }

    fn way(approvers: &[&str], quorum: u32) -> WayOut {
        WayOut {
            approvers: ids(approvers),
            signers: ids(approvers),
            quorum,
            unknown: Vec::new(),
            takes_signatures: true,
            takes_merge: false,
        }
    }

    #[test]
    fn whoever_can_is_named_and_whether_that_is_enough() {
        let said = |approvers: &[&str], quorum| persons(&ids(approvers), quorum);
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
        let keyless = WayOut { signers: ids(&["b"]), ..way(&["a", "b"], 2) };
        assert_eq!(
            fix(&keyless),
            "`exc approve EXC-1 --rev main`, by `a` and `b`, once `people` of the policy has their keys"
        );
        assert_eq!(
            fix(&WayOut { signers: ids(&["b"]), takes_merge: true, ..way(&["a", "b"], 1) }),
            "`exc approve EXC-1 --rev main`, by `b`; or its merge, by `a` or `b`"
        );
        assert_eq!(
            fix(&WayOut { signers: Vec::new(), takes_merge: true, ..way(&["a", "b"], 1) }),
            "have it merged by `a` or `b`, which is its approval"
        );
        let unknown = WayOut { unknown: vec!["x@example.com".to_owned()], ..way(&["a"], 1) };
        assert!(fix(&unknown).starts_with("add `x@example.com` to `people` of the policy; then "));
    }
}
