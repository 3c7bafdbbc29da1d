//! Which open exceptions a new one may be instead of.

use crate::commands::Globals;
use crate::env::Env;
use crate::model::{Exception, window};
use crate::register::Register;
use crate::text::shell_word;

use super::offers;

/// Exceptions that are named.
const MAX_NAMED: usize = 5;
/// How much of their pairs of letters two titles share that say the same.
const MIN_LIKENESS: f64 = 0.8;

/// An open exception that may be about the same, and why.
struct Similar<'a> {
    exception: &'a Exception,
    why: &'static str,
}

/// Says which open exceptions are like a new one, before it is written.
pub(super) fn tell(own: &Exception, register: &Register, globals: &Globals, env: &mut Env<'_>) {
    let similar = find(own, register);
    if similar.is_empty() {
        return;
    }
    globals.note(env, "similar exceptions are open:");
    for Similar { exception, why } in similar.iter().take(MAX_NAMED) {
        let until = exception.expires.map(|day| window::describe(day, env.today));
        globals.note(env, &format!("  {}  {}", exception.id, exception.title));
        globals.note(env, &format!("    {why}; {}", until.unwrap_or_default()));
    }
    if similar.len() > MAX_NAMED {
        globals.note(env, &format!("  and {} more", similar.len() - MAX_NAMED));
    }
    let id = shell_word(&similar[0].exception.id);
    globals.note(
        env,
        &format!("if one of them is about this, change it instead: `exc amend {id}` widens it, `exc renew {id}` allows it for longer"),
    );
}

/// The nearest first.
fn find<'a>(own: &Exception, register: &'a Register) -> Vec<Similar<'a>> {
    let title = own.title.to_lowercase();
    let open = register.exceptions().filter(|it| it.is_open() && it.id != own.id);
    let mut found: Vec<(u8, Similar<'_>)> = open
        .filter_map(|exception| {
            let shares = offers::shares_control(exception, own);
            let is_team = !own.owner.team.is_empty()
                && exception.owner.team.eq_ignore_ascii_case(&own.owner.team);
            let meets = |target: &String| offers::meets(exception, target);
            let (rank, why) = if shares && own.scope.iter().any(meets) {
                (0, "the same control, and a target that overlaps")
            } else if strsim::sorensen_dice(&title, &exception.title.to_lowercase()) >= MIN_LIKENESS
            {
                (1, "almost the same title")
            } else if shares && is_team {
                (2, "the same control and team")
            } else {
                return None;
            };
            Some((rank, Similar { exception, why }))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, similar)| similar).collect()
}
