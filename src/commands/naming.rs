//! Which record somebody means who writes an id, or a part of one.
//!
//! Invariant: an id that is written whole means that record, whatever else has it as a part; a part
//! means the one record whose id has it, whatever the case of its letters, and nothing where there
//! are several.

use std::collections::BTreeSet;

use super::{Failure, Workspace, mainline};
use crate::history::POLICY_ID;
use crate::register::{self, Store};

/// Ids that are named where several are meant.
const MAX_NAMED: usize = 10;

/// Which of some ids are meant: those that are equal, else those with such a part, unless they are
/// different ones.
pub(super) fn chosen(ids: &[&str], wanted: &str) -> Result<Vec<bool>, Failure> {
    let wanted_lower = wanted.to_ascii_lowercase();
    let are_equal: Vec<bool> = ids.iter().map(|id| id.eq_ignore_ascii_case(wanted)).collect();
    if wanted.is_empty() || are_equal.contains(&true) {
        return Ok(are_equal);
    }
    let has_part = |id: &&str| id.to_ascii_lowercase().contains(&wanted_lower);
    let have_part: Vec<bool> = ids.iter().map(has_part).collect();
    let found = ids.iter().zip(&have_part).filter(|(_, has_part)| **has_part);
    let found: BTreeSet<String> = found.map(|(id, _)| id.to_ascii_uppercase()).collect();
    if found.len() <= 1 {
        return Ok(have_part);
    }
    let shown: Vec<String> = found.iter().take(MAX_NAMED).map(|id| format!("`{id}`")).collect();
    let more = if found.len() > MAX_NAMED { ", …" } else { "" };
    let n = found.len();
    let message = format!("`{wanted}` is a part of {n} ids: {}{more}", shown.join(", "));
    Err(Failure::new(message).hint("write more of the id"))
}

/// The id that is meant, as it is written in its record; none where no record has such a part.
pub(super) fn whole<'a>(ids: &[&'a str], wanted: &str) -> Result<Option<&'a str>, Failure> {
    // Ids that differ in case alone are a fault, and each can still be named.
    if let Some(exact) = ids.iter().find(|id| **id == wanted) {
        return Ok(Some(exact));
    }
    let are_meant = chosen(ids, wanted)?;
    Ok(ids.iter().zip(are_meant).find(|(_, is_meant)| *is_meant).map(|(id, _)| *id))
}

/// The ids that are meant by what was written on the command line, in a register as a store holds
/// it. What means nothing there is left as it is, for whoever looks it up to say so.
///
/// Where that is not what stands on the disk, a part that another record has there is refused: whoever
/// wrote it may have meant that one, and a branch can be made so that it means its own.
pub(super) fn in_store(
    wanted: &[String],
    store: &Store,
    workspace: &Workspace,
) -> Result<Vec<String>, Failure> {
    let is_policy = |wanted: &&String| *wanted == POLICY_ID;
    let entries = register::list(store, &workspace.name).entries;
    let names: Vec<&str> = entries.iter().map(|entry| mainline::stem(&entry.name)).collect();
    // Where the names of the files tell, nothing has to be read.
    if wanted.iter().all(|wanted| is_policy(&wanted) || names.contains(&wanted.as_str())) {
        return Ok(wanted.to_vec());
    }
    let load = |store| register::load(store, &workspace.name, &workspace.policy.record_schema);
    let is_elsewhere = matches!(store, Store::Commit(_));
    let registers = [Some(load(store)), is_elsewhere.then(|| load(&workspace.store))];
    let ids = registers.iter().flatten().flat_map(|register| register.exceptions());
    let ids: Vec<&str> = ids.map(|exception| exception.id.as_str()).collect();
    let mut found = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        let whole = if is_policy(&wanted) { None } else { whole(&ids, wanted)? };
        found.push(whole.map_or_else(|| wanted.clone(), str::to_owned));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 3] = ["EXC-2026-K7QD", "EXC-2026-K7AA", "EXC-2025-7QDX"];

    fn meant(wanted: &str) -> Option<&'static str> {
        whole(&IDS, wanted).expect("one, or none")
    }

    #[test]
    fn a_part_that_one_id_has_means_it_in_any_case() {
        assert_eq!(meant("k7qd"), Some("EXC-2026-K7QD"));
        assert_eq!(meant("exc-2025"), Some("EXC-2025-7QDX"));
        assert_eq!(meant("Exc-2026-K7qD"), Some("EXC-2026-K7QD"));
        assert_eq!(meant("K7QX"), None);
        assert_eq!(meant(""), None);
    }

    #[test]
    fn a_part_of_several_ids_names_them() {
        let refused = |wanted| whole(&IDS, wanted).expect_err("several").to_string();
        assert_eq!(refused("K7"), "`K7` is a part of 2 ids: `EXC-2026-K7AA`, `EXC-2026-K7QD`");
        assert!(refused("7qd").contains("is a part of 2 ids"));
    }

    #[test]
    fn a_whole_id_means_itself_though_others_have_it_as_a_part() {
        assert_eq!(whole(&["EXC-1", "EXC-12"], "exc-1").expect("one"), Some("EXC-1"));
        assert_eq!(whole(&["exc-1", "EXC-1"], "EXC-1").expect("one"), Some("EXC-1"));
    }
}
