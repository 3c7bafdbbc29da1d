//! Reports as typed data: what there is to say, before anybody decides how it looks.
//!
//! Invariant: pure. Text of records stands here as it is; whoever writes it makes it harmless.

#[allow(dead_code)]
pub(crate) mod document;
pub(crate) mod policies;
pub(crate) mod review;
