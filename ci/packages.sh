# shellcheck shell=bash
# The pinned npm packages, once per set of pins, in $EXC_CI_NODE; sourced from the repository root.
# To move a pin: edit ci/package.json, then in ci/
#   npm install --package-lock-only --ignore-scripts --legacy-peer-deps --omit-lockfile-registry-resolved
export EXC_CI_NODE=$PWD/target/ci/node
if ! cmp -s ci/package-lock.json "$EXC_CI_NODE/pinned"; then
  echo '-- install npm packages'
  rm -rf "$EXC_CI_NODE"
  mkdir -p "$EXC_CI_NODE"
  cp ci/package.json ci/package-lock.json "$EXC_CI_NODE/"
  # No package may run a script here; legacy-peer-deps keeps mocha out, of whose reporter only the schemas are read.
  (cd "$EXC_CI_NODE" && npm ci --quiet --ignore-scripts --legacy-peer-deps --no-audit --no-fund)
  chmod u+x "$EXC_CI_NODE/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
  cp ci/package-lock.json "$EXC_CI_NODE/pinned"
fi
