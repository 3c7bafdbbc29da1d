//! What an auditor reads, and that it holds together.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::super::testing::{granted, record};
use super::*;
use crate::model::{CompensatingControl, Milestone, Renewal};
use crate::source::Record;

const BINDING: &str = "tool: trivy, ids: [CVE-2026-1]";

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

fn plan(records: &[Record]) -> Value {
    let mut left = Vec::new();
    let text = write(&granted(records), &mut left);
    assert_eq!(left, []);
    let mut file: Value = serde_json::from_str(&text).expect("JSON");
    file["plan-of-action-and-milestones"].take()
}

fn edit(record: &mut Record) -> &mut Exception {
    Arc::make_mut(&mut record.exception)
}

/// A record in which everything is said.
fn whole() -> Record {
    let mut record = record("EXC-2026-K7QD", BINDING);
    let exception = edit(&mut record);
    exception.remediation.ticket = "https://example.com/tickets/PLAT-2231".to_owned();
    exception.remediation.milestones = vec![Milestone {
        due: day("2027-01-15"),
        what: "Private endpoint in staging".to_owned(),
        done: day("2027-01-10"),
    }];
    exception.renewals = vec![Renewal {
        date: day("2026-12-01"),
        until: day("2027-01-31"),
        reason: "The vendor moved the date.".to_owned(),
        evidence: "https://example.com/mail".to_owned(),
    }];
    record
}

/// What each property of a part says, by its name.
fn values<'a>(part: &'a Value, name: &str) -> Vec<&'a str> {
    let all = part["props"].as_array().into_iter().flatten();
    let named = all.filter(|prop| prop["name"] == name);
    named.map(|prop| prop["value"].as_str().expect("a text")).collect()
}

#[test]
fn a_record_is_a_risk_that_is_accepted_until_its_end_and_an_item() {
    let plan = plan(&[whole()]);
    let (risk, item) = (&plan["risks"][0], &plan["poam-items"][0]);
    assert_eq!(risk["status"], "deviation-approved");
    assert_eq!(risk["deadline"], "2027-02-01T00:00:00Z");
    assert_eq!(values(risk, "record"), ["EXC-2026-K7QD"]);
    assert_eq!(values(risk, "control"), ["NET-004"]);
    assert_eq!(values(risk, "scope").len(), 1);
    assert_eq!(risk["characterizations"][0]["facets"][0]["value"], "low");
    assert_eq!(risk["statement"], "Prompt traffic is reachable from the internet.");
    assert!(risk["description"].as_str().is_some_and(|it| it.starts_with("EXC-2026-K7QD: ")));
    assert_eq!(item["related-risks"][0]["risk-uuid"], risk["uuid"]);
    assert_eq!(values(item, "record"), ["EXC-2026-K7QD"]);
    assert_eq!(plan["system-id"]["id"], "6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11");
}

#[test]
fn compensating_controls_and_the_way_out_are_told() {
    let plan = plan(&[whole()]);
    let risk = &plan["risks"][0];
    let factor = &risk["mitigating-factors"][0];
    assert_eq!(factor["description"], "IP allow-list limited to the egress addresses of CI");
    assert_eq!(values(factor, "verified"), ["2026-11-02"]);
    let way = &risk["remediations"][0];
    assert_eq!(way["description"], "Migrate to private link.");
    assert_eq!(values(way, "ticket"), ["https://example.com/tickets/PLAT-2231"]);
    let task = &way["tasks"][0];
    assert_eq!(task["timing"]["on-date"]["date"], "2027-01-15T00:00:00Z");
    assert_eq!(values(task, "done"), ["2027-01-10"]);
}

#[test]
fn the_log_says_who_asked_and_who_approved_and_when() {
    let plan = plan(&[whole()]);
    let name = |by: &Value| {
        let parties = plan["metadata"]["parties"].as_array().expect("a list");
        let party = parties.iter().find(|it| it["uuid"] == by["party-uuid"]).expect("a party");
        format!("{} {}", by["role-id"].as_str().expect("a role"), party["name"])
    };
    let entries = plan["risks"][0]["risk-log"]["entries"].as_array().expect("a list").iter();
    let told: Vec<String> = entries
        .map(|entry| {
            let by = entry["logged-by"].as_array().expect("a list").iter().map(name);
            let by: Vec<String> = by.collect();
            format!("{} {} {}", entry["start"], entry["status-change"], by.join(", "))
        })
        .collect();
    assert_eq!(
        told,
        [
            r#""2026-11-05T00:00:00Z" "deviation-requested" requester "Lee Park", owner "Dana Ruiz""#,
            r#""2026-12-01T00:00:00Z" null owner "Dana Ruiz""#,
            r#""2026-11-06T00:00:00Z" "deviation-approved" approver "alice""#,
        ]
    );
    assert_eq!(plan["metadata"]["last-modified"], "2026-11-06T00:00:00Z");
}

/// All values of a key, wherever it stands.
fn all<'a>(node: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| all(item, key, found)),
        Value::Object(entries) => {
            for (name, value) in entries {
                if name == key {
                    found.push(value.as_str().expect("a text"));
                }
                all(value, key, found);
            }
        }
        _ => {}
    }
}

#[test]
fn no_uuid_stands_for_two_and_all_references_lead_somewhere() {
    let mut records = vec![whole(), whole(), record("EXC-2026-ZZZZ", BINDING)];
    edit(&mut records[1]).id = "EXC-2026-MMMM".to_owned();
    let more = CompensatingControl::default();
    edit(&mut records[1]).compensating_controls.push(more);
    let plan = plan(&records);
    let of = |node: &Value, key: &str| -> Vec<String> {
        let mut found = Vec::new();
        all(node, key, &mut found);
        found.into_iter().map(str::to_owned).collect()
    };
    let uuids = of(&plan, "uuid");
    let known: BTreeSet<&String> = uuids.iter().collect();
    assert_eq!(uuids.len(), known.len());
    // The plan, the people, and of each record risk, item, factors, way out, its steps, and the log.
    assert_eq!(uuids.len(), 1 + 3 + 3 * 2 + 4 + 3 + 2 + 8);
    let parties: BTreeSet<String> = of(&plan["metadata"]["parties"], "uuid").into_iter().collect();
    let by = of(&plan, "party-uuid");
    let actors = of(&plan, "actor-uuid");
    assert_eq!((by.len(), actors.len()), (3 * 3 + 2, 3));
    assert!(by.iter().chain(&actors).all(|uuid| parties.contains(uuid)));
    let risks: Vec<String> = plan["risks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|risk| risk["uuid"].as_str().expect("a text").to_owned())
        .collect();
    assert_eq!(of(&plan["poam-items"], "risk-uuid"), risks);
    let roles: BTreeSet<String> = of(&plan["metadata"]["roles"], "id").into_iter().collect();
    assert!(of(&plan, "role-id").iter().all(|role| roles.contains(role)));
}

#[test]
fn a_record_keeps_its_uuids_whatever_else_there_is_and_another_register_has_others() {
    let (one, two) = (record("EXC-2026-K7QD", BINDING), record("EXC-2026-AAAA", BINDING));
    let alone = plan(std::slice::from_ref(&one));
    let records = [two, one];
    let both = plan(&records);
    assert_eq!(alone["risks"][0], both["risks"][1]);
    // The same as `uuid.uuid5(register, "risk/EXC-2026-K7QD")` of Python.
    assert_eq!(alone["risks"][0]["uuid"], "a21edc42-6445-5e49-8b3d-fccabf7203ff");
    let other = Granted { register: "another", ..granted(&records) };
    let other: Value = serde_json::from_str(&write(&other, &mut Vec::new())).expect("JSON");
    let other = &other["plan-of-action-and-milestones"];
    assert_ne!(other["risks"][1]["uuid"], both["risks"][1]["uuid"]);
}

#[test]
fn where_nothing_is_in_force_the_one_item_that_has_to_be_there_says_so() {
    let plan = plan(&[]);
    assert_eq!(plan["poam-items"][0]["title"], "No exception is in force");
    assert!(plan.get("risks").is_none() && plan["metadata"].get("parties").is_none());
    assert_eq!(plan["metadata"]["last-modified"], "1970-01-01T00:00:00Z");
}

#[test]
fn no_text_of_a_record_is_markup_or_more_than_one_line_where_one_is_asked_for() {
    let mut record = whole();
    let hostile = "<script>\n[a](javascript:b) {{ insert: param, x }} `c` \u{202e}\"\\ \u{7}";
    let exception = edit(&mut record);
    exception.title = hostile.to_owned();
    exception.risk.statement = hostile.to_owned();
    exception.controls = vec![hostile.to_owned(), " \n ".to_owned()];
    exception.owner.name = hostile.to_owned();
    exception.owner.email = "\n".to_owned();
    exception.remediation.milestones[0].what = hostile.to_owned();
    let plan = plan(&[record]);
    let risk = &plan["risks"][0];
    let title = risk["title"].as_str().expect("a text");
    assert!(
        title.starts_with(r"EXC-2026-K7QD: \<script\> \[a\](javascript:b) \{\{ insert"),
        "{title}"
    );
    assert!(!title.contains('\n'));
    assert!(risk["statement"].as_str().is_some_and(|it| it.starts_with("\\<script\\>\n\\[a\\](")));
    let is_value = |text: &str| text.trim() == text && !text.contains('\n') && !text.is_empty();
    assert_eq!(values(risk, "control").len(), 1);
    assert!(is_value(values(risk, "control")[0]));
    for party in plan["metadata"]["parties"].as_array().expect("a list") {
        assert!(party["name"].as_str().is_some_and(is_value), "{party}");
    }
}

#[test]
fn what_ends_after_the_last_year_of_a_date_is_left_out_and_told() {
    let mut late = record("EXC-2026-K7QD", BINDING);
    edit(&mut late).expires = day("9999-12-31");
    let (mut left, records) = (Vec::new(), [late]);
    write(&granted(&records), &mut left);
    assert_eq!(left.len(), 1);
    assert_eq!((&*left[0].record, &*left[0].pointer), ("EXC-2026-K7QD", "/expires"));
}
