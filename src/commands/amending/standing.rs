//! What the mainline has of the records that are changed: before a record has landed, no change of
//! it stands for itself, and all of the record waits for an approval.

use super::{Desk, Written};
use crate::changes::{Change, Kind};
use crate::commands::settled::Found;
use crate::commands::{Failure, Globals, mainline};
use crate::env::Env;

/// What the mainline has of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is no mainline to compare with.
    Unknown,
    New,
    /// Another text of it.
    Changed,
    /// The text as it was before the change.
    Landed,
}

impl Standing {
    /// One for each record, in their order.
    pub(super) fn of(
        written: &[Written],
        desk: &Desk,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> Result<Vec<Self>, Failure> {
        let unknown = vec![Self::Unknown; written.len()];
        let Some(repo) = mainline::repository(&desk.workspace)? else { return Ok(unknown) };
        let mut found = Found::read(&repo, &desk.workspace)?;
        // What its policies say about it is for those commands to tell that judge by it.
        found.notes.clear();
        if found.mainline.is_none() {
            return Ok(unknown);
        }
        let standing = |it: &Written| {
            let record = &it.record;
            let landed =
                mainline::Landed::read_one(&desk.workspace, record, Some(&found), globals, env)?;
            Ok(match landed.has(&record.exception.id) {
                false => Self::New,
                true if landed.is_unchanged(record) => Self::Landed,
                true => Self::Changed,
            })
        };
        written.iter().map(standing).collect()
    }

    /// The change as the mainline will see it.
    pub(super) fn seen<'a>(self, change: Change<'a>) -> Change<'a> {
        match self {
            Self::New => Change { kind: Kind::New, ..change },
            _ => change,
        }
    }
}
