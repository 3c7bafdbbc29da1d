//! Where the id of a new record comes from, and that nobody else has it.

use std::collections::BTreeSet;

use anyhow::Context as _;
use chrono::{Datelike, NaiveDate};
use regex::Regex;
use sha2::{Digest as _, Sha256};

use crate::commands::{Failure, Workspace, mainline};
use crate::model;
use crate::register::Register;
use crate::text::shell_word;

/// Ids that are drawn before giving up.
const MAX_DRAWS: usize = 1000;

/// Where ids come from: the command line, or chance.
pub(in crate::commands) struct Ids {
    wanted: Option<String>,
    year: i32,
    /// In capitals, since some file systems do not tell the case of names apart.
    taken: BTreeSet<String>,
    pattern: Regex,
    n_draws: usize,
    repeated: Option<String>,
    /// The id that a draft names, which is filed once.
    of_draft: Option<String>,
    /// How this run was called, up to its verb.
    words: String,
}

impl Ids {
    /// `words` are those by which this run was called, up to its verb.
    pub(in crate::commands) fn new(
        register: &Register,
        workspace: &Workspace,
        opened: Option<NaiveDate>,
        words: String,
    ) -> Result<Self, Failure> {
        let stated = register.exceptions().map(|exception| exception.id.as_str());
        let paths = register.records.iter().map(|record| record.file().path());
        let paths = paths.chain(register.unreadable.iter().map(String::as_str));
        let local = stated.chain(paths.map(mainline::stem)).map(str::to_ascii_uppercase);
        let mut taken: BTreeSet<String> = local.collect();
        taken.extend(mainline::names(workspace)?.iter().map(|name| name.to_ascii_uppercase()));
        let year = opened.map_or(0, |opened| opened.year());
        let pattern = workspace.policy.id_pattern.clone();
        Ok(Self {
            wanted: None,
            year,
            taken,
            pattern,
            n_draws: 0,
            repeated: None,
            of_draft: None,
            words,
        })
    }

    /// Takes the id that somebody asks for, and no other.
    pub(super) fn want(&mut self, id: &str) -> Result<(), Failure> {
        self.check(id)?;
        self.wanted = Some(id.to_owned());
        Ok(())
    }

    /// The ids that follow from a text, in the order in which they are tried: whoever files the same
    /// begins with the same.
    pub(in crate::commands) fn of_text(&self, text: &str) -> Result<Vec<String>, Failure> {
        let bits = Sha256::digest(text);
        // Twenty bits of each four bytes.
        let draws =
            bits.chunks_exact(4).filter_map(|it| Some(u32::from_le_bytes(it.try_into().ok()?)));
        let ids: Vec<String> = draws.map(|bits| model::draw(self.year, bits)).collect();
        match ids.iter().all(|id| self.pattern.is_match(id)) {
            true => Ok(ids),
            false => Err(Failure::new("the policy wants ids of another form than `exc` draws")
                .hint("file them one by one with `exc new --id`")),
        }
    }

    pub(in crate::commands) fn is_taken(&self, id: &str) -> bool {
        self.taken.contains(&id.to_ascii_uppercase())
    }

    /// Refuses what is no id of this register, or somebody else's.
    pub(super) fn check(&self, id: &str) -> Result<(), Failure> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let pattern = &self.pattern;
        if !pattern.is_match(id) || !id.chars().all(is_word) || id.starts_with(['.', '-']) {
            let message = format!("`{id}` is not an id of this register");
            let form = pattern.as_str().trim_start_matches("^(?:").trim_end_matches(")$");
            return Err(Failure::new(message).hint(format!(
                "ids match `{form}`, and consist of letters, digits, `-`, `_` and `.`"
            )));
        }
        if self.taken.contains(&id.to_ascii_uppercase()) {
            let message = format!("the id `{id}` is taken, here or on the mainline");
            return Err(Failure::new(message).hint("leave `--id` out to have one drawn"));
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> anyhow::Result<String> {
        if let Some(id) = self.repeated.take().or_else(|| self.wanted.clone()) {
            return Ok(id);
        }
        loop {
            self.n_draws += 1;
            let bits = getrandom::u32().context("the system gives no random numbers")?;
            let id = model::draw(self.year, bits);
            if !self.pattern.is_match(&id) {
                let message = "the policy wants ids of another form than `exc` draws";
                let hint = "give one with `--id`, in the form of `ids.pattern`";
                return Err(Failure::new(message).hint(hint).into());
            }
            if !self.taken.contains(&id) {
                return Ok(id);
            }
            if self.n_draws > MAX_DRAWS {
                let message = format!("{MAX_DRAWS} ids of {} in a row are taken", self.year);
                return Err(Failure::new(message).hint("give one with `--id`").into());
            }
        }
    }

    /// The next id is this one once more.
    pub(super) fn again(&mut self, id: &str) {
        self.repeated = Some(id.to_owned());
    }

    /// The id that a draft names comes next, unless another was asked for; says why it cannot.
    pub(super) fn resume(&mut self, id: &str) -> Result<(), Failure> {
        if self.wanted.is_none() {
            self.check(id)?;
            self.again(id);
            self.of_draft = Some(id.to_owned());
        }
        Ok(())
    }

    /// Somebody else has written a file of this name meanwhile.
    pub(super) fn taken(&mut self, id: &str) -> Result<(), Failure> {
        if self.of_draft.as_deref() == Some(id) {
            return Err(self.filed(id));
        }
        self.taken.insert(id.to_ascii_uppercase());
        self.wanted.as_ref().map_or(Ok(()), |id| self.check(id))
    }

    /// Refuses a draft whose id a record has.
    pub(super) fn filed(&self, id: &str) -> Failure {
        let show = format!("{} show {}", self.words, shell_word(id));
        Failure::new(format!("the draft was filed already, as `{id}`: nothing was written"))
            .hint(format!("look at it with `{show}`; `--id ID` files the draft under another id"))
    }
}
