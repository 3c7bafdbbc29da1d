//! The parts of a plan of action and milestones that are written, in the order of OSCAL's schema.

use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) plan_of_action_and_milestones: Plan,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Plan {
    pub(super) uuid: Uuid,
    pub(super) metadata: Metadata,
    pub(super) system_id: SystemId,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) risks: Vec<Risk>,
    pub(super) poam_items: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Metadata {
    pub(super) title: &'static str,
    pub(super) last_modified: String,
    pub(super) version: String,
    pub(super) oscal_version: &'static str,
    pub(super) roles: Vec<Role>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parties: Vec<Party>,
    pub(super) remarks: String,
}

#[derive(Serialize)]
pub(super) struct Role {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Party {
    pub(super) uuid: Uuid,
    pub(super) r#type: &'static str,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) email_addresses: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SystemId {
    pub(super) identifier_type: &'static str,
    pub(super) id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Risk {
    pub(super) uuid: Uuid,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) statement: String,
    pub(super) props: Vec<Property>,
    pub(super) status: &'static str,
    pub(super) characterizations: Vec<Characterization>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) mitigating_factors: Vec<MitigatingFactor>,
    pub(super) deadline: String,
    pub(super) remediations: Vec<Response>,
    pub(super) risk_log: RiskLog,
}

/// What OSCAL has no key for, in a namespace of its own; `type` of a response is OSCAL's.
#[derive(Clone, Serialize)]
pub(super) struct Property {
    pub(super) name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ns: Option<&'static str>,
    pub(super) value: String,
}

#[derive(Serialize)]
pub(super) struct Characterization {
    pub(super) origin: Origin,
    pub(super) facets: Vec<Facet>,
}

#[derive(Serialize)]
pub(super) struct Origin {
    pub(super) actors: Vec<Actor>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Actor {
    pub(super) r#type: &'static str,
    pub(super) actor_uuid: Uuid,
    pub(super) role_id: &'static str,
}

#[derive(Serialize)]
pub(super) struct Facet {
    pub(super) name: &'static str,
    pub(super) system: &'static str,
    pub(super) value: String,
}

#[derive(Serialize)]
pub(super) struct MitigatingFactor {
    pub(super) uuid: Uuid,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) props: Vec<Property>,
}

#[derive(Serialize)]
pub(super) struct Response {
    pub(super) uuid: Uuid,
    pub(super) lifecycle: &'static str,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) props: Vec<Property>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tasks: Vec<Task>,
    pub(super) remarks: String,
}

#[derive(Serialize)]
pub(super) struct Task {
    pub(super) uuid: Uuid,
    pub(super) r#type: &'static str,
    pub(super) title: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) props: Vec<Property>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timing: Option<Timing>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Timing {
    pub(super) on_date: OnDate,
}

#[derive(Serialize)]
pub(super) struct OnDate {
    pub(super) date: String,
}

#[derive(Serialize)]
pub(super) struct RiskLog {
    pub(super) entries: Vec<Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Entry {
    pub(super) uuid: Uuid,
    pub(super) title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) start: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) props: Vec<Property>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) logged_by: Vec<LoggedBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_change: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct LoggedBy {
    pub(super) party_uuid: Uuid,
    pub(super) role_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Item {
    pub(super) uuid: Uuid,
    pub(super) title: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) props: Vec<Property>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_risks: Vec<RelatedRisk>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelatedRisk {
    pub(super) risk_uuid: Uuid,
}
