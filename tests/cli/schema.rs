//! `exc schema`: what editors show and check.

use serde_json::Value;

use crate::support::{POLICY, Workspace};

fn schema(w: &Workspace, arguments: &[&str]) -> Value {
    serde_json::from_str(&w.exc(&[&["schema"], arguments].concat())).expect("JSON")
}

/// Calls `visit` with the name of each property and what the schema says of it.
fn properties(schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
    match schema {
        Value::Object(map) => {
            for (name, inner) in map {
                if let ("properties", Value::Object(properties)) = (name.as_str(), inner) {
                    properties.iter().for_each(|(key, property)| visit(key, property));
                }
                properties(inner, visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, visit)),
        _ => {}
    }
}

#[test]
fn every_key_of_a_record_has_a_text_to_hover_and_every_word_of_a_set_its_own() {
    let schema = schema(&Workspace::new(), &["record"]);
    let mut n_seen = 0;
    properties(&schema, &mut |key, property| {
        n_seen += 1;
        // A sibling of `$ref` does not count in this draft.
        assert!(property["description"].is_string() && property.get("$ref").is_none(), "{key}");
        if let Some(words) = property["enum"].as_array() {
            let texts = property["enumDescriptions"].as_array().map_or(0, Vec::len);
            assert_eq!(texts, words.len(), "{key}");
            let text = property["description"].as_str().unwrap_or_default();
            for word in words {
                assert!(
                    text.contains(&format!("`{}`", word.as_str().unwrap_or_default())),
                    "{key}: {word}"
                );
            }
        }
    });
    assert!(n_seen > 45, "{n_seen} keys");
}

#[test]
fn a_field_of_the_policy_reaches_the_schema_with_its_text_and_its_words() {
    let w = Workspace::new();
    let fields = "fields:\n  cost_centre:\n    type: string\n    pattern: '[0-9]{4}'\n    required: true\n    description: Who pays for the remediation.\n  region:\n    type: string\n    enum: [eu, us]\n";
    w.write("exceptions/policy.yaml", format!("{POLICY}{fields}"));
    let schema = schema(&w, &["record"]);
    let field = &schema["properties"]["cost_centre"];
    assert_eq!(field["description"], "Who pays for the remediation.");
    // What a closed record says in it is history.
    assert_eq!(schema["if"]["required"], serde_json::json!(["closed"]));
    let open = &schema["else"];
    let field = &open["properties"]["cost_centre"];
    assert_eq!(field["description"], "Who pays for the remediation.");
    assert_eq!(field["pattern"], "^(?:[0-9]{4})$");
    assert_eq!(open["properties"]["region"]["enum"], serde_json::json!(["eu", "us"]));
    let required = open["required"].as_array().expect("a list");
    assert!(required.contains(&"cost_centre".into()), "{required:?}");
    // The schema of another register is the built-in one.
    let built_in: Value = serde_json::from_str(&Workspace::empty().exc(&["schema"])).expect("JSON");
    assert!(built_in["properties"].get("cost_centre").is_none());
}
