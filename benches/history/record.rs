//! A record as its history goes on: filed, renewed, tightened, edited, closed.

use chrono::{Days, NaiveDate};

use super::records;

pub(crate) struct Record {
    number: usize,
    opened: NaiveDate,
    expires: NaiveDate,
    renewals: Vec<(NaiveDate, NaiveDate)>,
    n_edits: usize,
    closed: Option<NaiveDate>,
}

/// What a commit does to a record that is there.
#[derive(Clone, Copy)]
pub(crate) enum Edit {
    Renew,
    Tighten,
    Reword,
    Close,
}

impl Record {
    pub(crate) fn filed(number: usize, on: NaiveDate) -> Self {
        let expires = on + Days::new(60 + (number % 120) as u64);
        Self { number, opened: on, expires, renewals: Vec::new(), n_edits: 0, closed: None }
    }

    pub(crate) fn edit(&mut self, edit: Edit, on: NaiveDate) {
        match edit {
            Edit::Renew => {
                self.expires = self.expires.max(on) + Days::new(60);
                self.renewals.push((on, self.expires));
            }
            Edit::Tighten => self.expires = self.expires - Days::new(7),
            Edit::Reword => self.n_edits += 1,
            Edit::Close => self.closed = Some(on),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = records::record(self.number);
        let (start, end) = text.split_at(text.find("opened:").unwrap_or(text.len()));
        let tail = &end[end.find("reviews:").unwrap_or(0)..];
        let renewals = match self.renewals.as_slice() {
            [] => " []".to_owned(),
            renewals => renewals.iter().map(renewal).collect(),
        };
        let head = match self.n_edits {
            0 => start.to_owned(),
            n => start.replacen("title: Service", &format!("title: (edit {n}) Service"), 1),
        };
        let closed = self.closed.map(|on| {
            format!(
                "closed: {{date: \"{on}\", outcome: remediated, note: The endpoint is private.}}\n"
            )
        });
        text = format!(
            "{head}opened: \"{}\"\nexpires: \"{}\"\nrenewals:{renewals}\n{tail}{}",
            self.opened,
            self.expires,
            closed.unwrap_or_default()
        );
        text
    }
}

fn renewal((on, until): &(NaiveDate, NaiveDate)) -> String {
    format!(
        "\n  - {{date: \"{on}\", until: \"{until}\", reason: The vendor moved the release again., evidence: \"https://example.com/tickets/{on}\"}}"
    )
}
