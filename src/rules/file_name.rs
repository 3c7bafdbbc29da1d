//! EXC020: a record whose file is not named after its id.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;
use crate::text::shell_word;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC020", "file-name").adjustable();

const DOCS: &str = r##"## What it checks

That the file of a record is named after its `id`, with `.yaml` or `.yml` at the end. The folder does not matter. An id that has not the register's form is left to EXC117.

## Why it matters

Everybody looks for `EXC-2026-K7QD` under that name, and two records with one id cannot hide from each other in a folder where names are ids.

## Example

```sh
mv exceptions/EXC-2026-K7QD.yaml exceptions/model-proxy.yaml
```

## Instead

```sh
mkdir exceptions/2026
mv exceptions/EXC-2026-K7QD.yaml exceptions/2026/EXC-2026-K7QD.yaml
```
"##;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let id = &record.exception.id;
    let path = record.file().path();
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let is_named = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")) == Some(id);
    if id.is_empty() || is_named || !context.policy.id_pattern.is_match(id) {
        return;
    }
    let expected = format!("{id}.yaml");
    let target = if folder.is_empty() { expected } else { format!("{folder}/{expected}") };
    let message = format!("the record `{id}` stands in the file `{name}`");
    // Another record may stand there by now, and is not to be written over.
    let rename = format!("run `mv -n -- {} {}`", shell_word(path), shell_word(&target));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let help = match context.policy.id_pattern.is_match(stem) {
        true => format!("write `id: {stem}`, or {rename}"),
        false => rename,
    };
    findings.push(CODE.finding(record.at("/id"), message).help(help));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, report_of};
    use super::RULE;

    #[test]
    fn another_id_than_that_of_the_file_is_found() {
        check_rule(
            &RULE,
            "
id: EXC-2026-K7QE
#   ^^^^^^^^^^^^^ error[EXC020]: the record `EXC-2026-K7QE` stands in the file `EXC-2026-K7QD.yaml`
",
        );
    }

    #[test]
    fn both_endings_of_records_are_good_and_the_help_needs_no_git() {
        let record = "id: EXC-2026-K7QD";
        assert_eq!(report_of(&RULE, &[("EXC-2026-K7QD.yml", record)], ""), "");
        let report = report_of(&RULE, &[("model proxy.yml", record)], "");
        let help =
            "help: run `mv -n -- 'exceptions/model proxy.yml' exceptions/EXC-2026-K7QD.yaml`";
        assert!(report.contains(help), "{report}");
    }

    #[test]
    fn the_case_of_letters_counts() {
        let pattern = "ids: {pattern: '[A-Za-z0-9-]+'}";
        super::super::testing::check_rule_with(
            &RULE,
            "
id: exc-2026-K7QD
#   ^^^^^^^^^^^^^ error[EXC020]: the record `exc-2026-K7QD` stands in the file `EXC-2026-K7QD.yaml`
",
            pattern,
        );
    }

    #[test]
    fn its_own_name_and_an_id_without_the_form_are_not_its_business() {
        check_rule(&RULE, "id: EXC-2026-K7QD");
        check_rule(&RULE, "id: K7QD");
    }
}
