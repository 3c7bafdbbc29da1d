//! The people of a policy, and the keys with which they sign.
//!
//! Invariant: a key, an address and an id belong to one person, and every key is of a kind that
//! can be verified.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use chrono::NaiveDate;
use serde::Deserialize;
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, PublicKey};

use super::faults::Problems;
use super::{Approvals, Roles};
use crate::source::schema;

/// One person with all that is theirs.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) emails: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) keys: Vec<Key>,
}

/// A key, and the days on which what lands with its signature counts.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) public: KeyData,
    pub(crate) from: Option<NaiveDate>,
    /// The last day.
    pub(crate) until: Option<NaiveDate>,
    pub(crate) revoked: Option<Revoked>,
}

/// A key that was withdrawn.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Revoked {
    pub(crate) date: NaiveDate,
    pub(crate) reason: Revocation,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Revocation {
    /// Somebody else may have signed with it, on any day.
    Compromised,
    /// A new key took its place; what landed before stays good.
    Superseded,
}

/// A person as the file has them.
#[derive(Deserialize)]
pub(super) struct WrittenPerson {
    id: String,
    name: String,
    emails: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    keys: Vec<WrittenKey>,
}

#[derive(Deserialize)]
struct WrittenKey {
    key: String,
    #[serde(default)]
    from: Option<NaiveDate>,
    #[serde(default)]
    until: Option<NaiveDate>,
    #[serde(default)]
    revoked: Option<Revoked>,
}

/// Why a text is no key that can be verified, and what to do about it.
struct Unusable {
    message: String,
    help: &'static str,
}

impl Person {
    /// Addresses are the same however their letters are written.
    pub(crate) fn has_address(&self, address: &str) -> bool {
        self.emails.iter().any(|email| email.eq_ignore_ascii_case(address))
    }
}

impl Key {
    /// As `ssh-keygen -l` shows it.
    pub(crate) fn fingerprint(&self) -> String {
        self.public.fingerprint(ssh_key::HashAlg::Sha256).to_string()
    }
}

/// Reads the keys of all people, and says which of their things two of them have.
pub(super) fn read(
    written: Vec<WrittenPerson>,
    approvals: &Approvals,
    problems: &mut Problems<'_>,
) -> Vec<Person> {
    let mut owners = Owners::default();
    let mut people = Vec::with_capacity(written.len());
    for (index, mut person) in written.into_iter().enumerate() {
        let pointer = format!("/people/{index}");
        let id = mem::take(&mut person.id);
        owners.claim(format!("the id `{id}`"), &id, format!("{pointer}/id"), problems);
        for (index, email) in person.emails.iter().enumerate() {
            let what = format!("the address `{}`", email.to_lowercase());
            owners.claim(what, &id, format!("{pointer}/emails/{index}"), problems);
        }
        let mut keys = Vec::with_capacity(person.keys.len());
        for (index, written) in mem::take(&mut person.keys).into_iter().enumerate() {
            let pointer = format!("{pointer}/keys/{index}");
            if let Some(key) = read_key(written, &id, &pointer, problems) {
                let fingerprint = key.public.fingerprint(ssh_key::HashAlg::Sha256);
                let what = format!("the key `{fingerprint}`");
                owners.claim(what, &id, format!("{pointer}/key"), problems);
                keys.push(key);
            }
        }
        let WrittenPerson { name, emails, roles, .. } = person;
        people.push(Person { id, name, emails, roles, keys });
    }
    misspelt_roles(&approvals.roles, &people, problems);
    people
}

/// Who has which id, address and key, and where that is written.
#[derive(Default)]
struct Owners(BTreeMap<String, (String, String)>);

impl Owners {
    fn claim(&mut self, what: String, id: &str, pointer: String, problems: &mut Problems<'_>) {
        let Some((owner, first)) = self.0.get(&what) else {
            self.0.insert(what, (id.to_owned(), pointer));
            return;
        };
        let message = match owner == id {
            true => format!("{what} stands twice"),
            false => format!("{what} of `{id}` is that of `{owner}` too"),
        };
        let help = "keep one of the two; an id, an address and a key belong to one person";
        problems.push_twice(&pointer, message, first, help);
    }
}

fn read_key(
    written: WrittenKey,
    id: &str,
    pointer: &str,
    problems: &mut Problems<'_>,
) -> Option<Key> {
    let WrittenKey { key, from, until, revoked } = written;
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        let message = format!("the last day of the key, {until}, is before its first, {from}");
        problems.push(&format!("{pointer}/until"), message, "write a later day");
    }
    match public_key(&key) {
        Ok(public) => Some(Key { public, from, until, revoked }),
        Err(Unusable { message, help }) => {
            let message = format!("the key of `{id}` cannot be used: {message}");
            problems.push(&format!("{pointer}/key"), message, help);
            None
        }
    }
}

fn public_key(text: &str) -> Result<KeyData, Unusable> {
    let help = "copy the whole line of the `.pub` file";
    let key = PublicKey::from_openssh(text)
        .map_err(|error| Unusable { message: error.to_string(), help })?;
    let algorithm = key.algorithm();
    if is_verifiable(&algorithm) {
        return Ok(key.key_data().clone());
    }
    Err(Unusable {
        message: format!("`exc` does not verify signatures of `{}`", algorithm.as_str()),
        help: "make a key with `ssh-keygen -t ed25519`, or `-t ed25519-sk` for a security key",
    })
}

/// Whether signatures of a kind of key are verified. RSA is not: its crate leaks the time that it
/// takes (RUSTSEC-2023-0071), and has no release that does not.
pub(crate) fn is_verifiable(algorithm: &Algorithm) -> bool {
    matches!(
        algorithm,
        Algorithm::Ed25519
            | Algorithm::SkEd25519
            | Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 }
            | Algorithm::SkEcdsaSha2NistP256
    )
}

/// Pairs of roles that are compared letter by letter.
const MAX_COMPARED: usize = 4096;

/// A role that nobody has may wait for somebody; one that looks like a role that somebody has is
/// a slip, and would leave records without approvers in silence.
fn misspelt_roles(roles: &Roles, people: &[Person], problems: &mut Problems<'_>) {
    let distinct: BTreeSet<&str> =
        people.iter().flat_map(|person| person.roles.iter().map(String::as_str)).collect();
    // Comparing each with each takes its time.
    if distinct.len() * (roles.approve.len() + roles.critical.len()) > MAX_COMPARED {
        return;
    }
    let held = || distinct.iter().copied();
    for (name, roles) in [("approve", &roles.approve), ("critical", &roles.critical)] {
        for (index, role) in roles.iter().enumerate() {
            if held().any(|held| held == role) {
                continue;
            }
            if let Some(meant) = schema::nearest(role, held()) {
                let pointer = format!("/approvals/roles/{name}/{index}");
                let message = format!("nobody in `people` has the role `{role}`");
                problems.push(&pointer, message, &format!("did you mean `{meant}`?"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{policy, problem};
    use super::*;

    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDZwEucLJtpL4Je+ps062aqrNE4+1wATZLqQJHs0miz4";
    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDevs6zxb4tDOgcoPoUQWoMuOB0mo2cciikuXwJ1GfKgLP7dfmCE3syEnJFzlF5qWatn6ZS82DLzuol8MSwXEiw=";
    const SECURITY_KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4AAAABHNzaDo= carol@example.com";

    fn people(a: &str, b: &str) -> String {
        format!(
            "people:\n  - {{id: a, name: A, emails: [a@example.com]{a}}}\n  - {{id: b, name: B, emails: [b@example.com]{b}}}\n"
        )
    }

    fn keys(key: &str) -> String {
        format!(", keys: [{{key: \"{key}\"}}]")
    }

    #[test]
    fn people_are_read_with_their_roles_and_keys() {
        let a = format!(
            ", roles: [approver], keys: [{{key: \"{ED25519}\", from: 2026-01-01, until: 2027-12-31, revoked: {{date: 2026-06-01, reason: compromised}}}}, {{key: \"{SECURITY_KEY}\"}}]"
        );
        let policy = policy(&people(&a, &keys(ECDSA))).expect("usable");
        let [a, b] = policy.people.as_slice() else { panic!("two people") };
        assert_eq!((a.id.as_str(), a.name.as_str(), b.id.as_str()), ("a", "A", "b"));
        assert_eq!((a.emails.len(), a.roles.len(), a.keys.len(), b.keys.len()), (1, 1, 2, 1));
        let key = &a.keys[0];
        assert_eq!(key.from, NaiveDate::from_ymd_opt(2026, 1, 1));
        assert_eq!(key.until, NaiveDate::from_ymd_opt(2027, 12, 31));
        let revoked = key.revoked.expect("revoked");
        assert_eq!(revoked.reason, Revocation::Compromised);
        assert_eq!(Some(revoked.date), NaiveDate::from_ymd_opt(2026, 6, 1));
        assert_eq!(b.keys[0].public.algorithm().as_str(), "ecdsa-sha2-nistp256");
    }

    #[test]
    fn the_same_key_under_two_people_is_refused_whatever_its_comment() {
        let problem = problem(&people(&keys(ED25519), &keys(&format!("{ED25519} b@laptop"))));
        insta::assert_snapshot!(problem, @"5:60 EXC030 the key `SHA256:Xc3UC1uX7rZxNetrRx912b78XzkKeKJJNZIPxTdWfs4` of `b` is that of `a` too");
    }

    #[test]
    fn an_address_and_an_id_belong_to_one_person() {
        let text = "people:\n  - {id: a, name: A, emails: [a@example.com]}\n  - {id: b, name: B, emails: [A@example.com]}\n  - {id: a, name: C, emails: [c@example.com]}\n";
        insta::assert_snapshot!(problem(text), @r#"
5:31 EXC030 the address `a@example.com` of `b` is that of `a` too
6:10 EXC030 the id `a` stands twice
"#);
    }

    #[test]
    fn a_key_that_cannot_be_used_is_refused_at_its_place() {
        let short = ED25519.trim_end_matches(|c| c != 'J');
        insta::assert_snapshot!(problem(&people(&keys(short), "")), @"4:60 EXC030 the key of `a` cannot be used: Base64 encoding error: invalid Base64 encoding");
        let other = ED25519.replace("ssh-ed25519", "ssh-ed448");
        insta::assert_snapshot!(problem(&people(&keys(&other), "")), @"4:60 EXC030 the key of `a` cannot be used: unknown algorithm");
        let rsa =
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAIQDVuFOpkBXhp/NcrjSXpW8bN2fUqDSz0FzGQ2NwZ0x3jw==";
        insta::assert_snapshot!(problem(&people(&keys(rsa), "")), @"4:60 EXC030 the key of `a` cannot be used: `exc` does not verify signatures of `ssh-rsa`");
        let days = format!(", keys: [{{key: \"{ED25519}\", from: 2027-01-01, until: 2026-12-31}}]");
        insta::assert_snapshot!(problem(&people(&days, "")), @"4:169 EXC030 the last day of the key, 2026-12-31, is before its first, 2027-01-01");
    }

    #[test]
    fn a_misspelt_role_of_the_table_is_refused_and_one_that_waits_for_somebody_is_not() {
        let roles = "approvals: {roles: {critical: [risk-ownr]}}\n";
        let owner = people(", roles: [risk-owner]", "");
        insta::assert_snapshot!(problem(&format!("{roles}{owner}")), @"3:32 EXC030 nobody in `people` has the role `risk-ownr`");
        let approver = people(", roles: [approver]", "");
        assert!(policy(&format!("{roles}{approver}")).is_ok());
    }
}
