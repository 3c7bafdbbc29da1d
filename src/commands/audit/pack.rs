//! The evidence pack: a folder that an auditor can keep, with what the verdicts say and the bytes
//! that they stand on.

use std::path::Path;

use crate::commands::Workspace;
use crate::commands::trail::Story;
use crate::commands::writing::folders::Folder;
use crate::finding::Finding;
use crate::history::Trail;
use crate::render::trail::{self, AuditFormat, AuditPage, Evidence};
use crate::render::{self, Judgement};
use crate::rules::{self, Context};

/// Writes the pack: an index, the verdicts, and one folder for each record of the page.
pub(super) fn write(
    folder: &Path,
    page: &AuditPage<'_>,
    story: &Story,
    workspace: &Workspace,
    population: usize,
) -> anyhow::Result<()> {
    let context = Context { policy: &workspace.policy, today: page.today };
    let (register, findings) = rules::judge(&workspace.store, &workspace.name, &context);
    let folder = Folder::new(folder)?;
    let file = |path: &str, bytes: &[u8]| folder.write(path, bytes).map(|_| ());
    let mut json = Vec::new();
    trail::write_audit(AuditFormat::Json, page, plain(), &mut json)?;
    file("audit.json", &json)?;
    file("policy.yaml", workspace.policy.file().text().as_bytes())?;
    let judgement = Judgement {
        n_records: register.records.len(),
        unreadable: &register.unreadable,
        ..Judgement::unusable(&workspace.name, &findings, page.today)
    };
    let mut json = Vec::new();
    render::json::findings(&judgement, &mut json)?;
    file("findings.json", &json)?;
    for judged in page.records {
        let trail = judged.trail;
        // An id that is no name of a folder is a finding, and must not lead out of this one.
        let name = folder_name(&trail.id);
        let own = of_record(&findings, trail);
        let approved = trail.approved_text();
        if let Some(text) = approved {
            file(&format!("records/{name}/approved.yaml"), text.file().text().as_bytes())?;
        }
        let current = trail.text.as_deref().filter(|text| {
            approved.is_none_or(|approved| approved.file().text() != text.file().text())
        });
        if let Some(text) = current {
            file(&format!("records/{name}/current.yaml"), text.file().text().as_bytes())?;
        }
        for (number, (_, bytes)) in story.landed.approvals_of(&trail.id).iter().enumerate() {
            file(&format!("records/{name}/approvals/{}.approval", number + 1), bytes)?;
        }
        let evidence = Evidence {
            findings: &own,
            has_approved: approved.is_some(),
            has_current: current.is_some(),
        };
        let text = trail::page_of_record(page, judged, &evidence);
        file(&format!("records/{name}/README.md"), text.as_bytes())?;
    }
    let index = trail::index(page, population, &folder_name, &workspace.name);
    file("README.md", index.as_bytes())?;
    folder.complete()
}

fn plain() -> render::Style {
    render::Style { color: false, width: None }
}

fn of_record<'a>(findings: &'a [Finding], trail: &Trail) -> Vec<&'a Finding> {
    findings.iter().filter(|it| it.record.as_deref() == Some(trail.id.as_str())).collect()
}

/// An id as the name of a folder.
fn folder_name(id: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = id.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    match name == id && !name.is_empty() {
        true => name,
        // Two ids must not share a folder.
        false => {
            let digest = crate::history::digest(id.as_bytes());
            format!("{}-{}", name.chars().take(40).collect::<String>(), &digest[..8])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_out_of_no_folder_and_into_that_of_no_other() {
        assert_eq!(folder_name("EXC-2026-K7QD"), "EXC-2026-K7QD");
        let odd = ["../../etc", "..", "", "a/b", "a:b", &"x".repeat(300)[..].replace('x', "é")];
        let names: std::collections::BTreeSet<String> =
            odd.iter().map(|id| folder_name(id)).collect();
        assert_eq!(names.len(), odd.len());
        assert!(names.iter().all(|name| !name.contains(['/', '.', ':']) && name.len() < 60));
    }
}
