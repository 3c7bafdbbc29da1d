//! Which records a command is about: the filters that commands over the register share.

use clap::ValueEnum;

use crate::model::{Exception, RiskLevel, Target};
use crate::text::shell_word;

/// Filters combine; of one that is repeated, one value has to fit.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// Only records of owners whose name or e-mail address contains TEXT
    #[arg(long, value_name = "TEXT")]
    owner: Vec<String>,
    /// Only records of the owner's team TEAM
    #[arg(long, value_name = "TEAM")]
    team: Vec<String>,
    /// Only records that deviate from CONTROL
    #[arg(long, value_name = "CONTROL")]
    control: Vec<String>,
    /// Only records of this risk; may be repeated
    #[arg(long, value_name = "RISK")]
    risk: Vec<RiskName>,
    /// Only records whose scope covers TARGET, written kind:/path
    #[arg(long, value_name = "TARGET", value_parser = parse_target)]
    covers: Option<String>,
    /// Only records with this tag
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RiskName {
    Low,
    Medium,
    High,
    Critical,
}

impl From<RiskName> for RiskLevel {
    fn from(name: RiskName) -> Self {
        match name {
            RiskName::Low => Self::Low,
            RiskName::Medium => Self::Medium,
            RiskName::High => Self::High,
            RiskName::Critical => Self::Critical,
        }
    }
}

fn parse_target(text: &str) -> Result<String, String> {
    let is_target = Target::parse(text).map(|target| target.to_string());
    is_target.map_err(|error| format!("{error}; write it as kind:/path"))
}

impl FilterArgs {
    /// Whether a record passes all of them.
    pub(crate) fn admits(&self, exception: &Exception) -> bool {
        any(&self.risk, |&risk| exception.risk.level == Some(risk.into()))
            && any(&self.owner, |text| is_owner(exception, text))
            && any(&self.team, |team| exception.owner.team.eq_ignore_ascii_case(team))
            && any(&self.control, |id| has(&exception.controls, id))
            && any(&self.tag, |tag| has(&exception.tags, tag))
            && self.covers.as_ref().is_none_or(|target| covers(exception, target))
    }

    /// As they would be typed, one option each.
    pub(crate) fn words(&self) -> Vec<String> {
        let option = |name: &str, value: &str| format!("--{name} {}", shell_word(value));
        let each = |name: &'static str, values: &[String]| -> Vec<String> {
            values.iter().map(|value| option(name, value)).collect()
        };
        let risk: Vec<String> =
            self.risk.iter().map(|&risk| RiskLevel::from(risk).to_string()).collect();
        let covers: Vec<String> = self.covers.iter().cloned().collect();
        [
            each("owner", &self.owner),
            each("team", &self.team),
            each("control", &self.control),
            each("risk", &risk),
            each("covers", &covers),
            each("tag", &self.tag),
        ]
        .concat()
    }
}

pub(super) fn any<T>(wanted: &[T], test: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(test)
}

fn has(values: &[String], wanted: &str) -> bool {
    values.iter().any(|value| value.eq_ignore_ascii_case(wanted))
}

fn is_owner(exception: &Exception, text: &str) -> bool {
    let text = text.to_lowercase();
    let owner = &exception.owner;
    owner.name.to_lowercase().contains(&text) || owner.email.to_lowercase().contains(&text)
}

fn covers(exception: &Exception, target: &str) -> bool {
    let Ok(target) = Target::parse(target) else { return false };
    let targets = exception.scope.iter().map(|scope| Target::parse(scope));
    // What is no target covers nothing, and is a finding of its own.
    targets.into_iter().any(|scope| scope.is_ok_and(|scope| scope.covers(&target)))
}
