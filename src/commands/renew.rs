//! `exc renew`: allows exceptions for longer, with a new reason and new evidence.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::amending::answered::Answered;
use super::amending::asking::{self, Question};
use super::amending::{Desk, Planned, WriteArgs, renewed};
use super::list::parse_lifetime;
use super::{Failure, Globals, last_day, parse_date, tell};
use crate::env::{Env, Outcome};
use crate::model::{Exception, Lifetime, window};
use crate::render::count;
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
    let asks = globals.can_ask(env);
    let (mut renewals, mut lacking) = (Vec::new(), Vec::new());
    let mut answered = Answered::default();
    for (&at, exception) in places.iter().zip(exceptions) {
        let bounds = Bounds::of(&desk, at, env.today);
        bounds.lines(exception, env.today).iter().for_each(|line| globals.note(env, line));
        if let Some(failure) = renewed::today(&desk, at, env).filter(|_| !args.write.force) {
            return Err(failure.into());
        }
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
                let is_forced = args.write.force;
                // What is refused in the end is said before anything is asked.
                if let Some(until) = until {
                    check(until, exception, &bounds)?;
                    bounds.admit(until, is_forced)?;
                }
                let talk = Conversation { desk: &desk, bounds: &bounds, globals, is_forced };
                let known = Known { at, until, reason, evidence };
                talk.ask(known, &mut answered, env).inspect_err(|_| answered.tell(env))?
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
        check(renewal.until, exception, &bounds)?;
        renewals.push(renewal);
    }
    if !lacking.is_empty() {
        return Err(missing(&lacking).into());
    }
    each_its_own(&renewals)?;
    let planned = renewals.iter().map(|it| Planned::new(it.at, it.changes(env.today))).collect();
    desk.write(planned, "renew", args.write, globals, env)
}

/// What the policy allows a renewal that begins today, and what is proposed.
struct Bounds {
    latest: NaiveDate,
    /// Which limit that is.
    reason: String,
    proposed: NaiveDate,
    why: Option<String>,
    n_renewals: usize,
    max_renewals: usize,
}

impl Bounds {
    /// Refuses a day that is later than the policy allows, unless that is forced.
    fn admit(&self, until: NaiveDate, is_forced: bool) -> Result<(), Failure> {
        let Self { latest, reason, .. } = self;
        match until > *latest && !is_forced {
            true => Err(Failure::new(format!("`{until}` is later than {latest}: {reason}"))
                .hint(format!("name a day up to {latest}; `--force` asks nevertheless"))),
            false => Ok(()),
        }
    }

    fn of(desk: &Desk, at: usize, today: NaiveDate) -> Self {
        let (exception, policy) = (desk.exception(at), &desk.workspace.policy);
        let (latest, reason) = last_day::latest(exception, policy, today);
        let mut ends = desk.register.ends();
        if let Some(others) = exception.expires.and_then(|day| ends.get_mut(&day)) {
            others.retain(|other| other.exception.id != exception.id);
        }
        let first = exception.expires.map_or(today, |day| window::days_after(day, 1).max(today));
        let (proposed, why) = last_day::proposed(latest, first, &ends, policy);
        let (n_renewals, max_renewals) = (exception.renewals.len(), policy.durations.max_renewals);
        Self { latest, reason, proposed, why, n_renewals, max_renewals }
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
        let latest = self.latest;
        let renewal = match exception.expires.filter(|expires| latest <= *expires) {
            Some(_) => {
                format!("  no renewal adds a day now: one would end on {latest} at the latest:")
            }
            None => format!("  renewal {nth} of {max}, through {latest} at the latest:"),
        };
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
fn check(until: NaiveDate, exception: &Exception, bounds: &Bounds) -> Result<(), Failure> {
    let id = &exception.id;
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
struct Known {
    at: usize,
    until: Option<NaiveDate>,
    reason: Option<String>,
    evidence: Option<String>,
}

/// Asks for what is not known of a renewal.
struct Conversation<'a> {
    desk: &'a Desk,
    bounds: &'a Bounds,
    globals: &'a Globals,
    /// Whether what rules refuse is taken too.
    is_forced: bool,
}

impl Conversation<'_> {
    fn ask(
        &self,
        known: Known,
        answered: &mut Answered,
        env: &mut Env<'_>,
    ) -> anyhow::Result<Renewal> {
        let at = known.at;
        let until = match known.until {
            Some(until) => until,
            None => self.until(self.desk.exception(at).expires, env)?,
        };
        let mut renewal = Renewal { at, until, ..Renewal::default() };
        let question = Question::new("reason", "what has changed, so that it is still needed");
        renewal.reason = self
            .text(known.reason, &question, env, |reason| Renewal { reason, ..renewal.clone() })?;
        let question = Question::new("evidence", "where to see that");
        let id = shell_word(&self.desk.exception(at).id);
        let reason = shell_word(&renewal.reason);
        let command =
            format!("{} renew {id} --until {until} --reason {reason}", self.globals.words());
        answered.begin(command.clone());
        renewal.evidence = self.text(known.evidence, &question, env, |evidence| Renewal {
            evidence,
            ..renewal.clone()
        })?;
        answered.settle(format!("{command} --evidence {}", shell_word(&renewal.evidence)));
        Ok(renewal)
    }

    fn until(&self, expires: Option<NaiveDate>, env: &mut Env<'_>) -> anyhow::Result<NaiveDate> {
        let Bounds { latest, reason, proposed, why, .. } = self.bounds;
        let about = "the last valid day, as a date or a length of time from today such as 60d";
        let mut question = Question::new("until", about);
        question.lines.extend(why.clone());
        question.default = Some(proposed.to_string());
        question.ask(self.globals, env, |answer, env| {
            let until = match Lifetime::parse(answer) {
                Some(lifetime) => lifetime.after(env.today).ok_or_else(String::new),
                None => parse_date(answer),
            };
            let refusal = match until {
                Err(why) if why.contains("calendar") => format!("`{answer}` is {why}"),
                Err(_) => "write a day as YYYY-MM-DD, or a length of time such as 60d".to_owned(),
                Ok(until) if expires.is_some_and(|expires| until <= expires) => {
                    format!("`{until}` is no later than the present last valid day")
                }
                Ok(until) if until > *latest && !self.is_forced => {
                    format!("`{until}` is later than {latest}: {reason}")
                }
                Ok(until) => return Some(until),
            };
            tell(env, &refusal);
            None
        })
    }

    /// A text that no rule refuses as that part of a renewal, or that is forced.
    fn text(
        &self,
        known: Option<String>,
        question: &Question<'_>,
        env: &mut Env<'_>,
        with: impl Fn(String) -> Renewal,
    ) -> anyhow::Result<String> {
        let (known, is_forced) = (known.as_deref(), self.is_forced);
        asking::text(known, question, is_forced, self.globals, env, |answer, today| {
            let trial = with(answer.to_owned());
            let nth = self.desk.exception(trial.at).renewals.len();
            let place = format!("/renewals/{nth}/{}", question.label);
            self.desk.refusals(trial.at, &trial.changes(today), &place, today)
        })
    }
}
