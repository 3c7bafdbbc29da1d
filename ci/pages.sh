#!/usr/bin/env bash
# What a browser makes of the pages of `exc report`: bash ci/pages.sh BINARY
# Run from the repository root. Installs the pinned packages below target/ci on first use and leaves
# the pages and their screenshots in target/ci/pages.
set -euo pipefail

fail() {
  printf 'pages: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 1 ] || fail 'usage: bash ci/pages.sh BINARY'
[ -f ci/pages.sh ] || fail 'run me from the repository root'
[ -x "$1" ] || fail "$1 is not an executable file"
binary=$(realpath "$1")
for tool in git node npm chromium; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed"
done
EXC_CI_CHROMIUM=$(command -v chromium)
export EXC_CI_CHROMIUM

# shellcheck source=ci/packages.sh
. ci/packages.sh

today=2026-11-20
out=$PWD/target/ci/pages
rm -rf "$out"
mkdir -p "$out"

# 1. A register of a thousand open records, made from those of this repository.
echo '-- a thousand records'
many=$out/many
mkdir -p "$many"
node ci/many.mjs 1000 exceptions "$many/exceptions"
git -C "$many" init --quiet --initial-branch main
git -C "$many" add .
GIT_AUTHOR_DATE=2026-11-01T12:00:00Z GIT_COMMITTER_DATE=2026-11-01T12:00:00Z \
  git -C "$many" -c user.name=Example -c user.email=example@example.com -c commit.gpgsign=false \
  commit --quiet --message 'a thousand exceptions'

# 2. Each report of each register, as a page and as JSON.
pages=()
write() {
  local folder=$1 name=$2 report=$3 expected=$4 format code
  shift 4
  for format in html json; do
    code=0
    (cd "$folder" && "$binary" report "$report" --today "$today" --format "$format" "$@") \
      >"$out/$name-$report.$format" 2>"$out/stderr" || code=$?
    [ "$code" = "$expected" ] || {
      cat "$out/stderr" >&2
      fail "exc report $report --format $format of $name exited with $code"
    }
  done
  pages+=("$out/$name-$report.html")
}
echo '-- reports'
for report in expiry portfolio policy; do
  write . own "$report" 0
  write "$many" many "$report" 0
done
# Files that cannot be read are said on the page, and by the exit code.
for report in expiry portfolio; do
  write . faulty "$report" 2 --register tests/registers/faulty/exceptions
done
"$binary" report portfolio --today "$today" --format html | cmp - "$out/own-portfolio.html" ||
  fail 'two runs give two pages'

# 3. What a browser, a validator and a screen reader make of them.
node ci/pages.mjs "${pages[@]}"
