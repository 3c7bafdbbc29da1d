#!/usr/bin/env bash
# What other programs make of the exports for Azure and for auditors: bash ci/bridge_azure.sh FOLDER SCHEMA
# FOLDER is one that EXC_KEEP_EXPORTS has named to the tests; SCHEMA is policy-exemption-schema.json of
# https://github.com/Azure/enterprise-azure-policy-as-code. Run from the repository root. Installs the
# pinned programs below target/ci on first use.
set -euo pipefail

fail() {
  printf 'bridge_azure: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 2 ] || fail 'usage: bash ci/bridge_azure.sh FOLDER SCHEMA'
[ -f ci/bridge_azure.sh ] || fail 'run me from the repository root'
folder=$1 schema=$2
[ -f "$schema" ] || fail "$schema is not a file"
for file in epac.json arm.json oscal.json; do
  [ -s "$folder/$file" ] || fail "$folder/$file is missing or empty"
done
command -v python3 >/dev/null 2>&1 || fail 'python3 is not installed'

# shellcheck source=ci/venv.sh
. ci/venv.sh
venv venv ci/requirements.txt
venv azure ci/requirements-azure.txt
azure=$PWD/target/ci/azure/bin

echo '-- EPAC: its own schema'
"$PWD/target/ci/venv/bin/check-jsonschema" --schemafile "$schema" "$folder/epac.json"

echo '-- ARM: the models of the Azure SDK, and the rules of nested deployments'
"$azure/python" ci/bridge_azure.py arm "$folder/arm.json"

echo '-- OSCAL: compliance-trestle, and the references'
workspace=$(mktemp -d)
trap 'rm -rf "$workspace"' EXIT
model=plan-of-action-and-milestones
(cd "$workspace" && "$azure/trestle" init --local >/dev/null)
mkdir -p "$workspace/$model/exc"
cp "$folder/oscal.json" "$workspace/$model/exc/$model.json"
(cd "$workspace" && "$azure/trestle" validate -t "$model" -n exc)
"$azure/python" ci/bridge_azure.py oscal "$folder/oscal.json"
