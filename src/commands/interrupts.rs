//! Ctrl-C while another program has the terminal: it is meant for that program.

use std::sync::atomic::{AtomicBool, Ordering};

static ARE_LEFT: AtomicBool = AtomicBool::new(false);

/// Whether whoever listens to signals has to leave Ctrl-C to the program in the foreground.
pub fn are_left() -> bool {
    ARE_LEFT.load(Ordering::SeqCst)
}

/// Does something while they are.
pub(crate) fn leaving<T>(act: impl FnOnce() -> T) -> T {
    ARE_LEFT.store(true, Ordering::SeqCst);
    let result = act();
    ARE_LEFT.store(false, Ordering::SeqCst);
    result
}
