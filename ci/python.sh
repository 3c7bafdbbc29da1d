# shellcheck shell=bash
# The pinned Python packages, once per set of pins, in $EXC_CI_VENV; sourced from the repository root.
# shellcheck source=ci/venv.sh
. ci/venv.sh
venv venv ci/requirements.txt
export EXC_CI_VENV=$PWD/target/ci/venv
