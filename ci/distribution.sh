#!/usr/bin/env bash
# What other programs make of the files by which exc gets to its users, and of those that it writes
# for them: bash ci/distribution.sh BINARY
# Run from the repository root. Installs the pinned linters below target/ci on first use.
set -euo pipefail

fail() {
  printf 'distribution: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 1 ] || fail 'usage: bash ci/distribution.sh BINARY'
[ -f ci/distribution.sh ] || fail 'run me from the repository root'
[ -x "$1" ] || fail "$1 is not an executable file"
binary=$(realpath "$1")
for tool in python3 git jq openssl tar; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed"
done

root=$PWD
work=$PWD/target/ci
venv=$work/distribution
out=$work/distributed
if ! cmp -s ci/distribution.txt "$venv/pinned"; then
  echo '-- install linters'
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: -r ci/distribution.txt
  cp ci/distribution.txt "$venv/pinned"
fi
export PATH=$venv/bin:$PATH
rm -rf "$out"
mkdir -p "$out"

# 1. What `exc init` writes, for a register of a usual and of an unusual name.
echo '-- exc init, a second time too'
for register in exceptions "governance/team's waivers"; do
  site=$out/init-${register%%/*}
  mkdir -p "$site"
  git -C "$site" init --quiet --initial-branch main
  for forge in github gitlab; do
    "$binary" -C "$site" init --quiet --ci "$forge" --register "$site/$register" >/dev/null
    "$binary" -C "$site" init --quiet --ci "$forge" --register "$site/$register" >"$out/again"
    ! grep -v '^kept ' "$out/again" || fail "a second run of exc init --ci $forge wrote something"
  done
  cp "$(dirname "$site/$register")/schemas/exception.example.yaml" "$site/$register/EXC-$(date -u +%Y)-0EX1.yaml"
  "$binary" check --register "$site/$register" --quiet || fail 'the example of exc init is not in order'
done

# 2. Workflows, and the scripts in them.
sites=("$root" "$out/init-exceptions" "$out/init-governance")
echo '-- actionlint'
actionlint -version | head -n 1
for site in "${sites[@]}"; do
  (cd "$site" && actionlint -shellcheck "$venv/bin/shellcheck" .github/workflows/*.yml)
done
mkdir -p "$out/faulty/.github/workflows"
cat >"$out/faulty/.github/workflows/faulty.yml" <<'YAML'
on: pull_request
jobs:
  faulty:
    runs-on: ubuntu-24.04
    steps:
      - run: echo ${{ github.event.pull_request.title }}
      - run: cat $HOME/a b > $1
YAML
code=0
actionlint -shellcheck "$venv/bin/shellcheck" "$out/faulty/.github/workflows/faulty.yml" >"$out/faulty/said" || code=$?
[ "$code" = 1 ] || fail "actionlint exits with $code where there is something to find"
grep -q 'potentially untrusted' "$out/faulty/said" || fail 'actionlint does not see an injection'
grep -q 'SC2086' "$out/faulty/said" || fail 'actionlint does not ask shellcheck'
echo '-- zizmor'
for site in "${sites[@]}"; do
  (cd "$site" && zizmor --offline --no-progress --quiet .github)
done
zizmor --offline --no-progress --quiet action.yml

echo '-- shellcheck'
python3 ci/scripts.py "$out/scripts" "$out/init-exceptions/.gitlab/exc.yml" "$out/init-exceptions/.gitlab/exc-digest.yml" \
  "$out/init-governance/.gitlab/exc.yml" "$out/init-governance/.gitlab/exc-digest.yml"
shellcheck --shell bash "$out"/scripts/*.bash
shellcheck --shell dash "$out"/scripts/*.sh
shellcheck .ci/run ci/*.sh action/*.sh tests/cli/forges/* tests/cli/guide/*.sh

# 3. Schemas.
echo '-- schemas'
for site in "${sites[@]}"; do
  check-jsonschema --builtin-schema vendor.github-workflows "$site"/.github/workflows/*.yml
done
check-jsonschema --builtin-schema vendor.github-actions action.yml
check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci \
  "$out"/init-exceptions/.gitlab/*.yml "$out"/init-governance/.gitlab/*.yml "$out"/scripts/component-*.yml
for schemas in "$out/init-exceptions/schemas" "$out/init-governance/governance/schemas"; do
  check-jsonschema --schemafile "$schemas/exception.schema.json" "$schemas/exception.example.yaml"
done
"$binary" -C "$out/init-exceptions" schema record >"$out/record.schema.json"
check-jsonschema --schemafile "$out/record.schema.json" "$out"/init-exceptions/exceptions/EXC-*.yaml
"$binary" completions bash | bash -n

# 4. The image.
echo '-- hadolint'
hadolint Dockerfile

# 5. The hooks, run by pre-commit itself. It would build exc anew; that is all that is left out.
echo '-- pre-commit'
export PRE_COMMIT_HOME=$out/pre-commit GIT_CONFIG_GLOBAL=$out/gitconfig GIT_CONFIG_NOSYSTEM=1
git config --global user.name Example
git config --global user.email example@example.com
pre-commit validate-manifest .pre-commit-hooks.yaml
mkdir -p "$out/hooks" "$out/hooked"
cp .pre-commit-hooks.yaml "$out/hooks/"
git -C "$out/hooks" init --quiet --initial-branch main
git -C "$out/hooks" add .
git -C "$out/hooks" commit --quiet --message hooks
git -C "$out/hooked" init --quiet --initial-branch main
cp -r "$out/init-exceptions/exceptions" "$out/hooked/"
cat >"$out/hooked/.pre-commit-config.yaml" <<YAML
repos:
  - repo: $out/hooks
    rev: $(git -C "$out/hooks" rev-parse HEAD)
    hooks:
      - id: exc-check
        language: system
      - id: exc-fmt
        language: system
YAML
mkdir -p "$out/bin"
ln -s "$binary" "$out/bin/exc"
hooks() {
  (cd "$out/hooked" && git add . && PATH=$out/bin:$PATH pre-commit run --color never) >"$out/hooked.txt" 2>&1
}
hooks || { cat "$out/hooked.txt" && fail 'the hook refuses a register that is in order'; }
grep -q 'exc check.*Passed' "$out/hooked.txt" || { cat "$out/hooked.txt" && fail 'the hook did not run'; }
grep -q 'exc fmt.*Passed' "$out/hooked.txt" || { cat "$out/hooked.txt" && fail 'the example is laid out in another way'; }
record=("$out"/hooked/exceptions/EXC-*.yaml)
sed -i 's/^title: /title:   /' "${record[0]}"
! hooks || fail 'the hook lets another layout through'
grep -q 'exc fmt.*Failed' "$out/hooked.txt" || { cat "$out/hooked.txt" && fail 'the hook does not see another layout'; }
sed -i 's/^title:   /title: /' "${record[0]}"
sed -i 's/^expires: .*/expires: 2020-02-01/' "${record[0]}"
! hooks || fail 'the hook lets an expired exception through'
grep -q 'EXC2' "$out/hooked.txt" || { cat "$out/hooked.txt" && fail 'the hook does not say why'; }
(cd "$out/hooked" && git rm --quiet --cached -r exceptions && echo text >notes.txt && git add notes.txt &&
  PATH=$out/bin:$PATH pre-commit run --color never) >"$out/hooked.txt" 2>&1 || fail 'the hook fails where the register does not change'
grep -q 'exc check.*Skipped' "$out/hooked.txt" || { cat "$out/hooked.txt" && fail 'the hook runs where the register does not change'; }

# 6. An archive as of a release: under the name that cargo-binstall looks for, installed by the action.
echo '-- archive'
target=$(rustc --version --verbose | sed -n 's/^host: //p')
package=$(bash ci/package.sh "$target" "$(dirname "$binary")" "$out/dist")
python3 ci/binstall.py "$package.tgz" "$target"
(cd "$out/dist" && sha256sum ./*.tgz | tee SHA256SUMS && sha256sum --quiet --check SHA256SUMS)
mkdir -p "$out/downloads" "$out/home"
cat >"$out/downloads/curl" <<'SH'
#!/usr/bin/env bash
# Hands over the archive instead of asking for it.
[ "${*: -1}" = "https://example.com/exc.tgz" ] && cp "$EXC_ARCHIVE" "${*: -2:1}"
SH
chmod +x "$out/downloads/curl"
install() {
  env HOME="$out/home" PATH="$out/downloads:$PATH" GITHUB_PATH="$out/path" ACTION="$root" IS_BUILT='' \
    EXC_ARCHIVE="$package.tgz" ARCHIVE=https://example.com/exc.tgz SHA256="$1" bash action/install.sh
}
hash=$(openssl dgst -sha256 -r "$package.tgz")
install "${hash%% *}"
for wrong in '' 0000; do
  ! install "$wrong" >"$out/refused" 2>&1 || fail "the action installs an archive for the hash \`$wrong\`"
  grep -q '::error::' "$out/refused" || fail 'the action does not say why it refuses an archive'
done
