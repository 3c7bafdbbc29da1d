//! Who asks, and who answers for it.

use super::draft::Draft;
use super::offers::{self, name_and_address};
use super::prompt::{Conversation, Question};
use crate::model::Person;

impl Conversation<'_, '_> {
    pub(super) fn who(&mut self) -> anyhow::Result<()> {
        self.requester_of_git()?;
        self.requester()?;
        self.owner()
    }

    pub(super) fn requester(&mut self) -> anyhow::Result<()> {
        self.person(
            Question::new("requester", "your name, or NAME <ADDRESS>", "/requester/name"),
            |draft| &mut draft.exception.requester,
        )?;
        self.text(
            Question::new("requester's e-mail", "your address", "/requester/email"),
            |draft| &mut draft.exception.requester.email,
        )
    }

    /// Shows who git says that the requester is, to be kept or put right.
    fn requester_of_git(&mut self) -> anyhow::Result<()> {
        let Person { name, email, .. } = &self.draft.exception.requester;
        if !self.draft.is_requester_from_git || name.is_empty() || email.is_empty() {
            return Ok(());
        }
        let known = format!("{name} <{email}>");
        let explanation = format!("from git: {known}; Enter keeps it, else write NAME <ADDRESS>");
        let question = Question::new("requester", &explanation, "/requester/email").default(&known);
        self.ask(question, |draft, answer| {
            let (name, email) = name_and_address(answer).ok_or("write it as NAME <ADDRESS>")?;
            let requester = &mut draft.exception.requester;
            name.clone_into(&mut requester.name);
            email.clone_into(&mut requester.email);
            if requester.name.is_empty() { Err("the name is missing".to_owned()) } else { Ok(()) }
        })?;
        Ok(())
    }

    pub(super) fn owner(&mut self) -> anyhow::Result<()> {
        let Person { name, email, .. } = self.draft.exception.requester.clone();
        let given = self.draft.exception.owner.email.clone();
        let mut known = offers::owners(&self.workspace.policy, self.register);
        // An address that is known is that of one person.
        known.retain(|it| {
            given.is_empty() || name_and_address(&it.answer).is_some_and(|it| is_same(it.1, &given))
        });
        let question = Question::new(
            "owner",
            "the one person who answers for it: a name, an address, or NAME <ADDRESS>",
            "/owner/name",
        );
        let own = match (given.is_empty(), known.first()) {
            (false, Some(offer)) => offer.answer.clone(),
            (false, None) if !is_same(&email, &given) => String::new(),
            _ if email.is_empty() => name,
            _ => format!("{name} <{email}>"),
        };
        self.person(question.also("/owner/email").default(&own).offers(known), |draft| {
            &mut draft.exception.owner
        })?;
        self.text(
            Question::new("owner's e-mail", "not that of a group", "/owner/email"),
            |draft| &mut draft.exception.owner.email,
        )?;
        let team = offers::team_of(self.register, &self.draft.exception.owner.email);
        let (question, known) = (
            Question::new("team", "the owner's team", "/owner/team"),
            offers::teams(self.register),
        );
        let question = match team {
            Some(team) => question.lookup(known).default(team),
            None => question.offers(known),
        };
        self.text(question, |draft| &mut draft.exception.owner.team)
    }

    /// Asks for a person whose name is not there yet, with the address where both are written.
    fn person(
        &mut self,
        question: Question<'_>,
        part: impl Fn(&mut Draft) -> &mut Person,
    ) -> anyhow::Result<()> {
        let is_known = !part(self.draft).name.is_empty();
        if is_known {
            return Ok(());
        }
        let question = question.whole(|answer| name_and_address(answer).is_some());
        self.ask(question, |draft, answer| {
            let person = part(draft);
            match name_and_address(answer) {
                Some((_, email)) if !person.email.is_empty() && !is_same(email, &person.email) => {
                    return Err(format!("the address is `{}`: write the name alone", person.email));
                }
                Some((name, email)) => {
                    name.clone_into(&mut person.name);
                    if person.email.is_empty() {
                        email.clone_into(&mut person.email);
                    }
                }
                None => answer.clone_into(&mut person.name),
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Whether two addresses are one.
fn is_same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
