//! One name for what is written in several ways: a team or a control in other letters, a person by
//! another name at the same address.
//!
//! Invariant: the same records give the same names, in whatever order they are read.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::Person;

/// By what is the same, the name by which it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    /// Names that differ in the case of their letters alone are one. Those that come first by rank
    /// are shown before those that are written more often.
    pub(crate) fn of<'a>(ranked: impl IntoIterator<Item = (usize, &'a str)>) -> Self {
        let ranked = ranked.into_iter().map(|(rank, name)| (rank, name.to_lowercase(), name));
        Self(chosen(ranked))
    }

    /// Persons with one address are one; two who have one name are told apart by their addresses.
    pub(crate) fn of_people<'a>(people: impl IntoIterator<Item = &'a Person>) -> Self {
        let named = people.into_iter().map(|it| (0, key_of(it), name_of(it)));
        let mut names = chosen(named);
        let mut known: HashSet<String> = HashSet::new();
        let twice: HashSet<String> =
            names.values().filter(|name| !known.insert((*name).clone())).cloned().collect();
        for (address, name) in &mut names {
            if twice.contains(name) && address != name {
                *name = format!("{name} ({address})");
            }
        }
        Self(names)
    }

    pub(crate) fn name(&self, written: &str) -> String {
        self.0.get(&written.to_lowercase()).cloned().unwrap_or_else(|| written.to_owned())
    }

    pub(crate) fn person(&self, person: &Person) -> String {
        let name = self.0.get(&key_of(person)).cloned();
        name.unwrap_or_else(|| name_of(person).to_owned())
    }
}

fn chosen<'a>(named: impl Iterator<Item = (usize, String, &'a str)>) -> HashMap<String, String> {
    let mut written: BTreeMap<(String, usize, &str), usize> = BTreeMap::new();
    for (rank, key, name) in named {
        *written.entry((key, rank, name)).or_default() += 1;
    }
    let mut best: HashMap<String, (usize, std::cmp::Reverse<usize>, &str)> = HashMap::new();
    for ((key, rank, name), n) in written {
        let own = (rank, std::cmp::Reverse(n), name);
        let known = best.entry(key).or_insert(own);
        *known = (*known).min(own);
    }
    best.into_iter().map(|(key, (.., name))| (key, name.to_owned())).collect()
}

fn key_of(person: &Person) -> String {
    if person.email.is_empty() { person.name.to_lowercase() } else { person.email.to_lowercase() }
}

fn name_of(person: &Person) -> &str {
    match (person.name.as_str(), person.email.as_str()) {
        ("", "") => "nobody",
        ("", email) => email,
        (name, _) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, email: &str) -> Person {
        Person { name: name.to_owned(), email: email.to_owned(), team: String::new() }
    }

    #[test]
    fn the_catalogue_decides_and_then_what_is_written_most() {
        let names = Names::of([
            (1, "net-004"),
            (1, "net-004"),
            (0, "NET-004"),
            (1, "Red"),
            (1, "red"),
            (1, "red"),
        ]);
        assert_eq!(
            (names.name("Net-004").as_str(), names.name("RED").as_str()),
            ("NET-004", "red")
        );
        assert_eq!(names.name("blue"), "blue");
    }

    #[test]
    fn a_person_is_an_address_and_two_of_one_name_are_told_apart() {
        let people = [
            person("Dana Ruiz", "dana@example.com"),
            person("dana ruiz", "Dana@example.com"),
            person("Dana Ruiz", "dana@example.com"),
            person("Alex Lee", "a@example.com"),
            person("Alex Lee", "b@example.com"),
        ];
        let names = Names::of_people(&people);
        assert_eq!(names.person(&people[1]), "Dana Ruiz");
        assert_eq!(names.person(&people[4]), "Alex Lee (b@example.com)");
        assert_eq!(names.person(&person("", "")), "nobody");
    }
}
