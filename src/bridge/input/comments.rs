//! The comments beside a value, which the trees leave out. Where a format has no reason, a record is
//! named there or nowhere.

use super::{Input, Node};
use crate::text::Span;

/// Bytes behind a value in which a comment on its line begins, and that are read of one. A line may
/// hold a whole file.
const MAX_BEHIND: usize = 1_024;
/// Bytes of the lines above a value that may be comments on it: they are there for each value of a line.
const MAX_BYTES_ABOVE: usize = 4_096;

/// The comments (`#` to the end of the line) on the lines of a value, and on the whole lines right
/// above it.
pub(crate) fn beside(input: &Input, node: &Node) -> Vec<String> {
    let start = node.span.start;
    let first = input.file.position(start).line;
    let last = input.file.position(node.end().saturating_sub(1).max(start)).line;
    let mut found = above(input, first, &["#"]);
    for line in first..=last {
        let span = input.file.line_span(line);
        let before = start.saturating_sub(span.start) as usize;
        let after = node.end().saturating_sub(span.start) as usize + MAX_BEHIND;
        let text = cut(input.file.line(line), after).get(before..).unwrap_or_default();
        let begins = |&(at, _): &(usize, &str)| at == 0 || text[..at].ends_with([' ', '\t']);
        let behind = (node.end() as usize).saturating_sub(span.start as usize + before);
        let first = text.match_indices('#').find(begins);
        let last = text.match_indices('#').filter(begins).find(|&(at, _)| at >= behind);
        let at = first.into_iter().chain(last.filter(|_| first != last));
        found.extend(at.map(|(at, _)| cut(&text[at..], MAX_BEHIND).to_owned()));
    }
    found
}

/// The same in JavaScript's form, `//` and `/*`, behind what stands between the brackets of a value.
pub(crate) fn beside_slashes(input: &Input, span: Span) -> Vec<String> {
    let first = input.file.position(span.start).line;
    let last = input.file.position(span.end);
    let at = (span.end - input.file.line_span(last.line).start) as usize;
    let rest = input.file.line(last.line).get(at..).unwrap_or_default();
    let rest = cut(rest, MAX_BEHIND).trim_start_matches([',', ' ', '\t', ']', '}']);
    let is_comment = rest.starts_with("//") || rest.starts_with("/*");
    let behind = is_comment.then(|| rest.trim_end().to_owned());
    behind.into_iter().chain(above(input, first, &["//", "/*", "*"])).collect()
}

/// The whole lines of comments right above a line, from the top.
fn above(input: &Input, first: usize, marks: &[&str]) -> Vec<String> {
    let mut left = MAX_BYTES_ABOVE;
    let lines = (1..first).rev().map(|line| cut(input.file.line(line), MAX_BEHIND).trim());
    let lines = lines.take_while(|line| {
        let is_within = line.len() <= left;
        left = left.saturating_sub(line.len());
        is_within && marks.iter().any(|mark| line.starts_with(mark))
    });
    let mut found: Vec<String> = lines.map(str::to_owned).collect();
    found.reverse();
    found
}

/// At most so many bytes of a text, to the end of a character.
fn cut(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    &text[..end.unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_above_and_one_on_any_line_of_the_value_are_beside_it() {
        let text = "# far\n\n# above\n- id: a#b # first\n  # within\n  c: d # last\n- id: e\n";
        let input = Input::new("a.yaml", text.as_bytes()).expect("UTF-8");
        let list = input.yaml().expect("YAML").remove(0);
        let items = list.items().expect("a list");
        assert_eq!(beside(&input, &items[0]), ["# above", "# first", "# within", "# last"]);
        assert_eq!(beside(&input, &items[1]), [""; 0]);
    }

    #[test]
    fn a_hash_within_a_value_hides_no_comment_behind_it() {
        let text = format!("- a: 'see #1 {}' # last\n", "x".repeat(MAX_BEHIND));
        let input = Input::new("a.yaml", text.as_bytes()).expect("UTF-8");
        let list = input.yaml().expect("YAML").remove(0);
        let found = beside(&input, &list.items().expect("a list")[0]);
        assert_eq!((found.len(), &*found[1], found[0].len()), (2, "# last", MAX_BEHIND));
    }

    #[test]
    fn what_stands_above_a_line_of_many_values_is_read_in_part() {
        let text = format!("# {}\n# above\n['a', 'b']", "x\n# ".repeat(10_000));
        let input = Input::new("a.yaml", text.as_bytes()).expect("UTF-8");
        let list = input.yaml().expect("YAML").remove(0);
        let found = beside(&input, &list.items().expect("a list")[1]);
        assert_eq!(found.last().map(String::as_str), Some("# above"));
        assert!(found.iter().map(String::len).sum::<usize>() <= MAX_BYTES_ABOVE);
    }

    #[test]
    fn an_item_of_a_list_on_one_line_has_the_comment_of_that_line() {
        let text = "# above\nignore = [\"A\", \"B\"] # same line\n";
        let input = Input::new("a.toml", text.as_bytes()).expect("UTF-8");
        let root = input.toml().expect("TOML");
        let items = root.get("ignore").and_then(Node::items).expect("a list");
        assert_eq!(beside(&input, &items[1]), ["# above", "# same line"]);
    }

    #[test]
    fn of_a_line_that_holds_a_whole_file_each_value_has_what_is_near_to_it() {
        let n = 20_000;
        let ids: Vec<String> =
            (0..n).map(|n| format!("{{\"id\": \"m{n}\", \"u\": \"https://a/{n}\"}}")).collect();
        let text = format!("[{}] # end", ids.join(", "));
        let input = Input::new("a.yaml", text.as_bytes()).expect("UTF-8");
        let list = input.yaml().expect("YAML").remove(0);
        let items = list.items().expect("a list");
        let n_bytes = |item: &Node| -> usize {
            let both = [beside(&input, item), beside_slashes(&input, item.span)].concat();
            both.iter().map(String::len).sum()
        };
        assert!(items.iter().map(n_bytes).sum::<usize>() < n, "they do not hold each other");
        assert_eq!(beside(&input, items.last().expect("an item")), ["# end"]);
    }

    #[test]
    fn in_javascript_a_comment_behind_a_value_is_its_own_and_not_that_of_its_neighbour() {
        let text = "[\n  // above\n  \"a\", // first\n  \"http://b\", \"c\" /* last */\n]";
        let input = Input::new("a.json5", text.as_bytes()).expect("UTF-8");
        let root = input.json5().expect("JSON5");
        let items = root.items().expect("a list");
        let found: Vec<Vec<String>> =
            items.iter().map(|item| beside_slashes(&input, item.span)).collect();
        assert_eq!(found[0], ["// first", "// above"]);
        assert_eq!(found[1], [""; 0]);
        assert_eq!(found[2], ["/* last */"]);
    }

    #[test]
    fn a_character_that_breaks_the_line_to_some_readers_is_refused_where_there_are_comments() {
        for c in ['\u{85}', '\u{2028}', '\u{2029}'] {
            let text = format!("a: 1 # x{c}b: 2\n");
            let input = Input::new("a.yaml", text.as_bytes()).expect("UTF-8");
            let fault = input.yaml().expect_err("a fault");
            assert_eq!(fault.span.start, 8);
            let input =
                Input::new("a.json5", format!("{{// x{c} a: 1\n}}").as_bytes()).expect("UTF-8");
            assert!(input.json5().is_err() && input.jsonc().is_err());
        }
    }
}
