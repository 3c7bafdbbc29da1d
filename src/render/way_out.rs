//! What to do about a text that is not approved, in words: who can, and how.

use crate::history::{OwnCommit, POLICY_ID, Reason, Squashes, WayOut, short};
use crate::text::shell_word;

/// Persons that are named.
const MAX_NAMED: usize = 6;

/// The command that approves a text, and who can run it. `rev` is where the text stands, if that is
/// not the work tree.
pub(crate) fn fix(id: &str, rev: Option<&str>, way: &WayOut) -> String {
    let rev = rev.map_or_else(String::new, |rev| format!(" --rev {}", shell_word(rev)));
    let command = format!("`exc approve {}{rev}`", shell_word(id));
    if !way.rejected.is_empty() {
        return of_rejection(id, &command, way);
    }
    let first = match way.unknown.as_slice() {
        [] => String::new(),
        unknown => format!("add {} to `people` of the policy; then ", quoted(unknown)),
    };
    let n_missing = way.n_missing as usize;
    if n_missing == 0 {
        return format!(
            "{first}nobody else has to approve it, once nothing keeps the approvals that are there from counting"
        );
    }
    if way.approvers.is_empty() {
        let (who, did) = match way.n_missing < way.quorum {
            true => ("somebody else", "approved, wrote or requested it"),
            false => ("somebody", "wrote or requested it"),
        };
        return format!(
            "{first}give {who} a role in `people` of the policy that may approve it: everybody who has one {did}"
        );
    }
    let missing = match way.quorum {
        1 => String::new(),
        quorum => {
            let is = if n_missing == 1 { "is" } else { "are" };
            format!("{n_missing} of {quorum} approvals {is} missing: ")
        }
    };
    let first = format!("{missing}{first}");
    let more = way.more_people().map_or_else(String::new, |more| format!("; and {more}"));
    let n_asked = n_missing - way.n_lacking();
    let who = persons(&way.approvers, n_asked);
    if !way.takes_signatures {
        let how = if way.takes_merge { "have it merged" } else { "have it land again, merged" };
        return format!(
            "{first}{how} by {who}{more}: the policy accepts no signature at this risk"
        );
    }
    if way.takes_merge && n_missing == 1 && way.signers.is_empty() {
        return format!("{first}have it merged by {who}, which is its approval");
    }
    let by = match way.signers.len() < n_asked {
        true => format!("{who}, once `people` of the policy has their keys"),
        false => persons(&way.signers, n_asked),
    };
    let merge = match (way.takes_merge, n_missing) {
        (false, _) => String::new(),
        (true, 1) if way.signers == way.approvers => match way.approvers.len() {
            1 => "; or its merge, by the same".to_owned(),
            _ => "; or its merge, by one of them".to_owned(),
        },
        (true, 1) => format!("; or its merge, by {who}"),
        (true, _) => {
            format!("; its merge is the approval of one, by {}", persons(&way.approvers, 1))
        }
    };
    format!("{first}{command}, by {by}{merge}{more}")
}

/// What to do about a rejection, which nobody but whoever gave it can take back.
fn of_rejection(id: &str, command: &str, way: &WayOut) -> String {
    let little = if id == POLICY_ID { "a comment" } else { "a title or a comment" };
    let change = format!("change what it says ({little} is not enough)");
    // What takes it back is an approval, which has to count.
    if !way.takes_signatures {
        return change;
    }
    let n = way.rejected.len();
    let what = if n == 1 { "the rejection" } else { "their rejections" };
    format!("{change}, or ask {} to take {what} back with {command}", persons(&way.rejected, n))
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

/// Those who can, and how many of them it takes.
pub(crate) fn persons(approvers: &[String], quorum: usize) -> String {
    let n = approvers.len();
    let mut named: Vec<String> =
        approvers.iter().take(MAX_NAMED).map(|id| format!("`{id}`")).collect();
    if n > MAX_NAMED {
        named.push(format!("{} more", n - MAX_NAMED));
    }
    let named = match (named.as_slice(), n <= quorum) {
        ([one], _) => one.clone(),
        ([first @ .., last], is_all) => {
            format!("{} {} {last}", first.join(", "), if is_all { "and" } else { "or" })
        }
        ([], _) => "nobody".to_owned(),
    };
    if quorum > 1 && n > quorum { format!("{quorum} of {named}") } else { named }
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
            n_missing: quorum,
            rejected: Vec::new(),
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
            "2 of 2 approvals are missing: `exc approve EXC-1 --rev main`, by `a` and `b`, once `people` of the policy has their keys"
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

    #[test]
    fn only_who_rejected_a_text_can_take_that_back() {
        let rejected = WayOut { rejected: ids(&["b"]), n_missing: 0, ..way(&["a"], 1) };
        assert_eq!(
            fix("EXC-1", None, &rejected),
            "change what it says (a title or a comment is not enough), or ask `b` to take the rejection back with `exc approve EXC-1`"
        );
        let both = WayOut { rejected: ids(&["b", "c"]), ..rejected.clone() };
        assert!(fix(POLICY_ID, None, &both).ends_with(
            "(a comment is not enough), or ask `b` and `c` to take their rejections back with `exc approve policy.yaml`"
        ));
        let unsigned = WayOut { takes_signatures: false, ..rejected };
        assert!(!fix("EXC-1", None, &unsigned).contains("exc approve"));
    }

    #[test]
    fn what_is_missing_is_counted_where_it_takes_several() {
        let one = WayOut { n_missing: 1, ..way(&["b", "c"], 2) };
        assert_eq!(
            fix("EXC-1", None, &one),
            "1 of 2 approvals is missing: `exc approve EXC-1`, by `b` or `c`"
        );
        assert!(
            fix("EXC-1", None, &WayOut { takes_merge: true, ..one })
                .ends_with(", by `b` or `c`; or its merge, by one of them")
        );
        assert_eq!(
            fix("EXC-1", None, &way(&["a"], 2)),
            "2 of 2 approvals are missing: `exc approve EXC-1`, by `a`; and give somebody else a role in `people` of the policy that may approve it"
        );
        let keyless = WayOut { signers: Vec::new(), ..way(&["a", "b"], 4) };
        assert!(fix("EXC-1", None, &keyless).ends_with(
            "by `a` and `b`, once `people` of the policy has their keys; and give 2 others a role in `people` of the policy that may approve it"
        ));
        let nobody = WayOut { n_missing: 1, ..way(&[], 2) };
        assert!(fix("EXC-1", None, &nobody).contains("everybody who has one approved, wrote"));
    }
}
