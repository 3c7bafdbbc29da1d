//! `exc verify`: which signed approvals texts have, and whether each counts.

use std::collections::BTreeSet;

use super::proposed::{Matter, Proposed, Texts};
use super::{Failure, Globals};
use crate::env::{Env, Outcome};
use crate::policy::Evidence;
use crate::render::proposal::{self, LookedAt, Standing, Verification, Verified};
use crate::render::trail::TrailFormat;
use crate::render::way_out::squashed;

/// Check the signed approvals of the texts in the work tree
///
/// Says for each text which approvals there are, whether each counts (person, key, exact text, the history before it, role, who wrote it), and how many it takes. Policy and people are those of the mainline. Without IDs: every record that has approvals, or can be approved by signatures alone.
///
/// A clone without history cannot tell on top of what an approval was given, nor who wrote the text: it says so, and nothing is called approved.
///
/// Exit codes: 0 every text has the signed approvals that the policy demands, 1 one does not, 2 this clone cannot tell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc verify                              what is in the work tree
  exc verify EXC-2026-K7QD --rev FETCH_HEAD
  exc verify --format json")]
pub(crate) struct Args {
    /// The ids of records, or parts of them that no other id has, or `policy.yaml`
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    texts: Texts,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: TrailFormat,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    let mut proposed = Proposed::read(&workspace, &args.texts, &args.ids, globals, env)?;
    let mut notes = std::mem::take(&mut proposed.notes);
    if proposed.mainline.is_none() {
        notes.push(format!(
            "this clone does not have `{}`: keys and roles are those of the texts' own policy",
            workspace.policy.mainline
        ));
    }
    let is_named = !args.ids.is_empty();
    let matters = match is_named {
        true => named(&proposed)?,
        false => proposed.matters()?,
    };
    let verified: Vec<Verified<'_>> = matters
        .iter()
        .map(|matter| verify(matter, &proposed, env))
        .filter(|verified| is_named || is_of_interest(verified))
        .collect();
    let mainline = proposed.mainline.as_ref().map(|it| (it.name.as_str(), it.tip));
    notes.extend(verified.iter().flat_map(|it| squash_notes(it, &proposed)));
    let verification = Verification {
        today: env.today,
        mainline,
        is_complete: proposed.is_complete,
        notes: &notes,
        verified: &verified,
    };
    let style = globals.style(env);
    globals.print(env, |out| proposal::write(args.format, &verification, style, out))?;
    let is_unread = !is_named && !proposed.register.unreadable.is_empty();
    if is_unread {
        let first = &proposed.register.unreadable[0];
        let message = format!("`{first}` cannot be read, so its approvals are not known");
        return Err(Failure::new(message).hint("`exc check` says what is wrong with it").into());
    }
    Ok(match verified.iter().map(|it| it.standing).max() {
        Some(Standing::Unknown) => Outcome::Error,
        Some(Standing::Unmet) => Outcome::Findings,
        _ => Outcome::Success,
    })
}

/// The texts that are named, each once.
fn named<'p>(proposed: &'p Proposed<'_>) -> Result<Vec<Matter<'p>>, Failure> {
    let ids: BTreeSet<&String> = proposed.ids.iter().collect();
    ids.into_iter().map(|id| proposed.matter(id)).collect()
}

/// Whether there is anything to say about the approvals of a text that nobody asked about.
fn is_of_interest(verified: &Verified<'_>) -> bool {
    verified
        .looked_at
        .as_ref()
        .is_some_and(|it| !it.votes.is_empty() || it.proposal.needs_signatures())
}

fn verify<'m>(matter: &'m Matter<'_>, proposed: &'m Proposed<'_>, env: &Env<'_>) -> Verified<'m> {
    let looked_at = matter.proposal.as_ref().map(|proposal| {
        let votes = proposed.votes(proposal, env);
        let tally = proposal.tally(&votes);
        LookedAt { proposal, votes, tally }
    });
    let standing = looked_at.as_ref().map_or(Standing::Unmet, |it| standing(it, proposed));
    let (id, path) = (&matter.id, &matter.path);
    Verified { id, path, rev: proposed.rev.as_deref(), looked_at, standing }
}

/// What a squash would do to the approvals that count.
fn squash_notes(verified: &Verified<'_>, proposed: &Proposed<'_>) -> Vec<String> {
    let (Some(it), Some(mainline)) = (&verified.looked_at, &proposed.mainline) else {
        return Vec::new();
    };
    if it.proposal.needless.is_some() {
        return Vec::new();
    }
    let own = it.proposal.own_commits(&it.votes);
    let said =
        own.iter().filter_map(|own| squashed(verified.id, own, proposed.squashes, &mainline.name));
    said.collect()
}

/// Whether the signed evidence is what the policy demands. Where other evidence counts too, which
/// only the landing can bring, no signature is demanded, but one that is there has to be good.
fn standing(it: &LookedAt<'_>, proposed: &Proposed<'_>) -> Standing {
    if !proposed.is_complete {
        return Standing::Unknown;
    }
    if !it.proposal.doubts.is_empty() {
        return Standing::Unknown;
    }
    if it.proposal.needless.is_some() {
        return Standing::NotNeeded;
    }
    let n_signed = it.tally.have.values().filter(|kind| **kind == Evidence::Signed).count();
    let is_refused = it.votes.iter().any(|it| it.refusal.is_some() && !it.is_of_another_text());
    let quorum = it.proposal.demand.quorum as usize;
    let has_all = it.tally.have.len() >= quorum;
    let way = it.proposal.way_out(&it.tally);
    // A merge is the approval of one person.
    let is_beyond_merge = way.n_missing > 1 || way.approvers.is_empty();
    match () {
        () if it.tally.is_blocked() => Standing::Unmet,
        () if it.proposal.needs_signatures() && n_signed < quorum => Standing::Unmet,
        () if has_all => Standing::Met,
        // Its merge is over, and a signature that does not count helps nobody.
        () if it.proposal.is_on_mainline || (n_signed == 0 && is_refused) => Standing::Unmet,
        () if is_beyond_merge => Standing::Unmet,
        () => Standing::Open,
    }
}
