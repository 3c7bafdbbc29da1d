//! Histories that must come out right: each is built commit by commit, and has one verdict.
//!
//! The number in a test's name is that of its history in the list from which the trail was
//! designed; the words after it say what must hold.

mod clones;
mod emergencies;
mod endings;
mod evidence;
mod keeping;
mod lineage;
mod policies;
mod properties;
mod proposals;
mod rejections;
mod separation;
mod tricks;
mod unsigned;
mod variants;
mod world;
