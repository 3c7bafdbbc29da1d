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
  findings     none on 2026-11-20 (UTC)
"
    );
}

#[test]
fn the_beginning_of_an_id_is_enough_in_any_case() {
    let w = one();
    assert!(w.exc(&["show", "exc-2026-k"]).starts_with("EXC-2026-K7QD  "));
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
    assert!(said.err.contains("is the beginning of 2 ids"), "{}", said.err);
}

#[test]
fn an_id_that_stands_twice_names_both_files() {
    let w = one();
    w.write("exceptions/copy.yaml", record("EXC-2026-K7QD", "high", "2027-01-31"));
    let said = w.run(&["show", "EXC-2026-K7QD"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(
        said.err.contains("`exceptions/EXC-2026-K7QD.yaml` and `exceptions/copy.yaml`"),
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
    assert_eq!(merged["properties"]["cost_center"]["type"], "integer");
    let outside = Workspace::empty().exc(&["schema"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&outside).unwrap(), built_in);
}
