//! Periodic reviews of an exception: who looks at it again, and when somebody last did.

use chrono::NaiveDate;

use super::Exception;

impl Exception {
    /// Whether somebody answers for it or asks for it, by address or name: whoever looks at it again
    /// is somebody else.
    pub(crate) fn is_of(&self, who: &str) -> bool {
        let people = [&self.owner, &self.requester];
        let mut known = people.into_iter().flat_map(|it| [&it.email, &it.name]);
        let who = who.trim().to_lowercase();
        let address = who.rsplit_once('<').map(|(_, rest)| rest.trim_end_matches('>'));
        let is_named = |known: &str| {
            let known = known.trim().to_lowercase();
            !known.is_empty() && (known == who || Some(known.as_str()) == address)
        };
        known.any(|known| is_named(known))
    }

    /// The day of the last review by somebody else with its place in the list, or that on which it
    /// was opened.
    pub(crate) fn last_look(&self) -> Option<(NaiveDate, Option<usize>)> {
        let reviews = self.reviews.iter().enumerate();
        let reviews = reviews.filter(|(_, review)| !self.is_of(&review.by));
        let last = reviews.filter_map(|(index, review)| Some((review.date?, Some(index)))).max();
        last.or(self.opened.map(|opened| (opened, None)))
    }
}
