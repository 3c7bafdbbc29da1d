//! What the tests of the formats share.

use crate::bridge::input::{Fault, Input};
use crate::bridge::{Format, Suppression};
use crate::model::reach::{Cover, Hierarchy, Reach};

/// The suppressions of a file that can be read.
pub(super) fn all(format: &Format, path: &str, text: &str) -> Vec<Suppression> {
    let input = Input::new(path, text.as_bytes()).expect("UTF-8");
    (format.read)(&input).expect("suppressions")
}

/// The line of what is wrong with a file, and what it is.
pub(super) fn fault(format: &Format, path: &str, bytes: &[u8]) -> (usize, String) {
    let (input, fault): (Input, Fault) = match Input::new(path, bytes) {
        Err(fault) => fault,
        Ok(input) => match (format.read)(&input) {
            Ok(found) => panic!("{path} is fine: {found:?}"),
            Err(fault) => (input, fault),
        },
    };
    (input.file.position(fault.span.start).line, fault.message)
}

/// Whether one reach is known to lie within another.
pub(super) fn covers(outer: &Reach, inner: &Reach) -> bool {
    matches!(outer.covers(inner, &Hierarchy::default()), Cover::Same | Cover::Within)
}
