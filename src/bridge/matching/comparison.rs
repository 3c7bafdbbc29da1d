//! One binding against one part of a suppression: what its record allows, and for how long.

use super::verdict::sentence;
use super::{Binding, Bindings, Judged, State, Verdict};
use crate::bridge::{End, Suppression};
use crate::model::reach::{Cover, Reach};

impl Bindings<'_> {
    /// What a binding makes of a reach.
    pub(super) fn against(
        &self,
        binding: &Binding,
        part: &Reach,
        suppression: &Suppression,
    ) -> Judged {
        #[cfg(test)]
        self.n_compared.update(|n| n + 1);
        let holding = &self.holdings[binding.holding];
        let judged = |verdict, why: Vec<String>| Judged {
            verdict,
            record: Some(holding.exception.id.clone()),
            why,
        };
        let cover = match &holding.fault {
            Some(fault) => Cover::Unknown(fault.clone()),
            None => binding.reach.covers(part, self.hierarchy),
        };
        let mut why = match &cover {
            Cover::Beyond(excess) => excess.iter().map(sentence).collect(),
            _ => Vec::new(),
        };
        let lasts_to = match &holding.state {
            State::InForce(last) => Ok(Some(*last)),
            State::Filed => Ok(None),
            State::Expired(last) => {
                Err((Verdict::RecordExpired, format!("the record was valid through {last} (UTC)")))
            }
            State::Closed => Err((Verdict::RecordExpired, "the record is closed".to_owned())),
            State::Unapproved(verdict) => {
                Err((Verdict::RecordUnapproved, format!("the record is {verdict}")))
            }
            State::Unknown(reason) => Err((Verdict::Unknown, reason.clone())),
        };
        let is_beyond = !why.is_empty();
        let verdict = match lasts_to {
            Err((verdict, reason)) => {
                why.push(reason);
                verdict
            }
            Ok(Some(last)) if suppression.end.outlives(last) => {
                let until = End::At(End::of_exception(last));
                why.push(match &suppression.end {
                    End::Never => format!("it never ends, and the record ends at {until}"),
                    end => format!("it ends at {end}, and the record at {until}"),
                });
                Verdict::Outlives
            }
            Ok(_) => Verdict::Covered,
        };
        match cover {
            _ if is_beyond => judged(Verdict::Wider, why),
            Cover::Unknown(reason) if verdict <= Verdict::Unknown => {
                why.insert(0, reason);
                judged(Verdict::Unknown, why)
            }
            Cover::Unknown(reason) => {
                why.push(reason);
                judged(verdict, why)
            }
            Cover::Within if verdict == Verdict::Covered => {
                why.push(format!("narrower in {}", binding.reach.narrowing(part)));
                judged(Verdict::Narrower, why)
            }
            _ => judged(verdict, why),
        }
    }
}
