//! A report as one HTML file: complete without a script, without a network and without an eye.
//!
//! [`frame`] is what stands around the sections, [`blocks`] what stands in them; a [`table`] and a
//! [`chart`] have files of their own, and each [`drawing`] too. All text passes [`Safe`], which
//! [`shown`] teaches to escape; what is named by a record's id is found by [`anchors`].
//!
//! Invariant: byte-identical for equal documents. No `style` attribute and no handler, since the
//! page's own security policy forbids them.

mod anchors;
mod blocks;
mod chart;
mod drawing;
mod frame;
#[cfg(test)]
mod hostile;
mod shown;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use anchors::Anchors;
use base64ct::{Base64, Encoding};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{Safe, count};
use crate::report::document::Document;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes a report as a page that stands alone.
pub(crate) fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(document).into_string().as_bytes())
}

fn page(document: &Document) -> Markup {
    let anchors = Anchors::of(document);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(PreEscaped(security_policy()));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (Safe(&document.title)) ", " (document.stamp.today.to_string()) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                @if document.charts().next().is_some() {
                    (drawing::patterns())
                }
                div.page {
                    (frame::masthead(document, &anchors))
                    (frame::contents(document))
                    main #main tabindex="-1" {
                        @for section in document.shown() {
                            (blocks::section(section, &anchors))
                        }
                    }
                    (frame::colophon(document))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// What the page may do: show itself. The only style and the only script are named by their hash.
fn security_policy() -> String {
    let hash = |text: &str| Base64::encode_string(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; \
         base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}
