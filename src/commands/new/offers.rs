//! What the register and its policy know already, offered to whoever is asked: the most used first.
//!
//! Invariant: an answer that is written out in full is taken as it is; what only resembles something
//! known is asked about, never replaced.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Exception, Target, enclosing, window};
use crate::policy::Policy;
use crate::register::Register;
use crate::source::schema;

/// Offers that are shown at once.
pub(super) const MAX_SHOWN: usize = 5;
/// Controls of a catalogue that are shown at once.
pub(super) const MAX_LISTED: usize = 20;
/// Letters that say enough to look for a part.
const MIN_PART: usize = 2;

/// An answer that can be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) answer: String,
    /// What it is, for whoever does not know it by its name.
    pub(super) about: String,
}

impl Offer {
    /// Whether somebody who types this means the offer: its name, or the address in it.
    pub(super) fn is_meant_by(&self, typed: &str) -> bool {
        let names = [Some(self.answer.as_str()), address(&self.answer), name(&self.answer)];
        names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(typed))
    }
}

/// The controls of the catalogue: of a long one, those first that most exceptions are about.
pub(super) fn controls(policy: &Policy, register: &Register) -> Vec<Offer> {
    let n_of = |id: &str| {
        register.exceptions().filter(|it| it.controls.iter().any(|known| known == id)).count()
    };
    let mut controls: Vec<_> =
        policy.controls.iter().map(|control| (control.never_exempt, 0, control)).collect();
    if controls.len() > MAX_LISTED {
        controls.iter_mut().for_each(|(_, rank, control)| *rank = usize::MAX - n_of(&control.id));
    }
    controls.sort_by_key(|&(is_never, rank, _)| (is_never, rank));
    let offers = controls.into_iter().map(|(_, _, control)| {
        let limit = match (control.never_exempt, control.max_days) {
            (true, _) => " (never exempt)".to_owned(),
            (false, Some(days)) => format!(" (at most {})", window::n_days(days.into())),
            (false, None) => String::new(),
        };
        Offer { answer: control.id.clone(), about: format!("{}{limit}", control.title) }
    });
    offers.collect()
}

/// Whoever answers for an exception, then whoever else the policy names, as `NAME <ADDRESS>`.
pub(super) fn owners(policy: &Policy, register: &Register) -> Vec<Offer> {
    let owners = register.exceptions().map(|it| &it.owner);
    let owners = owners.filter(|it| !it.name.is_empty() && !it.email.is_empty());
    let known = owners.map(|it| (format!("{} <{}>", it.name, it.email), it.team.as_str()));
    let mut offers = by_use(known);
    let people = policy.people.iter().filter_map(|person| {
        let answer = format!("{} <{}>", person.name, person.emails.first()?);
        Some(Offer { answer, about: String::new() })
    });
    for person in people {
        let email = address(&person.answer);
        if !offers.iter().any(|offer| address(&offer.answer) == email) {
            offers.push(person);
        }
    }
    offers
}

pub(super) fn teams(register: &Register) -> Vec<Offer> {
    let teams = register.exceptions().map(|it| it.owner.team.as_str());
    by_use(teams.filter(|team| !team.is_empty()).map(|team| (team.to_owned(), "")))
}

/// The targets of other exceptions, but those that are excepted from the same control already; first
/// those of the kinds that exceptions from it are about.
pub(super) fn targets(register: &Register, own: &Exception) -> Vec<Offer> {
    let targets = register.exceptions().flat_map(|it| it.scope.iter());
    let mut offers = by_use(targets.map(|target| (target.clone(), "")));
    // Each looks up what is around it, since comparing every pair would take a register its square.
    let taken = open_beside(register, own).flat_map(|it| keys(&it.scope));
    let taken: BTreeSet<String> = taken.collect();
    let around: BTreeSet<&str> = taken.iter().flat_map(|key| enclosing(key)).collect();
    let is_free = |key: String| {
        !taken.contains(&key)
            && !around.contains(key.as_str())
            && !enclosing(&key).any(|around| taken.contains(around))
    };
    offers.retain(|offer| Target::parse(&offer.answer).is_ok_and(|it| is_free(it.key())));
    let beside = register.exceptions().filter(|it| shares_control(it, own));
    let kinds: BTreeSet<&str> = beside.flat_map(|it| &it.scope).filter_map(|it| kind(it)).collect();
    offers.sort_by_key(|offer| !kind(&offer.answer).is_some_and(|kind| kinds.contains(kind)));
    offers
}

fn keys(scope: &[String]) -> impl Iterator<Item = String> {
    scope.iter().filter_map(|target| Some(Target::parse(target).ok()?.key()))
}

fn kind(target: &str) -> Option<&str> {
    target.split_once(':').map(|it| it.0)
}

pub(super) fn shares_control(exception: &Exception, own: &Exception) -> bool {
    exception.controls.iter().any(|control| own.controls.contains(control))
}

fn open_beside<'a>(
    register: &'a Register,
    own: &'a Exception,
) -> impl Iterator<Item = &'a Exception> {
    register.exceptions().filter(|it| it.is_open() && shares_control(it, own))
}

/// The team of whoever has this address, as the register knows it.
pub(super) fn team_of<'a>(register: &'a Register, email: &str) -> Option<&'a str> {
    let has_address = |it: &&Exception| it.owner.email.eq_ignore_ascii_case(email);
    let known = register.exceptions().filter(has_address).map(|it| it.owner.team.as_str());
    known.filter(|team| !team.is_empty()).last()
}

/// The open exception that excepts a target, or something around or within it, from one of the same
/// controls.
pub(super) fn overlapping<'a>(
    register: &'a Register,
    own: &'a Exception,
    target: &str,
) -> Option<&'a Exception> {
    open_beside(register, own).find(|it| meets(it, target))
}

/// Whether an exception is about a target, or about something around or within it.
pub(super) fn meets(exception: &Exception, target: &str) -> bool {
    let Ok(target) = Target::parse(target) else { return false };
    let meets = |other: Target<'_>| other.covers(&target) || target.covers(&other);
    exception.scope.iter().any(|other| Target::parse(other).is_ok_and(meets))
}

/// The offers that somebody may mean who typed this: those with such a beginning, then with such a
/// part, else those that are written alike.
pub(super) fn like<'a>(offers: &'a [Offer], typed: &str) -> Vec<&'a Offer> {
    let typed = typed.to_lowercase();
    if typed.chars().count() < MIN_PART {
        return Vec::new();
    }
    let begins = |offer: &&Offer| offer.answer.to_lowercase().starts_with(&typed);
    let has = |text: &str| text.to_lowercase().contains(&typed);
    let has_part = |offer: &&Offer| !begins(offer) && (has(&offer.answer) || has(&offer.about));
    let found = offers.iter().filter(begins).chain(offers.iter().filter(has_part));
    let found: Vec<&Offer> = found.take(MAX_SHOWN).collect();
    if !found.is_empty() {
        return found;
    }
    let likeness = |offer: &Offer| {
        let parts = [Some(offer.answer.as_str()), name(&offer.answer)];
        let words = offer.answer.split([' ', '/', '<', '>', '@']);
        let words = words.filter(|word| word.chars().count() > MIN_PART);
        let alike = parts.into_iter().flatten().chain(words);
        let alike = alike.filter_map(|part| schema::likeness(&typed, part));
        alike.max_by(f64::total_cmp)
    };
    let mut alike: Vec<(f64, &Offer)> =
        offers.iter().filter_map(|offer| Some((likeness(offer)?, offer))).collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    alike.into_iter().map(|(_, offer)| offer).take(MAX_SHOWN).collect()
}

/// The parts of `NAME <ADDRESS>`.
pub(super) fn name_and_address(text: &str) -> Option<(&str, &str)> {
    let (name, address) = text.strip_suffix('>')?.split_once('<')?;
    Some((name.trim(), address.trim()))
}

fn address(text: &str) -> Option<&str> {
    name_and_address(text).map(|it| it.1)
}

fn name(text: &str) -> Option<&str> {
    name_and_address(text).map(|it| it.0)
}

/// Each once, the most used first.
fn by_use<'a>(known: impl Iterator<Item = (String, &'a str)>) -> Vec<Offer> {
    let mut uses: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for (answer, about) in known {
        let known = uses.entry(answer).or_default();
        *known = (known.0 + 1, about);
    }
    let mut uses: Vec<_> = uses.into_iter().collect();
    uses.sort_by_key(|(_, (n, _))| std::cmp::Reverse(*n));
    let offer =
        |(answer, (_, about)): (String, (usize, &str))| Offer { answer, about: about.to_owned() };
    uses.into_iter().map(offer).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::register;
    use crate::rules::testing::{POLICY, RECORD, overlaid, policy};
    use crate::text::SourceFile;

    fn found(typed: &str) -> Vec<String> {
        let offer = |(answer, about): &(&str, &str)| Offer {
            answer: (*answer).to_owned(),
            about: (*about).to_owned(),
        };
        let known = [
            ("Dana Ruiz <dana.ruiz@example.com>", "ai-platform"),
            ("Lee Park <lee.park@example.com>", "net"),
            ("AZ-NET-004", "No public network access"),
            ("service:/model-proxy/api", ""),
        ];
        let offers: Vec<Offer> = known.iter().map(offer).collect();
        like(&offers, typed).into_iter().map(|it| it.answer.clone()).collect()
    }

    #[test]
    fn a_part_in_any_case_comes_before_what_is_written_alike() {
        assert_eq!(found("NETWORK"), ["AZ-NET-004"]);
        assert_eq!(found("net"), ["Lee Park <lee.park@example.com>", "AZ-NET-004"]);
        assert_eq!(found("ruiz"), ["Dana Ruiz <dana.ruiz@example.com>"]);
        assert_eq!(found("Dana Riuz"), ["Dana Ruiz <dana.ruiz@example.com>"]);
        assert_eq!(found("model-porxy"), ["service:/model-proxy/api"]);
        assert!(found("Quentin").is_empty() && found("d").is_empty());
    }

    #[test]
    fn a_target_is_offered_unless_something_at_it_around_it_or_within_it_is_taken() {
        let policy = policy(POLICY);
        let scopes = ["azure:/subscriptions/s/resourceGroups/a", "service:/x/y", "service:/z"];
        let file = |(n, scope): (usize, &str), control: &str| {
            let changes = format!("id: {control}-{n}\ncontrols: [{control}]\nscope: ['{scope}']\n");
            let path = format!("exceptions/{control}-{n}.yaml");
            Arc::new(SourceFile::new(path, overlaid(RECORD, &changes)))
        };
        let taken = ["azure:/subscriptions/S/resourceGroups/A/x/y", "service:/x"];
        let files = scopes.into_iter().enumerate().map(|it| file(it, "LOG-002"));
        let files = files.chain(taken.into_iter().enumerate().map(|it| file(it, "AZ-NET-004")));
        let register = register::from_files("exceptions", files.collect(), &policy.record_schema);
        let of = |control: &str| {
            let own = Exception { controls: vec![control.to_owned()], ..Exception::default() };
            let offers = targets(&register, &own);
            offers.into_iter().map(|it| it.answer).collect::<Vec<_>>()
        };
        assert_eq!(of("AZ-NET-004"), ["service:/z"]);
        assert_eq!(of("LOG-002"), [""; 0]);
        assert_eq!(of("AZ-KV-001").len(), 5);
    }

    #[test]
    fn a_person_is_meant_by_the_name_by_the_address_or_by_both() {
        let answer = "Dana Ruiz <dana.ruiz@example.com>".to_owned();
        let dana = Offer { answer, about: String::new() };
        for typed in ["dana ruiz", "Dana.Ruiz@example.com", "Dana Ruiz <dana.ruiz@example.com>"] {
            assert!(dana.is_meant_by(typed), "{typed}");
        }
        assert!(!dana.is_meant_by("Dana"));
    }
}
