//! The domain as plain values: what an exception is, where it applies, how long it holds.
//!
//! Invariant: knows neither YAML nor findings; nothing here reads a file or the clock.

mod binding;
mod breadth;
mod exception;
mod field;
mod id;
mod lifetime;
mod looks;
pub(crate) mod reach;
mod target;
mod wildcard;
pub(crate) mod window;

/// What stands where an answer is missing; rules take it for missing.
pub(crate) const PLACEHOLDER: &str = "TODO";

pub(crate) use binding::{Binding, POLICY_KINDS, Resources, Selector, Tool, kinds_by_name};
pub(crate) use breadth::{AZURE, AZURE_LEVELS};
pub(crate) use exception::{
    CompensatingControl, Emergency, Exception, Justification, KEYS, Milestone, Outcome, Person,
    Remediation, Renewal, Review, Risk, RiskLevel, keys_below,
};
pub(crate) use field::{Field, FieldKind};
pub(crate) use id::{ALPHABET, draw};
pub(crate) use lifetime::Lifetime;
pub(crate) use target::{Target, TargetError, enclosing};
