"""The scripts in jobs of GitLab, and the jobs in its components, as files for other programs.

python3 ci/scripts.py OUT JOBS...
Jobs in an image of Alpine have no bash; their scripts are named *.sh.
"""

import re
import sys
from pathlib import Path

from ruamel.yaml import YAML

out = Path(sys.argv[1])
out.mkdir(parents=True)
yaml = YAML(typ="safe")
n_scripts = 0
for path in map(Path, sys.argv[2:]):
    for name, job in yaml.load(path).items():
        ending = "sh" if job["image"].startswith("alpine") else "bash"
        shebang = f"#!/bin/{ending}\n"
        script = "\n".join(job["script"])
        (out / f"{path.parts[-3]}-{name}.{ending}").write_text(shebang + script + "\n")
        n_scripts += 1

# A component has a header of its own, and inputs that GitLab puts in.
for path in sorted(Path("templates").glob("*.yml")):
    header, body = path.read_text().split("\n---\n")
    inputs = yaml.load(header)["spec"]["inputs"]
    used = set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", body))
    if used != set(inputs):
        sys.exit(f"{path}: the inputs are {sorted(inputs)}, and {sorted(used)} are used")
    for name, spec in inputs.items():
        body = body.replace(f"$[[ inputs.{name} ]]", spec["default"])
    (out / f"component-{path.name}").write_text(body)
print(f"{n_scripts} scripts")
