//! Exemptions as a template of Azure Resource Manager, to be deployed at a management group around all
//! of them: `az deployment mg create --management-group-id GROUP --location LOCATION --template-file`.
//!
//! Sources: <https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-to-management-group>,
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/scope-extension-resources>,
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>.
//!
//! - An exemption hangs where it is deployed, so that each stands in a nested deployment to its
//!   management group (`scope`), subscription (`subscriptionId`) or resource group (`resourceGroup`
//!   besides); one of a resource is deployed to the resource group around it, with the resource as its
//!   `scope`. A deployment to a resource group has no `location`, every other one has to have one.
//! - A text in brackets is an expression; one that is none gets a bracket more. The nested template is
//!   evaluated by itself (`inner`), so that once is enough.

use serde::Serialize;

use super::exemptions::{Exemption, Place, Properties, exemptions};
use super::{Export, json, origin};
use crate::bridge::grant::{Granted, Left};
use crate::model::Tool;

pub(crate) const EXPORT: Export = Export {
    name: "arm",
    about: "exemptions as a template of Azure Resource Manager, for `az deployment mg create`",
    tool: Some(Tool::AzurePolicy),
    endings: &[],
    write,
};

const VERSION: &str = "1.0.0.0";
const OF_MANAGEMENT_GROUP: &str = "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#";
const OF_SUBSCRIPTION: &str =
    "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#";
const OF_RESOURCE_GROUP: &str =
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
/// Where data of a deployment are kept; the one around it says where.
const LOCATION: &str = "[deployment().location]";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Template<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    content_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Description>,
    resources: Vec<R>,
}

#[derive(Serialize)]
struct Description {
    description: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployment<'a> {
    r#type: &'static str,
    api_version: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'static str>,
    properties: Nested<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Nested<'a> {
    mode: &'static str,
    expression_evaluation_options: Evaluation,
    template: Template<Resource<'a>>,
}

#[derive(Serialize)]
struct Evaluation {
    scope: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    r#type: &'static str,
    api_version: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    properties: Properties,
}

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let resources = exemptions(granted, left, fits).into_iter().map(deployment).collect();
    json(&Template {
        schema: OF_MANAGEMENT_GROUP,
        content_version: VERSION,
        metadata: Some(Description { description: origin(&EXPORT) }),
        resources,
    })
}

/// The name is that of a deployment, too, and what is compared must not look like an expression.
fn fits(exemption: &Exemption<'_>) -> Result<(), String> {
    let name = &exemption.name;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_()".contains(c);
    if let Some(odd) = name.chars().find(|c| !is_plain(*c)) {
        return Err(format!("`{name}` has `{odd}`, which no name of a deployment has"));
    }
    let Properties { policy_definition_reference_ids, resource_selectors, .. } =
        &exemption.properties;
    let conditions = resource_selectors.iter().flat_map(|it| &it.selectors);
    let values = conditions.flat_map(|it| it.within.iter().chain(&it.not_in));
    let mut compared = policy_definition_reference_ids.iter().chain(values);
    match compared.find(|it| it.starts_with('[')) {
        Some(odd) => Err(format!("`{odd}` begins as an expression of a template does")),
        None => Ok(()),
    }
}

fn deployment(exemption: Exemption<'_>) -> Deployment<'_> {
    let Exemption { name, place, properties } = exemption;
    let (schema, scope, subscription_id, resource_group, resource) = match place {
        Place::ManagementGroup(group) => {
            let scope = format!("Microsoft.Management/managementGroups/{group}");
            (OF_MANAGEMENT_GROUP, Some(scope), None, None, None)
        }
        Place::Subscription(id) => (OF_SUBSCRIPTION, None, Some(id), None, None),
        Place::ResourceGroup { subscription, group } => {
            (OF_RESOURCE_GROUP, None, Some(subscription), Some(group), None)
        }
        Place::Resource { subscription, group, resource } => {
            (OF_RESOURCE_GROUP, None, Some(subscription), Some(group), Some(resource))
        }
    };
    let exemption = Resource {
        r#type: "Microsoft.Authorization/policyExemptions",
        api_version: match properties.selects_principals() {
            true => "2024-12-01-preview",
            false => "2022-07-01-preview",
        },
        name: name.clone(),
        scope: resource,
        properties: literal(properties),
    };
    Deployment {
        r#type: "Microsoft.Resources/deployments",
        api_version: "2022-09-01",
        name,
        scope,
        subscription_id,
        resource_group,
        location: resource_group.is_none().then_some(LOCATION),
        properties: Nested {
            mode: "Incremental",
            expression_evaluation_options: Evaluation { scope: "inner" },
            template: Template {
                schema,
                content_version: VERSION,
                metadata: None,
                resources: vec![exemption],
            },
        },
    }
}

/// Texts of the record that could be taken for expressions. The others begin with its id, or with what
/// [`fits`] has looked at.
fn literal(mut properties: Properties) -> Properties {
    let metadata = &mut properties.metadata;
    let texts = [&mut metadata.owner, &mut metadata.approved_by].into_iter();
    for text in texts.chain(&mut metadata.compensating_controls) {
        if text.starts_with('[') && text.ends_with(']') {
            text.insert(0, '[');
        }
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exported, refused};
    use super::*;

    const BINDING: &str = "tool: azure-policy, assignment: /providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/deny";

    #[test]
    fn an_exemption_is_deployed_to_the_resource_group_at_which_it_hangs() {
        insta::assert_snapshot!(exported(&EXPORT, BINDING), @r#"
        {
          "$schema": "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#",
          "contentVersion": "1.0.0.0",
          "metadata": {
            "description": "Written by `exc export arm` from the exceptions in force: change the records, and write it again"
          },
          "resources": [
            {
              "type": "Microsoft.Resources/deployments",
              "apiVersion": "2022-09-01",
              "name": "EXC-2026-K7QD",
              "subscriptionId": "8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b",
              "resourceGroup": "rg-proxy",
              "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": {
                  "scope": "inner"
                },
                "template": {
                  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                  "contentVersion": "1.0.0.0",
                  "resources": [
                    {
                      "type": "Microsoft.Authorization/policyExemptions",
                      "apiVersion": "2022-07-01-preview",
                      "name": "EXC-2026-K7QD",
                      "properties": {
                        "displayName": "EXC-2026-K7QD: Model proxy keeps a public endpoint until vendor private link ships",
                        "description": "EXC-2026-K7QD: The vendor's region offers no private link: ticket 48213 # yes",
                        "exemptionCategory": "Mitigated",
                        "expiresOn": "2027-02-01T00:00:00Z",
                        "policyAssignmentId": "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/deny",
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
                    }
                  ]
                }
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn what_looks_like_an_expression_is_no_value_to_compare() {
        for more in
            ["definition_references: ['[x]']", "selectors: [{kind: resourceType, in: ['[x']}]"]
        {
            let why = refused(&EXPORT, &format!("{BINDING}, {more}"));
            assert!(why.contains("`[x"), "{why}");
        }
    }

    #[test]
    fn principals_take_the_version_that_knows_them() {
        let text = exported(
            &EXPORT,
            &format!("{BINDING}, selectors: [{{kind: userPrincipalId, in: [u]}}]"),
        );
        assert!(text.contains("2024-12-01-preview") && !text.contains("2022-07"), "{text}");
    }
}
