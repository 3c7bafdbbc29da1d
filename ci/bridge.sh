#!/usr/bin/env bash
# What other programs make of the files that `exc export` writes and of those that `exc reconcile` reads:
#   bash ci/bridge.sh FOLDER BINARY
# FOLDER holds what the tests of the exports keep: EXC_KEEP_EXPORTS=FOLDER cargo test --test cli export::every_export
# Run from the repository root. Installs the pinned programs below target/ci on first use. OSV-Scanner, Trivy, Grype,
# Kyverno and InSpec themselves are in no registry of packages that CI reaches.
set -euo pipefail

fail() {
  printf 'bridge: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 2 ] || fail 'usage: bash ci/bridge.sh FOLDER BINARY'
[ -f ci/bridge.sh ] || fail 'run me from the repository root'
[ -d "$1" ] || fail "$1 is not a folder"
[ -x "$2" ] || fail "$2 is not an executable file"
folder=$(realpath "$1")
binary=$(realpath "$2")
for tool in python3 node npm cargo git; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed"
done

# shellcheck source=ci/python.sh
. ci/python.sh
# shellcheck source=ci/packages.sh
. ci/packages.sh
python=$EXC_CI_VENV/bin/python
deny_version=0.20.2
deny_root=$PWD/target/ci/cargo-deny
deny=$deny_root/bin/cargo-deny
if [ "$(cat "$deny_root/pinned" 2>/dev/null)" != "$deny_version" ]; then
  echo "-- install cargo-deny $deny_version (compiles for some minutes)"
  rm -rf "$deny_root"
  cargo install --quiet --locked --debug --root "$deny_root" --version "$deny_version" cargo-deny
  echo "$deny_version" >"$deny_root/pinned"
fi
[ -x "$deny" ] || fail 'cargo left no cargo-deny behind'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A check that must refuse what it is given.
refuses() {
  local what=$1
  shift
  if "$@" >"$work/refused.log" 2>&1; then
    cat "$work/refused.log" >&2
    fail "$what is not seen"
  fi
}

# 1. Every reader finds in every file what the records say; and a changed field is seen.
echo '-- exports: the fields'
shared=$folder/shared
"$python" ci/exports.py "$folder"
"$python" ci/exports.py "$shared"
while read -r file change; do
  rm -rf "$work/broken"
  cp -r "$folder" "$work/broken"
  sed -i -E "$change" "$work/broken/$file"
  cmp -s "$folder/$file" "$work/broken/$file" && fail "$change changes nothing in $file"
  refuses "$change in $file" "$python" ci/exports.py "$work/broken"
done <<'END'
osv-scanner.toml s/2027-02-01T00:00:00Z/2027-02-01T00:00:01Z/
osv-scanner.toml s/^ignore = true/ignore = false/
deny.toml s/valid through 2027-01-31 \(UTC\)"/valid through 2027-02-01 (UTC)"/
waivers.yaml s/run: false/run: true/
waivers.yaml s/2027-02-01/2027-02-02/
.grype.yaml s/zope\\\.interface/zope.interface/
.trivyignore.yaml s/2027-02-01/2027-02-02/
kyverno.yaml s/tool\*/*/
kyverno.yaml s/2027-02-01T/2027-02-02T/
kyverno-cel.yaml s/expiresAt: 2027/expiresAt: 2028/
kyverno-cel.yaml s/\|a/|b/
kyverno-cel.yaml s/^kind:.*/kind: [/
END

# 2. A reader of CEL lets through what the bindings name; and a pattern that is no longer whole is seen.
echo '-- exports: the conditions in CEL'
node ci/conditions.mjs "$folder"
node ci/conditions.mjs "$shared"
rm -rf "$work/broken"
cp -r "$folder" "$work/broken"
sed -i -E 's/\)\$"/)"/' "$work/broken/kyverno-cel.yaml"
refuses 'a pattern without an end' node ci/conditions.mjs "$work/broken"

# 3. cargo-deny ignores what the file says, in an own database of advisories against a crate that exc is built of.
echo '-- exports: cargo-deny'
mkdir -p "$work/database/crates/memchr"
cat >"$work/database/crates/memchr/RUSTSEC-2026-0001.md" <<'END'
```toml
[advisory]
id = "RUSTSEC-2026-0001"
package = "memchr"
date = "2026-01-01"

[versions]
patched = []
```

# Made up

It says nothing of memchr.
END
git -C "$work/database" init --quiet --initial-branch=main
git -C "$work/database" add .
git -C "$work/database" -c user.name=exc -c user.email=exc@example.com commit --quiet --message 'one advisory'
denies() {
  local file=$work/deny-with-database.toml
  {
    cat "$1"
    # The table of advisories is the last one of the file.
    printf '%s\n' "db-path = \"$work/databases\"" 'db-urls = ["https://advisories.example.com/database"]' \
      'git-fetch-with-cli = true' 'disable-yank-checking = true' 'unused-ignored-advisory = "allow"'
  } >"$file"
  # The address is that of no host: git takes the repository above for it.
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.file://$work/database.insteadOf" \
    GIT_CONFIG_VALUE_0=https://advisories.example.com/database \
    "$deny" --color never --config "$file" check advisories
}
denies "$folder/deny.toml"
sed 's/RUSTSEC-2026-0001"/RUSTSEC-2026-0002"/' "$folder/deny.toml" >"$work/other.toml"
refuses 'an advisory that the file does not ignore' denies "$work/other.toml"
grep -q 'error\[vulnerability\]: Made up' "$work/refused.log" || fail "cargo-deny refuses for another reason: $(cat "$work/refused.log")"
sed 's/reason = "/why = "/' "$folder/deny.toml" >"$work/broken.toml"
refuses 'a key that cargo-deny does not know' denies "$work/broken.toml"
for file in "$folder/deny.toml" "$shared/deny.toml"; do
  "$deny" --color never --offline --config "$file" check --allow duplicate bans >"$work/bans.log" 2>&1 && [ "$(cat "$work/bans.log")" = 'bans ok' ] || {
    cat "$work/bans.log" >&2
    fail "cargo-deny does not read $file without a word"
  }
done

# 4. The lists that exc only reads.
echo '-- lists of npm'
node ci/npm_lists.mjs "$binary"
cat >"$work/exc" <<END
#!/usr/bin/env bash
"$binary" "\$@" | sed 's/"verdict": "ended"/"verdict": "orphan"/'
END
chmod u+x "$work/exc"
refuses 'an end that exc does not see' node ci/npm_lists.mjs "$work/exc"
echo 'what other programs make of the bridge agrees'
