//! Those who wrote the texts that once stood on the mainline: whoever puts one back has not written
//! it.
//!
//! A text is known again by what it says, whatever its title and layout. Few texts come back, so
//! that what one says is only found out where another ends on the same day at the same risk.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lineage::Digest;
use super::wrote::Wrote;
use crate::changes;
use crate::source::Record;

/// Those who wrote the older texts of a record, or of the policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Older {
    /// Texts that nobody has compared with anything yet.
    texts: Vec<(Arc<Record>, Wrote)>,
    known: BTreeMap<Digest, Wrote>,
}

impl Older {
    /// Keeps those who wrote a record that another text replaces.
    pub(super) fn keep(&mut self, text: &Arc<Record>, wrote: Wrote) {
        self.texts.push((Arc::clone(text), wrote));
    }

    /// The same for a text of which only the bytes are compared.
    pub(super) fn keep_exact(&mut self, content: Digest, wrote: &Wrote) {
        self.known.entry(content).or_default().join(wrote);
    }

    /// Finds out what those texts say that may say the same as this one, once.
    pub(super) fn compare(&mut self, text: &Record) {
        for (older, wrote) in self.texts.extract_if(.., |(older, _)| may_be_same(older, text)) {
            self.known.entry(said(&older)).or_default().join(&wrote);
        }
    }

    /// Those who wrote this text when it stood there before.
    pub(super) fn of(&self, text: &Record) -> Wrote {
        let mut wrote = Wrote::default();
        let alike = self.texts.iter().filter(|(older, _)| may_be_same(older, text));
        let alike: Vec<_> = alike.collect();
        if alike.is_empty() && self.known.is_empty() {
            return wrote;
        }
        let own = said(text);
        wrote.join(&self.of_exact(own));
        for (_, others) in alike.into_iter().filter(|(older, _)| said(older) == own) {
            wrote.join(others);
        }
        wrote
    }

    /// The same for a text of which only the bytes are compared.
    pub(super) fn of_exact(&self, content: Digest) -> Wrote {
        self.known.get(&content).cloned().unwrap_or_default()
    }
}

/// Whether two texts agree in what each says in few words.
fn may_be_same(a: &Record, b: &Record) -> bool {
    let outline = |text: &Record| {
        let exception = &text.exception;
        (exception.expires, exception.opened, exception.risk.level)
    };
    outline(a) == outline(b)
}

/// What a text says whatever its title and layout; its tree is let go of again.
fn said(text: &Record) -> Digest {
    Digest::of(changes::substance(&text.reread()).as_bytes())
}
