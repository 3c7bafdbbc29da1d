//! What a suppression claims of other means, against the compensating controls of its record. No verdict
//! depends on it: the suppression leaves alone no more than it may.

use super::{Bindings, Judged, Verdict};
use crate::bridge::Suppression;
use crate::model::Exception;

impl Bindings<'_> {
    /// A claim of other means that the record knows nothing of: somebody has to look at it.
    pub(crate) fn misfit(&self, suppression: &Suppression, judged: &Judged) -> Option<String> {
        let exception = self.exception(judged)?;
        let is_empty = exception.compensating_controls.is_empty();
        (suppression.known.is_mitigated == Some(true) && is_empty).then(|| {
            format!(
                "it claims that other means meet the policy's intent (`Mitigated`), and `{}` lists no \
                 compensating control",
                exception.id
            )
        })
    }

    /// That a covered suppression claims less than its record could.
    pub(super) fn modesty(&self, suppression: &Suppression, judged: &Judged) -> Option<String> {
        let exception = self.exception(judged)?;
        let is_covered = matches!(judged.verdict, Verdict::Covered | Verdict::Narrower);
        let has_controls = !exception.compensating_controls.is_empty();
        (suppression.known.is_mitigated == Some(false) && is_covered && has_controls).then(|| {
            format!(
                "it is a `Waiver`, and `{}` lists compensating controls: `Mitigated` would say so",
                exception.id
            )
        })
    }

    fn exception(&self, judged: &Judged) -> Option<&Exception> {
        let at = self.by_id.get(judged.record.as_deref()?)?;
        Some(self.holdings[*at].exception)
    }
}
