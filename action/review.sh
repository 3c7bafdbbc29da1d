#!/usr/bin/env bash
# Writes what a pull request changes in the register: to the summary of a job of GitHub, and to a
# file. What records say is nowhere a word of a shell.
set -euo pipefail

base=${BASE:-origin/${GITHUB_BASE_REF}}
folder=$(mktemp -d "${RUNNER_TEMP}/exc-review.XXXXXX")
for format in markdown json; do
  # A page that could not show everything says so, and is better than none.
  exc review "--base=${base}" "--head=${HEAD_SHA}" --format "${format}" -o "${folder}/review.${format}" ||
    [ -s "${folder}/review.${format}" ]
done
cat "${folder}/review.markdown" >> "${GITHUB_STEP_SUMMARY}"
differs=true
if jq --exit-status '.records == [] and .policy == null' "${folder}/review.json" > /dev/null; then
  differs=false
fi
{
  echo "path=${folder}/review.markdown"
  echo "differs=${differs}"
} >> "${GITHUB_OUTPUT}"
