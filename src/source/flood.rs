//! The findings of one file, of which a flood is only counted.
//!
//! A file of a thousand faults of one kind needs no thousand messages, and whoever wrote it to fill
//! memory gets none. Nothing is left out in silence: the last finding says how many more there are.

use std::collections::HashSet;
use std::sync::Arc;

use crate::finding::{Code, Finding, Place};
use crate::text::{SourceFile, Span};

/// Findings of one code in one file before the rest is only counted.
pub(crate) const MAX_PER_CODE: usize = 100;

/// Collects findings of one file, at most so many of each code.
#[derive(Debug)]
pub(crate) struct Flood {
    max: usize,
    findings: Vec<Finding>,
    counts: Vec<(&'static Code, usize)>,
    /// Where something was found, counted or kept.
    places: HashSet<Span>,
    surplus: Option<Finding>,
}

impl Flood {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            findings: Vec::new(),
            counts: Vec::new(),
            places: HashSet::new(),
            surplus: None,
        }
    }

    /// Counts one more finding of a code; whether it is still one to show.
    fn admits(&mut self, code: &'static Code, span: Span) -> bool {
        self.places.insert(span);
        let count = match self.counts.iter_mut().find(|(counted, _)| *counted == code) {
            Some((_, count)) => count,
            None => {
                self.counts.push((code, 0));
                &mut self.counts.last_mut().expect("one was pushed").1
            }
        };
        *count += 1;
        *count <= self.max
    }

    /// Keeps a finding, or counts it.
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.admits(finding.code, finding.place.span) {
            self.findings.push(finding);
        }
    }

    /// Makes a finding and keeps it, or counts it without making it.
    pub(crate) fn push_with(
        &mut self,
        code: &'static Code,
        span: Span,
        finding: impl FnOnce() -> Finding,
    ) {
        if self.admits(code, span) {
            self.findings.push(finding());
        }
    }

    /// A finding still to be written, which gets its pointer only if it is kept.
    pub(crate) fn write(
        &mut self,
        code: &'static Code,
        file: &Arc<SourceFile>,
        span: Span,
        pointer: impl FnOnce() -> String,
    ) -> &mut Finding {
        let place = Place::span(file, span);
        if self.admits(code, span) {
            let place = Place { pointer: pointer(), ..place };
            self.findings.push(code.finding(place, ""));
            return self.findings.last_mut().expect("one was pushed");
        }
        self.surplus.insert(code.finding(place, ""))
    }

    /// Whether something was found at exactly this place.
    pub(crate) fn knows(&self, span: Span) -> bool {
        self.places.contains(&span)
    }

    /// Whether a finding of a code was kept at exactly this place.
    pub(crate) fn has(&self, code: &Code, span: Span) -> bool {
        self.findings.iter().any(|finding| finding.code == code && finding.place.span == span)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn finish(mut self) -> Vec<Finding> {
        for (code, count) in &self.counts {
            let Some(more) = count.checked_sub(self.max).filter(|&more| more > 0) else { continue };
            let last = self.findings.iter_mut().rfind(|finding| finding.code == *code);
            if let Some(last) = last {
                let places = if more == 1 { "place" } else { "places" };
                last.message.push_str(&format!(", and {more} more {places} in this file"));
            }
        }
        self.findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: Code = Code::error("EXC999", "fault");
    const OTHER: Code = Code::error("EXC998", "other-fault");

    fn messages(n: usize) -> Vec<String> {
        let file = Arc::new(SourceFile::new("a.yaml", "x".repeat(n)));
        let mut flood = Flood::new(3);
        for at in 0..n {
            let span = Span::new(at, at + 1);
            flood.push_with(&CODE, span, || {
                CODE.finding(Place::span(&file, span), format!("fault {at}"))
            });
        }
        flood.write(&OTHER, &file, Span::default(), String::new).message.push_str("other");
        flood.finish().into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_few_findings_are_kept_as_they_are() {
        assert_eq!(messages(3), ["fault 0", "fault 1", "fault 2", "other"]);
    }

    #[test]
    fn the_last_of_many_says_how_many_more_there_are() {
        let last = |n| messages(n).remove(2);
        assert_eq!(messages(9).len(), 4);
        assert_eq!(last(4), "fault 2, and 1 more place in this file");
        assert_eq!(last(9), "fault 2, and 6 more places in this file");
    }

    #[test]
    fn a_place_is_known_also_where_its_finding_was_only_counted() {
        let file = Arc::new(SourceFile::new("a.yaml", "xyz"));
        let mut flood = Flood::new(1);
        flood.push(CODE.finding(Place::span(&file, Span::new(0, 1)), "x"));
        flood.push(CODE.finding(Place::span(&file, Span::new(1, 2)), "y"));
        assert!(flood.knows(Span::new(1, 2)) && !flood.knows(Span::new(2, 3)));
    }
}
