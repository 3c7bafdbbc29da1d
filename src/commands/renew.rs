//! `exc renew`: allows exceptions for longer, with a new reason and new evidence.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::amending::{Desk, Planned, WriteArgs};
use super::list::parse_lifetime;
use super::{Failure, Globals, parse_date, read_answer};
use crate::env::{Env, Outcome};
use crate::model::{Exception, Lifetime, window};
use crate::policy::Policy;
use crate::render::{Safe, count};
use crate::source::splice::{Change, Value};
use crate::text::shell_word;

/// Renew exceptions: a later last valid day, for a new reason that has new evidence
///
/// Shows what the policy allows, moves `expires`, adds an entry to `renewals`, and changes nothing else in the file. A renewal needs an approval like a new exception. Of several, each needs a reason and evidence of its own, written as ID=TEXT.
///
/// On a terminal, asks for what no flag gives. Prints the path of each file. Exit codes: 0 written; 1 refused by a rule, and nothing was written; 2 something is missing, or a record cannot be read or written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc renew EXC-2026-K7QD --for 60d \\
    --reason 'The preview lacks our region; the vendor names January.' \\
    --evidence https://example.com/vendor/status/49020
  exc renew K7QD 9T4B --until 2027-03-31 \\
    --reason K7QD='…' --evidence K7QD=… --reason 9T4B='…' --evidence 9T4B=…")]
pub(crate) struct Args {
    /// The record's id, or any part of it that no other id has; may be several
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// The new last valid day (UTC)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    until: Option<NaiveDate>,
    /// How long it is valid from today instead, such as 60d, 8w or 2m
    #[arg(long = "for", value_name = "LIFETIME", value_parser = parse_lifetime, conflicts_with = "until")]
    lifetime: Option<Lifetime>,
    /// What has changed since it was granted, so that it is still needed
    #[arg(long, value_name = "TEXT")]
    reason: Vec<String>,
    /// Where to see that
    #[arg(long, value_name = "TEXT")]
    evidence: Vec<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// What a renewal says.
#[derive(Clone, Debug, Default)]
struct Renewal {
    at: usize,
    until: NaiveDate,
    reason: String,
    evidence: String,
}

impl Renewal {
    fn changes(&self, today: NaiveDate) -> Vec<Change> {
        let text = |text: &str| (!text.is_empty()).then(|| Value::text(text));
        let entry = Value::map([
            ("date", Some(Value::plain(today))),
            ("until", Some(Value::plain(self.until))),
            ("reason", text(&self.reason)),
            ("evidence", text(&self.evidence)),
        ]);
        let expires = Change::set("/expires", Value::plain(self.until));
        vec![expires, Change::append("/renewals", entry)]
    }
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let desk = Desk::open(globals, env)?;
    let places = desk.find_all(&args.ids)?;
    let exceptions: Vec<&Exception> =
        places.iter().map(|&at| desk.open_exception(at)).collect::<Result<_, _>>()?;
    each_has_its_record("--reason", &args.reason, &exceptions, &args.ids)?;
    each_has_its_record("--evidence", &args.evidence, &exceptions, &args.ids)?;
    let until = match args.lifetime {
        Some(lifetime) => {
            let end = || Failure::new("that is past the end of the calendar");
            Some(lifetime.after(env.today).ok_or_else(end)?)
        }
        None => args.until,
    };
    let asks = env.terminal.input && env.terminal.output && !globals.no_input;
    let mut renewals = Vec::new();
    let mut lacking = Vec::new();
    for (&at, exception) in places.iter().zip(exceptions) {
        let bounds = Bounds::of(exception, &desk.workspace.policy, env.today);
        bounds.lines(exception, env.today).iter().for_each(|line| globals.note(env, line));
        let of = |flag, texts| own(flag, texts, exception, &args.ids, places.len());
        let reason = of("--reason", &args.reason)?;
        let evidence = of("--evidence", &args.evidence)?;
        let renewal = match (until, reason, evidence) {
            (Some(until), Some(reason), Some(evidence)) => Renewal { at, until, reason, evidence },
            (until, reason, evidence) if asks => {
                if !args.write.force && !bounds.allow(exception) {
                    globals.note(env, "nothing was written; `--force` asks nevertheless");
                    return Ok(Outcome::Findings);
                }
                let expires = exception.expires;
                ask(
                    &desk,
                    (at, until, reason, evidence),
                    (expires, &bounds),
                    args.write.force,
                    env,
                )?
            }
            _ if bounds.n_renewals >= bounds.max_renewals && !args.write.force => {
                let id = shell_word(&exception.id);
                globals.note(env, &format!("nothing was written: `exc close {id}` ends it, and `exc new` files what is still needed"));
                return Ok(Outcome::Findings);
            }
            (until, reason, evidence) => {
                lacking.push((exception, lacks(until, &reason, &evidence)));
                continue;
            }
        };
        check(&renewal, exception, &bounds)?;
        renewals.push(renewal);
    }
    if !lacking.is_empty() {
        return Err(missing(&lacking).into());
    }
    each_its_own(&renewals)?;
    let planned = renewals.iter().map(|it| Planned::new(it.at, it.changes(env.today))).collect();
    desk.write(planned, "renew", args.write, globals, env)
}

/// What the policy allows a renewal that begins today.
struct Bounds {
    latest: NaiveDate,
    /// Which limit that is.
    reason: String,
    n_renewals: usize,
    max_renewals: usize,
}

impl Bounds {
    fn of(exception: &Exception, policy: &Policy, today: NaiveDate) -> Self {
        let durations = &policy.durations;
        let mut limits: Vec<(NaiveDate, String)> = Vec::new();
        let grant = |days: u32, what: String| {
            let reason = format!("{what} gets at most {} from today", window::n_days(days.into()));
            (window::days_after(today, days), reason)
        };
        if let Some(level) = exception.risk.level {
            limits.push(grant(durations.max_days.get(level), format!("{level} risk")));
        }
        for id in &exception.controls {
            let days = policy.control(id).and_then(|(_, control)| control.max_days);
            limits.extend(days.map(|days| grant(days, format!("`{id}`"))));
        }
        if let Some(opened) = exception.opened {
            let days = durations.max_total_days;
            let reason = format!(
                "an exception gets at most {} in all, from {opened}",
                window::n_days(days.into())
            );
            limits.push((window::days_after(opened, days), reason));
        }
        let (latest, reason) = limits.into_iter().min().unwrap_or((NaiveDate::MAX, String::new()));
        let (n_renewals, max_renewals) = (exception.renewals.len(), durations.max_renewals);
        Self { latest, reason, n_renewals, max_renewals }
    }

    /// Whether there is a renewal that no rule about durations refuses.
    fn allow(&self, exception: &Exception) -> bool {
        let is_later = exception.expires.is_none_or(|expires| self.latest > expires);
        self.n_renewals < self.max_renewals && is_later
    }

    /// Where an exception stands, and what it can get.
    fn lines(&self, exception: &Exception, today: NaiveDate) -> Vec<String> {
        let now = exception.expires.map_or_else(
            || "names no last valid day".to_owned(),
            |day| window::describe(day, today),
        );
        let (nth, max) = (self.n_renewals + 1, self.max_renewals);
        let first = format!("{}: {now}", exception.id);
        if self.n_renewals >= max {
            let n = count(self.n_renewals, "time");
            return vec![first, format!("  it was renewed {n}, and the policy allows {max}")];
        }
        let renewal = format!("  renewal {nth} of {max}, through {} at the latest:", self.latest);
        vec![first, renewal, format!("  {}", self.reason)]
    }
}

/// Whether a text is written as that of a record: ID=TEXT.
fn named<'a>(text: &'a str, exception: &Exception, wanted: &[String]) -> Option<&'a str> {
    let (name, text) = text.split_once('=')?;
    let name = name.trim();
    let is_part = wanted.iter().any(|it| it.eq_ignore_ascii_case(name));
    let id = exception.id.to_ascii_lowercase();
    let is_meant =
        name.eq_ignore_ascii_case(&id) || (is_part && id.contains(&name.to_ascii_lowercase()));
    is_meant.then(|| text.trim())
}

/// Of several renewals, each has a reason of its own.
fn each_has_its_record(
    flag: &str,
    texts: &[String],
    exceptions: &[&Exception],
    wanted: &[String],
) -> Result<(), Failure> {
    let is_stray = |text: &&String| !exceptions.iter().any(|it| named(text, it, wanted).is_some());
    match texts.iter().find(is_stray) {
        Some(text) if exceptions.len() > 1 => {
            let n = exceptions.len();
            Err(Failure::new(format!("`{flag}` does not say which of {n} it is for: {text}"))
                .hint(format!("give each renewal its own, as `{flag} ID=TEXT`")))
        }
        _ => Ok(()),
    }
}

/// The text that is meant for a record: the only one, or that which names it.
fn own(
    flag: &str,
    texts: &[String],
    exception: &Exception,
    wanted: &[String],
    n_records: usize,
) -> Result<Option<String>, Failure> {
    let meant: Vec<&str> = texts.iter().filter_map(|text| named(text, exception, wanted)).collect();
    match (meant.as_slice(), texts) {
        ([one], _) if n_records > 1 || texts.len() == 1 => Ok(Some((*one).to_owned())),
        ([], []) => Ok(None),
        ([], [one]) if n_records == 1 => Ok(Some(one.trim().to_owned())),
        ([], _) if n_records > 1 => Ok(None),
        _ => Err(Failure::new(format!("`{}` is given several times `{flag}`", exception.id))
            .hint("say it in one text")),
    }
}

/// The flags without which it cannot be renewed.
fn lacks(
    until: Option<NaiveDate>,
    reason: &Option<String>,
    evidence: &Option<String>,
) -> Vec<&'static str> {
    let parts = [
        (until.is_none(), "`--until` or `--for`"),
        (reason.is_none(), "`--reason`"),
        (evidence.is_none(), "`--evidence`"),
    ];
    parts.iter().filter(|(is_missing, _)| *is_missing).map(|it| it.1).collect()
}

fn missing(lacking: &[(&Exception, Vec<&str>)]) -> Failure {
    let parts = lacking.iter().map(|(it, flags)| format!("`{}` lacks {}", it.id, flags.join(", ")));
    let parts: Vec<String> = parts.collect();
    let hint = match lacking {
        [(it, _)] => {
            format!("add them, or run `exc renew {}` on a terminal to be asked", shell_word(&it.id))
        }
        _ => "give each its own as `--reason ID=TEXT`, or be asked on a terminal".to_owned(),
    };
    Failure::new(parts.join("; ")).hint(hint)
}

/// What no policy could allow; what this one does not is for its rules to say.
fn check(renewal: &Renewal, exception: &Exception, bounds: &Bounds) -> Result<(), Failure> {
    let (id, until) = (&exception.id, renewal.until);
    if let Some(expires) = exception.expires.filter(|expires| until <= *expires) {
        let message = format!("`{id}` is valid through {expires} already, and {until} is no later");
        let hint = match bounds.latest > expires {
            true => format!("name a later day, up to {}", bounds.latest),
            false => {
                format!("the policy allows no later one today: {}; renew it later", bounds.reason)
            }
        };
        return Err(Failure::new(message).hint(hint));
    }
    Ok(())
}

/// Refuses to renew several for one reason: each was granted for its own.
fn each_its_own(renewals: &[Renewal]) -> Result<(), Failure> {
    let key = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut reasons = HashSet::new();
    match renewals.iter().find(|it| !reasons.insert(key(&it.reason))) {
        None => Ok(()),
        Some(it) => Err(Failure::new(format!("two renewals have the same reason: {}", it.reason))
            .hint("say of each why it is still needed: `--reason ID=TEXT`")),
    }
}

/// A renewal of which only some is known.
type Known = (usize, Option<NaiveDate>, Option<String>, Option<String>);

fn ask(
    desk: &Desk,
    (at, until, reason, evidence): Known,
    (expires, bounds): (Option<NaiveDate>, &Bounds),
    is_forced: bool,
    env: &mut Env<'_>,
) -> anyhow::Result<Renewal> {
    let until = match until {
        Some(until) => until,
        None => loop {
            let prompt = format!("last valid day, or how long from today [{}] > ", bounds.latest);
            let answer = read_answer(env, &prompt)?;
            let until = match (answer.is_empty(), Lifetime::parse(&answer)) {
                (true, _) => Some(bounds.latest),
                (_, Some(lifetime)) => lifetime.after(env.today),
                (_, None) => parse_date(&answer).ok(),
            };
            match until {
                Some(until) if expires.is_some_and(|expires| until <= expires) => {
                    say(env, &format!("{until} is no later than the present last valid day"));
                }
                Some(until) if until <= bounds.latest || is_forced => break until,
                Some(until) => {
                    say(env, &format!("{until} is later than {}: {}", bounds.latest, bounds.reason))
                }
                None => say(env, "write a day as YYYY-MM-DD, or a length of time such as 60d"),
            }
        },
    };
    let mut renewal = Renewal { at, until, ..Renewal::default() };
    let question = "what has changed, so that it is still needed";
    let is_fine = |reason: String, env: &mut Env<'_>| {
        let trial = Renewal { reason, ..renewal.clone() };
        is_accepted(desk, &trial, "reason", is_forced, env)
    };
    renewal.reason = text(reason, question, is_fine, env)?;
    let is_fine = |evidence: String, env: &mut Env<'_>| {
        let trial = Renewal { evidence, ..renewal.clone() };
        is_accepted(desk, &trial, "evidence", is_forced, env)
    };
    let evidence = text(evidence, "where to see that", is_fine, env).inspect_err(|_| {
        let (id, reason) = (shell_word(&desk.exception(at).id), shell_word(&renewal.reason));
        say(env, &format!("`exc renew {id} --until {until} --reason {reason}` goes on with it"));
    })?;
    renewal.evidence = evidence;
    Ok(renewal)
}

/// Whether no rule refuses a part of a renewal, which is said at once.
fn is_accepted(
    desk: &Desk,
    trial: &Renewal,
    part: &str,
    is_forced: bool,
    env: &mut Env<'_>,
) -> bool {
    let nth = desk.exception(trial.at).renewals.len();
    let changes = trial.changes(env.today);
    let refusals = desk.refusals(trial.at, &changes, &format!("/renewals/{nth}/{part}"), env.today);
    for finding in &refusals {
        say(env, &finding.message);
        if let Some(help) = &finding.help {
            say(env, &format!("  {help}"));
        }
    }
    refusals.is_empty() || is_forced
}

fn text(
    known: Option<String>,
    question: &str,
    is_fine: impl Fn(String, &mut Env<'_>) -> bool,
    env: &mut Env<'_>,
) -> anyhow::Result<String> {
    if let Some(known) = known {
        return Ok(known);
    }
    loop {
        let answer = read_answer(env, &format!("{question} > "))?;
        if answer.is_empty() {
            say(env, "an answer is needed");
        } else if is_fine(answer.clone(), env) {
            return Ok(answer);
        }
    }
}

fn say(env: &mut Env<'_>, text: &str) {
    // A question that cannot be shown is not answered either, which ends the conversation.
    let _ = writeln!(env.err, "{}", Safe(text));
}
