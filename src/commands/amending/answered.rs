//! What somebody has answered, and is not written yet: as commands that go on with it, told however
//! the conversation ends.

use crate::commands::interrupts;
use crate::commands::tell;
use crate::env::Env;
use crate::render::Safe;

/// The answers of a conversation about several records. Dropped, they are written or given up.
#[derive(Default)]
pub(in crate::commands) struct Answered {
    /// Of each record that is settled.
    whole: Vec<String>,
    /// Of the one that is being asked about.
    begun: Option<String>,
}

impl Answered {
    /// So much is known of the record that is being asked about.
    pub(in crate::commands) fn begin(&mut self, command: String) {
        self.begun = Some(command);
        self.remember();
    }

    /// Nothing more is asked about it.
    pub(in crate::commands) fn settle(&mut self, command: String) {
        self.begun = None;
        self.whole.push(command);
        self.remember();
    }

    /// Says them, where the conversation has ended before its end.
    pub(in crate::commands) fn tell(&self, env: &mut Env<'_>) {
        self.lines().for_each(|line| tell(env, &line));
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let all = self.whole.iter().chain(&self.begun);
        all.map(|command| format!("`{command}` goes on with it"))
    }

    /// Has whoever interrupts the run told.
    fn remember(&self) {
        let lines: Vec<String> = self.lines().map(|line| Safe(&line).to_string()).collect();
        interrupts::set_last_word(Some(lines.join("\n")));
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        if self.lines().next().is_some() {
            interrupts::set_last_word(None);
        }
    }
}
