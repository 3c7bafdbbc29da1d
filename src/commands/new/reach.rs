//! Which rules are not met, and where.

use super::offers;
use super::prompt::{Conversation, Question};
use crate::model::{Target, window};
use crate::policy::{Policy, ScopeKind};
use crate::source::schema;
use crate::text::shell_word;

impl Conversation<'_, '_> {
    pub(super) fn controls(&mut self) -> anyhow::Result<()> {
        if !self.draft.exception.controls.is_empty() {
            return Ok(());
        }
        let policy = &self.workspace.policy;
        let known = offers::controls(policy, self.register);
        let question = |at| match at {
            0 => {
                let explanation = match policy.controls.is_empty() {
                    true => {
                        "the rule that is not met, by its id; the policy has none yet: add it to its `controls`"
                    }
                    false => "the rule that is not met: its id, or a part of its title",
                };
                Question::new("control", explanation, "/controls/0")
                    .catalogue(known.clone())
                    .closed()
            }
            at => {
                let pointer = format!("/controls/{at}");
                let question =
                    Question::new("another control", "empty if there is none", &pointer).optional();
                question.lookup(known.clone()).closed()
            }
        };
        self.entries(question, |draft, answer| {
            let id = known_control(policy, answer)?;
            if draft.exception.controls.contains(&id) {
                return Err(format!("`{id}` is named already"));
            }
            draft.exception.controls.push(id);
            Ok(())
        })
    }

    pub(super) fn scope(&mut self) -> anyhow::Result<()> {
        if !self.draft.exception.scope.is_empty() {
            return Ok(());
        }
        let (policy, register, today) = (&self.workspace.policy, self.register, self.env.today);
        let kinds = policy.scope.iter().map(|(kind, levels)| {
            let levels = levels.levels.join(" > ");
            format!("  {kind}: {levels}")
        });
        let title = "kinds and their levels, from broad to narrow:".to_owned();
        let kinds: Vec<String> = std::iter::once(title).chain(kinds).collect();
        let known = offers::targets(register, &self.draft.exception);
        let question = |at| {
            let question = match at {
                0 => {
                    let explanation =
                        "where: the smallest target that solves the problem, as kind:/path";
                    let question = Question::new("scope", explanation, "/scope/0");
                    question.explain(kinds.iter().cloned()).offers(known.clone())
                }
                at => {
                    let pointer = format!("/scope/{at}");
                    let question =
                        Question::new("another target", "empty if there is none", &pointer);
                    question.optional().lookup(known.clone())
                }
            };
            question
                .closed()
                .whole(|answer| Target::parse(answer).is_ok())
                .remark(|answer| breadth(policy, answer))
        };
        self.entries(question, |draft, answer| {
            Target::parse(answer).map_err(|error| {
                format!("`{answer}` is no target: {error}; write it as kind:/path")
            })?;
            if let Some(other) = offers::overlapping(register, &draft.exception, answer) {
                let until = other.expires.map_or_else(String::new, |day| {
                    format!(", {}", window::describe(day, today))
                });
                let id = shell_word(&other.id);
                return Err(format!(
                    "`{}` excepts it already, or what is around or within it{until}: `exc show {id}`, `exc renew {id}`, `exc amend {id}`",
                    other.id
                ));
            }
            draft.exception.scope.push(answer.to_owned());
            Ok(())
        })
    }
}

/// The id of a control of the catalogue, in the catalogue's own letters.
fn known_control(policy: &Policy, answer: &str) -> Result<String, String> {
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

/// What to say of a target that is as broad as the policy allows.
fn breadth(policy: &Policy, answer: &str) -> Option<String> {
    let target = Target::parse(answer).ok()?;
    let ScopeKind { levels, broadest } = policy.scope.get(target.kind())?;
    let at = target.breadth(levels).ok()?.0;
    let (level, narrower) = (levels.get(at)?, levels.get(at + 1)?);
    (broadest.as_ref() == Some(level)).then(|| {
        format!("note: this takes in a whole `{level}`, the broadest that the policy allows; name a `{narrower}` of it if that is enough")
    })
}
