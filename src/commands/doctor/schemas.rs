//! The JSON Schemas beside a register, by which editors complete and check its files.

use serde_json::Value;

use super::Site;
use super::files::{Files, join};
use crate::commands::schema;
use crate::render::doctor::Check;
use crate::source::schema::POLICY_SCHEMA;
use crate::text::shell_word;

/// Whether the schemas where `exc init` puts them are those of this register: its policy may have got
/// fields since. A register without schemas has none that mislead.
pub(super) fn checks(site: &Site, files: &Files<'_>) -> Vec<Check> {
    let Some(policy) = &site.policy else { return Vec::new() };
    let around = site.name.rsplit_once('/').map_or("", |(around, _)| around);
    let folder = join(around, "schemas");
    let records = schema::of_records(policy).map_err(|error| error.to_string());
    let all = [("exception", records), ("policy", Ok(POLICY_SCHEMA.to_owned()))];
    let checks = all.into_iter().filter_map(|(what, schema)| {
        let path = join(&folder, &format!("{what}.schema.json"));
        let help = format!("exc schema {what} -o {}", shell_word(&path));
        match schema.and_then(|schema| is_current(&schema, files, &path)) {
            Ok(None) => None,
            Ok(Some(true)) => Some(Check::ok("schema", format!("`{path}` is up to date"))),
            Ok(Some(false)) => {
                let message =
                    format!("`{path}` is not the schema of this register, and editors go by it");
                Some(Check::note("schema", message, help))
            }
            Err(reason) => {
                Some(Check::unjudged("schema", format!("cannot read `{path}`: {reason}"), help))
            }
        }
    });
    checks.collect()
}

/// Whether a file holds a schema, however it is laid out; none where there is no such file.
fn is_current(schema: &str, files: &Files<'_>, path: &str) -> Result<Option<bool>, String> {
    let Some(text) = files.text(path)? else { return Ok(None) };
    Ok(Some(is_same(&text, schema)))
}

/// Whether two texts are one schema, however they are laid out.
pub(in crate::commands) fn is_same(text: &str, schema: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    read(text) == read(schema)
}
