//! What is exempted, whichever file says it.

use std::sync::Arc;

use serde_json::Value;

use super::super::testing::{exported_of, record, refused_of};
use super::super::{Export, arm, epac};
use crate::model::{Exception, Selector};
use crate::source::Record;

const CORP: &str = "/providers/Microsoft.Management/managementGroups/corp";
const SUBSCRIPTION: &str = "/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b";
const BOTH: [&Export; 2] = [&epac::EXPORT, &arm::EXPORT];

fn assignment(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/policyAssignments/deny")
}

/// A record about these places, bound to an assignment at a management group.
fn about(scope: &[&str]) -> Record {
    let binding = format!("tool: azure-policy, assignment: {}", assignment(CORP));
    let mut record = record("EXC-2026-K7QD", &binding);
    edit(&mut record).scope = scope.iter().map(|path| format!("azure:{path}")).collect();
    record
}

/// What a record says, to be changed.
fn edit(record: &mut Record) -> &mut Exception {
    Arc::make_mut(&mut record.exception)
}

/// Name and scope of each entry for EPAC.
fn entries(record: &Record) -> Vec<(String, String)> {
    let file: Value = serde_json::from_str(&exported_of(&epac::EXPORT, record)).expect("JSON");
    let text = |entry: &Value, key: &str| entry[key].as_str().expect("a text").to_owned();
    let entries = file["exemptions"].as_array().expect("a list").iter();
    entries.map(|entry| (text(entry, "name"), text(entry, "scope"))).collect()
}

#[test]
fn each_target_is_an_exemption_whose_name_does_not_depend_on_the_others() {
    let (group, site) = (
        format!("{SUBSCRIPTION}/resourceGroups/rg-proxy"),
        format!("{SUBSCRIPTION}/resourceGroups/rg-b/providers/Microsoft.Web/sites/a/slots/b"),
    );
    let all = about(&[&group, "/managementGroups/eu", &site, SUBSCRIPTION]);
    let named = entries(&all);
    assert_eq!(named[0], ("EXC-2026-K7QD".to_owned(), group.clone()));
    assert_eq!(named[1].1, "/providers/Microsoft.Management/managementGroups/eu");
    assert_eq!(named.len(), 4);
    let is_suffixed = |name: &str| name.starts_with("EXC-2026-K7QD-") && name.len() == 22;
    assert!(named[1..].iter().all(|(name, _)| is_suffixed(name)), "{named:?}");
    let fewer = entries(&about(&[&group, SUBSCRIPTION]));
    assert_eq!(fewer[1], named[3]);
    // The other one reads it again, too, wherever it is deployed to.
    exported_of(&arm::EXPORT, &all);
}

#[test]
fn a_target_that_is_named_twice_is_exempted_once() {
    let upper = SUBSCRIPTION.replace("8f1c", "8F1C");
    assert_eq!(entries(&about(&[SUBSCRIPTION, &upper])).len(), 1);
}

#[test]
fn bindings_to_several_assignments_have_names_of_their_own() {
    let mut record = about(&[SUBSCRIPTION]);
    let mut other = record.exception.bindings[0].clone();
    other.assignment = assignment(SUBSCRIPTION);
    edit(&mut record).bindings.push(other);
    let named = entries(&record);
    assert_ne!(named[0].0, named[1].0);
    exported_of(&arm::EXPORT, &record);
}

#[test]
fn without_compensating_controls_it_is_a_waiver() {
    let mut record = about(&[SUBSCRIPTION]);
    for export in BOTH {
        assert!(exported_of(export, &record).contains("\"Mitigated\""));
    }
    edit(&mut record).compensating_controls.clear();
    for export in BOTH {
        let text = exported_of(export, &record);
        assert!(text.contains("\"Waiver\"") && !text.contains("compensatingControls"), "{text}");
    }
}

#[test]
fn no_text_of_a_record_is_longer_than_azure_takes_or_anything_but_a_text() {
    let mut record = about(&[SUBSCRIPTION]);
    let hostile = "[concat('x\"')]\n},\u{202e}*/\u{7}{{\\";
    edit(&mut record).title = format!("{hostile} {}", "😀".repeat(200));
    edit(&mut record).justification.blocker = format!("{hostile} {}", "x".repeat(9_000));
    edit(&mut record).owner.name = "[parameters('x')".to_owned();
    edit(&mut record).owner.email = "a]".to_owned();
    edit(&mut record).compensating_controls[0].description = "[parameters('x')]".to_owned();
    for export in BOTH {
        let text = exported_of(export, &record);
        let file: Value = serde_json::from_str(&text).expect("JSON");
        let exemption = match export.name {
            "epac" => &file["exemptions"][0],
            _ => &file["resources"][0]["properties"]["template"]["resources"][0]["properties"],
        };
        let units = |key: &str| {
            let text = exemption[key].as_str().expect("a text");
            assert!(text.starts_with("EXC-2026-K7QD: [concat('x\"')] },"), "{text}");
            text.encode_utf16().count()
        };
        // No emoji is cut in two.
        assert_eq!((units("displayName"), units("description")), (127, 512));
        let control = &exemption["metadata"]["compensatingControls"][0];
        // In a template, a bracket more says that it is no expression.
        let escaped = if export.name == "arm" { "[[" } else { "[" };
        assert_eq!(control, &format!("{escaped}parameters('x')]"));
    }
}

#[test]
fn what_azure_would_not_take_is_refused() {
    let refused = |record: &Record| BOTH.map(|export| refused_of(export, record));
    let [why, _] = refused(&about(&[&format!("{SUBSCRIPTION}/providers/A.B/t/n")]));
    assert!(why.contains("no exemption hangs there"), "{why}");
    let [why, _] = refused(&about(&[&format!("{SUBSCRIPTION}/resourceGroups/rg-*")]));
    assert!(why.contains("which no ID in Azure has"), "{why}");
    // One target that cannot be said leaves the binding out as a whole.
    let [why, _] = refused(&about(&[SUBSCRIPTION, "/tenants/t"]));
    assert!(why.contains("no exemption hangs there"), "{why}");

    let mut outside = about(&["/subscriptions/another"]);
    edit(&mut outside).bindings[0].assignment = assignment(SUBSCRIPTION);
    let [why, _] = refused(&outside);
    assert!(why.contains("not within the scope of the assignment"), "{why}");

    let mut late = about(&[SUBSCRIPTION]);
    edit(&mut late).expires = "9999-12-31".parse().ok();
    let [why, _] = refused(&late);
    assert!(why.contains("year after 9999"), "{why}");
}

#[test]
fn an_id_that_is_no_name_in_azure_is_refused() {
    for (id, expected) in [
        ("E".repeat(65), "longer than the 64"),
        ("EXC.1".to_owned(), "`.`"),
        ("EXC 1".to_owned(), "` `"),
    ] {
        let mut record = about(&[SUBSCRIPTION]);
        edit(&mut record).id = id;
        for export in BOTH {
            let why = refused_of(export, &record);
            assert!(why.contains(expected), "{why}");
        }
    }
    // With a suffix it is longer.
    let mut record = about(&[SUBSCRIPTION, "/managementGroups/eu"]);
    edit(&mut record).id = "E".repeat(60);
    assert!(refused_of(&epac::EXPORT, &record).contains("longer than the 64"));
}

#[test]
fn selectors_that_azure_does_not_take_together_are_refused() {
    for (selectors, expected) in [
        ("{kind: resourceType, in: [a]}, {kind: resourceType, in: [b]}", "there are two"),
        ("{kind: resourceLocation, in: [a]}, {kind: resourceWithoutLocation, in: [b]}", "at once"),
        ("{kind: resourceType, in: [a], not_in: [b]}", "or both"),
    ] {
        let assignment = assignment(CORP);
        let binding =
            format!("tool: azure-policy, assignment: {assignment}, selectors: [{selectors}]");
        for export in BOTH {
            let why = refused_of(export, &record("EXC-2026-K7QD", &binding));
            assert!(why.contains(expected), "{why}");
        }
    }
    let many: Vec<String> = (0..51).map(|n| format!("t{n}")).collect();
    let mut record = about(&[SUBSCRIPTION]);
    edit(&mut record).bindings[0].selectors =
        vec![Selector { kind: "resourceType".to_owned(), within: many, not_in: Vec::new() }];
    assert!(refused_of(&epac::EXPORT, &record).contains("more than 50 values"));
}
