//! Exemptions for Enterprise Azure Policy as Code (EPAC), a file below
//! `Definitions/policyExemptions/<pacSelector>/`.
//!
//! Sources: <https://azure.github.io/enterprise-azure-policy-as-code/policy-exemptions/> and the schema
//! `Schemas/policy-exemption-schema.json` in
//! <https://github.com/Azure/enterprise-azure-policy-as-code>. Out: an entry for each target of each
//! binding, by its assignment; `expiresOn` is the instant at which the exemption ends, in UTC.

use serde::Serialize;

use super::exemptions::{Exemption, Properties, exemptions};
use super::{Export, json};
use crate::bridge::grant::{Granted, Left};
use crate::model::Tool;

pub(crate) const EXPORT: Export = Export {
    name: "epac",
    about: "exemptions for Enterprise Azure Policy as Code, in JSON",
    tool: Some(Tool::AzurePolicy),
    endings: &[],
    write,
};

const SCHEMA: &str = "https://raw.githubusercontent.com/Azure/enterprise-azure-policy-as-code/main/Schemas/policy-exemption-schema.json";

#[derive(Serialize)]
struct File {
    #[serde(rename = "$schema")]
    schema: &'static str,
    exemptions: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    scope: String,
    #[serde(flatten)]
    properties: Properties,
}

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let entry = |it: Exemption<'_>| Entry {
        name: it.name,
        scope: it.place.id(),
        properties: it.properties,
    };
    let exemptions = exemptions(granted, left, fits).into_iter().map(entry).collect();
    json(&File { schema: SCHEMA, exemptions })
}

/// EPAC takes a reference with a slash for the ID of a definition, and looks for its references itself.
fn fits(exemption: &Exemption<'_>) -> Result<(), String> {
    let references = &exemption.properties.policy_definition_reference_ids;
    match references.iter().find(|it| it.contains(['/', ',', '&'])) {
        Some(odd) => {
            Err(format!("EPAC does not take `{odd}` for the reference ID of a definition"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exported, refused};
    use super::*;

    const BINDING: &str = "tool: azure-policy, assignment: /providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/deny";

    #[test]
    fn an_entry_says_where_what_why_and_until_when() {
        let more = "definition_references: [public], \
                    selectors: [{kind: resourcelocation, in: [East US]}]";
        insta::assert_snapshot!(exported(&EXPORT, &format!("{BINDING}, {more}")), @r#"
        {
          "$schema": "https://raw.githubusercontent.com/Azure/enterprise-azure-policy-as-code/main/Schemas/policy-exemption-schema.json",
          "exemptions": [
            {
              "name": "EXC-2026-K7QD",
              "scope": "/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-proxy",
              "displayName": "EXC-2026-K7QD: Model proxy keeps a public endpoint until vendor private link ships",
              "description": "EXC-2026-K7QD: The vendor's region offers no private link: ticket 48213 # yes",
              "exemptionCategory": "Mitigated",
              "expiresOn": "2027-02-01T00:00:00Z",
              "policyAssignmentId": "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/deny",
              "policyDefinitionReferenceIds": [
                "public"
              ],
              "resourceSelectors": [
                {
                  "name": "exc",
                  "selectors": [
                    {
                      "kind": "resourceLocation",
                      "in": [
                        "East US"
                      ]
                    }
                  ]
                }
              ],
              "metadata": {
                "excRecord": "EXC-2026-K7QD",
                "excCommit": "885d0700f0f1d2a3b4c5d6e7f8091a2b3c4d5e6f",
                "owner": "Dana Ruiz <dana.ruiz@example.com>",
                "approvedBy": "alice",
                "approvedOn": "2026-11-06",
                "compensatingControls": [
                  "IP allow-list limited to the egress addresses of CI"
                ]
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn what_epac_takes_for_the_id_of_a_definition_is_refused() {
        for odd in ["policyDefinitions/d", "a,b", "a&b"] {
            let why = refused(&EXPORT, &format!("{BINDING}, definition_references: ['{odd}']"));
            assert!(why.contains(&format!("`{odd}`")), "{why}");
        }
    }
}
