//! What stands around the sections of a report: masthead, contents and colophon.

use maud::{Markup, html};

use super::anchors::Anchors;
use super::{Safe, count, shown};
use crate::report::document::{Document, Origin};

/// Letters of a commit's name that people read.
const SHORT: usize = 7;

/// The title, what a reader takes home, and what it all stands on.
pub(super) fn masthead(document: &Document, anchors: &Anchors<'_>) -> Markup {
    let stamp = &document.stamp;
    html! {
        header.masthead {
            p.eyebrow {
                "Exception register"
                @for origin in stamp.registers.iter().take(1) {
                    span.sep { " / " } (Safe(&origin.name))
                }
                @if stamp.registers.len() > 1 {
                    " and " (count(stamp.registers.len() - 1, "other"))
                }
            }
            h1 { (Safe(&document.title)) }
            @if !document.lead.is_empty() {
                p.lead { (shown::text(&document.lead, anchors)) }
            }
            dl.stamp {
                div { dt { "As of" } dd { (stamp.today.to_string()) span.unit { " UTC" } } }
                @for origin in &stamp.registers {
                    (register(origin))
                }
                @if !stamp.filters.is_empty() {
                    div {
                        dt { "Only" }
                        dd { @for filter in &stamp.filters { code { (Safe(filter)) } " " } }
                    }
                }
            }
            @if !document.notes.is_empty() {
                section.notes aria-label="What limits this report" {
                    @for note in &document.notes {
                        p { (shown::text(note, anchors)) }
                    }
                    (unreadable(document))
                }
            }
        }
    }
}

fn register(origin: &Origin) -> Markup {
    html! {
        div {
            dt { "Register " code { (Safe(&origin.name)) } }
            dd {
                (count(origin.n_records, "record"))
                @match &origin.history {
                    Some(history) => {
                        span.unit {
                            ", " (Safe(&history.mainline)) " at "
                            code { (Safe(&short(&history.tip))) }
                            @if !history.is_complete { ", history is cut short" }
                        }
                    }
                    None => span.unit { ", no history" },
                }
            }
        }
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(SHORT).collect()
}

fn unreadable(document: &Document) -> Markup {
    let files = document.unreadable();
    html! {
        @if !files.is_empty() {
            details {
                summary { (count(files.len(), "file")) " that could not be read" }
                ul { @for file in &files { li { code { (Safe(file)) } } } }
            }
        }
    }
}

/// The sections of the page, to go to.
pub(super) fn contents(document: &Document) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            ol {
                @for section in document.shown() {
                    li { a href={ "#s-" (section.key) } { (Safe(&section.title)) } }
                }
            }
        }
    }
}

/// How the page came to be, and what its words mean.
pub(super) fn colophon(document: &Document) -> Markup {
    let definitions = definitions(document);
    html! {
        footer.colophon {
            @if !definitions.is_empty() {
                details.glossary {
                    summary { "What the numbers mean" }
                    dl {
                        @for (what, definition) in definitions {
                            dt { (Safe(what)) }
                            dd { (shown::sentence(definition)) }
                        }
                    }
                }
            }
            p {
                "Made by exc " (env!("CARGO_PKG_VERSION")) " with "
                code {
                    "exc report " (document.report) " --format html"
                    @for option in document.stamp.options.iter().chain(&document.stamp.filters) {
                        " " (Safe(option))
                    }
                }
                ". The same register at the same commit on the same day gives this page again, byte for byte. It asks no other host for anything."
            }
        }
    }
}

/// What is defined, and how, in the order of the page.
fn definitions(document: &Document) -> Vec<(&str, &'static str)> {
    let figures = document.figures().map(|it| (it.label.as_str(), it.definition));
    let tables = document.tables().map(|it| (it.caption.as_str(), it.definition));
    let charts = document.charts().map(|it| (it.title.as_str(), it.definition));
    let all = figures.chain(tables).chain(charts);
    all.filter(|(_, definition)| !definition.is_empty()).collect()
}
