//! Who approved which exact text, and on top of what: pure over bytes, days and a policy.
//!
//! A [`statement`] says what a person decided about a text, and an [`approval`] is the file that
//! holds it with its signature; [`lineage`] is the history that it was
//! said on top of; [`binding`] compares both with the text at hand, and [`signature`] says whether
//! the person's key stands behind it on a day.
//!
//! Invariant: reads no file, no clock and no repository. A verdict that is not good has a reason.

#[cfg(test)]
mod agreement;
mod approval;
mod binding;
mod lineage;
mod signature;
mod statement;
#[cfg(test)]
mod testing;
