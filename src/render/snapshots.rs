//! The same findings in every format; long, since whole outputs stand here to be compared.

use insta::assert_snapshot;

use super::Format;
use super::testing::{rendered, sample, summary};

#[test]
fn text() {
    assert_snapshot!(rendered(Format::Text, &sample()), @"
    error[EXC001]: this is not YAML: unexpected end
     --> exceptions/a,b: 100%.yaml:3:1
      |
    3 |
      | ^

    error[EXC203]: 421 days are more than `90`
     --> exceptions/EXC-2026-K7QD.yaml:4:10
      |
    3 | opened: 2026-11-05
      |         ---------- counted from here
    4 | expires: 2027-12-31
      |          ^^^^^^^^^^
      |
     ::: exceptions/policy.yaml:3:20
      |
    3 |   max_days: {high: 90}
      |                    -- the policy allows `90`
      |
      = help: write `2027-02-03` or earlier

    error[EXC204]: valid through `2027-12-31` (UTC)
     --> exceptions/EXC-2026-K7QD.yaml:4:10
      |
    4 | expires: 2027-12-31
      |          ^^^^^^^^^^
      |
      = note: Dana Ruiz <dana.ruiz@example.com> has to act
      = help: run `exc renew EXC-2026-K7QD`

    error[EXC006]: this file is no record
    --> exceptions/notes.txt

    warning[EXC205]: several lines
     --> exceptions/EXC-2026-K7QD.yaml:2:13
      |
    2 | title: 模型代理 🦀 stays    open
      |                 ^^^^^^^^^^^^^^^^

    1 record in `exceptions` judged on 2026-11-20 (UTC): 4 errors, 1 warning, 1 file not judged
    for more about a code, try `exc explain EXC203`
    ");
}

#[test]
fn json() {
    assert_snapshot!(rendered(Format::Json, &sample()), @r#"
    {
      "schema_version": 1,
      "tool_version": "0.1.0",
      "today": "2026-11-20",
      "base": null,
      "head": null,
      "summary": {
        "records": 1,
        "errors": 4,
        "warnings": 1,
        "unreadable": 1
      },
      "findings": [
        {
          "code": "EXC001",
          "rule": "yaml-syntax",
          "level": "error",
          "kind": "structural",
          "record": null,
          "path": "exceptions/a,b: 100%.yaml",
          "pointer": "",
          "line": 3,
          "column": 1,
          "end_line": 3,
          "end_column": 1,
          "message": "this is not YAML: unexpected end",
          "help": null,
          "owner": null
        },
        {
          "code": "EXC203",
          "rule": "duration-too-long",
          "level": "error",
          "kind": "structural",
          "record": "EXC-2026-K7QD",
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "pointer": "/expires",
          "line": 4,
          "column": 10,
          "end_line": 4,
          "end_column": 20,
          "message": "421 days are more than `90`",
          "help": "write `2027-02-03` or earlier",
          "owner": null
        },
        {
          "code": "EXC204",
          "rule": "expired",
          "level": "error",
          "kind": "calendar",
          "record": "EXC-2026-K7QD",
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "pointer": "/expires",
          "line": 4,
          "column": 10,
          "end_line": 4,
          "end_column": 20,
          "message": "valid through `2027-12-31` (UTC)",
          "help": "run `exc renew EXC-2026-K7QD`",
          "owner": {
            "name": "Dana Ruiz",
            "email": "dana.ruiz@example.com",
            "team": null
          }
        },
        {
          "code": "EXC006",
          "rule": "stray-file",
          "level": "error",
          "kind": "structural",
          "record": null,
          "path": "exceptions/notes.txt",
          "pointer": "",
          "line": 1,
          "column": 1,
          "end_line": 1,
          "end_column": 1,
          "message": "this file is no record",
          "help": null,
          "owner": null
        },
        {
          "code": "EXC205",
          "rule": "expiring",
          "level": "warning",
          "kind": "calendar",
          "record": "EXC-2026-K7QD",
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "pointer": "/title",
          "line": 2,
          "column": 13,
          "end_line": 3,
          "end_column": 7,
          "message": "several lines",
          "help": null,
          "owner": null
        }
      ]
    }
    "#);
}

#[test]
fn github() {
    assert_snapshot!(rendered(Format::Github, &sample()), @"
    ::error file=exceptions/a%2Cb%3A 100%25.yaml,line=3,endLine=3,col=1,endColumn=1,title=EXC001 yaml-syntax::this is not YAML: unexpected end
    ::error file=exceptions/EXC-2026-K7QD.yaml,line=4,endLine=4,col=10,endColumn=20,title=EXC203 duration-too-long::421 days are more than `90`%0Ahelp: write `2027-02-03` or earlier
    ::error file=exceptions/EXC-2026-K7QD.yaml,line=4,endLine=4,col=10,endColumn=20,title=EXC204 expired::valid through `2027-12-31` (UTC)%0ADana Ruiz <dana.ruiz@example.com> has to act%0Ahelp: run `exc renew EXC-2026-K7QD`
    ::error file=exceptions/notes.txt,line=1,endLine=1,col=1,endColumn=1,title=EXC006 stray-file::this file is no record
    ::warning file=exceptions/EXC-2026-K7QD.yaml,line=2,endLine=3,title=EXC205 expiring::several lines
    1 record in `exceptions` judged on 2026-11-20 (UTC): 4 errors, 1 warning, 1 file not judged
    ");
}

#[test]
fn gitlab() {
    assert_snapshot!(rendered(Format::Gitlab, &sample()), @r#"
    [
      {
        "description": "EXC001: this is not YAML: unexpected end",
        "check_name": "EXC001",
        "fingerprint": "893f4f81ac585af4:1",
        "severity": "blocker",
        "location": {
          "path": "exceptions/a,b: 100%.yaml",
          "lines": {
            "begin": 3,
            "end": 3
          }
        }
      },
      {
        "description": "EXC203: 421 days are more than `90` (write `2027-02-03` or earlier)",
        "check_name": "EXC203",
        "fingerprint": "2e025e131fbad8ce:1",
        "severity": "major",
        "location": {
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "lines": {
            "begin": 4,
            "end": 4
          }
        }
      },
      {
        "description": "EXC204: valid through `2027-12-31` (UTC) (run `exc renew EXC-2026-K7QD`)",
        "check_name": "EXC204",
        "fingerprint": "219b40fe8c2b424a:1",
        "severity": "critical",
        "location": {
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "lines": {
            "begin": 4,
            "end": 4
          }
        }
      },
      {
        "description": "EXC006: this file is no record",
        "check_name": "EXC006",
        "fingerprint": "f4f6e83da24cc221:1",
        "severity": "major",
        "location": {
          "path": "exceptions/notes.txt",
          "lines": {
            "begin": 1,
            "end": 1
          }
        }
      },
      {
        "description": "EXC205: several lines",
        "check_name": "EXC205",
        "fingerprint": "2ce15691908ceb47:1",
        "severity": "minor",
        "location": {
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "lines": {
            "begin": 2,
            "end": 3
          }
        }
      }
    ]
    "#);
}

#[test]
fn sarif() {
    assert_snapshot!(rendered(Format::Sarif, &sample()[1..2]), @r###"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "exc",
              "rules": [
                {
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "fullDescription": {
                    "text": "That a grant is not longer than `max_days`."
                  },
                  "help": {
                    "markdown": "## What it checks\n\nThat a grant is not longer\nthan `max_days`.\n\nMore.",
                    "text": "## What it checks\n\nThat a grant is not longer\nthan `max_days`.\n\nMore."
                  },
                  "id": "EXC203",
                  "name": "DurationTooLong",
                  "properties": {
                    "precision": "very-high",
                    "tags": [
                      "exception-register",
                      "structural"
                    ]
                  },
                  "shortDescription": {
                    "text": "That a grant is not longer than `max_days`."
                  }
                },
                {
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "fullDescription": {
                    "text": "The day."
                  },
                  "help": {
                    "markdown": "## What it checks\n\nThe day.",
                    "text": "## What it checks\n\nThe day."
                  },
                  "id": "EXC204",
                  "name": "Expired",
                  "properties": {
                    "precision": "very-high",
                    "tags": [
                      "exception-register",
                      "calendar"
                    ]
                  },
                  "shortDescription": {
                    "text": "The day."
                  }
                }
              ],
              "semanticVersion": "0.1.0",
              "version": "0.1.0"
            }
          },
          "automationDetails": {
            "id": "exc/"
          },
          "columnKind": "unicodeCodePoints",
          "originalUriBaseIds": {
            "SRCROOT": {
              "description": {
                "text": "The root of the repository."
              }
            }
          },
          "invocations": [
            {
              "executionSuccessful": true
            }
          ],
          "properties": {
            "today": "2026-11-20"
          },
          "results": [
            {
              "ruleId": "EXC203",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "421 days are more than `90` (write `2027-02-03` or earlier)."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "exceptions/EXC-2026-K7QD.yaml",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 4,
                      "startColumn": 10,
                      "endLine": 4,
                      "endColumn": 20
                    }
                  }
                }
              ],
              "relatedLocations": [
                {
                  "id": 1,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "exceptions/EXC-2026-K7QD.yaml",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 3,
                      "startColumn": 9,
                      "endLine": 3,
                      "endColumn": 19
                    }
                  },
                  "message": {
                    "text": "counted from here."
                  }
                },
                {
                  "id": 2,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "exceptions/policy.yaml",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 3,
                      "startColumn": 20,
                      "endLine": 3,
                      "endColumn": 22
                    }
                  },
                  "message": {
                    "text": "the policy allows `90`."
                  }
                }
              ],
              "partialFingerprints": {
                "primaryLocationLineHash": "2e025e131fbad8ce:1"
              }
            }
          ]
        }
      ]
    }
    "###);
}

#[test]
fn junit() {
    assert_snapshot!(rendered(Format::Junit, &sample()), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite id="0" package="exc" name="exc check" tests="5" failures="5" errors="0" time="0" timestamp="2026-11-20T00:00:00" hostname="localhost">
        <properties>
          <property name="tool_version" value="0.1.0"/>
          <property name="today" value="2026-11-20"/>
          <property name="register" value="exceptions"/>
        </properties>
        <testcase name="exceptions/a,b: 100%.yaml" classname="exc.EXC001" time="0">
          <failure type="error" message="this is not YAML: unexpected end">exceptions/a,b: 100%.yaml:3:1: this is not YAML: unexpected end</failure>
        </testcase>
        <testcase name="EXC-2026-K7QD /expires" classname="exc.EXC203" time="0">
          <failure type="error" message="421 days are more than `90`">exceptions/EXC-2026-K7QD.yaml:4:10: 421 days are more than `90`
    help: write `2027-02-03` or earlier</failure>
        </testcase>
        <testcase name="EXC-2026-K7QD /expires" classname="exc.EXC204" time="0">
          <failure type="error" message="valid through `2027-12-31` (UTC)">exceptions/EXC-2026-K7QD.yaml:4:10: valid through `2027-12-31` (UTC)
    help: run `exc renew EXC-2026-K7QD`</failure>
        </testcase>
        <testcase name="exceptions/notes.txt" classname="exc.EXC006" time="0">
          <failure type="error" message="this file is no record">exceptions/notes.txt:1:1: this file is no record</failure>
        </testcase>
        <testcase name="EXC-2026-K7QD /title" classname="exc.EXC205" time="0">
          <failure type="warning" message="several lines">exceptions/EXC-2026-K7QD.yaml:2:13: several lines</failure>
        </testcase>
        <system-out/>
        <system-err/>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn step_summary() {
    assert_snapshot!(summary(&sample(), super::markdown::MAX_SUMMARY), @"
    ### exc check

    1 record in <code>exceptions</code> judged on 2026-11-20 (UTC)&#58; 4 errors, 1 warning, 1 file not judged

    | Level | Rule | Where | What |
    | --- | --- | --- | --- |
    | error | EXC001 yaml-syntax | exceptions/a,b&#58; 100&#37;.yaml:3:1 | this is not YAML&#58; unexpected end |
    | error | EXC203 duration-too-long | exceptions/EXC-2026-K7QD.yaml:4:10 | 421 days are more than <code>90</code><br>help: write <code>2027-02-03</code> or earlier |
    | error | EXC204 expired | exceptions/EXC-2026-K7QD.yaml:4:10 | valid through <code>2027-12-31</code> (UTC)<br>Dana Ruiz has to act<br>help: run <code>exc renew EXC-2026-K7QD</code> |
    | error | EXC006 stray-file | exceptions/notes.txt:1:1 | this file is no record |
    | warning | EXC205 expiring | exceptions/EXC-2026-K7QD.yaml:2:13 | several lines |
    ");
}

#[test]
fn without_findings_every_format_is_valid_and_says_so() {
    assert_snapshot!(rendered(Format::Text, &[]), @"1 record in `exceptions` judged on 2026-11-20 (UTC): all fine");
    assert_snapshot!(rendered(Format::Github, &[]), @"1 record in `exceptions` judged on 2026-11-20 (UTC): all fine");
    assert_snapshot!(rendered(Format::Gitlab, &[]), @"[]");
    assert_snapshot!(rendered(Format::Junit, &[]), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite id="0" package="exc" name="exc check" tests="1" failures="0" errors="0" time="0" timestamp="2026-11-20T00:00:00" hostname="localhost">
        <properties>
          <property name="tool_version" value="0.1.0"/>
          <property name="today" value="2026-11-20"/>
          <property name="register" value="exceptions"/>
        </properties>
        <testcase name="1 record in exceptions" classname="exc.check" time="0"/>
        <system-out/>
        <system-err/>
      </testsuite>
    </testsuites>
    "#);
    assert_snapshot!(summary(&[], super::markdown::MAX_SUMMARY), @"
    ### exc check

    1 record in <code>exceptions</code> judged on 2026-11-20 (UTC)&#58; all fine
    ");
}
