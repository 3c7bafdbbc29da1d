//! The comments beside a value, which the trees leave out. Where a format has no reason, a record is
//! named there or nowhere.

use super::{Input, Node};

/// The comments (`#` to the end of the line) on the lines of a value, and on the whole lines right
/// above it.
pub(crate) fn beside(input: &Input, node: &Node) -> Vec<String> {
    let start = node.span.start;
    let first = input.file.position(start).line;
    let last = input.file.position(node.end().saturating_sub(1).max(start)).line;
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let above = (1..first).rev().map(|line| input.file.line(line)).take_while(is_comment);
    let mut found: Vec<String> = above.map(|line| line.trim().to_owned()).collect();
    found.reverse();
    for line in first..=last {
        let before = start.saturating_sub(input.file.line_span(line).start) as usize;
        let text = input.file.line(line).get(before..).unwrap_or_default();
        let begins = |&(at, _): &(usize, &str)| at == 0 || text[..at].ends_with([' ', '\t']);
        found.extend(text.match_indices('#').find(begins).map(|(at, _)| text[at..].to_owned()));
    }
    found
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
    fn an_item_of_a_list_on_one_line_has_the_comment_of_that_line() {
        let text = "# above\nignore = [\"A\", \"B\"] # same line\n";
        let input = Input::new("a.toml", text.as_bytes()).expect("UTF-8");
        let root = input.toml().expect("TOML");
        let items = root.get("ignore").and_then(Node::items).expect("a list");
        assert_eq!(beside(&input, &items[1]), ["# above", "# same line"]);
    }
}
