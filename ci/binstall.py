"""Whether an archive is what `cargo binstall` would look for: python3 ci/binstall.py ARCHIVE TARGET"""

import sys
import tarfile
import tomllib
from pathlib import Path

archive, target = Path(sys.argv[1]), sys.argv[2]
package = tomllib.loads(Path("Cargo.toml").read_text())["package"]
metadata = package["metadata"]["binstall"]


def filled(template: str) -> str:
    values = {
        "name": package["name"],
        "bin": package["name"],
        "version": package["version"],
        "target": target,
        "archive-suffix": "." + metadata["pkg-fmt"],
        "binary-ext": "",
    }
    for name, value in values.items():
        template = template.replace("{ " + name + " }", value)
    return template


name = filled(metadata["pkg-url"]).rsplit("/", 1)[1]
if archive.name != name:
    sys.exit(f"the archive is {archive.name}, and cargo binstall looks for {name}")
binary = filled(metadata["bin-dir"])
with tarfile.open(archive) as files:
    names = files.getnames()
for wanted in [binary, *(f"{Path(binary).parent}/{it}" for it in ("completions/_exc", "man/exc-check.1", "LICENSE-MIT"))]:
    if wanted not in names:
        sys.exit(f"{archive.name} holds no {wanted}")
print(f"{archive.name}: {len(names)} entries")
