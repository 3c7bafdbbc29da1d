//! Reports as typed data: what there is to say, before anybody decides how it looks.
//!
//! Invariant: pure. Text of records stands here as it is; whoever writes it makes it harmless.

pub(crate) mod policies;
pub(crate) mod review;
