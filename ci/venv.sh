# shellcheck shell=bash
# Installs pinned packages of PyPI below target/ci, once per set of pins; to be sourced from the repository root:
#   venv NAME REQUIREMENTS   leaves $PWD/target/ci/NAME/bin
venv() {
  local at=$PWD/target/ci/$1
  cmp -s "$2" "$at/pinned" && return
  echo "-- install $2"
  mkdir -p "$PWD/target/ci"
  rm -rf "$at"
  python3 -m venv "$at"
  "$at/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: -r "$2"
  cp "$2" "$at/pinned"
}
