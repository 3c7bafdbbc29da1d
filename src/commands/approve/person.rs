//! Who approves: a person of the settled policy.

use ssh_key::PublicKey;

use crate::commands::Failure;
use crate::commands::proposed::Proposed;
use crate::env::Env;
use crate::history::Proposal;
use crate::policy::Person;

pub(super) const HINT: &str = "`people` of the policy on the mainline says who may approve; name one of them with `--as PERSON`";

/// The person who was named, else whose key was named, else whose address git knows; or why there
/// is none.
pub(super) fn find<'p>(
    named: Option<&str>,
    key: Option<&PublicKey>,
    proposal: &Proposal<'p>,
    proposed: &Proposed<'_>,
    env: &Env<'_>,
) -> Result<Result<&'p Person, String>, Failure> {
    let people = &proposal.demand.policy.people;
    if let Some(id) = named {
        let found = people.iter().find(|person| person.id == id);
        return Ok(found.ok_or_else(|| format!("`{id}` is not in `people` of the settled policy")));
    }
    let has_key = |person: &&Person| {
        key.is_some_and(|key| person.keys.iter().any(|known| known.public == *key.key_data()))
    };
    if let Some(person) = people.iter().find(has_key) {
        return Ok(Ok(person));
    }
    let variable = |name: &str| env.vars.get(name).map(String::as_str);
    let (_, address) = proposed.repo.identity(&variable)?;
    let Some(address) = address else {
        return Ok(Err("git does not know who you are".to_owned()));
    };
    let found = proposal.demand.policy.person_at(&address);
    Ok(found.ok_or_else(|| format!("`{address}` is nobody in `people` of the settled policy")))
}
