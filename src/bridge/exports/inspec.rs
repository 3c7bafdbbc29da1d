//! Waivers of InSpec and CINC Auditor, for `--waiver-file`.
//!
//! Sources: <https://docs.chef.io/inspec/waivers/>, and `__apply_waivers` in
//! <https://github.com/inspec/inspec/blob/main/lib/inspec/rule.rb>.
//!
//! - `run: false`: the code looks at `expiration_date` for these waivers alone. One whose control runs
//!   would be waived for ever. When the date is over, the control runs again and counts.
//! - The date is plain, which YAML reads as one: a text is read differently by versions of Ruby. It
//!   begins where InSpec runs, so that it is the day after the last valid one.
//! - The file is a mapping of controls, of which each has one waiver.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Export, Keyed, are_texts, header, lasting, named_ids};
use crate::bridge::grant::{Grant, Granted, Left};
use crate::model::{Binding, Tool};

pub(crate) const EXPORT: Export = Export {
    name: "inspec",
    about: "waivers of InSpec in YAML, for `inspec exec --waiver-file`",
    tool: Some(Tool::Inspec),
    endings: &[],
    write,
};

#[derive(Clone, Debug, Serialize)]
struct Waiver {
    expiration_date: String,
    run: bool,
    justification: String,
}

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let all = lasting(granted.each(Tool::Inspec, left, waivers).into_iter().flatten());
    let all: BTreeMap<String, Waiver> = all.into_values().map(|it| (it.key, it.entry)).collect();
    header(&EXPORT) + &serde_yaml::to_string(&all).expect("plain values are YAML")
}

fn waivers(grant: &Grant<'_>, binding: &Binding) -> Result<Vec<Keyed<Waiver>>, String> {
    let ids = named_ids(binding)?;
    are_texts(ids)?;
    let waiver = Waiver {
        expiration_date: grant.day_after().to_string(),
        run: false,
        justification: grant.reason(),
    };
    let keyed = |id: &String| Keyed { key: id.clone(), last: grant.last, entry: waiver.clone() };
    Ok(ids.iter().map(keyed).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exported, of_two, refused};
    use super::*;

    #[test]
    fn a_control_is_not_run_until_the_day_after_the_last_valid_one() {
        let text = exported(&EXPORT, "tool: inspec, ids: [cis-1.1, 'cis: #2']");
        insta::assert_snapshot!(text, @r"
        # Written by `exc export inspec` from the exceptions in force: change the records, and write it again
        cis-1.1:
          expiration_date: 2027-02-01
          run: false
          justification: 'EXC-2026-K7QD: The vendor''s region offers no private link: ticket 48213 # yes'
        'cis: #2':
          expiration_date: 2027-02-01
          run: false
          justification: 'EXC-2026-K7QD: The vendor''s region offers no private link: ticket 48213 # yes'
        ");
    }

    /// The last of two equal keys would count, whichever it is.
    #[test]
    fn a_control_of_two_records_is_waived_once_as_long_as_the_later_one() {
        let (text, verdicts) = of_two(&EXPORT, "tool: inspec, ids: [cis-1.1]");
        assert_eq!(verdicts, ["EXC-2026-BBBB: covered"], "{text}");
        assert_eq!(text.matches("cis-1.1:").count(), 1, "{text}");
        assert!(text.contains("expiration_date: 2027-03-02"), "{text}");
    }

    #[test]
    fn an_id_that_is_no_text_to_ruby_is_refused() {
        for id in ["yes", "2027-02-01", "1:20", "1_000"] {
            let why = refused(&EXPORT, &format!("tool: inspec, ids: ['{id}']"));
            assert!(why.contains(&format!("`{id}` is a")), "{why}");
        }
        // These are written in quotes.
        exported(
            &EXPORT,
            "tool: inspec, ids: ['-', '#', '? a', '!b', '&c', '- d', '%e', '{f}', 'g: ']",
        );
    }

    #[test]
    fn all_controls_have_no_waiver() {
        let why = refused(&EXPORT, "tool: inspec, ids: ['*']");
        assert!(why.contains("name the ids"), "{why}");
    }
}
