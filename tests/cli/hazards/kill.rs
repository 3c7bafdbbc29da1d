//! Signals, at many moments of a run.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Instant;

use super::each_writer;
use super::scene::{Scene, leftovers};

/// When a signal comes.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// As soon as a temporary file is there.
    Writing,
    /// After so many hundredths of the time that a run takes.
    After(u32),
}

/// Signals, of which the first leaves nobody the time to tidy up.
const KILLS: [(&str, Moment); 8] = [
    ("KILL", Moment::Writing),
    ("TERM", Moment::Writing),
    ("INT", Moment::Writing),
    ("KILL", Moment::After(40)),
    ("TERM", Moment::After(60)),
    ("KILL", Moment::After(75)),
    ("INT", Moment::After(85)),
    ("KILL", Moment::After(95)),
];

/// A shell that sends signals, and is there when one has to be sent at once.
struct Sender(Child);

impl Sender {
    fn new() -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "while read signal to; do kill -$signal $to; done"]);
        // Who has ended already gets none.
        shell.stdin(Stdio::piped()).stderr(Stdio::null());
        Self(shell.spawn().expect("a shell"))
    }

    fn send(&mut self, signal: &str, to: &Child) {
        let pipe = self.0.stdin.as_mut().expect("a pipe");
        writeln!(pipe, "{signal} {}", to.id()).expect("the shell reads");
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn a_kill_leaves_each_file_old_or_new_and_whole_and_the_next_run_works() {
    each_writer(|scene| {
        let mut sender = Sender::new();
        for (signal, moment) in KILLS {
            kill(scene, &mut sender, signal, moment);
            scene.reset();
        }
    });
}

fn kill(scene: &Scene, sender: &mut Sender, signal: &str, moment: Moment) {
    let what = format!("{signal} {moment:?}");
    let start = Instant::now();
    let mut child = scene.start(0);
    match moment {
        Moment::After(hundredths) => {
            sleep((scene.duration * hundredths / 100).saturating_sub(start.elapsed()));
        }
        Moment::Writing => {
            while leftovers(&scene.w).is_empty() && child.try_wait().expect("it runs").is_none() {}
        }
    }
    // Nobody else gets its number before it is waited for.
    if child.try_wait().expect("it runs").is_none() {
        sender.send(signal, &child);
    }
    let output = child.wait_with_output().expect("it ends");
    let words = scene.words;
    let code = output.status.code();
    let is_ended = code.is_none() || code == scene.code || matches!(code, Some(130 | 143));
    assert!(is_ended, "{words:?}, {what}: {output:?}");
    let now = scene.whole(&what);
    let left = leftovers(&scene.w);
    assert!(left.is_empty() || signal == "KILL", "{words:?}, {what}: {left:?}");
    if scene.w.path("exceptions/policy.yaml").exists() {
        let listed = scene.w.run(&["list", "--all", "--format", "ids"]).out;
        let is_record = |path: &&String| path.starts_with("exceptions/EXC-");
        let n_records = now.keys().filter(is_record).count();
        assert_eq!(listed.lines().count(), n_records, "{words:?}, {what}: {listed}");
    }
    let said = scene.run(0);
    // What has happened already may happen once more, where each time counts.
    if now == scene.before || !scene.is_one_for_each() {
        let then = scene.whole(&format!("{what}, and again"));
        assert_eq!(then, scene.after, "{words:?}, {what}, and again: {said:?}");
    }
}
