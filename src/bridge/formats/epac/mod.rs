//! Policy exemptions as Enterprise Azure Policy as Code (EPAC) keeps them in git.
//!
//! Sources: <https://azure.github.io/enterprise-azure-policy-as-code/policy-exemptions/>, the schema
//! `Schemas/policy-exemption-schema.json` and `Scripts/Helpers/Build-ExemptionsPlan.ps1` in
//! <https://github.com/Azure/enterprise-azure-policy-as-code>.
//!
//! - JSON, with comments and trailing commas: `{"exemptions": […]}`. CSV: a row each, with lists that
//!   `&` separates and JSON in cells. A cell of `resourceSelectors` that does not begin with `[` is none.
//! - A scope may have a name before a colon, and one with `*` is a pattern that only the plan expands.
//! - An exemption by definition becomes one for each assignment of it, which the file does not name.
//! - `expiresOn` without a zone is in UTC, and a bare date is its midnight. Where the entry has
//!   expired, EPAC leaves the exemption in Azure as it is: Azure no longer honours it, unless it was
//!   deployed with a later end.

mod table;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::azure_policy::{self, ASSIGNMENTS};
use crate::bridge::input::csv::Dialect;
use crate::bridge::input::{Fault, Input, Node};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

pub(crate) const FORMAT: Format = Format {
    name: "epac",
    about: "exemptions of Enterprise Azure Policy as Code: JSON, JSONC, CSV; bindings are those to \
            azure-policy",
    tool: Tool::AzurePolicy,
    read,
};

/// The ways to name what is exempted, of which an entry has one.
const DEFINITIONS: [&str; 4] = [
    "policyDefinitionId",
    "policyDefinitionName",
    "policySetDefinitionId",
    "policySetDefinitionName",
];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    if input.ends_with(".csv") {
        let root = input.csv(Dialect::PowerShell)?;
        let rows = root.items().unwrap_or_default().iter();
        rows.clone().next().map_or(Ok(()), table::exact)?;
        let is_there = |row: &&Node| row.entries().iter().any(|it| !is_blank(&it.value));
        return rows.filter(is_there).map(|row| exemption(&table::of_row(row)?)).collect();
    }
    let root = input.jsonc()?;
    let Some(exemptions) = root.get("exemptions") else {
        return Err(Fault::at(root.span, "the file has no `exemptions`"));
    };
    let items = exemptions.expect("exemptions", "a list", Node::items)?;
    items.iter().try_for_each(exact)?;
    items.iter().map(exemption).collect()
}

/// The keys of an exemption, as EPAC writes them.
const KEYS: [&str; 15] = [
    "name",
    "displayName",
    "description",
    "exemptionCategory",
    "expiresOn",
    "scope",
    "scopes",
    "policyAssignmentId",
    "policyDefinitionId",
    "policyDefinitionName",
    "policySetDefinitionId",
    "policySetDefinitionName",
    "policyDefinitionReferenceIds",
    "resourceSelectors",
    "assignmentScopeValidation",
];

/// Refuses a key of JSON in another case, which EPAC does not take for its own; of a table it takes any.
fn exact(exemption: &Node) -> Result<(), Fault> {
    let meant = |key: &str| KEYS.iter().find(|known| known.eq_ignore_ascii_case(key));
    let odd = exemption.entries().iter().find_map(|entry| {
        meant(&entry.key).filter(|known| **known != entry.key).map(|known| (entry, known))
    });
    match odd {
        None => Ok(()),
        Some((entry, known)) => {
            let message = format!("EPAC does not take `{}` for `{known}`: write that", entry.key);
            Err(Fault::at(entry.span, message))
        }
    }
}

fn is_blank(node: &Node) -> bool {
    node.is_null() || node.text().is_some_and(|text| text.trim().is_empty())
}

fn text<'a>(entry: &'a Node, key: &str) -> Result<Option<&'a str>, Fault> {
    let node = entry.get_folded(key).filter(|node| !is_blank(node));
    node.map(|node| node.expect(key, "a text", Node::text).map(str::trim)).transpose()
}

fn list(entry: &Node, key: &str) -> Result<Vec<String>, Fault> {
    let Some(node) = entry.get_folded(key).filter(|node| !is_blank(node)) else {
        return Ok(Vec::new());
    };
    let items = node.expect(key, "a list", Node::items)?;
    items
        .iter()
        .map(|it| it.expect(key, "a list of texts", Node::text).map(str::to_owned))
        .collect()
}

fn exemption(entry: &Node) -> Result<Suppression, Fault> {
    entry.expect("exemption", "a mapping", |it| it.value.is_map().then_some(()))?;
    let name = text(entry, "name")?;
    let category = text(entry, "exemptionCategory")?;
    let validation = text(entry, "assignmentScopeValidation")?;
    let mut notes = azure_policy::notes_of_kind(category, validation);
    let (end, unread) = end(text(entry, "expiresOn")?);
    let reach = match unread {
        Some(reason) => Err(reason),
        None => reach(entry)?,
    };
    let mut said: Vec<String> = name.map(str::to_owned).into_iter().collect();
    for key in ["displayName", "description"] {
        said.extend(text(entry, key)?.map(str::to_owned));
    }
    if let Some(metadata) = entry.get_folded("metadata") {
        azure_policy::texts_below(metadata, &mut said);
    }
    if name.is_none() {
        notes.push("it has no `name`, without which EPAC does not deploy it".to_owned());
    }
    let name = name.unwrap_or("?").to_owned();
    let known = Known {
        id: None,
        title: text(entry, "displayName")?.map(str::to_owned),
        is_mitigated: azure_policy::is_mitigated(category),
        after_end: Some(
            "EPAC passes over an entry that has ended: Azure honours what was deployed before until \
             the end that it has there; see `exc reconcile azure-policy`",
        ),
    };
    Ok(Suppression { span: entry.span, name, said, reach, end, made: None, known, notes })
}

/// The end, and why the exemption cannot be compared where the end cannot be read.
fn end(expires: Option<&str>) -> (End, Option<String>) {
    let Some(text) = expires else { return (End::Never, None) };
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map(End::midnight);
    let time = |form: &str| NaiveDateTime::parse_from_str(text, form);
    let time = time("%Y-%m-%dT%H:%M:%S%.f").or_else(|_| time("%Y-%m-%d %H:%M:%S%.f"));
    let zoned = DateTime::parse_from_rfc3339(text).map(|end| End::At(end.with_timezone(&Utc)));
    let end = zoned.or_else(|_| time.map(|time| End::At(time.and_utc()))).or(day);
    match end {
        Ok(end) => (end, None),
        Err(_) => {
            let reason = format!("its `expiresOn` is `{text}`, which depends on who reads it");
            (End::Never, Some(reason))
        }
    }
}

fn reach(entry: &Node) -> Result<Result<Vec<Reach>, String>, Fault> {
    for key in DEFINITIONS {
        if let Some(definition) = text(entry, key)? {
            return Ok(Err(format!(
                "it is for all assignments of `{definition}`, which the file does not name"
            )));
        }
    }
    let Some(assignment) = text(entry, "policyAssignmentId")? else {
        return Ok(Err("it names no `policyAssignmentId`".to_owned()));
    };
    let scopes = match (text(entry, "scope")?, list(entry, "scopes")?) {
        (Some(scope), scopes) if scopes.is_empty() => vec![scope.to_owned()],
        (None, scopes) if !scopes.is_empty() => {
            match scopes.iter().map(|it| scope_of(it)).collect() {
                Ok(scopes) => scopes,
                Err(reason) => return Ok(Err(reason)),
            }
        }
        _ => return Ok(Err("it has neither a `scope` nor `scopes`, or both".to_owned())),
    };
    let is_pattern = |scope: &&String| {
        scope.contains(['*', '?', '[']) || scope.contains("/subscriptionsPattern/")
    };
    if let Some(scope) = scopes.iter().find(is_pattern) {
        return Ok(Err(format!("its scope `{scope}` is a pattern, which only the plan expands")));
    }
    if let Some(scope) = scopes.iter().find(|scope| !scope.starts_with('/')) {
        return Ok(Err(format!("its scope `{scope}` is no ID of Azure")));
    }
    let references = list(entry, "policyDefinitionReferenceIds")?;
    if let Some(reference) = references.iter().find(|it| it.contains(['/', ','])) {
        return Ok(Err(format!("`{reference}` is not the reference ID of one definition")));
    }
    let base = Reach::of(Tool::AzurePolicy)
        .limited(Dimension::Place, scopes.iter().map(|scope| format!("azure:{scope}")))
        .limited(Dimension::Policy, [assignment.to_owned()])
        .limited(Dimension::Id, references);
    azure_policy::selected(entry.get_folded("resourceSelectors").filter(|it| !is_blank(it)), base)
}

/// `/subscriptions/S` of `prod:/subscriptions/S`.
fn scope_of(text: &str) -> Result<String, String> {
    match *text.trim().split(':').collect::<Vec<_>>() {
        [scope] | [_, scope] => Ok(scope.to_owned()),
        _ => Err(format!("its scope `{text}` has more than one colon")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const ASSIGNMENT: &str =
        "/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/deny";

    fn entry(more: &str) -> String {
        format!(
            "{{\"exemptions\": [{{\"name\": \"proxy\", \"displayName\": \"EXC-2026-AAAA: vendor\",\n\
             \"exemptionCategory\": \"Waiver\", \"policyAssignmentId\": \"{ASSIGNMENT}\", // why\n\
             {more},}}]}}"
        )
    }

    fn all(path: &str, text: &str) -> Vec<Suppression> {
        testing::all(&FORMAT, path, text)
    }

    fn one(text: &str) -> Suppression {
        all("a.jsonc", text).remove(0)
    }

    fn reason(more: &str) -> String {
        one(&entry(more)).reach.expect_err("unknown")
    }

    fn fault(path: &str, bytes: &[u8]) -> (usize, String) {
        testing::fault(&FORMAT, path, bytes)
    }

    fn reach_of(scopes: &[&str], references: &[&str]) -> Reach {
        Reach::of(Tool::AzurePolicy)
            .limited(Dimension::Place, scopes.iter().map(|scope| format!("azure:{scope}")))
            .limited(Dimension::Policy, [ASSIGNMENT.to_owned()])
            .limited(Dimension::Id, references.iter().map(|it| (*it).to_owned()))
    }

    #[test]
    fn an_entry_says_where_what_and_until_when() {
        let found = one(&entry(
            "\"scopes\": [\"eu:/subscriptions/s\", \":/subscriptions/t/resourceGroups/g\",],\
             \"policyDefinitionReferenceIds\": [\"a\"], \"expiresOn\": \"2027-02-01\",\
             \"metadata\": {\"ticket\": [\"T-1\"]}",
        ));
        let scopes = ["/subscriptions/s", "/subscriptions/t/resourceGroups/g"];
        assert_eq!(found.reach, Ok(vec![reach_of(&scopes, &["a"])]));
        assert_eq!(found.end, End::midnight("2027-02-01".parse().expect("a day")));
        assert_eq!(found.said, ["proxy", "EXC-2026-AAAA: vendor", "T-1"]);
        assert_eq!(found.notes, Vec::<String>::new());
    }

    #[test]
    fn a_row_of_a_table_is_the_same_as_an_entry() {
        let table = format!(
            "Name,displayName,description,exemptionCategory,expiresOn,scopes,assignmentReferenceId,\
             policyDefinitionReferenceIds,metadata,assignmentScopeValidation,resourceSelectors\n\
             proxy,EXC-2026-AAAA: vendor,,Waiver,2027-02-01,/subscriptions/s & eu:/subscriptions/t,\
             {ASSIGNMENT},a & b,\"{{\"\"ticket\"\": \"\"T-1\"\"}}\",DoNotValidate,\
             \"[{{\"\"name\"\": \"\"x\"\", \"\"selectors\"\": [{{\"\"kind\"\": \
             \"\"resourceLocation\"\", \"\"in\"\": [\"\"eu\"\"]}}]}}]\"\n,,,,,,,,,,\n"
        );
        let found = all("a.csv", &table);
        assert_eq!(found.len(), 1);
        let reach = reach_of(&["/subscriptions/s", "/subscriptions/t"], &["a", "b"]);
        let reach = reach.limited(Dimension::Location, ["eu".to_owned()]);
        assert_eq!(found[0].reach, Ok(vec![reach]));
        assert_eq!(found[0].said, ["proxy", "EXC-2026-AAAA: vendor", "T-1"]);
        assert!(found[0].notes[0].starts_with("`DoNotValidate`"), "{:?}", found[0].notes);
    }

    #[test]
    fn a_table_is_read_as_powershell_reads_it() {
        let with = |header: &str, row: &str| {
            format!(
                "name,displayName,exemptionCategory,policyAssignmentId,scope,{header}\n\
                 proxy, \"proxy, model\",Waiver,{ASSIGNMENT},/subscriptions/s,{row}\n"
            )
        };
        let found = all("a.csv", &with(" expiresOn", "2027-02-01"));
        assert_eq!(found[0].said, ["proxy", "proxy, model"]);
        assert_eq!(found[0].end, End::midnight("2027-02-01".parse().expect("a day")));
        for column in ["expiresOn ", "\" resourceSelectors\"", "Metadata\t"] {
            let (line, message) = fault("a.csv", with(column, "x").as_bytes());
            assert_eq!(line, 1, "{column}");
            assert!(message.starts_with("EPAC does not take `"), "{message}");
        }
    }

    #[test]
    fn selectors_behind_a_comment_in_a_cell_are_refused_as_epac_takes_them_for_none() {
        let selectors = "[{\"\"selectors\"\": [{\"\"kind\"\": \"\"resourceLocation\"\", \"\"in\"\": \
                         [\"\"eu\"\"]}]}]";
        let with = |cell: &str| {
            format!(
                "name,exemptionCategory,policyAssignmentId,scope,resourceSelectors\n\
                 proxy,Waiver,{ASSIGNMENT},/subscriptions/s,\"{cell}\"\n"
            )
        };
        assert!(all("a.csv", &with(selectors))[0].reach.is_ok());
        let (line, message) = fault("a.csv", with(&format!("/* eu */ {selectors}")).as_bytes());
        assert_eq!(line, 2);
        assert!(message.contains("does not begin with `[`"), "{message}");
    }

    #[test]
    fn times_are_in_utc_unless_they_say_otherwise() {
        for (text, end) in [
            ("2027-02-01", "2027-02-01T00:00:00Z"),
            ("2027-02-01T00:00:01", "2027-02-01T00:00:01Z"),
            ("2027-02-01T00:00:00.0000000Z", "2027-02-01T00:00:00Z"),
            ("2027-02-01T02:00:00+02:00", "2027-02-01T00:00:00Z"),
        ] {
            assert_eq!(self::end(Some(text)), (End::At(end.parse().expect("a moment")), None));
        }
        assert!(end(Some("1/2/2027")).1.is_some());
    }

    #[test]
    fn what_only_the_plan_knows_is_unknown() {
        for (more, expected) in [
            ("\"scope\": \"/subscriptions/*/resourceGroups/rg-a\"", "is a pattern"),
            ("\"scopes\": [\"/subscriptions/subscriptionsPattern/a\"]", "is a pattern"),
            ("\"scope\": \"/subscriptions/s\", \"policyDefinitionName\": \"d\"", "all assignments"),
            ("\"scope\": \"rg-a\"", "no ID of Azure"),
            ("\"scopes\": [\"a:b:/subscriptions/s\"]", "more than one colon"),
            ("\"scopes\": []", "neither a `scope`"),
            (
                "\"scope\": \"/subscriptions/s\", \"policyDefinitionReferenceIds\": [\"policyDefinitions/d\"]",
                "not the reference ID",
            ),
            (
                "\"scope\": \"/subscriptions/s\", \"expiresOn\": \"1 Feb\"",
                "depends on who reads it",
            ),
        ] {
            assert!(reason(more).contains(expected), "{more}: {}", reason(more));
        }
    }

    #[test]
    fn whatever_widens_an_entry_is_no_longer_within_it() {
        let narrow = "\"scope\": \"/subscriptions/s/resourceGroups/g\", \
                      \"policyDefinitionReferenceIds\": [\"a\"], \"resourceSelectors\": \
                      [{\"selectors\": [{\"kind\": \"resourceLocation\", \"in\": [\"eu\"]}]}]";
        let reach = |more: &str| one(&entry(more)).reach.expect("a reach").remove(0);
        let covers = |inner: &str| testing::covers(&reach(narrow), &reach(inner));
        assert!(covers(narrow));
        for (from, to) in [
            ("/resourceGroups/g", ""),
            ("resourceGroups/g", "resourceGroups/g2"),
            ("[\"a\"]", "[\"a\", \"b\"]"),
            ("[\"a\"]", "[]"),
            ("[\"eu\"]", "[\"eu\", \"us\"]"),
            ("\"in\": [\"eu\"]", "\"notIn\": [\"us\"]"),
        ] {
            assert!(!covers(&narrow.replace(from, to)), "{from} {to}");
        }
    }

    #[test]
    fn what_is_no_such_file_is_a_fault_with_its_place() {
        assert_eq!(fault("a.json", b"{}").1, "the file has no `exemptions`");
        assert_eq!(
            fault("a.json", b"{\"exemptions\": {}}").1,
            "`exemptions` is a mapping, not a list"
        );
        assert_eq!(fault("a.jsonc", b"{\"exemptions\": [\n{").0, 2);
        assert_eq!(fault("a.csv", b"name,scope\na,b\nc\n").0, 3);
        assert_eq!(fault("a.csv", b"name,metadata\na,{\n").0, 2);
        assert!(fault("a.csv", &[0xFF, 0xFE, 0x61, 0]).1.contains("UTF-16"));
        let shape = entry("\"scopes\": \"/subscriptions/s\"");
        assert_eq!(fault("a.json", shape.as_bytes()), (3, "`scopes` is a text, not a list".into()));
    }

    #[test]
    fn a_key_of_json_in_another_case_is_none_of_epac() {
        for key in ["Scope", "ExpiresOn", "PolicyDefinitionReferenceIds"] {
            let text = format!("{{\"exemptions\": [{{\"{key}\": \"x\"}}]}}");
            let input = Input::new("a.json", text.as_bytes()).expect("UTF-8");
            let fault = super::read(&input).expect_err("a fault");
            assert!(fault.message.contains(key), "{fault:?}");
        }
    }
}
