"""Every format of `exc check` must tell of the same findings, and the exit code must follow from them.

usage: counts.py FOLDER EXIT_CODE, where FOLDER holds the files json, sarif, gitlab, junit and github
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

from junitparser import Error, Failure, JUnitXml

CODE = re.compile(r"EXC\d{3}")
ANNOTATION = re.compile(r"^::(error|warning|notice) (?P<properties>[^:]*)::(?P<message>.+)$")


def main(folder: str, exit_code: str) -> int:
    at = Path(folder)
    report = json.loads((at / "json").read_text("utf-8"))
    findings = report["findings"]
    faults = list(json_faults(report, int(exit_code)))
    faults += differences("SARIF", placed(findings), sarif_places(at / "sarif"))
    faults += gitlab_faults(at / "gitlab", findings)
    faults += differences("JUnit", Counter(f["code"] for f in findings), junit_codes(at / "junit"))
    faults += github_faults(at / "github", findings)
    for fault in faults:
        print(fault)
    print(f"{len(findings)} findings in every format" if not faults else f"{len(faults)} disagreements")
    return 1 if faults else 0


def placed(findings) -> Counter:
    return Counter((f["code"], f["path"], f["line"] or 1) for f in findings)


def differences(name: str, wanted: Counter, got: Counter):
    for what, how_often in sorted((wanted - got).items()):
        yield f"{name} lacks {how_often} of {what}"
    for what, how_often in sorted((got - wanted).items()):
        yield f"{name} has {how_often} too many of {what}"


def json_faults(report, exit_code: int):
    summary, findings = report["summary"], report["findings"]
    levels = Counter(f["level"] for f in findings)
    for key, level in [("errors", "error"), ("warnings", "warning")]:
        if summary[key] != levels[level]:
            yield f"JSON: summary.{key} is {summary[key]}, {levels[level]} findings are at level {level}"
    wanted = 2 if summary["unreadable"] else 1 if summary["errors"] else 0
    if exit_code != wanted:
        yield f"the exit code is {exit_code}; {summary} asks for {wanted}"
    for finding in findings:
        if not CODE.fullmatch(finding["code"]):
            yield f"JSON: {finding['code']} is no code"
        positions = [finding[key] for key in ("line", "column", "end_line", "end_column")]
        if any(position is not None and position < 1 for position in positions):
            yield f"JSON: a position before 1: {finding}"


def sarif_places(path: Path) -> Counter:
    places = Counter()
    for run in json.loads(path.read_text("utf-8"))["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        for result in run["results"]:
            assert result["ruleId"] in rules, result["ruleId"]
            place = result["locations"][0]["physicalLocation"]
            line = place.get("region", {}).get("startLine", 1)
            places[result["ruleId"], unquote(place["artifactLocation"]["uri"]), line] += 1
    return places


def gitlab_faults(path: Path, findings):
    entries = json.loads(path.read_text("utf-8"))
    for fingerprint, how_often in Counter(entry["fingerprint"] for entry in entries).items():
        if how_often > 1:
            yield f"GitLab: fingerprint {fingerprint} stands {how_often} times; only the first is shown"
    got = Counter()
    for entry in entries:
        code = CODE.search(entry["check_name"]) or CODE.search(entry["description"])
        place = entry["location"]
        line = place["lines"]["begin"] if "lines" in place else place["positions"]["begin"]["line"]
        got[code.group() if code else "no code", place["path"], line] += 1
    yield from differences("GitLab", placed(findings), got)


def junit_codes(path: Path) -> Counter:
    codes = Counter()
    for suite in JUnitXml.fromfile(str(path)):
        for case in suite:
            code = CODE.search(f"{case.classname} {case.name}")
            for outcome in case.result:
                if isinstance(outcome, (Failure, Error)):
                    codes[code.group() if code else "no code"] += 1
    return codes


def github_faults(path: Path, findings):
    known = placed(findings)
    annotated, seen = Counter(), Counter()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if "##[" in line or (line.lstrip().startswith("::") and not ANNOTATION.match(line)):
            yield f"GitHub: line {number} is a command, and no annotation: {line!r}"
        if not (match := ANNOTATION.match(line)):
            continue
        level, properties = match.group(1), dict(p.split("=", 1) for p in match["properties"].split(","))
        annotated[level] += 1
        if "file" not in properties:
            continue
        values = {key: unescaped(value) for key, value in properties.items()}
        code = CODE.search(values.get("title", "") + unescaped(match["message"]))
        seen[code.group() if code else "no code", values["file"], int(values.get("line", 1))] += 1
    for what in sorted((seen - known).keys()):
        yield f"GitHub annotates {what}, which is no finding"
    for level, how_many in Counter(f["level"] for f in findings).items():
        if annotated[level] != how_many:
            yield f"GitHub: {annotated[level]} annotations at level {level}, without a step summary all {how_many} findings should be"


def unescaped(value: str) -> str:
    for escape, character in [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]:
        value = value.replace(escape, character)
    return value


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
