//! Each form in which records are written, and its canonical layout.

use super::*;

fn file(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new("exceptions/x.yaml", text))
}

#[track_caller]
fn laid_out(text: &str) -> String {
    match canonical(&file(text)) {
        Ok(after) => after.map_or_else(|| text.to_owned(), |it| it.text().to_owned()),
        Err(refused) => {
            let raw = read(&file(text)).map(|tree| super::laid_out(&tree));
            panic!("{refused:?}\n{text}\n---\n{}", raw.unwrap_or_default())
        }
    }
}

#[test]
fn keys_stand_in_their_order_and_take_their_comments_along() {
    let text = "\
# yaml-language-server: $schema=../schemas/exception.schema.json
# why it was opened so late
opened:    2026-11-05   # a Thursday
risk:
    # who could be hurt
    statement: A leaked key could be used.
    level: high
title: Proxy
custom: 1
id:   EXC-2026-K7QD
";
    insta::assert_snapshot!(laid_out(text), @r"
    # yaml-language-server: $schema=../schemas/exception.schema.json
    id: EXC-2026-K7QD
    title: Proxy
    risk:
      level: high
      # who could be hurt
      statement: A leaked key could be used.
    # why it was opened so late
    opened: 2026-11-05   # a Thursday
    custom: 1
    ");
}

#[test]
fn lists_are_indented_below_their_key_and_empty_lines_are_single() {
    let text = "\
# about this file


id: x
controls:   # which

- A


- B # the second
# of the scope
scope:
      - service:/a
      # the last one
      - service:/b
      # no more
compensating_controls:
-   reduces: use of a leaked key
    # how
    description: allow-list

-   description: other


# end
";
    insta::assert_snapshot!(laid_out(text), @r"
    # about this file

    id: x
    controls:   # which
      - A

      - B  # the second
    # of the scope
    scope:
      - service:/a
      # the last one
      - service:/b
      # no more
    compensating_controls:
      # how
      - description: allow-list
        reduces: use of a leaked key

      - description: other

    # end
    ");
}

#[test]
fn what_is_in_braces_stays_there_while_it_has_room() {
    let text = "\
owner: {email: dana@example.com,   name: Dana}
tags: [ a,b , 'c, d' ]
links: [
  https://example.com/a,  # the first
  https://example.com/b
  ]  # both
renewals:
  - {reason: The vendor moved its release of the private endpoint by three months, date: 2026-11-20, until: 2027-01-31}
reviews: []
closed: {
  date: 2026-11-20,
  outcome: remediated
  }
";
    insta::assert_snapshot!(laid_out(text), @r"
    owner: {name: Dana, email: dana@example.com}
    renewals:
      - date: 2026-11-20
        until: 2027-01-31
        reason: The vendor moved its release of the private endpoint by three months
    reviews: []
    closed: {date: 2026-11-20, outcome: remediated}
    tags: [a, b, 'c, d']
    links:  # both
      - https://example.com/a  # the first
      - https://example.com/b
    ");
}

#[test]
fn a_text_of_several_lines_keeps_its_lines() {
    let text = "\
justification:
      blocker: |   # as they wrote
          first
            deeper
           \n
          last
      end_state: >-
            folded
            text


            more
remediation:
 plan: A plain text
   that goes on

   and on
 ticket: \"quoted
      \\
      too\"
title:
   below its key
tags:
- |2
    x
- |+
  kept

- z
";
    insta::assert_snapshot!(laid_out(text), @r#"
    title: below its key
    justification:
      blocker: |   # as they wrote
        first
          deeper
         

        last
      end_state: >-
        folded
        text


        more
    remediation:
      plan: A plain text
        that goes on

        and on
      ticket: "quoted
        \
        too"
    tags:
      - |2
          x
      - |+
        kept

      - z
    "#);
}

#[test]
fn a_comment_between_a_key_and_its_value_stands_above_the_key() {
    let text = "title: # one\n  # two\n  Proxy # three\nid: x\nplan:\n  # four\n";
    assert_eq!(laid_out(text), "id: x\n# one\n# two\ntitle: Proxy  # three\nplan:\n# four\n");
}

#[test]
fn quotes_stay_and_those_of_keys_go() {
    let text = "\"id\": 'x'\n? title\n: \"y\"\n\"a b\": z\n";
    assert_eq!(laid_out(text), "id: 'x'\ntitle: \"y\"\n\"a b\": z\n");
}

#[test]
fn json_becomes_yaml() {
    let text = "{\"id\":\"x\",\"scope\":[\"service:/a\"],\"risk\":{\"statement\":null,\"level\":\"low\"}}\n";
    insta::assert_snapshot!(laid_out(text), @r#"
    id: "x"
    scope: ["service:/a"]
    risk: {level: "low", statement: null}
    "#);
}

#[test]
fn line_breaks_stay_of_their_kind_and_the_byte_order_mark_goes() {
    let text = "\u{feff}title: a\r\nid: |\r\n  x\r\n  y\r\n";
    assert_eq!(laid_out(text), "id: |\r\n  x\r\n  y\r\ntitle: a\r\n");
    assert_eq!(laid_out("id: x"), "id: x\n");
    assert_eq!(laid_out("---\nid: x\n...\n"), "id: x\n");
}

#[test]
fn what_is_not_read_whole_is_left_alone() {
    let refused = canonical(&file("id: x\nid: y\n")).expect_err("refused");
    let Refused::Unreadable(findings) = refused else { panic!("{refused:?}") };
    assert_eq!(findings[0].code.id, "EXC013");
}

#[test]
fn the_order_of_keys_is_that_of_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(crate::source::schema::EXCEPTION_SCHEMA).expect("JSON");
    let resolve = |node: &serde_json::Value| match node["allOf"][0].get("$ref").or(node.get("$ref"))
    {
        Some(serde_json::Value::String(name)) => {
            schema.pointer(name.trim_start_matches('#')).expect("defined").clone()
        }
        _ => node.clone(),
    };
    let mut pending = vec![(String::new(), schema.clone())];
    let mut n_seen = 0;
    while let Some((name, node)) = pending.pop() {
        let node = resolve(&node);
        let Some(properties) = node["properties"].as_object() else {
            if node["items"].is_object() {
                pending.push((name, node["items"].clone()));
            }
            continue;
        };
        let mut known = crate::model::keys_below(&name).to_vec();
        let mut keys: Vec<&str> = properties.keys().map(String::as_str).collect();
        known.sort_unstable();
        keys.sort_unstable();
        assert_eq!(known, keys, "{name}");
        n_seen += 1;
        pending.extend(properties.iter().map(|(key, node)| (key.clone(), node.clone())));
    }
    assert_eq!(n_seen, 15);
}

#[test]
fn keys_are_put_in_order_without_touching_what_stands_between_them() {
    let text = "\
# yaml-language-server: $schema=x
opened:   2026-11-05   # first

# the title
# of it
title: 'a'
risk:
    level: low
    # indented

id: x
# end";
    let after = in_order(&file(text)).expect("it is not in order");
    insta::assert_snapshot!(after.text(), @r"
    # yaml-language-server: $schema=x

    id: x

    # the title
    # of it
    title: 'a'
    risk:
        level: low
        # indented
    opened:   2026-11-05   # first
    # end
    ");
    assert!(in_order(&after).is_none());
    assert!(in_order(&file("{title: a, id: x}\n")).is_none());
    let without_break = in_order(&file("title: a\nid: x")).expect("it is not in order");
    assert_eq!(without_break.text(), "id: x\ntitle: a\n");
}

#[test]
fn a_list_at_the_column_of_its_key_is_a_block_whatever_its_first_entry_is() {
    let text = "\
renewals:
- {date: 2026-11-20, until: 2027-01-31}   # first
- {date: 2026-12-20, until: 2027-02-28}   # second
links:
- [a]
- b  # about b
id: y
";
    insta::assert_snapshot!(laid_out(text), @r"
    id: y
    renewals:
      - {date: 2026-11-20, until: 2027-01-31}   # first
      - {date: 2026-12-20, until: 2027-02-28}   # second
    links:
      - [a]
      - b  # about b
    ");
}

#[test]
fn a_mark_in_a_quoted_text_and_white_space_of_other_kinds_stay() {
    let text = "title: Proxy\u{a0}\ntags: [ 'a > b',  # one\n  c ]\n";
    assert_eq!(laid_out(text), "title: Proxy\u{a0}\ntags:\n  - 'a > b'  # one\n  - c\n");
}

#[test]
fn a_block_of_nothing_but_line_breaks_stays() {
    for text in [
        "id: a\ntitle: |+\n",
        "id: a\ntitle: |+\n\n",
        "id: a\ntitle: |+\n\n\nopened: 2026-11-05\n",
        "id: a\nowner:\n  name: >+\n\nopened: 2026-11-05\n",
        "id: a\ntags:\n  - |+\n\n  - -->\ndata_classification: -->\n",
    ] {
        let read_before = to_json(read(&file(text)).expect("it is read").root());
        let after = laid_out(text);
        assert_eq!(to_json(read(&file(&after)).expect("it is read").root()), read_before);
        assert_eq!(laid_out(&after), after);
    }
}

#[test]
fn a_comment_behind_the_end_of_the_document_is_its_last_line() {
    assert_eq!(laid_out("id: a\n... # the end\n"), "id: a\n# the end\n");
    assert_eq!(
        laid_out("id: a # of it\n# below\n... # the end\n"),
        "id: a  # of it\n# below\n# the end\n"
    );
}

#[test]
fn a_comment_behind_a_list_in_a_list_stays_with_it() {
    let text = "links:\n  - [a, # x\n     b]  # both\n  - [c] # one\n";
    insta::assert_snapshot!(laid_out(text), @r"
    links:
      - - a  # x
        - b
        # both
      - [c]  # one
    ");
}
