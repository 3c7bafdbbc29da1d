//! The flags of `exc new` as a draft, and what they leave open.

use chrono::{DateTime, NaiveDate, Utc};

use super::Args;
use super::draft::Draft;
use crate::commands::{Failure, fields, parse_date};
use crate::git::Identity;
use crate::model::{
    CompensatingControl, Emergency, Exception, Field, Lifetime, Milestone, Person, RiskLevel,
};
use crate::policy::Policy;

/// What the flags say, and where they say nothing, what another draft does.
pub(super) fn draft(
    args: &Args,
    policy: &Policy,
    identity: &Identity,
    now: DateTime<Utc>,
    base: Draft,
) -> Result<Draft, Failure> {
    let mut draft = base;
    draft.is_requester_from_git = who(args, identity, &mut draft.exception);
    let exception = &mut draft.exception;
    what(args, exception);
    why(args, exception);
    when(args, now, exception)?;
    put(&mut exception.data_classification, &args.data_classification);
    put_all(&mut exception.tags, &args.tag);
    put_all(&mut exception.links, &args.link);
    let known = std::mem::take(&mut exception.compensating_controls);
    exception.compensating_controls = compensating(args, known)?;
    draft.settle_compensating();
    fields::refuse_twice(&args.field)?;
    for (name, value) in &args.field {
        set_field(&mut draft, policy, name, value)?;
    }
    Ok(draft)
}

/// Whether a flag says something of the record.
pub(super) fn say_something(args: &Args, policy: &Policy, now: DateTime<Utc>) -> bool {
    let alone = draft(args, policy, &(None, None), now, Draft::default());
    let silent = Exception { opened: Some(now.date_naive()), ..Exception::default() };
    // What does not go together is something, too.
    alone.map_or(true, |draft| draft.exception != silent || !draft.fields.is_empty())
}

fn put(text: &mut String, flag: &Option<String>) {
    if let Some(flag) = flag {
        flag.trim().clone_into(text);
    }
}

fn put_all(list: &mut Vec<String>, flags: &[String]) {
    if !flags.is_empty() {
        *list = flags.iter().map(|text| text.trim().to_owned()).collect();
    }
}

fn what(args: &Args, exception: &mut Exception) {
    put(&mut exception.title, &args.title);
    put_all(&mut exception.controls, &args.control);
    put_all(&mut exception.scope, &args.scope);
    exception.risk.level = args.risk.map(RiskLevel::from).or(exception.risk.level);
    put(&mut exception.risk.statement, &args.risk_statement);
}

/// Who asks and who answers for it; whether git was asked who the former is.
fn who(args: &Args, identity: &Identity, exception: &mut Exception) -> bool {
    exception.owner = owner(args, std::mem::take(&mut exception.owner));
    let requester = &mut exception.requester;
    put(&mut requester.name, &args.requester_name);
    put(&mut requester.email, &args.requester_email);
    let mut is_from_git = false;
    let parts = [
        (&mut requester.name, &args.requester_name, &identity.0),
        (&mut requester.email, &args.requester_email, &identity.1),
    ];
    for (part, flag, known) in parts {
        if let Some(known) = known.as_deref().filter(|_| flag.is_none() && part.is_empty()) {
            known.trim().clone_into(part);
            is_from_git = true;
        }
    }
    is_from_git
}

fn why(args: &Args, exception: &mut Exception) {
    put(&mut exception.justification.blocker, &args.blocker);
    put(&mut exception.justification.end_state, &args.end_state);
    put(&mut exception.remediation.plan, &args.plan);
    put(&mut exception.remediation.ticket, &args.ticket);
    if !args.milestone.is_empty() {
        exception.remediation.milestones.clone_from(&args.milestone);
    }
}

fn when(args: &Args, now: DateTime<Utc>, exception: &mut Exception) -> Result<(), Failure> {
    let opened = args.opened.or(exception.opened).unwrap_or(now.date_naive());
    exception.opened = Some(opened);
    exception.expires = expires(args, opened)?.or(exception.expires);
    if let Some(emergency) = emergency(args, opened, now) {
        exception.emergency = Some(emergency);
    }
    Ok(())
}

/// One name goes with one address: where a flag says one, the other is not somebody else's.
fn owner(args: &Args, base: Person) -> Person {
    let text = |flag: &Option<String>| flag.as_deref().map(|text| text.trim().to_owned());
    let team = text(&args.team).unwrap_or(base.team);
    match (text(&args.owner_name), text(&args.owner_email)) {
        (None, None) => Person { team, ..base },
        (name, email) => {
            Person { name: name.unwrap_or_default(), email: email.unwrap_or_default(), team }
        }
    }
}

fn emergency(args: &Args, opened: NaiveDate, now: DateTime<Utc>) -> Option<Emergency> {
    // Who files it today declares it by that; of another day, no time is known but its start.
    let known = || match opened == now.date_naive() {
        true => now.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        false => format!("{opened}T00:00:00Z"),
    };
    args.emergency.as_ref().map(|reason| Emergency {
        declared: args.declared.clone().unwrap_or_else(known),
        reason: reason.trim().to_owned(),
    })
}

/// What has to be known of an emergency: which rule, where, and who answers for it.
pub(super) fn essential(missing: &[String]) -> Vec<String> {
    const ESSENTIAL: [&str; 5] =
        ["--title ", "--control ", "--scope ", "--owner-name ", "--owner-email "];
    let is_essential = |flag: &&String| ESSENTIAL.iter().any(|it| flag.starts_with(it));
    missing.iter().filter(is_essential).cloned().collect()
}

/// The flags that a complete record still needs, with what they take.
pub(super) fn missing(draft: &Draft, policy: &Policy) -> Vec<String> {
    let exception = &draft.exception;
    let mut missing = Vec::new();
    let mut need = |is_missing: bool, flag: &str| {
        if is_missing {
            missing.push(flag.to_owned());
        }
    };
    need(exception.title.is_empty(), "--title TEXT");
    need(exception.controls.is_empty(), "--control ID");
    need(exception.scope.is_empty(), "--scope KIND:/PATH");
    need(exception.risk.level.is_none(), "--risk LEVEL");
    need(exception.risk.statement.is_empty(), "--risk-statement TEXT");
    need(exception.owner.name.is_empty(), "--owner-name NAME");
    need(exception.owner.email.is_empty(), "--owner-email ADDRESS");
    need(exception.owner.team.is_empty(), "--team TEAM");
    need(exception.requester.name.is_empty(), "--requester-name NAME");
    need(exception.requester.email.is_empty(), "--requester-email ADDRESS");
    need(exception.justification.blocker.is_empty(), "--blocker TEXT");
    need(exception.justification.end_state.is_empty(), "--end-state TEXT");
    need(!draft.has_compensating, "--compensating TEXT");
    let needs = |part: fn(&CompensatingControl) -> &String| {
        let controls = &exception.compensating_controls;
        !draft.has_compensating || controls.iter().any(|control| part(control).is_empty())
    };
    need(needs(|control| &control.owner), "--compensating-owner ADDRESS");
    need(needs(|control| &control.evidence), "--compensating-evidence TEXT");
    let controls = &exception.compensating_controls;
    let is_unverified = match draft.has_compensating {
        true => controls.iter().any(|control| lacks_verification(control, exception)),
        false => needs_verification(exception),
    };
    need(is_unverified, "--verified DATE");
    need(exception.remediation.plan.is_empty(), "--plan TEXT");
    need(exception.expires.is_none(), "--expires DATE (or --for LIFETIME)");
    for (name, _) in required_fields(draft, policy) {
        need(true, &format!("--field {name}=VALUE"));
    }
    missing
}

/// Whether the risk is so high that EXC119 asks when each compensating control was verified.
pub(super) fn needs_verification(exception: &Exception) -> bool {
    exception.risk.level >= Some(RiskLevel::High)
}

/// Whether a compensating control has to say when it was verified, and does not.
pub(super) fn lacks_verification(control: &CompensatingControl, exception: &Exception) -> bool {
    let is_needed = needs_verification(exception) || !control.verify_every.is_empty();
    is_needed && control.verified.is_none()
}

/// The fields that the register demands and the draft lacks.
pub(super) fn required_fields<'a>(draft: &Draft, policy: &'a Policy) -> Vec<&'a (String, Field)> {
    let has = |name: &String| draft.fields.iter().any(|(known, _)| known == name);
    policy.fields.iter().filter(|(name, field)| field.required && !has(name)).collect()
}

/// Puts a field that the register adds into the draft, in the type that it has there.
pub(super) fn set_field(
    draft: &mut Draft,
    policy: &Policy,
    name: &str,
    text: &str,
) -> Result<(), Failure> {
    let value = fields::value(policy, name, text)?;
    draft.fields.retain(|(known, _)| known != name);
    draft.fields.push((name.to_owned(), value));
    draft.fields.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(())
}

/// The last valid day that a lifetime from `opened` gives.
pub(super) fn after(lifetime: Lifetime, opened: NaiveDate) -> Result<NaiveDate, Failure> {
    lifetime.after(opened).ok_or_else(|| Failure::new("that is past the end of the calendar"))
}

fn expires(args: &Args, opened: NaiveDate) -> Result<Option<NaiveDate>, Failure> {
    match (args.expires, args.lifetime) {
        (Some(date), _) => Ok(Some(date)),
        (None, Some(lifetime)) => after(lifetime, opened).map(Some),
        (None, None) => Ok(None),
    }
}

/// The compensating controls: the first of each flag belong together, then the second, and so on.
/// Without `--compensating`, they are about those that were copied.
fn compensating(
    args: &Args,
    copied: Vec<CompensatingControl>,
) -> Result<Vec<CompensatingControl>, Failure> {
    let mut controls = copied;
    if !args.compensating.is_empty() {
        let described = |text: &String| CompensatingControl {
            description: text.trim().to_owned(),
            ..CompensatingControl::default()
        };
        controls = args.compensating.iter().map(described).collect();
    }
    let n = controls.len();
    let given = [
        ("--compensating-reduces", args.compensating_reduces.len()),
        ("--compensating-owner", args.compensating_owner.len()),
        ("--compensating-evidence", args.compensating_evidence.len()),
        ("--verified", args.verified.len()),
        ("--verify-every", args.verify_every.len()),
    ];
    if let Some((flag, given)) = given.into_iter().find(|&(_, given)| given > n) {
        let message = format!("{given} times `{flag}`, but {n} times `--compensating`");
        return Err(Failure::new(message).hint(
            "repeat them in the same order: the first of each belong together, then the second",
        ));
    }
    let fill = |part: &mut String, flags: &[String], at: usize| {
        if let Some(text) = flags.get(at) {
            text.trim().clone_into(part);
        }
    };
    for (at, control) in controls.iter_mut().enumerate() {
        fill(&mut control.reduces, &args.compensating_reduces, at);
        fill(&mut control.owner, &args.compensating_owner, at);
        fill(&mut control.evidence, &args.compensating_evidence, at);
        fill(&mut control.verify_every, &args.verify_every, at);
        match args.verified.get(at).map(|text| text.trim()) {
            // What a draft says already stands.
            None => {}
            Some("") => control.verified = None,
            Some(text) => {
                let day = parse_date(text)
                    .map_err(|error| Failure::new(format!("`--verified {text}` is {error}")))?;
                control.verified = Some(day);
            }
        }
    }
    Ok(controls)
}

pub(in crate::commands) fn parse_milestone(text: &str) -> Result<Milestone, String> {
    let (due, what) = text.split_once('=').ok_or("write it as DATE=WHAT")?;
    let due = parse_date(due.trim())?;
    let what = what.trim().to_owned();
    if what.is_empty() {
        return Err("it does not say what will be reached".to_owned());
    }
    Ok(Milestone { due: Some(due), what, done: None })
}

pub(in crate::commands) fn parse_field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
