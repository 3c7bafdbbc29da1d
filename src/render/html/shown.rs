//! Text on its way into the page: the only place that escapes.

use std::fmt::{self, Write};

use chrono::NaiveDate;
use maud::{Markup, Render, html};

use super::anchors::{Anchors, fragment};
use super::{Safe, count};
use crate::report::document::{Quantity, Span, Text};

/// So many ids are links; more are a list to search, which would otherwise be most of the page.
const MAX_LINKS: usize = 40;

impl Render for Safe<'_> {
    fn render_to(&self, page: &mut String) {
        write!(Escaping(page), "{self}").expect("a string takes everything");
    }
}

/// Writes text so that it is text in an element and in a quoted attribute.
struct Escaping<'a>(&'a mut String);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        Ok(())
    }
}

/// A sentence or a few.
pub(super) fn text(text: &Text, anchors: &Anchors<'_>) -> Markup {
    html! {
        @for span in &text.0 {
            @match span {
                Span::Plain(text) => (unbroken(text)),
                Span::Strong(text) => strong { (Safe(text)) },
                Span::Code(text) => code { (Safe(text)) },
                Span::Id(id) => (link(id, anchors)),
            }
        }
    }
}

/// A text in which no day is broken at its hyphens.
pub(super) fn unbroken(text: &str) -> Markup {
    html! {
        @for word in text.split_inclusive(' ') {
            @if word.get(..10).is_some_and(|day| day.parse::<NaiveDate>().is_ok()) {
                span.day { (Safe(word.trim_end())) }
                @if word.ends_with(' ') { " " }
            } @else {
                (Safe(word))
            }
        }
    }
}

/// A sentence of ours, in which values stand in backticks.
pub(super) fn sentence(sentence: &'static str) -> Markup {
    html! {
        @for (at, part) in sentence.split('`').enumerate() {
            @if at % 2 == 1 { code { (Safe(part)) } } @else { (Safe(part)) }
        }
    }
}

/// An id, as a link to where its record is listed.
pub(super) fn link(id: &str, anchors: &Anchors<'_>) -> Markup {
    html! {
        @if anchors.holds(id) {
            a href={ "#" (fragment(id)) } { (Safe(id)) }
        } @else {
            code { (Safe(id)) }
        }
    }
}

/// Ids after each other, with the words for what they are where they have to be named.
pub(super) fn ids(ids: &[String], anchors: &Anchors<'_>) -> Markup {
    html! {
        @if ids.len() <= MAX_LINKS {
            p.ids {
                @for (index, id) in ids.iter().enumerate() {
                    @if index > 0 { " " }
                    (link(id, anchors))
                }
            }
        } @else {
            div.ids.many role="group" tabindex="0" aria-label=(count(ids.len(), "record")) {
                p {
                    @for (index, id) in ids.iter().enumerate() {
                        @if index > 0 { " " }
                        (Safe(id))
                    }
                }
            }
        }
    }
}

/// What a program reads where people read [`Quantity::words`]; nothing where nothing was measured.
pub(super) fn value(quantity: Quantity) -> String {
    match quantity {
        Quantity::Count(n) => n.to_string(),
        Quantity::Days(days) => days.to_string(),
        Quantity::Share { part, whole } => {
            Quantity::percent(part, whole).map(|percent| percent.to_string()).unwrap_or_default()
        }
        Quantity::None | Quantity::NeedsHistory => String::new(),
    }
}
