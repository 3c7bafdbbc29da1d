//! EXC607: a word in which letters of two scripts look like one.

use unicode_security::mixed_script::AugmentedScriptSet;

use super::confusable::{ascii_twin, describe, place_of};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::warning("EXC607", "mixed-script");

const DOCS: &str = r#"## What it checks

That no word of the record's text mixes letters of several scripts so that one passes for another, such as a Cyrillic letter in a Latin word. Words of one script are fine in any script, and so are the mixtures that Japanese, Korean and Chinese are written in.

## Why it matters

Such a word reads like the usual one and is not found by a search for it. It is a way past a filter, or a slip of the keyboard; either way it should be retyped.

## Example

`\u043e` is a Cyrillic letter that looks like an o.

```yaml
title: "Model pr\u043exy keeps a public endpoint until vendor private link ships"
```

## Instead

```yaml
title: Model proxy keeps a public endpoint until vendor private link ships
```
"#;

/// Identifiers have to be ASCII, which is another rule.
const IDENTIFIERS: &[&str] = &["/id", "/controls/", "/scope/", "/owner/email", "/requester/email"];

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.is_ascii() {
        return;
    }
    record.tree().root().walk(&mut |path, node| {
        let Some(text) = node.text().filter(|text| !text.is_ascii()) else { return true };
        let pointer = path.pointer();
        if IDENTIFIERS.iter().any(|prefix| pointer.starts_with(prefix)) {
            return true;
        }
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        let found = words.find_map(|word| Some((word, impostor(word)?)));
        let Some((word, c)) = found else { return true };
        let place = place_of(record, &pointer, word);
        let message = format!("`{word}` mixes scripts: it contains {}", describe(c));
        findings.push(CODE.finding(place, message).help("retype the word with one keyboard"));
        true
    });
}

/// The first letter in a word of several scripts that looks like one of ASCII and is none.
fn impostor(word: &str) -> Option<char> {
    if word.is_ascii() {
        return None;
    }
    let latin = AugmentedScriptSet::for_char('a');
    let mut all = AugmentedScriptSet::default();
    let mut others = AugmentedScriptSet::default();
    let mut impostor = None;
    for c in word.chars() {
        let scripts = AugmentedScriptSet::for_char(c);
        all.intersect_with(scripts);
        let mut in_latin = scripts;
        in_latin.intersect_with(latin);
        if in_latin.is_empty() {
            others.intersect_with(scripts);
            let looks_latin = ascii_twin(c).is_some_and(|twin| twin.is_ascii_alphabetic());
            impostor = impostor.or(Some(c).filter(|_| looks_latin));
        }
    }
    let is_east_asian = others.hanb || others.jpan || others.kore;
    impostor.filter(|_| all.is_empty() && !is_east_asian)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn a_cyrillic_letter_in_a_latin_word_is_an_impostor() {
        check_rule(
            &RULE,
            "
title: Model pr\u{43e}xy keeps a public endpoint
#            ^^^^^ warning[EXC607]: `pr\u{43e}xy` mixes scripts: it contains U+043E, which looks like `o`
links: [\"https://ex\\u0430mple.com\"]
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[EXC607]: `ex\u{430}mple` mixes scripts: it contains U+0430, which looks like `a`
",
        );
    }

    #[test]
    fn so_is_a_latin_letter_in_a_cyrillic_word() {
        assert_eq!(impostor("п\u{61}роль"), Some('р'));
    }

    #[test]
    fn words_of_one_script_and_east_asian_mixtures_are_fine() {
        for text in [
            "Grüße",
            "пароль",
            "日本語テキスト",
            "東京タワーへ",
            "Tシャツ",
            "한글漢字",
            "GPUを使う",
            "ζεστός",
            "10µs",
            "kΩ",
            "Δt",
            "naïve",
            "مرحبا",
        ] {
            assert_eq!(impostor(text), None, "{text}");
        }
    }

    #[test]
    fn words_of_two_scripts_may_stand_beside_each_other() {
        check_rule(&RULE, "title: Ключ API и proxy-сервер\n");
    }
}
