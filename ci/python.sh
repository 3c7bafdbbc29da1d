# shellcheck shell=bash
# The pinned Python packages, once per set of pins, in $EXC_CI_VENV; sourced from the repository root.
export EXC_CI_VENV=$PWD/target/ci/venv
if ! cmp -s ci/requirements.txt "$EXC_CI_VENV/pinned"; then
  echo '-- install Python packages'
  rm -rf "$EXC_CI_VENV"
  mkdir -p target/ci
  python3 -m venv "$EXC_CI_VENV"
  "$EXC_CI_VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: -r ci/requirements.txt
  cp ci/requirements.txt "$EXC_CI_VENV/pinned"
fi
