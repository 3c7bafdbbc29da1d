//! `exc show`.

use exc::Outcome;

use crate::support::{Workspace, record};

fn one() -> Workspace {
    let w = Workspace::new();
    w.write("exceptions/EXC-2026-K7QD.yaml", record("EXC-2026-K7QD", "high", "2027-01-31"));
    w
}

#[test]
fn a_record_reads_as_a_page() {
    let w = one();
    assert_eq!(
        w.exc(&["show", "EXC-2026-K7QD"]),
        "\
EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships

  status       active: valid through 2027-01-31 (UTC), 72 days left
  risk         high
               A leaked key could be used from anywhere.
  controls     AZ-NET-004  No public network access
  scope        service:/model-proxy/api
  owner        Dana Ruiz <dana.ruiz@example.com>, ai-platform
  requester    Lee Park <lee.park@example.com>
  opened       2026-11-05

why
  blocker      The vendor offers no private link before 2027-02 (ticket 48213).
  end state    Traffic enters through the private endpoint pe-model-proxy.

compensating controls
  1. IP allow-list limited to the two egress addresses of the CI network
     reduces   use of a leaked key from outside
     owner     net.ops@example.com
     evidence  https://example.com/runs/8841
     verified  2026-11-02, due again by 2026-12-02, 12 days left

remediation
  plan         Migrate to private link in the vendor's 2027-02 release.

  file         exceptions/EXC-2026-K7QD.yaml
  findings     none in the record alone on 2026-11-20 (UTC)
"
    );
}

#[test]
fn any_part_of_an_id_is_enough_in_any_case() {
    let w = one();
    w.write("exceptions/2025/EXC-2025-AAAA.yaml", record("EXC-2025-AAAA", "low", "2027-01-31"));
    for part in ["exc-2026", "K7QD", "26-k7", "EXC-2026-K7QD"] {
        assert!(w.exc(&["show", part]).starts_with("EXC-2026-K7QD  "), "{part}");
    }
    assert_eq!(w.run(&["show", ""]).outcome, Outcome::Error);
}

#[test]
fn a_record_under_another_name_is_found_as_well() {
    let w = one();
    w.write("exceptions/K7QD.yaml", record("EXC-2026-AAAA", "low", "2027-01-31"));
    assert!(w.exc(&["show", "AAAA"]).starts_with("EXC-2026-AAAA  "));
    assert!(w.exc(&["show", "EXC-2026-K7QD"]).starts_with("EXC-2026-K7QD  "));
}

#[test]
fn a_record_that_was_moved_and_edited_is_still_on_the_mainline() {
    let w = one();
    let repo = w.git();
    w.commit(&repo, "main");
    let status = || w.exc(&["show", "K7QD"]).lines().nth(2).unwrap().trim().to_owned();
    assert!(status().starts_with("status       active"), "{}", status());
    std::fs::remove_file(w.path("exceptions/EXC-2026-K7QD.yaml")).unwrap();
    w.write("exceptions/2026/moved.yaml", record("EXC-2026-K7QD", "low", "2027-01-31"));
    assert!(status().starts_with("status       active"), "{}", status());
    w.write("exceptions/2026/moved.yaml", record("EXC-2026-K7QE", "low", "2027-01-31"));
    let shown = w.exc(&["show", "K7QE"]);
    assert!(shown.contains("status       proposed"), "{shown}");
}

#[test]
fn an_unknown_id_names_the_nearest_one() {
    let said = one().run(&["show", "EXC-2026-K7QX"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert_eq!(
        said.err,
        "error: there is no record `EXC-2026-K7QX` in `exceptions`\n\
         hint: did you mean `EXC-2026-K7QD`? `exc list --all` shows all\n"
    );
}

#[test]
fn a_beginning_of_two_ids_is_refused() {
    let w = one();
    w.write("exceptions/EXC-2026-K7AA.yaml", record("EXC-2026-K7AA", "high", "2027-01-31"));
    let said = w.run(&["show", "EXC-2026-K7"]);
    assert_eq!(said.outcome, Outcome::Error);
    let ids = "`EXC-2026-K7` is a part of 2 ids: `EXC-2026-K7AA`, `EXC-2026-K7QD`\n";
    assert!(said.err.contains(ids), "{}", said.err);
    for n in 10..20 {
        let id = format!("EXC-2026-K7{n}");
        w.write(format!("exceptions/{id}.yaml"), record(&id, "high", "2027-01-31"));
    }
    let said = w.run(&["show", "K7"]);
    assert!(said.err.contains("is a part of 12 ids: `EXC-2026-K710`"), "{}", said.err);
    assert!(said.err.contains("`EXC-2026-K719`, …\n"), "{}", said.err);
}

#[test]
fn an_id_that_stands_twice_names_both_files() {
    let w = one();
    w.write("exceptions/2026/EXC-2026-K7QD.yaml", record("EXC-2026-K7QD", "high", "2027-01-31"));
    let said = w.run(&["show", "EXC-2026-K7QD"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(
        said.err
            .contains("`exceptions/2026/EXC-2026-K7QD.yaml` and `exceptions/EXC-2026-K7QD.yaml`"),
        "{}",
        said.err
    );
}

#[test]
fn links_that_are_not_https_are_counted_and_not_shown() {
    let w = one();
    let text = format!(
        "{}links: [https://example.com/a, \"javascript:alert(1)\"]\n",
        record("EXC-2026-K7QD", "high", "2027-01-31")
    );
    w.write("exceptions/EXC-2026-K7QD.yaml", text);
    let out = w.exc(&["show", "EXC-2026-K7QD"]);
    assert!(
        out.contains("\nlinks\n  https://example.com/a\n  (1 link not shown: not https)\n"),
        "{out}"
    );
    assert!(!out.contains("javascript"), "{out}");
}

#[test]
fn findings_are_counted_with_the_command_that_shows_them() {
    let w = one();
    let text = record("EXC-2026-K7QD", "high", "2027-01-31")
        .replace("opened: ", "opend: ")
        .replace("expires: ", "expiers: ");
    w.write("exceptions/EXC-2026-K7QD.yaml", text);
    let out = w.exc(&["show", "EXC-2026-K7QD"]);
    let line = out.lines().last().unwrap();
    assert!(
        line.contains("2 errors") && line.contains("`exc check exceptions/EXC-2026-K7QD.yaml`"),
        "{line}"
    );
}

#[test]
fn yaml_is_the_file_and_on_a_terminal_a_harmless_one() {
    let w = one();
    let text = format!("{}# \u{202e}\n", record("EXC-2026-K7QD", "high", "2027-01-31"));
    w.write("exceptions/EXC-2026-K7QD.yaml", &text);
    assert_eq!(w.exc(&["show", "EXC-2026-K7QD", "--format", "yaml"]), text);
    let said = w.on_terminal(&["show", "EXC-2026-K7QD", "--format", "yaml"], "");
    assert_eq!(said.out, text.replace('\u{202e}', "\\u{202e}"));
    let w = w.var("GITHUB_ACTIONS", "true");
    w.write("exceptions/EXC-2026-K7QD.yaml", format!("{text}# ##[error]x\n"));
    let out = w.exc(&["show", "K7QD", "--format", "yaml"]);
    assert!(out.ends_with("# \\u{202e}\n# #\\u{23}[error]x\n"), "{out}");
}

#[test]
fn json_holds_the_record_and_the_day() {
    let out = one().exc(&["show", "EXC-2026-K7QD", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["today"], "2026-11-20");
    assert_eq!(document["record"]["id"], "EXC-2026-K7QD");
    assert_eq!(document["record"]["days_left"], 72);
    assert_eq!(document["record"]["owner"]["team"], "ai-platform");
}

#[test]
fn the_schema_of_a_record_has_the_fields_that_the_policy_adds() {
    let w = Workspace::new();
    let built_in: serde_json::Value = serde_json::from_str(&w.exc(&["schema"])).unwrap();
    assert!(built_in["properties"].get("cost_center").is_none());
    let policy = w.read("exceptions/policy.yaml");
    w.write(
        "exceptions/policy.yaml",
        format!("{policy}fields: {{cost_center: {{type: integer, required: true}}}}\n"),
    );
    let merged: serde_json::Value = serde_json::from_str(&w.exc(&["schema", "exception"])).unwrap();
    assert_eq!(merged["else"]["properties"]["cost_center"]["type"], "integer");
    let outside = Workspace::empty().exc(&["schema"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&outside).unwrap(), built_in);
}
