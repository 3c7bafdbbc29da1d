//! What is said where nothing is signed or written, and what to do then.

use super::signer;
use crate::commands::proposed::{Matter, Proposed};
use crate::commands::tell;
use crate::env::{Env, Outcome};
use crate::history::{Needless, Proposal, Reason, Tally};
use crate::policy::Person;
use crate::render::way_out;

/// Says why nothing was signed or written.
pub(super) fn refuse(
    env: &mut Env<'_>,
    id: &str,
    reason: &str,
    hint: &str,
) -> anyhow::Result<Outcome> {
    tell(env, &format!("refused: `{id}`: {reason}"));
    tell(env, &format!("hint: {hint}"));
    Ok(Outcome::Findings)
}

/// Refuses a rejection of a text that waits for no approval, which would change nothing.
pub(super) fn refuse_rejection(
    needless: Needless,
    matter: &Matter<'_>,
    proposed: &Proposed<'_>,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let reason = match needless {
        Needless::Settled => {
            let name = proposed.mainline.as_ref().map_or("the mainline", |it| &it.name);
            format!(
                "this text is settled on `{name}`, and a rejection does not take back an approval"
            )
        }
        needless => format!("it needs no approval, so a rejection changes nothing: {needless}"),
    };
    let hint = match matter.exception() {
        Some(exception) if needless == Needless::Settled && exception.is_open() => format!(
            "nothing was written; what ends it is to close it: `closed: {{date: {}, outcome: revoked, note: WHY}}` in `{}`, which needs no approval",
            env.today, matter.path
        ),
        Some(_) if needless == Needless::Settled => {
            "nothing was written; it is closed, and allows nothing".to_owned()
        }
        None if needless == Needless::Settled => {
            "nothing was written; propose another policy, and have that approved".to_owned()
        }
        _ => "nothing was written; say in the pull request what is wrong with it".to_owned(),
    };
    refuse(env, &matter.id, &reason, &hint)
}

/// Refuses a key that the policy does not list, with the line that would list it.
pub(super) fn refuse_key(
    env: &mut Env<'_>,
    id: &str,
    approver: &Person,
    key: &signer::PublicKey,
) -> anyhow::Result<Outcome> {
    let who = &approver.id;
    let Some(key_line) = signer::policy_line(key, env.today) else {
        let reason = format!("signatures of `{}` keys are not verified", key.algorithm().as_str());
        let hint = "make a key with `ssh-keygen -t ed25519`, or `-t ed25519-sk` for a security key";
        return refuse(env, id, &reason, hint);
    };
    let reason = format!(
        "the key `{}` is not among the keys of `{who}` in the settled policy",
        signer::fingerprint(key)
    );
    let hint = format!(
        "name another with `--key FILE`; to add this one, put `{key_line}` under `keys` of `{who}` in the policy, and have that approved"
    );
    refuse(env, id, &reason, &hint)
}

/// Who can approve a text that somebody else cannot.
pub(super) fn hint(reason: &Reason, proposal: &Proposal<'_>, tally: &Tally) -> String {
    let way = proposal.way_out(tally);
    match reason {
        Reason::OwnWork { .. } | Reason::OwnRequest { .. } | Reason::NoRole { .. } => {
            match way.n_lacking() > 0 || way.n_missing == 0 || !way.rejected.is_empty() {
                true => way_out::fix(proposal.id(), None, &way),
                false => {
                    format!("ask {}", way_out::persons(&way.approvers, way.n_missing as usize))
                }
            }
        }
        _ => "`approvals` of the policy says what counts".to_owned(),
    }
}
