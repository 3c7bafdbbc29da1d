//! Ctrl-C: while another program has the terminal, it is meant for that program; else it ends the
//! run, which may have a last word to say.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

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

static LAST_WORD: Mutex<Option<String>> = Mutex::new(None);

/// What whoever ends the run has to be told.
pub fn last_word() -> Option<String> {
    LAST_WORD.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Sets that; none where nothing is left to say.
pub(crate) fn set_last_word(word: Option<String>) {
    *LAST_WORD.lock().unwrap_or_else(PoisonError::into_inner) = word;
}
