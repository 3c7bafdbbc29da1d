//! The last valid day: what is allowed, and what is proposed.

use chrono::NaiveDate;

use super::ask::date;
use super::draft::Draft;
use super::filing::Filing;
use super::flags;
use super::prompt::{Conversation, Question};
use crate::commands::last_day::{latest, proposed};
use crate::env::Env;
use crate::model::{Lifetime, RiskLevel};
use crate::policy::Policy;
use crate::register::Register;

/// What the policy allows a draft, and what is proposed.
pub(super) struct Allowed {
    latest: NaiveDate,
    reason: String,
    pub(super) proposed: NaiveDate,
    why: Option<String>,
}

impl Allowed {
    pub(super) fn lines(&self) -> Vec<String> {
        let first = format!("at the latest {}: {}", self.latest, self.reason);
        std::iter::once(first).chain(self.why.clone()).collect()
    }
}

pub(super) fn allowed(
    draft: &Draft,
    register: &Register,
    policy: &Policy,
    today: NaiveDate,
) -> Allowed {
    let opened = draft.exception.opened.unwrap_or(today);
    let (latest, reason) = latest(&draft.exception, policy, opened);
    let (proposed, why) = proposed(latest, opened, &register.ends(), policy);
    Allowed { latest, reason, proposed, why }
}

/// Gives an emergency an end: without one, the day that would be proposed; where nobody says how
/// much is at stake, that of the highest risk.
pub(super) fn of_emergency(draft: &mut Draft, filing: &Filing<'_>, env: &mut Env<'_>) {
    if draft.exception.expires.is_some() {
        return;
    }
    let mut trial = draft.clone();
    trial.exception.risk.level.get_or_insert(RiskLevel::Critical);
    let allowed = allowed(&trial, &filing.register, &filing.workspace.policy, env.today);
    draft.exception.expires = Some(allowed.proposed);
    let text = format!("note: no last valid day is given, so it is {}", allowed.proposed);
    filing.globals.note(env, &text);
    allowed.lines().iter().for_each(|line| filing.globals.note(env, &format!("  {line}")));
}

impl Conversation<'_, '_> {
    pub(super) fn end(&mut self) -> anyhow::Result<()> {
        if self.draft.exception.expires.is_some() {
            return Ok(());
        }
        let opened = self.draft.exception.opened.unwrap_or(self.env.today);
        let allowed = allowed(self.draft, self.register, &self.workspace.policy, self.env.today);
        let question = Question::new(
            "expires",
            "the last valid day, as a date or a length of time such as 90d",
            "/expires",
        )
        .explain(allowed.lines())
        .default(&allowed.proposed.to_string());
        let Allowed { latest, reason, .. } = allowed;
        self.ask(question, |draft, answer| {
            let expires = match Lifetime::parse(answer) {
                Some(lifetime) => {
                    flags::after(lifetime, opened).map_err(|error| error.to_string())?
                }
                None => date(answer)?,
            };
            if expires < opened {
                return Err(format!("`{expires}` is before the first day, {opened}"));
            }
            if expires > latest {
                return Err(format!("`{expires}` is later than {latest}: {reason}"));
            }
            draft.exception.expires = Some(expires);
            Ok(())
        })?;
        Ok(())
    }
}
