//! Suppressions that nobody filed, as the beginning of records.
//!
//! Invariant: what a record gets stands in the suppression, and takes in exactly what the suppression
//! leaves alone. An owner, a reason, a risk is never made up.

use super::{Allowed, Located, Suppression, Unread};
use crate::model::reach::{Dimension, Reach};
use crate::model::{Exception, Tool};
use crate::policy::Policy;

/// Values of a list that a title names.
const MAX_NAMED: usize = 3;

/// What became of the suppressions in some files.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) format: &'static str,
    pub(crate) tool: Tool,
    /// Whether nothing was written, since only what would be was asked for.
    pub(crate) is_trial: bool,
    /// In the order in which they stand in the files.
    pub(crate) rows: Vec<Row>,
    pub(crate) unread: Vec<Unread>,
    /// What may be left out, by each name that somebody gave.
    pub(crate) allowed: Vec<Allowed>,
}

/// What became of a suppression.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) place: Located,
    pub(crate) name: String,
    pub(crate) fate: Fate,
    /// Whether it may be left out, since somebody said so by name.
    pub(crate) is_allowed: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Adopted(Adopted),
    /// A record is bound to it.
    Known(Option<String>),
    /// A record is bound to less.
    Wider(Left),
    /// It cannot be adopted.
    Refused(Left),
    /// The tool no longer honours it.
    Ended,
}

/// A record that was begun.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Adopted {
    pub(crate) id: String,
    pub(crate) path: String,
    /// The keys that nobody has filled in yet.
    pub(crate) missing: Vec<String>,
}

/// Why a suppression was left out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) record: Option<String>,
    pub(crate) why: Vec<String>,
}

impl Import {
    pub(crate) fn count(&self, is_it: impl Fn(&Fate) -> bool) -> usize {
        self.rows.iter().filter(|row| is_it(&row.fate)).count()
    }

    /// Whether something could be neither read nor adopted, and nobody said that it may be left out.
    pub(crate) fn is_incomplete(&self) -> bool {
        let is_open = |row: &Row| matches!(row.fate, Fate::Refused(_)) && !row.is_allowed;
        !self.unread.is_empty() || self.rows.iter().any(is_open)
    }
}

/// What a record about a suppression can say: a title, where, its bindings, the controls of the
/// catalogue that it names, and the last day.
///
/// # Errors
///
/// Why no record can say what the suppression leaves alone.
pub(crate) fn beginning(
    suppression: &Suppression,
    tool: Tool,
    policy: &Policy,
) -> Result<Exception, String> {
    let parts = suppression.reach.as_ref().map_err(Clone::clone)?;
    let mut scope: Option<Vec<String>> = None;
    let mut bindings = Vec::new();
    for part in parts {
        let (targets, binding) = part.binding()?;
        // The targets of a record are those of each of its bindings.
        if scope.as_ref().is_some_and(|known| *known != targets) {
            return Err("its parts hang at several places, which takes a record each".to_owned());
        }
        scope = Some(targets);
        if !bindings.contains(&binding) {
            bindings.push(binding);
        }
    }
    if bindings.is_empty() {
        return Err("it takes out nothing that a binding could say".to_owned());
    }
    Ok(Exception {
        title: title(suppression, tool, parts),
        controls: controls(parts, policy),
        scope: scope.unwrap_or_default(),
        bindings,
        expires: suppression.end.last_day(),
        ..Exception::default()
    })
}

/// What the tool shows to people, or what it leaves alone.
fn title(suppression: &Suppression, tool: Tool, parts: &[Reach]) -> String {
    let own = suppression.known.title.as_deref().map(str::trim).filter(|it| !it.is_empty());
    if let Some(own) = own {
        return own.to_owned();
    }
    let [part] = parts else { return format!("{tool}: {}", suppression.name) };
    let named = |dimension| {
        let values: Vec<&str> = part.written(dimension).collect();
        let (first, more) = values.split_at(values.len().min(MAX_NAMED));
        let list = first.join(", ");
        match more.len() {
            0 => list,
            n => format!("{list} and {n} more"),
        }
    };
    let (ids, paths) = (named(Dimension::Id), named(Dimension::Path));
    let packages = named(Dimension::Package);
    // Where a tool names its suppressions, their name says more than what they leave alone.
    if part.written(Dimension::Policy).next().is_some() || ids.is_empty() {
        return format!("{tool}: {}", suppression.name);
    }
    let places = [paths, packages].into_iter().filter(|it| !it.is_empty());
    let places: Vec<String> = places.map(|it| format!(" in {it}")).collect();
    format!("{tool}: {ids}{}", places.concat())
}

/// What of the rules that a suppression names stands in the catalogue, as it stands there.
fn controls(parts: &[Reach], policy: &Policy) -> Vec<String> {
    let mut controls = Vec::new();
    for part in parts {
        let policies = part.written(Dimension::Policy);
        let policies = policies.map(|it| it.rsplit('/').next().unwrap_or_default());
        for id in part.written(Dimension::Id).chain(policies) {
            if policy.control(id).is_some() && !controls.iter().any(|known| known == id) {
                controls.push(id.to_owned());
            }
        }
    }
    controls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::formats;
    use crate::bridge::input::Input;
    use crate::rules::testing;

    /// What becomes of the first suppression of a file.
    fn of(tool: &str, path: &str, text: &str) -> Result<Exception, String> {
        let format = formats::named(tool).expect("a format");
        let input = Input::new(path, text.as_bytes()).expect("UTF-8");
        let found = (format.read)(&input).expect("suppressions");
        beginning(&found[0], format.tool, &testing::policy(testing::POLICY))
    }

    fn exemption(more: &str) -> Result<Exception, String> {
        let assignment = "/providers/Microsoft.Authorization/policyAssignments/a";
        let text = format!(
            r#"[{{"id": "/subscriptions/s/providers/Microsoft.Authorization/policyExemptions/e",
                "name": "e", "policyAssignmentId": "{assignment}"{more}}}]"#
        );
        of("azure-policy", "live.json", &text)
    }

    #[test]
    fn a_title_is_what_the_tool_shows_or_what_it_leaves_alone() {
        let title = |begun: Result<Exception, String>| begun.expect("a beginning").title;
        assert_eq!(title(exemption("")), "azure-policy: e");
        assert_eq!(title(exemption(r#", "displayName": " Lab ""#)), "Lab");
        assert_eq!(title(of("trivy", ".trivyignore", "CVE-1")), "trivy: CVE-1");
        let text = "vulnerabilities: [{id: CVE-1, paths: [a, b, c, d], purls: [pkg:npm/x]}]";
        let expected = "trivy: CVE-1 in a, b, c and 1 more in pkg:npm/x";
        assert_eq!(title(of("trivy", ".trivyignore.yaml", text)), expected);
        let text = "vulnerabilities: [{purls: [pkg:npm/x]}]";
        let expected = "trivy: vulnerabilities pkg:npm/x";
        assert_eq!(title(of("trivy", ".trivyignore.yaml", text)), expected);
    }

    #[test]
    fn each_alternative_is_a_binding_and_equal_ones_are_one() {
        let one = |place: &str| {
            format!(r#"{{"selectors": [{{"kind": "resourceLocation", "in": ["{place}"]}}]}}"#)
        };
        let (west, north) = (one("westeurope"), one("northeurope"));
        let begun = exemption(&format!(r#", "resourceSelectors": [{west}, {north}, {west}]"#));
        let begun = begun.expect("a beginning");
        let bindings: Vec<String> = begun.bindings.iter().map(ToString::to_string).collect();
        assert_eq!(bindings.len(), 2, "{bindings:?}");
        assert!(bindings[1].ends_with("; resourceLocation in northeurope"), "{bindings:?}");
        assert_eq!(begun.scope, ["azure:/subscriptions/s"]);
    }

    #[test]
    fn what_no_binding_says_is_refused_with_the_reason() {
        let odd = r#", "resourceSelectors": [{"selectors": [{"kind": "mood", "in": ["good"]}]}]"#;
        let why = exemption(odd).expect_err("no binding");
        assert_eq!(why, "no binding can say its condition `mood in {\"good\"}, not in {}`");
        let why = exemption(r#", "expiresOn": "soon""#).expect_err("no reach");
        assert_eq!(why, "its `expiresOn` is `soon`, which is no instant");
        // Whatever is found is another thing than a finding that is called `*`.
        let why = of("trivy", ".trivyignore", "*").expect_err("no binding");
        assert_eq!(why, "no binding to trivy says exactly what it leaves alone");
    }

    #[test]
    fn parts_at_several_places_take_a_record_each() {
        let format = formats::named("trivy").expect("a format");
        let input = Input::new(".trivyignore", b"CVE-1").expect("UTF-8");
        let mut found = (format.read)(&input).expect("suppressions").remove(0);
        let at = |group: &str| {
            Reach::of(Tool::AzurePolicy)
                .limited(
                    Dimension::Place,
                    [format!("azure:/subscriptions/s/resourceGroups/{group}")],
                )
                .limited(Dimension::Policy, ["a".to_owned()])
        };
        let policy = testing::policy(testing::POLICY);
        found.reach = Ok(vec![at("g"), at("g").limited(Dimension::Id, ["b".to_owned()])]);
        assert_eq!(
            beginning(&found, Tool::AzurePolicy, &policy).expect("one place").bindings.len(),
            2
        );
        found.reach = Ok(vec![at("g"), at("h")]);
        let why = beginning(&found, Tool::AzurePolicy, &policy).expect_err("two places");
        assert_eq!(why, "its parts hang at several places, which takes a record each");
    }
}
