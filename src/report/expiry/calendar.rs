//! The days of open exceptions as a calendar has them.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use super::todo::Todo;
use super::upkeep::dues;
use crate::model::window::days_after;
use crate::report::ledger::{Entry, Ledger};

/// Something that falls on a day.
pub(crate) struct Occasion {
    /// The same between runs, whatever its day: what it is of.
    pub(crate) key: String,
    /// The name of the register that never changes.
    pub(crate) register: String,
    pub(crate) day: NaiveDate,
    pub(crate) summary: String,
    pub(crate) description: String,
    /// Times that its day was moved.
    pub(crate) sequence: usize,
    /// When what it stands on was made, as far as that is known: never the moment of the run.
    pub(crate) stamped: DateTime<Utc>,
}

/// The last valid day of each open record, and what falls due before within `within` days.
pub(crate) fn occasions(ledger: &Ledger<'_>, within: u32) -> Vec<Occasion> {
    let mut occasions = Vec::new();
    let through = days_after(ledger.today, within);
    for entry in ledger.open() {
        let exception = entry.exception;
        occasions.extend(entry.expires().map(|day| Occasion {
            key: format!("{}/expires", entry.id),
            register: entry.policy.register.clone(),
            day,
            summary: format!("{}: last valid day, {}", entry.id, exception.title),
            description: format!(
                "Owner: {}. Risk: {}. Controls: {}. To do: {}",
                entry.owner(),
                entry.risk(),
                entry.controls.join(", "),
                Todo::of(entry, ledger.today).command(entry)
            ),
            sequence: entry.renewals(),
            stamped: stamped(entry),
        }));
        for due in dues(entry, through) {
            // Of several duties of a kind, each is what it is about: the text tells them apart.
            let digest = Sha256::digest(&due.what);
            let about: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            occasions.push(Occasion {
                key: format!("{}/{}/{about}", entry.id, due.duty.name()),
                day: due.day,
                summary: format!("{}: {} due, {}", entry.id, due.duty.name(), due.what),
                description: format!("Owner: {}. To do: {}", entry.owner(), due.act()),
                register: entry.policy.register.clone(),
                sequence: 0,
                stamped: stamped(entry),
            });
        }
    }
    // Ids are unique in a register, and registers by the name that never changes.
    for occasion in &mut occasions {
        occasion.key = format!("{}/{}", occasion.register, occasion.key);
    }
    // No calendar has a day before the first year.
    occasions.retain(|it| it.day.year() >= 1);
    occasions.sort_by(|a, b| (a.day, &a.key).cmp(&(b.day, &b.key)));
    // Where two records have one id, each is an event.
    let mut n_of_key: HashMap<String, usize> = HashMap::new();
    for occasion in &mut occasions {
        let n = n_of_key.entry(occasion.key.clone()).or_insert(0);
        *n += 1;
        if *n > 1 {
            occasion.key = format!("{}/{n}", occasion.key);
        }
    }
    occasions
}

/// The day on which the record last changed what it allows, or that on which it says it was opened.
fn stamped(entry: &Entry<'_>) -> DateTime<Utc> {
    let landed = entry.life.and_then(|life| life.turns.last()).map(|turn| turn.day);
    let day = landed
        .or(entry.exception.opened)
        .filter(|day| day.year() >= 1)
        .unwrap_or(DateTime::UNIX_EPOCH.date_naive());
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}
