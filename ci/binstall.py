"""Whether an archive is what `cargo binstall` would look for: python3 ci/binstall.py ARCHIVE TARGET [REPOSITORY]

With REPOSITORY, where a release is about to be published, the manifest has to say the same, since that
is where `cargo binstall` takes the archive from; without it, a manifest that says nothing is told.
"""

import re
import sys
import tarfile
import tomllib
from pathlib import Path

archive, target = Path(sys.argv[1]), sys.argv[2]
published = sys.argv[3] if len(sys.argv) > 3 else None
package = tomllib.loads(Path("Cargo.toml").read_text())["package"]
metadata = package["metadata"]["binstall"]
repository = package.get("repository")
if published is not None and repository != published:
    sys.exit(f"Cargo.toml says `repository = {repository!r}`, and this is published at {published}: `cargo binstall` would not find it")
if repository is None:
    print("Cargo.toml names no `repository` yet, without which `cargo binstall` has no place to look")


def filled(template: str) -> str:
    """A template as cargo-binstall fills it; one that it would not fill is an error."""
    values = {
        "repo": repository or "https://example.com/exc",
        "name": package["name"],
        "bin": package["name"],
        "version": package["version"],
        "target": target,
        "archive-suffix": "." + metadata["pkg-fmt"],
        "binary-ext": "",
    }
    for name, value in values.items():
        template = template.replace("{ " + name + " }", value)
    if left := re.findall(r"\{[^}]*\}", template):
        sys.exit(f"{template}: nothing fills {', '.join(left)}")
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
