//! Texts that want an approval, for people.

use std::io::{self, Write};

use super::{LookedAt, Page, Standing, Verification, Verified, accepted};
use crate::git::ObjectId;
use crate::history::{Decision, Needless, POLICY_ID, Proposal, Reason, Tally, Vote, short};
use crate::model::window::describe;
use crate::model::{Exception, Person};
use crate::policy::Evidence;
use crate::render::diff::words::{Sentence, sentences};
use crate::render::sheet::Sheet;
use crate::render::{Safe, Style, count, policies, way_out};

pub(super) fn write_page(page: &Page<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet { out, style };
    let proposal = page.proposal;
    let (bold, plain) = if style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    writeln!(sheet.out, "{bold}{}  {}{plain}", Safe(proposal.id()), Safe(page.title))?;
    sheet.line(2, &format!("{}: {}", proposal.kind, page.path))?;
    let policy = page.policy.map(policies::differences).unwrap_or_default();
    let changes = page.changes.iter().flat_map(sentences);
    for sentence in policy.into_iter().chain(changes) {
        sheet.sentence(&sentence)?;
    }
    writeln!(sheet.out)?;
    if let Some(exception) = page.exception {
        sheet.grant(exception, page)?;
    }
    sheet.line(2, &approvals(proposal, page.tally))?;
    sheet.tally(page.tally)?;
    if !page.is_committed {
        let text =
            "note: this text is not committed; whoever commits it wrote it, and cannot approve it";
        sheet.line(2, text)?;
    }
    if let Some((name, tip)) = page.mainline {
        sheet.line(2, &format!("compared with what is settled on {name} at {}", short(tip)))?;
    }
    if page.whole.is_empty() {
        return Ok(());
    }
    writeln!(sheet.out)?;
    sheet.line(2, "the whole text:")?;
    page.whole.iter().flat_map(sentences).try_for_each(|sentence| sheet.sentence(&sentence))
}

pub(super) fn write(
    verification: &Verification<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut sheet = Sheet { out, style };
    for verified in verification.verified {
        sheet.verified(verified, verification.mainline)?;
        writeln!(sheet.out)?;
    }
    for note in verification.notes {
        sheet.line(0, &format!("note: {note}"))?;
    }
    sheet.line(0, &summary(verification))
}

/// Who rejected a text.
fn rejected_by<'a>(verified: &'a Verified<'_>) -> &'a [String] {
    verified.looked_at.as_ref().map_or(&[], |it| &it.tally.rejected)
}

impl Sheet<'_> {
    fn sentence(&mut self, sentence: &Sentence) -> io::Result<()> {
        self.line(2, &sentence.text)?;
        sentence.below.iter().try_for_each(|(sign, text)| self.line(4, &format!("{sign} {text}")))
    }

    /// What somebody may do once the text is approved.
    fn grant(&mut self, exception: &Exception, page: &Page<'_>) -> io::Result<()> {
        let proposal = page.proposal;
        let what = match proposal.expires() {
            _ if !exception.is_open() => "closed".to_owned(),
            expires => describe(expires, page.today),
        };
        self.line(2, &format!("grants, at {} risk: {what}", proposal.risk().as_str()))?;
        self.line(4, &format!("from {}", exception.controls.join(", ")))?;
        for target in &exception.scope {
            self.line(4, &format!("at {target}"))?;
        }
        let person = |it: &Person| format!("{} <{}>", it.name, it.email);
        self.line(2, &format!("answers for it: {}", person(&exception.owner)))?;
        self.line(2, &format!("asked for it: {}", person(&exception.requester)))
    }

    fn verified(
        &mut self,
        verified: &Verified<'_>,
        mainline: Option<(&str, ObjectId)>,
    ) -> io::Result<()> {
        let (bold, plain) = if self.style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let color = match (self.style.color, verified.standing) {
            (false, _) => "",
            (true, Standing::Unmet) => "\u{1b}[31m",
            (true, Standing::Unknown) => "\u{1b}[33m",
            (true, _) => "\u{1b}[32m",
        };
        let approved = match mainline {
            Some((name, _)) => format!("APPROVED ON {}", name.to_uppercase()),
            None => "APPROVED ON THE MAINLINE".to_owned(),
        };
        let said = match verified.standing {
            _ if verified.is_approved_there() => &approved,
            Standing::NotNeeded => "NO APPROVAL NEEDED",
            Standing::Met => "HAS WHAT THE POLICY DEMANDS",
            Standing::Open => "MAY STILL BE APPROVED BY ITS MERGE",
            Standing::Unmet if !rejected_by(verified).is_empty() => "REJECTED",
            Standing::Unmet => "LACKS APPROVALS",
            Standing::Unknown => "INDETERMINATE",
        };
        let id = Safe(verified.id);
        writeln!(self.out, "{bold}{id}{plain}  {color}{}{plain}", Safe(said))?;
        let Some(LookedAt { proposal, votes, tally }) = &verified.looked_at else {
            self.line(2, &format!("{}: states no last valid day", verified.path))?;
            return self.line(2, "nothing can be signed: `exc check` says what is missing");
        };
        self.line(2, &format!("{}: {}", proposal.kind, verified.path))?;
        match proposal.needless {
            Some(Needless::Settled) | None => {}
            Some(needless) => self.line(2, &needless.to_string())?,
        }
        if proposal.needless.is_none() {
            self.line(2, &approvals(proposal, tally))?;
        } else if !tally.have.is_empty() {
            self.line(2, &format!("on the mainline: {}", persons(tally)))?;
        }
        for vote in votes.iter().filter(|vote| !vote.is_of_another_text()) {
            self.vote(vote, proposal)?;
        }
        for vote in votes.iter().filter(|vote| vote.is_of_another_text()) {
            let approver = vote.stated.as_ref().map_or("", |stated| &stated.approver);
            self.line(2, &format!("of another text, by {approver}: {}", vote.path))?;
        }
        self.tally(tally)?;
        for doubt in &proposal.doubts {
            self.line(2, &doubt.to_string())?;
        }
        if let Some(fix) = way_out::of_doubts(&proposal.doubts) {
            self.line(2, &format!("fix: {fix}"))?;
        }
        if verified.standing == Standing::Unmet {
            let fix = way_out::fix(verified.id, verified.rev, &proposal.way_out(tally));
            self.line(2, &format!("fix: {fix}"))?;
        }
        Ok(())
    }

    fn vote(&mut self, vote: &Vote, proposal: &Proposal<'_>) -> io::Result<()> {
        if let Some(reason) = &vote.refusal {
            let text = match reason {
                Reason::NotCounted { .. } => format!("does not count: {reason}"),
                reason => format!("does not count: `{}`: {reason}", vote.path),
            };
            return self.line(2, &text);
        }
        let Some(stated) = &vote.stated else { return Ok(()) };
        let missing = proposal.not_evaluated();
        if !missing.is_empty() {
            let text = format!(
                "text signed by {}; not evaluated: {} (history is shallow)",
                stated.approver,
                missing.join(", ")
            );
            return self.line(2, &text);
        }
        let verb = match stated.decision {
            Decision::Approve => "approved",
            Decision::Reject => "rejected",
        };
        self.line(2, &format!("{verb} by {}, key {}", stated.approver, stated.key))?;
        self.line(4, &vote.path)
    }

    /// What is to be known about the approvals as a whole.
    fn tally(&mut self, tally: &Tally) -> io::Result<()> {
        for person in &tally.rejected {
            self.line(2, &Reason::Rejected { person: person.clone() }.to_string())?;
        }
        for reason in &tally.blocked {
            self.line(2, &format!("not approved whoever signs: {reason}"))?;
        }
        for note in &tally.notes {
            self.line(2, &format!("note: {note}"))?;
        }
        Ok(())
    }
}

/// How many approvals there are, and how many it takes.
fn approvals(proposal: &Proposal<'_>, tally: &Tally) -> String {
    let demand = &proposal.demand;
    let at = match proposal.id() {
        POLICY_ID => String::new(),
        _ => format!(" at risk `{}`", demand.risk.as_str()),
    };
    let kinds = accepted(proposal).join(" or ");
    if !proposal.not_evaluated().is_empty() {
        return format!("approvals needed{at}: {} ({kinds})", demand.quorum);
    }
    let have = if tally.have.is_empty() { String::new() } else { format!(": {}", persons(tally)) };
    format!("approvals{at}: {} of {} ({kinds}){have}", tally.have.len(), demand.quorum)
}

fn persons(tally: &Tally) -> String {
    let one = |(person, kind): (&String, &Evidence)| {
        let claimed = if *kind == Evidence::Signed { "" } else { ", claimed" };
        format!("{person} ({}{claimed})", kind.as_str())
    };
    tally.have.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn summary(verification: &Verification<'_>) -> String {
    let approved = verification.verified.iter().filter(|it| it.is_approved_there()).count();
    let n = |standing| {
        let all = verification.verified.iter().filter(|it| it.standing == standing).count();
        if standing == Standing::NotNeeded { all - approved } else { all }
    };
    let mut parts = Vec::new();
    for (standing, said) in [
        (Standing::Unknown, "indeterminate"),
        (Standing::Unmet, "without what the policy demands"),
        (Standing::Open, "that its merge may still approve"),
        (Standing::Met, "with what the policy demands"),
        (Standing::NotNeeded, "without need"),
    ] {
        let n = n(standing);
        if n > 0 {
            parts.push(format!("{n} {said}"));
        }
    }
    if approved > 0 {
        parts.push(format!("{approved} approved on the mainline"));
    }
    let parts = if parts.is_empty() { "nothing to verify".to_owned() } else { parts.join(", ") };
    let mainline = match verification.mainline {
        Some((name, tip)) => format!(" compared with {name} at {}", short(tip)),
        None => String::new(),
    };
    let texts = count(verification.verified.len(), "text");
    format!("{texts}{mainline} on {} (UTC): {parts}", verification.today)
}
