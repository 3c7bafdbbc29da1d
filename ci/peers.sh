#!/usr/bin/env bash
# Install the validators that the benchmark compares exc with: bash ci/peers.sh FOLDER
#   FOLDER/venv/bin/check-jsonschema, FOLDER/node/node_modules/.bin/ajv, FOLDER/cargo/bin/jsonschema-cli
set -euo pipefail

fail() {
  printf 'peers: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 1 ] || fail 'usage: bash ci/peers.sh FOLDER'
for tool in python3 npm cargo; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed"
done
mkdir -p "$1"
folder=$(realpath "$1")

echo '-- check-jsonschema 0.39.0'
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check check-jsonschema==0.39.0
"$folder/venv/bin/check-jsonschema" --version

echo '-- ajv-cli 5.0.0, ajv-formats 3.0.1'
mkdir -p "$folder/node"
npm install --quiet --prefix "$folder/node" --no-audit --no-fund --save-exact ajv-cli@5.0.0 ajv-formats@3.0.1
[ -x "$folder/node/node_modules/.bin/ajv" ] || fail 'npm left no ajv behind'

echo '-- jsonschema-cli 0.60.2 (compiles for some minutes)'
cargo install --quiet jsonschema-cli --version 0.60.2 --locked --root "$folder/cargo"
"$folder/cargo/bin/jsonschema-cli" --version
