"""Records must mean the same to every YAML reader: YAML 1.1 and 1.2, Python and JavaScript.

The reference is PyYAML's BaseLoader, to which every scalar is the text that stands in the file; each other reader's
values, written as text again, must equal it. A reader that takes `no` for false or `0123` for 83 therefore disagrees.

usage: second_opinions.py FOLDER...   (EXC_CI_NODE names the folder that holds node_modules)
"""

import datetime
import json
import subprocess
import sys
from pathlib import Path

import yaml
from ruamel.yaml import YAML

NULLS = {"", "~", "null", "Null", "NULL"}


def main(*folders: str) -> int:
    files = []
    for folder in folders:
        found = [path for path in sorted(Path(folder).rglob("*.yaml")) if "approvals" not in path.parts]
        if not found:
            print(f"no YAML file below {folder}")
            return 1
        files += found
    disagreements = 0
    for path, javascript in zip(files, javascript_opinions(files), strict=True):
        text = path.read_text("utf-8")
        try:
            reference = yaml.load(text, Loader=yaml.BaseLoader)
        except yaml.YAMLError as error:
            print(f"{path}: PyYAML BaseLoader: {error}")
            disagreements += 1
            continue
        opinions = {
            "PyYAML safe_load": lambda: yaml.safe_load(text),
            "ruamel.yaml 1.2": lambda: ruamel_1_2(text),
            "js-yaml": lambda: javascript_value(javascript),
        }
        for reader, read in opinions.items():
            try:
                faults = list(differences(reference, read(), ""))
            except Exception as error:  # each reader has errors of its own; any of them is a disagreement
                faults = [f"refused: {error}"]
            for fault in faults:
                print(f"{path}: {reader}: {fault}")
            disagreements += len(faults)
    print(f"{len(files)} files, 4 readers, {disagreements} disagreements")
    return 1 if disagreements else 0


def ruamel_1_2(text: str):
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return reader.load(text)


def javascript_opinions(files):
    script = Path(__file__).with_name("second_opinion.mjs")
    run = subprocess.run(["node", script, *files], check=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout)


def javascript_value(opinion):
    if "error" in opinion:
        raise ValueError(opinion["error"])
    return opinion["value"]


def differences(reference, value, pointer: str):
    if isinstance(reference, dict) and isinstance(value, dict):
        values = {as_text(key): element for key, element in value.items()}
        for key in sorted(reference.keys() ^ values.keys()):
            yield f"{pointer}/{key}: read by one of the two only"
        for key in sorted(reference.keys() & values.keys()):
            yield from differences(reference[key], values[key], f"{pointer}/{key}")
    elif isinstance(reference, list) and isinstance(value, list):
        if len(reference) != len(value):
            yield f"{pointer}: {len(value)} elements, {len(reference)} in the reference"
        for index, (left, right) in enumerate(zip(reference, value, strict=False)):
            yield from differences(left, right, f"{pointer}/{index}")
    elif not isinstance(reference, str) or isinstance(value, (dict, list)) or not same_scalar(reference, value):
        yield f"{pointer}: {value!r}, {reference!r} in the reference"


def same_scalar(reference: str, value) -> bool:
    if value is None:
        return reference in NULLS
    if isinstance(value, datetime.datetime):
        return datetime.datetime.fromisoformat(reference) == value
    return as_text(value) == reference


def as_text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
