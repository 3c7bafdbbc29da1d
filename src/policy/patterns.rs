//! The patterns of a policy, compiled within a budget, so that no policy can fill the memory.

use regex::{Regex, RegexBuilder};

use crate::source;

/// Characters that a pattern may have.
const MAX_PATTERN: usize = 1_000;
/// Bytes that a compiled pattern may take; it is charged with the first that suffice.
const SIZES: [usize; 4] = [1 << 14, 1 << 16, 1 << 18, 1 << 20];
/// Bytes that all of them may be charged with.
const BUDGET: usize = 8 << 20;

/// Bytes that are left for compiled patterns; `None` once they did not suffice.
pub(super) struct Budget(Option<usize>);

/// Why a pattern cannot be used.
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) help: &'static str,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self(Some(BUDGET))
    }

    /// Compiles a pattern for whole texts. Without a budget there is nothing to say: it has been
    /// said already that the patterns are too large.
    pub(super) fn compile(&mut self, pattern: &str) -> Result<Regex, Option<Refusal>> {
        let refused = |message, help| Err(Some(Refusal { message, help }));
        let n_characters = pattern.chars().count();
        if n_characters > MAX_PATTERN {
            let message =
                format!("the pattern has {n_characters} characters, more than {MAX_PATTERN}");
            return refused(message, "write a shorter pattern");
        }
        let budget = self.0.ok_or(None)?;
        match compile(pattern, budget) {
            Ok((compiled, size)) => {
                self.0 = Some(budget - size);
                Ok(compiled)
            }
            Err(regex::Error::CompiledTooBig(limit)) if limit < SIZES[3] => {
                self.0 = None;
                let message = "the patterns of this policy are too large together".to_owned();
                refused(message, "write smaller counts in `{…}`, or fewer patterns")
            }
            Err(error) => {
                // What is too large has cost as much as the largest that is not.
                if matches!(error, regex::Error::CompiledTooBig(_)) {
                    self.0 = budget.checked_sub(SIZES[3]);
                }
                let reason = error.to_string();
                let reason =
                    reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                refused(
                    format!("the pattern cannot be used: {reason}"),
                    "look-around and back-references are not available; see https://docs.rs/regex/#syntax",
                )
            }
        }
    }
}

/// Compiles a pattern for whole texts, and says with how many bytes of the budget it is charged.
fn compile(pattern: &str, budget: usize) -> Result<(Regex, usize), regex::Error> {
    let mut result = Err(regex::Error::CompiledTooBig(0));
    for size in SIZES.into_iter().take_while(|&size| size <= budget) {
        let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(size).build();
        // By itself first: what is no pattern could close the group that is put around it.
        result = build(pattern).and_then(|_| build(&source::whole(pattern))).map(|it| (it, size));
        if !matches!(result, Err(regex::Error::CompiledTooBig(_))) {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, policy, problem};

    #[test]
    fn a_pattern_cannot_break_out_of_the_whole_text() {
        let unopened = "EXC030 the pattern cannot be used: unopened group";
        for pattern in ["ok)|(?:.*", "ok)|(?:"] {
            assert_eq!(
                problem(&format!("ids: {{pattern: '{pattern}'}}\n")),
                format!("3:16 {unopened}")
            );
            let field = format!("fields: {{a: {{type: string, pattern: '{pattern}'}}}}\n");
            assert_eq!(problem(&field), format!("3:37 {unopened}"), "{pattern}");
        }
        let policy = policy("ids: {pattern: 'a|b'}\n").expect("usable");
        assert!(policy.id_pattern.is_match("b") && !policy.id_pattern.is_match("bx"));
    }

    #[test]
    fn patterns_that_are_too_large_together_are_refused_once() {
        let text = fields(40, ", pattern: '(a{90}){90}'");
        assert!(policy(&fields(2, ", pattern: '(a{90}){90}'")).is_ok());
        let problem = problem(&text);
        assert!(
            problem.ends_with("EXC030 the patterns of this policy are too large together"),
            "{problem}"
        );
        assert_eq!(problem.lines().count(), 1, "{problem}");
    }

    #[test]
    fn patterns_that_are_too_large_by_themselves_use_up_the_budget() {
        let problem = problem(&fields(150, r", pattern: '(\w{90}){90}'"));
        let lines: Vec<&str> = problem.lines().collect();
        assert_eq!(lines.len(), 9, "{problem}");
        assert!(lines[0].contains("exceeds size limit"), "{problem}");
        assert!(lines[8].contains("too large together"), "{problem}");
    }

    #[test]
    fn a_pattern_of_any_length_is_not_compiled() {
        let problem = problem(&format!("ids: {{pattern: '{}x'}}\n", r"\w|".repeat(100_000)));
        assert_eq!(problem, "3:16 EXC030 the pattern has 300001 characters, more than 1000");
    }

    #[test]
    fn a_pattern_bomb_is_refused() {
        let problem = problem("ids: {pattern: '(((a{1,1000}){1,1000}){1,1000})'}\n");
        assert!(problem.starts_with("3:16 EXC030 the pattern cannot be used"), "{problem}");
    }
}
