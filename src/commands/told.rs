//! What is said on standard error beside the result: in lines that fit, where it is a terminal.

use unicode_width::UnicodeWidthStr as _;

use crate::env::Env;
use crate::render::{self, Safe};

/// Columns that are worth writing in beside a label.
const LEAST: usize = 24;
/// Columns before what stands below a label.
const BELOW: usize = 6;

/// Says a line. One that cannot be written is no reason to fail; a question that cannot be shown is
/// not answered either, which ends the conversation.
pub(crate) fn tell(env: &mut Env<'_>, text: &str) {
    for line in render::fitted(text, env.told_width()) {
        let _ = writeln!(env.err, "{line}");
    }
}

/// Says something beside a label, or below it where that leaves too little room.
pub(super) fn beside(env: &mut Env<'_>, label: &str, text: &str) {
    let label = Safe(label).to_string();
    let at = label.width();
    let has_room = env.told_width().is_none_or(|width| at + LEAST <= width);
    let (before, indentation) = if has_room { (label, at) } else { (label + "\n", BELOW) };
    let lines = render::hung(&Safe(text).to_string(), indentation, indentation, env.told_width());
    let text = lines.join("\n");
    let text = if has_room { text.trim_start() } else { &text };
    let _ = writeln!(env.err, "{}", format!("{before}{text}").trim_end());
}

/// Says what is asked for, after an empty line.
pub(super) fn question(env: &mut Env<'_>, label: &str, about: &str, is_bold: bool) {
    let (bold, plain) = if is_bold { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let label = Safe(label).to_string();
    let lines = render::fitted(&format!("{label}: {about}"), env.told_width());
    let _ = writeln!(env.err);
    for (at, line) in lines.iter().enumerate() {
        let _ = match line.strip_prefix(&label).filter(|_| at == 0) {
            Some(rest) => writeln!(env.err, "{bold}{label}{plain}{rest}"),
            None => writeln!(env.err, "{line}"),
        };
    }
}

/// Says what an answer is typed behind.
pub(super) fn prompt(env: &mut Env<'_>, text: &str) {
    let lines = render::fitted(text.trim_end(), env.told_width());
    let _ = write!(env.err, "{} ", lines.join("\n")).and_then(|()| env.err.flush());
}
