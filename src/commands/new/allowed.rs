//! What the policy allows, in the words of a question.

use chrono::NaiveDate;

use super::draft::Draft;
use crate::model::{Field, FieldKind, window};
use crate::policy::Policy;
use crate::source::schema;

/// The id of a control of the catalogue, in the catalogue's own letters.
pub(super) fn known_control(policy: &Policy, answer: &str) -> Result<String, String> {
    let is_meant = |id: &str| id.eq_ignore_ascii_case(answer);
    if let Some(control) = policy.controls.iter().find(|control| is_meant(&control.id)) {
        if control.never_exempt {
            return Err(format!("`{}` is never exempt: the policy says so", control.id));
        }
        return Ok(control.id.clone());
    }
    if policy.controls.is_empty() {
        return Ok(answer.to_owned());
    }
    let known = policy.controls.iter().map(|control| control.id.as_str());
    let hint = match schema::nearest(answer, known) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "add it to `controls` there first, or use one that exists".to_owned(),
    };
    Err(format!("the policy has no control `{answer}`: {hint}"))
}

/// The latest last day that the policy allows, and which of its limits that is.
pub(super) fn latest(draft: &Draft, policy: &Policy, opened: NaiveDate) -> (NaiveDate, String) {
    let exception = &draft.exception;
    let total = policy.durations.max_total_days;
    let mut limits = vec![(total, "an exception".to_owned())];
    if let Some(level) = exception.risk.level {
        limits.push((policy.durations.max_days.get(level), format!("{level} risk")));
    }
    for id in &exception.controls {
        let days = policy.control(id).and_then(|(_, control)| control.max_days);
        limits.extend(days.map(|days| (days, format!("`{id}`"))));
    }
    let (days, what) = limits.into_iter().min().expect("one was pushed");
    let reason = format!("{what} gets at most {} from {opened}", window::n_days(days.into()));
    (window::days_after(opened, days), reason)
}

pub(super) fn field_form(field: &Field) -> String {
    let form = match field.kind {
        FieldKind::String if !field.values.is_empty() => schema::list(&field.values),
        FieldKind::String => "text".to_owned(),
        FieldKind::Integer => "a whole number".to_owned(),
        FieldKind::Boolean => "`true` or `false`".to_owned(),
        FieldKind::Date => "a date, YYYY-MM-DD".to_owned(),
    };
    match &field.description {
        Some(description) => format!("{description} ({form})"),
        None => form,
    }
}
