"""What `exc export` wrote must say, to readers that are not exc's, what the records beside it say.

The entries are made a second time here, from the bindings of the records, and compared field by field with what each
reader finds: tomllib in TOML; PyYAML (YAML 1.1), ruamel.yaml (1.2) and js-yaml in YAML.

usage: exports.py FOLDER   (EXC_CI_NODE names the folder that holds node_modules)
FOLDER holds the records, *.yaml by their ids, and the exports by the names of their tools' files.
"""

import datetime
import json
import re
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import yaml
from ruamel.yaml import YAML

RECORD = re.compile(r"EXC-\d{4}-\w{4}\.yaml")
DAY = datetime.timedelta(days=1)
OSV = {"npm": "npm", "golang": "Go", "pypi": "PyPI", "cargo": "crates.io"}
GRYPE = {"npm": "npm", "pypi": "python", "cargo": "rust-crate"}
ADVISORY = re.compile("(RUSTSEC|CVE|GHSA|TALOS)-")


def main(folder: str) -> int:
    at = Path(folder)
    records = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(at.iterdir()) if RECORD.fullmatch(path.name)]
    if not records:
        print(f"no record in {folder}")
        return 1
    faults = []
    n_entries = 0
    for file, tool, expected in FILES:
        bindings = [(record, binding) for record in records for binding in record.get("bindings", [])]
        bound = [(record, binding) for record, binding in bindings if binding.get("tool") == tool]
        path = at / file
        if not path.is_file():
            faults.append(f"{path}: it is not there")
            continue
        wanted = expected(bound)
        n_entries += len(wanted)
        if not wanted:
            faults.append(f"{path}: no record is bound to {tool}")
        for reader, read in readers(path):
            try:
                found = read(path)
            except Exception as error:  # each reader has errors of its own
                faults.append(f"{path}: {reader} refuses it: {error}")
                continue
            if (got := entries(file, found)) != wanted:
                faults.append(f"{path}: {reader} reads\n  {got}\n  the records say\n  {wanted}")
    for fault in faults:
        print(fault)
    print(f"{folder}: {len(FILES)} files, {n_entries} entries, {len(faults)} disagreements")
    return 1 if faults else 0


# What the readers find.


def readers(path: Path):
    if path.suffix == ".toml":
        return [("tomllib", lambda path: tomllib.loads(path.read_text("utf-8")))]
    return [
        ("PyYAML", lambda path: list(yaml.safe_load_all(path.read_text("utf-8")))),
        ("ruamel.yaml", lambda path: list(ruamel(path.read_text("utf-8")))),
        ("js-yaml", javascript),
    ]


def ruamel(text: str):
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    yield from (document for document in reader.load_all(text) if document is not None)


def javascript(path: Path):
    run = subprocess.run(["node", "ci/documents.mjs", path], check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


def entries(file: str, found):
    """The entries of a file, as plain as JSON: moments and days as texts."""
    match file:
        case "osv-scanner.toml":
            return plain([found.get("IgnoredVulns", []), found.get("PackageOverrides", [])])
        case "deny.toml":
            return plain(found["advisories"]["ignore"])
        case ".grype.yaml":
            return plain(found[0]["ignore"])
        case ".trivyignore.yaml" | "waivers.yaml":
            return plain(found[0])
        case _:
            return plain([document for document in found if document is not None])


def plain(value):
    if isinstance(value, dict):
        return {str(key) if not isinstance(key, str) else key: plain(element) for key, element in value.items()}
    if isinstance(value, list):
        return [plain(element) for element in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, datetime.date) else value


# What the records say.


def end(record) -> str:
    return f"{record['expires'] + DAY}T00:00:00Z"


def line(text: str) -> str:
    """On one line, with a sign for what shows nothing."""
    return "".join("\ufffd" if unicodedata.category(c).startswith("C") else c for c in " ".join(text.split()))


def reason(record) -> str:
    return f"{record['id']}: {line(record['justification']['blocker'])}"


def dated(record) -> str:
    return f"{reason(record)}; valid through {record['expires']} (UTC)"


def lasting(bound, of_id):
    """By id, the entry of the record that lasts longest."""
    last = {}
    for record, binding in bound:
        for id in binding["ids"]:
            if id not in last or record["expires"] > last[id]["expires"]:
                last[id] = record
    return {id: of_id(id, last[id]) for id in sorted(last)}


def package(url: str):
    kind, _, rest = url.removeprefix("pkg:").partition("/")
    path, _, version = rest.partition("@")
    return kind, "/".join(unquote(part) for part in path.split("/")), unquote(version)


def osv(bound):
    ids = [(record, binding) for record, binding in bound if "packages" not in binding]
    ignored = lasting(ids, lambda id, record: {"id": id, "ignoreUntil": end(record), "reason": reason(record)})
    overrides = []
    for record, binding in sorted(bound, key=lambda it: it[0]["expires"], reverse=True):
        for url in binding.get("packages", []):
            kind, name, version = package(url)
            filters = {"name": name, "version": version, "ecosystem": OSV[kind]}
            filters = {key: value for key, value in filters.items() if value}
            overrides.append(filters | {"ignore": True, "effectiveUntil": end(record), "reason": reason(record)})
    return [list(ignored.values()), overrides]


def deny(bound):
    def ignored(id, record):
        return {"id" if ADVISORY.match(id) else "crate": id, "reason": dated(record)}

    return list(lasting(bound, ignored).values())


def inspec(bound):
    def waiver(_, record):
        return {"expiration_date": f"{record['expires'] + DAY}", "run": False, "justification": reason(record)}

    return lasting(bound, waiver)


def grype(bound):
    rules = []
    for record, binding in bound:
        for id in binding["ids"]:
            for url in binding.get("packages", [None]):
                for path in binding.get("paths", [None]):
                    rule = {"vulnerability": id, "reason": dated(record)}
                    if url:
                        kind, name, version = package(url)
                        rule["package"] = {"name": name.replace(".", r"\."), "version": version, "type": GRYPE[kind]}
                    if path:
                        rule.setdefault("package", {})["location"] = f"/{path}"
                    rules.append(rule)
    return rules


def trivy(bound):
    known = {"CVE": ["vulnerabilities"], "AVD": ["misconfigurations"]}
    sections = {}
    for record, binding in bound:
        for id in binding["ids"]:
            entry = {"id": id, "paths": binding["paths"], "expired_at": end(record), "statement": reason(record)}
            for section in known[id.split("-")[0]]:
                sections.setdefault(section, []).append(entry)
    return sections


def told(record):
    owner = record["owner"]
    return {
        "approved-by": "alice",
        "approved-on": "2026-11-05 (UTC)",
        "compensating-controls": "; ".join(line(control["description"]) for control in record["compensating_controls"]),
        "owner": f"{owner['name']} <{owner['email']}>",
        "reason": reason(record),
        "record": record["id"],
        "valid-through": f"{record['expires']} (UTC)",
    }


def exception(record, version, spec, annotations):
    labels = {"cleanup.kyverno.io/ttl": end(record).replace(":", ""), "exc.dev/record": record["id"]}
    metadata = {"name": record["id"].lower(), "labels": labels}
    if annotations:
        metadata["annotations"] = {f"exc.dev/{key}": text for key, text in annotations.items()}
    return {"apiVersion": version, "kind": "PolicyException", "metadata": metadata, "spec": spec}


def kyverno(bound):
    objects = []
    for record, binding in bound:
        if binding["policy_kind"] != "ClusterPolicy":
            continue
        resources = {"kinds": ["*"]} | binding["resources"]
        rules = binding.get("rules", ["*"])
        exceptions = [{"policyName": binding["policy"], "ruleNames": rules}]
        spec = {"exceptions": exceptions, "match": {"any": [{"resources": resources}]}}
        objects.append(exception(record, "kyverno.io/v2", spec, told(record)))
    return objects


def kyverno_cel(bound):
    objects = []
    for record, binding in bound:
        if binding["policy_kind"] == "ClusterPolicy":
            continue
        spec = {"policyRefs": [{"name": binding["policy"], "kind": binding["policy_kind"]}]}
        conditions = [
            {"name": key, "expression": condition(field, binding["resources"][key])}
            for key, field in [
                ("kinds", "object.kind"),
                ("namespaces", "object.metadata.namespace"),
                ("names", "object.metadata.name"),
            ]
            if key in binding["resources"]
        ]
        spec |= {"matchConditions": conditions, "expiresAt": end(record), "properties": told(record)}
        objects.append(exception(record, "policies.kyverno.io/v1beta1", spec, {}))
    return objects


def condition(field: str, values) -> str:
    """What the condition does, is asked of a reader of CEL: see conditions.mjs."""
    if any("*" in value or "?" in value for value in values):
        signs = {"*": ".*", "?": ".", "-": "-", "_": "_"}

        def sign(c):
            return signs.get(c, "\\" + c if c.isascii() and not (c.isalnum() or c.isspace()) else c)

        pattern = "|".join("".join(map(sign, value)) for value in values)
        return f"{field}.matches({json.dumps(f'^({pattern})$')})"
    return f"{field} in [{', '.join(json.dumps(value) for value in values)}]"


FILES = [
    ("osv-scanner.toml", "osv-scanner", osv),
    ("deny.toml", "cargo-deny", deny),
    ("waivers.yaml", "inspec", inspec),
    (".grype.yaml", "grype", grype),
    (".trivyignore.yaml", "trivy", trivy),
    ("kyverno.yaml", "kyverno", kyverno),
    ("kyverno-cel.yaml", "kyverno", kyverno_cel),
]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
