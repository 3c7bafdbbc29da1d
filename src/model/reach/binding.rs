//! A reach in the words of a record: what [`Binding::reach`] reads, the other way round.

use super::{Dimension, Reach};
use crate::model::{Binding, Exception, Resources, Selector, Tool};

/// The kinds of selectors of Azure, and what each limits.
const SELECTORS: [(Dimension, &str); 6] = [
    (Dimension::Location, "resourceLocation"),
    (Dimension::ResourceType, "resourceType"),
    (Dimension::WithoutLocation, "resourceWithoutLocation"),
    (Dimension::Id, "policyDefinitionReferenceId"),
    (Dimension::User, "userPrincipalId"),
    (Dimension::Group, "groupPrincipalId"),
];

impl Reach {
    /// The binding, and the targets of its record, that take in exactly this and nothing else.
    ///
    /// # Errors
    ///
    /// Why no binding can say it.
    pub(crate) fn binding(&self) -> Result<(Vec<String>, Binding), String> {
        if let Some(condition) = self.conditions.iter().next() {
            return Err(format!("no binding can say its condition `{condition}`"));
        }
        let written = |dimension| -> Vec<String> {
            let values = self.limits.get(&dimension).into_iter().flat_map(|it| it.values());
            values.cloned().collect()
        };
        let targets = written(Dimension::Place);
        let (policies, ids) = (written(Dimension::Policy), written(Dimension::Id));
        if policies.len() > 1 {
            return Err(format!("it is about several policies: `{}`", policies.join("`, `")));
        }
        let policy = policies.into_iter().next().unwrap_or_default();
        let mut binding = Binding {
            tool: Some(self.tool),
            // Where there are several, they are those of a pattern.
            policy_kind: match written(Dimension::PolicyKind).as_slice() {
                [kind] => kind.clone(),
                _ => String::new(),
            },
            paths: written(Dimension::Path),
            packages: written(Dimension::Package),
            resources: Resources {
                kinds: written(Dimension::Kind),
                namespaces: written(Dimension::Namespace),
                names: written(Dimension::Name),
            },
            ..Binding::default()
        };
        match self.tool {
            Tool::AzurePolicy => {
                (binding.assignment, binding.definition_references) = (policy, ids);
                binding.selectors = self.selectors();
            }
            Tool::Kyverno => (binding.policy, binding.rules) = (policy, ids),
            _ => {
                binding.producer = policy;
                binding.ids = if ids.is_empty() { vec!["*".to_owned()] } else { ids };
            }
        }
        let record = Exception { scope: targets.clone(), ..Exception::default() };
        match binding.reach(&record) {
            Some(reach) if reach == *self => Ok((targets, binding)),
            _ => Err(format!("no binding to {} says exactly what it leaves alone", self.tool)),
        }
    }

    fn selectors(&self) -> Vec<Selector> {
        let mut selectors = Vec::new();
        for (dimension, kind) in SELECTORS {
            let kind = kind.to_owned();
            if let Some(values) = self.limits.get(&dimension).filter(|_| dimension != Dimension::Id)
            {
                let within = values.values().cloned().collect();
                selectors.push(Selector { kind: kind.clone(), within, not_in: Vec::new() });
            }
            if let Some(values) = self.exclusions.get(&dimension) {
                let not_in = values.iter().cloned().collect();
                selectors.push(Selector { kind, within: Vec::new(), not_in });
            }
        }
        selectors
    }
}
