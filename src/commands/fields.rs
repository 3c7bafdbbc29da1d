//! The fields that a policy adds to records, as flags and answers give them.

use super::{Failure, parse_date};
use crate::model::FieldKind;
use crate::policy::Policy;
use crate::source::schema;
use crate::source::splice::Value;

/// Refuses a field that is given twice: which one is meant is anybody's guess.
pub(super) fn refuse_twice(given: &[(String, String)]) -> Result<(), Failure> {
    let is_second = |(at, (name, _)): &(usize, &(String, String))| {
        given[..*at].iter().any(|(earlier, _)| earlier == name)
    };
    match given.iter().enumerate().find(is_second) {
        None => Ok(()),
        Some((_, (name, _))) => Err(Failure::new(format!("`--field {name}` is given twice"))
            .hint("give each field one value")),
    }
}

/// A text as the value of a field, in the form that the policy gives it.
pub(super) fn value(policy: &Policy, name: &str, text: &str) -> Result<Value, Failure> {
    let Some((_, field)) = policy.fields.iter().find(|(known, _)| known == name) else {
        let known = policy.fields.iter().map(|(name, _)| name.as_str());
        let hint = match schema::nearest(name, known) {
            Some(known) => format!("did you mean `{known}`?"),
            None if policy.fields.is_empty() => "this register adds no fields".to_owned(),
            None => {
                let names: Vec<String> =
                    policy.fields.iter().map(|field| field.0.clone()).collect();
                format!("use {}", schema::list(&names))
            }
        };
        let message = format!("the policy declares no field `{name}`");
        return Err(Failure::new(message).hint(hint));
    };
    let wrong = |expected: &str| Failure::new(format!("`{name}`: `{text}` is not {expected}"));
    match field.kind {
        FieldKind::String => Ok(Value::text(text)),
        FieldKind::Date => {
            let date = parse_date(text).map_err(|_| wrong("a date of the form YYYY-MM-DD"))?;
            Ok(Value::plain(date))
        }
        FieldKind::Integer => {
            let number = text.parse::<i64>().map_err(|_| wrong("a whole number"))?;
            Ok(Value::plain(number))
        }
        FieldKind::Boolean => {
            let flag = text.parse::<bool>().map_err(|_| wrong("`true` or `false`"))?;
            Ok(Value::plain(flag))
        }
    }
}
