//! `exc amend`: changes what a record says, in place.

use chrono::NaiveDate;

use super::amending::{Desk, Planned, WriteArgs, parse_nth, renewed};
use super::filter::RiskName;
use super::new::draft::PLACEHOLDER;
use super::{Failure, Globals, fields, parse_date};
use crate::env::{Env, Outcome};
use crate::model::{Exception, Milestone, Person, RiskLevel};
use crate::source::schema;
use crate::source::splice::{Change, Value};
use crate::text::shell_word;

/// What an entry of the way back is called.
const MILESTONE: &str = "milestone";

/// Change what an exception says, and nothing else in its file
///
/// Comments, order, quotes and line breaks of everything else stay as they are. What a change means, and whether it needs an approval, is shown before it is written. A later last valid day takes `exc renew`, and the end `exc close`. What is not complete yet is completed step by step: a change that leaves fewer errors in the record is written, and what is left is told.
///
/// Prints the path of the file. Exit codes: 0 written; 1 refused by a rule, and nothing was written; 2 something is missing, or the record cannot be read or written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc amend EXC-2026-K7QD --remove-scope service:/model-proxy/admin
  exc amend K7QD --done 1=2026-11-18
  exc amend K7QD --milestone 2027-03-01='Public endpoint disabled' --dry-run")]
pub(crate) struct Args {
    /// The record's id, or any part of it that no other id has
    #[arg(value_name = "ID")]
    id: String,
    /// One line: what is excepted, and until which event
    #[arg(long, value_name = "TEXT", help_heading = "What and where")]
    title: Option<String>,
    /// A further control that is not met; may be repeated
    #[arg(long, value_name = "ID", help_heading = "What and where")]
    control: Vec<String>,
    /// A control that is met again; may be repeated
    #[arg(long, value_name = "ID", help_heading = "What and where")]
    remove_control: Vec<String>,
    /// A further target; may be repeated
    #[arg(long, value_name = "TARGET", help_heading = "What and where")]
    scope: Vec<String>,
    /// A target that is not excepted any more; may be repeated
    #[arg(long, value_name = "TARGET", help_heading = "What and where")]
    remove_scope: Vec<String>,
    /// How much is at stake while the control is not met
    #[arg(long, value_name = "LEVEL", help_heading = "What and where")]
    risk: Option<RiskName>,
    /// What could go wrong, and whom or what it would hurt
    #[arg(long, value_name = "TEXT", help_heading = "What and where")]
    risk_statement: Option<String>,
    /// Classification of the most sensitive data in scope
    #[arg(long, value_name = "TEXT", help_heading = "What and where")]
    data_classification: Option<String>,

    /// The one person who answers for the exception
    #[arg(long, value_name = "NAME", help_heading = "Who")]
    owner_name: Option<String>,
    /// The owner's e-mail address, not that of a group
    #[arg(long, value_name = "ADDRESS", help_heading = "Who")]
    owner_email: Option<String>,
    /// The owner's team
    #[arg(long, value_name = "TEAM", help_heading = "Who")]
    team: Option<String>,

    /// What keeps the control from being met today
    #[arg(long, value_name = "TEXT", help_heading = "Why, and the way back")]
    blocker: Option<String>,
    /// What will be true when the exception can be closed
    #[arg(long, value_name = "TEXT", help_heading = "Why, and the way back")]
    end_state: Option<String>,
    /// What will be done to meet the control
    #[arg(long, value_name = "TEXT", help_heading = "Why, and the way back")]
    plan: Option<String>,
    /// Address of the work item that tracks the plan
    #[arg(long, value_name = "URL", help_heading = "Why, and the way back")]
    ticket: Option<String>,
    /// A further step of the plan and the day it is due; may be repeated
    #[arg(long, value_name = "DATE=WHAT", value_parser = super::new::flags::parse_milestone, help_heading = "Why, and the way back")]
    milestone: Vec<Milestone>,
    /// A milestone that was reached, counted from 1, and the day, if not today; may be repeated
    #[arg(long, value_name = "N[=DATE]", value_parser = parse_done, help_heading = "Why, and the way back")]
    done: Vec<(usize, Option<NaiveDate>)>,
    /// A milestone that is no step any more, counted from 1; may be repeated
    #[arg(long, value_name = "N", value_parser = parse_nth, help_heading = "Why, and the way back")]
    remove_milestone: Vec<usize>,

    /// A further compensating control, which takes the two flags below
    #[arg(long, value_name = "TEXT", requires_all = ["compensating_owner", "compensating_evidence"], help_heading = "Compensating controls")]
    compensating: Option<String>,
    /// E-mail address of whoever keeps it working
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "compensating",
        help_heading = "Compensating controls"
    )]
    compensating_owner: Option<String>,
    /// Where to see that it works, as it does today
    #[arg(
        long,
        value_name = "TEXT",
        requires = "compensating",
        help_heading = "Compensating controls"
    )]
    compensating_evidence: Option<String>,
    /// Which part of the risk it lowers
    #[arg(
        long,
        value_name = "TEXT",
        requires = "compensating",
        help_heading = "Compensating controls"
    )]
    compensating_reduces: Option<String>,
    /// How long a verification of it holds, such as 30d
    #[arg(
        long,
        value_name = "LIFETIME",
        requires = "compensating",
        help_heading = "Compensating controls"
    )]
    verify_every: Option<String>,
    /// One that is not in place any more, counted from 1; may be repeated
    #[arg(long, value_name = "N", value_parser = parse_nth, help_heading = "Compensating controls")]
    remove_compensating: Vec<usize>,

    /// An earlier last valid day
    #[arg(long, value_name = "DATE", value_parser = parse_date, help_heading = "Further")]
    expires: Option<NaiveDate>,
    /// A further word to filter by; may be repeated
    #[arg(long, value_name = "WORD", help_heading = "Further")]
    tag: Vec<String>,
    /// A word that goes; may be repeated
    #[arg(long, value_name = "WORD", help_heading = "Further")]
    remove_tag: Vec<String>,
    /// Address of further reading; may be repeated
    #[arg(long, value_name = "URL", help_heading = "Further")]
    link: Vec<String>,
    /// An address that goes; may be repeated
    #[arg(long, value_name = "URL", help_heading = "Further")]
    remove_link: Vec<String>,
    /// A field that the policy adds; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::new::flags::parse_field, help_heading = "Further")]
    field: Vec<(String, String)>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let desk = Desk::open(globals, env)?;
    let at = desk.find(&args.id)?;
    let exception = desk.open_exception(at)?;
    let is_later = exception.expires.zip(args.expires).is_some_and(|(now, until)| until > now);
    if let Some(failure) = renewed::today(&desk, at, env).filter(|_| is_later) {
        return Err(failure.into());
    }
    let mut changes = changes(args, exception, env.today)?;
    fields::refuse_twice(&args.field)?;
    for (name, text) in &args.field {
        let value = fields::value(&desk.workspace.policy, name, text)?;
        changes.push(Change::set(format!("/{name}"), value));
    }
    let adds = [&args.control, &args.scope, &args.tag, &args.link];
    if changes.is_empty() && adds.iter().all(|it| it.is_empty()) {
        return Err(Failure::new("no flag says what to change")
            .hint("`exc amend --help` lists them; `exc show ID` shows what the record says")
            .into());
    }
    if let Some(note) = half_an_owner(args, &exception.owner) {
        globals.note(env, &note);
    }
    desk.write(vec![Planned::step(at, changes)], "amend", args.write, globals, env)
}

/// What to say where a name changes and the address does not, or the other way round: one goes with
/// the other, unless it is only spelled anew.
fn half_an_owner(args: &Args, owner: &Person) -> Option<String> {
    let Person { name, email, .. } = owner;
    match (args.owner_name.as_deref(), args.owner_email.as_deref()) {
        (Some(new), None) if new.trim() != name && !email.is_empty() => Some(format!(
            "note: the address stays `{email}`, which was that of `{name}`: `--owner-email` names that of `{}`",
            new.trim()
        )),
        (None, Some(new)) if new.trim() != email && !name.is_empty() => Some(format!(
            "note: the name stays `{name}`, whose address was `{email}`: `--owner-name` names whose `{}` is",
            new.trim()
        )),
        _ => None,
    }
}

fn changes(args: &Args, exception: &Exception, today: NaiveDate) -> Result<Vec<Change>, Failure> {
    let mut changes = values(args, exception)?;
    changes.extend(steps(args, exception, today)?);
    changes.extend(compensating(args, today));
    let controls = exception.compensating_controls.iter().map(|it| it.description.as_str());
    let what = ("/compensating_controls", "compensating control");
    changes.extend(removed(exception, what, controls, &args.remove_compensating)?);
    let milestones = exception.remediation.milestones.iter().map(|it| it.what.as_str());
    let what = ("/remediation/milestones", MILESTONE);
    changes.extend(removed(exception, what, milestones, &args.remove_milestone)?);
    changes.extend(words(args, exception)?);
    Ok(changes)
}

/// What takes the place of another value.
fn values(args: &Args, exception: &Exception) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    if let Some(until) = args.expires {
        earlier(exception, until)?;
        changes.push(Change::set("/expires", Value::plain(until)));
    }
    if let Some(risk) = args.risk {
        changes.push(Change::set("/risk/level", Value::plain(RiskLevel::from(risk))));
    }
    let texts = [
        ("/title", &args.title),
        ("/risk/statement", &args.risk_statement),
        ("/data_classification", &args.data_classification),
        ("/owner/name", &args.owner_name),
        ("/owner/email", &args.owner_email),
        ("/owner/team", &args.team),
        ("/justification/blocker", &args.blocker),
        ("/justification/end_state", &args.end_state),
        ("/remediation/plan", &args.plan),
        ("/remediation/ticket", &args.ticket),
    ];
    for (pointer, text) in texts {
        let text = text.as_ref().map(|text| Value::text(text.trim()));
        changes.extend(text.map(|text| Change::set(pointer, text)));
    }
    Ok(changes)
}

/// Steps of the plan that were reached, and further ones.
fn steps(args: &Args, exception: &Exception, today: NaiveDate) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for &(nth, day) in &args.done {
        if args.remove_milestone.contains(&nth) {
            let flags = format!("`--done {nth}` and `--remove-milestone {nth}`");
            return Err(Failure::new(format!("{flags} contradict each other"))
                .hint("a step that was reached stays; take away one that is none any more"));
        }
        changes.push(done(exception, nth, day.unwrap_or(today))?);
    }
    changes.extend(args.milestone.iter().map(|it| {
        let due = it.due.map(Value::plain);
        let entry = Value::map([("due", due), ("what", Some(Value::text(it.what.as_str())))]);
        Change::append("/remediation/milestones", entry)
    }));
    Ok(changes)
}

/// A further compensating control.
fn compensating(args: &Args, today: NaiveDate) -> Option<Change> {
    let description = args.compensating.as_ref()?;
    let text = |it: &Option<String>| it.as_ref().map(|it| Value::text(it.trim()));
    let entry = Value::map([
        ("description", Some(Value::text(description.trim()))),
        ("reduces", text(&args.compensating_reduces)),
        ("owner", text(&args.compensating_owner)),
        ("evidence", text(&args.compensating_evidence)),
        ("verified", Some(Value::plain(today))),
        ("verify_every", text(&args.verify_every)),
    ]);
    Some(Change::append("/compensating_controls", entry))
}

/// What comes and goes in lists of words.
fn words(args: &Args, exception: &Exception) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    let lists = [
        ("controls", &exception.controls, &args.control, &args.remove_control),
        ("scope", &exception.scope, &args.scope, &args.remove_scope),
        ("tags", &exception.tags, &args.tag, &args.remove_tag),
        ("links", &exception.links, &args.link, &args.remove_link),
    ];
    for (key, has, add, remove) in lists {
        // What is added first leaves no list empty in between.
        let new = add.iter().map(|it| it.trim()).filter(|it| !has.iter().any(|has| has == it));
        changes.extend(new.map(|it| Change::append(format!("/{key}"), Value::text(it))));
        // Adding to what nobody had filled in yet fills it in.
        let unfilled = has.iter().position(|it| !add.is_empty() && it == PLACEHOLDER);
        let places = remove.iter().map(|it| place(exception, key, has, it));
        let mut places = places.collect::<Result<Vec<_>, _>>()?;
        places.extend(unfilled);
        places.sort_unstable();
        places.dedup();
        // From the end, so that the places of the others stay.
        changes.extend(places.iter().rev().map(|at| Change::remove(format!("/{key}/{at}"))));
    }
    Ok(changes)
}

fn earlier(exception: &Exception, until: NaiveDate) -> Result<(), Failure> {
    match exception.expires.filter(|expires| until > *expires) {
        None => Ok(()),
        Some(expires) => {
            let id = shell_word(&exception.id);
            Err(Failure::new(format!("{until} is later than {expires}, which takes a renewal"))
                .hint(format!("run `exc renew {id} --until {until}`")))
        }
    }
}

fn done(exception: &Exception, nth: usize, day: NaiveDate) -> Result<Change, Failure> {
    let milestones = &exception.remediation.milestones;
    let named = milestones.iter().map(|it| it.what.as_str());
    let at = nth_of(exception, MILESTONE, named, nth)?;
    if let Some(day) = milestones[at].done {
        let message = format!("milestone {nth} of `{}` was reached on {day}", exception.id);
        return Err(Failure::new(message).hint("name another one with `--done N`"));
    }
    Ok(Change::set(format!("/remediation/milestones/{at}/done"), Value::plain(day)))
}

/// The place of an entry that somebody counts from 1.
fn nth_of<'a>(
    exception: &Exception,
    what: &str,
    named: impl Iterator<Item = &'a str>,
    nth: usize,
) -> Result<usize, Failure> {
    let named: Vec<String> =
        named.enumerate().map(|(at, name)| format!("{}: {name}", at + 1)).collect();
    nth.checked_sub(1).filter(|at| *at < named.len()).ok_or_else(|| {
        let hint = match named.is_empty() {
            true => match what {
                MILESTONE => "`--milestone DATE=WHAT` adds one".to_owned(),
                _ => "`--compensating TEXT` adds one".to_owned(),
            },
            false => format!("it has {}", named.join("; ")),
        };
        Failure::new(format!("`{}` has no {what} {nth}", exception.id)).hint(hint)
    })
}

/// Takes entries away, from the end, so that the places of the others stay.
fn removed<'a>(
    exception: &Exception,
    (pointer, what): (&str, &str),
    named: impl Iterator<Item = &'a str> + Clone,
    wanted: &[usize],
) -> Result<Vec<Change>, Failure> {
    let places = wanted.iter().map(|&nth| nth_of(exception, what, named.clone(), nth));
    let mut places = places.collect::<Result<Vec<_>, _>>()?;
    places.sort_unstable();
    places.dedup();
    Ok(places.iter().rev().map(|at| Change::remove(format!("{pointer}/{at}"))).collect())
}

fn parse_done(text: &str) -> Result<(usize, Option<NaiveDate>), String> {
    let (nth, day) = match text.split_once('=') {
        Some((nth, day)) => (nth, Some(parse_date(day.trim())?)),
        None => (text, None),
    };
    let nth = nth.trim().parse().map_err(|_| "write it as N or N=DATE".to_owned())?;
    Ok((nth, day))
}

/// The place of an entry that is to go.
fn place(exception: &Exception, key: &str, has: &[String], wanted: &str) -> Result<usize, Failure> {
    has.iter().position(|it| it == wanted.trim()).ok_or_else(|| {
        let hint = match schema::nearest(wanted, has.iter().map(String::as_str)) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None if has.is_empty() => "it has none".to_owned(),
            None => format!("it has {}", schema::list(has)),
        };
        Failure::new(format!("`{}` has no `{wanted}` in `{key}`", exception.id)).hint(hint)
    })
}
