//! A plan of action and milestones (POA&M) of OSCAL, for auditors: every exception in force, bound to a
//! tool or not.
//!
//! Source: <https://pages.nist.gov/OSCAL-Reference/models/v1.1.3/plan-of-action-and-milestones/json-outline/>.
//! Out: one risk and one item for each record. Its end is the `deadline`, its approval the status
//! `deviation-approved`, its compensating controls are `mitigating-factors`, and its people are
//! `parties`. UUIDs are made of the register's id and the record's, so that they stay the same;
//! `last-modified` is the day of the latest approval. No enforcement tool reads it.

mod document;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, SecondsFormat};
use uuid::Uuid;

use self::document::{
    Actor, Characterization, Entry, Facet, File, Item, LoggedBy, Metadata, MitigatingFactor,
    OnDate, Origin, Party, Plan, Property, RelatedRisk, Response, Risk, RiskLog, Role, SystemId,
    Task, Timing,
};
use super::{Export, json, origin};
use crate::bridge::grant::{Grant, Granted, Left, one_line};
use crate::model::{Exception, Person};

pub(crate) const EXPORT: Export = Export {
    name: "oscal",
    about: "a plan of action and milestones of OSCAL 1.1, of every exception in force",
    tool: None,
    endings: &[],
    write,
};

const VERSION: &str = "1.1.3";
/// Names the properties that are ours. A namespace is an URI that nobody else uses, and leads nowhere.
const NAMESPACE: &str = "https://exc.invalid/oscal";
const UUID: &str = "http://ietf.org/rfc/rfc4122";

const APPROVED: &str = "deviation-approved";
const OWNER: &str = "owner";
const REQUESTER: &str = "requester";
const APPROVER: &str = "approver";
const ROLES: [Role; 3] = [
    Role { id: OWNER, title: "Answers for the exception" },
    Role { id: REQUESTER, title: "Asked for the exception" },
    Role { id: APPROVER, title: "Approved the exception" },
];

/// Makes the UUIDs, and keeps the people that are named.
struct Register {
    namespace: Uuid,
    parties: BTreeMap<String, Party>,
}

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let mut register = Register::of(granted.register);
    let (mut risks, mut items) = (Vec::new(), Vec::new());
    for grant in &granted.grants {
        if grant.end().year() > 9999 {
            left.push(Left {
                record: grant.exception.id.clone(),
                path: grant.path.to_owned(),
                pointer: "/expires".to_owned(),
                why: "OSCAL knows no year after 9999".to_owned(),
            });
            continue;
        }
        risks.push(risk(grant, &mut register));
        items.push(item(grant, &register));
    }
    if items.is_empty() {
        // The schema demands one.
        items.push(Item {
            uuid: register.uuid("no-item", ""),
            title: "No exception is in force".to_owned(),
            description: "The register holds no exception that is active and approved.".to_owned(),
            props: Vec::new(),
            related_risks: Vec::new(),
        });
    }
    let latest = granted.grants.iter().filter_map(|grant| grant.approval.on).max();
    let latest = latest.unwrap_or_default();
    json(&File {
        plan_of_action_and_milestones: Plan {
            uuid: register.uuid("plan", ""),
            metadata: Metadata {
                title: "Exceptions in force",
                last_modified: midnight(latest),
                version: latest.to_string(),
                oscal_version: VERSION,
                roles: ROLES.into(),
                parties: register.parties.values().cloned().collect(),
                remarks: markup(&origin(&EXPORT)),
            },
            system_id: SystemId { identifier_type: UUID, id: granted.register.to_owned() },
            risks,
            poam_items: items,
        },
    })
}

impl Register {
    fn of(id: &str) -> Self {
        let namespace = Uuid::parse_str(id)
            .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()));
        Self { namespace, parties: BTreeMap::new() }
    }

    /// That of a part of a record, or of a person.
    fn uuid(&self, part: &str, id: &str) -> Uuid {
        Uuid::new_v5(&self.namespace, format!("{part}/{id}").as_bytes())
    }

    /// The party of a person whom a record names.
    fn person(&mut self, person: &Person) -> Uuid {
        let (name, email) = (one_line(&person.name), one_line(&person.email));
        let key = format!("address/{}", email.to_lowercase());
        let is_address = email.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
        let name = if name.is_empty() { email.clone() } else { name };
        self.party(&key, name, is_address.then_some(email))
    }

    /// The party of a person whom the policy names by an id.
    fn approver(&mut self, id: &str) -> Uuid {
        self.party(&format!("person/{id}"), one_line(id), None)
    }

    fn party(&mut self, key: &str, name: String, email: Option<String>) -> Uuid {
        let uuid = self.uuid("party", key);
        let name = if name.is_empty() { "unnamed".to_owned() } else { name };
        let email_addresses = email.into_iter().collect();
        let party = Party { uuid, r#type: "person", name, email_addresses };
        self.parties.entry(key.to_owned()).or_insert(party);
        uuid
    }
}

fn risk(grant: &Grant<'_>, register: &mut Register) -> Risk {
    let exception = grant.exception;
    let owner = register.person(&exception.owner);
    let scope = exception.scope.iter().map(|target| ("scope", target.as_str()));
    let level = exception.risk.level.map_or("unknown", |level| level.as_str());
    Risk {
        uuid: register.uuid("risk", &exception.id),
        title: title(exception),
        description: markup(&grant.reason()),
        statement: markup(&exception.risk.statement),
        props: of_record(exception).into_iter().chain(properties(scope)).collect(),
        status: APPROVED,
        characterizations: vec![Characterization {
            origin: Origin {
                actors: vec![Actor { r#type: "party", actor_uuid: owner, role_id: OWNER }],
            },
            facets: vec![Facet { name: "risk-level", system: NAMESPACE, value: level.to_owned() }],
        }],
        mitigating_factors: factors(exception, register),
        deadline: grant.end().to_rfc3339_opts(SecondsFormat::Secs, true),
        remediations: vec![remediation(exception, register)],
        risk_log: RiskLog { entries: log(grant, owner, register) },
    }
}

fn item(grant: &Grant<'_>, register: &Register) -> Item {
    let exception = grant.exception;
    Item {
        uuid: register.uuid("item", &exception.id),
        title: title(exception),
        description: markup(&grant.reason()),
        props: of_record(exception),
        related_risks: vec![RelatedRisk { risk_uuid: register.uuid("risk", &exception.id) }],
    }
}

fn title(exception: &Exception) -> String {
    markup(&one_line(&format!("{}: {}", exception.id, exception.title)))
}

/// The id of a record and its controls.
fn of_record(exception: &Exception) -> Vec<Property> {
    let controls = exception.controls.iter().map(|control| ("control", control.as_str()));
    properties([("record", exception.id.as_str())].into_iter().chain(controls))
}

fn factors(exception: &Exception, register: &Register) -> Vec<MitigatingFactor> {
    let controls = exception.compensating_controls.iter().enumerate();
    let factor = controls.map(|(index, control)| {
        let verified = control.verified.map(|day| day.to_string()).unwrap_or_default();
        MitigatingFactor {
            uuid: register.uuid(&format!("mitigating-factor/{index}"), &exception.id),
            description: markup(&control.description),
            props: properties([
                ("reduces", control.reduces.as_str()),
                ("owner", &control.owner),
                ("evidence", &control.evidence),
                ("verified", &verified),
                ("verify-every", &control.verify_every),
            ]),
        }
    });
    factor.collect()
}

/// The way out of the exception: what is done until it ends.
fn remediation(exception: &Exception, register: &Register) -> Response {
    let steps = exception.remediation.milestones.iter().enumerate();
    let tasks = steps.map(|(index, step)| {
        let done = step.done.map(|day| day.to_string()).unwrap_or_default();
        Task {
            uuid: register.uuid(&format!("milestone/{index}"), &exception.id),
            r#type: "milestone",
            title: markup(&one_line(&step.what)),
            props: properties([("done", done.as_str())]),
            timing: step.due.map(|day| Timing { on_date: OnDate { date: midnight(day) } }),
        }
    });
    let kind = Property { name: "type", ns: None, value: "mitigate".to_owned() };
    let ticket = properties([("ticket", exception.remediation.ticket.as_str())]);
    Response {
        uuid: register.uuid("remediation", &exception.id),
        lifecycle: "planned",
        title: markup(&format!("Way out of {}", exception.id)),
        description: markup(&exception.remediation.plan),
        props: [kind].into_iter().chain(ticket).collect(),
        tasks: tasks.collect(),
        remarks: markup(&exception.justification.end_state),
    }
}

/// What happened to the exception: asked for, renewed, approved as it stands.
fn log(grant: &Grant<'_>, owner: Uuid, register: &mut Register) -> Vec<Entry> {
    let exception = grant.exception;
    let requester = register.person(&exception.requester);
    let by = |party_uuid: Uuid, role_id: &'static str| LoggedBy { party_uuid, role_id };
    let mut entries = Vec::new();
    if let Some(opened) = exception.opened {
        entries.push(Entry {
            uuid: register.uuid("opened", &exception.id),
            title: "Asked for",
            description: None,
            start: midnight(opened),
            props: Vec::new(),
            logged_by: vec![by(requester, REQUESTER), by(owner, OWNER)],
            status_change: Some("deviation-requested"),
        });
    }
    for (index, renewal) in exception.renewals.iter().enumerate() {
        let Some(day) = renewal.date else { continue };
        let until = renewal.until.map(|day| day.to_string()).unwrap_or_default();
        entries.push(Entry {
            uuid: register.uuid(&format!("renewal/{index}"), &exception.id),
            title: "Renewed",
            description: Some(markup(&renewal.reason)),
            start: midnight(day),
            props: properties([("until", until.as_str()), ("evidence", &renewal.evidence)]),
            logged_by: vec![by(owner, OWNER)],
            status_change: None,
        });
    }
    let approvers =
        grant.approval.by.iter().map(|id| by(register.approver(id), APPROVER)).collect();
    entries.push(Entry {
        uuid: register.uuid("approved", &exception.id),
        title: "Approved as it stands",
        description: None,
        start: midnight(grant.approval.on.or(exception.opened).unwrap_or_default()),
        props: properties([("commit", grant.approval.commit.as_str())]),
        logged_by: approvers,
        status_change: Some(APPROVED),
    });
    entries
}

/// Properties of ours that have a value.
fn properties<'a>(all: impl IntoIterator<Item = (&'static str, &'a str)>) -> Vec<Property> {
    let all = all.into_iter().map(|(name, value)| (name, one_line(value)));
    let all = all.filter(|(_, value)| !value.is_empty());
    all.map(|(name, value)| Property { name, ns: Some(NAMESPACE), value }).collect()
}

fn midnight(day: NaiveDate) -> String {
    format!("{day}T00:00:00Z")
}

/// A text as OSCAL's markup, which is Markdown: what would be a tag, a link or an insertion in it is
/// escaped.
fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\`*~^[]<>{}".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
