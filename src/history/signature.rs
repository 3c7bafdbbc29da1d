//! Whether the key of the person whom a statement names stands behind it on the day it landed.
//!
//! Verified in pure Rust, and as `ssh-keygen -Y verify` does it. Not asked here: whether the
//! statement is about the text at hand, and whether the person may approve it.
//!
//! Invariant: the answer depends on the day of the landing, never on a time that the signer wrote.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ssh_key::{HashAlg, PublicKey};

use super::approval::Approval;
use crate::policy::{Key, Person, Revocation, is_verifiable};

/// What a signature is for; one for anything else is none.
pub(crate) const NAMESPACE: &str = "exc-approval-v1";

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Refusal {
    /// The person is not in the policy.
    UnknownPerson { approver: String },
    /// The signature was made for something else.
    WrongNamespace { found: String },
    /// The key is not among those of the person.
    ForeignKey { approver: String, fingerprint: String, owner: Option<String> },
    /// A kind of key that is not verified.
    UnsupportedKey { algorithm: String },
    /// The text above the signature is not the text that was signed.
    ChangedText { approver: String },
    /// It landed before the key's first day.
    NotYetValid { fingerprint: String, from: NaiveDate, landed: NaiveDate },
    /// It landed after the key's last day.
    Expired { fingerprint: String, until: NaiveDate, landed: NaiveDate },
    /// A newer key had taken the place of this one when it landed.
    Superseded { fingerprint: String, date: NaiveDate, landed: NaiveDate },
    /// Somebody else may have signed. Only evidence from outside that it landed before `date`
    /// could save it.
    Compromised { fingerprint: String, date: NaiveDate },
}

/// Whose signature it is, if it counts; `landed` is the day, in UTC, on which it landed.
pub(crate) fn verify<'p>(
    approval: &Approval,
    people: &'p [Person],
    landed: NaiveDate,
) -> Result<&'p Person, Refusal> {
    let approver = &approval.statement.approver;
    let Some(person) = people.iter().find(|person| person.id == *approver) else {
        return Err(Refusal::UnknownPerson { approver: approver.clone() });
    };
    let signature = &approval.signature;
    if signature.namespace() != NAMESPACE {
        return Err(Refusal::WrongNamespace { found: signature.namespace().to_owned() });
    }
    let Some(key) = key_of(person, approval) else {
        return Err(no_key_of(approver, approval, people));
    };
    if !is_intact(approval) {
        return Err(Refusal::ChangedText { approver: approver.clone() });
    }
    holds_on(key, landed)?;
    Ok(person)
}

/// Whether a key of the person whom an approval names signed it, on whatever day.
pub(crate) fn is_signed_by_its_person(approval: &Approval, people: &[Person]) -> bool {
    let person = people.iter().find(|person| person.id == approval.statement.approver);
    approval.signature.namespace() == NAMESPACE
        && person.is_some_and(|person| key_of(person, approval).is_some())
        && is_intact(approval)
}

/// Whether the key that an approval names, whosever it is, signed the text above it.
pub(super) fn is_intact(approval: &Approval) -> bool {
    let Approval { signed, signature, .. } = approval;
    let key = signature.public_key();
    // A signature of another kind than its key is malformed, whatever a verifier makes of it.
    let is_of_its_key = signature.algorithm() == key.algorithm();
    let public = PublicKey::from(key.clone());
    is_of_its_key && public.verify(NAMESPACE, signed.as_bytes(), signature).is_ok()
}

fn key_of<'p>(person: &'p Person, approval: &Approval) -> Option<&'p Key> {
    person.keys.iter().find(|key| key.public == *approval.signature.public_key())
}

fn no_key_of(approver: &str, approval: &Approval, people: &[Person]) -> Refusal {
    let public = approval.signature.public_key();
    if !is_verifiable(&public.algorithm()) {
        return Refusal::UnsupportedKey { algorithm: public.algorithm().as_str().to_owned() };
    }
    Refusal::ForeignKey {
        approver: approver.to_owned(),
        fingerprint: public.fingerprint(HashAlg::Sha256).to_string(),
        owner: people.iter().find(|it| key_of(it, approval).is_some()).map(|it| it.id.clone()),
    }
}

fn holds_on(key: &Key, landed: NaiveDate) -> Result<(), Refusal> {
    let fingerprint = key.public.fingerprint(HashAlg::Sha256).to_string();
    if let Some(revoked) = key.revoked
        && revoked.reason == Revocation::Compromised
    {
        return Err(Refusal::Compromised { fingerprint, date: revoked.date });
    }
    if let Some(from) = key.from
        && landed < from
    {
        return Err(Refusal::NotYetValid { fingerprint, from, landed });
    }
    if let Some(revoked) = key.revoked
        && revoked.date <= landed
    {
        return Err(Refusal::Superseded { fingerprint, date: revoked.date, landed });
    }
    if let Some(until) = key.until
        && until < landed
    {
        return Err(Refusal::Expired { fingerprint, until, landed });
    }
    Ok(())
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPerson { approver } => {
                write!(f, "`{approver}` is not in `people` of the policy")
            }
            Self::WrongNamespace { found } => {
                write!(f, "the signature is for `{found}`, not for `{NAMESPACE}`")
            }
            Self::ForeignKey { approver, fingerprint, owner: Some(owner) } => {
                write!(f, "the key `{fingerprint}` is `{owner}`'s, and `{approver}` is named")
            }
            Self::ForeignKey { approver, fingerprint, owner: None } => {
                write!(f, "the key `{fingerprint}` is not among the keys of `{approver}`")
            }
            Self::UnsupportedKey { algorithm } => {
                write!(
                    f,
                    "signatures of `{algorithm}` keys are not verified; sign with an ed25519 or ecdsa key"
                )
            }
            Self::ChangedText { approver } => {
                write!(f, "the statement is not what the key of `{approver}` signed")
            }
            Self::NotYetValid { fingerprint, from, landed } => {
                write!(
                    f,
                    "landed on {landed}, before the first day of the key `{fingerprint}`, {from}"
                )
            }
            Self::Expired { fingerprint, until, landed } => {
                write!(
                    f,
                    "landed on {landed}, after the last day of the key `{fingerprint}`, {until}"
                )
            }
            Self::Superseded { fingerprint, date, landed } => {
                write!(
                    f,
                    "landed on {landed}, when the key `{fingerprint}` was superseded, since {date}"
                )
            }
            Self::Compromised { fingerprint, date } => {
                write!(f, "the key `{fingerprint}` was compromised on {date}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ssh_key::SshSig;

    use super::super::testing::*;
    use super::*;

    #[track_caller]
    fn verdict(policy: &str, statement: &str, signature: &str, landed: &str) -> String {
        let policy = policy_of(policy);
        match verify(&approval(statement, signature), &policy.people, day(landed)) {
            Ok(person) => format!("good, {}", person.id),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn a_signature_of_the_named_person_is_good() {
        let good = |who: &str, key: &str, signature: &str| {
            verdict(&person(who, key, ""), &statement(who), signature, "2026-11-20")
        };
        assert_eq!(good("alice", ALICE, ALICE_SIGNED), "good, alice");
        assert_eq!(good("alice", ALICE, ALICE_SIGNED_SHA256), "good, alice");
        assert_eq!(good("bob", BOB, BOB_SIGNED), "good, bob");
        assert_eq!(good("carol", CAROL, CAROL_SIGNED), "good, carol");
    }

    #[test]
    fn one_changed_byte_anywhere_is_seen() {
        for (who, key, signature) in [
            ("alice", ALICE, ALICE_SIGNED),
            ("bob", BOB, BOB_SIGNED),
            ("carol", CAROL, CAROL_SIGNED),
        ] {
            let text = statement(who);
            let changes = [
                text.replace("2027-01-31", "2027-01-30"),
                text.replace("high", "low"),
                text.replace("approve\n", "reject\n"),
                text.replace("K7QD", "K7QE"),
                text.replace("6f0c2a1e", "6f0c2a1f"),
                text.replace("15:31:10", "15:31:11"),
            ];
            for changed in changes {
                assert_ne!(changed, text);
                assert_eq!(
                    verdict(&person(who, key, ""), &changed, signature, "2026-11-20"),
                    format!("the statement is not what the key of `{who}` signed")
                );
            }
        }
    }

    #[test]
    fn a_signature_that_calls_itself_another_kind_than_its_key_does_not_count() {
        let good = SshSig::from_pem(CAROL_SIGNED).expect("a signature");
        let (public, hash) = (good.public_key().clone(), good.hash_alg());
        let bytes = good.signature_bytes();
        let other = ssh_key::Algorithm::new("other@example.com").expect("a name");
        let renamed = ssh_key::Signature::new(other, bytes).expect("bytes of any kind");
        let renamed = SshSig::new(public, NAMESPACE, hash, renamed).expect("a signature");
        let renamed = renamed.to_pem(ssh_key::LineEnding::LF).expect("written");
        insta::assert_snapshot!(
            verdict(&person("carol", CAROL, ""), &statement("carol"), &format!("{}\n", renamed.trim_end()), "2026-11-20"),
            @"the statement is not what the key of `carol` signed"
        );
    }

    #[test]
    fn a_signature_for_something_else_is_none() {
        insta::assert_snapshot!(
            verdict(&person("alice", ALICE, ""), &statement("alice"), ALICE_SIGNED_FOR_GIT, "2026-11-20"),
            @"the signature is for `git`, not for `exc-approval-v1`"
        );
    }

    #[test]
    fn a_statement_that_names_alice_needs_the_key_of_alice() {
        let both = format!("{}{}", person("alice", ALICE, ""), person("bob", BOB, ""));
        insta::assert_snapshot!(
            verdict(&both, &statement("alice"), BOB_SIGNED, "2026-11-20"),
            @"the key `SHA256:xU3JDbDaQ0XgJIZ6SK5udDSwJUVA7APGJYZQLdVyjFM` is `bob`'s, and `alice` is named"
        );
        insta::assert_snapshot!(
            verdict(&person("alice", ALICE, ""), &statement("alice"), BOB_SIGNED, "2026-11-20"),
            @"the key `SHA256:xU3JDbDaQ0XgJIZ6SK5udDSwJUVA7APGJYZQLdVyjFM` is not among the keys of `alice`"
        );
        insta::assert_snapshot!(
            verdict(&person("alice", ALICE, ""), &statement("bob"), BOB_SIGNED, "2026-11-20"),
            @"`bob` is not in `people` of the policy"
        );
        insta::assert_snapshot!(
            verdict(&person("alice", ALICE, ""), &statement("alice"), RSA_SIGNED, "2026-11-20"),
            @"signatures of `ssh-rsa` keys are not verified; sign with an ed25519 or ecdsa key"
        );
    }

    #[test]
    fn a_key_holds_from_its_first_to_its_last_day_and_both_count() {
        let policy = person("alice", ALICE, ", from: 2026-01-01, until: 2026-12-31");
        let on = |landed| verdict(&policy, &statement("alice"), ALICE_SIGNED, landed);
        assert_eq!(on("2026-01-01"), "good, alice");
        assert_eq!(on("2026-12-31"), "good, alice");
        insta::assert_snapshot!(on("2025-12-31"), @"landed on 2025-12-31, before the first day of the key `SHA256:Xc3UC1uX7rZxNetrRx912b78XzkKeKJJNZIPxTdWfs4`, 2026-01-01");
        insta::assert_snapshot!(on("2027-01-01"), @"landed on 2027-01-01, after the last day of the key `SHA256:Xc3UC1uX7rZxNetrRx912b78XzkKeKJJNZIPxTdWfs4`, 2026-12-31");
    }

    #[test]
    fn a_superseded_key_keeps_what_landed_before_and_a_compromised_one_nothing() {
        let revoked = |reason: &str| {
            let days =
                format!(", until: 2026-12-31, revoked: {{date: 2026-06-01, reason: {reason}}}");
            person("alice", ALICE, &days)
        };
        let on =
            |reason, landed| verdict(&revoked(reason), &statement("alice"), ALICE_SIGNED, landed);
        assert_eq!(on("superseded", "2026-05-31"), "good, alice");
        insta::assert_snapshot!(on("superseded", "2026-06-01"), @"landed on 2026-06-01, when the key `SHA256:Xc3UC1uX7rZxNetrRx912b78XzkKeKJJNZIPxTdWfs4` was superseded, since 2026-06-01");
        insta::assert_snapshot!(on("compromised", "2026-05-31"), @"the key `SHA256:Xc3UC1uX7rZxNetrRx912b78XzkKeKJJNZIPxTdWfs4` was compromised on 2026-06-01");
        assert_eq!(on("compromised", "2027-05-31"), on("compromised", "2026-05-31"));
    }

    #[test]
    fn each_key_of_a_person_names_the_same_person() {
        let policy = person("alice", ALICE, "").replace("]}", &format!(", {{key: \"{BOB}\"}}]}}"));
        for signature in [ALICE_SIGNED, ALICE_SIGNED_WITH_ECDSA] {
            assert_eq!(
                verdict(&policy, &statement("alice"), signature, "2026-11-20"),
                "good, alice"
            );
        }
    }
}
