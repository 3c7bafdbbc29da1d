//! What is in force, as the file of a tool is made of it.

use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate, Utc};
use regex::Regex;

use super::End;
use crate::model::{Binding, Exception, Target, Tool};

/// All exceptions in force, in the order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Granted<'a> {
    /// The id of the register, which never changes.
    pub(crate) register: &'a str,
    pub(crate) grants: Vec<Grant<'a>>,
}

/// An exception in force: active, and approved as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Grant<'a> {
    pub(crate) exception: &'a Exception,
    /// The file of the record, from the root of the repository.
    pub(crate) path: &'a str,
    /// The last valid day, UTC.
    pub(crate) last: NaiveDate,
    pub(crate) approval: Approval,
}

/// Who approved a text, as the history of the mainline proves it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Approval {
    /// The ids of the persons, in the order of the policy's evidence.
    pub(crate) by: Vec<String>,
    /// The day (UTC) on which the approval landed; none outside of the calendar.
    pub(crate) on: Option<NaiveDate>,
    /// The commit of the mainline with which the text landed.
    pub(crate) commit: String,
}

/// A binding of an exception in force which the file of the tool cannot say, so that it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) record: String,
    /// The file of the record, from the root of the repository.
    pub(crate) path: String,
    /// A JSON pointer into the record.
    pub(crate) pointer: String,
    /// Why, as `` `paths` cannot be said in `deny.toml` ``.
    pub(crate) why: String,
}

impl<'a> Granted<'a> {
    /// What an adapter makes of each binding to a tool, in the order of the ids and of the record. A
    /// binding that cannot be said exactly is an error, with the reason: the file never allows more
    /// than the register, and what it leaves out is told.
    pub(crate) fn each<T>(
        &self,
        tool: Tool,
        left: &mut Vec<Left>,
        mut entries: impl FnMut(&Grant<'a>, &'a Binding) -> Result<T, String>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for grant in &self.grants {
            for (index, binding) in grant.exception.bindings.iter().enumerate() {
                if binding.tool != Some(tool) {
                    continue;
                }
                match entries(grant, binding) {
                    Ok(entry) => all.push(entry),
                    Err(why) => left.push(Left {
                        record: grant.exception.id.clone(),
                        path: grant.path.to_owned(),
                        pointer: format!("/bindings/{index}"),
                        why,
                    }),
                }
            }
        }
        all
    }
}

impl<'a> Grant<'a> {
    /// The first moment after the last valid day: what a tool takes that knows instants.
    pub(crate) fn end(&self) -> DateTime<Utc> {
        End::of_exception(self.last)
    }

    /// The day after the last valid one: what a tool takes whose dates exclude themselves.
    pub(crate) fn day_after(&self) -> NaiveDate {
        self.last.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
    }

    /// Why, on one line, the id of the record first: the key by which tools and people find it.
    pub(crate) fn reason(&self) -> String {
        let blocker = one_line(&self.exception.justification.blocker);
        format!("{}: {blocker}", self.exception.id)
    }

    /// The same where the format has no end: the last valid day besides.
    pub(crate) fn dated_reason(&self) -> String {
        format!("{}; valid through {} (UTC)", self.reason(), self.last)
    }

    /// The targets of one kind, without it: `/subscriptions/…` of `azure:/subscriptions/…`.
    pub(crate) fn places(&self, kind: &'static str) -> impl Iterator<Item = &'a str> + use<'a> {
        let is_of_kind =
            move |text: &&String| Target::parse(text).is_ok_and(|target| target.kind() == kind);
        let scope = &self.exception.scope;
        scope.iter().filter(is_of_kind).map(move |text| &text[kind.len() + 1..])
    }
}

/// What shows nothing, or turns what stands around it.
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{C}").expect("a pattern"));

/// A text on one line, which shows all that stands in it: whoever reads a file of a tool sees it without
/// `exc`, in an editor or a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    HIDDEN.replace_all(&line, "\u{fffd}").into_owned()
}

/// A text of at most `n` characters, with an ellipsis for what is cut off. They are counted in units of
/// UTF-16, as most tools count them that have a limit.
pub(crate) fn cut(text: &str, n: usize) -> String {
    if text.encode_utf16().count() <= n {
        return text.to_owned();
    }
    let mut left = n.saturating_sub(1);
    let fits = |c: &char| {
        let rest = left.checked_sub(c.len_utf16());
        left = rest.unwrap_or_default();
        rest.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_as_long_as_it_may_be_and_says_so() {
        assert_eq!(cut("prüfen", 6), "prüfen");
        assert_eq!(cut("prüfen", 5), "prüf…");
        assert_eq!(one_line(" two\n  lines\u{85}"), "two lines");
        assert_eq!(
            one_line("a\u{0}\u{9b}b\u{202e}c\u{200b}é"),
            "a\u{fffd}\u{fffd}b\u{fffd}c\u{fffd}é"
        );
        assert_eq!(cut("a😀😀", 5), "a😀😀");
        assert_eq!(cut("a😀😀", 4), "a😀…");
        assert_eq!(one_line(" two\n  lines "), "two lines");
    }
}
