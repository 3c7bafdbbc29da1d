//! The lines of a `.gitattributes` file: what they say of which paths.
//!
//! Invariant: pure text in. Nothing here reads a file, and where it cannot be known whether a
//! pattern matches, it may.

mod matching;

use std::collections::BTreeMap;

/// What separates the words of a line.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// A line that gives attributes to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: usize,
    pub(crate) subject: Subject,
    pub(crate) attributes: Vec<Attribute>,
}

/// What a line gives attributes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The paths that match a pattern.
    Paths(String),
    /// A word that stands for all of them.
    Macro(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// What is said of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// `name`
    Set,
    /// `-name`
    Unset,
    /// `!name`, as if no line had named it.
    Unspecified,
    /// `name=value`
    Text(String),
}

/// What words stand for, in the files of a repository; `binary` is built in.
#[derive(Debug, Default)]
pub(crate) struct Macros(BTreeMap<String, Vec<Attribute>>);

/// Reads the text of a file; lines that git ignores are left out.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split('\n').enumerate();
    lines.filter_map(|(index, text)| line(index + 1, text)).collect()
}

/// A line that gives words to all files below a folder.
pub(crate) fn line_below(folder: &str, words: &str) -> String {
    let pattern = format!("/{folder}/**");
    let is_plain = !pattern.contains(|c: char| BLANK.contains(&c) || c == '"' || c == '\\');
    match is_plain {
        true => format!("{pattern} {words}"),
        false => {
            let escaped = pattern.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{escaped}\" {words}")
        }
    }
}

fn line(number: usize, text: &str) -> Option<Line> {
    let text = text.trim_matches(BLANK);
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    let (subject, rest) = match text.strip_prefix("[attr]") {
        Some(rest) => {
            let (name, rest) = first_word(rest.trim_start_matches(BLANK));
            (Subject::Macro(name.to_owned()), rest)
        }
        None => {
            let (pattern, rest) = quoted(text).unwrap_or_else(|| {
                let (word, rest) = first_word(text);
                (word.to_owned(), rest)
            });
            // Git refuses patterns that say what is not meant.
            if pattern.starts_with('!') {
                return None;
            }
            (Subject::Paths(pattern), rest)
        }
    };
    let words = rest.split(BLANK).filter(|word| !word.is_empty());
    Some(Line { number, subject, attributes: words.map(attribute).collect() })
}

fn first_word(text: &str) -> (&str, &str) {
    text.split_once(BLANK).unwrap_or((text, ""))
}

fn attribute(word: &str) -> Attribute {
    let (name, value) = match (word.strip_prefix('-'), word.strip_prefix('!')) {
        (Some(name), _) => (name, Value::Unset),
        (_, Some(name)) => (name, Value::Unspecified),
        (None, None) => match word.split_once('=') {
            Some((name, value)) => (name, Value::Text(value.to_owned())),
            None => (word, Value::Set),
        },
    };
    Attribute { name: name.to_owned(), value }
}

/// A pattern in quotes, as C writes them, and what follows it; `None` where there is none, or it
/// never ends: then git takes the quote for a part of the pattern.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut bytes = Vec::new();
    let mut rest = inside.as_bytes().iter().enumerate();
    while let Some((at, &byte)) = rest.next() {
        let escaped = match byte {
            b'"' => return Some((String::from_utf8_lossy(&bytes).into_owned(), &inside[at + 1..])),
            b'\\' => *rest.next()?.1,
            byte => {
                bytes.push(byte);
                continue;
            }
        };
        bytes.push(match escaped {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'"' | b'\\' => escaped,
            b'0'..=b'3' => {
                let mut octal =
                    || rest.next().map(|(_, digit)| digit).filter(|it| it.is_ascii_digit());
                let (second, third) = (octal()? - b'0', octal()? - b'0');
                ((escaped - b'0') << 6) | ((second & 7) << 3) | (third & 7)
            }
            _ => return None,
        });
    }
    None
}

impl Macros {
    /// Learns the words that some lines define.
    pub(crate) fn learn(&mut self, lines: &[Line]) {
        for line in lines {
            if let Subject::Macro(name) = &line.subject {
                self.0.insert(name.clone(), line.attributes.clone());
            }
        }
    }

    /// The attributes of a line with those that its words stand for.
    pub(crate) fn expand(&self, line: &Line) -> Vec<Attribute> {
        let mut found: Vec<Attribute> = Vec::new();
        let mut pending: Vec<&Attribute> = line.attributes.iter().rev().collect();
        let binary = ["-diff", "-merge", "-text"].map(attribute);
        while let Some(attribute) = pending.pop() {
            // A word that stands for itself is not looked at twice.
            if found.contains(attribute) {
                continue;
            }
            found.push(attribute.clone());
            if attribute.value != Value::Set {
                continue;
            }
            match self.0.get(&attribute.name) {
                Some(meant) => pending.extend(meant.iter().rev()),
                None if attribute.name == "binary" => found.extend(binary.clone()),
                None => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: [&str; 2] = [".yaml", ".yml"];

    fn one(text: &str) -> Line {
        let [line] = lines(text).try_into().expect("one line");
        line
    }

    fn may(pattern: &str) -> bool {
        one(&format!("{pattern} x")).may_match("", "a/exceptions", &YAML)
    }

    fn words(text: &str) -> String {
        let lines = lines(text);
        let mut macros = Macros::default();
        macros.learn(&lines);
        let last = lines.last().expect("a line");
        let words = macros.expand(last).into_iter().map(|it| match it.value {
            Value::Set => it.name,
            Value::Unset => format!("-{}", it.name),
            Value::Unspecified => format!("!{}", it.name),
            Value::Text(text) => format!("{}={text}", it.name),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_line_is_a_pattern_and_its_attributes() {
        let text = "\u{feff}# comment\n\n  *.yaml\t-text !diff eol=lf merge\r\n";
        let line = one(text);
        assert_eq!((line.number, &line.subject), (3, &Subject::Paths("*.yaml".to_owned())));
        assert_eq!(words(text), "-text !diff eol=lf merge");
    }

    #[test]
    fn a_pattern_may_stand_in_quotes() {
        let subject = |text| one(text).subject;
        let paths = |text: &str| Subject::Paths(text.to_owned());
        assert_eq!(subject(r#""a b/\"c\\\303\244.yaml" -diff"#), paths("a b/\"c\\ä.yaml"));
        assert_eq!(words(r#""a b" -diff"#), "-diff");
        // Without an end it is a part of the name.
        assert_eq!(subject("\"a -diff"), paths("\"a"));
    }

    #[test]
    fn a_line_for_a_folder_covers_that_folder() {
        for folder in ["a/b", "my register", "a \"b\""] {
            let line = one(&line_below(folder, "-text"));
            assert!(line.covers("", folder, &YAML), "{folder}: {line:?}");
            assert_eq!(line.attributes, [attribute("-text")]);
        }
    }

    #[test]
    fn what_git_ignores_is_no_line() {
        assert_eq!(lines("!*.yaml -diff\n#a\n \t\r\n"), []);
    }

    #[test]
    fn words_stand_for_what_they_are_defined_as() {
        assert_eq!(words("a binary"), "binary -diff -merge -text");
        assert_eq!(words("a -binary"), "-binary");
        assert_eq!(
            words("[attr]quiet -diff more\n[attr]more ident\na quiet"),
            "quiet -diff more ident"
        );
        assert_eq!(words("[attr]a b\n[attr]b a\nx a"), "a b");
    }

    #[test]
    fn a_name_matches_in_every_folder() {
        for pattern in
            ["*", "**", "*.yaml", "EXC-*", "policy.yaml", "POLICY.YAML", "*.y*l", "[a-z]*"]
        {
            assert!(may(pattern), "{pattern}");
        }
        for pattern in ["*.rs", "Cargo.toml", "*.yaml.txt", "exceptions"] {
            assert!(!may(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_path_matches_where_it_leads() {
        for pattern in [
            "/a/exceptions/*.yaml",
            "a/exceptions/**",
            "a/**",
            "/**",
            "**/*.yaml",
            "**/exceptions/**/x.yaml",
            "a/exc*/*",
            "a/exceptions/2026/*",
            "a/e\\xceptions/*",
            "A/Exceptions/*",
            "a/exception[s/x]/*.yaml",
            "**/**/**/**/*",
        ] {
            assert!(may(pattern), "{pattern}");
        }
        for pattern in [
            "/exceptions/**",
            "a/*",
            "a/*.yaml",
            "/*.yaml",
            "b/**",
            "a/exceptions/",
            "a/exceptions/*.rs",
            "a/other/**/*.yaml",
            "b/[x]/*.yaml",
        ] {
            assert!(!may(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_path_is_relative_to_the_folder_of_its_file() {
        let may = |base, pattern: &str| {
            one(&format!("{pattern} x")).may_match(base, "a/exceptions", &YAML)
        };
        assert!(may("a", "/exceptions/*"));
        assert!(!may("a", "/a/exceptions/*"));
        assert!(may("a/exceptions", "*") && may("a/exceptions/2026", "/*.yaml"));
        assert!(!may("a/exc", "*") && !may("b", "*"));
    }

    #[test]
    fn only_a_pattern_for_all_files_of_a_folder_covers_it() {
        let covers = |base, pattern: &str, endings: &[&str]| {
            one(&format!("{pattern} x")).covers(base, "a/exceptions", endings)
        };
        for pattern in ["*", "**", "/**", "a/**", "/a/exceptions/**", "a/**/*", "**/*"] {
            assert!(covers("", pattern, &YAML), "{pattern}");
        }
        for pattern in
            ["*.yaml", "a/*", "/a/exceptions/*", "/a/exc**", "a/exceptions/2026/**", "*/**"]
        {
            assert!(!covers("", pattern, &YAML), "{pattern}");
        }
        for pattern in ["*.yaml", "a/**/*.yaml", "**/*.yaml"] {
            assert!(covers("", pattern, &[".yaml"]), "{pattern}");
        }
        assert!(covers("a", "exceptions/**", &YAML) && covers("a/exceptions", "*", &YAML));
        assert!(!covers("a/exceptions/2026", "*", &YAML) && !covers("b", "**", &YAML));
    }
}
