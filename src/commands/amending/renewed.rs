//! A renewal of today that somebody got wrong: a second one needs a later day, so it is corrected
//! in another way.

use super::Desk;
use crate::commands::Failure;
use crate::commands::git_words::GitWords;
use crate::env::Env;

/// Why an exception that was renewed today is not renewed again, and what corrects the renewal; none
/// where it was not.
pub(in crate::commands) fn today(desk: &Desk, at: usize, env: &Env<'_>) -> Option<Failure> {
    let record = &desk.register.records[at];
    let exception = &record.exception;
    let last = exception.renewals.last().filter(|it| it.date == Some(env.today))?;
    let until = last.until.map_or_else(String::new, |until| format!(", through {until}"));
    let message = format!(
        "`{}` was renewed today{until}, and a second renewal needs a later day",
        exception.id
    );
    let words = GitWords::of(&desk.workspace, env);
    let path = words.path(&desk.workspace.root.join(record.file().path()), env);
    let hint = format!(
        "where it is not committed, `{} restore {path}` takes back all that is not, then renew it; where it is, and is not merged, edit `until` and `expires` of today's entry in {path}; else renew it tomorrow",
        words.git
    );
    Some(Failure::new(message).hint(hint))
}
