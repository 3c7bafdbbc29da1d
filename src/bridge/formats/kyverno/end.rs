//! When an exception of Kyverno ends: by `expiresAt`, or by a label that has it deleted.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::part;
use crate::bridge::End;
use crate::bridge::input::{Fault, Node};

pub(super) const TTL: &str = "cleanup.kyverno.io/ttl";

/// What the cluster adds to an object: with one of them, it stood there when it was printed.
const LIVE: [&str; 3] = ["uid", "creationTimestamp", "resourceVersion"];

/// The end, and why the exception cannot be compared where the end cannot be read.
pub(super) fn read(
    metadata: Option<&Node>,
    spec: Option<&Node>,
    notes: &mut Vec<String>,
) -> Result<(End, Option<String>), Fault> {
    if let Some(text) = spec.map(|it| it.text_at("expiresAt")).transpose()?.flatten() {
        return Ok(match DateTime::parse_from_rfc3339(text) {
            Ok(end) => {
                notes.push("background scans and the CLI may honour it after `expiresAt`".into());
                (End::Until(end.with_timezone(&Utc)), None)
            }
            Err(_) => {
                (End::Never, Some(format!("its `expiresAt` is `{text}`, which is no instant")))
            }
        });
    }
    let labels = metadata.map(|it| part(it, "labels")).transpose()?.flatten();
    let Some(ttl) = labels.map(|it| it.text_at(TTL)).transpose()?.flatten() else {
        return Ok((End::Never, None));
    };
    // Each number has all of its digits, or the controller reads none of it.
    let day = NaiveDate::parse_from_str(ttl, "%Y-%m-%d").ok().filter(|_| ttl.len() == 10);
    let time = NaiveDateTime::parse_from_str(ttl, "%Y-%m-%dT%H%M%SZ").ok();
    let time = time.filter(|_| ttl.len() == 18).map(|time| End::At(time.and_utc()));
    let is_live = metadata.is_some_and(|it| LIVE.iter().any(|key| it.get(key).is_some()));
    Ok(match day.map(End::midnight).or(time) {
        Some(end) => {
            // What the cluster still prints has not been deleted.
            let end = match end {
                End::At(end) if is_live => End::Until(end),
                end => end,
            };
            notes.push(format!("`{TTL}` ends it only where the cleanup controller may delete it"));
            (end, None)
        }
        None => {
            let reason = format!(
                "its label `{TTL}` is `{ttl}`, which is no day and no moment: it begins when it is \
                 created, or says nothing"
            );
            (End::Never, Some(reason))
        }
    })
}
